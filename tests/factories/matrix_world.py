"""One object of each sort that an address names, and an account per role of the access matrix."""

import sqlite3
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from config import Settings
from extensions.database import db_session
from extensions.signed_links import LinkPurpose, sign_membership
from models.federation import FederationMember
from models.geography import Department, Region
from models.import_batch import ImportBatch
from models.mail import StoredMail
from models.membership import Membership
from models.need import Need
from models.organization import Organization
from models.partnership import Partnership
from models.revision import Revision
from models.territory import Territory
from services.drafts import start_revision
from services.entry_contents import organization_content
from tests.factories.accounts import NOW, make_membership, make_user, sign_in
from tests.factories.matrix_alerts import alert_examples
from tests.factories.matrix_consortiums import consortium_examples
from tests.factories.matrix_evidence import evidence_examples
from tests.factories.matrix_introductions import introduction_examples
from tests.factories.matrix_meetup_agendas import agenda_examples
from tests.factories.matrix_meetup_days import matrix_day, meetup_day_examples
from tests.factories.matrix_meetup_door import door_examples
from tests.factories.matrix_meetup_outcomes import meetup_outcome_examples
from tests.factories.matrix_meetup_participants import participant_examples
from tests.factories.matrix_meetup_plans import plan_examples
from tests.factories.matrix_meetup_wishes import wish_examples
from tests.factories.matrix_needs import carrier_examples, need_examples
from tests.factories.matrix_partnerships import partnership_examples
from tests.factories.matrix_registers import register_examples
from tests.factories.matrix_shortlists import shortlist_examples
from tests.factories.organizations import make_offer, make_organization
from views.matrix import MATRIX, ROLES, Access
from vocabulary.kinds import (
    FederationState,
    MembershipRole,
    MembershipState,
    OrganizationKind,
    PublicationState,
    UserRole,
)
from vocabulary.themes import all_themes

LOGO = "0123456789abcdef" * 4
QUARTER = "QN00001M"
ACCOUNT_ROLES = {"staff": UserRole.STAFF, "administrator": UserRole.ADMINISTRATOR}
TEAM_ROLES = {"editor": MembershipRole.EDITOR, "owner": MembershipRole.OWNER}
_ROLES_IN_MEETUPS = {Access.STAFF: "staff", Access.PARTICIPANT: "owner"}
Examples = dict[str, dict[str, Any]]
Rows = dict[str, list[tuple[Any, ...]]]


def address_of(role: str) -> str:
    """Return the address of the account of a role."""
    return f"{role}@matrice.example"


def role_in_meetups(endpoint: str) -> str:
    """Return the role that is let in by a route of the meetup days."""
    return _ROLES_IN_MEETUPS.get(MATRIX[endpoint], "public")


def browsers_in_meetups(app: Flask) -> dict[str, FlaskClient]:
    """Return a browser of each role that routes of the meetup days let in."""
    signed = {role: sign_in(app, address_of(role)) for role in _ROLES_IN_MEETUPS.values()}
    return {**signed, "public": app.test_client()}


def build_world(app: Flask) -> dict[str, Examples]:
    """Fill the database of ``app``; return, per role, the values that each endpoint's URL takes."""
    settings: Settings = app.config["SETTINGS"]
    logo = settings.uploads_dir / LOGO[:2] / f"{LOGO}.webp"
    logo.parent.mkdir(parents=True, exist_ok=True)
    logo.write_bytes(b"RIFF")
    with app.app_context():
        session = db_session()
        entry = _organization(session, "Pépinière de la matrice", is_claimed=True, logo=LOGO)
        other = _organization(session, "Autre pépinière", is_claimed=True)
        free = _organization(session, "Libre", website="https://libre.example")
        shared = _shared_examples(session, entry, other)
        examples = {
            role: {**shared, **_own_examples(session, role, entry, other, free)} for role in ROLES
        }
        author = make_user(session)
        revision = start_revision(
            session, other, organization_content(other), author=author, now=NOW
        )
        _submit(session, revision)
        for role in ROLES:
            examples[role]["moderation.review"] = {"revision_id": revision.id}
        session.commit()
    return examples


def _organization(session: Session, name: str, **columns: Any) -> Organization:
    return make_organization(session, name, kind=OrganizationKind.INCUBATOR, **columns)


def _submit(session: Session, revision: Revision) -> None:
    revision.state = PublicationState.SUBMITTED
    revision.submitted_at = NOW
    session.flush()


