"""Selections of a team: pages, forms, the buttons that add, what is somebody else's."""

import csv
import io
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.offer import Offer
from models.organization import Organization
from models.register import RegisterEntry
from models.shortlist import Shortlist, ShortlistItem
from tests.factories.accounts import make_membership, make_user, sign_in
from tests.factories.entries import make_need, make_territory
from tests.factories.organizations import make_offer, make_organization
from tests.factories.pages import submit
from tests.factories.shortlists import make_item, make_shortlist
from vocabulary.exchanges import RegisterEvent
from vocabulary.kinds import OrganizationKind, PublicationState

HOME = "/mon-espace/selections"
ADD = f"{HOME}/ajouter"


@dataclass(frozen=True)
class Team:
    """A city with a need and a member who is signed in; a startup with an offer."""

    app: Flask
    session: Session
    client: FlaskClient
    city: Organization
    offer: Offer
    need_id: int

    def shortlist(self, **columns: object) -> Shortlist:
        made = make_shortlist(self.session, self.city, **columns)  # type: ignore[arg-type]
        self.session.commit()
        return made

    def item(self, shortlist: Shortlist, **columns: object) -> ShortlistItem:
        made = make_item(self.session, shortlist, self.offer, **columns)
        self.session.commit()
        return made

    def items(self) -> list[ShortlistItem]:
        self.session.rollback()
        self.session.expire_all()
        return list(self.session.scalars(select(ShortlistItem).order_by(ShortlistItem.id)))

    def lists(self) -> list[Shortlist]:
        self.session.rollback()
        self.session.expire_all()
        return list(self.session.scalars(select(Shortlist).order_by(Shortlist.id)))


@pytest.fixture
def team(empty_app: Flask, empty_session: Session) -> Team:
    session = empty_session
    city = make_organization(session, "Ville d’essai", kind=OrganizationKind.COLLECTIVITE)
    offer = make_offer(session, make_organization(session), "Offre d’essai")
    need = make_need(session, make_territory(session), "Besoin d’essai", carrier_id=city.id)
    person = make_user(session, email="agent@ville.example")
    make_membership(session, person, city)
    session.commit()
    client = sign_in(empty_app, "agent@ville.example")
    return Team(empty_app, session, client, city, offer, need.id)


def test_a_visitor_is_led_to_sign_in_and_back(team: Team) -> None:
    page = team.app.test_client().get(f"/solutions/{team.offer.slug}").text
    assert f"{ADD}?retour=/solutions/{team.offer.slug}&amp;solution={team.offer.slug}" in page
    answer = team.app.test_client().get(f"{ADD}?solution={team.offer.slug}")
    assert answer.headers["Location"].startswith("/connexion?next=/mon-espace/selections/ajouter")


def test_one_button_asks_which_selection_then_adds(team: Team) -> None:
    shortlist = team.shortlist()
    asked = submit(team.client, ADD, {"solution": team.offer.slug, "retour": "/annuaire"})
    assert asked.status_code == 200
    assert "Dans quelle sélection ?" in asked.text
    added = submit(
        team.client,
        ADD,
        {"solution": team.offer.slug, "liste": shortlist.id, "retour": "/annuaire"},
    )
    assert added.headers["Location"] == "/annuaire"
    assert [item.offer_id for item in team.items()] == [team.offer.id]


def test_adding_twice_keeps_one_and_says_so(team: Team) -> None:
    shortlist = team.shortlist()
    fields = {"solution": team.offer.slug, "liste": shortlist.id}
    submit(team.client, ADD, fields)
    page = submit(team.client, ADD, fields, follow_redirects=True)
    assert "« Offre d’essai » était déjà dans « À revoir »." in page.text
    assert len(team.items()) == 1


def test_a_new_selection_is_opened_once_for_a_double_click(team: Team) -> None:
    fields = {
        "solution": team.offer.slug,
        "besoin": team.need_id,
        "liste": "nouvelle",
        "name": "Pour le besoin",
        "form_number": "a" * 32,
    }
    first = submit(team.client, ADD, fields)
    second = submit(team.client, ADD, fields)
    assert first.headers["Location"] == second.headers["Location"]
    assert [(one.name, one.need_id) for one in team.lists()] == [("Pour le besoin", team.need_id)]


