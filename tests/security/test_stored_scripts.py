"""Every free text of the database holds markup; no page for any role makes anything of it.

Fields come from the models and pages from the routes: a new one is tried without being named.
"""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Final

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Column, String, Table, Text, UniqueConstraint, cast, literal, select, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from extensions.database import db_session
from models.audit import AuditEntry
from models.base import Base
from models.geography import Commune
from models.import_batch import ImportBatch, ImportRow
from models.offer import Offer
from models.partnership import Partnership, PartnershipMember, WorkingGroup
from models.revision import Revision
from models.territory import RenewalProject, Territory
from services.drafts import start_revision
from services.entry_contents import offer_content
from tests.databases import site_from
from tests.factories.accounts import NOW, make_user, sign_in
from tests.factories.drafts import make_submitted
from tests.factories.entries import index_all, make_reference
from tests.factories.forms import filled
from tests.factories.matrix_world import Examples, address_of, build_world
from tests.factories.organizations import make_offer
from views.matrix import MATRIX
from vocabulary.kinds import PublicationState, SubjectKind

TAG: Final = "x-hostile"
# Closes an attribute, a text area, a title or a script, then opens an element that would run.
MARKUP: Final = (
    f"'\"></textarea></title></script><{TAG} onload=hostile()> [lien](javascript:hostile()) "
    "<javascript:hostile()> ![i](javascript:hostile())"
)
LINKS: Final = ("href", "src", "action", "formaction")
LINK: Final = "javascript:hostile()"
# Codes, keys and secrets: written by the application, never by people.
CODES: Final = {
    *("import_row.verdict", "audit_entry.action", "organization.logo", "organization.size"),
    *("organization.siren", "organization.siret", "organization.rnsr", "user.language"),
    *("register_entry.part_digest", "register_entry.previous_hash", "register_entry.hash"),
    *("document.digest", "document.media_type", "partnership_milestone.precision"),
    *("user.password", "user.tf_primary_method", "outbox_message.topic", "epci.kind"),
    *("outbox_message.claimed_by", "working_group.theme", "webauthn.usage", "reference.uid"),
    *("meetup_day.time_zone", "meetup_invitee_line.verdict", "meetup_wish_line.verdict"),
    *("meetup_attendee.email", "meetup_attendee.language", "meetup_meeting.key"),
    *("meetup_request.email", "meetup_request.language", "meetup_request.nonce"),
}
WRITTEN_KEYS: Final = frozenset({"name", "acronym", "title", "pitch", "description", "website"})
# Every account of the suite has an address under one of these.
ADDRESS: Final = re.compile(rb"[\w.+-]+@(?:essai|matrice|libre)\.example")
# Who reads the address of somebody else, and where: nowhere else (P1).
_TEAM: Final = {"memberships.team"}
# The people of a participant of a meetup day are read by it and by those who organise the day.
# An address that a link has proved is shown to whoever holds the link.
_PROVED: Final = {"meetup_registration.proved"}
_ATTENDING: Final = {*_PROVED, "participations.show", "participations.person"}
_ORGANIZING: Final = {
    *("meetup_participants.show", "meetup_participants.attendee", "meetup_participants.export"),
    *_PROVED,
}
_STAFF: Final = {*_TEAM, *_ORGANIZING, "claims.queue", "demo.mailbox", "demo.message"}
SHOWING_ADDRESSES: Final = {
    "public": {*_PROVED, "demo.mailbox", "demo.message"},
    "owner": {*_TEAM, *_ATTENDING, "demo.mailbox", "demo.message"},
    "staff": _STAFF,
    "administrator": {*_STAFF, "people.index"},
}
LEFT_OUT: Final = {"oidc.start", "oidc.callback", "security.logout"}


def free_columns(table: Table) -> list[Column[Any]]:
    """Return the columns of ``table`` that hold what somebody wrote."""
    return [
        column
        for column in table.columns
        if type(column.type) in {String, Text}
        and not (column.primary_key or column.foreign_keys or column.unique)
        and not column.name.endswith(("_key", "_code"))
        and f"{table.name}.{column.name}" not in CODES
    ]


