"""Needs of a territory's team: opened as drafts, taken over from others, listed with their work."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from models.account import User
from models.introduction import Introduction
from models.membership import Membership
from models.need import Need
from models.organization import Organization
from models.revision import OPEN_STATES, Revision
from models.territory import Territory
from services.contents import NeedContent, clean_line
from services.drafts import flush_or_conflict, start_revision
from services.entry_contents import need_content
from services.errors import RuleViolation
from services.need_publication import group_of
from services.permissions import can_edit_organization
from services.publishing import record
from services.text_keys import name_key
from vocabulary.exchanges import IntroductionState, Side
from vocabulary.kinds import (
    TERRITORY_KINDS,
    MembershipState,
    NeedKind,
    PublicationState,
    SubjectKind,
)
from vocabulary.labels import N_

# Whose entry was taken down states nothing in public until it is back.
SILENCED: Final = frozenset({PublicationState.SUSPENDED, PublicationState.ARCHIVED})
MAX_LISTED: Final = 100


@dataclass(frozen=True, slots=True)
class NeedUnderWork:
    """A need with what its people see: the draft if there is one, and what waits around it."""

    need: Need
    label: str
    revision: Revision | None
    waiting: int


def states_needs(organization: Organization) -> bool:
    """Tell whether the organisation may carry needs: on the territory side, and not taken down."""
    return not organization.is_innovation_side and organization.state not in SILENCED


def carriers_of(session: Session, person: User) -> Sequence[Organization]:
    """Return the organisations for which ``person`` may state needs, by name."""
    return session.scalars(
        select(Organization)
        .join(Membership, Membership.organization_id == Organization.id)
        .where(
            Membership.user_id == person.id,
            Membership.state == MembershipState.APPROVED,
            Organization.kind.in_(TERRITORY_KINDS),
            Organization.state.not_in(SILENCED),
        )
        .order_by(Organization.name_key, Organization.id)
    ).all()


def start_need(
    session: Session,
    organization: Organization,
    *,
    kind: NeedKind,
    title: str,
    quarters: Sequence[str],
    author: User,
    now: datetime,
) -> Need:
    """Open the draft of a need on one or several quarters.

    Raises:
        RuleViolation: the title is blank, no quarter is known, or the actor carries no need.
    """
    content = NeedContent(kind=kind, title=clean_line(title), quarters=tuple(quarters)).changed()
    if not name_key(content.title):
        raise RuleViolation(N_("Dites en quelques mots ce que vous cherchez."), field="title")
    return _open_draft(session, organization, content, author=author, now=now)


def start_same_need(
    session: Session,
    source: Need,
    organization: Organization,
    *,
    quarters: Sequence[str],
    author: User,
    now: datetime,
) -> Need:
    """Open the draft of the need that another territory stated first: the same, of one's own.

    Dates are left out: each calendar is its own. The two are shown together once published.

    Raises:
        RuleViolation: the need is not public, no quarter is known, or it is already one's own.
    """
    if source.state is not PublicationState.PUBLISHED:
        raise RuleViolation(N_("Ce besoin n’est plus public."))
    if source.territory.code in quarters and source.carrier_id == organization.id:
        raise RuleViolation(N_("Ce besoin est déjà le vôtre sur ce quartier."), field="quarters")
    content = need_content(source).changed(
        quarters=tuple(quarters), closes_on=None, starts_on=None, amount_min=None, amount_max=None
    )
    need = _open_draft(session, organization, content, author=author, now=now)
    need.group = group_of(session, source, now=now)
    session.flush()
    return need


def _open_draft(
    session: Session,
    organization: Organization,
    content: NeedContent,
    *,
    author: User,
    now: datetime,
) -> Need:
    if not can_edit_organization(session, author, organization.id):
        raise RuleViolation(N_("Vous n’agissez pas pour cette structure."))
    if not states_needs(organization):
        raise RuleViolation(
            N_("Seul un acteur du territoire dont la fiche n’est pas retirée exprime des besoins.")
        )
    code = content.quarters[0] if content.quarters else ""
    territory = session.scalar(select(Territory).where(Territory.code == code))
    if territory is None:
        raise RuleViolation(N_("Indiquez au moins un quartier."), field="quarters")
    need = Need(
        territory=territory,
        carrier=organization,
        carrier_label=organization.name,
        kind=content.kind,
        title=content.title,
        description="",
        is_demo=organization.is_demo,
        state=PublicationState.DRAFT,
        version=0,
        created_by_id=author.id,
        created_at=now,
        updated_at=now,
    )
    session.add(need)
    flush_or_conflict(session)
    start_revision(session, need, content, author=author, now=now)
    record(session, "entry.created", need, actor=author, now=now)
    return need


def needs_under_work(session: Session, carriers: Sequence[int]) -> list[NeedUnderWork]:
    """Return the needs of these organisations, the last touched first; five queries.

    The projects of their quarters are loaded too: the phase counts in a match.
    """
    needs = session.scalars(
        select(Need)
        .where(Need.carrier_id.in_(carriers))
        .options(
            joinedload(Need.carrier),
            joinedload(Need.territory).options(
                selectinload(Territory.communes), selectinload(Territory.projects)
            ),
        )
        .order_by(Need.updated_at.desc(), Need.id.desc())
        .limit(MAX_LISTED)
    ).all()
    revisions = _open_revisions(session, carriers)
    waiting = introductions_waiting(session, [need.id for need in needs])
    return [
        NeedUnderWork(
            need=need,
            label=revisions[need.id].label if need.id in revisions else need.title,
            revision=revisions.get(need.id),
            waiting=waiting.get(need.id, 0),
        )
        for need in needs
    ]


@dataclass(frozen=True, slots=True)
class NeedSummary:
    """What a team finds of its needs when it arrives: how many stand where, what waits."""

    open: int = 0
    drafts: int = 0
    to_change: int = 0
    in_review: int = 0
    waiting: int = 0


def summarize_needs(session: Session, carriers: Sequence[int], *, today: date) -> NeedSummary:
    """Count the needs of these organisations by what is to be done; three queries."""
    opened = Need.open_on(today).where(Need.carrier_id.in_(carriers))
    states = Counter(revision.state for revision in _open_revisions(session, carriers).values())
    waiting = select(func.count(Introduction.id)).where(
        Introduction.carrier_id.in_(carriers),
        Introduction.from_side == Side.ACTOR,
        Introduction.state == IntroductionState.SENT,
    )
    return NeedSummary(
        open=session.scalar(opened.with_only_columns(func.count(Need.id))) or 0,
        drafts=states[PublicationState.DRAFT],
        to_change=states[PublicationState.CHANGES_REQUESTED],
        in_review=states[PublicationState.SUBMITTED],
        waiting=session.scalar(waiting) or 0,
    )


def _open_revisions(session: Session, carriers: Sequence[int]) -> dict[int, Revision]:
    found = session.scalars(
        select(Revision).where(
            Revision.subject_kind == SubjectKind.NEED,
            Revision.organization_id.in_(carriers),
            Revision.state.in_(OPEN_STATES),
        )
    )
    return {revision.subject_id: revision for revision in found}


def introductions_waiting(session: Session, needs: Sequence[int]) -> dict[int, int]:
    """Return by need how many requests of actors wait for the territory's answer."""
    counted = (
        select(Introduction.need_id, func.count())
        .where(
            Introduction.need_id.in_(needs),
            Introduction.from_side == Side.ACTOR,
            Introduction.state == IntroductionState.SENT,
        )
        .group_by(Introduction.need_id)
    )
    return dict(session.execute(counted).all())


def same_needs(session: Session, need: Need) -> Sequence[Need]:
    """Return the other public needs of its group, open ones first."""
    if need.group_id is None:
        return ()
    return session.scalars(
        Need.published()
        .where(Need.group_id == need.group_id, Need.id != need.id)
        .options(
            joinedload(Need.carrier),
            joinedload(Need.territory).selectinload(Territory.communes),
        )
        .order_by(Need.closed_at.is_not(None), Need.id)
    ).all()


def group_sizes(session: Session, groups: Sequence[int], *, today: date) -> dict[int, int]:
    """Return by group how many quarters have an open need in it; groups of one are left out."""
    counted = (
        Need.open_on(today)
        .where(Need.group_id.in_(groups))
        .with_only_columns(Need.group_id, func.count(Need.territory_id.distinct()))
        .group_by(Need.group_id)
    )
    rows = session.execute(counted).all()
    return {group: count for group, count in rows if group is not None and count > 1}
