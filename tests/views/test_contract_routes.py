"""The contract-route advisor on its pages: questions, answer, note, PDF, table of the rules."""

import io
import re
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy.orm import Session

from forms.contract_routes import parse_amount, parse_day
from tests.factories.entries import make_need, make_territory
from tests.factories.organizations import make_offer, make_organization
from tests.query_counter import count_queries
from vocabulary.contracts import Question
from vocabulary.kinds import (
    ContractRoute,
    ExperimentAppetite,
    NeedNature,
    OfferType,
    OrganizationKind,
    PriceRange,
    PublicationState,
)

MOST_QUERIES = 12
QUARTER = "QN04299M"
SERVICES = {
    "acheteur": "collectivite",
    "montant": "55 000",
    "nature": "services",
    "date": "2026-04-15",
    "innovant": "non",
    "recherche": "non",
}
SMALL = ContractRoute.SMALL_CONTRACT.value


def ask(client: FlaskClient, page: str = "/montages", **answers: str) -> str:
    """Return the page for these answers, in plain blanks."""
    response = client.get(f"{page}?{urlencode(answers)}")
    assert response.status_code == 200, response.status_code
    return response.text.replace("\u00a0", " ").replace("\u202f", " ")


def section_of(page: str, route: str) -> str:
    """Return the title of the section in which a route stands."""
    before = page[: page.index(f'id="montage-{route}"')]
    return str(re.findall(r'<h2 id="([^"]+)"', before)[-1])


def test_the_bare_page_asks_and_answers_nothing(client: FlaskClient) -> None:
    page = ask(client)
    assert "Voir les montages" in page
    assert 'id="possibles"' not in page


@pytest.mark.parametrize(
    ("day", "section"), [("2026-03-15", "exclus"), ("2026-04-15", "possibles")]
)
def test_the_same_services_are_answered_by_the_rules_of_their_day(
    client: FlaskClient, day: str, section: str
) -> None:
    page = ask(client, **{**SERVICES, "date": day})
    assert section_of(page, SMALL) == section


def test_a_route_cites_its_article_and_the_day_of_its_version(client: FlaskClient) -> None:
    page = ask(client, **SERVICES)
    route = page[page.index(f'id="montage-{SMALL}"') :].split("</li>\n", 1)[0]
    assert "CCP, art. R2122-8" in route
    assert "version du 1er avril 2026" in route
    assert "inférieur au seuil de 60 000 € HT" in route
    assert "Faire bon usage des deniers publics" in page


def test_an_excluded_route_says_which_rule_excludes_it(client: FlaskClient) -> None:
    page = ask(client, **{**SERVICES, "date": "2026-03-15"})
    route = page[page.index(f'id="montage-{SMALL}"') :][:900]
    assert "n’est pas inférieur au seuil de 40 000 € HT" in route
    assert "CCP, art. R2122-8" in route


def test_the_answer_says_what_another_day_or_amount_would_change(client: FlaskClient) -> None:
    page = ask(client, **SERVICES)
    assert "Consultation lancée avant le 1er avril 2026" in page
    assert "Besoin de 60 000 € HT ou plus" in page


def test_the_answer_always_ends_with_the_buyer(client: FlaskClient) -> None:
    page = ask(client, **SERVICES)
    assert page.index('id="non-verifie"') < page.index("À valider par l’acheteur")
    assert "Règles version" in page


def test_what_nobody_answered_is_said_to_be_supposed(client: FlaskClient) -> None:
    assert "Un prix, ou un avantage qui en tient lieu (supposé)" in ask(client, **SERVICES)
    answered = ask(client, **SERVICES, paiement="prix", exploitation="acheteur")
    assert "(supposé)" not in answered