def poisoned(table: Table, text: str) -> dict[str, Any]:
    """Return ``text`` for each free column; its end differs by row where rows must differ."""
    unique = {
        column.name
        for constraint in table.constraints
        if isinstance(constraint, UniqueConstraint)
        for column in constraint.columns
    }
    own = literal(text) + cast(table.c.id, String) if "id" in table.c else text
    return {column.name: own if column.name in unique else text for column in free_columns(table)}


def poison(session: Session) -> None:
    """Write the markup into every free text, that of drafts and lists included."""
    for table in Base.metadata.sorted_tables:
        values = poisoned(table, MARKUP)
        if table.name == "organization":
            values["website"] = LINK
        if values:
            session.execute(update(table).values(values))
    session.execute(update(Base.metadata.tables["organization"]).values(labels=[MARKUP]))
    for revision in session.scalars(select(Revision)):
        written = dict.fromkeys(WRITTEN_KEYS & set(revision.content), MARKUP)
        revision.content = {**revision.content, **written, "labels": [MARKUP]}
        if "website" in written:
            revision.content = {**revision.content, "website": LINK}
    for line in session.scalars(select(AuditEntry)):
        line.details = dict.fromkeys(("comment", "member", "federator", "source"), MARKUP)
    session.flush()


def add_more(session: Session, examples: Examples) -> None:
    """Add what the access matrix does without: a proposed offer, references, an open import."""
    session.add(
        Commune(code="42218", name="C", name_key="c", department_code="42", region_code="84")
    )
    author = make_user(session)
    offer = session.scalars(select(Offer).order_by(Offer.id).limit(1)).one()
    other = make_offer(session, offer.organization, "Autre offre")
    proposal = start_revision(session, other, offer_content(other), author=author, now=NOW)
    proposal.state, proposal.submitted_at = PublicationState.SUBMITTED, NOW
    make_submitted(session, author, name="Première proposition")
    territory = session.scalars(select(Territory).order_by(Territory.id).limit(1)).one()
    make_reference(session, offer, territory_id=territory.id, client="C", result="R")
    session.add(RenewalProject(name="Projet", carrier_label="P", territories=[territory]))
    partnership = session.scalars(select(Partnership).order_by(Partnership.id).limit(1)).one()
    partnership.territory_id = territory.id
    partnership.members = [PartnershipMember(organization_id=offer.organization_id, role="R")]
    session.add(WorkingGroup(partnership_id=partnership.id, name="G", description="D"))
    batch = session.get_one(ImportBatch, examples["imports.show"]["batch_id"])
    batch.headers, batch.dropped, batch.mapping = ["nom", MARKUP], [MARKUP], {"name": "nom"}
    problem = {"message": "Effectif illisible : « %(value)s ».", "params": {"value": MARKUP}}
    for number, verdict in enumerate(("refused", "new"), start=2):
        session.add(
            ImportRow(
                batch_id=batch.id,
                line=number,
                cells=[MARKUP, MARKUP],
                verdict=verdict,
                notes={"problems": [problem]} if verdict == "refused" else {},
            )
        )
    session.flush()


