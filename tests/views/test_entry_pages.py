"""Pages of actors, offers, needs, quarters, partnerships and themes: what they say and hide."""

import re
from datetime import date
from html import unescape
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
from tests.factories.accounts import make_membership, make_user, sign_in
from tests.factories.entries import (
    federate,
    index_all,
    make_commune,
    make_need,
    make_partnership,
    make_reference,
    make_territory,
)
from tests.factories.organizations import make_offer, make_organization
from vocabulary.kinds import (
    AreaLevel,
    FederationState,
    NpnruInterest,
    OfferType,
    OrganizationKind,
    ProjectPhase,
    PublicationState,
    ReferenceGrade,
)

XSS = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'
HIDDEN = [state for state in PublicationState if state is not PublicationState.PUBLISHED]


def _text(client: FlaskClient, path: str) -> str:
    """Return the words of the content of a page, on one line."""
    answer = client.get(path)
    assert answer.status_code == 200, path
    main = answer.text[answer.text.index("<main") : answer.text.index("</main>")]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


@pytest.fixture
def visitor(empty_app: Flask) -> FlaskClient:
    """Return a client nobody is signed in on."""
    return empty_app.test_client()


# Actors


def test_an_unclaimed_actor_says_where_its_facts_come_from(
    empty_session: Session, visitor: FlaskClient
) -> None:
    make_organization(
        empty_session, "Pôle", source="Liste officielle", source_checked_on=date(2026, 11, 2)
    )
    empty_session.commit()
    page = _text(visitor, "/acteurs/pole")
    assert "Source : Liste officielle, vérifiée le 2 novembre 2026." in page
    assert "Fiche non revendiquée" in page
    assert 'href="/acteurs/pole/revendiquer"' in visitor.get("/acteurs/pole").text


def test_a_claimed_actor_is_not_offered_for_claim(
    empty_session: Session, visitor: FlaskClient
) -> None:
    make_organization(
        empty_session, "Pôle", is_claimed=True, is_demo=True, confirmed_on=date(2024, 1, 2)
    )
    empty_session.commit()
    page = _text(visitor, "/acteurs/pole")
    assert "Revendiquer" not in page
    assert "Exemple fictif" in page
    assert "Fiche non confirmée par son titulaire depuis le 2 janvier 2024." in page


def test_the_intervention_area_is_in_words(empty_session: Session, visitor: FlaskClient) -> None:
    make_organization(
        empty_session, "Local", area_level=AreaLevel.DEPARTMENTS, area_codes=["01", "2A"]
    )
    make_organization(empty_session, "Muet")
    empty_session.commit()
    assert "Certains départements : Ain Corse-du-Sud" in _text(visitor, "/acteurs/local")
    assert "Où intervient l’acteur non renseigné" in _text(visitor, "/acteurs/muet")


def test_only_public_members_that_consented_are_shown(
    empty_session: Session, visitor: FlaskClient
) -> None:
    network = make_organization(empty_session, "Réseau", kind=OrganizationKind.ACCELERATOR)
    shown = make_organization(empty_session, "Membre montré")
    for answer in FederationState:
        if answer is not FederationState.CONSENTED:
            federate(
                empty_session,
                network,
                make_organization(empty_session, f"Caché {answer}"),
                state=answer,
            )
    for state in HIDDEN:
        federate(
            empty_session,
            network,
            make_organization(
                empty_session, f"Caché {state}", state=state, slug=f"brouillon-{state}"
            ),
        )
    federate(empty_session, network, shown)
    empty_session.commit()
    page = _text(visitor, "/acteurs/reseau")
    assert "Membre montré" in page
    assert "Caché" not in page
    assert "Fait partie de Réseau" in _text(visitor, "/acteurs/membre-montre")
    assert "Fait partie de" not in _text(visitor, "/acteurs/cache-invite")


