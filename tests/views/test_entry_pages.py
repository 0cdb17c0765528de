"""Pages of offers, needs and quarters: what they say, and how little they weigh."""

import re
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from models.meetup import MeetupDay
from models.need import Need
from models.offer import Offer
from models.organization import Organization
from models.territory import RenewalProject, Territory, TerritoryCode
from tests.factories.entries import (
    index_all,
    make_commune,
    make_need,
    make_reference,
    make_territory,
)
from tests.factories.organizations import make_offer, make_organization
from tests.factories.pages import text_of
from vocabulary.kinds import (
    NpnruInterest,
    OfferType,
    ProjectPhase,
    PublicationState,
    ReferenceGrade,
)


@pytest.fixture
def visitor(empty_app: Flask) -> FlaskClient:
    """Return a client nobody is signed in on."""
    return empty_app.test_client()


# Offers


def test_an_offer_shows_only_what_its_type_has(
    empty_session: Session, visitor: FlaskClient
) -> None:
    actor = make_organization(empty_session)
    for kind in OfferType:
        make_offer(empty_session, actor, f"Offre {kind}", type=kind)
    empty_session.commit()
    rows = ("Maturité non renseigné", "contrat non renseigné", "Montages acceptés non renseigné")
    shown = {
        kind: [row in text_of(visitor, f"/solutions/offre-{kind}") for row in rows]
        for kind in OfferType
    }
    assert shown == {
        OfferType.SOLUTION: [True, True, True],
        OfferType.SUPPORT: [False, True, True],
        OfferType.RESEARCH: [True, False, True],
        OfferType.TRAINING: [False, True, False],
        OfferType.TEST_GROUND: [False, False, False],
    }


def test_references_say_how_well_they_are_established(
    empty_session: Session, visitor: FlaskClient
) -> None:
    make_commune(empty_session)
    quarter = make_territory(empty_session, name="Tarentaize")
    offer = make_offer(empty_session, make_organization(empty_session), "Offre")
    make_reference(
        empty_session,
        offer,
        territory_id=quarter.id,
        client="un bailleur social",
        result="38 % de moins.",
        grade=ReferenceGrade.CONFIRMED,
    )
    empty_session.commit()
    page = text_of(visitor, "/solutions/offre")
    assert (
        "Firminy (2024) Quartier Tarentaize Pour un bailleur social 38 % de moins. "
        "Confirmée par le partenaire" in page
    )
    assert "Solutions déjà déployées ici ou dans la commune Offre" in text_of(
        visitor, "/territoires/QN04212M"
    )


# Needs


def test_a_demo_need_says_that_nobody_expressed_it(
    empty_session: Session, visitor: FlaskClient
) -> None:
    make_commune(empty_session)
    quarter = make_territory(empty_session)
    make_need(empty_session, quarter, is_demo=True, closes_on=date(2999, 1, 1))
    make_need(empty_session, quarter, closes_on=date(2020, 1, 1))
    empty_session.commit()
    demo, closed = text_of(visitor, "/besoins/1"), text_of(visitor, "/besoins/2")
    assert "Exemple fictif, non exprimé par la collectivité Ouvert" in demo
    assert "Clos" in closed
    assert "fictif" not in closed
    assert "Ce n’est ni un avis de marché ni une consultation" in closed
    quarter_page = text_of(visitor, "/territoires/QN04212M")
    assert "1 besoin clos Besoin d’essai clos le 1er janvier 2020" in quarter_page


# Quarters


def test_an_unstated_interest_is_left_to_the_agency(
    empty_session: Session, visitor: FlaskClient
) -> None:
    make_commune(empty_session)
    make_territory(empty_session, "QN04201M", is_npnru=True)
    make_territory(empty_session, "QN04202M", is_npnru=True, npnru_interest=NpnruInterest.REGIONAL)
    make_territory(empty_session, "QN04203M")
    empty_session.commit()
    assert "NPNRU : à compléter par l’ANRU" in text_of(visitor, "/territoires/QN04201M")
    assert "NPNRU : intérêt régional" in text_of(visitor, "/territoires/QN04202M")
    assert "NPNRU" not in text_of(visitor, "/territoires/QN04203M")


