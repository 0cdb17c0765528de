"""Numbers of somebody else's things under an address of one's own (Z2, Z3).

The access matrix asks for one object of another team; here each address or form begins with what is
one's own. Nothing changes in any table.
"""

from typing import Final

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.consortium import Consortium
from models.territory import Territory
from tests.factories.neighbourhood import World, build_neighbourhood
from tests.factories.neighbours import BESIDE, FORGED, address, make_neighbours, sent_with
from tests.factories.pages import csrf_token

TEXT: Final = "Bonjour, parlons de la cour de l’école."
OWN_PAGE: Final = "/mon-espace/partenariats/partenariat"


@pytest.fixture
def world(empty_app: Flask) -> World:
    return build_neighbourhood(empty_app, make_neighbours, ignoring=BESIDE)


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
    sent = sent_with(client, target, typed)
    before = world.rows()
    answer = client.post(target, data={**sent, **FORGED})
    assert answer.status_code == 422
    assert world.rows() == before


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
    sent = sent_with(client, target, {"name": "Équipe", "besoin": str(world.theirs["need"])})
    client.post(target, data={**sent, **FORGED})
    empty_session.rollback()
    teams = empty_session.scalars(select(Consortium)).all()
    assert [
        team.id for team in teams if world.theirs["need"] in {n.need_id for n in team.needs}
    ] == []
