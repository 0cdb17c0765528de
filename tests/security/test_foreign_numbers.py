"""Numbers of somebody else's things under one's own address, and fields that no form has (Z2, Z3).

The access matrix asks for one object of another team; here each address or form begins with what is
one's own. Nothing changes in any table, or only what the form was for.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from extensions.database import db_session
from models.alert import Alert
from models.consortium import Consortium
from models.document import Document
from models.introduction import Introduction, IntroductionMessage
from models.need import Need
from models.offer import Offer
from models.organization import Organization
from models.partnership import (
    Partnership,
    PartnershipMember,
    PartnershipMilestone,
    WorkingGroup,
    WorkingGroupMeeting,
)
from models.shortlist import Shortlist, ShortlistItem
from models.territory import Territory
from services.seeding import seed_roles
from tests.factories.accounts import NOW, make_membership, make_user, sign_in
from tests.factories.entries import make_reference
from tests.factories.forms import forms_in
from tests.factories.matrix_alerts import make_alert
from tests.factories.matrix_world import Examples, address_of, build_world, rows_of
from tests.factories.organizations import make_offer, make_organization
from tests.factories.pages import csrf_token
from tests.factories.shortlists import make_item, make_shortlist
from vocabulary.exchanges import IntroductionState, Side
from vocabulary.kinds import OrganizationKind, PublicationState

TEXT: Final = "Bonjour, parlons de la cour de l’école."
OWN_PAGE: Final = "/mon-espace/partenariats/partenariat"
# Written by any request that is refused as by one that is not.
BESIDE: Final = {"rate_counter", "thread_reading", "form_receipt"}
FORGED: Final[dict[str, Any]] = {
    "state": "published",
    "is_demo": "1",
    "version": "9",
    "organization_id": "1",
    "carrier_id": "1",
    "actor_id": "1",
    "user_id": "1",
    "created_by_id": "1",
    "from_side": "actor",
    "side": "actor",
    "published_at": "2020-01-01",
    "confirmed_at": "2020-01-01",
    "accepted_at": "2020-01-01",
    "is_public": "1",
    "is_cited": "1",
}


@dataclass(frozen=True)
class World:
    """The matrix's organisation, seen by its owner, and what belongs to a neighbour."""

    app: Flask
    database: Path
    own: Examples
    theirs: dict[str, Any]

    def client(self) -> FlaskClient:
        """Return a client signed in as the owner of the matrix's organisation."""
        return sign_in(self.app, address_of("owner"))

    def rows(self) -> dict[str, list[tuple[Any, ...]]]:
        """Return every row that a refused request leaves as it was."""
        return {name: rows for name, rows in rows_of(self.database).items() if name not in BESIDE}


@pytest.fixture
def world(empty_app: Flask) -> World:
    with empty_app.app_context():
        seed_roles(db_session())
        db_session().commit()
    own = build_world(empty_app)["owner"]
    with empty_app.app_context():
        session = db_session()
        theirs = _neighbours(session)
        session.commit()
        database = Path(str(session.get_bind().engine.url.database))
    return World(empty_app, database, own, theirs)


def _neighbours(session: Session) -> dict[str, Any]:
    entry = make_organization(
        session, "Ville voisine", kind=OrganizationKind.COLLECTIVITE, is_claimed=True
    )
    person = make_user(session)
    make_membership(session, person, entry)
    territory = session.scalars(select(Territory)).one()
    need = Need(
        territory_id=territory.id,
        carrier=entry,
        title="Brouillon voisin",
        description="Texte",
        updated_at=NOW,
    )
    page = _page(session, entry)
    shortlist = make_shortlist(session, entry)
    actor = make_organization(session, "Acteur voisin", is_claimed=True)
    make_membership(session, make_user(session), actor)
    offer = make_offer(session, actor, "Offre de l’acteur voisin")
    item = make_item(session, shortlist, offer)
    reference = make_reference(session, offer, client="Ville", uid="voisine")
    alert = make_alert(session, user_id=person.id)
    session.add(need)
    session.flush()
    return {
        "organization": entry.id,
        "actor": actor.id,
        "need": need.id,
        "offer": offer.slug,
        "shortlist": shortlist.id,
        "item": item.id,
        "uid": reference.uid,
        "alert": alert.id,
        "document": page.documents[0].id,
        "group": page.working_groups[0].id,
        "meeting": page.working_groups[0].meetings[0].id,
        "milestone": page.milestones[0].id,
    }


