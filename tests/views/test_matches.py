"""The match pages as a visitor uses them: sentences, places, filters, pages, odd input."""

import re
from html import unescape
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from extensions.database import db_session
from models.offer import Offer
from models.organization import Organization
from models.territory import Territory
from tests.factories.match_pages import (
    CYCLONE,
    MOST_QUERIES,
    SENTENCE,
    TARDY,
    explore,
    first_reasons,
    total,
    visible,
)
from tests.query_counter import count_queries

LARGEST = 100_000


def titles(page: str) -> list[str]:
    """Return the titles of the cards, in order."""
    return [unescape(found) for found in re.findall(r'entry-title"><a href="[^"]+">([^<]+)', page)]


@pytest.fixture
def visitor(seeded: Flask) -> FlaskClient:
    return seeded.test_client()


# --- A sentence and a place ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "place",
    [TARDY, "QP042012", "Tarentaize Beaubrun Couriot", "Saint-Étienne", "42000", "42218"],
)
def test_every_way_to_name_the_place_gives_the_same_region(
    visitor: FlaskClient, place: str
) -> None:
    page = explore(visitor, besoin=SENTENCE, lieu=place)
    assert page.status_code == 200
    assert "44 solutions proposées" in visible(page.text)


def test_the_first_card_says_three_reasons_without_unfolding(visitor: FlaskClient) -> None:
    page = explore(visitor, besoin=SENTENCE, lieu=TARDY).text
    assert titles(page)[0] == "Façade rapportée en panneaux bois, cinq jours par logement"
    assert first_reasons(page) == [
        "Répond aux 2 thèmes : « Rénovation énergétique » et « Travaux en site occupé »",
        "Parle de la même chose : « isoler », « fenêtres », « façade », « occupé »",
        "Déjà fait ailleurs : 2 réalisations citées, dont 1 vérifiée",
    ]


def test_without_a_place_the_whole_country_answers(visitor: FlaskClient) -> None:
    page = visible(explore(visitor, besoin=SENTENCE).text)
    assert "non précisé : toute la France" in page
    assert "Pourquoi pas d’autres" not in page


def test_a_name_of_several_places_offers_them_and_keeps_the_sentence(
    visitor: FlaskClient,
) -> None:
    page = explore(visitor, besoin=SENTENCE, lieu="Saint-Denis", theme="solaire")
    assert page.status_code == 200
    assert "De quel lieu parlez-vous" in page.text
    assert titles(page.text) == []
    links = re.findall(r'href="(/correspondances\?[^"]+)"', page.text)
    choices = [unescape(link) for link in links if "lieu=Saint-Denis" in link]
    assert len(choices) >= 2
    assert all(quote("isoler") in link and "theme=solaire" in link for link in choices)
    assert visitor.get(choices[0]).status_code == 200


def test_an_unknown_place_is_said_and_nothing_is_lost(visitor: FlaskClient) -> None:
    page = explore(visitor, besoin=SENTENCE, lieu="zzzzqq")
    assert page.status_code == 400
    assert "« zzzzqq » ne correspond à aucune commune" in visible(page.text)
    assert f">{SENTENCE}</textarea>" in unescape(page.text)
    assert 'value="zzzzqq"' in page.text
    assert 'aria-invalid="true"' in page.text


def test_a_quarter_without_a_sentence_leads_to_its_pages(visitor: FlaskClient) -> None:
    page = explore(visitor, besoin="", lieu=TARDY)
    assert page.status_code == 200
    assert "Dites en une phrase ce que vous cherchez" in page.text
    for link in (f"/territoires/{TARDY}", f"/territoires/{TARDY}/correspondances"):
        assert f'href="{link}"' in page.text


def test_a_commune_without_a_sentence_invites_to_write(visitor: FlaskClient) -> None:
    page = visible(explore(visitor, lieu="42218").text)
    assert "Dites en une phrase ce que vous cherchez pour Saint-Étienne" in page


def test_nothing_asked_is_an_invitation(visitor: FlaskClient) -> None:
    page = explore(visitor)
    assert page.status_code == 200
    assert "comme vous le diriez à un collègue" in page.text


def test_ten_kilobytes_are_refused_and_given_back(visitor: FlaskClient) -> None:
    long = "mot " * 2_500
    page = explore(visitor, besoin=long, lieu=TARDY)
    assert page.status_code == 400
    assert "Votre phrase compte 9999 caractères" in page.text
    assert long.strip() in page.text


@pytest.mark.parametrize(
    "query",
    [
        "besoin=a%00b&lieu=%00",
        "besoin=%ED%A0%80&lieu=%ED%A0%80",
        "besoin=%FF%FE&lieu=%FF",
        "besoin=%E2%80%AE%D7%90&lieu=",
        "besoin=%2Aa%2A&lieu=",
        "besoin=((((&lieu=((((",
        "besoin=%3Cscript%3Ealert(1)%3C/script%3E&lieu=",
        "besoin=isoler&page=999999999999&theme=%00&type=%ED%A0%80&objet=x",
        "besoin=isoler&page=-1",
        "besoin=isoler&page=%D9%A3",
        "besoin=isoler&pourquoi=%00",
        "besoin=isoler&pourquoi=" + "a" * 5_000,
        "besoin=isoler&besoin=solaire&lieu=&lieu=42218",
    ],
)
def test_odd_input_never_breaks_a_page(visitor: FlaskClient, query: str) -> None:
    page = visitor.get(f"/correspondances?{query}")
    assert page.status_code in {200, 400}
    assert "\x00" not in page.text
    assert "<script>alert" not in page.text


