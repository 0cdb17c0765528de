"""Match pages follow the entries: phases, areas, withdrawals; nothing is kept of a sentence."""

import logging
from datetime import timedelta
from html import unescape
from pathlib import Path
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from models.base import Base
from models.offer import Offer
from models.territory import RenewalProject, Territory
from services.matching import Matcher
from tests.factories.accounts import make_membership, make_user, sign_in
from tests.factories.entries import make_need, make_reference, make_territory
from tests.factories.match_pages import (
    MOST_QUERIES,
    SENTENCE,
    TARDY,
    explore,
    first_reasons,
    total,
    visible,
)
from tests.factories.organizations import NOW, make_offer, make_organization
from tests.query_counter import count_queries
from vocabulary.kinds import AreaLevel, ProjectPhase, PublicationState


@pytest.fixture
def quarter(empty_session: Session) -> Territory:
    """Return a quarter whose project is being designed, with one open need."""
    territory = make_territory(empty_session, TARDY, name="Tarentaize")
    empty_session.add(
        RenewalProject(name="Projet", phase=ProjectPhase.DESIGN, territories=[territory])
    )
    make_need(
        empty_session,
        territory,
        "Isoler la tour Beaubrun",
        themes=["renovation-energetique", "site-occupe"],
        closes_on=NOW.date() + timedelta(days=900),
    )
    empty_session.commit()
    return territory


@pytest.fixture
def offer(empty_session: Session, quarter: Territory) -> Offer:
    """Return an offer that answers that need."""
    assert quarter
    actor = make_organization(empty_session, "Murs d’essai", area_level=AreaLevel.NATIONAL)
    made = make_offer(empty_session, actor, "Isolation d’essai", themes=["renovation-energetique"])
    make_reference(empty_session, made)
    empty_session.commit()
    return made


def test_the_phase_of_the_project_is_a_reason_and_a_filter(
    empty_app: Flask, quarter: Territory, offer: Offer
) -> None:
    client = empty_app.test_client()
    good = "Bon moment : le projet de renouvellement est en conception"
    path = f"/solutions/{offer.slug}/correspondances"
    assert first_reasons(client.get(path).text)[2] == good
    for page in (f"/territoires/{quarter.code}/correspondances", "/besoins/1/correspondances"):
        assert good in visible(client.get(page).text)
    assert total(client.get(f"{path}?phase=conception").text) == 1
    assert total(client.get(f"{path}?phase=travaux").text) == 0


def test_an_actor_without_a_declared_area_is_excluded_and_says_so(
    empty_app: Flask, empty_session: Session, offer: Offer
) -> None:
    offer.organization.area_level = None
    empty_session.commit()
    page = explore(empty_app.test_client(), besoin=SENTENCE, lieu=TARDY).text
    assert total(page) == 0
    assert "L’acteur n’a pas déclaré de zone d’intervention" in visible(page)


@pytest.mark.parametrize("state", [PublicationState.ARCHIVED, PublicationState.SUSPENDED])
def test_a_withdrawn_offer_is_nowhere_at_once(
    empty_app: Flask, empty_session: Session, offer: Offer, state: PublicationState
) -> None:
    client = empty_app.test_client()
    paths = [
        f"/correspondances?besoin={quote(SENTENCE)}&lieu={TARDY}&pourquoi={offer.slug}",
        f"/correspondances?besoin={quote(SENTENCE)}&objet=acteurs",
        f"/territoires/{TARDY}/correspondances",
        "/besoins/1/correspondances",
        "/",
    ]
    assert all("Isolation d’essai" in unescape(client.get(path).text) for path in paths)
    offer.state = state
    empty_session.commit()
    pages = [client.get(path) for path in paths]
    assert [page.status_code for page in pages] == [200] * len(paths)
    assert all("Isolation d’essai" not in unescape(page.text) for page in pages)
    assert [total(page.text) for page in pages[:-1]] == [0] * 4
    assert client.get(f"/solutions/{offer.slug}/correspondances").status_code == 404


def test_only_the_people_of_an_actor_are_led_to_change_its_offers(
    empty_app: Flask, empty_session: Session, offer: Offer
) -> None:
    person = make_user(empty_session)
    make_membership(empty_session, person, offer.organization)
    empty_session.commit()
    for path in (
        f"/solutions/{offer.slug}/correspondances",
        f"/acteurs/{offer.organization.slug}/correspondances",
    ):
        assert "Modifier l" not in empty_app.test_client().get(path).text
        page = sign_in(empty_app, person.email).get(path).text
        assert "Modifier l" in page
        assert "Ce qui renforcerait la correspondance" in page


def test_rows_add_no_query(empty_app: Flask, empty_session: Session, offer: Offer) -> None:
    client = empty_app.test_client()
    paths = [
        f"/correspondances?besoin={quote(SENTENCE)}&lieu={TARDY}&pourquoi={offer.slug}",
        f"/territoires/{TARDY}/correspondances",
        "/besoins/1/correspondances",
        f"/solutions/{offer.slug}/correspondances",
        f"/acteurs/{offer.organization.slug}/correspondances",
        f"/acteurs/{offer.organization.slug}/correspondances?objet=territoires",
    ]

    def counts() -> list[int]:
        found = []
        for path in paths:
            client.get(path)
            with count_queries(empty_app) as statements:
                assert client.get(path).status_code == 200
            found.append(len(statements))
        return found

    few = counts()
    for number in range(20):
        other = make_organization(
            empty_session, f"Autre {number}", slug=f"autre-{number}", area_level=AreaLevel.NATIONAL
        )
        made = make_offer(
            empty_session,
            other,
            f"Isoler {number}",
            slug=f"isoler-{number}",
            themes=["renovation-energetique"],
        )
        make_reference(empty_session, made)
        place = make_territory(empty_session, f"QN042{number + 20}M")
        make_need(empty_session, place, f"Isoler {number}", themes=["renovation-energetique"])
    empty_session.commit()
    empty_app.extensions["tour_matcher"] = Matcher()  # no waiting for the next generation
    assert counts() == few
    assert max(few) <= MOST_QUERIES


def test_nothing_of_a_sentence_is_kept_or_logged(
    empty_app: Flask, empty_session: Session, offer: Offer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secret = "zibeline quarante-sept isoler"
    before = _rows(empty_session)
    client = empty_app.test_client()
    for lieu in (TARDY, "zzzzqq", ""):
        explore(client, besoin=secret, lieu=lieu, pourquoi=offer.slug)
    empty_session.rollback()
    assert _rows(empty_session) == before
    assert "zibeline" not in _dump(empty_session)
    assert "zibeline" not in caplog.text
    assert not any("zibeline" in value for value in client._cookies or {})  # noqa: SLF001
    folder = Path(empty_app.config["SETTINGS"].data_dir)
    assert not any(b"zibeline" in path.read_bytes() for path in folder.rglob("*") if path.is_file())


def _rows(session: Session) -> dict[str, int]:
    return {
        name: session.execute(text(f'SELECT count(*) FROM "{name}"')).scalar_one()  # noqa: S608
        for name in Base.metadata.tables
    }


def _dump(session: Session) -> str:
    return "\n".join(
        str(tuple(row))
        for name in Base.metadata.tables
        for row in session.execute(text(f'SELECT * FROM "{name}"'))  # noqa: S608
    )


def test_a_sentence_without_a_known_word_gets_no_list(client: FlaskClient) -> None:
    answer = client.get("/correspondances?besoin=qsdkjfh&lieu=Roubaix")
    assert (answer.status_code, "Aucune fiche n’emploie ces mots" in answer.text) == (200, True)
    assert "Correspondance partielle" not in answer.text
