"""Somebody removed from an organisation: no page at the next request, no mail from then on (Z5)."""

from collections.abc import Iterator
from typing import Any, Final

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from extensions.database import db_session
from jobs.cli import make_worker
from models.account import User
from models.mail import StoredMail
from models.membership import Membership
from models.organization import Organization
from services.consortium_invitations import CONSORTIUM_MAIL
from services.entry_notices import ENTRY_MAIL
from services.experience_notes import EXPERIENCE_MAIL
from services.introduction_notes import INTRODUCTION_MAIL
from services.membership_notes import MEMBERSHIP_MAIL
from services.need_documents import DOCUMENTS_MAIL
from services.outbox import post_message
from services.partnership_notes import PARTNERSHIP_MAIL
from services.relay_notes import RELAY_MAIL
from services.seeding import seed_roles
from tests.factories.accounts import NOW, sign_in
from tests.factories.matrix_world import Examples, address_of, build_world
from views.matrix import MATRIX, Access
from vocabulary.exchanges import Side
from vocabulary.kinds import MembershipState, SubjectKind

ENTRY: Final = "pepiniere-de-la-matrice"
TEAM_ONLY: Final = {Access.TEAM, Access.EDITOR, Access.OWNER}


@pytest.fixture
def world(empty_app: Flask) -> Examples:
    with empty_app.app_context():
        seed_roles(db_session())
        db_session().commit()
    return build_world(empty_app)


def leave(app: Flask, role: str) -> None:
    """Remove the account of a role from every organisation."""
    with app.app_context():
        session = db_session()
        person = session.scalars(User.by_email(address_of(role))).one()
        for membership in session.scalars(
            select(Membership).where(
                Membership.user_id == person.id, Membership.state == MembershipState.APPROVED
            )
        ):
            session.delete(membership)
        session.commit()


def _addresses(app: Flask, examples: dict[str, Any]) -> Iterator[tuple[str, str]]:
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        is_read = "GET" in (rule.methods or ())
        if is_read and MATRIX[rule.endpoint] in TEAM_ONLY:
            values = examples.get(rule.endpoint)
            if values is None and rule.arguments == {"slug"}:
                values = examples["*"]
            yield rule.endpoint, adapter.build(rule.endpoint, values or {})


def test_every_page_of_the_team_is_missing_at_the_next_request(
    empty_app: Flask, world: Examples
) -> None:
    examples = world["owner"]
    client: FlaskClient = sign_in(empty_app, address_of("owner"))
    asked = list(_addresses(empty_app, examples))
    assert client.get(f"/mon-espace/organisations/{ENTRY}/equipe").status_code == 200
    leave(empty_app, "owner")
    statuses = {endpoint: client.get(address).status_code for endpoint, address in asked}
    assert {endpoint: code for endpoint, code in statuses.items() if code != 404} == {}
    assert len(statuses) > 30


@pytest.mark.usefixtures("world")
def test_nothing_of_the_team_is_listed_any_more(empty_app: Flask) -> None:
    client = sign_in(empty_app, address_of("owner"))
    leave(empty_app, "owner")
    adapter = empty_app.url_map.bind("localhost")
    told = {
        rule.endpoint: client.get(adapter.build(rule.endpoint)).text
        for rule in empty_app.url_map.iter_rules()
        if not rule.arguments
        and "GET" in (rule.methods or ())
        and MATRIX[rule.endpoint] is Access.SIGNED_IN
    }
    # Whom one may ask to join is public; what the team does is not.
    texts = ("Besoin d’un groupement", "À revoir", "Besoin à mettre en relation", "Groupement")
    found = {
        (endpoint, text)
        for endpoint, page in told.items()
        for text in texts
        if text in page.partition("<main")[2].replace("Groupements", "")
    }
    assert found == set()
    assert len(told) > 10


def _payloads(world: Examples, keys: dict[str, int]) -> dict[str, tuple[str, dict[str, Any]]]:
    own, person = world["owner"], keys["person"]
    to_person = {"recipient_id": person, "organization_id": keys["entry"]}
    page = {"recipient_id": person, "partnership_id": keys["page"]}
    entry = {"subject_id": keys["entry"], "kind": SubjectKind.ORGANIZATION.value, "audit_id": None}
    return {
        "partnership-decision": (
            PARTNERSHIP_MAIL,
            {**page, "event": "changes_requested", "organization_id": None},
        ),
        "partnership-founded": (
            PARTNERSHIP_MAIL,
            {**page, "event": "founded", "organization_id": keys["entry"]},
        ),
        "entry": (ENTRY_MAIL, {**to_person, **entry, "event": "published", "other_id": None}),
        "relay": (
            RELAY_MAIL,
            {**to_person, **own["relays.show"], "event": "received"},
        ),
        "introduction": (
            INTRODUCTION_MAIL,
            {**own["introductions.show"], "event": "requested", "side": Side.TERRITORY.value},
        ),
        "consortium": (
            CONSORTIUM_MAIL,
            {**own["consortium_answers.show"], "event": "invited"},
        ),
        "experience": (
            EXPERIENCE_MAIL,
            {**to_person, **own["experiences.show"], "event": "about_you"},
        ),
        "documents": (
            DOCUMENTS_MAIL,
            {
                **to_person,
                **own["need_documents.show"],
                "document_ids": [own["need_documents.withdraw"]["document_id"]],
            },
        ),
        "membership": (
            MEMBERSHIP_MAIL,
            {**to_person, "person_id": keys["colleague"], "event": "joined"},
        ),
    }


KINDS: Final = (
    "partnership-decision",
    "partnership-founded",
    "entry",
    "relay",
    "introduction",
    "consortium",
    "experience",
    "documents",
    "membership",
)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("has_left", [False, True], ids=["member", "former"])
def test_a_mail_asked_for_before_does_not_follow_somebody_who_left(
    empty_app: Flask, world: Examples, kind: str, *, has_left: bool
) -> None:
    with empty_app.app_context():
        session = db_session()
        keys = {
            "person": session.scalars(User.by_email(address_of("owner"))).one().id,
            "colleague": session.scalars(User.by_email(address_of("editor"))).one().id,
            "entry": session.scalars(
                select(Organization.id).where(Organization.slug == ENTRY)
            ).one(),
            "page": 1,
        }
        topic, payload = _payloads(world, keys)[kind]
        post_message(session, topic, payload, now=NOW)
        session.commit()
    if has_left:
        leave(empty_app, "owner")
    with empty_app.app_context():
        make_worker().drain()
        written = db_session().scalars(
            select(StoredMail.id).where(StoredMail.recipient == address_of("owner"))
        )
        assert len(written.all()) == (0 if has_left else 1)
