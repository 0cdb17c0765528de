"""Fields that no form has, sent with one’s own: only what the form was for is written (Z2, Z3)."""

from typing import Any, Final

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.alert import Alert
from models.introduction import Introduction, IntroductionMessage
from models.need import Need
from models.offer import Offer
from models.organization import Organization
from models.partnership import Partnership
from models.shortlist import Shortlist, ShortlistItem
from models.territory import Territory
from tests.factories.accounts import make_membership, make_user
from tests.factories.forms import forms_in
from tests.factories.matrix_world import address_of
from tests.factories.neighbourhood import World, build_neighbourhood
from tests.factories.neighbours import BESIDE, FORGED, make_neighbours, sent_with
from vocabulary.exchanges import IntroductionState, Side
from vocabulary.kinds import PublicationState

TEXT: Final = "Bonjour, parlons de la cour de l’école."
OWN_PAGE: Final = "/mon-espace/partenariats/partenariat"


@pytest.fixture
def world(empty_app: Flask) -> World:
    return build_neighbourhood(empty_app, make_neighbours, ignoring=BESIDE)


def _numbers(session: Session, model: Any) -> set[int]:
    session.rollback()
    return set(session.scalars(select(model.id)))


def _made(session: Session, model: Any, before: set[int]) -> Any:
    (number,) = _numbers(session, model) - before
    return session.get(model, number)


def test_a_need_is_a_draft_of_ones_own(world: World, empty_session: Session) -> None:
    client, before = world.client(), _numbers(empty_session, Need)
    target = "/mon-espace/organisations/ville-owner/besoins/nouveau"
    place = empty_session.scalars(select(Territory.code)).one()
    typed = {"kind": "sourcing", "title": "Un besoin", "quarters-0": place}
    assert (
        client.post(target, data={**FORGED, **sent_with(client, target, typed)}).status_code == 302
    )
    need = _made(empty_session, Need, before)
    found = (need.state, need.is_demo, need.version, need.carrier.slug, need.published_at)
    assert found == (PublicationState.DRAFT, False, 0, "ville-owner", None)


def test_who_asks_is_who_signed_in(world: World, empty_session: Session) -> None:
    client, before = world.client(), _numbers(empty_session, Introduction)
    values = world.own["introductions.contact"]
    target = f"/besoins/{values['need_id']}/contacter/{values['slug']}"
    make_membership(
        empty_session,
        make_user(empty_session),
        empty_session.scalars(select(Offer).where(Offer.slug == values["slug"])).one().organization,
    )
    empty_session.commit()
    sent = {**FORGED, **sent_with(client, target, {"message": TEXT})}
    assert client.post(target, data=sent).status_code == 302
    made = _made(empty_session, Introduction, before)
    found = (made.from_side, made.carrier.slug, made.state, made.sent_at.year)
    assert found == (Side.TERRITORY, "pepiniere-de-la-matrice", IntroductionState.SENT, 2026)


def test_a_message_is_of_the_side_of_its_author(world: World, empty_session: Session) -> None:
    number = world.own["introductions.show"]["introduction_id"]
    client, before = world.client(), _numbers(empty_session, IntroductionMessage)
    page = f"/mon-espace/mises-en-relation/{number}"
    fields = next(
        fields for action, fields in forms_in(client.get(page).text) if action.endswith("/messages")
    )
    sent = {**FORGED, **fields.to_dict(flat=False), "body": TEXT}
    assert client.post(f"{page}/messages", data=sent).status_code == 302
    assert _made(empty_session, IntroductionMessage, before).side is Side.TERRITORY


def test_a_partnership_is_a_draft_of_its_keeper(world: World, empty_session: Session) -> None:
    client, before = world.client(), _numbers(empty_session, Partnership)
    target = "/mon-espace/partenariats/nouveau"
    typed = {"name": "Alliance", "summary": TEXT}
    assert (
        client.post(target, data={**FORGED, **sent_with(client, target, typed)}).status_code == 302
    )
    made = _made(empty_session, Partnership, before)
    found = (made.state, made.is_demo, made.organization.slug, made.published_at)
    assert found == (PublicationState.DRAFT, False, "ville-owner", None)


def test_only_staff_cite_a_member(world: World, empty_session: Session) -> None:
    client = world.client()
    page = empty_session.scalars(select(Partnership).where(Partnership.slug == "partenariat")).one()
    page.source = "Source publique"
    empty_session.commit()
    target = f"{OWN_PAGE}/membres/inviter"
    shown = client.get(f"{OWN_PAGE}/membres?q=Libre").text
    fields = next(fields for action, fields in forms_in(shown) if action.endswith(target))
    before = world.rows()
    client.post(target, data={**fields.to_dict(flat=False), **FORGED, "role": "Essai"})
    assert world.rows() == before


def test_an_alert_is_of_the_account(world: World, empty_session: Session) -> None:
    client, before = world.client(), _numbers(empty_session, Alert)
    target = "/alertes/nouvelle?sujet=recherche&q=toiture"
    sent = sent_with(client, target, {"email": "autre@essai.example", "nonce": "0" * 16})
    assert client.post("/alertes/nouvelle", data={**FORGED, **sent}).status_code == 302
    made = _made(empty_session, Alert, before)
    assert (made.user.email, made.email) == (address_of("owner"), None)
    assert made.nonce != "0" * 16


def test_a_selection_is_of_ones_team(world: World, empty_session: Session) -> None:
    client, before = world.client(), _numbers(empty_session, Shortlist)
    target = "/mon-espace/selections/nouvelle"
    sent = sent_with(client, target, {"name": "Une"})
    sent["organization"] = str(
        empty_session.scalars(
            select(Organization.id).where(Organization.slug == "pepiniere-de-la-matrice")
        ).one()
    )
    assert client.post(target, data={**FORGED, "archived_at": "2020", **sent}).status_code == 302
    made = _made(empty_session, Shortlist, before)
    assert (made.organization.slug, made.archived_at) == ("pepiniere-de-la-matrice", None)
    assert _numbers(empty_session, ShortlistItem) == {
        world.theirs["item"],
        world.own["shortlist_editing.note"]["item_id"],
    }
