"""Plans are kept, compared, copied and published; publishing says who is told."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from models.meetup import MeetupDay
from tests.factories.forms import forms_in
from tests.factories.pages import submit
from tests.views.meetup_plans.steps import BASE, held, movable, move, plan_numbered
from vocabulary.meetups import PlanOrigin


def test_two_plans_are_compared(staff: FlaskClient, session: Session, day: MeetupDay) -> None:
    one, cell = movable(staff, session, 1)
    move(staff, 1, one, cell)
    page = staff.get(f"{BASE}/comparer?avant=1&apres=2").text
    names = {person.id: person.name for person in day.participants}
    assert all(f'<h3 class="h5">{names[number]}</h3>' in page for number in one.participants)
    same = staff.get(f"{BASE}/comparer?avant=1&apres=1").text
    assert "Ces deux plannings sont les mêmes" in same


@pytest.mark.usefixtures("day")
def test_the_list_offers_to_compare_the_last_plan_with_the_one_before(staff: FlaskClient) -> None:
    submit(staff, f"{BASE}/1/dupliquer", {})
    page = staff.get(BASE).text
    assert re.findall(r'<option value="(\d)" selected>', page) == ["1", "2"]


@pytest.mark.usefixtures("day")
def test_who_is_left_without_a_meeting_is_told_before_publishing(
    staff: FlaskClient, session: Session
) -> None:
    plan = plan_numbered(session, 1)
    plan.guarantees = {**plan.guarantees, "people": {"1": [0, 0, 0, 0, 0], "2": [3, 0, 0, 3, 0]}}
    session.commit()
    words = "1 participant inscrit n’a aucun rendez-vous."
    assert [words in staff.get(f"{BASE}/1{page}").text for page in ("", "/publier")] == [True] * 2


@pytest.mark.usefixtures("day")
def test_a_plan_is_renamed_copied_and_deleted(staff: FlaskClient, session: Session) -> None:
    submit(staff, f"{BASE}/1/renommer", {"name": "Premier jet"})
    copied = submit(staff, f"{BASE}/1/dupliquer", {})
    assert copied.headers["Location"] == f"{BASE}/2"
    assert [(one.key, one.slot_id) for one in held(session, 2)] == [
        (one.key, one.slot_id) for one in held(session, 1)
    ]
    assert plan_numbered(session, 2).name == "Premier jet"
    session.rollback()
    assert submit(staff, f"{BASE}/1/supprimer", {}).status_code == 200
    submit(staff, f"{BASE}/1/supprimer", {"confirmer": "1"})
    assert staff.get(f"{BASE}/1").status_code == 404


@pytest.mark.usefixtures("day")
def test_publishing_says_who_is_told_then_an_older_plan_undoes_it(
    staff: FlaskClient, session: Session
) -> None:
    page = staff.get(f"{BASE}/1/publier").text
    people = {number for one in held(session, 1) for number in one.participants}
    session.rollback()
    assert f"{len(people)} participants ont un agenda qui change." in page
    submit(staff, f"{BASE}/1/publier", {"confirmer": "1"})
    first = plan_numbered(session, 1)
    assert session.get_one(MeetupDay, first.day_id).published_plan_id == first.id
    one, cell = movable(staff, session, 1)
    move(staff, 1, one, cell)
    copy = plan_numbered(session, 2)
    assert (copy.origin, copy.based_on_id) == (PlanOrigin.EDITED, first.id)
    session.rollback()
    assert "2 participants ont un agenda qui change." in staff.get(f"{BASE}/2/publier").text
    submit(staff, f"{BASE}/2/publier", {"confirmer": "1"})
    submit(staff, f"{BASE}/1/publier", {"confirmer": "1"})
    session.expire_all()
    assert session.get_one(MeetupDay, first.day_id).published_plan_id == first.id
    session.rollback()
    assert submit(staff, f"{BASE}/1/supprimer", {"confirmer": "1"}).status_code == 302
    assert plan_numbered(session, 1).published_at is not None
    session.rollback()
    submit(staff, f"{BASE}/retirer", {"confirmer": "1"})
    session.expire_all()
    assert session.get_one(MeetupDay, first.day_id).published_plan_id is None


def test_what_the_day_no_longer_allows_is_shown_and_left_out_of_a_copy(
    staff: FlaskClient, session: Session, day: MeetupDay
) -> None:
    person = held(session, 1)[0].participants[0]
    own = [one for one in held(session, 1) if person in one.participants]
    leaving = next(one for one in day.participants if one.id == person)
    leaving.absent_at = day.slots[0].starts_at
    session.commit()
    submit(staff, f"{BASE}/1/publier", {"confirmer": "1"})
    session.expire_all()
    assert session.get_one(MeetupDay, day.id).published_plan_id is None
    session.rollback()
    page = staff.get(f"{BASE}/1/grille").text
    assert f'À revoir <span class="soft">({len(own)})</span>' in page
    assert f"{leaving.name} n’est pas disponible" in page
    submit(staff, f"{BASE}/1/dupliquer", {})
    assert len(held(session, 2)) == len(held(session, 1)) - len(own)
    session.rollback()
    submit(staff, f"{BASE}/2/publier", {"confirmer": "1"})
    assert session.get_one(MeetupDay, day.id).published_plan_id == plan_numbered(session, 2).id


def test_a_plan_is_published_again_from_a_page_kept_open(
    staff: FlaskClient, session: Session, day: MeetupDay
) -> None:
    address = f"{BASE}/1/publier"
    fields = next(
        fields for _action, fields in forms_in(staff.get(address).text) if "csrf_token" in fields
    )
    kept = {"csrf_token": fields["csrf_token"], "confirmer": "1"}
    staff.post(address, data=kept)
    submit(staff, f"{BASE}/retirer", {"confirmer": "1"})
    staff.post(address, data=kept)
    session.expire_all()
    assert session.get_one(MeetupDay, day.id).published_plan_id is not None
