"""A day filled for a test, and a participant found by name."""

from collections.abc import Callable
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from extensions.database import db_session
from models.meetup import MeetupDay
from models.meetup_participant import MeetupParticipant
from tests.factories.meetups import (
    make_attendee,
    make_participant,
)

ROOT = "/pilotage/rencontres/journee-d-essai"


def fill(app: Flask, work: Callable[[Session, MeetupDay], object]) -> None:
    """Change the day between two requests."""
    with app.app_context():
        session = db_session()
        day = session.scalars(select(MeetupDay)).one()
        work(session, day)
        session.commit()


def named(app: Flask, name: str) -> MeetupParticipant:
    """Return a participant by name."""
    with app.app_context():
        query = select(MeetupParticipant).where(MeetupParticipant.name == name)
        found = db_session().scalars(query).one()
        assert found.attendees is not None
        return found


def several(count: int, **columns: Any) -> Callable[[Session, MeetupDay], None]:
    """Return what adds so many participants, each with one person."""

    def add(session: Session, day: MeetupDay) -> None:
        for rank in range(count):
            one = make_participant(session, day, f"Structure {rank}", **columns)
            make_attendee(session, one, f"Personne {rank}", email=f"p{rank}@a.example")

    return add
