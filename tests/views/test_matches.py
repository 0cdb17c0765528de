"""The match pages as a visitor uses them: sentences, places, filters, « pourquoi pas », privacy."""

import logging
import re
import shutil
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app import create_app
from extensions.database import db, db_session
from models.base import Base
from models.offer import Offer
from models.organization import Organization
from models.territory import RenewalProject, Territory
from services.matching import Matcher
from tests.conftest import DATABASE, settings_for
from tests.factories.accounts import make_membership, make_user, sign_in
from tests.factories.entries import make_need, make_reference, make_territory
from tests.factories.organizations import NOW, make_offer, make_organization
from tests.query_counter import count_queries
from vocabulary.kinds import AreaLevel, ProjectPhase, PublicationState

SENTENCE = "isoler une tour sans déloger les locataires"
TARDY = "QN04212M"
LARGEST = 100_000
MOST_QUERIES = 12
"""Bytes of HTML and SQL statements of a match page, at most."""


def explore(client: FlaskClient, **arguments: str) -> TestResponse:
    """Ask the page of a sentence."""
    return client.get(f"/correspondances?{urlencode(arguments)}")


def visible(page: str) -> str:
    """Return the text of a page on one line, its spaces made plain."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page)))


def titles(page: str) -> list[str]:
    """Return the titles of the cards, in order."""
    return [unescape(found) for found in re.findall(r'entry-title"><a href="[^"]+">([^<]+)', page)]


def first_reasons(page: str) -> list[str]:
    """Return the reasons of the first card, unfolded by nobody."""
    card = page[page.index('<article class="match') :]
    head = card[: card.index("<details")]
    return [
        visible(found).strip()
        for found in re.findall(r"<li>.*?<span>(.*?)</span></li>", head, re.DOTALL)
    ]


@pytest.fixture(scope="module")
def seeded(templates: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """Yield one application over the seeded database, for the tests that only read."""
    folder = tmp_path_factory.mktemp("matches")
    shutil.copyfile(templates / "seeded" / DATABASE, folder / DATABASE)
    app = create_app(settings_for(folder))
    app.testing = True
    yield app
    with app.app_context():
        db.engine.dispose()


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


# --- The list: filters, pages, presentation -----------------------------------------------------


def total(page: str) -> int:
    found = re.search(r"(\d+) (?:solution|acteur|besoin|quartier)s? proposée?s?", visible(page))
    assert found is not None
    return int(found[1])


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


# --- « Pourquoi pas ? » -------------------------------------------------------------------------

CYCLONE = "collecte-d-encombrants-avant-cyclone"


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


# --- Over a small directory of its own ----------------------------------------------------------


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
