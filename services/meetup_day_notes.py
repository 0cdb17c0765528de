"""What each step of a meetup day tells: a line of the audit log, a mail to all it concerns."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified
from sqlalchemy.orm.exc import StaleDataError

from models.account import User
from models.meetup import MeetupDay
from models.meetup_participant import MeetupParticipant
from models.outbox import OutboxMessage
from services.audit import record_action
from services.errors import Conflict
from services.meetup_notes import Recipient, recipients_of
from services.outbox import post_message
from vocabulary.kinds import SubjectKind
from vocabulary.labels import N_
from vocabulary.meetups import ParticipantState

DAY_MAIL: Final = "mail.meetup_day"
CHANGED_MEANWHILE: Final = N_("Quelqu’un a changé cette journée entre-temps.")
# Until then a cancellation can be taken back without anybody having heard of it.
SECOND_THOUGHTS: Final = timedelta(minutes=10)
_CONCERNED: Final = frozenset(
    {
        ParticipantState.INVITED,
        ParticipantState.PENDING,
        ParticipantState.CONFIRMED,
        ParticipantState.WAITING,
    }
)


class DayEvent(StrEnum):
    """What a mail about a day tells; also the name of its template."""

    MOVED = "moved"
    CANCELLED = "cancelled"
    RESTORED = "restored"


def tell_everybody(session: Session, day: MeetupDay, event: DayEvent, *, now: datetime) -> int:
    """Ask for one mail to each person concerned; return how many are written to.

    Those who were invited by nobody yet hear of nothing. A cancellation waits a little.
    """
    due_at = now + SECOND_THOUGHTS if event is DayEvent.CANCELLED else now
    people = _people(session, day)
    for participant_id, person in people:
        payload = {
            "event": event.value,
            "day_id": day.id,
            "participant_id": participant_id,
            "attendee_id": person.attendee_id,
            "user_id": person.user_id,
        }
        post_message(session, DAY_MAIL, payload, now=now, due_at=due_at)
    return len(people)


def _people(session: Session, day: MeetupDay) -> list[tuple[int, Recipient]]:
    """Return each person once, with one of the bodies that they come for."""
    participants = session.scalars(
        select(MeetupParticipant)
        .where(MeetupParticipant.day_id == day.id, MeetupParticipant.state.in_(_CONCERNED))
        .order_by(MeetupParticipant.id)
    )
    told = [
        one
        for one in participants
        if one.state is not ParticipantState.INVITED or one.invited_at is not None
    ]
    found: dict[str, tuple[int, Recipient]] = {}
    for participant_id, people in recipients_of(session, told).items():
        for person in people:
            found.setdefault(person.email.casefold(), (participant_id, person))
    return list(found.values())


def take_back(session: Session, day: MeetupDay, event: DayEvent) -> bool:
    """Forget the mails that the worker has not written yet; tell whether that was all of them."""
    found = session.scalars(select(OutboxMessage).where(OutboxMessage.topic == DAY_MAIL)).all()
    wanted = {"day_id": day.id, "event": event.value}
    own = [one for one in found if wanted.items() <= one.payload.items()]
    last = max((one.created_at for one in own), default=None)
    written = [one for one in own if one.created_at == last and one.done_at is not None]
    waiting = [one.id for one in own if one.done_at is None]
    session.execute(delete(OutboxMessage).where(OutboxMessage.id.in_(waiting)))
    return bool(own) and not written


def flush_day(session: Session) -> None:
    """Send the changes; somebody else's change of the same day comes out as a conflict.

    Raises:
        Conflict: the day was changed meanwhile.
    """
    try:
        session.flush()
    except (StaleDataError, IntegrityError) as error:
        session.rollback()
        raise Conflict(CHANGED_MEANWHILE) from error


def note_day(
    session: Session,
    action: str,
    day: MeetupDay,
    *,
    person: User | None,
    now: datetime,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Write one line about the day in the audit log; the day's own version moves on.

    Whoever changed rooms, slots or programme from an older page is thereby told of a conflict.
    """
    day.updated_at = now
    # Even at the same instant: whoever holds the former version must be told.
    flag_modified(day, "updated_at")
    record_action(
        session,
        f"meetup.{action}",
        actor=person,
        kind=SubjectKind.MEETUP,
        subject_id=day.id,
        label=day.title,
        now=now,
        details=details,
    )
