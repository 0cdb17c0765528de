"""Pages of actors: where facts come from, areas, members that consented, links."""

import re
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.factories.entries import federate
from tests.factories.organizations import make_organization
from tests.factories.pages import text_of
from vocabulary.kinds import AreaLevel, FederationState, OrganizationKind, PublicationState

HIDDEN = [state for state in PublicationState if state is not PublicationState.PUBLISHED]


@pytest.fixture
def visitor(empty_app: Flask) -> FlaskClient:
    """Return a client nobody is signed in on."""
    return empty_app.test_client()


def test_an_unclaimed_actor_says_where_its_facts_come_from(
    empty_session: Session, visitor: FlaskClient
) -> None:
    make_organization(
        empty_session, "Pôle", source="Liste officielle", source_checked_on=date(2026, 11, 2)
    )
    empty_session.commit()
    page = text_of(visitor, "/acteurs/pole")
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
    page = text_of(visitor, "/acteurs/pole")
    assert "Revendiquer" not in page
    assert "Exemple fictif" in page
    assert "Fiche non confirmée par son titulaire depuis le 2 janvier 2024." in page


def test_the_intervention_area_is_in_words(empty_session: Session, visitor: FlaskClient) -> None:
    make_organization(
        empty_session, "Local", area_level=AreaLevel.DEPARTMENTS, area_codes=["01", "2A"]
    )
    make_organization(empty_session, "Muet")
    empty_session.commit()
    assert "Certains départements : Ain Corse-du-Sud" in text_of(visitor, "/acteurs/local")
    assert "Où intervient l’acteur non renseigné" in text_of(visitor, "/acteurs/muet")


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
    page = text_of(visitor, "/acteurs/reseau")
    assert "Membre montré" in page
    assert "Caché" not in page
    assert "Fait partie de Réseau" in text_of(visitor, "/acteurs/membre-montre")
    assert "Fait partie de" not in text_of(visitor, "/acteurs/cache-invite")


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
    assert "Site non renseigné" in text_of(visitor, "/acteurs/site")