def test_the_register_of_ones_own_need_keeps_the_choice(team: Team) -> None:
    shortlist = team.shortlist(need_id=team.need_id)
    submit(team.client, ADD, {"solution": team.offer.slug, "liste": shortlist.id})
    team.session.rollback()
    lines = team.session.scalars(RegisterEntry.of_need(team.need_id)).all()
    assert [(line.event, line.offer_ref) for line in lines] == [
        (RegisterEvent.SHORTLISTED, team.offer.id)
    ]


def test_the_menu_gives_the_lists_and_says_which_holds(team: Team) -> None:
    holding, empty = team.shortlist(name="A"), team.shortlist(name="B")
    team.item(holding)
    answer = team.client.get(
        f"{ADD}?solution={team.offer.slug}", headers={"Accept": "application/json"}
    )
    assert [(line["name"], line["holds"]) for line in answer.get_json()] == [
        ("A", True),
        ("B", False),
    ]
    added = submit(
        team.client,
        ADD,
        {"solution": team.offer.slug, "liste": empty.id},
        headers={"Accept": "application/json"},
    )
    assert added.get_json()["message"].replace("\u00a0", " ") == "« Offre d’essai » est dans « B »."


def test_a_return_address_elsewhere_is_not_followed(team: Team) -> None:
    shortlist = team.shortlist()
    fields = {"solution": team.offer.slug, "liste": shortlist.id, "retour": "//ailleurs.example"}
    assert submit(team.client, ADD, fields).headers["Location"] == f"{HOME}/{shortlist.id}"


def test_what_is_not_public_cannot_be_added(team: Team) -> None:
    shortlist = team.shortlist()
    team.offer.state = PublicationState.ARCHIVED
    team.session.commit()
    fields = {"solution": "offre-d-essai", "liste": shortlist.id}
    assert submit(team.client, ADD, fields).status_code == 404
    assert team.items() == []


def test_a_selection_is_created_with_a_need(team: Team) -> None:
    page = team.client.get(f"{HOME}/nouvelle?besoin={team.need_id}").text
    assert 'value="Besoin d’essai"' in page
    fields = {"name": "Éclairage", "organization": team.city.id, "need": team.need_id}
    answer = submit(team.client, f"{HOME}/nouvelle", fields)
    (made,) = team.lists()
    assert answer.headers["Location"] == f"{HOME}/{made.id}"
    assert (made.name, made.organization_id, made.need_id) == (
        "Éclairage",
        team.city.id,
        team.need_id,
    )


def test_fields_that_are_not_of_the_form_change_nothing(team: Team) -> None:
    other = make_organization(team.session, "Autre ville", kind=OrganizationKind.COLLECTIVITE)
    team.session.commit()
    fields = {"name": "X", "organization": other.id, "need": ""}
    assert submit(team.client, f"{HOME}/nouvelle", fields).status_code == 422
    shortlist = team.shortlist()
    submit(
        team.client,
        f"{HOME}/{shortlist.id}/renommer",
        {"name": "Y", "known": "À revoir", "organization_id": other.id, "need_id": team.need_id},
    )
    (kept,) = team.lists()
    assert (kept.name, kept.organization_id, kept.need_id) == ("Y", team.city.id, None)


def test_a_note_says_who_wrote_it(team: Team) -> None:
    shortlist = team.shortlist()
    item = team.item(shortlist)
    url = f"{HOME}/{shortlist.id}/elements/{item.id}/note"
    page = submit(
        team.client, url, {"note": "À rappeler", "lock": item.lock}, follow_redirects=True
    )
    assert "À rappeler" in page.text
    assert "Note de Compte d’essai" in page.text


def test_two_notes_at_once_are_both_shown(team: Team) -> None:
    shortlist = team.shortlist()
    item = team.item(shortlist)
    url = f"{HOME}/{shortlist.id}/elements/{item.id}/note"
    submit(team.client, url, {"note": "La première", "lock": item.lock})
    answer = submit(team.client, url, {"note": "La seconde", "lock": item.lock})
    assert answer.status_code == 409
    assert "La première" in answer.text
    assert "La seconde" in answer.text
    assert [one.note for one in team.items()] == ["La première"]


def test_two_names_at_once_are_both_shown(team: Team) -> None:
    shortlist = team.shortlist()
    url = f"{HOME}/{shortlist.id}/renommer"
    submit(team.client, url, {"name": "Un", "known": "À revoir"})
    answer = submit(team.client, url, {"name": "Deux", "known": "À revoir"})
    assert answer.status_code == 409
    assert "renommée « Un »" in answer.text
    assert 'value="Deux"' in answer.text


