"""« Pourquoi pas » on the match pages: an offer named, and why it is not higher or not there."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.factories.match_pages import CYCLONE, SENTENCE, TARDY, explore, visible


@pytest.fixture
def visitor(seeded: Flask) -> FlaskClient:
    return seeded.test_client()


def asked(page: str) -> str:
    """Return the answer to « pourquoi pas ? »."""
    return visible(page[page.index('id="pourquoi"') : page.index("match-list-head")])


def test_an_offer_from_elsewhere_says_where_it_works(visitor: FlaskClient) -> None:
    answer = asked(explore(visitor, besoin=SENTENCE, lieu=TARDY, pourquoi=CYCLONE).text)
    assert "N’intervient pas ici, mais en : Guadeloupe" in answer


def test_an_offer_may_be_named_by_its_title(visitor: FlaskClient) -> None:
    title = "Collecte d’encombrants avant cyclone"
    answer = asked(explore(visitor, besoin=SENTENCE, lieu=TARDY, pourquoi=title).text)
    assert "N’intervient pas ici, mais en : Guadeloupe" in answer


def test_an_offer_of_the_list_says_what_weakens_it(visitor: FlaskClient) -> None:
    slug = "une-cage-d-escalier-vide-pour-vos-essais"
    answer = asked(explore(visitor, besoin=SENTENCE, lieu=TARDY, pourquoi=slug).text)
    assert "Elle est proposée" in answer
    assert "citer une référence de plus (+15)" in answer


def test_an_offer_hidden_by_a_filter_says_so(visitor: FlaskClient) -> None:
    slug = "une-cage-d-escalier-vide-pour-vos-essais"
    page = explore(visitor, besoin=SENTENCE, lieu=TARDY, pourquoi=slug, theme="solaire").text
    assert "Vos filtres la cachent" in asked(page)


def test_an_unrelated_offer_says_so(visitor: FlaskClient) -> None:
    page = explore(visitor, besoin="potager", pourquoi="retrofit-de-lanternes").text
    assert "Ne partage avec ce besoin ni thème ni assez de mots" in asked(page)


def test_several_offers_of_that_name_are_offered(visitor: FlaskClient) -> None:
    page = explore(visitor, besoin=SENTENCE, pourquoi="vélo").text
    assert "De quelle solution parlez-vous" in asked(page)
    assert "pourquoi=abri-velo" in page


def test_an_unknown_name_is_said(visitor: FlaskClient) -> None:
    page = explore(visitor, besoin=SENTENCE, pourquoi="zzzzqq").text
    assert "Aucune solution publiée ne s’appelle « zzzzqq »" in asked(page)


def test_the_page_of_an_offer_asks_for_the_need_first(visitor: FlaskClient) -> None:
    link = f"/correspondances?pourquoi={CYCLONE}"
    assert f'href="{link}"' in visitor.get(f"/solutions/{CYCLONE}").text
    page = visitor.get(link).text
    assert f'<input type="hidden" name="pourquoi" value="{CYCLONE}">' in page


def test_names_of_offers_are_completed(visitor: FlaskClient) -> None:
    found = visitor.get("/completion/solutions?q=cyclone").get_json()
    assert {one["code"] for one in found} >= {CYCLONE}
    assert visitor.get("/completion/solutions?q=a").get_json() == []
    assert visitor.get("/completion/solutions?q=%00%25_").status_code == 200
