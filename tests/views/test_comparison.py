"""Offers or actors side by side: the rows, the address, files, and what an address cannot have."""

import csv
import io

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from models.offer import Offer
from tests.factories.entries import federate, make_need, make_reference, make_territory
from tests.factories.organizations import make_offer, make_organization
from vocabulary.kinds import (
    AreaLevel,
    Maturity,
    OfferType,
    OrganizationKind,
    PriceRange,
    PublicationState,
    ReferenceGrade,
)


@pytest.fixture
def offers(empty_session: Session) -> list[Offer]:
    """Return six offers of three actors; the first two differ by their maturity alone."""
    session = empty_session
    territory = make_territory(session)
    network = make_organization(session, "Réseau d’essai", kind=OrganizationKind.INCUBATOR)
    made = []
    for n in range(6):
        actor = make_organization(
            session,
            f"Acteur {n}",
            area_level=AreaLevel.NATIONAL,
            labels=["ESUS"],
            size="10-49",
            founded_year=2015,
        )
        federate(session, network, actor)
        offer = make_offer(
            session,
            actor,
            f"Offre {n}",
            themes=["solaire"],
            maturity=list(Maturity)[n % 5],
            price_range=PriceRange.UNDER_40K if n != 2 else None,
        )
        made.append(offer)
    make_reference(session, made[0], territory_id=territory.id, grade=ReferenceGrade.CONFIRMED)
    make_need(session, territory, "Besoin d’essai", themes=["solaire"])
    session.commit()
    return made


@pytest.fixture
def visitor(empty_app: Flask, offers: list[Offer]) -> FlaskClient:
    assert offers
    return empty_app.test_client()


def rows_of(client: FlaskClient, query: str) -> dict[str, list[str]]:
    text = client.get(f"/comparaison.csv?{query}").get_data().decode("utf-8-sig")
    return {row[0]: row[1:] for row in csv.reader(io.StringIO(text), delimiter=";")}


def test_the_same_rows_for_all_and_blanks_are_said(visitor: FlaskClient) -> None:
    rows = rows_of(visitor, "solution=offre-0&solution=offre-2")
    assert rows["critère"] == ["Offre 0", "Offre 2"]
    assert rows["Qui la propose"] == ["Acteur 0", "Acteur 2"]
    assert rows["Effectif (déclaré)"] == ["10 à 49 personnes", "10 à 49 personnes"]
    assert rows["Année de création (déclarée)"] == ["2015", "2015"]
    assert rows["Ordre de prix d’un premier contrat"] == ["Moins de 40 k€ HT", "non renseigné"]
    assert rows["Montages acceptés"] == ["non renseigné", "non renseigné"]
    assert rows["Membre de"] == ["Réseau d’essai", "Réseau d’essai"]
    assert rows["Références"] == [
        "Confirmée par le partenaire : 1 déploiement (Firminy, 2024)",
        "Aucune référence indiquée",
    ]


def test_only_rows_that_differ_on_demand(visitor: FlaskClient) -> None:
    address = "/comparaison?solution=offre-0&solution=offre-1"
    whole, short = visitor.get(address).text, visitor.get(f"{address}&differences=1").text
    assert "Labels et statuts" in whole
    assert "Labels et statuts" not in short
    assert "Maturité" in short
    assert whole.count("</svg> différent") == short.count("</svg> différent") > 0


def test_a_question_that_a_type_has_not_is_beside_the_point(
    visitor: FlaskClient, offers: list[Offer], empty_session: Session
) -> None:
    offers[1].type = OfferType.TRAINING
    empty_session.commit()
    rows = rows_of(visitor, "solution=offre-0&solution=offre-1")
    assert rows["Maturité"] == ["Recherche", "sans objet"]


def test_actors_have_the_offers_as_a_row(visitor: FlaskClient) -> None:
    rows = rows_of(visitor, "acteur=acteur-0&acteur=acteur-1")
    assert rows["Propositions"] == ["Offre 0 (Solution)", "Offre 1 (Solution)"]
    assert rows["Maturité"] == ["Recherche", "Prototype"]