@pytest.fixture(scope="module")
def app(templates: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    with site_from(templates / "empty", tmp_path_factory.mktemp("stored")) as made:
        yield made


@pytest.fixture(scope="module")
def examples(app: Flask) -> dict[str, Examples]:
    found = build_world(app)
    with app.app_context():
        session = db_session()
        add_more(session, found["administrator"])
        poison(session)
        session.commit()
    index_all(app)
    return found


class Elements(HTMLParser):
    """Collects what a browser would make of the markup."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep an element of ours, a handler, a link that runs, a script without address."""
        names = dict(attrs)
        is_inline = tag == "script" and "src" not in names
        handlers = any(name.startswith("on") for name in names)
        links = any(
            (names.get(name) or "").strip().lower().startswith("javascript:")
            for name in ("href", "src", "action", "formaction")
        )
        if tag == TAG or is_inline or handlers or links:
            self.found.append(self.get_starttag_text() or tag)


def addresses_in(answer: TestResponse) -> set[str]:
    """Return the addresses of people that an answer holds, whatever its type."""
    return {found.decode() for found in ADDRESS.findall(answer.data)}


def pages_of(app: Flask, endpoint: str, examples: Examples) -> list[str]:
    """Return the addresses of a route that can be read."""
    adapter = app.url_map.bind("localhost")
    return [
        adapter.build(endpoint, examples.get(endpoint) or examples["*"])
        for rule in app.url_map.iter_rules(endpoint)
        if "GET" in (rule.methods or ())
    ]


@pytest.mark.parametrize("role", ["public", "owner", "staff", "administrator"])
@pytest.mark.parametrize("endpoint", sorted(set(MATRIX) - LEFT_OUT))
def test_no_page_runs_what_is_stored(
    app: Flask, examples: dict[str, Examples], endpoint: str, role: str
) -> None:
    client = app.test_client() if role == "public" else sign_in(app, address_of(role))
    for address in pages_of(app, endpoint, examples[role]):
        answer = client.get(address, buffered=True)
        assert answer.status_code < 500
        if answer.mimetype == "text/html":
            assert Elements(answer.text).found == []
        assert endpoint in SHOWING_ADDRESSES[role] or addresses_in(answer) <= {address_of(role)}


@pytest.fixture
def administrator(app: Flask, examples: dict[str, Examples]) -> FlaskClient:
    del examples
    return sign_in(app, address_of("administrator"))


def test_every_proposal_is_compared_without_running(app: Flask, administrator: FlaskClient) -> None:
    with app.app_context():
        numbers = db_session().scalars(select(Revision.id)).all()
        kinds = set(db_session().scalars(select(Revision.subject_kind)))
    assert kinds == {SubjectKind.ORGANIZATION, SubjectKind.OFFER}
    for number in numbers:
        answer = administrator.get(f"/moderation/{number}")
        assert answer.status_code == 200
        assert Elements(answer.text).found == []


@pytest.mark.parametrize(
    "address",
    [
        "/annuaire?q=hostile",
        "/annuaire?vue=carte&q=javascript",
        "/annuaire?objet=solutions",
        "/annuaire?objet=besoins",
        "/correspondances?besoin=%3Cx-hostile%20onload=1%3E&lieu=%22%3E%3Cx-hostile%3E",
        "/correspondances?besoin=renover&pourquoi=hostile",
        "/administration/personnes?q=%22%3E%3Cx-hostile%3E",
        "/moderation/journal?personne=%22%3E%3Cx-hostile%3E&fiche=%22%3E%3Cx-hostile%3E",
        "/mon-espace/inscrire/fiche?numero=%22%3E%3Cx-hostile%3E",
        "/x-hostile%22%3E%3Cx-hostile%20onload=1%3E",
        "/langue/%22%3E%3Cx-hostile%3E",
    ],
)
def test_what_is_asked_is_not_run_either(administrator: FlaskClient, address: str) -> None:
    assert Elements(administrator.get(address, buffered=True).text).found == []


def test_the_live_preview_is_clean(administrator: FlaskClient) -> None:
    space = "/mon-espace/organisations/pepiniere-de-la-matrice"
    fields = filled(administrator, f"{space}/description")
    fields["description"], fields["pitch"] = MARKUP, MARKUP
    answer = administrator.post(f"{space}/apercu/description", data=fields)
    assert answer.status_code == 200
    assert Elements(answer.text).found == []
    assert TAG in answer.text


@pytest.mark.parametrize(
    "endpoint",
    [
        "organizations.show",
        "offers.show",
        "needs.show",
        "partnerships.show",
        "territories.show",
        "matches.territory",
        "meetups.show",
        "registration.identity",
        "offer_editing.edit",
        "memberships.team",
        "moderation.queue",
        "moderation.review",
        "moderation.journal",
        "imports.show",
        "people.index",
        "claims.queue",
        "demo.mailbox",
        "demo.message",
    ],
)
def test_the_markup_is_shown_as_text(
    app: Flask, examples: dict[str, Examples], administrator: FlaskClient, endpoint: str
) -> None:
    (address,) = pages_of(app, endpoint, examples["administrator"])
    assert f"&lt;{TAG}" in administrator.get(address).text
