"""Places at a meetup day: a registration takes one, waits for one, or hands one on; never too many.

Whoever changes how many places are taken holds the row of the day: of two that want the last one,
the second waits and sees that it is gone.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from models.account import User
from models.meetup import MeetupDay, MeetupSession
from models.meetup_participant import MeetupParticipant, MeetupSessionSeat
from services.errors import RuleViolation
from services.meetup_clock import is_past, is_today
from services.meetup_notes import note_event, tell
from services.meetup_returns import note_return, tell_agenda
from services.meetup_wish_reserve import settle_around
from vocabulary.labels import N_
from vocabulary.meetups import SHARED_SESSIONS, DayState, ParticipantEvent, ParticipantState

CLOSED_DAY = N_("Cette journée est annulée ou passée.")


def lock_day(session: Session, day: MeetupDay) -> None:
    """Read the day afresh and keep it until the transaction ends."""
    session.refresh(day, with_for_update={"of": MeetupDay})


def lock_participant(session: Session, participant: MeetupParticipant) -> None:
    """Keep the day, then read the participant afresh: its state is the one decided last."""
    lock_day(session, participant.day)
    session.refresh(participant, with_for_update={"of": MeetupParticipant})


def confirmed_count(session: Session, day: MeetupDay) -> int:
    """Return how many participants hold a place."""
    return (
        session.scalar(
            select(func.count())
            .select_from(MeetupParticipant)
            .where(
                MeetupParticipant.day_id == day.id,
                MeetupParticipant.state == ParticipantState.CONFIRMED,
            )
        )
        or 0
    )


def free_places(session: Session, day: MeetupDay) -> int | None:
    """Return how many places are left; nothing when the day takes as many as come."""
    if day.capacity is None:
        return None
    return max(0, day.capacity - confirmed_count(session, day))


def waiting_list(day: MeetupDay) -> Select[MeetupParticipant]:
    """Select who waits for a place, the first to be offered one first."""
    return (
        select(MeetupParticipant)
        .where(
            MeetupParticipant.day_id == day.id,
            MeetupParticipant.state == ParticipantState.WAITING,
        )
        .order_by(MeetupParticipant.queued_at, MeetupParticipant.id)
    )


def take_place(
    session: Session, participant: MeetupParticipant, *, actor: User | None, now: datetime
) -> ParticipantState:
    """Give the participant a place, or put it last on the waiting list, and tell it which.

    The caller holds the day (``lock_participant``). Somebody who came earlier and still waits
    is not overtaken.
    """
    comes_back = False
    free = free_places(session, participant.day)
    is_queue = session.scalar(waiting_list(participant.day).limit(1)) is not None
    if free is None or (free > 0 and not is_queue):
        participant.state = ParticipantState.CONFIRMED
        participant.confirmed_at, participant.queued_at = now, None
        comes_back = note_return(session, participant, now=now)
        event = ParticipantEvent.CONFIRMED
    else:
        participant.state = ParticipantState.WAITING
        participant.queued_at = participant.queued_at or now
        event = ParticipantEvent.WAITING
    session.flush()
    settle_around(session, participant, now=now)
    tell(session, [participant], event, actor=actor, now=now)
    if comes_back:
        tell_agenda(session, participant, now=now)
    return participant.state


def offer_free_places(
    session: Session, day: MeetupDay, *, now: datetime
) -> list[MeetupParticipant]:
    """Give every free place to whoever has waited longest; return them, told by mail.

    To be called when a place falls free or the capacity grows. On the day itself the welcome team
    decides, at the door.
    """
    lock_day(session, day)
    if day.state is DayState.CANCELLED or is_past(day, now) or is_today(day, now):
        return []
    free = free_places(session, day)
    queue = waiting_list(day).with_for_update(of=MeetupParticipant)
    chosen = list(session.scalars(queue.limit(free) if free is not None else queue))
    back = []
    for participant in chosen:
        participant.state = ParticipantState.CONFIRMED
        participant.confirmed_at, participant.queued_at = now, None
        if note_return(session, participant, now=now):
            back.append(participant)
    session.flush()
    for participant in chosen:
        settle_around(session, participant, now=now)
    if chosen:
        tell(session, chosen, ParticipantEvent.PROMOTED, actor=None, now=now)
    for participant in back:
        tell_agenda(session, participant, now=now)
    return chosen


def move_to_front(
    session: Session, participant: MeetupParticipant, *, actor: User, now: datetime
) -> None:
    """Put a participant first on the waiting list; it still waits for a free place.

    Raises:
        RuleViolation: it does not wait.
    """
    lock_participant(session, participant)
    if participant.state != ParticipantState.WAITING:
        raise RuleViolation(N_("Ce participant n’est pas sur la liste d’attente."))
    first = session.scalar(waiting_list(participant.day).limit(1))
    if first is None or first is participant or first.queued_at is None:
        return
    participant.queued_at = first.queued_at - timedelta(seconds=1)
    note_event(
        session,
        participant,
        ParticipantEvent.EDITED,
        actor=actor,
        now=now,
        note=N_("Passé en tête de la liste d’attente"),
    )
    session.flush()


def seats_taken(session: Session, day: MeetupDay) -> dict[int, int]:
    """Return how many participants each session of the day counts, by its number."""
    rows = session.execute(
        select(MeetupSessionSeat.session_id, func.count())
        .join(MeetupSession, MeetupSession.id == MeetupSessionSeat.session_id)
        .where(MeetupSession.day_id == day.id)
        .group_by(MeetupSessionSeat.session_id)
    )
    return {row[0]: row[1] for row in rows}


def chosen_sessions(day: MeetupDay) -> list[MeetupSession]:
    """Return the sessions that one chooses, in order."""
    return [one for one in day.sessions if one.kind not in SHARED_SESSIONS]


def choose_sessions(
    session: Session, participant: MeetupParticipant, wanted: Sequence[int]
) -> bool:
    """Make these the sessions that the participant takes part in; tell whether it changes.

    Raises:
        RuleViolation: one is full, or they overlap more than there are people to attend them.
    """
    lock_participant(session, participant)
    offered = {one.id: one for one in chosen_sessions(participant.day)}
    chosen = [offered[number] for number in dict.fromkeys(wanted) if number in offered]
    held = {seat.session_id for seat in participant.session_seats}
    if held == {one.id for one in chosen}:
        return False
    _check_overlaps(participant, chosen)
    taken = seats_taken(session, participant.day)
    for one in chosen:
        if one.id in held or one.capacity is None:
            continue
        if taken.get(one.id, 0) >= one.capacity:
            raise RuleViolation(
                N_("« %(title)s » est complet : choisissez-en un autre."),
                field="sessions",
                title=one.title,
            )
    kept = {one.id for one in chosen}
    for seat in list(participant.session_seats):
        if seat.session_id not in kept:
            participant.session_seats.remove(seat)
    participant.session_seats.extend(
        MeetupSessionSeat(session_id=one.id) for one in chosen if one.id not in held
    )
    session.flush()
    return True


def _check_overlaps(participant: MeetupParticipant, chosen: Sequence[MeetupSession]) -> None:
    people = max(1, len(participant.attendees))
    for one in chosen:
        # The largest number held at one instant is reached when one of them starts.
        at_once = [other for other in chosen if other.starts_at <= one.starts_at < other.ends_at]
        if len(at_once) > people:
            first, second = at_once[0].title, at_once[-1].title
            raise RuleViolation(
                N_(
                    "« %(first)s » et « %(second)s » ont lieu en même temps : il faudrait une "
                    "personne de plus."
                ),
                field="sessions",
                first=first,
                second=second,
            )