def _page(session: Session, keeper: Organization) -> Partnership:
    meeting = WorkingGroupMeeting(held_on=date(2026, 10, 1), place="Salle")
    page = Partnership(
        slug="voisin",
        name="Partenariat voisin",
        summary="Texte",
        organization_id=keeper.id,
        members=[PartnershipMember(organization_id=keeper.id, position=0)],
        working_groups=[WorkingGroup(name="Groupe", description="Texte", meetings=[meeting])],
        milestones=[PartnershipMilestone(happened_on=date(2026, 1, 1), title="Étape")],
        documents=[
            Document(
                digest="1" * 64,
                filename="voisin.pdf",
                media_type="application/pdf",
                size=1,
                side=Side.TERRITORY,
                organization_id=keeper.id,
                created_at=NOW,
            )
        ],
    )
    session.add(page)
    session.flush()
    return page


def address(world: World, pattern: str) -> str:
    """Fill an address with own values, named as in the matrix, and with the neighbour's."""
    own = {
        "team": world.own["consortiums.show"]["consortium_id"],
        "list": world.own["shortlists.show"]["shortlist_id"],
        "stated": world.own["relays.send"]["need_id"],
        "need": world.own["registers.show"]["need_id"],
        "group": world.own["partnership_groups.edit"]["group_id"],
        "offer": world.own["reference_requests.index"]["slug"],
        "received": world.own["consortium_answers.show"]["invitation_id"],
    }
    return pattern.format(own=own, their=world.theirs)


@pytest.mark.parametrize(
    "pattern",
    [
        OWN_PAGE + "/groupes/{their[group]}",
        OWN_PAGE + "/groupes/{their[group]}/supprimer",
        OWN_PAGE + "/groupes/{their[group]}/reunions/nouvelle",
        OWN_PAGE + "/groupes/{own[group]}/reunions/{their[meeting]}",
        OWN_PAGE + "/groupes/{own[group]}/reunions/{their[meeting]}/supprimer",
        OWN_PAGE + "/groupes/{their[group]}/reunions/{their[meeting]}",
        OWN_PAGE + "/etapes/{their[milestone]}",
        OWN_PAGE + "/etapes/{their[milestone]}/supprimer",
        OWN_PAGE + "/documents/{their[document]}/retirer",
        OWN_PAGE + "/documents/{their[document]}/rendre",
        OWN_PAGE + "/membres/{their[organization]}/role",
        OWN_PAGE + "/membres/{their[organization]}/retirer",
        OWN_PAGE + "/reponse/{their[organization]}",
        "/mon-espace/selections/{own[list]}/elements/{their[item]}/note",
        "/mon-espace/selections/{their[shortlist]}/elements/{their[item]}/note",
        "/mon-espace/groupements/{own[team]}/invitations/{own[received]}/retirer",
        "/mon-espace/besoins/{own[need]}/documents/{their[document]}/retirer",
        "/mon-espace/besoins/{own[need]}/registre/999/rectifier",
        "/mon-espace/besoins/{their[need]}/relais",
        "/mon-espace/besoins/{their[need]}/meme-besoin",
        "/mon-espace/besoins/{their[need]}/liens-d-interets",
        "/mon-espace/besoins-pour-nous/{their[need]}/ecarter",
        "/mon-espace/offres/{own[offer]}/references/{their[uid]}/demander",
        "/mon-espace/offres/{own[offer]}/references/{their[uid]}/retirer",
        "/mon-espace/alertes/{their[alert]}/suppression",
        "/besoins/{their[need]}/repondre",
        "/besoins/{their[need]}/contacter/{their[offer]}",
    ],
)
def test_a_number_of_somebody_else_is_missing(world: World, pattern: str) -> None:
    client = world.client()
    token = csrf_token(client)
    before = world.rows()
    answer = client.post(address(world, pattern), data={"csrf_token": token, **FORGED})
    assert answer.status_code == 404
    assert world.rows() == before


