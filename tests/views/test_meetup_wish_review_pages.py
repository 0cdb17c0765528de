"""Organisers' pages of wishes: looking through, adding, lists with errors, suggestions, undo."""

import io
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.meetup import MeetupDay
from models.meetup_participant import MeetupParticipant
from models.meetup_wish import MeetupWish, MeetupWishBatch, MeetupWishLine
from services.meetup_reading import read_day
from tests.factories.accounts import make_user, sign_in
from tests.factories.meetups import make_attendee, make_day, make_participant, make_wish
from tests.factories.pages import csrf_token, submit
from tests.query_counter import count_queries
from vocabulary.exchanges import Side
from vocabulary.kinds import UserRole
from vocabulary.meetups import ParticipantVisibility, WishOrigin, WishState

MOST = 12
HEAVIEST = 100_000
THEMES = ["renovation-energetique", "confort-ete"]


@dataclass
class Scene:
    """A day with a town and a firm, and a client of the organisers."""

    app: Flask
    session: Session
    day: MeetupDay
    town: MeetupParticipant
    firm: MeetupParticipant
    client: FlaskClient

    @property
    def base(self) -> str:
        """Return the address of the wishes of the day."""
        return f"/pilotage/rencontres/{self.day.slug}/souhaits"

    def wishes(self) -> list[MeetupWish]:
        """Return every wish, as requests left them."""
        self.session.rollback()
        self.session.expire_all()
        wanted = select(MeetupWish).where(MeetupWish.day_id == self.day.id)
        return list(self.session.scalars(wanted.order_by(MeetupWish.id)))

    def lines(self) -> list[MeetupWishLine]:
        """Return every line of the lists of the day."""
        self.session.rollback()
        wanted = select(MeetupWishLine).join(
            MeetupWishBatch, MeetupWishBatch.id == MeetupWishLine.batch_id
        )
        of_the_day = wanted.where(MeetupWishBatch.day_id == self.day.id)
        return list(self.session.scalars(of_the_day.order_by(MeetupWishLine.id)))

    def paste(self, text: str) -> str:
        """Send lines and return the address of the preview."""
        answer = submit(self.client, f"{self.base}/listes", {"pasted": text})
        assert answer.status_code == 302, answer.text
        self.session.rollback()
        return str(answer.location)


@pytest.fixture
def scene(app: Flask, session: Session) -> Scene:
    make_user(session, role=UserRole.STAFF, email="equipe@essai.example")
    day = make_day(session)
    town = make_participant(session, day, "Ville d’essai", side=Side.TERRITORY, themes=THEMES)
    firm = make_participant(session, day, "Façades d’essai", themes=THEMES)
    make_attendee(session, firm, email="firme@essai.example")
    session.commit()
    return Scene(app, session, day, town, firm, sign_in(app, "equipe@essai.example"))


def test_staff_wish_for_a_participant(scene: Scene) -> None:
    fields = {"wisher": "ville d'essai", "wished": "firme@essai.example", "priority": "bienvenue"}
    assert submit(scene.client, f"{scene.base}/ajouter", fields).status_code == 302
    (made,) = scene.wishes()
    assert (made.wisher_id, made.wished_id, made.origin) == (
        scene.town.id,
        scene.firm.id,
        WishOrigin.STAFF,
    )


def test_an_unknown_name_is_told_beside_its_field_with_the_nearest(scene: Scene) -> None:
    fields = {"wisher": "Ville d’essay", "wished": "Façades d’essai", "priority": "bienvenue"}
    page = submit(scene.client, f"{scene.base}/ajouter", fields)
    assert page.status_code == 422
    assert "Noms proches : Ville d’essai." in page.text
    assert 'value="Façades d’essai"' in page.text


def test_a_list_is_previewed_applied_and_undone(scene: Scene) -> None:
    url = scene.paste("Ville d’essai;Façades d’essai;1;Bonjour\nInconnue;Façades d’essai")
    assert "n’est pas un participant de cette journée" in scene.client.get(url).text
    assert scene.wishes() == []
    submit(scene.client, f"{url}/appliquer")
    assert [one.state for one in scene.wishes()] == [WishState.PROPOSED]
    submit(scene.client, f"{url}/annuler")
    assert [one.state for one in scene.wishes()] == [WishState.WITHDRAWN]


def test_refused_lines_are_corrected_on_the_page(scene: Scene) -> None:
    url = scene.paste("Ville d’essay;Façades d’essai")
    line = scene.lines()[0]
    fields = {
        f"demandeur-{line.id}": "Ville d’essai",
        f"souhaite-{line.id}": "Façades d’essai",
        f"priorite-{line.id}": "2",
        f"message-{line.id}": "",
    }
    submit(scene.client, f"{url}/corriger", fields)
    submit(scene.client, f"{url}/appliquer")
    assert len(scene.wishes()) == 1


def test_the_refused_lines_come_back_as_a_file_that_a_spreadsheet_does_not_run(
    scene: Scene,
) -> None:
    url = scene.paste("=CMD();Façades d’essai")
    given = scene.client.get(f"{url}/refus.csv")
    assert given.text.splitlines()[1].startswith("'=CMD();Façades d’essai;")
    sent = {"file": (io.BytesIO(given.data), "refus.csv"), "csrf_token": csrf_token(scene.client)}
    again = scene.client.post(f"{scene.base}/listes", data=sent)
    assert again.status_code == 302
    scene.session.rollback()
    cells = [line.cells[0] for line in scene.lines()]
    assert cells == ["=CMD()", "=CMD()"]


