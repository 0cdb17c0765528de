"""The same form sent twice at one moment: one object, one mail, whichever the database (C1).

Each form is sent once, then, over the same rows, twice at once by two threads: both leave as many
rows in every table. On PostgreSQL the requests truly overlap; on SQLite the second one waits.
"""

import io
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any, Final

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from extensions.database import db_session
from models.introduction import Introduction
from models.need import Need
from models.organization import Organization
from models.partnership import Partnership
from services.introduction_decisions import accept_introduction
from tests.at_once import grown, row_counts, send_twice
from tests.databases import BOTH, site_over
from tests.factories.accounts import NOW, make_membership, make_user, sign_in
from tests.factories.forms import forms_in
from tests.factories.matrix_world import Examples, address_of, build_world
from tests.factories.organizations import make_offer
from vocabulary.kinds import PublicationState

TEXT: Final = "Bonjour, parlons de la cour de l’école."
# Not the form's work: what is counted or kept beside it.
BESIDE: Final = {"rate_counter", "thread_reading"}
# A line for each step, or for each need concerned, and a mail for each reader.
SEVERAL: Final = {"outbox_message", "register_entry", "register_part", "consortium_need"}


@dataclass(frozen=True)
class Form:
    """A form of a page: the answers to give, in which form of the page, sent by whom."""

    endpoint: str
    answers: Mapping[str, Any] = field(default_factory=dict)
    page: str = ""
    """The endpoint of the page that holds it, when it is another one."""
    has_file: bool = False
    role: str = "owner"


KEEPER, CODE = "pepiniere-de-la-matrice", "QN00001M"
QUARTER: Final = {"quarters-0": CODE}
VILLE: Final = {"body_name": "Ville d’essai", "kind": "collectivite"}
FORMS: Final = (
    Form("introductions.contact", {"message": TEXT}),
    Form("introductions.answer", {"message": TEXT, "offer": "offre-qui-repond"}, role="editor"),
    Form("threads.write", {"body": TEXT}, page="introductions.show"),
    Form("threads.write", {"body": TEXT}, page="introductions.show", has_file=True),
    Form("shortlists.create", {"name": "Sélection", "organization": "1", "need": ""}),
    Form("shortlists.add", {"liste": "nouvelle", "name": "Autre", "acteur": "libre"}),
    Form("need_editing.create", {"kind": "sourcing", "title": "Un besoin", **QUARTER}),
    Form("need_groups.join", {"carrier": "ville-owner", **QUARTER}),
    Form("registers.log", {"partner": "Libre", "said": TEXT, "kind": "appel"}),
    Form("registers.correct", {"reason": "Erreur"}),
    Form("need_documents.index", has_file=True),
    Form("interests.of_need", {"about": "Libre", "nature": "Essai"}),
    Form("interests.of_organization", {"about": "Libre", "nature": "Essai"}),
    Form("partnership_editing.create", {"name": "Alliance", "summary": TEXT}),
    Form("partnership_groups.create", {"name": "Groupe deux"}),
    Form("partnership_groups.add_meeting", {"held_on": "2026-12-01", "place": "Ici"}),
    Form("partnership_timeline.create", {"title": "Étape", "happened_on": "2026-01-05"}),
    Form("partnership_timeline.documents", has_file=True),
    Form(
        "partnership_members.invite",
        {"q": "Libre", "role": "Animation"},
        page="partnership_members.index",
    ),
    Form("consortiums.create", {"structure": KEEPER, "territoire": CODE, "name": "Équipe"}),
    Form("consortium_answers.answer", {"decision": "accepter"}, page="consortium_answers.show"),
    Form("participations.add", {"name": "Ada Essai", "email": "ada@ailleurs.example"}),
    Form("participations.cancel", {"note": TEXT}),
    Form("meetup_participants.add", {**VILLE, "person_name": "Bo"}, role="staff"),
    Form("meetup_registration.start", {**VILLE, "name": "Bo"}, role="staff"),
    Form("meetup_registration.proved", {**VILLE, "name": "Bo"}, role="public"),
)


def names(form: Form) -> str:
    """Return how a case is called."""
    return f"{form.endpoint}{'-file' if form.has_file else ''}"


