"""Contents that can be submitted, and entries at each stage between draft and public."""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.account import User
from models.audit import AuditEntry
from models.geography import Commune, Department, Region
from models.offer import Offer
from models.organization import Organization
from models.outbox import OutboxMessage
from models.revision import Revision
from services.contents import OfferContent, OrganizationContent
from services.drafts import current_content, current_organization_content, open_revision, save_draft
from services.offers import start_offer
from services.publishing import publish_revision, submit_entry
from services.registration import OrganizationNumber, start_organization
from tests.factories.accounts import make_user
from vocabulary.kinds import AreaLevel, OfferType, OrganizationKind, UserRole

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
TODAY = date(2026, 11, 22)
SIRET = "73282932000074"
PROSE = (
    "Nous réhabilitons des logements occupés avec des panneaux de façade fabriqués en atelier, "
    "posés en deux jours par logement, pour des bailleurs sociaux."
)


def make_commune(session: Session) -> Commune:
    """Return Saint-Étienne, added with its department and region where the base is empty."""
    found = session.get(Commune, "42218")
    if found is not None:
        return found
    if session.get(Region, "84") is None:
        session.add(Region(code="84", name="Auvergne-Rhône-Alpes"))
        session.flush()
    session.add(Department(code="42", name="Loire", region_code="84"))
    session.flush()
    commune = Commune(
        code="42218",
        name="Saint-Étienne",
        name_key="saint etienne",
        department_code="42",
        region_code="84",
        population=174_082,
    )
    session.add(commune)
    session.flush()
    return commune


def whole_content(**fields: Any) -> OrganizationContent:
    """Return a content that nothing keeps from being submitted."""
    values: dict[str, Any] = {
        "kind": OrganizationKind.STARTUP,
        "name": "Façades Vives",
        "pitch": "Des façades isolantes posées en site occupé.",
        "description": PROSE,
        "themes": ("renovation-energetique",),
        "commune_code": "42218",
        "area_level": AreaLevel.NATIONAL,
        **fields,
    }
    return OrganizationContent(**values)


def whole_offer(**fields: Any) -> OfferContent:
    """Return the content of an offer that nothing keeps from being submitted."""
    values: dict[str, Any] = {
        "type": OfferType.SOLUTION,
        "title": "Panneaux de façade",
        "pitch": "Isoler par l’extérieur en deux jours.",
        "description": PROSE,
        "themes": ("renovation-energetique",),
        **fields,
    }
    return OfferContent(**values)


def make_draft(session: Session, author: User, **fields: Any) -> Organization:
    """Return an organisation registered by ``author`` with everything filled in."""
    make_commune(session)
    content = whole_content(**fields)
    entry = start_organization(
        session,
        name=content.name,
        kind=content.kind,
        number=OrganizationNumber(content.siret, content.siren, content.rnsr),
        author=author,
        on_behalf=False,
        now=NOW,
    )
    _content, lock = current_content(session, entry)
    save_draft(session, entry, content, lock=lock, author=author, now=NOW)
    return entry


def make_submitted(session: Session, author: User, **fields: Any) -> tuple[Organization, Revision]:
    """Return an organisation that waits for a moderator, with its proposal."""
    entry = make_draft(session, author, **fields)
    submit_entry(session, entry, author=author, today=TODAY, now=NOW)
    return entry, revision_of(session, entry)


def make_published(session: Session, author: User, **fields: Any) -> Organization:
    """Return an organisation that a moderator published."""
    entry, revision = make_submitted(session, author, **fields)
    moderator = make_user(session, role=UserRole.STAFF)
    publish_revision(
        session, revision, moderator=moderator, lock=revision.lock, today=TODAY, now=NOW
    )
    return entry


def revision_of(session: Session, entry: Organization) -> Revision:
    """Return the open proposal of an entry."""
    revision = open_revision(session, entry)
    assert revision is not None
    return revision


def outbox_topics(session: Session) -> list[str]:
    """Return the topics of what waits for the worker, in order."""
    return list(session.scalars(select(OutboxMessage.topic).order_by(OutboxMessage.id)))


def publish(session: Session, revision: Revision, moderator: User) -> None:
    publish_revision(
        session, revision, moderator=moderator, lock=revision.lock, today=TODAY, now=NOW
    )


def edit(session: Session, entry: Organization, author: User, **fields: object) -> None:
    content, lock = current_organization_content(session, entry)
    save_draft(session, entry, content.changed(**fields), lock=lock, author=author, now=NOW)


def logged_actions(session: Session) -> list[str]:
    return list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


def mailed_events(session: Session) -> list[tuple[str, int]]:
    sent = session.scalars(
        select(OutboxMessage).where(OutboxMessage.topic == "mail.entry").order_by(OutboxMessage.id)
    )
    return [(message.payload["event"], message.payload["recipient_id"]) for message in sent]


def make_published_offer(
    session: Session, entry: Organization, author: User, moderator: User
) -> Offer:
    """Add an offer of a published actor and publish it too."""
    offer = start_offer(
        session, entry, type=OfferType.SOLUTION, title="Panneaux", author=author, now=NOW
    )
    _content, lock = current_content(session, offer)
    save_draft(session, offer, whole_offer(), lock=lock, author=author, now=NOW)
    submit_entry(session, offer, author=author, today=TODAY, now=NOW)
    revision = open_revision(session, offer)
    assert revision is not None
    publish(session, revision, moderator)
    return offer
