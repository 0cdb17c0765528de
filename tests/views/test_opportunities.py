"""« Besoins pour nous »: what matches, set aside and put back, by the actor's own people only."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from extensions.clock import now
from extensions.database import db_session
from models.alert import MatchDismissal
from models.need import NeedRelay, NeedRelayMember
from tests.factories.accounts import make_membership, make_user, sign_in
from tests.factories.alerts import make_actor, make_answering_offer, make_matching_need
from tests.factories.organizations import make_organization
from tests.factories.pages import submit
from tests.query_counter import count_queries
from vocabulary.kinds import NeedKind, OrganizationKind

OWNER = "responsable@essai.example"
LIST = "/mon-espace/besoins-pour-nous"
NEED = "Isoler les façades de deux tours"
MOST_QUERIES = 12


@pytest.fixture
def owner(empty_app: Flask) -> FlaskClient:
    """Return the client of the owner of an actor whose offer answers need 1."""
    with empty_app.app_context():
        session = db_session()
        actor = make_actor(session)
        make_answering_offer(session, actor)
        make_matching_need(session)
        make_membership(session, make_user(session, email=OWNER), actor)
        session.commit()
    return sign_in(empty_app, OWNER)


def set_aside(client: FlaskClient, **fields: str) -> int:
    data = {"motif": "calendrier", "precision": "Atelier plein.", **fields}
    return submit(client, f"{LIST}/1/ecarter", data).status_code


def test_a_need_is_listed_with_its_reasons(owner: FlaskClient) -> None:
    page = owner.get(LIST).text
    assert NEED in page
    assert "Répond aux 2 thèmes" in page


def test_a_need_set_aside_leaves_the_list_until_it_is_put_back(owner: FlaskClient) -> None:
    set_aside(owner)
    listed = NEED in owner.get(LIST).text.replace("est écarté", "").split("proposé")[-1]
    kept = owner.get(f"{LIST}/ecartes").text
    submit(owner, f"{LIST}/1/reprendre")
    assert (listed, NEED in owner.get(LIST).text) == (False, True)
    assert "Le calendrier ne convient pas" in kept
    assert "Atelier plein." in kept


def test_set_aside_twice_is_once_and_the_last_reason_holds(
    empty_app: Flask, owner: FlaskClient
) -> None:
    statuses = [set_aside(owner), set_aside(owner, motif="montant")]
    with empty_app.app_context():
        rows = db_session().scalars(select(MatchDismissal)).all()
    assert (statuses, [row.reason.value for row in rows]) == ([302, 302], ["montant"])


def test_without_a_reason_nothing_is_set_aside_and_the_note_is_kept(
    empty_app: Flask, owner: FlaskClient
) -> None:
    answer = submit(owner, f"{LIST}/1/ecarter", {"precision": "Trop loin."})
    assert (answer.status_code, "Choisissez une raison." in answer.text) == (400, True)
    assert "Trop loin." in answer.text
    with empty_app.app_context():
        assert db_session().scalars(select(MatchDismissal)).all() == []


def test_nobody_sets_aside_for_an_actor_of_others(empty_app: Flask, owner: FlaskClient) -> None:
    with empty_app.app_context():
        make_actor(db_session(), "Actrice étrangère")
        db_session().commit()
    assert owner.get(f"{LIST}?acteur=actrice-etrangere").status_code == 404
    assert set_aside(owner, acteur="actrice-etrangere") == 404
    assert owner.get(f"{LIST}/99/ecarter").status_code == 404


@pytest.mark.parametrize(
    ("query", "listed"),
    [
        ("genre=sourcing", True),
        ("genre=appel", False),
        ("region=84", True),
        ("region=11", False),
        ("theme=mobilite", False),
        ("solution=facade-en-ossature-bois", True),
    ],
)
def test_the_list_is_filtered(owner: FlaskClient, query: str, *, listed: bool) -> None:
    assert (NEED in owner.get(f"{LIST}?{query}").text) is listed


def test_a_need_relayed_by_a_structure_stands_on_top(empty_app: Flask, owner: FlaskClient) -> None:
    with empty_app.app_context():
        session = db_session()
        network = make_organization(session, "Réseau essai", kind=OrganizationKind.INCUBATOR)
        relay = NeedRelay(need_id=1, federator_id=network.id, sent_at=now())
        relay.members.append(NeedRelayMember(organization_id=1, relayed_at=now()))
        session.add(relay)
        session.commit()
    page = owner.get(LIST).text
    assert "transmis par Réseau essai" in page
    set_aside(owner)
    assert "transmis par Réseau essai" not in owner.get(LIST).text


def test_the_list_asks_the_same_queries_whatever_the_rows(
    empty_app: Flask, owner: FlaskClient
) -> None:
    counts = []
    for number in (1, 2, 8):
        with empty_app.app_context():
            session = db_session()
            for row in range(number):
                make_matching_need(
                    session,
                    f"Autre besoin {number} {row}",
                    code=f"QN042{number}{row}M",
                    kind=NeedKind.CALL,
                    updated_at=now() + timedelta(seconds=number),
                )
            session.commit()
        # Later than the time for which columns may lag behind what was published.
        with time_machine.travel(now() + timedelta(seconds=10 * number)):
            owner.get(LIST)
            with count_queries(empty_app) as statements:
                owner.get(LIST)
        counts.append(len(statements))
    assert len(set(counts)) == 1
    assert counts[0] <= MOST_QUERIES, counts