def test_filters_combine_and_are_kept(visitor: FlaskClient) -> None:
    def ask(query: str) -> str:
        return visitor.get(f"/correspondances?besoin={quote(SENTENCE)}&{query}").text

    everything = total(ask(""))
    startups = total(ask("type=startup"))
    firms = total(ask("type=startup&type=pme"))
    both = ask("type=startup&type=pme&theme=site-occupe")
    assert everything > firms > startups > 0
    assert firms > total(both) > 0
    form = both[both.index("data-facets") : both.index("</form>", both.index("data-facets"))]
    assert form.count(" checked") == 3
    assert f'name="besoin" value="{SENTENCE}"' in unescape(form)


def test_unknown_filter_values_are_ignored(visitor: FlaskClient) -> None:
    ask = f"/correspondances?besoin={quote(SENTENCE)}"
    assert total(visitor.get(ask).text) == total(visitor.get(f"{ask}&theme=zz&type=x").text)


def test_filters_that_leave_nothing_can_be_removed(visitor: FlaskClient) -> None:
    page = explore(visitor, besoin=SENTENCE, theme="bim", maturite="recherche")
    assert "Aucune proposition avec ces filtres" in page.text
    assert "Retirer les filtres" in page.text


def test_pages_follow_one_another(visitor: FlaskClient) -> None:
    ask = f"/correspondances?besoin={quote(SENTENCE)}&lieu={TARDY}"
    seen = [titles(visitor.get(f"{ask}&page={number}").text) for number in range(1, 7)]
    assert [len(page) for page in seen] == [10, 10, 10, 10, 4, 0]
    assert len({title for page in seen for title in page}) == 44
    assert "Cette page de la liste est vide" in visitor.get(f"{ask}&page=6").text


def test_a_list_by_actor_names_each_once(visitor: FlaskClient) -> None:
    page = explore(visitor, besoin=SENTENCE, lieu=TARDY, objet="acteurs").text
    assert total(page) < 44
    assert len(set(titles(page))) == len(titles(page)) == 10


def test_both_directions_and_the_exact_sum_are_on_every_card(visitor: FlaskClient) -> None:
    page = explore(visitor, besoin=SENTENCE, lieu=TARDY).text
    cards = re.findall(r'<article class="match.*?</article>', page, re.DOTALL)
    assert len(cards) == 10
    for card in cards:
        rows = [int(found) for found in re.findall(r"<td>(\d+) / \d+</td></tr>", card)]
        assert sum(rows[:-1]) == rows[-1]
        assert "Vu de l’autre côté" in card


# --- Needs, quarters, offers, actors ------------------------------------------------------------


def test_old_codes_lead_to_the_quarter_in_force(visitor: FlaskClient) -> None:
    page = visitor.get("/territoires/QP042012/correspondances")
    assert (page.status_code, page.location) == (301, f"/territoires/{TARDY}/correspondances")
    assert visitor.get(f"/territoires/{TARDY.lower()}/correspondances").status_code == 301


@pytest.mark.parametrize(
    "path",
    [
        "/besoins/999999/correspondances",
        "/territoires/QN99999M/correspondances",
        "/territoires/n-importe-quoi/correspondances",
        "/solutions/inconnue/correspondances",
        "/acteurs/inconnu/correspondances",
    ],
)
def test_what_does_not_exist_is_not_found(visitor: FlaskClient, path: str) -> None:
    assert visitor.get(path).status_code == 404


def test_a_fictional_need_is_marked_wherever_it_is_listed(visitor: FlaskClient) -> None:
    page = visitor.get(f"/solutions/{CYCLONE}/correspondances").text
    cards = re.findall(r'<article class="match.*?</article>', page, re.DOTALL)
    assert cards
    assert all("Exemple fictif, non exprimé par la collectivité" in card for card in cards)


def match_pages(app: Flask) -> list[str]:
    """Return a page of every kind, with the heaviest quarter."""
    with app.app_context():
        session = db_session()
        heaviest = max(
            session.scalars(select(Territory).join(Territory.needs)).unique(),
            key=lambda territory: len(territory.needs),
        )
        need, slug = heaviest.needs[0].id, heaviest.code
        actor = session.scalars(
            select(Organization.slug).join(Offer).where(Offer.slug == CYCLONE)
        ).one()
    return [
        f"/correspondances?besoin={quote(SENTENCE)}&lieu={TARDY}",
        f"/correspondances?besoin={quote(SENTENCE)}&lieu={TARDY}&pourquoi={CYCLONE}",
        f"/correspondances?besoin={quote(SENTENCE)}&objet=acteurs&type=startup&theme=site-occupe",
        f"/territoires/{slug}/correspondances",
        f"/besoins/{need}/correspondances",
        f"/solutions/{CYCLONE}/correspondances",
        f"/solutions/{CYCLONE}/correspondances?objet=territoires",
        f"/acteurs/{actor}/correspondances",
    ]


def test_no_match_page_weighs_more_than_a_hundred_kilobytes_or_twelve_queries(
    seeded: Flask,
) -> None:
    client = seeded.test_client()
    for path in match_pages(seeded):
        client.get(path)
        with count_queries(seeded) as statements:
            page = client.get(path)
        assert page.status_code == 200
        assert len(page.data) < LARGEST, path
        assert len(statements) <= MOST_QUERIES, path
