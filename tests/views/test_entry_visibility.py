"""What entries hide: what is not public, drafts seen by their members, nothing stored is run."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from models.territory import RenewalProject
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
from tests.factories.pages import text_of
from vocabulary.kinds import OrganizationKind, PublicationState

XSS = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'
HIDDEN = [state for state in PublicationState if state is not PublicationState.PUBLISHED]


@pytest.fixture
def visitor(empty_app: Flask) -> FlaskClient:
    """Return a client nobody is signed in on."""
    return empty_app.test_client()


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
    page = text_of(sign_in(empty_app, user.email), "/acteurs/brouillon")
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
