"""The demonstration’s meetup days: one ready to plan, one held today, one past and followed."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from meetups.planner import plan_day
from models.account import User
from models.geography import Commune
from models.meetup import MeetupDay, MeetupRoom, MeetupSession, MeetupSlot, MeetupTable
from models.meetup_participant import MeetupParticipant
from models.meetup_plan import MeetupPlan
from services.demo_meetup_outcomes import add_outcomes
from services.demo_meetup_people import (
    Body,
    add_absences,
    add_participants,
    add_wishes,
    demo_bodies,
)
from services.meetup_agenda_news import AgendaNews, tell_participant
from services.meetup_calendar import record_publication
from services.meetup_clock import is_past
from services.meetup_computing import Claim, finish_plan, read_for
from services.seeding_files import read_toml
from vocabulary.meetups import DayState, PlanState, SessionKind

FILE: Final = "demo/meetups.toml"
_HALF_HOUR: Final = timedelta(minutes=30)
# How long before the present hour the slots of the day held today start.
_STARTED: Final = timedelta(hours=2)
_INVITED: Final = timedelta(days=56)
_WISHED: Final = timedelta(days=20)
_LONGEST_CALCULATION: Final = 120.0
"""Seconds: far more than a demo day asks for, so that its plan is the same on any machine."""


def seed_demo_meetups(
    session: Session, *, accounts: Sequence[str], staff_email: str, now: datetime
) -> int:
    """Fill the demo days that are still bare, and hold one today; return how many were filled.

    A day that anybody touched is left as it is. The one of an earlier date makes room.
    """
    content = read_toml(FILE)
    staff = session.scalar(User.by_email(staff_email))
    _renew_today(session, content["today"], now=now)
    days = {
        day.slug: day for day in session.scalars(select(MeetupDay).where(MeetupDay.is_demo)).all()
    }
    entries = [*content["meetup"], content["today"]]
    bare = [
        (days[entry["slug"]], entry)
        for entry in entries
        if entry["slug"] in days and "rooms" in entry and not days[entry["slug"]].rooms
    ]
    bodies = demo_bodies(session, content["invitee"], accounts=accounts) if bare else []
    for day, entry in bare:
        _fill(session, day, entry, bodies, staff=staff, now=now)
    return len(bare)


def _renew_today(session: Session, entry: Mapping[str, Any], *, now: datetime) -> None:
    """Make sure that the demonstration holds a day today."""
    day = session.scalar(select(MeetupDay).where(MeetupDay.slug == entry["slug"]))
    if day is not None:
        if not day.is_demo or not is_past(day, now):
            return
        session.execute(delete(MeetupDay).where(MeetupDay.id == day.id))
        session.expunge(day)
    commune = session.get(Commune, entry["commune_code"])
    fresh = MeetupDay(
        slug=entry["slug"],
        title=entry["title"],
        place=entry["place"],
        commune=commune,
        summary=entry["summary"].strip(),
        accessibility=entry["accessibility"].strip(),
        asked=entry["asked"].strip(),
        state=DayState.ANNOUNCED,
        is_demo=True,
        time_zone="Europe/Paris",
        held_on=now.date(),
    )
    fresh.held_on = now.astimezone(fresh.zone).date()
    session.add(fresh)
    session.flush()


def _fill(
    session: Session,
    day: MeetupDay,
    entry: Mapping[str, Any],
    bodies: Sequence[Body],
    *,
    staff: User | None,
    now: datetime,
) -> None:
    over = is_past(day, now)
    is_planned = over or day.slug == "rencontre-du-jour"
    latest = min(day.held_on, now.astimezone(day.zone).date())
    reference = datetime.combine(latest, time(9), day.zone).astimezone(UTC)
    day.state = DayState(entry["state"])
    day.address, day.capacity = entry["address"], entry["capacity"]
    day.created_by_id = staff.id if staff else None
    day.created_at = day.updated_at = reference - _INVITED - timedelta(days=14)
    day.hall_key = secrets.token_hex(8)
    _add_place(day, entry)
    _add_hours(day, entry, now=now)
    session.flush()
    participants = add_participants(
        session,
        day,
        bodies,
        entry["participants"],
        invited_at=reference - _INVITED,
        staff=staff,
    )
    add_absences(day, participants)
    session.flush()
    add_wishes(session, day, participants, made_at=reference - _WISHED, are_answered=is_planned)
    if is_planned:
        _publish(session, day, participants, staff=staff, at=reference - timedelta(days=4))
        _receive(day, participants, now=now, over=over)
    if over:
        add_outcomes(session, day, now=now)
    session.flush()


def _add_place(day: MeetupDay, entry: Mapping[str, Any]) -> None:
    number = 0
    for rank, one in enumerate(entry["rooms"]):
        room = MeetupRoom(name=one["name"], rank=rank, accessibility=one["accessibility"])
        for position in range(one["tables"]):
            number += 1
            room.tables.append(
                MeetupTable(
                    label=str(number),
                    rank=position + 1,
                    seats=one["seats"],
                    is_step_free=one.get("step_free", True),
                    has_hearing_loop=position < one["loops"],
                )
            )
        day.rooms.append(room)


def _add_hours(day: MeetupDay, entry: Mapping[str, Any], *, now: datetime) -> None:
    for run in entry["slots"]:
        step = timedelta(minutes=run["minutes"] + run["pause"])
        start = day.at(run["first"]).astimezone(UTC)
        if day.slug == "rencontre-du-jour":
            start = _around(day, now, step * run["count"])
        for rank in range(run["count"]):
            first = start + step * rank
            day.slots.append(
                MeetupSlot(starts_at=first, ends_at=first + timedelta(minutes=run["minutes"]))
            )
    rooms = {room.name: room for room in day.rooms}
    for part in entry["sessions"]:
        start = _start_of(day, part)
        end = start + timedelta(minutes=part["minutes"])
        if {one.astimezone(day.zone).date() for one in (start, end)} != {day.held_on}:
            continue
        day.sessions.append(
            MeetupSession(
                kind=SessionKind(part["kind"]),
                title=part["title"],
                text=part.get("text", ""),
                starts_at=start,
                ends_at=end,
                room=rooms.get(part.get("room", "")),
                capacity=part.get("capacity"),
            )
        )


def _start_of(day: MeetupDay, part: Mapping[str, Any]) -> datetime:
    """Return when a session starts: at its hour, or so many minutes after the first slot does."""
    if "starts" in part:
        return day.at(part["starts"]).astimezone(UTC)
    return day.slots[0].starts_at + timedelta(minutes=part["after"])


def _around(day: MeetupDay, now: datetime, length: timedelta) -> datetime:
    """Return when slots start so that the present hour is among them, all on one date."""
    midnight = day.at(time(0)).astimezone(UTC)
    next_midnight = (day.at(time(0)) + timedelta(days=1)).astimezone(UTC)  # by the clocks
    latest = next_midnight - _HALF_HOUR - length
    wanted = now - _STARTED
    rounded = midnight + _HALF_HOUR * ((wanted - midnight) // _HALF_HOUR)
    return min(max(rounded, midnight), latest)


def _publish(
    session: Session,
    day: MeetupDay,
    participants: Sequence[MeetupParticipant],
    *,
    staff: User | None,
    at: datetime,
) -> None:
    """Publish a plan as it would have been four days before, its agendas already mailed."""
    published_at = at + timedelta(hours=1)
    plan = _compute(session, day, staff=staff, at=at)
    plan.published_at = published_at
    day.published_plan_id = plan.id
    session.flush()
    record_publication(session, day, plan, now=published_at)
    news = AgendaNews(session, day)
    for participant in participants:
        tell_participant(news, participant, now=published_at)


def _compute(session: Session, day: MeetupDay, *, staff: User | None, at: datetime) -> MeetupPlan:
    """Plan the day as the worker does, in a second or so; no limit of time cuts it."""
    plan = MeetupPlan(
        day_id=day.id,
        number=1,
        state=PlanState.COMPUTING,
        guarantees={},
        conflicts={},
        unplaced={},
        edits={},
        created_by_id=staff.id if staff else None,
        created_at=at,
        started_at=at,
    )
    session.add(plan)
    session.flush()
    read = read_for(session, plan)
    planned = plan_day(read.wished, seconds=_LONGEST_CALCULATION)
    finish_plan(session, Claim(plan.id, at), read, planned, now=at + timedelta(seconds=4))
    session.flush()
    return plan


def _receive(
    day: MeetupDay, participants: Sequence[MeetupParticipant], *, now: datetime, over: bool
) -> None:
    """Check in those who came: nearly all of a past day, most of the one being held."""
    opening = day.slots[0].starts_at - timedelta(minutes=25)
    for rank, participant in enumerate(participants):
        if rank % 15 == 9:  # noqa: PLR2004 - two or three did not come
            participant.absent_at = opening + timedelta(minutes=40) if over else None
            continue
        arrived_at = opening + timedelta(minutes=rank % 40)
        if not over and (arrived_at > now or rank % 7 == 3):  # noqa: PLR2004 - some are awaited
            continue
        participant.arrived_at = arrived_at
        participant.attendees[0].arrived_at = arrived_at
