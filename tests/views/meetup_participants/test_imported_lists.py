"""A list of invitees on its pages: pasted or sent, columns chosen, applied, undone."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from extensions.database import db_session
from models.meetup import MeetupDay
from models.meetup_participant import MeetupParticipant
from services.tabular import read_table
from tests.factories.pages import submit
from tests.query_counter import count_queries
from tests.views.meetup_participants.steps import ROOT, fill, named
from vocabulary.exchanges import Side
from vocabulary.meetups import ParticipantState


def test_a_pasted_list_goes_from_preview_to_undo(empty_app: Flask, staff: FlaskClient) -> None:
    pasted = (
        "structure\tcôté\tnom\tadresse\nVille A\tterritoire\tAda\tada@a.example\n\tterritoire\t\t"
    )
    answer = submit(staff, f"{ROOT}/imports", {"pasted": pasted})
    page = answer.headers["Location"]
    assert "Le nom de la structure manque." in staff.get(page).text
    refused = staff.get(f"{page}/refus.csv").get_data(as_text=True)
    assert "3;Le nom de la structure manque." in refused
    assert submit(staff, f"{page}/appliquer").status_code == 302
    assert named(empty_app, "Ville A").state == ParticipantState.INVITED
    assert "1 ligne reprise." in submit(staff, f"{page}/annuler", follow_redirects=True).text
    with empty_app.app_context():
        assert db_session().scalars(select(MeetupParticipant)).all() == []
    for wrong in ({}, {"pasted": "structure;nom"}):
        assert submit(staff, f"{ROOT}/imports", wrong).status_code == 422


def test_a_list_out_of_date_is_shown_again(staff: FlaskClient) -> None:
    pasted = "structure\tcôté\tnom\tadresse\nVille A\tterritoire\tAda\tada@a.example"
    first, second = (
        submit(staff, f"{ROOT}/imports", {"pasted": pasted}).headers["Location"] for _ in range(2)
    )
    submit(staff, f"{first}/appliquer")
    answer = submit(staff, f"{second}/appliquer")
    assert answer.status_code == 409
    assert "La liste a changé depuis la prévisualisation : relisez-la." in answer.text


def test_an_import_leads_on_and_says_what_is_missing(empty_app: Flask, staff: FlaskClient) -> None:
    def limit(_session: Session, day: MeetupDay) -> None:
        day.capacity = 1

    fill(empty_app, limit)
    lines = (
        "Ville A;territoire;Ada;inscrit",
        "Ville B;territoire;Bo;inscrit",
        "Ville C;territoire;Cy;",
    )
    pasted = "\n".join(("structure;côté;nom;état", *lines))
    page = str(submit(staff, f"{ROOT}/imports", {"pasted": pasted}).location)
    preview = " ".join(staff.get(page).text.split())
    assert "2 structures du fichier n’ont aucun thème" in preview
    assert "La journée est complète (1 place). Une ligne n’y tient pas : la 3." in preview
    fill(empty_app, lambda _session, day: setattr(day, "capacity", 2))
    submit(staff, f"{page}/colonnes")
    assert "La journée est complète" not in staff.get(page).text
    fill(empty_app, limit)
    submit(staff, f"{page}/colonnes")
    assert f'href="{ROOT}/journee#capacity"' in preview
    submit(staff, f"{page}/appliquer")
    done = staff.get(page).text
    for link in ("participants?etat=inscrit", "invitations/envoyer", "manque=sans-theme"):
        assert f"{ROOT}/{link}" in done or link in done
    assert f"{ROOT}/souhaits/listes" in done
    listed = staff.get(f"{ROOT}/participants?manque=sans-theme").text
    assert ("Ville A" in listed, "Ville C" in listed, "sans thème" in listed) == (True, True, True)


def test_columns_of_a_file_are_chosen_on_its_page(empty_app: Flask, staff: FlaskClient) -> None:
    pasted = "Porteur;Camp;Qui\nVille A;territoire;Ada"
    page = str(submit(staff, f"{ROOT}/imports", {"pasted": pasted}).location)
    shown = staff.get(page).text
    assert "Aucun titre ne dit où est le nom de la structure" in shown
    assert ("Appliquer l’import" in shown, "Ligne refusée" in shown) == (False, False)
    twice = {"name": "0", "side": "1", "person": "0"}
    wrong = submit(staff, f"{page}/colonnes", twice, follow_redirects=True)
    assert "La colonne « Porteur » est choisie deux fois" in wrong.text
    submit(staff, f"{page}/colonnes", {"name": "0", "side": "1", "person": "2"})
    assert "Appliquer l’import" in staff.get(page).text
    submit(staff, f"{page}/appliquer")
    assert named(empty_app, "Ville A").side == Side.TERRITORY


@pytest.mark.parametrize("page", ["imports", "souhaits/listes"])
def test_the_models_are_downloaded_and_read_back(staff: FlaskClient, page: str) -> None:
    for file_type in ("csv", "xlsx"):
        answer = staff.get(f"{ROOT}/{page}/modele.{file_type}")
        table = read_table(answer.data, max_rows=5)
        assert "modele-" in answer.headers["Content-Disposition"]
        assert "EXEMPLE FICTIF" in table.lines[0].cells[0]
    assert staff.get(f"{ROOT}/{page}/modele.exe").status_code == 404
    assert "/modele.xlsx" in staff.get(f"{ROOT}/{page}").text


def test_the_page_of_an_import_is_light_whatever_its_lines(
    empty_app: Flask, staff: FlaskClient
) -> None:
    head = ";".join(["structure", "côté", *(f"colonne numéro {rank}" for rank in range(60))])
    lines = [f"Ville {rank};territoire" + ";x" * 60 for rank in range(300)]
    pasted = "\n".join((head, *lines))
    page = str(submit(staff, f"{ROOT}/imports", {"pasted": pasted}).location)
    with count_queries(empty_app) as queries:
        answer = staff.get(page)
    assert len(queries) <= 12, queries
    assert len(answer.data) < 100_000