def test_what_is_taken_off_comes_back_with_its_note(team: Team) -> None:
    shortlist = team.shortlist()
    item = team.item(shortlist, note="Utile")
    url = f"{HOME}/{shortlist.id}/elements"
    page = submit(team.client, f"{url}/retirer", {"element": item.id}, follow_redirects=True)
    assert "1 fiche retirée de la sélection." in page.text
    assert "Offre d’essai" not in page.text
    back = submit(team.client, f"{url}/remettre", {"element": item.id}, follow_redirects=True)
    assert "Utile" in back.text


def test_a_withdrawn_offer_keeps_the_note_and_shows_nothing_else(team: Team) -> None:
    shortlist = team.shortlist()
    team.item(shortlist, note="Dommage")
    team.offer.pitch = "Un secret"
    team.offer.state = PublicationState.ARCHIVED
    team.session.commit()
    for path in ("", ".csv"):
        page = team.client.get(f"{HOME}/{shortlist.id}{path}").text
        assert "Fiche retirée de l’annuaire" in page
        assert "Dommage" in page
        assert "Offre d’essai" not in page
        assert "Un secret" not in page


def test_an_archived_selection_refuses_more_until_reopened(team: Team) -> None:
    shortlist = team.shortlist()
    submit(team.client, f"{HOME}/{shortlist.id}/archiver")
    fields = {"solution": team.offer.slug, "liste": shortlist.id}
    assert submit(team.client, ADD, fields).status_code == 422
    submit(team.client, f"{HOME}/{shortlist.id}/rouvrir")
    assert submit(team.client, ADD, fields).status_code == 302


def test_deleting_asks_first(team: Team) -> None:
    shortlist = team.shortlist()
    url = f"{HOME}/{shortlist.id}/supprimer"
    assert submit(team.client, url).status_code == 200
    assert len(team.lists()) == 1
    submit(team.client, url, {"confirmer": 1})
    assert team.lists() == []


def test_the_file_neutralises_cells_and_names_nobody(team: Team) -> None:
    shortlist = team.shortlist()
    item = team.item(shortlist)
    url = f"{HOME}/{shortlist.id}/elements/{item.id}/note"
    submit(team.client, url, {"note": "=2+2", "lock": item.lock})
    text = team.client.get(f"{HOME}/{shortlist.id}.csv").get_data().decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text), delimiter=";"))
    assert (rows[1][1], rows[1][10]) == ("Offre d’essai", "'=2+2")
    assert "Compte d’essai" not in text


@pytest.mark.parametrize(
    "path", ["", ".csv", "/renommer", "/supprimer", "/elements/7/note"], ids=str
)
def test_somebody_elses_selection_looks_missing(team: Team, path: str) -> None:
    other = make_organization(team.session, "Autre ville", kind=OrganizationKind.COLLECTIVITE)
    theirs = make_shortlist(team.session, other, id=777)
    make_item(team.session, theirs, team.offer, id=7)
    team.session.commit()
    found = team.client.get(f"{HOME}/{theirs.id}{path}")
    missing = team.client.get(f"{HOME}/999{path}")
    assert (found.status_code, missing.status_code) == (404, 404)
    assert found.text.replace(f"/{theirs.id}", "/X") == missing.text.replace("/999", "/X")


def test_another_teams_item_is_no_item_of_mine(team: Team) -> None:
    other = make_organization(team.session, "Autre ville", kind=OrganizationKind.COLLECTIVITE)
    theirs = make_item(team.session, make_shortlist(team.session, other), team.offer)
    mine = team.shortlist()
    submit(team.client, f"{HOME}/{mine.id}/elements/retirer", {"element": theirs.id})
    assert [item.removed_at for item in team.items()] == [None]
    fields = {"solution": team.offer.slug, "liste": theirs.shortlist_id}
    assert submit(team.client, ADD, fields).status_code == 422


def test_somebody_who_left_the_team_no_longer_reads(team: Team) -> None:
    shortlist = team.shortlist()
    team.session.query(type(team.city.memberships[0])).delete()
    team.session.commit()
    assert team.client.get(f"{HOME}/{shortlist.id}").status_code == 404


def test_somebody_without_an_organisation_is_told_how_to_get_one(team: Team) -> None:
    make_user(team.session, email="seul@essai.example")
    team.session.commit()
    client = sign_in(team.app, "seul@essai.example")
    for path in (HOME, f"{HOME}/nouvelle", f"{ADD}?solution={team.offer.slug}"):
        assert "Il faut une structure pour partager une sélection" in client.get(path).text
