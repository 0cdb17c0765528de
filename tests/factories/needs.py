"""Teams that carry needs, and needs at each stage between draft and public."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.account import User
from models.need import Need
from models.organization import Organization
from models.register import RegisterEntry
from models.revision import Revision
from models.territory import Territory
from services.contents import NeedContent
from services.drafts import current_need_content, open_revision, save_draft
from services.needs import start_need
from services.publishing import publish_revision, submit_entry
from tests.factories.accounts import make_membership, make_user
from tests.factories.entries import federate, make_territory
from tests.factories.organizations import make_offer, make_organization
from vocabulary.exchanges import RegisterEvent
from vocabulary.kinds import AreaLevel, MembershipRole, NeedKind, OrganizationKind, UserRole

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
TODAY = date(2026, 11, 22)
HERE, THERE = "QN04201M", "QN04202M"
NEED_PROSE = (
    "La cour de l’école est entièrement goudronnée et dépasse quarante degrés en juin ; nous "
    "voulons la rafraîchir sans la fermer plus d’un été."
)


@dataclass(frozen=True, slots=True)
class Team:
    """A town with one owner, and two quarters."""

    town: Organization
    owner: User
    quarters: tuple[Territory, Territory]


def make_team(session: Session, name: str = "Ville d’essai", **columns: Any) -> Team:
    """Add a town of Saint-Étienne's commune, its owner, and two quarters."""
    quarters = (make_territory(session, HERE), make_territory(session, THERE))
    return add_team(session, name, quarters, **columns)


def add_team(
    session: Session, name: str, quarters: tuple[Territory, Territory], **columns: Any
) -> Team:
    """Add a town with its owner beside quarters that are there."""
    values = {"kind": OrganizationKind.COLLECTIVITE, "commune_code": "42218", **columns}
    town = make_organization(session, name, **values)
    owner = make_user(session)
    make_membership(session, owner, town, role=MembershipRole.OWNER)
    return Team(town, owner, quarters)


def make_need_draft(
    session: Session, team: Team, *, quarters: tuple[str, ...] = (HERE,), **fields: Any
) -> Need:
    """Return a draft with everything a reader needs."""
    need = start_need(
        session,
        team.town,
        kind=NeedKind.SOURCING,
        title="Rafraîchir la cour de l’école",
        quarters=quarters,
        author=team.owner,
        now=NOW,
    )
    content, lock = current_need_content(session, need)
    whole = {"description": NEED_PROSE, "themes": ("confort-ete",), **fields}
    written = content.changed(**whole)
    save_draft(session, need, written, lock=lock, author=team.owner, now=NOW)
    return need


def make_submitted_need(session: Session, team: Team, **fields: Any) -> tuple[Need, Revision]:
    """Return a need that waits for a moderator, with its proposal."""
    need = make_need_draft(session, team, **fields)
    submit_entry(session, need, author=team.owner, today=TODAY, now=NOW)
    revision = open_revision(session, need)
    assert revision is not None
    return need, revision


def publish_need(session: Session, revision: Revision) -> None:
    """Publish a proposal as a moderator who is not of the team."""
    moderator = make_user(session, role=UserRole.STAFF)
    publish_revision(
        session, revision, moderator=moderator, lock=revision.lock, today=TODAY, now=NOW
    )


def make_published_need(session: Session, team: Team, **fields: Any) -> Need:
    """Return a need that a moderator published."""
    need, revision = make_submitted_need(session, team, **fields)
    publish_need(session, revision)
    return need


def make_incubator(session: Session, person: User) -> tuple[Organization, Organization]:
    incubator = make_organization(session, "Incubateur", kind=OrganizationKind.INCUBATOR)
    make_membership(session, person, incubator)
    member = make_organization(session, "Ombrage", area_level=AreaLevel.NATIONAL)
    make_offer(session, member, "Voiles d’ombrage", themes=["confort-ete"], description="Texte")
    federate(session, incubator, member)
    return incubator, member


def page_of(need: Need) -> str:
    return f"/mon-espace/besoins/{need.id}"


def content_of(session: Session, need_id: int) -> NeedContent:
    session.rollback()
    found = select(Revision).where(
        Revision.subject_kind == "besoins", Revision.subject_id == need_id
    )
    return NeedContent.from_dict(session.scalars(found).one().content)


def staff_of(session: Session) -> User:
    staff = make_user(session, role=UserRole.STAFF)
    session.commit()
    return staff


def events_of(session: Session, need: Need) -> list[RegisterEvent]:
    """Return what the register of a need holds, in order."""
    return [entry.event for entry in session.scalars(RegisterEntry.of_need(need.id))]
