"""The last place, the last seat, the last chair, the published plan: taken once, by one at once.

On PostgreSQL the transactions truly overlap; on SQLite the second one waits (C3).
"""

from collections.abc import Callable, Iterator
from threading import Barrier, Event
from typing import Final

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from extensions.database import db_session
from models.meetup import MeetupDay, MeetupSession
from models.meetup_participant import MeetupAttendee, MeetupParticipant, MeetupSessionSeat
from models.meetup_plan import MeetupPlan
from services.meetup_leaving import cancel
from services.meetup_people import PersonContent, add_person
from services.meetup_places import choose_sessions
from services.meetup_plans import publish_plan
from services.meetup_registration import Body, RegistrationContent, register
from tests.at_once import Work, at_once
from tests.databases import BOTH, site_over
from tests.factories.accounts import make_user
from tests.factories.meetups import (
    NOW,
    make_day,
    make_participant,
    make_slots,
    make_tables,
    make_wish,
    publish_meetings,
)
from vocabulary.exchanges import Side
from vocabulary.kinds import OrganizationKind
from vocabulary.meetups import ParticipantState, SessionKind, WishState

AT_ONCE: Final = 6


@pytest.fixture(scope="module", params=BOTH)
def site(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Flask]:
    with site_over(request.param, tmp_path_factory.mktemp("places")) as app:
        yield app


def prepare(app: Flask, title: str, work: Callable[[Session, MeetupDay], object]) -> int:
    """Make a day with what the test needs; return its number."""
    with app.app_context():
        session = db_session()
        day = make_day(session, title, needs_approval=False, capacity=2, seats_per_organization=2)
        work(session, day)
        session.commit()
        return day.id


def count(app: Flask, model: type, *conditions: object) -> int:
    """Return how many rows of a table meet the conditions."""
    with app.app_context():
        query = select(func.count()).select_from(model).where(*conditions)  # type: ignore[arg-type]
        return db_session().scalar(query) or 0


def test_the_last_places_are_taken_once(site: Flask) -> None:
    day_id = prepare(site, "Places", lambda _session, _day: None)

    def come(rank: int) -> Work:
        def work(session: Session) -> object:
            day = session.get_one(MeetupDay, day_id)
            body = Body.named(f"Structure {rank}", OrganizationKind.PME)
            person = PersonContent("Ada", email=f"p{rank}@a.example")
            return register(session, day, body, person, RegistrationContent(), user=None, now=NOW)

        return work

    assert at_once(site, [come(rank) for rank in range(AT_ONCE)]) == [True] * AT_ONCE
    own = MeetupParticipant.day_id == day_id
    confirmed = MeetupParticipant.state == ParticipantState.CONFIRMED
    waiting = MeetupParticipant.state == ParticipantState.WAITING
    assert count(site, MeetupParticipant, own, confirmed) == 2
    assert count(site, MeetupParticipant, own, waiting) == AT_ONCE - 2


def test_a_place_that_falls_free_twice_at_once_is_given_twice_and_no_more(site: Flask) -> None:
    numbers: list[int] = []

    def fill(session: Session, day: MeetupDay) -> None:
        coming = [make_participant(session, day, f"Vient {rank}") for rank in range(2)]
        numbers.extend(one.id for one in coming)
        for rank in range(4):
            make_participant(
                session,
                day,
                f"Attend {rank}",
                state=ParticipantState.WAITING,
                queued_at=NOW,
                confirmed_at=None,
            )

    day_id = prepare(site, "Annulations", fill)

    def leave(number: int) -> Work:
        return lambda session: cancel(
            session, session.get_one(MeetupParticipant, number), note="", actor=None, now=NOW
        )

    assert at_once(site, [leave(number) for number in (*numbers, *numbers)]).count(True) == 2
    own = MeetupParticipant.day_id == day_id
    confirmed = MeetupParticipant.state == ParticipantState.CONFIRMED
    assert count(site, MeetupParticipant, own, confirmed) == 2


def test_the_seats_of_a_body_are_not_exceeded(site: Flask) -> None:
    numbers: list[int] = []

    def fill(session: Session, day: MeetupDay) -> None:
        numbers.append(make_participant(session, day).id)

    prepare(site, "Personnes", fill)

    def bring(rank: int) -> Work:
        person = PersonContent(f"Personne {rank}", email=f"q{rank}@a.example")
        return lambda session: add_person(
            session, session.get_one(MeetupParticipant, numbers[0]), person, now=NOW
        )

    assert at_once(site, [bring(rank) for rank in range(AT_ONCE)]).count(True) == 2
    assert count(site, MeetupAttendee, MeetupAttendee.participant_id == numbers[0]) == 2