@pytest.mark.parametrize("state", HIDDEN)
def test_what_is_not_public_looks_like_what_does_not_exist(
    state: PublicationState, empty_session: Session, visitor: FlaskClient
) -> None:
    draft = make_organization(empty_session, "Brouillon", state=state)
    make_offer(empty_session, draft, "Offre d’un brouillon")
    public = make_organization(empty_session, "Public")
    make_offer(empty_session, public, "Offre brouillon", state=state)
    make_commune(empty_session)
    need = make_need(empty_session, make_territory(empty_session), state=state)
    empty_session.commit()
    missing = visitor.get("/acteurs/absent")
    assert missing.status_code == 404
    for path in (
        "/acteurs/brouillon",
        "/solutions/offre-d-un-brouillon",
        "/solutions/offre-brouillon",
        f"/besoins/{need.id}",
        "/partenariats/absent",
        "/themes/absent",
        "/rencontres/absente",
        "/territoires/QN99999M",
    ):
        answer = visitor.get(path)
        assert (answer.status_code, _blind(answer.text)) == (404, _blind(missing.text)), path


def _blind(page: str) -> str:
    """Return a page without the address asked for, which its links carry."""
    return re.sub(r"/langue/en\?next=[^\"]*", "", page).replace(' aria-current="true"', "")


def test_a_member_sees_its_draft_and_is_told_that_nobody_else_does(
    empty_app: Flask, empty_session: Session
) -> None:
    draft = make_organization(empty_session, "Brouillon", state=PublicationState.DRAFT)
    user = make_user(empty_session)
    make_membership(empty_session, user, draft)
    empty_session.commit()
    page = _text(sign_in(empty_app, user.email), "/acteurs/brouillon")
    assert "Cette fiche n’est pas publique" in page


@pytest.mark.parametrize(
    "address",
    [
        "/besoins/99999999999999999999999",
        "/besoins/2147483648",
        "/besoins/-1",
        "/besoins/x",
        "/acteurs/%00",
        "/acteurs/a%00b",
        "/acteurs/..%2f..%2fetc",
        "/acteurs/" + "a" * 5_000,
        "/solutions/%ED%A0%80",
        "/territoires/%00",
        "/territoires/" + "Q" * 5_000,
        "/territoires/QN04212M'--",
        "/partenariats/%F0%9F%98%80",
        "/themes/__proto__",
        "/rencontres/%E2%80%AEx",
    ],
)
def test_strange_addresses_are_not_found(visitor: FlaskClient, address: str) -> None:
    assert visitor.get(address).status_code == 404


