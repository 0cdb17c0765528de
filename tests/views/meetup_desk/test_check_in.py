"""Arrivals at the desk: from the list, by badge, without having registered; who is late."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.meetup_participant import MeetupParticipant
from models.meetup_wish import MeetupWish
from services.meetup_badges import badge_code
from tests.factories.forms import forms_in
from tests.factories.meetup_held import HeldDay
from tests.factories.meetups import make_attendee, make_day, make_participant
from tests.factories.organizations import make_organization
from tests.factories.pages import submit
from tests.views.meetup_desk.steps import NOW, arrived_at, badge, desk, one_of
from vocabulary.exchanges import Side
from vocabulary.meetups import ParticipantState


def test_the_list_notes_an_arrival_and_takes_it_back(
    empty_session: Session, staff: FlaskClient, held: HeldDay
) -> None:
    someone = one_of(held)
    page = submit(staff, desk(held, "/arrivees"), {"attendee": someone.id}, follow_redirects=True)
    assert f"{someone.name} : arrivée notée à 9 h 10." in page.text
    assert arrived_at(empty_session, someone) is not None
    submit(staff, desk(held, "/arrivees"), {"undo": someone.id})
    assert arrived_at(empty_session, someone) is None


def test_the_list_answers_scripts_with_the_counts(staff: FlaskClient, held: HeldDay) -> None:
    answer = submit(
        staff,
        desk(held, "/arrivees"),
        {"attendee": one_of(held).id},
        headers={"Accept": "application/json"},
    )
    assert answer.json is not None
    assert answer.json["counts"] == "1 sur 15"
    assert answer.json["arrived"] == {str(one_of(held).id): "arrivée à 9\u00a0h\u00a010"}


def test_a_badge_is_read_without_change_and_confirmed_once(
    empty_session: Session, staff: FlaskClient, held: HeldDay
) -> None:
    someone = one_of(held)
    shown = staff.get(badge(held, someone))
    assert (shown.status_code, arrived_at(empty_session, someone)) == (200, None)
    assert "Noter l’arrivée" in shown.text
    done = submit(staff, badge(held, someone), follow_redirects=True)
    assert "Arrivée déjà notée à 9 h 10" in done.text
    again = submit(staff, badge(held, someone), follow_redirects=True)
    assert "arrivée déjà notée à 9 h 10" in again.text


def test_a_badge_of_another_day_and_an_unknown_one_say_so(
    empty_session: Session, staff: FlaskClient, held: HeldDay
) -> None:
    other = make_attendee(
        empty_session, make_participant(empty_session, make_day(empty_session), "Ailleurs")
    )
    empty_session.commit()
    foreign = staff.get(badge(held, other))
    assert (foreign.status_code, "celui de « Journée d’essai »" in foreign.text) == (409, True)
    unknown = staff.get(f"/rencontres/{held.day.slug}/badge/inconnu")
    assert (unknown.status_code, "Aucune personne attendue" in unknown.text) == (404, True)


def test_a_cancelled_participant_is_refused_at_the_badge(
    empty_session: Session, staff: FlaskClient, held: HeldDay
) -> None:
    held.actors[0].state = ParticipantState.CANCELLED
    empty_session.commit()
    answer = submit(staff, badge(held, one_of(held)))
    assert answer.status_code == 422
    assert "a été annulée" in answer.text


def test_a_typed_code_leads_to_the_badge(staff: FlaskClient, held: HeldDay) -> None:
    code = badge_code(one_of(held).badge_key)
    answer = submit(staff, desk(held, "/lecteur"), {"code": code})
    assert answer.headers["Location"] == f"{badge(held, one_of(held))}?lecteur=1"
    refused = submit(staff, desk(held, "/lecteur"), {"code": "12 34"})
    assert (refused.status_code, 'value="12 34"' in refused.text) == (422, True)


def test_the_camera_is_allowed_on_one_page_only(staff: FlaskClient, held: HeldDay) -> None:
    policies = [
        staff.get(page).headers["Permissions-Policy"]
        for page in (desk(held, "/lecteur"), desk(held), badge(held, one_of(held)))
    ]
    assert ["camera=(self)" in policy for policy in policies] == [True, False, False]


def test_a_walk_in_known_of_the_directory_needs_its_name_only(
    empty_session: Session, staff: FlaskClient, held: HeldDay
) -> None:
    make_organization(empty_session, "Ressourcerie d’essai")
    empty_session.commit()
    page = submit(
        staff,
        desk(held, "/accueil/sans-inscription"),
        {"name": "ressourcerie d'essai", "people": "Léa Essai\nTom Essai", "until": "fin"},
        follow_redirects=True,
    )
    assert "« Ressourcerie d’essai » est accueilli." in page.text
    assert page.text.count("arrivée à 9 h 10") == 2


def test_a_new_name_asks_for_its_side_and_keeps_what_was_typed(
    staff: FlaskClient, held: HeldDay
) -> None:
    typed = {"name": "Nouvelle venue", "people": "Léa Essai", "until": "fin"}
    refused = submit(staff, desk(held, "/accueil/sans-inscription"), typed)
    assert refused.status_code == 422
    assert "dites de quel côté de la table" in refused.text
    assert 'value="Nouvelle venue"' in refused.text
    assert "Léa Essai</textarea>" in refused.text
    side = {"side": Side.ACTOR.value}
    taken = submit(staff, desk(held, "/accueil/sans-inscription"), typed | side)
    assert taken.status_code == 302


def test_a_walk_in_sent_twice_is_one(
    empty_session: Session, staff: FlaskClient, held: HeldDay
) -> None:
    page = staff.get(desk(held, "/accueil/sans-inscription")).text
    data = dict(forms_in(page)[0][1]) | {"name": "Une", "people": "Léa", "side": "acteur"}
    answers = [staff.post(desk(held, "/accueil/sans-inscription"), data=data) for _ in range(2)]
    assert [one.status_code for one in answers] == [302, 302]
    empty_session.rollback()
    same = select(MeetupParticipant.id).where(MeetupParticipant.name == "Une")
    assert len(empty_session.scalars(same).all()) == 1


def test_latecomers_are_those_who_are_awaited_now(staff: FlaskClient, held: HeldDay) -> None:
    submit(staff, desk(held, "/arrivees"), {"attendee": one_of(held).id})
    page = staff.get(desk(held, "/retards")).text
    assert f'value="{held.actors[0].id}"' not in page
    assert f'value="{held.actors[1].id}"' in page
    none = submit(staff, desk(held, "/retards"), {"moment": "maintenant"})
    assert (none.status_code, "Cochez au moins une structure" in none.text) == (422, True)


@pytest.mark.parametrize("ticks_first", [False, True])
def test_wishes_from_a_page_come_back_to_are_kept(
    staff: FlaskClient, empty_session: Session, held: HeldDay, *, ticks_first: bool
) -> None:
    first, second = (
        make_participant(empty_session, held.day, name, side=Side.TERRITORY)
        for name in ("Ville A", "Ville B")
    )
    held.actors[0].arrived_at = one_of(held).arrived_at = NOW
    empty_session.commit()
    page = desk(held, f"/accueil/{held.actors[0].id}")
    fields = next(
        fields for action, fields in forms_in(staff.get(page).text) if action.endswith("/souhaits")
    )
    kept = {name: fields[name] for name in ("csrf_token", "form_number")}
    staff.post(f"{page}/souhaits", data=kept | ({"other": first.id} if ticks_first else {}))
    staff.post(f"{page}/souhaits", data=kept | {"other": second.id})
    empty_session.rollback()
    wished = set(empty_session.scalars(select(MeetupWish.wished_id)).all())
    assert second.id in wished
    assert (first.id in wished) is ticks_first
