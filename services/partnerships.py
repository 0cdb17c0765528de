"""Partnerships: opened from scratch or from a team, written, and who may read or write them."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from models.account import User
from models.consortium import Consortium, ConsortiumInvitation
from models.need import Need
from models.organization import Organization
from models.partnership import (
    Partnership,
    PartnershipMember,
    WorkingGroup,
    WorkingGroupMember,
)
from services.contents import known_themes
from services.errors import Conflict, RuleViolation
from services.partnership_contents import MAX_LONG_TEXT, PartnershipContent
from services.partnership_notes import PartnershipEvent, record_partnership, tell_owners
from services.text_keys import name_key, unique_slug
from vocabulary.exchanges import InvitationState
from vocabulary.kinds import PublicationState
from vocabulary.labels import N_

CHANGED_MEANWHILE = N_(
    "Ce partenariat a été modifié entre-temps, par vous ou par quelqu’un d’autre."
)
_KEPT_STATES = frozenset({InvitationState.ACCEPTED, InvitationState.INVITED})


def create_partnership(
    session: Session,
    keeper: Organization | None,
    content: PartnershipContent,
    *,
    person: User,
    now: datetime,
) -> Partnership:
    """Open the draft of a partnership kept by ``keeper``, or by staff without one.

    Raises:
        RuleViolation: no name, or the keeper is not of the territory side.
    """
    if not name_key(content.name):
        raise RuleViolation(N_("Donnez un nom au partenariat."), field="name")
    if keeper is None and not person.is_staff:
        raise RuleViolation(N_("Choisissez la structure qui tient ce partenariat."), field="keeper")
    if keeper is not None and keeper.is_innovation_side and not person.is_staff:
        raise RuleViolation(
            N_("Un partenariat est ouvert par un acteur du territoire ou par l’équipe."),
            field="keeper",
        )
    partnership = Partnership(
        slug=_free_slug(session, content.name),
        organization_id=keeper.id if keeper else None,
        is_demo=bool(keeper and keeper.is_demo),
        state=PublicationState.DRAFT,
        created_by_id=person.id,
        created_at=now,
        updated_at=now,
    )
    content.write_to(partnership)
    session.add(partnership)
    if keeper is not None:
        partnership.members = [_consenting(keeper.id, 0, "", now)]
    flush_partnership(session)
    record_partnership(session, "created", partnership, actor=person, now=now)
    return partnership


def create_partnership_from_consortium(
    session: Session, consortium: Consortium, *, person: User, now: datetime
) -> Partnership:
    """Open the draft of the partnership that a team becomes; the same team gives the same one.

    Those who accepted the team's invitation are members, and are told so that each may leave;
    those who have not answered are invited. Each need of the team becomes a working group, with
    the members whose offer shares a theme with it: its keeper corrects all of it before it is
    public.
    """
    known = session.scalar(select(Partnership).where(Partnership.consortium_id == consortium.id))
    if known is not None:
        return known
    invitations = [one for one in consortium.invitations if one.state in _KEPT_STATES]
    needs = [line.need for line in consortium.needs]
    partnership = Partnership(
        slug=_free_slug(session, consortium.name),
        name=consortium.name,
        summary="",
        territory_id=consortium.territory_id,
        themes=list(known_themes(theme for need in needs for theme in need.themes)),
        organization_id=consortium.organization_id,
        consortium_id=consortium.id,
        is_demo=consortium.is_demo,
        state=PublicationState.DRAFT,
        created_by_id=person.id,
        created_at=now,
        updated_at=now,
        members=[
            _consenting(consortium.organization_id, 0, "", now),
            *_invited_members(invitations, consortium.organization_id, now),
        ],
        working_groups=[_group_of(need, invitations) for need in needs],
    )
    session.add(partnership)
    flush_partnership(session)
    details = {"consortium": consortium.id}
    record_partnership(session, "created", partnership, actor=person, now=now, details=details)
    for invitation in invitations:
        is_member = invitation.state is InvitationState.ACCEPTED
        tell_owners(
            session,
            PartnershipEvent.FOUNDED if is_member else PartnershipEvent.INVITED,
            partnership,
            of=[invitation.organization_id],
            about=invitation.organization_id,
            now=now,
        )
    return partnership


def _consenting(organization_id: int, position: int, role: str, now: datetime) -> PartnershipMember:
    return PartnershipMember(
        organization_id=organization_id,
        position=position,
        role=role,
        state=InvitationState.ACCEPTED,
        answered_at=now,
    )


def _invited_members(
    invitations: Sequence[ConsortiumInvitation], keeper_id: int, now: datetime
) -> list[PartnershipMember]:
    return [
        PartnershipMember(
            organization_id=invitation.organization_id,
            position=position,
            role=invitation.role,
            state=invitation.state,
            invited_at=now,
            answered_at=invitation.answered_at,
        )
        for position, invitation in enumerate(invitations, start=1)
        if invitation.organization_id != keeper_id
    ]


def _group_of(need: Need, invitations: Sequence[ConsortiumInvitation]) -> WorkingGroup:
    themes = known_themes(need.themes)
    return WorkingGroup(
        name=need.title,
        theme=themes[0] if themes else None,
        description=need.outcome[:MAX_LONG_TEXT],
        members=[
            WorkingGroupMember(organization_id=invitation.organization_id)
            for invitation in invitations
            if invitation.offer is not None and set(invitation.offer.themes) & set(themes)
        ],
    )


def flush_partnership(session: Session) -> None:
    """Send the changes; somebody else's change of the same page comes out as a conflict.

    Raises:
        Conflict: the partnership was changed meanwhile.
    """
    try:
        session.flush()
    except (StaleDataError, IntegrityError) as error:
        session.rollback()
        raise Conflict(CHANGED_MEANWHILE) from error


def _free_slug(session: Session, name: str) -> str:
    return unique_slug(name, lambda slug: _is_taken(session, slug))


def _is_taken(session: Session, slug: str) -> bool:
    return session.scalar(select(Partnership.id).where(Partnership.slug == slug)) is not None


def consenting_ids(members: Iterable[PartnershipMember]) -> set[int]:
    """Return the organisations that agreed to be members."""
    return {row.organization_id for row in members if row.state is InvitationState.ACCEPTED}
