"""Printed matter of a whole day: asked for, made by one process, kept, made again, forgotten."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, and_, delete, func, select, update
from sqlalchemy.orm import Session

from models.meetup import MeetupDay
from models.meetup_participant import MeetupParticipant
from models.meetup_print import MeetupPrint
from services.outbox import post_message
from vocabulary.labels import N_
from vocabulary.meetups import ParticipantState
from vocabulary.prints import PrintKind, PrintState

PRINT_MAKE: Final = "meetup.print"
# Participants up to whom a whole day is printed while one waits: 0.5 to 1 s for their agendas on
# two busy cores, 4 s for 200. A sheet of attendance takes 0.5 s for 400: always made at once.
AT_ONCE: Final = 50
# Nobody has begun within this time: the worker is busy, or does not run.
SLOW_START: Final = timedelta(seconds=20)
# Longer than the largest day takes: whoever made it is gone.
LEASE: Final = timedelta(minutes=3)
# After the day it serves nobody any more, and it names everybody.
LIFE: Final = timedelta(days=7)
CRASHED: Final = N_(
    "La mise en page s’est arrêtée sans finir. Réessayez ; en attendant, chaque agenda et chaque "
    "badge s’imprime seul, ci-dessous."
)


@dataclass(frozen=True, slots=True)
class PrintClaim:
    """The right of one process to make one document; a later claim makes it worthless."""

    print_id: int
    started_at: datetime

    def holds(self) -> ColumnElement[bool]:
        """Return the condition under which the document is still this process's."""
        return and_(
            MeetupPrint.id == self.print_id,
            MeetupPrint.started_at == self.started_at,
            MeetupPrint.state == PrintState.MAKING,
        )


def count_printed(session: Session, day: MeetupDay) -> int:
    """Return how many agendas are printed of a day: those of the confirmed participants."""
    wanted = select(func.count()).where(
        MeetupParticipant.day_id == day.id, MeetupParticipant.state == ParticipantState.CONFIRMED
    )
    return session.scalar(wanted) or 0


def prints_of(session: Session, day: MeetupDay) -> dict[PrintKind, MeetupPrint]:
    """Return what was asked for of a day, without the documents, in one query."""
    found = session.scalars(select(MeetupPrint).where(MeetupPrint.day_id == day.id))
    return {one.kind: one for one in found}


def print_of(session: Session, day: MeetupDay, kind: PrintKind) -> MeetupPrint | None:
    """Return one of them, if it was ever asked for."""
    wanted = select(MeetupPrint).where(MeetupPrint.day_id == day.id, MeetupPrint.kind == kind)
    return session.scalar(wanted)


def is_under_way(found: MeetupPrint, now: datetime) -> bool:
    """Tell whether a document waits to be made or is being made."""
    if found.state is PrintState.MAKING:
        return found.started_at is not None and now < found.started_at + LEASE
    return found.state is PrintState.QUEUED


def is_late(found: MeetupPrint, now: datetime) -> bool:
    """Tell whether nobody has begun for long."""
    return found.state is PrintState.QUEUED and found.asked_at < now - SLOW_START


def request_print(
    session: Session, day: MeetupDay, kind: PrintKind, *, now: datetime
) -> MeetupPrint:
    """Ask the worker for a document; one that is under way is left to it."""
    # Kept: two who ask at once would add the same row twice.
    session.execute(select(MeetupDay.id).where(MeetupDay.id == day.id).with_for_update())
    found = print_of(session, day, kind)
    if found is None:
        found = MeetupPrint(day_id=day.id, kind=kind, asked_at=now)
        session.add(found)
    elif is_under_way(found, now) and not is_late(found, now):
        return found
    _queue(session, found, now)
    return found


def refresh_prints(session: Session, day: MeetupDay, *, now: datetime) -> None:
    """Have what was printed of a day made again: its meetings are no longer those printed.

    What is being made is begun again: it was read before.
    """
    for found in prints_of(session, day).values():
        _queue(session, found, now)


def _queue(session: Session, found: MeetupPrint, now: datetime) -> None:
    found.state, found.failure = PrintState.QUEUED, ""
    found.asked_at, found.started_at = now, None
    session.flush()
    post_message(session, PRINT_MAKE, {"print_id": found.id}, now=now)


def claim_print(session: Session, print_id: int, *, token: datetime) -> PrintClaim | None:
    """Take a document that waits; of two workers one gets it."""
    taken = session.execute(
        update(MeetupPrint)
        .where(MeetupPrint.id == print_id, MeetupPrint.state == PrintState.QUEUED)
        .values(state=PrintState.MAKING, started_at=token)
        .execution_options(synchronize_session="fetch")
    )
    return PrintClaim(print_id, token) if taken.rowcount else None  # type: ignore[attr-defined]


def store_print(session: Session, claim: PrintClaim, content: bytes, fingerprint: str) -> bool:
    """Keep a document whole, in place of the former one; ``False``: it is not wanted any more."""
    return _end(
        session,
        claim,
        state=PrintState.READY,
        content=content,
        fingerprint=fingerprint,
        made_at=claim.started_at,
        failure="",
    )


def fail_print(session: Session, claim: PrintClaim, message: str) -> bool:
    """Say that nothing was made; the former document stays."""
    return _end(session, claim, state=PrintState.FAILED, failure=message)


def requeue_print(session: Session, claim: PrintClaim, *, now: datetime) -> None:
    """Let another worker begin again what this one leaves because it is asked to stop."""
    if _end(session, claim, state=PrintState.QUEUED, started_at=None):
        post_message(session, PRINT_MAKE, {"print_id": claim.print_id}, now=now)


def fail_silent_prints(session: Session, *, now: datetime) -> None:
    """Give up what nobody carries on: process and worker died together."""
    session.execute(
        update(MeetupPrint)
        .where(MeetupPrint.state == PrintState.MAKING, MeetupPrint.started_at < now - LEASE)
        .values(state=PrintState.FAILED, failure=CRASHED)
        .execution_options(synchronize_session=False)
    )


def _end(session: Session, claim: PrintClaim, **values: object) -> bool:
    ended = session.execute(update(MeetupPrint).where(claim.holds()).values(**values))
    return bool(ended.rowcount)  # type: ignore[attr-defined]


def forget_prints(session: Session, *, now: datetime) -> None:
    """Delete the documents of the days that were held a while ago; run again, nothing more."""
    past = select(MeetupDay.id).where(MeetupDay.held_on < (now - LIFE).date())
    session.execute(
        delete(MeetupPrint)
        .where(MeetupPrint.day_id.in_(past))
        .execution_options(synchronize_session=False)
    )
