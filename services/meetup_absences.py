"""Who is not there when expected: no-shows, latecomers, those who leave early, noted on the day."""

from collections.abc import Iterable, Sequence
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
    since = _there_since(participant.day, now)
    for absence in session.scalars(told).all():
        if is_absent or absence.starts_at <= now:
            _end(session, absence, since)
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


def told_absences(
    session: Session, participant: MeetupParticipant, *, now: datetime
) -> Sequence[MeetupAbsence]:
    """Return what was noted on the day and is not over, in time order."""
    return session.scalars(
        select(MeetupAbsence)
        .where(
            MeetupAbsence.participant_id == participant.id,
            MeetupAbsence.told_at.is_not(None),
            MeetupAbsence.ends_at > now,
        )
        .order_by(MeetupAbsence.starts_at)
    ).all()


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


def note_missed(session: Session, participant: MeetupParticipant, *, now: datetime) -> None:
    """Note that a body that is there missed the slots that are over: they may be placed again.

    Raises:
        RuleViolation: it is not registered, nothing is over, or the day is not the day.
    """
    _check(participant, now)
    begins, since = participant.day.at(_MIDNIGHT), _there_since(participant.day, now)
    if not any(slot.ends_at <= since for slot in participant.day.slots):
        raise RuleViolation(N_("Aucun créneau n’est encore passé."))
    _replace(session, participant, begins, since, now=now, also_over=True)


def _there_since(day: MeetupDay, now: datetime) -> datetime:
    """Return the start of the slot that runs, which somebody who comes now can still hold."""
    running = (slot.starts_at for slot in day.slots if slot.starts_at <= now < slot.ends_at)
    return next(running, now)


def _end(session: Session, absence: MeetupAbsence, since: datetime) -> None:
    """Keep what was true of an absence: the meetings missed before ``since`` were missed."""
    if absence.starts_at < since:
        absence.ends_at = since
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
    also_over: bool = False,
) -> None:
    """Note an absence in the place of those of the day that it touches and that are not over."""
    lasts = MeetupAbsence.ends_at > (starts_at if also_over else now)
    session.execute(
        delete(MeetupAbsence)
        .where(
            MeetupAbsence.participant_id == participant.id,
            MeetupAbsence.told_at.is_not(None),
            MeetupAbsence.ends_at >= starts_at,
            MeetupAbsence.starts_at <= ends_at,
            lasts,
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
