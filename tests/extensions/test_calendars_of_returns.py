"""Giving up and coming back as a calendar is told: no event ever has a lower number than before."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise

import pytest
import time_machine
from flask import Flask
from icalendar import Event
from sqlalchemy import select
from sqlalchemy.orm import Session

from extensions.database import db_session
from models.account import User
from models.mail import StoredMail
from models.meetup import MeetupDay
from models.meetup_participant import MeetupParticipant
from services.meetup_absences import note_absent
from services.meetup_decisions import accept
from services.meetup_door import announced_hours
from services.meetup_invitee_apply import apply_invitees
from services.meetup_invitee_files import create_invitees
from services.meetup_invitee_preview import analyse_invitees
from services.meetup_invitee_undo import undo_invitees
from services.meetup_leaving import cancel
from services.meetup_people import PersonContent
from services.meetup_places import take_place
from services.meetup_plans import unpublish_plan
from services.meetup_registration import Body, answer_invitation, content_of
from services.meetup_returns import has_given_up
from services.meetup_states import cancel_day, restore_day
from services.meetup_walk_ins import WalkIn, welcome_walk_in
from tests.extensions.test_meetup_ics import LATER, events_of
from tests.factories.accounts import make_user
from tests.factories.agendas import USUAL, Scene, add_session, make_published_scene, publish
from tests.factories.calendars import read_calendar, sequence_of
from tests.factories.meetups import make_attendee, make_participant
from tests.factories.pages import run_worker
from vocabulary.meetups import DayState, ParticipantState, SessionKind

OWN = "p0@essai.example"
OTHER = "tardif@essai.example"
Numbers = dict[str, tuple[int, str]]
"""Of each event by its UID: SEQUENCE and STATUS."""


@dataclass
class Story:
    """A published day with a part for all, told to everybody; what happens is told at once."""

    app: Flask
    session: Session
    scene: Scene
    staff: User

    @property
    def day(self) -> MeetupDay:
        return self.scene.day

    @property
    def person(self) -> MeetupParticipant:
        return self.scene.people[0]

    def goes_on(self, step: Callable[[], object]) -> None:
        step()
        self.session.commit()
        run_worker(self.app)
        self.session.rollback()

    def leaves(self, now: datetime = LATER) -> None:
        self.goes_on(lambda: cancel(self.session, self.person, note="", actor=None, now=now))

    def returns(self) -> None:
        self.goes_on(lambda: take_place(self.session, self.person, actor=None, now=LATER))

    def registers(self, now: datetime = LATER) -> None:
        content = content_of(self.person)
        who = PersonContent("Personne 0", email=OWN)
        self.goes_on(
            lambda: answer_invitation(self.session, self.person, who, content, user=None, now=now)
        )

    def needs_approval(self) -> None:
        self.day.state, self.day.needs_approval = DayState.OPEN, True
        self.session.commit()

    def mailed(self, address: str = OWN) -> list[Numbers]:
        """Return the calendars mailed to an address, in order."""
        wanted = select(StoredMail.calendar).where(
            StoredMail.recipient == address, StoredMail.calendar != ""
        )
        with self.app.app_context():
            sent = db_session().scalars(wanted.order_by(StoredMail.id)).all()
        return [numbers_of(read_calendar(text).events) for text in sent]

    def shown(self) -> Numbers:
        """Return what a program that polls reads."""
        return numbers_of(events_of(self.app, self.person))

    def newcomer(self) -> MeetupParticipant:
        """Add somebody registered late, who meets nobody."""
        late = make_participant(self.session, self.day, "Tardif")
        make_attendee(self.session, late, "T", email=OTHER)
        self.session.commit()
        return late


def numbers_of(events: Iterable[Event]) -> Numbers:
    return {str(one["uid"]): (sequence_of(one), str(one["status"])) for one in events}


def never_lower(before: Numbers, after: Numbers) -> bool:
    """Tell whether each event known before is as it was, or of a higher number."""
    return all(
        after[uid] == known or after[uid][0] > known[0]
        for uid, known in before.items()
        if uid in after
    )


@pytest.fixture
def story(empty_app: Flask, empty_session: Session) -> Story:
    scene = make_published_scene(empty_session)
    add_session(empty_session, scene.day, time(8), time(8, 30), kind=SessionKind.WELCOME)
    made = Story(empty_app, empty_session, scene, make_user(empty_session))
    made.goes_on(lambda: None)
    return made


def test_who_comes_back_gets_the_agenda_again_above_the_cancelled_events(story: Story) -> None:
    story.leaves()
    story.returns()
    assert story.person.absent_at is None
    before, gone, back = story.mailed()
    assert before.keys() == gone.keys() == back.keys()
    assert (len(back), {status for _number, status in back.values()}) == (3, {"CONFIRMED"})
    for first, second in pairwise([before, gone, back]):
        assert all(second[uid][0] > number for uid, (number, _status) in first.items())
    # Nobody else is told again.
    assert [len(story.mailed(f"p{other}@essai.example")) for other in (1, 2, 3)] == [1, 1, 1]


def test_a_day_that_is_held_after_all_is_above_its_cancellation(story: Story) -> None:
    session = story.session
    story.goes_on(
        lambda: cancel_day(session, story.day, reason="Neige.", person=story.staff, now=LATER)
    )
    off = story.shown()
    story.goes_on(lambda: restore_day(session, story.day, person=story.staff, now=LATER))
    on = story.shown()
    assert {status for _number, status in off.values()} == {"CANCELLED"}
    assert {status for _number, status in on.values()} == {"CONFIRMED"}
    assert all(on[uid][0] > number for uid, (number, _status) in off.items())


def test_who_left_while_no_plan_was_published(story: Story) -> None:
    session = story.session
    story.goes_on(lambda: unpublish_plan(session, story.day, person=story.staff, now=LATER))
    story.leaves()
    story.returns()
    story.goes_on(lambda: publish(session, story.scene, USUAL, now=LATER))
    *_earlier, gone, back = story.mailed()
    assert never_lower(gone, back)
    assert {status for _number, status in back.values()} == {"CONFIRMED"}


def test_who_comes_back_and_must_be_approved_stays_cancelled_until_then(story: Story) -> None:
    story.needs_approval()
    story.leaves()
    gone = story.shown()
    story.registers()
    assert (story.person.state, story.shown()) == (ParticipantState.PENDING, gone)


@pytest.mark.parametrize("state", [ParticipantState.WAITING, ParticipantState.PENDING])
def test_a_list_that_gives_the_place_back_and_is_undone(
    story: Story, state: ParticipantState
) -> None:
    session, day = story.session, story.day
    seen = [story.shown()]
    story.leaves()
    story.person.state, story.person.queued_at = state, LATER
    session.commit()
    content = f"structure;côté;état\n{story.person.name};territoire;inscrit\n".encode()
    batch = create_invitees(session, day, content, filename="x.csv", author=story.staff, now=LATER)
    session.commit()
    analyse_invitees(session, day, batch)
    session.commit()
    mails = len(story.mailed())
    seen.append(story.shown())
    story.goes_on(
        lambda: apply_invitees(session, day, batch, tells=False, actor=story.staff, now=LATER)
    )
    seen.append(story.shown())
    day.capacity = 1
    session.commit()
    story.goes_on(lambda: undo_invitees(session, day, batch, now=LATER))
    assert has_given_up(story.person)
    assert len(story.mailed()) == mails  # nobody was to be told
    seen.append(story.shown())
    story.leaves()
    day.capacity = None
    session.commit()
    story.returns()
    seen.append(story.shown())
    assert all(never_lower(first, last) for first, last in pairwise(seen))
    assert {status for _number, status in seen[-1].values()} == {"CONFIRMED"}


def test_nobody_else_is_written_to(story: Story) -> None:
    story.newcomer()
    story.leaves()
    story.returns()
    assert story.mailed(OTHER) == []


def test_who_left_before_the_agenda_was_mailed_gets_it_on_coming_back(
    empty_app: Flask, empty_session: Session
) -> None:
    story = Story(
        empty_app, empty_session, make_published_scene(empty_session), make_user(empty_session)
    )
    story.leaves()
    story.returns()
    (back,) = story.mailed()
    assert {status for _number, status in back.values()} == {"CONFIRMED"}


def test_a_day_held_after_all_is_mailed_to_those_without_meetings_too(story: Story) -> None:
    session = story.session
    story.newcomer().agenda_told_at = LATER
    story.goes_on(
        lambda: cancel_day(session, story.day, reason="Neige.", person=story.staff, now=LATER)
    )
    steps: list[Callable[[], object]] = [
        lambda: None,
        lambda: restore_day(session, story.day, person=story.staff, now=LATER),
    ]
    for step in steps:
        story.goes_on(step)
        with time_machine.travel(datetime.now(UTC) + timedelta(minutes=30), tick=True):
            run_worker(story.app)
        session.rollback()
    off, on = story.mailed(OTHER)
    assert {status for _number, status in off.values()} == {"CANCELLED"}
    assert {status for _number, status in on.values()} == {"CONFIRMED"}
    assert never_lower(off, on)


def test_what_was_noted_of_an_absence_is_taken_back(story: Story) -> None:
    session, person, at = story.session, story.person, story.day.at(time(9, 5))
    story.needs_approval()
    story.goes_on(lambda: note_absent(session, [person], since=at, now=at))
    story.leaves(at + timedelta(minutes=5))
    now = at + timedelta(minutes=10)
    story.registers(now)
    story.goes_on(lambda: accept(session, person, actor=story.staff, now=now))
    assert (person.absent_at, announced_hours(session, story.day, now=now)) == (None, {})


def test_who_walks_in_after_all_is_not_away_later(story: Story) -> None:
    session, person, day = story.session, story.person, story.day
    at = day.at(time(9, 5))
    story.goes_on(lambda: note_absent(session, [person], since=day.at(time(10)), now=at))
    story.leaves(at + timedelta(minutes=5))
    now = at + timedelta(minutes=20)
    walk_in = WalkIn(Body(person.name, person.side, person.kind), ("Personne 0",))
    story.goes_on(lambda: welcome_walk_in(session, day, walk_in, person=story.staff, now=now))
    assert [one for one in person.absences if one.ends_at > now] == []