def test_a_need_adds_its_reasons_without_a_bare_score(visitor: FlaskClient) -> None:
    page = visitor.get("/comparaison?solution=offre-0&solution=offre-1&besoin=1").text
    assert "Correspondance avec le besoin" in page
    assert "Répond au thème" in page
    assert "/ 1000" not in page
    actors = visitor.get("/comparaison?acteur=acteur-0&acteur=acteur-1&besoin=1").text
    assert "Répond au thème" in actors


def test_duplicates_are_one_and_a_fifth_is_left_aside_by_name(visitor: FlaskClient) -> None:
    named = [f"solution=offre-{n}" for n in (0, 0, 1, 2, 3, 4)]
    page = visitor.get(f"/comparaison?{'&'.join(named)}").text
    assert "4 fiches côte à côte" in page
    assert "4 fiches au plus. Laissées de côté : Offre 4." in page


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("solution=offre-0&solution=absente", "« absente » ne désigne aucune fiche publiée."),
        ("solution=offre-0&besoin=999", "Ce besoin n’existe pas ou n’est pas publié."),
        ("solution=offre-0&besoin=x", "Ce besoin n’existe pas ou n’est pas publié."),
        ("solution=offre-0", "Ajoutez au moins une autre fiche pour comparer."),
        ("", "Rien à comparer pour l’instant"),
    ],
)
def test_what_an_address_cannot_have_is_said(
    visitor: FlaskClient, query: str, sentence: str
) -> None:
    response = visitor.get(f"/comparaison?{query}")
    assert response.status_code == 200
    assert sentence in response.text


def test_offers_and_actors_are_not_mixed(visitor: FlaskClient) -> None:
    response = visitor.get("/comparaison?solution=offre-0&acteur=acteur-1")
    assert response.status_code == 400
    assert "pas sur les deux" in response.text


def test_another_is_added_by_its_title(visitor: FlaskClient) -> None:
    answer = visitor.get("/comparaison?solution=offre-0&ajouter=Offre 1")
    assert answer.headers["Location"] == "/comparaison?solution=offre-0&solution=offre-1"
    actors = visitor.get("/comparaison?acteur=acteur-0&ajouter=Acteur 1")
    assert actors.headers["Location"] == "/comparaison?acteur=acteur-0&acteur=acteur-1"
    several = visitor.get("/comparaison?solution=offre-0&ajouter=offre").text
    assert "Plusieurs fiches portent ces mots" in several
    none = visitor.get("/comparaison?solution=offre-0&ajouter=inconnue")
    assert none.status_code == 400
    assert "« inconnue » ne correspond à aucune fiche publiée." in none.text


def test_a_withdrawn_offer_is_unknown(
    visitor: FlaskClient, offers: list[Offer], empty_session: Session
) -> None:
    offers[1].state = PublicationState.ARCHIVED
    empty_session.commit()
    page = visitor.get("/comparaison?solution=offre-0&solution=offre-1").text
    assert "« offre-1 » ne désigne aucune fiche publiée." in page
    assert "Acteur 1" not in page


def test_files_neutralise_cells_and_agree(
    visitor: FlaskClient, offers: list[Offer], empty_session: Session
) -> None:
    offers[0].title = "=1+1"
    empty_session.commit()
    query = "solution=offre-0&solution=offre-1"
    assert rows_of(visitor, query)["critère"] == ["'=1+1", "Offre 1"]
    book = visitor.get(f"/comparaison.xlsx?{query}").get_data()
    assert book.startswith(b"PK")


@pytest.mark.parametrize("mark", ["%00", "%FF", "a" * 4_000, "%0D%0AX: y", "<script>"])
def test_odd_addresses_are_no_fault(visitor: FlaskClient, mark: str) -> None:
    for name in ("solution", "acteur", "besoin", "ajouter", "differences"):
        assert visitor.get(f"/comparaison?{name}={mark}").status_code in {200, 400}