def test_i_do_not_know_is_an_answer_to_every_question(client: FlaskClient) -> None:
    unknown = dict.fromkeys((question.value for question in Question), "inconnu")
    page = ask(client, acheteur="", montant="", nature="", date="", **unknown)
    assert "0 montage possible" in page
    assert page.count('value="inconnu" checked') == len(Question)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"montant": "beaucoup"}, "Écrivez un montant en euros, par exemple 55 000."),
        ({"montant": "9" * 13}, "Écrivez un montant en euros, par exemple 55 000."),
        ({"montant": "-5"}, "Écrivez un montant en euros, par exemple 55 000."),
        ({"date": "15 avril"}, "Écrivez une date, par exemple 15/04/2026."),
        ({"date": "2026-02-30"}, "Écrivez une date, par exemple 15/04/2026."),
    ],
)
def test_a_wrong_answer_is_kept_and_named(
    client: FlaskClient, wrong: dict[str, str], message: str
) -> None:
    response = client.get(f"/montages?{urlencode({**SERVICES, **wrong})}")
    assert response.status_code == 400
    (value,) = wrong.values()
    assert message in response.text.replace("\u00a0", " ")
    assert f'value="{value}"' in response.text


@pytest.mark.parametrize(
    "address",
    [
        "/montages?nature=inconnue",
        "/montages?innovant=peut-%C3%AAtre",
        "/montages?paiement=%00",
        "/montages?acheteur=%F0%9F%98%80",
        "/montages/note?montant=beaucoup",
        "/montages/note.pdf?date=hier",
    ],
)
def test_an_answer_that_is_no_choice_is_refused(client: FlaskClient, address: str) -> None:
    assert client.get(address).status_code == 400


@pytest.mark.parametrize("address", ["besoin=999999", "besoin=x", "besoin=²", "solution=rien"])
def test_what_does_not_exist_is_not_found(client: FlaskClient, address: str) -> None:
    assert client.get(f"/montages?{address}").status_code == 404
    assert client.get(f"/montages/note?{address}").status_code == 404


def test_a_need_answers_for_its_carrier_amount_and_nature(
    client: FlaskClient, session: Session
) -> None:
    carrier = make_organization(session, "Ville d’essai", kind=OrganizationKind.COLLECTIVITE)
    need = make_need(
        session,
        make_territory(session, QUARTER),
        carrier_id=carrier.id,
        amount_min=30_000,
        amount_max=55_000,
        nature=NeedNature.SERVICES,
        appetite=ExperimentAppetite.EXPERIMENT,
    )
    session.commit()
    page = ask(client, besoin=str(need.id), date="2026-04-15")
    assert section_of(page, SMALL) == "possibles"
    assert section_of(page, ContractRoute.INNOVATIVE_PURCHASE.value) == "a-verifier"
    assert "55 000 € HT" in page
    assert "Cela ne suffit pas à rendre l’achat innovant" in page


def test_what_the_visitor_answers_wins_over_the_need(client: FlaskClient, session: Session) -> None:
    need = make_need(session, make_territory(session, QUARTER), amount_max=55_000)
    session.commit()
    page = ask(client, besoin=str(need.id), montant="70000", nature="services", date="2026-04-15")
    assert section_of(page, SMALL) == "exclus"


def test_before_the_rules_described_nothing_is_concluded(client: FlaskClient) -> None:
    page = ask(client, **{**SERVICES, "date": "2023-12-31"})
    assert "0 montage possible" in page
    assert "Aucune règle n’est décrite pour cette date" in page


def test_a_note_still_says_what_was_supposed(client: FlaskClient) -> None:
    link = re.search(r'href="(/montages/note\?[^"]+)"', ask(client, **SERVICES))
    assert link is not None
    assert client.get(link[1].replace("&amp;", "&")).text.count("(supposé)") == 2


def test_a_draft_is_no_way_to_read_a_need(client: FlaskClient, session: Session) -> None:
    need = make_need(session, make_territory(session, QUARTER), state=PublicationState.DRAFT)
    session.commit()
    assert client.get(f"/montages?besoin={need.id}").status_code == 404


