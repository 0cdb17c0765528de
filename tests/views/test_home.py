"""The home page: the question, a worked match marked as fictional, figures of real entries."""

import re
from html import unescape

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.organization import Organization
from models.territory import Territory
from tests.factories.entries import make_need, make_territory
from tests.factories.organizations import make_offer, make_organization
from tests.query_counter import count_queries
from vocabulary.kinds import AreaLevel, PublicationState

MOST_QUERIES = 12
LARGEST = 100_000


def visible(page: str) -> str:
    """Return the text of a page on one line."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page)))


def figures(page: str) -> dict[str, int]:
    """Return the figures shown, by their words."""
    pairs = re.findall(r"<div><dt>([^<]+)</dt><dd>([^<]+)</dd></div>", page)
    return {name: int(re.sub(r"\D", "", number)) for name, number in pairs}


def test_the_page_asks_first_and_needs_no_account(client: FlaskClient) -> None:
    page = client.get("/")
    assert page.status_code == 200
    assert "Que cherchez-vous pour votre quartier ?" in visible(page.text)
    form = page.text[page.text.index('<form class="ask') : page.text.index("</form>")]
    assert 'action="/correspondances" method="get"' in form
    assert re.findall(r'name="(\w+)"', form) == ["besoin", "lieu"]


def test_the_sentences_to_try_are_answered(client: FlaskClient) -> None:
    page = client.get("/").text
    tries = [unescape(url) for url in re.findall(r'href="(/correspondances\?besoin=[^"]+)"', page)]
    assert len(tries) == 3
    for url in tries:
        assert re.search(r"[1-9]\d* solutions proposées", visible(client.get(url).text))


def test_the_example_says_that_need_and_offer_are_fictional(client: FlaskClient) -> None:
    page = client.get("/").text
    example = page[page.index('class="worked"') : page.index('class="doors"')]
    assert "Exemple fictif, non exprimé par la collectivité" in example
    assert visible(example).count("Exemple fictif") == 2
    assert len(re.findall(r'<ul class="reasons">.*?</ul>', example, re.DOTALL)) == 1


def test_figures_count_real_entries_only(client: FlaskClient, session: Session) -> None:
    real = (
        select(func.count(Organization.id))
        .where(Organization.state == PublicationState.PUBLISHED, Organization.is_demo.is_(False))
        .scalar_subquery()
    )
    expected = session.execute(select(real, select(func.count(Territory.id)).scalar_subquery()))
    actors, quarters = expected.one()
    shown = figures(client.get("/").text)
    assert shown == {"quartiers": quarters, "acteurs recensés": actors, "partenariat": 1}


def test_an_empty_directory_has_a_home_too(empty_app: Flask) -> None:
    page = empty_app.test_client().get("/")
    assert page.status_code == 200
    assert figures(page.text) == {}
    assert 'class="worked"' not in page.text


def test_real_entries_are_counted_and_an_unmarked_example_is_real(
    empty_app: Flask, empty_session: Session
) -> None:
    actor = make_organization(empty_session, area_level=AreaLevel.NATIONAL)
    make_offer(empty_session, actor, themes=["solaire"])
    make_need(empty_session, make_territory(empty_session), themes=["solaire"])
    empty_session.commit()
    page = empty_app.test_client().get("/").text
    assert figures(page) == {
        "quartier": 1,
        "acteur recensé": 1,
        "solution": 1,
        "besoin ouvert": 1,
    }
    assert "Exemple fictif" not in page[page.index('class="worked"') :]


def test_the_home_page_is_light(app: Flask) -> None:
    client = app.test_client()
    client.get("/")
    with count_queries(app) as statements:
        page = client.get("/")
    assert len(page.data) < LARGEST
    assert len(statements) <= MOST_QUERIES
