"""Who has come: arrivals noted at the door, once each, and taken back."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from models.account import User
from models.meetup import MeetupDay
from models.meetup_participant import MeetupAttendee, MeetupParticipant
from services.errors import RuleViolation
from services.meetup_absences import lift_absence
from services.meetup_clock import date_at_place
from vocabulary.labels import N_
from vocabulary.meetups import DayState, ParticipantState

# A signed sheet may still be copied in after the day, without hours.
SHEET_STAYS_OPEN: Final = timedelta(days=7)
_USUAL_OPENING: Final = time(9)
_NOT_COMING: Final = {
    ParticipantState.INVITED: N_(
        "« %(name)s » est invité mais ne s’est pas inscrit : passez par « Venu sans inscription »."
    ),
    ParticipantState.PENDING: N_(
        "L’inscription de « %(name)s » n’a pas été validée : passez par « Venu sans inscription »."
    ),
    ParticipantState.WAITING: N_(
        "« %(name)s » est sur liste d’attente : s’il reste une place, passez par « Venu sans "
        "inscription »."
    ),
    ParticipantState.DECLINED: N_(
        "« %(name)s » avait décliné l’invitation : passez par « Venu sans inscription »."
    ),
    ParticipantState.REFUSED: N_("L’inscription de « %(name)s » a été refusée."),
    ParticipantState.CANCELLED: N_(
        "L’inscription de « %(name)s » a été annulée : passez par « Venu sans inscription »."
    ),
}


@dataclass(frozen=True, slots=True)
class Arrival:
    """What noting an arrival came to."""

    attendee: MeetupAttendee
    is_new: bool
    """Nobody had noted it before."""
    was_absent: bool = False
    """The body had been noted absent: its meetings may have been given away."""


def check_in(session: Session, attendee: MeetupAttendee, *, person: User, now: datetime) -> Arrival:
    """Note that somebody has come; of two who note it at once, the first hour holds.

    Raises:
        RuleViolation: not the day, or the body is not expected.
    """
    participant = attendee.participant
    moment = arrival_instant(participant.day, now)
    refuse_unexpected(participant)
    noted = session.execute(
        update(MeetupAttendee)
        .where(MeetupAttendee.id == attendee.id, MeetupAttendee.arrived_at.is_(None))
        .values(arrived_at=moment, checked_by_id=person.id)
        .execution_options(synchronize_session=False)
    )
    session.refresh(attendee, ["arrived_at", "checked_by_id"])
    if not noted.rowcount:  # type: ignore[attr-defined]
        return Arrival(attendee, is_new=False)
    # Not through the mapper: two hosts may receive two people of one body at the same moment.
    session.execute(
        update(MeetupParticipant)
        .where(MeetupParticipant.id == participant.id, MeetupParticipant.arrived_at.is_(None))
        .values(arrived_at=moment)
        .execution_options(synchronize_session=False)
    )
    was_absent = lift_absence(session, participant, now=now)
    session.refresh(participant, ["arrived_at", "absent_at"])
    return Arrival(attendee, is_new=True, was_absent=was_absent)


def undo_check_in(session: Session, attendee: MeetupAttendee) -> bool:
    """Take an arrival back; return whether there was one."""
    undone = session.execute(
        update(MeetupAttendee)
        .where(MeetupAttendee.id == attendee.id, MeetupAttendee.arrived_at.is_not(None))
        .values(arrived_at=None, checked_by_id=None)
        .execution_options(synchronize_session=False)
    )
    first = (
        select(func.min(MeetupAttendee.arrived_at))
        .where(MeetupAttendee.participant_id == attendee.participant_id)
        .scalar_subquery()
    )
    session.execute(
        update(MeetupParticipant)
        .where(MeetupParticipant.id == attendee.participant_id)
        .values(arrived_at=first)
        .execution_options(synchronize_session=False)
    )
    session.refresh(attendee, ["arrived_at", "checked_by_id"])
    session.refresh(attendee.participant, ["arrived_at"])
    return bool(undone.rowcount)  # type: ignore[attr-defined]


def arrival_instant(day: MeetupDay, now: datetime) -> datetime:
    """Return the hour to note: now, or the opening when a signed sheet is copied in later.

    Raises:
        RuleViolation: the day is cancelled, still to come, or long past.
    """
    if day.state is DayState.CANCELLED:
        raise RuleViolation(N_("Cette journée est annulée : il n’y a pas d’arrivée à noter."))
    here = date_at_place(day, now)
    if here < day.held_on:
        raise RuleViolation(
            N_("La journée n’a pas commencé : les arrivées se notent le jour même.")
        )
    if here > day.held_on + SHEET_STAYS_OPEN:
        raise RuleViolation(
            N_("La journée est passée depuis plus d’une semaine : sa feuille est close.")
        )
    return now if here == day.held_on else opening_of(day)


def opening_of(day: MeetupDay) -> datetime:
    """Return when the day begins: its first session or slot, nine o’clock without either."""
    starts = [slot.starts_at for slot in day.slots]
    starts += [session.starts_at for session in day.sessions]
    return min(starts, default=day.at(_USUAL_OPENING))


def is_hour_known(day: MeetupDay, arrived_at: datetime) -> bool:
    """Tell whether an arrival has an hour of its own: those copied from the sheet have none."""
    return arrived_at != opening_of(day)


def refuse_unexpected(participant: MeetupParticipant) -> None:
    """Refuse the people of a body that is not registered, and say what can be done.

    Raises:
        RuleViolation: as said.
    """
    refusal = _NOT_COMING.get(participant.state)
    if refusal is not None:
        raise RuleViolation(refusal, name=participant.name)