def test_nothing_stored_is_run(empty_app: Flask, empty_session: Session) -> None:
    session = empty_session
    make_commune(session)
    quarter = make_territory(session, name=XSS, npnru_source=XSS, source=XSS, is_npnru=True)
    columns = {"pitch": XSS, "description": XSS}
    actor = make_organization(
        session,
        XSS,
        slug="actor",
        acronym=XSS,
        labels=[XSS],
        website=f"https://x.example/{XSS}",
        source=XSS,
        size=XSS,
        commune_code="42218",
        kind=OrganizationKind.INCUBATOR,
        **columns,
    )
    member = make_organization(session, XSS, slug="member", **columns)
    federate(session, actor, member)
    offer = make_offer(session, actor, XSS, slug="offer", **columns)
    make_reference(session, offer, place=XSS, client=XSS, result=XSS, territory_id=quarter.id)
    make_need(session, quarter, XSS, description=XSS, outcome=XSS, carrier_label=XSS)
    make_partnership(session, quarter, actor, name=XSS, programme=XSS).slug = "partnership"
    session.add(
        RenewalProject(name=XSS, carrier_label=XSS, phase_source=XSS, territories=[quarter])
    )
    session.commit()
    index_all(empty_app)
    client = empty_app.test_client()
    for path in (
        "/annuaire?q=script+alert",
        "/annuaire?vue=carte",
        "/acteurs/actor",
        "/acteurs/member",
        "/solutions/offer",
        "/besoins/1",
        "/territoires",
        "/territoires/QN04212M",
        "/partenariats/partnership",
    ):
        page = client.get(path)
        assert page.status_code == 200, path
        assert "<script>alert" not in page.text, path
        assert "<img src=x" not in page.text, path
        assert "script-src 'self'" in page.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "website", ["javascript:alert(1)", "data:text/html,x", "//x.example", "http://", "http://[x"]
)
def test_only_web_addresses_become_links(
    empty_session: Session, visitor: FlaskClient, website: str
) -> None:
    make_organization(
        empty_session, "Site", website=website, description=f"[ici]({website}) et <{website}>"
    )
    empty_session.commit()
    page = visitor.get("/acteurs/site").text
    assert re.findall(r'href="(javascript|data|http:)', page) == []
    assert "Site non renseigné" in _text(visitor, "/acteurs/site")


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
        kind: [row in _text(visitor, f"/solutions/offre-{kind}") for row in rows]
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
    page = _text(visitor, "/solutions/offre")
    assert (
        "Firminy (2024) Quartier Tarentaize Pour un bailleur social 38 % de moins. "
        "Confirmée par le partenaire" in page
    )
    assert "Solutions déjà déployées ici ou dans la commune Offre" in _text(
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
    demo, closed = _text(visitor, "/besoins/1"), _text(visitor, "/besoins/2")
    assert "Exemple fictif, non exprimé par la collectivité Ouvert" in demo
    assert "Clos" in closed
    assert "fictif" not in closed
    assert "Ce n’est ni un avis de marché ni une consultation" in closed
    quarter_page = _text(visitor, "/territoires/QN04212M")
    assert "1 besoin clos Besoin d’essai clos le 1er janvier 2020" in quarter_page


@pytest.mark.parametrize("state", HIDDEN)
def test_a_carrier_that_is_not_public_is_not_named(
    empty_app: Flask, empty_session: Session, state: PublicationState
) -> None:
    make_commune(empty_session)
    quarter = make_territory(empty_session)
    carrier = make_organization(empty_session, "Porteur caché", state=state)
    make_need(empty_session, quarter, carrier_id=carrier.id)
    project = RenewalProject(name="Projet", territories=[quarter], carrier_id=carrier.id)
    empty_session.add(project)
    make_partnership(empty_session, quarter, carrier)
    empty_session.commit()
    index_all(empty_app)
    client = empty_app.test_client()
    for path in (
        "/besoins/1",
        "/territoires/QN04212M",
        "/partenariats/partenariat-d-essai",
        "/annuaire?q=cache",
        "/annuaire.csv",
    ):
        assert "Porteur caché" not in client.get(path).get_data(as_text=True), path


# Quarters


def test_an_unstated_interest_is_left_to_the_agency(
    empty_session: Session, visitor: FlaskClient
) -> None:
    make_commune(empty_session)
    make_territory(empty_session, "QN04201M", is_npnru=True)
    make_territory(empty_session, "QN04202M", is_npnru=True, npnru_interest=NpnruInterest.REGIONAL)
    make_territory(empty_session, "QN04203M")
    empty_session.commit()
    assert "NPNRU : à compléter par l’ANRU" in _text(visitor, "/territoires/QN04201M")
    assert "NPNRU : intérêt régional" in _text(visitor, "/territoires/QN04202M")
    assert "NPNRU" not in _text(visitor, "/territoires/QN04203M")


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
        "Source : Compte rendu (4 mai 2025)" in _text(visitor, "/territoires/QN04201M")
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
    assert "Ancien quartier prioritaire QP042099" in _text(visitor, "/territoires/QP042099")
    assert visitor.get("/territoires/qn04201m").location == "/territoires/QN04201M"
    assert "Codes 2015 QP042001, QP042002" in _text(visitor, "/territoires/QN04201M")


# The seeded directory


def test_e_declic_says_what_its_source_says_and_no_more(client: FlaskClient) -> None:
    page = _text(client, "/partenariats/e-declic")
    assert "6 membres" in page
    assert "Groupes de travail thématiques multi-partenaires Thème : non précisé" in page
    assert "Membres : non précisé" in page
    assert "ANRU, magazine n° 7, avril 2017" in page
    assert "E-Declic" in _text(client, "/territoires/QN04212M")
    assert "E-Declic" in _text(client, "/acteurs/philips")


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
