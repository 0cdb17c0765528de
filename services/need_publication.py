"""What publishing a need brings with it: its register, and the same need on other quarters."""

from collections.abc import Iterator
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.need import Need, NeedGroup
from models.territory import Territory
from services.contents import NeedContent
from services.entry_contents import write_need
from services.register import record_event
from vocabulary.exchanges import ClosingOutcome, RegisterEvent
from vocabulary.kinds import PublicationState


def record_publication(session: Session, need: Need, *, now: datetime) -> None:
    """Write in the register that a version of the need was made public."""
    facts = {"version": need.version, "kind": need.kind.value, "territory": need.territory.code}
    record_event(session, need, RegisterEvent.PUBLISHED, now=now, facts=facts)


def reopen_if_later(session: Session, need: Need, *, today: date, now: datetime) -> None:
    """Open again a need that its date had closed, when the new version moves the date."""
    if need.closing_outcome is not ClosingOutcome.DATE_PASSED:
        return
    if need.closes_on is None or need.closes_on >= today:
        need.closed_at = need.closing_outcome = None
        need.updated_at = now
        session.flush()


def publish_elsewhere(
    session: Session, need: Need, content: NeedContent, *, now: datetime
) -> list[Need]:
    """Publish a need like this one on each further quarter of its content; return the new ones.

    Each has its own page and its own register; all are of one group.
    """
    wanted = content.quarters[1:]
    if not wanted:
        return []
    group = group_of(session, need, now=now)
    siblings = [
        _sibling(session, need, content.changed(quarters=(territory.code,)), territory, now=now)
        for territory in _quarters_without(session, group, need, wanted)
    ]
    for sibling in siblings:
        record_publication(session, sibling, now=now)
    return siblings


def group_of(session: Session, need: Need, *, now: datetime) -> NeedGroup:
    """Return the group of the need, made when it has none."""
    if need.group is None:
        need.group = NeedGroup(title=need.title, created_at=now)
        session.flush()
    return need.group


def _quarters_without(
    session: Session, group: NeedGroup, need: Need, codes: tuple[str, ...]
) -> Iterator[Territory]:
    """Yield the quarters where this carrier has no need of the group yet."""
    taken = set(
        session.scalars(
            select(Territory.code)
            .join(Need, Need.territory_id == Territory.id)
            .where(Need.group_id == group.id, Need.carrier_id == need.carrier_id)
        )
    )
    found = session.scalars(select(Territory).where(Territory.code.in_(codes)))
    by_code = {territory.code: territory for territory in found}
    for code in codes:
        if code in by_code and code not in taken:
            yield by_code[code]


def _sibling(
    session: Session, need: Need, content: NeedContent, territory: Territory, *, now: datetime
) -> Need:
    sibling = Need(
        territory=territory,
        carrier_id=need.carrier_id,
        carrier_label=need.carrier_label,
        group_id=need.group_id,
        is_demo=need.is_demo,
        state=PublicationState.PUBLISHED,
        version=1,
        published_at=now,
        created_by_id=need.created_by_id,
        created_at=now,
        title=content.title,
        description=content.description,
        updated_at=now,
    )
    session.add(sibling)
    write_need(session, sibling, content, now=now)
    session.flush()
    return sibling
