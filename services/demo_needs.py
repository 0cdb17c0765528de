"""The needs that the demonstration has under work: a draft, one to review, a group, two relays."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from models.account import User
from models.federation import FederationMember
from models.membership import Membership
from models.need import Need, NeedGroup
from models.organization import Organization
from models.outbox import OutboxMessage
from models.territory import Territory
from services.drafts import current_need_content, save_draft
from services.entry_notices import ENTRY_MAIL
from services.need_groups import group_needs
from services.need_relays import relay_of, relay_to_members, send_to_federator
from services.needs import start_need
from services.publishing import submit_entry
from services.relay_notes import RELAY_MAIL
from vocabulary.kinds import (
    ExperimentAppetite,
    FederationState,
    MembershipState,
    NeedKind,
    NeedNature,
)

QUARTER: Final = "QN04212M"
BOARD: Final = "saint-etienne-un-tableau-de-bord-du-quartier-que-les"
MEMORY: Final = "saint-etienne-garder-trace-du-quartier-avant-les-prochains"
MEMORY_ELSEWHERE: Final = "avignon-raconter-une-barre-avant-son-depart"
WAITING_AT: Final = "accelerateur-solencre"
RELAYED_BY: Final = "la-cordee-tarentaine"
DRAFT_KEY: Final = "demo-brouillon-velos"
SUBMITTED_KEY: Final = "demo-soumis-compost"


@dataclass(frozen=True, slots=True)
class _Team:
    """Who acts for the carrier of the demo needs, and who of the staff plays the structures."""

    carrier: Organization
    person: User
    staff: User


def seed_demo_needs(session: Session, *, staff_email: str, today: date, now: datetime) -> int:
    """Create what is missing of these needs, groups and relays; return how many."""
    team = _team(session, staff_email)
    if team is None:
        return 0
    created = (
        _draft(session, team, now=now)
        + _submitted(session, team, today=today, now=now)
        + _group(session, team, now=now)
        + _relays(session, team, today=today, now=now)
    )
    if created:
        _forget_mails(session, team)
    return created


def remove_demo_groups(session: Session) -> None:
    """Delete the groups that no need is in any more."""
    used = select(Need.group_id).where(Need.group_id.is_not(None))
    session.execute(delete(NeedGroup).where(NeedGroup.id.not_in(used)))


def _team(session: Session, staff_email: str) -> _Team | None:
    need = _need(session, BOARD)
    staff = session.scalar(User.by_email(staff_email))
    if need is None or need.carrier is None or staff is None:
        return None
    person = session.scalar(
        select(User)
        .join(Membership, Membership.user_id == User.id)
        .where(
            Membership.organization_id == need.carrier.id,
            Membership.state == MembershipState.APPROVED,
        )
        .order_by(User.id)
        .limit(1)
    )
    return _Team(need.carrier, person, staff) if person else None


def _need(session: Session, key: str) -> Need | None:
    return session.scalar(select(Need).where(Need.demo_key == key))


def _draft(session: Session, team: _Team, *, now: datetime) -> int:
    """Open a draft with the little that an officer writes on a first day."""
    values = {
        "description": "Les locaux du rez-de-chaussée sont pleins, les vélos montent à l’étage.",
        "themes": ("velo-marche",),
    }
    title = "Garer des vélos sûrement au pied de quatre immeubles"
    return _open(session, team, DRAFT_KEY, title, values, now=now - timedelta(days=1))


def _submitted(session: Session, team: _Team, *, today: date, now: datetime) -> int:
    values = {
        "description": (
            "Deux bailleurs et la collectivité veulent composter les déchets de cuisine de 420 "
            "logements, dont la moitié sans jardin. Un premier essai a échoué faute de référents : "
            "nous cherchons qui sait animer, entretenir et trouver un débouché au compost."
        ),
        "outcome": "Un foyer sur trois qui dépose chaque semaine au bout d’un an, sans nuisance.",
        "themes": ("compostage", "pouvoir-agir"),
        "appetite": ExperimentAppetite.EARLY_ADOPTER,
        "nature": NeedNature.SERVICES,
        "amount_min": 15_000,
        "amount_max": 35_000,
        "closes_on": today + timedelta(days=75),
        "starts_on": today + timedelta(days=130),
    }
    at = now - timedelta(days=2)
    title = "Composter pour 420 logements, avec ceux qui y habitent"
    if not _open(session, team, SUBMITTED_KEY, title, values, now=at):
        return 0
    need = _need(session, SUBMITTED_KEY)
    if need is not None:
        submit_entry(session, need, author=team.person, today=today, now=at)
    return 1


def _open(
    session: Session, team: _Team, key: str, title: str, values: dict[str, Any], *, now: datetime
) -> int:
    """Open the draft named by ``key`` on the demo quarter, unless it is there."""
    known = session.scalar(select(Territory.id).where(Territory.code == QUARTER))
    if known is None or _need(session, key) is not None:
        return 0
    need = start_need(
        session,
        team.carrier,
        kind=NeedKind.SOURCING,
        title=title,
        quarters=(QUARTER,),
        author=team.person,
        now=now,
    )
    need.demo_key = key
    content, lock = current_need_content(session, need)
    written = content.changed(**values)
    save_draft(session, need, written, lock=lock, author=team.person, now=now)
    return 1


def _group(session: Session, team: _Team, *, now: datetime) -> int:
    here, elsewhere = _need(session, MEMORY), _need(session, MEMORY_ELSEWHERE)
    if here is None or elsewhere is None or here.group_id is not None:
        return 0
    group_needs(session, here, elsewhere, actor=team.staff, now=now)
    return 1


def _relays(session: Session, team: _Team, *, today: date, now: datetime) -> int:
    need = _need(session, BOARD)
    if need is None or not need.is_open_on(today):
        return 0
    created = 0
    for slug, message in (
        (RELAYED_BY, "Nous cherchons des équipes proches du terrain, même petites."),
        (WAITING_AT, "Deux de vos promotions travaillent, je crois, sur des données ouvertes."),
    ):
        federator = session.scalar(Organization.published().where(Organization.slug == slug))
        if federator is None or relay_of(session, need.id, federator.id) is not None:
            continue
        at = now - timedelta(days=3)
        relay = send_to_federator(
            session, need, federator, message=message, author=team.person, today=today, now=at
        )
        created += 1
        if slug == RELAYED_BY:
            relay_to_members(
                session,
                relay,
                _members(session, federator),
                note="Un besoin concret, avec un porteur qui répond au téléphone.",
                author=team.staff,
                today=today,
                now=at + timedelta(days=1),
            )
    return created


def _members(session: Session, federator: Organization) -> list[int]:
    public = Organization.published().with_only_columns(Organization.id)
    return list(
        session.scalars(
            select(FederationMember.member_id).where(
                FederationMember.federator_id == federator.id,
                FederationMember.state == FederationState.CONSENTED,
                FederationMember.member_id.in_(public),
            )
        )
    )


def _forget_mails(session: Session, team: _Team) -> None:
    """Take back the mails of this history: nobody is told today of what happened days ago."""
    session.flush()
    waiting = select(OutboxMessage).where(
        OutboxMessage.topic.in_((RELAY_MAIL, ENTRY_MAIL)),
        OutboxMessage.done_at.is_(None),
    )
    for message in session.scalars(waiting):
        is_relay = message.topic == RELAY_MAIL
        if is_relay or message.payload["organization_id"] == team.carrier.id:
            session.delete(message)