def _shared_examples(session: Session, entry: Organization, other: Organization) -> Examples:
    territory = _territory(session)
    need = Need(
        territory_id=territory.id,
        title="Besoin",
        description="Texte",
        state=PublicationState.PUBLISHED,
        published_at=NOW,
        updated_at=NOW,
    )
    partnership = Partnership(slug="partenariat", name="Partenariat", summary="Texte")
    meetup = matrix_day(session)
    mail = StoredMail(
        message_id="<1@localhost>",
        recipient="x@essai.example",
        subject="Sujet",
        text_body="Texte",
        calendar="BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n",
        created_at=NOW,
    )
    requester, invited, guest = make_user(session), make_user(session), make_user(session)
    waiting = make_membership(session, requester, entry, state=MembershipState.REQUESTED)
    claimed = make_membership(session, guest, other, state=MembershipState.REQUESTED)
    claimed.is_claim = True
    member = make_membership(session, invited, entry, role=MembershipRole.EDITOR)
    listed = FederationMember(federator_id=entry.id, member_id=other.id)
    asked = FederationMember(
        federator_id=other.id, member_id=entry.id, state=FederationState.INVITED
    )
    offer = make_offer(session, entry)
    batch = ImportBatch(filename="structures.csv", created_at=NOW)
    session.add_all([need, partnership, mail, listed, asked, batch])
    session.flush()
    entry_slug, offer_slug = {"slug": entry.slug}, {"slug": offer.slug}
    return {
        "*": entry_slug,
        "offers.show": offer_slug,
        "matches.offer": offer_slug,
        "offer_editing.edit": offer_slug,
        "offer_editing.preview": offer_slug,
        "offer_editing.act": {**offer_slug, "action": "soumettre"},
        "offer_editing.remove": {**offer_slug, "action": "retirer"},
        "registration.live_preview": {**entry_slug, "step": "description"},
        "matches.need": {"need_id": need.id},
        "needs.show": {"need_id": need.id},
        "territories.show": {"code": QUARTER},
        "matches.territory": {"code": QUARTER},
        "territory_editing.edit": {"code": QUARTER},
        "partnerships.show": {"slug": partnership.slug},
        **partnership_examples(session, partnership, entry, other),
        **meetup_day_examples(meetup),
        **participant_examples(session, meetup, entry),
        **door_examples(session, meetup),
        **plan_examples(session, meetup),
        **agenda_examples(session, meetup, entry),
        **wish_examples(session, meetup, entry),
        **meetup_outcome_examples(session, meetup, entry),
        "themes.show": {"code": next(iter(all_themes()))},
        "directory.export": {"file_type": "csv"},
        "demo.message": {"mail_id": mail.id},
        "demo.calendar": {"mail_id": mail.id},
        **need_examples(session, territory, entry),
        **consortium_examples(session, territory, entry, other),
        **evidence_examples(session, entry, other),
        **introduction_examples(session, territory, entry, other),
        **register_examples(session, territory, entry, other),
        **shortlist_examples(session, entry, offer),
        "language.switch": {"code": "fr"},
        "static": {"release": "0", "filename": "css/base.css"},
        "static_files.vendor": {"package": "bootstrap", "filename": "css/bootstrap.min.css"},
        "moderation.hide": {**entry_slug, "kind": "acteurs"},
        "moderation.restore": {**entry_slug, "kind": "acteurs"},
        "people.set_role_of": {"user_id": requester.id},
        "memberships.decide": {**entry_slug, "membership_id": waiting.id},
        "memberships.change_role": {**entry_slug, "membership_id": member.id},
        "memberships.remove": {**entry_slug, "membership_id": member.id},
        "memberships.join": {"slug": other.slug},
        "claims.decide": {"membership_id": claimed.id},
        "federations.remove": {**entry_slug, "link_id": listed.id},
        "federations.answer": {**entry_slug, "link_id": asked.id},
        **{
            f"imports.{name}": {"batch_id": batch.id}
            for name in ("show", "map_columns", "decide", "apply", "undo", "discard", "refusals")
        },
        **{
            f"security.{name}": {"token": "jeton"}
            for name in (
                "change_email_confirm",
                "confirm_email",
                "reset_password",
                "two_factor_setup_validate",
                "wan_register_response",
                "wan_signin_response",
                "wan_verify_response",
            )
        },
    }


def _territory(session: Session) -> Territory:
    session.add(Region(code="84", name="Auvergne-Rhône-Alpes"))
    session.flush()
    session.add(Department(code="42", name="Loire", region_code="84"))
    session.flush()
    territory = Territory(
        code=QUARTER,
        name="Quartier",
        name_key="quartier",
        department_code="42",
        region_code="84",
        updated_at=NOW,
    )
    session.add(territory)
    session.flush()
    return territory


def _own_examples(
    session: Session, role: str, entry: Organization, other: Organization, free: Organization
) -> Examples:
    """Make the account of a role, and what is addressed to it."""
    person = make_user(
        session, role=ACCOUNT_ROLES.get(role, UserRole.MEMBER), email=address_of(role)
    )
    if role in TEAM_ROLES:
        make_membership(session, person, entry, role=TEAM_ROLES[role])
    invitation = Membership(
        organization_id=other.id,
        invited_email=person.email,
        state=MembershipState.INVITED,
        created_at=NOW,
    )
    session.add(invitation)
    claim = make_membership(session, person, free, state=MembershipState.REQUESTED)
    claim.is_claim = True
    claim.invited_email = f"{role}@libre.example"
    session.flush()
    return {
        **alert_examples(session, person),
        **carrier_examples(session, person, role, TEAM_ROLES.get(role)),
        "memberships.invitation": {"token": sign_membership(invitation, LinkPurpose.INVITATION)},
        "memberships.answer": {"membership_id": invitation.id},
        "memberships.withdraw": {"membership_id": claim.id},
        "claims.claim": {"slug": free.slug},
        "claims.prove": {"token": sign_membership(claim, LinkPurpose.CLAIM)},
    }


def rows_of(database: Path) -> Rows:
    """Return every row of every table, but the counters of attempts."""
    with sqlite3.connect(database) as base:
        tables = base.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        return {
            name: base.execute(f'SELECT * FROM "{name}"').fetchall()  # noqa: S608 - our own names
            for (name,) in tables
            if name != "rate_counter"
        }