@pytest.mark.parametrize(
    ("page", "fields"),
    [
        ("/mon-espace/selections/nouvelle", {"organization": "{their[organization]}"}),
        ("/mon-espace/selections/nouvelle", {"name": "Une", "need": "{their[need]}"}),
        ("/mon-espace/selections/ajouter?acteur=libre", {"liste": "{their[shortlist]}"}),
        ("/besoins/{own[need]}/repondre", {"offer": "{their[offer]}", "message": TEXT}),
        ("/mon-espace/besoins/{own[stated]}/relais", {"federator": "{their[actor]}"}),
        (OWN_PAGE + "/groupes/nouveau", {"name": "G", "members": "{their[actor]}"}),
        (OWN_PAGE + "/groupes/nouveau", {"name": "G", "leads": "{their[actor]}"}),
        ("/mon-espace/partenariats/nouveau", {"name": "P", "keeper": "ville-voisine"}),
    ],
)
def test_an_answer_of_somebody_else_is_refused(
    world: World, page: str, fields: dict[str, str]
) -> None:
    client = world.client()
    target = address(world, page)
    typed = {name: address(world, value) for name, value in fields.items()}
    sent = _sent(client, target, typed)
    before = world.rows()
    answer = client.post(target, data={**sent, **FORGED})
    assert answer.status_code == 422
    assert world.rows() == before


def _sent(client: FlaskClient, target: str, typed: dict[str, Any]) -> dict[str, Any]:
    shown = client.get(target)
    assert shown.status_code == 200, target
    path = target.split("?", maxsplit=1)[0]
    found = [
        fields.to_dict(flat=False)
        for action, fields in forms_in(shown.text)
        if (action or path).split("?", maxsplit=1)[0].endswith(path)
    ]
    return {**(found[0] if found else {"csrf_token": csrf_token(client)}), **typed}


def test_items_of_another_selection_are_left_alone(world: World) -> None:
    client = world.client()
    page = address(world, "/mon-espace/selections/{own[list]}/elements/retirer")
    before = world.rows()
    client.post(page, data={"csrf_token": csrf_token(client), "element": world.theirs["item"]})
    assert world.rows() == before


def test_a_team_is_not_built_on_somebody_elses_need(world: World, empty_session: Session) -> None:
    client = world.client()
    place = empty_session.scalars(select(Territory.code)).one()
    target = f"/mon-espace/groupements/nouveau?structure=pepiniere-de-la-matrice&territoire={place}"
    sent = _sent(client, target, {"name": "Équipe", "besoin": str(world.theirs["need"])})
    client.post(target, data={**sent, **FORGED})
    empty_session.rollback()
    teams = empty_session.scalars(select(Consortium)).all()
    assert [
        team.id for team in teams if world.theirs["need"] in {n.need_id for n in team.needs}
    ] == []


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
    assert client.post(target, data={**FORGED, **_sent(client, target, typed)}).status_code == 302
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
    sent = {**FORGED, **_sent(client, target, {"message": TEXT})}
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
    assert client.post(target, data={**FORGED, **_sent(client, target, typed)}).status_code == 302
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
    sent = _sent(client, target, {"email": "autre@essai.example", "nonce": "0" * 16})
    assert client.post("/alertes/nouvelle", data={**FORGED, **sent}).status_code == 302
    made = _made(empty_session, Alert, before)
    assert (made.user.email, made.email) == (address_of("owner"), None)
    assert made.nonce != "0" * 16


def test_a_selection_is_of_ones_team(world: World, empty_session: Session) -> None:
    client, before = world.client(), _numbers(empty_session, Shortlist)
    target = "/mon-espace/selections/nouvelle"
    sent = _sent(client, target, {"name": "Une"})
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