def test_what_cannot_be_read_keeps_what_was_pasted(scene: Scene) -> None:
    page = submit(scene.client, f"{scene.base}/listes", {"pasted": "demandeur;souhaité"})
    assert page.status_code == 422
    assert "Aucune ligne à lire" in page.text
    assert "demandeur;souhaité" in page.text


def test_a_long_list_may_be_pasted(scene: Scene) -> None:
    line = f"Inconnue;Façades d’essai;1;{'Bonjour ' * 30}"
    answer = submit(
        scene.client,
        f"{scene.base}/listes",
        {"pasted": "\n".join([line] * 5_000)},
        content_type="multipart/form-data",
    )
    assert answer.status_code == 302
    page = scene.client.get(str(answer.location))
    assert len(page.data) < HEAVIEST


def test_those_without_a_wish_are_suggested_some(scene: Scene) -> None:
    make_participant(
        scene.session,
        scene.day,
        "Entreprise discrète",
        themes=THEMES,
        visibility=ParticipantVisibility.ORGANIZERS,
    )
    scene.session.commit()
    answer = submit(scene.client, f"{scene.base}/listes/suggestions", {"count": "5"})
    url = str(answer.location)
    page = scene.client.get(url).text
    assert "Façades d’essai" in page
    submit(scene.client, f"{url}/appliquer")
    pairs = {(one.wisher_id, one.wished_id) for one in scene.wishes()}
    assert {(scene.town.id, scene.firm.id), (scene.firm.id, scene.town.id)} <= pairs
    names = {one.wished.name for one in scene.wishes()}
    assert "Entreprise discrète" not in names
    assert {one.state for one in scene.wishes() if one.wisher_id == scene.town.id} == {
        WishState.ACCEPTED
    }


def test_a_number_out_of_bounds_is_refused(scene: Scene) -> None:
    page = submit(scene.client, f"{scene.base}/listes/suggestions", {"count": "500"})
    assert page.status_code == 422
    assert "Entre 1 et 10" in page.text


def test_a_list_of_another_day_is_missing(scene: Scene) -> None:
    other = make_day(scene.session, "Autre journée")
    scene.session.commit()
    scene.paste("Ville d’essai;Façades d’essai")
    batch_id = scene.lines()[0].batch_id
    address = f"/pilotage/rencontres/{other.slug}/souhaits/listes/{batch_id}"
    assert scene.client.get(address).status_code == 404


def test_wishes_are_filtered_and_exported_as_cells_that_do_not_run(scene: Scene) -> None:
    make_wish(scene.session, scene.town, scene.firm, message="=1+1")
    scene.session.commit()
    assert "Façades d’essai" in scene.client.get(f"{scene.base}?etat=proposee&q=facades").text
    assert "Aucun souhait avec ces filtres" in scene.client.get(f"{scene.base}?etat=retiree").text
    assert "'=1+1" in scene.client.get(f"{scene.base}/souhaits.csv").text


def test_the_overview_and_the_list_count_the_wishes_that_the_planner_takes(scene: Scene) -> None:
    for state in WishState:
        other = make_participant(scene.session, scene.day, f"Entreprise {state.value}")
        make_wish(scene.session, scene.town, other, state=state)
    scene.session.commit()
    overview = scene.client.get(f"/pilotage/rencontres/{scene.day.slug}").text
    page = scene.client.get(scene.base).text
    assert "4 souhaits pris en compte" in overview
    assert "4 souhaits pris en compte par le planning sur 6" in " ".join(page.split())
    assert len(read_day(scene.session, scene.day).keys) == 4


def test_participants_are_looked_for_by_name_and_page_after_page(scene: Scene) -> None:
    for rank in range(40):
        make_participant(scene.session, scene.day, f"Entreprise {rank:02}")
    scene.session.commit()
    page = f"{scene.base}/participants"
    named = scene.client.get(f"{page}?q=entreprise+17").text
    assert ("Entreprise 17" in named, "Entreprise 18" in named) == (True, False)
    assert "Aucun participant de ce nom" in scene.client.get(f"{page}?q=introuvable").text
    second = scene.client.get(f"{page}?q=entreprise&page=2").text
    assert ("Entreprise 39" in second, "Entreprise 17" in second) == (True, False)
    assert "q=entreprise" in second


def test_a_page_beyond_the_last_is_the_last(scene: Scene) -> None:
    make_wish(scene.session, scene.town, scene.firm)
    scene.session.commit()
    assert "Façades d’essai" in scene.client.get(f"{scene.base}?page=9").text


def test_the_pages_send_few_queries_and_stay_light(scene: Scene) -> None:
    session = scene.session
    firms = [make_participant(session, scene.day, f"Entreprise {rank:03}") for rank in range(399)]
    for firm in firms[:300]:
        make_wish(session, firm, scene.town, message="Rencontrons-nous.")
    session.commit()
    preview = scene.paste(
        "\n".join(f"Inconnue numéro {rank};{one.name}" for rank, one in enumerate(firms))
    )
    pages = (scene.base, f"{scene.base}/participants", f"{scene.base}/ajouter", preview)
    for page in (*pages, f"{scene.base}/listes"):
        scene.client.get(page)
        with count_queries(scene.app) as statements:
            answer = scene.client.get(page)
        assert answer.status_code == 200
        assert len(statements) <= MOST, (page, statements)
        assert len(answer.data) < HEAVIEST, (page, len(answer.data))