def prepare(session: Session) -> None:
    """Add what the access matrix does without, so that each form can be sent in earnest."""
    entry = _entry(session, KEEPER)
    other = _entry(session, "autre-pepiniere")
    make_membership(session, make_user(session), other)
    make_offer(session, entry, "Offre qui répond")
    free = make_user(session)
    make_membership(session, free, _entry(session, "libre"))
    introduction = session.scalars(select(Introduction)).one()
    asked = session.scalars(
        select(Introduction.carrier_id).where(Introduction.id == introduction.id)
    ).one()
    person = make_user(session)
    make_membership(session, person, session.get_one(Organization, asked))
    accept_introduction(session, introduction, person, now=NOW)
    session.scalars(select(Partnership)).one().source = "Source"
    session.commit()


def _entry(session: Session, slug: str) -> Organization:
    return session.scalars(select(Organization).where(Organization.slug == slug)).one()


@dataclass(frozen=True)
class Site:
    """One application over one database, with its addresses."""

    app: Flask
    examples: dict[str, Examples]

    def address(self, endpoint: str, role: str) -> str:
        """Return the address of a route with values that exist."""
        examples = self.examples[role]
        adapter = self.app.url_map.bind("localhost")
        needed = {name for rule in self.app.url_map.iter_rules(endpoint) for name in rule.arguments}
        values = examples.get(endpoint) or (examples["*"] if needed == {"slug"} else {})
        if endpoint == "introductions.answer":
            values = {"need_id": self._answerable()}
        return adapter.build(endpoint, values)

    def _answerable(self) -> int:
        """Return a need of another body than the one whose offer answers."""
        with self.app.app_context():
            session = db_session()
            town = _entry(session, "ville-administrator")
            make_membership(session, make_user(session), town)
            town.is_claimed = True
            need = session.scalars(select(Need).order_by(Need.id).limit(1)).one()
            need.carrier_id, need.state = town.id, PublicationState.PUBLISHED
            session.commit()
            return need.id

    def rows(self) -> dict[str, int]:
        """Return how many rows each table holds."""
        return row_counts(self.app, beside=BESIDE)


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Site]]:
    """Return the same site over SQLite and over PostgreSQL."""
    with ExitStack() as stack:
        folders = {name: tmp_path_factory.mktemp(f"twice-{name}") for name in BOTH}
        apps = {name: stack.enter_context(site_over(name, folders[name])) for name in BOTH}
        yield {name: _fill(app) for name, app in apps.items()}


def _fill(app: Flask) -> Site:
    app.testing = True
    examples = build_world(app)
    with app.app_context():
        prepare(db_session())
    return Site(app, examples)


def _fields(site: Site, client: FlaskClient, form: Form) -> tuple[str, MultiDict[str, Any]]:
    """Return where the form goes and what it holds once filled in."""
    target = site.address(form.endpoint, form.role)
    page = client.get(
        site.address(form.page or form.endpoint, form.role), query_string=form.answers
    )
    assert page.status_code == 200, (form.endpoint, page.status_code)
    fields = next(
        fields for action, fields in forms_in(page.text) if (action or target).endswith(target)
    )
    for name, value in form.answers.items():
        fields.setlist(name, [value])
    return target, fields


def _send(client: FlaskClient, target: str, fields: MultiDict[str, Any], *, file: bool) -> int:
    data = fields.copy()
    if file:
        name = "files" if target.endswith("/messages") else "file"
        data.add(name, (io.BytesIO(b"Un texte."), "note.txt"))
    answer = client.post(target, data=data, content_type="multipart/form-data", buffered=True)
    return answer.status_code


@pytest.mark.parametrize("database", BOTH)
@pytest.mark.parametrize("form", FORMS, ids=names)
def test_sent_twice_at_once_a_form_works_once(
    sites: dict[str, Site], form: Form, database: str
) -> None:
    site = sites[database]
    client = sign_in(site.app, address_of(form.role))
    target, fields = _fields(site, client, form)
    before = site.rows()

    def send(copy: FlaskClient) -> int:
        return _send(copy, target, fields, file=form.has_file)

    answers = send_twice(site.app, client, send)
    assert answers == [302, 302], (answers, fields)
    added = grown(before, site.rows())
    assert added.pop("form_receipt") == 1
    assert {count for table, count in added.items() if table not in SEVERAL} <= {1}
    assert added, "the form did nothing"
    assert _send(client, target, fields, file=form.has_file) == 302
    assert grown(before, site.rows()) == {**added, "form_receipt": 1}
