"""A small meetup day whose plan is published: who meets whom, when, at which table."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session

from extensions.database import db_session
from models.meetup import MeetupDay, MeetupSession, MeetupSlot, MeetupTable
from models.meetup_participant import MeetupParticipant
from models.meetup_plan import MeetupMeeting, MeetupPlan
from services.meetup_calendar import (
    MeetingChange,
    announce_agendas,
    record_publication,
)
from tests.factories.meetups import (
    make_attendee,
    make_day,
    make_participant,
    make_slots,
    make_tables,
    publish_meetings,
)
from vocabulary.exchanges import Side
from vocabulary.meetups import SessionKind

PUBLISHED_AT = datetime(2026, 11, 22, 9, tzinfo=UTC)
# Slot and table by their rank, participants by their place in the scene.
Placed = tuple[int, int, tuple[int, ...]]


@dataclass
class Scene:
    """A day with four participants: two territories, then two actors."""

    day: MeetupDay
    slots: list[MeetupSlot]
    tables: list[MeetupTable]
    people: list[MeetupParticipant]
    meetings: list[MeetupMeeting] = field(default_factory=list)


def make_agenda_scene(session: Session, **columns: Any) -> Scene:
    """Add the day, unpublished: five slots from 9:00, two tables, one person a participant."""
    day = make_day(session, columns.pop("title", "Journée des toits"), **columns)
    slots, tables = make_slots(session, day, 5), make_tables(session, day, 2)
    sides = {"Ville d’Essai": Side.TERRITORY, "Agglo d’Essai": Side.TERRITORY}
    sides |= {"Toits Neufs": Side.ACTOR, "Roue Libre": Side.ACTOR}
    people = [make_participant(session, day, name, side=side) for name, side in sides.items()]
    for number, one in enumerate(people):
        make_attendee(session, one, f"Personne {number}", email=f"p{number}@essai.example")
    return Scene(day, slots, tables, people)


def publish(
    session: Session, scene: Scene, placed: Sequence[Placed], *, now: datetime = PUBLISHED_AT
) -> tuple[MeetingChange, ...]:
    """Publish a plan that holds ``placed``, and have those concerned told."""
    rows = [
        (scene.slots[slot], scene.tables[table], [scene.people[one] for one in who])
        for slot, table, who in placed
    ]
    scene.meetings = publish_meetings(session, scene.day, rows)
    plan = session.get_one(MeetupPlan, scene.day.published_plan_id)
    changes = record_publication(session, scene.day, plan, now=now)
    announce_agendas(session, scene.day, now=now)
    return changes


# Ville meets Toits at 9:00 and Roue at 9:50; Agglo meets Roue at 9:00.
USUAL: tuple[Placed, ...] = ((0, 0, (0, 2)), (0, 1, (1, 3)), (2, 0, (0, 3)))


def make_published_scene(session: Session, **columns: Any) -> Scene:
    """Add the day with its usual meetings published."""
    scene = make_agenda_scene(session, **columns)
    publish(session, scene, USUAL)
    return scene


def add_session(
    session: Session,
    day: MeetupDay,
    start: time,
    end: time,
    *,
    kind: SessionKind = SessionKind.PLENARY,
    title: str = "Ouverture",
    **columns: Any,
) -> MeetupSession:
    """Add a part of the programme, by the clocks of the place."""
    part = MeetupSession(
        kind=kind, title=title, starts_at=day.at(start), ends_at=day.at(end), **columns
    )
    day.sessions.append(part)
    session.flush()
    return part


def scene_in(app: Flask, **columns: Any) -> Scene:
    """Store a published day in the database of ``app``, readable outside the session."""
    with app.app_context():
        session = db_session()
        scene = make_published_scene(session, **columns)
        session.commit()
        return scene