def test_a_project_gives_phase_date_and_source(
    empty_session: Session, visitor: FlaskClient
) -> None:
    make_commune(empty_session)
    quarters = [make_territory(empty_session, f"QN0420{n}M", name=f"Nord {n}") for n in (1, 2)]
    empty_session.add(
        RenewalProject(
            name="Convention",
            carrier_label="La Métropole",
            phase=ProjectPhase.WORKS,
            phase_on=date(2025, 5, 4),
            phase_source="Compte rendu",
            territories=quarters,
        )
    )
    empty_session.commit()
    assert (
        "Convention Porteur du projet La Métropole Phase Travaux Autres quartiers du projet Nord 2 "
        "Source : Compte rendu (4 mai 2025)" in text_of(visitor, "/territoires/QN04201M")
    )


def test_an_old_code_leads_to_what_became_of_it(
    empty_session: Session, visitor: FlaskClient
) -> None:
    make_commune(empty_session)
    north, south = (make_territory(empty_session, code) for code in ("QN04201M", "QN04202M"))
    make_territory(empty_session, "QP042099", is_npnru=True)
    empty_session.add_all(
        TerritoryCode(code=code, territory_id=quarter.id)
        for code, quarter in (("QP042001", north), ("QP042002", north), ("QP042002", south))
    )
    empty_session.commit()
    alone = visitor.get("/territoires/QP042001")
    assert (alone.status_code, alone.location) == (301, "/territoires/QN04201M")
    shared = visitor.get("/territoires/qp042002").text
    assert re.findall(r'entry-title"><a href="([^"]+)"', shared) == [
        "/territoires/QN04201M",
        "/territoires/QN04202M",
    ]
    assert "Ancien quartier prioritaire QP042099" in text_of(visitor, "/territoires/QP042099")
    assert visitor.get("/territoires/qn04201m").location == "/territoires/QN04201M"
    assert "Codes 2015 QP042001, QP042002" in text_of(visitor, "/territoires/QN04201M")


# The seeded directory


def test_e_declic_says_what_its_source_says_and_no_more(client: FlaskClient) -> None:
    page = text_of(client, "/partenariats/e-declic")
    assert "6 membres" in page
    assert "Groupes de travail thématiques multi-partenaires Thème : non précisé" in page
    assert "Membres : non précisé" in page
    assert "ANRU, magazine n° 7, avril 2017" in page
    assert "E-Declic" in text_of(client, "/territoires/QN04212M")
    assert "E-Declic" in text_of(client, "/acteurs/philips")


@pytest.mark.parametrize(
    ("column", "address"),
    [
        (Organization.slug, "/acteurs/{}"),
        (Offer.slug, "/solutions/{}"),
        (Need.id, "/besoins/{}"),
        (Territory.code, "/territoires/{}"),
        (MeetupDay.slug, "/rencontres/{}"),
    ],
)
def test_every_seeded_page_opens_and_weighs_little(
    client: FlaskClient, session: Session, column: InstrumentedAttribute[Any], address: str
) -> None:
    keys = select(column).order_by(column)
    if column is Need.id:  # the demonstration has needs that are not public yet
        keys = keys.where(Need.state == PublicationState.PUBLISHED)
    for key in session.scalars(keys):
        answer = client.get(address.format(key))
        assert answer.status_code == 200, key
        assert len(answer.data) < 100_000, key


def test_the_lists_weigh_little(app: Flask) -> None:
    index_all(app)
    client = app.test_client()
    for path in (
        "/annuaire",
        "/annuaire?q=energie",
        "/annuaire?q=energie&vue=carte&theme=batiment&theme=mobilite&region=84&region=11",
        "/themes",
        "/themes/batiment",
        "/territoires",
        "/rencontres",
    ):
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert len(answer.data) < 100_000, path
