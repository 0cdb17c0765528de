"""Offers and federations, without scripts."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.account import User
from models.federation import FederationMember
from models.offer import Offer
from models.organization import Organization
from models.revision import Revision
from services.contents import OfferContent
from tests.factories.accounts import make_membership, make_user, sign_in
from tests.factories.drafts import PROSE, make_draft
from tests.factories.forms import filled, press, write
from tests.factories.organizations import make_organization
from vocabulary.kinds import (
    TYPES_WITH_MATURITY,
    TYPES_WITH_PRICE,
    TYPES_WITH_ROUTES,
    FederationState,
    OfferType,
    OrganizationKind,
    PublicationState,
)


@pytest.fixture
def owner(session: Session) -> User:
    return make_user(session)


@pytest.fixture
def author(app: Flask, session: Session, owner: User) -> FlaskClient:
    make_draft(session, owner)
    session.commit()
    return sign_in(app, owner.email)


NEW = "/mon-espace/organisations/facades-vives/offres/nouvelle"


def open_offer(author: FlaskClient, kind: OfferType = OfferType.SOLUTION) -> str:
    """Return the page of a new draft."""
    response = write(author, NEW, type=kind.value, title=f"Essai {kind.value}")
    assert response.status_code == 302
    return str(response.headers["Location"])


def content_of(session: Session, page: str) -> OfferContent:
    session.rollback()
    slug = page.rsplit("/", 1)[1]
    offer = session.scalars(select(Offer).where(Offer.slug == slug)).one()
    revision = session.scalars(
        select(Revision).where(
            Revision.subject_id == offer.id, Revision.subject_kind == "solutions"
        )
    ).one()
    return OfferContent.from_dict(revision.content)


@pytest.mark.parametrize("kind", list(OfferType))
def test_each_type_asks_only_what_it_has(author: FlaskClient, kind: OfferType) -> None:
    fields = author.get(open_offer(author, kind)).text
    asked = {name for name in ("maturity", "routes", "price_range") if f'name="{name}"' in fields}
    expected = {
        name
        for name, types in (
            ("maturity", TYPES_WITH_MATURITY),
            ("routes", TYPES_WITH_ROUTES),
            ("price_range", TYPES_WITH_PRICE),
        )
        if kind in types
    }
    assert asked == expected


def test_an_offer_is_written_with_its_references(author: FlaskClient, session: Session) -> None:
    page = open_offer(author)
    response = write(
        author,
        page,
        pitch="Isoler.",
        description=PROSE,
        themes=["renovation-energetique"],
        maturity="pilote",
        routes=["mapa", "achat-innovant"],
        price_range="40k-100k",
        **{
            "references-0-place": "QN04212M",
            "references-0-year": "2022",
            "references-0-client": "un bailleur",
            "references-0-result": "30 % d’énergie en moins",
        },
    )
    assert response.status_code == 302
    content = content_of(session, page)
    (reference,) = content.references
    assert (reference.commune_code, reference.year) == ("42218", 2022)
    assert reference.territory_id is not None
    assert content.routes == ("achat-innovant", "mapa")


def test_a_reference_is_added_without_losing_what_was_typed(author: FlaskClient) -> None:
    page = open_offer(author)
    fields = filled(author, page)
    fields.setlist("pitch", ["Encore à enregistrer."])
    fields.setlist("references-0-place", ["Lyon"])
    fields.add("add_reference", "1")
    response = author.post(page, data=fields)
    assert response.status_code == 200
    for words in ('value="Encore à enregistrer."', 'value="Lyon"', 'name="references-1-place"'):
        assert words in response.text


def test_an_unknown_place_stays_in_the_words_of_the_author(
    author: FlaskClient, session: Session
) -> None:
    page = open_offer(author)
    write(author, page, **{"references-0-place": "Métropole de Turin"})
    (reference,) = content_of(session, page).references
    assert (reference.place, reference.commune_code) == ("Métropole de Turin", None)


def test_a_reference_keeps_its_identity_when_it_is_edited(
    author: FlaskClient, session: Session
) -> None:
    page = open_offer(author)
    write(author, page, **{"references-0-place": "Lyon"})
    before = content_of(session, page).references[0]
    write(author, page, **{"references-0-client": "une ville"})
    after = content_of(session, page).references[0]
    assert (after.uid, after.commune_code, after.client) == (before.uid, "69123", "une ville")


def test_errors_of_a_reference_keep_everything(author: FlaskClient) -> None:
    response = write(
        author, open_offer(author), pitch="Gardé.", **{"references-0-year": "l’an passé"}
    )
    assert response.status_code == 422
    assert 'value="Gardé."' in response.text
    assert "Écrivez l’année en quatre chiffres" in response.text


def test_a_stale_offer_form_gets_a_409(author: FlaskClient, session: Session) -> None:
    page = open_offer(author)
    late = filled(author, page)
    write(author, page, pitch="Avant.")
    late.setlist("pitch", ["Après."])
    response = author.post(page, data=late)
    assert response.status_code == 409
    assert 'value="Après."' in response.text
    assert content_of(session, page).pitch == "Avant."


def test_submit_take_back_delete(author: FlaskClient, session: Session) -> None:
    page = open_offer(author)
    fields = filled(author, page)
    for name, value in (
        ("pitch", "Isoler."),
        ("description", PROSE),
        ("themes", "solaire"),
        ("submit", "1"),
    ):
        fields.setlist(name, [value])
    assert author.post(page, data=fields).headers["Location"].endswith("/offres")
    session.rollback()
    offer = session.scalars(select(Offer).order_by(Offer.id.desc())).first()
    assert offer is not None
    assert offer.state == PublicationState.SUBMITTED
    assert press(author, page, "/reprendre").status_code == 302
    assert press(author, page, "/supprimer").status_code == 302
    assert author.get(page).status_code == 404


def test_a_strangers_offer_does_not_exist(
    app: Flask, author: FlaskClient, session: Session
) -> None:
    page = open_offer(author)
    session.rollback()  # it must see what the request committed before it writes
    stranger = make_user(session)
    session.commit()
    client = sign_in(app, stranger.email)
    assert client.get(page).status_code == 404
    assert client.get(f"{page}/apercu").status_code == 404
    assert (
        app.test_client().get(page.replace("/mon-espace/offres", "/solutions")).status_code == 404
    )


def test_a_member_is_public_once_it_agreed(app: Flask, session: Session, owner: User) -> None:
    pole = make_organization(
        session, "Pôle des essais", kind=OrganizationKind.POLE_COMPETITIVITE, is_claimed=True
    )
    member = make_organization(session, "Membre des essais", is_claimed=True)
    make_membership(session, owner, pole)
    invited = make_user(session)
    make_membership(session, invited, member)
    session.commit()
    pole_space = "/mon-espace/organisations/pole-des-essais/membres-federes"
    client, answerer, visitor = (
        sign_in(app, owner.email),
        sign_in(app, invited.email),
        app.test_client(),
    )
    assert press(client, f"{pole_space}?q=membre+des", "/inviter").status_code == 302
    assert "Membre des essais" not in visitor.get("/acteurs/pole-des-essais").text
    space = "/mon-espace/organisations/membre-des-essais/federations"
    assert press(answerer, space, "/reponse").status_code == 302
    assert "Membre des essais" in visitor.get("/acteurs/pole-des-essais").text
    session.rollback()
    link = session.scalars(
        select(FederationMember).where(FederationMember.federator_id == pole.id)
    ).one()
    assert link.state == FederationState.CONSENTED
    foreign = f"/mon-espace/organisations/membre-des-essais/membres-federes/{link.id}/retirer"
    assert press_raw(answerer, foreign) == 404


def press_raw(client: FlaskClient, address: str) -> int:
    token = client.get("/mon-espace/inscrire").text.split('name="csrf_token"')[1]
    value = token.split('value="')[1].split('"')[0]
    return client.post(address, data={"csrf_token": value}).status_code


def test_a_startup_has_no_member_page(author: FlaskClient, session: Session) -> None:
    assert session.scalar(select(Organization.id)) is not None
    page = "/mon-espace/organisations/facades-vives/membres-federes"
    assert author.get(page).status_code == 404
