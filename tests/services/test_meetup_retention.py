"""What is erased of the people of a meetup day, and when."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.meetup_invitee import MeetupInviteeBatch, MeetupRequest
from models.meetup_participant import MeetupAttendee, MeetupParticipantEvent
from services.meetup_notes import note_event
from services.meetup_requests import ask_link
from services.meetup_retention import NAMELESS, erase_people
from tests.factories.meetups import NOW, make_attendee, make_day, make_participant
from vocabulary.meetups import ParticipantEvent


@pytest.mark.parametrize(
    ("days", "needs", "email", "name"),
    [
        (0, True, True, True),
        (7, True, True, True),
        (8, False, True, True),
        (240, False, True, True),
        (241, False, False, True),
        (730, False, False, True),
        (731, False, False, False),
    ],
)
def test_each_thing_has_its_time(
    empty_session: Session, days: int, *, needs: bool, email: bool, name: bool
) -> None:
    day = make_day(empty_session, held_on=(NOW - timedelta(days=days)).date())
    participant = make_participant(
        empty_session, day, needs_step_free=True, accessibility_note="Une chaise haute"
    )
    make_attendee(empty_session, participant, "Ada", email="ada@a.example", job_title="Maire")
    note_event(empty_session, participant, ParticipantEvent.ADDED, actor=None, now=NOW)
    empty_session.flush()
    for _turn in range(2):
        erase_people(empty_session, now=NOW)
    empty_session.expire_all()
    attendee = empty_session.scalars(select(MeetupAttendee)).one()
    assert (participant.accessibility_note == "", participant.needs_step_free) == (not needs, needs)
    assert attendee.email == ("ada@a.example" if email else None)
    assert (attendee.name, attendee.job_title) == (("Ada", "Maire") if name else (NAMELESS, ""))
    events = empty_session.scalar(select(func.count()).select_from(MeetupParticipantEvent))
    assert events == int(name)


def test_files_and_asked_links_go_in_their_time(empty_session: Session) -> None:
    day = make_day(empty_session)
    for age in (29, 31):
        moment = NOW - timedelta(days=age)
        empty_session.add(
            MeetupInviteeBatch(day_id=day.id, filename=f"{age} jours", created_at=moment)
        )
    for age in (1, 3):
        moment = NOW - timedelta(days=age)
        ask_link(empty_session, day, f"{age}@a.example", language="fr", now=moment)
    erase_people(empty_session, now=NOW)
    assert empty_session.scalars(select(MeetupInviteeBatch.filename)).all() == ["29 jours"]
    assert empty_session.scalars(select(MeetupRequest.email)).all() == ["1@a.example"]