def test_one_address_comes_for_one_body(site: Flask) -> None:
    numbers: list[int] = []

    def fill(session: Session, day: MeetupDay) -> None:
        numbers.extend(make_participant(session, day, f"Corps {rank}").id for rank in range(4))

    day_id = prepare(site, "Adresses", fill)
    person = PersonContent("Ada", email="ada@a.example")

    def bring(number: int) -> Work:
        return lambda session: add_person(
            session, session.get_one(MeetupParticipant, number), person, now=NOW
        )

    assert at_once(site, [bring(number) for number in numbers]).count(True) == 1
    assert count(site, MeetupAttendee, MeetupAttendee.day_id == day_id) == 1


def test_a_workshop_holds_its_chairs(site: Flask) -> None:
    numbers: list[int] = []
    sessions: list[int] = []

    def fill(session: Session, day: MeetupDay) -> None:
        slot = make_slots(session, day, 1)[0]
        workshop = MeetupSession(
            kind=SessionKind.WORKSHOP,
            title="Atelier",
            starts_at=slot.starts_at,
            ends_at=slot.ends_at,
            capacity=2,
        )
        day.sessions.append(workshop)
        session.flush()
        sessions.append(workshop.id)
        numbers.extend(make_participant(session, day, f"C {rank}").id for rank in range(AT_ONCE))

    prepare(site, "Ateliers", fill)

    def sit(number: int) -> Work:
        return lambda session: choose_sessions(
            session, session.get_one(MeetupParticipant, number), sessions
        )

    assert at_once(site, [sit(number) for number in numbers]).count(True) == 2
    assert count(site, MeetupSessionSeat, MeetupSessionSeat.session_id == sessions[0]) == 2


def _two_plans(session: Session, day: MeetupDay, plans: list[int], people: list[int]) -> None:
    """Make two plans of one meeting; none is published."""
    slot, table = make_slots(session, day, 1)[0], make_tables(session, day, 1)[0]
    pair = [
        make_participant(session, day, "Atelier"),
        make_participant(session, day, "Ville", side=Side.TERRITORY),
    ]
    make_wish(session, *pair, state=WishState.ACCEPTED)
    people.extend(one.id for one in pair)
    for _rank in range(2):
        publish_meetings(session, day, [(slot, table, pair)])
    day.published_plan_id = None
    session.flush()
    for plan in session.scalars(select(MeetupPlan).where(MeetupPlan.day_id == day.id)):
        plan.published_at = None
        plans.append(plan.id)


def test_of_two_plans_published_at_once_one_is(site: Flask) -> None:
    plans: list[int] = []
    day_id = prepare(site, "Plannings", lambda session, day: _two_plans(session, day, plans, []))
    start = Barrier(2)

    def publish(number: int) -> Work:
        def work(session: Session) -> object:
            plan = session.get_one(MeetupPlan, number)
            session.get_one(MeetupDay, day_id)
            if session.get_bind().dialect.name == "postgresql":
                start.wait(timeout=20)  # both have read the day as it was
            return publish_plan(session, plan, person=make_user(session), now=NOW)

        return work

    done = at_once(site, [publish(number) for number in plans])
    if site.config["SETTINGS"].database_url.startswith("postgresql"):
        assert done.count(True) == 1
    published = [MeetupPlan.day_id == day_id, MeetupPlan.published_at.is_not(None)]
    assert count(site, MeetupPlan, *published) == done.count(True)


def test_a_plan_is_not_published_over_somebody_who_is_leaving(site: Flask) -> None:
    plans: list[int] = []
    people: list[int] = []
    day_id = prepare(site, "Départ", lambda session, day: _two_plans(session, day, plans, people))
    is_gone, is_asked = Event(), Event()

    def leave(session: Session) -> None:
        cancel(
            session,
            session.get_one(MeetupParticipant, people[0]),
            note="",
            actor=None,
            now=NOW,
        )
        is_gone.set()
        is_asked.wait(timeout=1)  # the publication waits for this transaction meanwhile

    def publish(session: Session) -> None:
        is_gone.wait(timeout=20)
        publish_plan(session, session.get_one(MeetupPlan, plans[0]), person=None, now=NOW)
        is_asked.set()

    assert at_once(site, [leave, publish]) == [True, False]
    assert count(site, MeetupDay, MeetupDay.id == day_id, MeetupDay.published_plan_id.is_(None))