def test_an_offer_shows_the_routes_its_actor_accepts(client: FlaskClient, session: Session) -> None:
    offer = make_offer(
        session,
        make_organization(session),
        type=OfferType.SOLUTION,
        routes=[ContractRoute.FREE_EXPERIMENT.value],
        price_range=PriceRange.FREE,
    )
    session.commit()
    page = ask(client, solution=offer.slug)
    assert section_of(page, ContractRoute.FREE_EXPERIMENT.value) == "a-verifier"
    assert page.count("Accepté par l’acteur") == 1


def test_needs_and_offers_lead_to_the_advisor(client: FlaskClient, session: Session) -> None:
    need = make_need(session, make_territory(session, QUARTER))
    offer = make_offer(
        session,
        make_organization(session),
        type=OfferType.SOLUTION,
        routes=[ContractRoute.MAPA.value],
    )
    session.commit()
    assert f'href="/montages?besoin={need.id}"' in client.get(f"/besoins/{need.id}").text
    assert f'href="/montages?solution={offer.slug}"' in client.get(f"/solutions/{offer.slug}").text


def test_the_note_says_the_same_unfolded(client: FlaskClient) -> None:
    page = ask(client, "/montages/note", **SERVICES)
    assert section_of(page, SMALL) == "possibles"
    assert "<details class=" in page
    assert page.count("<details") == page.count(" open>")


def test_the_note_keeps_the_day_on_which_it_was_made(client: FlaskClient) -> None:
    with time_machine.travel(datetime(2026, 3, 15, 12, tzinfo=UTC), tick=False):
        page = ask(client, acheteur="collectivite", montant="55000", nature="services")
    link = re.search(r'href="(/montages/note\?[^"]+)"', page)
    assert link is not None
    with time_machine.travel(datetime(2026, 4, 15, 12, tzinfo=UTC), tick=False):
        note = client.get(link[1].replace("&amp;", "&")).text
    assert section_of(note, SMALL) == "exclus"


def test_the_pdf_reads_as_the_page(client: FlaskClient) -> None:
    response = client.get(f"/montages/note.pdf?{urlencode(SERVICES)}")
    assert response.mimetype == "application/pdf"
    reader = PdfReader(io.BytesIO(response.data))
    text = " ".join(page.extract_text() for page in reader.pages).replace("\u00a0", " ")
    assert "Marché sans publicité" in text
    assert "À valider par l’acheteur" in text
    assert "/StructTreeRoot" in reader.root_object


def test_every_rule_and_threshold_is_shown_with_its_check(client: FlaskClient) -> None:
    page = ask(client, "/montages/regles")
    assert page.count("Vérifié</span>") == 25
    assert page.count("Non vérifié</span>") == 2
    assert "du 1er janvier 2026 au 31 mars 2026" in page


def test_pages_are_light(app: Flask, client: FlaskClient, session: Session) -> None:
    carrier = make_organization(session, kind=OrganizationKind.COLLECTIVITE)
    need = make_need(session, make_territory(session, QUARTER), carrier_id=carrier.id)
    session.commit()
    for address in (f"/montages?besoin={need.id}", "/montages/regles", "/montages"):
        with count_queries(app) as queries:
            page = client.get(address).text
        assert len(queries) <= MOST_QUERIES
        assert len(page.encode()) < 100_000


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("55000", 55_000),
        ("55 000", 55_000),
        ("55\u202f000,99 €", 55_000),
        ("1.250.000", 1_250_000),
        ("0", 0),
        ("55 00", None),
        ("55,000", None),
        ("5e4", None),
        ("", None),
    ],
)
def test_amounts_are_read_as_people_write_them(text: str, amount: int | None) -> None:
    assert parse_amount(text) == amount


@pytest.mark.parametrize(
    ("text", "day"),
    [("2026-04-15", "2026-04-15"), ("15/4/2026", "2026-04-15"), ("20260415", None), ("x", None)],
)
def test_days_are_read_as_people_write_them(text: str, day: str | None) -> None:
    found = parse_day(text)
    assert (found.isoformat() if found else None) == day
