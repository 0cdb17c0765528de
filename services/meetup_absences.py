"""Who is not there when expected: no-shows, latecomers, those who leave early, noted on the day."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Final

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from models.meetup import MeetupDay
from models.meetup_participant import MeetupAbsence, MeetupParticipant
from services.errors import RuleViolation
from services.meetup_clock import date_at_place
from vocabulary.labels import N_
from vocabulary.meetups import ParticipantState

_MIDNIGHT: Final = time(0)


def end_of_day(day: MeetupDay) -> datetime:
    """Return the instant after which nothing of the day is held: midnight at its place."""
    midnight = day.at(_MIDNIGHT) + timedelta(days=1)  # by the clocks, 23 to 25 hours later
    ends = [slot.ends_at for slot in day.slots] + [session.ends_at for session in day.sessions]
    return max([midnight, *ends])


def note_absent(
    session: Session, participants: Iterable[MeetupParticipant], *, since: datetime, now: datetime
) -> list[MeetupParticipant]:
    """Note that bodies will not come, or will not come back, from ``since`` on; return them.

    Those whom somebody else has just noted are left as they are.

    Raises:
        RuleViolation: one of them is not registered, or the day is not the day.
    """
    noted = []
    for participant in participants:
        _check(participant, now)
        if participant.arrived_at is None:
            first = session.execute(
                update(MeetupParticipant)
                .where(MeetupParticipant.id == participant.id)
                .where(MeetupParticipant.absent_at.is_(None))
                .values(absent_at=since)
                .execution_options(synchronize_session=False)
            )
            session.refresh(participant, ["absent_at"])
            if not first.rowcount:  # type: ignore[attr-defined]
                continue
        _replace(session, participant, since, end_of_day(participant.day), now=now)
        noted.append(participant)
    return noted


def note_late(
    session: Session, participant: MeetupParticipant, *, until: datetime, now: datetime
) -> None:
    """Note that a body said it arrives at ``until``.

    Raises:
        RuleViolation: it is there, it is not registered, or the day is not the day.
    """
    _check(participant, now)
    if participant.arrived_at is not None:
        raise RuleViolation(N_("« %(name)s » est déjà là."), name=participant.name)
    if until <= now:
        raise RuleViolation(N_("Cette heure est passée : notez l’arrivée."), field="until")
    lift_absence(session, participant, now=now)
    _replace(session, participant, participant.day.at(_MIDNIGHT), until, now=now)


def note_leaving(
    session: Session, participant: MeetupParticipant, *, since: datetime, now: datetime
) -> None:
    """Note that a body leaves at ``since``, before the end.

    Raises:
        RuleViolation: it is not registered, or the day is not the day.
    """
    _check(participant, now)
    _replace(session, participant, since, end_of_day(participant.day), now=now)


def lift_absence(session: Session, participant: MeetupParticipant, *, now: datetime) -> bool:
    """Take back what was noted on the day and is not over: the body is there after all.

    A departure announced for later stays. Returns whether the body had been noted absent.
    """
    is_absent = participant.absent_at is not None
    told = select(MeetupAbsence).where(
        MeetupAbsence.participant_id == participant.id,
        MeetupAbsence.told_at.is_not(None),
        MeetupAbsence.ends_at > now,
    )
    for absence in session.scalars(told).all():
        if is_absent or absence.starts_at <= now:
            _end(session, absence, now)
    session.execute(
        update(MeetupParticipant)
        .where(MeetupParticipant.id == participant.id)
        .values(absent_at=None)
        .execution_options(synchronize_session=False)
    )
    session.flush()
    session.refresh(participant, ["absent_at"])
    session.expire(participant, ["absences"])
    return is_absent


def forget_told(session: Session, participant: MeetupParticipant, *, now: datetime) -> bool:
    """Take back every absence noted on the day and not over, departures included."""
    was_absent = lift_absence(session, participant, now=now)
    gone = session.execute(
        delete(MeetupAbsence)
        .where(
            MeetupAbsence.participant_id == participant.id,
            MeetupAbsence.told_at.is_not(None),
            MeetupAbsence.ends_at > now,
        )
        .execution_options(synchronize_session=False)
    )
    session.expire(participant, ["absences"])
    return was_absent or bool(gone.rowcount)  # type: ignore[attr-defined]


def _end(session: Session, absence: MeetupAbsence, now: datetime) -> None:
    """Keep what was true of an absence: the meetings missed before ``now`` were missed."""
    if absence.starts_at < now:
        absence.ends_at = now
    else:
        session.delete(absence)


def _check(participant: MeetupParticipant, now: datetime) -> None:
    if participant.state is not ParticipantState.CONFIRMED:
        raise RuleViolation(
            N_("« %(name)s » n’est pas inscrit à cette journée."), name=participant.name
        )
    if date_at_place(participant.day, now) != participant.day.held_on:
        raise RuleViolation(N_("Les absences se notent le jour même."))


def _replace(
    session: Session,
    participant: MeetupParticipant,
    starts_at: datetime,
    ends_at: datetime,
    *,
    now: datetime,
) -> None:
    """Note an absence in the place of those of the day that it touches."""
    session.execute(
        delete(MeetupAbsence)
        .where(
            MeetupAbsence.participant_id == participant.id,
            MeetupAbsence.told_at.is_not(None),
            MeetupAbsence.ends_at >= starts_at,
            MeetupAbsence.starts_at <= ends_at,
            MeetupAbsence.ends_at > now,
        )
        .execution_options(synchronize_session=False)
    )
    session.add(
        MeetupAbsence(
            participant_id=participant.id, starts_at=starts_at, ends_at=ends_at, told_at=now
        )
    )
    session.flush()
    session.expire(participant, ["absences"])
