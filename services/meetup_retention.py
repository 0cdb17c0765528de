"""What is erased of the people of a meetup day, and when; the privacy page says the same."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from models.meetup import MeetupDay
from models.meetup_invitee import MeetupInviteeBatch
from models.meetup_participant import (
    MeetupAttendee,
    MeetupParticipant,
    MeetupParticipantEvent,
)
from models.meetup_wish import MeetupWishBatch
from services.meetup_requests import forget_requests

# Needs of accessibility serve on the day.
ACCESSIBILITY_LIFE: Final = timedelta(days=7)
# What came of the meetings is asked until six months after; the links hold seven.
ADDRESS_LIFE: Final = timedelta(days=240)
# The signed attendance sheet of the day is on paper; names stay for as long as its report is used.
NAME_LIFE: Final = timedelta(days=730)
# The lines of a file name people; it can be undone until then.
FILE_LIFE: Final = timedelta(days=30)
NAMELESS: Final = "–"


def erase_people(session: Session, *, now: datetime) -> None:
    """Erase everything of the people of past days whose time has come; run again, nothing more."""
    forget_requests(session, now=now)
    session.execute(
        delete(MeetupInviteeBatch).where(MeetupInviteeBatch.created_at < now - FILE_LIFE)
    )
    session.execute(
        delete(MeetupWishBatch).where(
            MeetupWishBatch.applied_at.is_(None), MeetupWishBatch.created_at < now - FILE_LIFE
        )
    )
    _erase_needs(session, now)
    _erase_addresses(session, now)
    _erase_names(session, now)


def _erase_needs(session: Session, now: datetime) -> None:
    past = select(MeetupDay.id).where(MeetupDay.held_on < (now - ACCESSIBILITY_LIFE).date())
    session.execute(
        update(MeetupParticipant)
        .where(
            MeetupParticipant.day_id.in_(past),
            or_(
                MeetupParticipant.accessibility_note != "",
                MeetupParticipant.needs_step_free.is_(True),
                MeetupParticipant.needs_hearing_loop.is_(True),
            ),
        )
        .values(accessibility_note="", needs_step_free=False, needs_hearing_loop=False)
        .execution_options(synchronize_session=False)
    )


def _erase_addresses(session: Session, now: datetime) -> None:
    past = select(MeetupDay.id).where(MeetupDay.held_on < (now - ADDRESS_LIFE).date())
    session.execute(
        update(MeetupAttendee)
        .where(MeetupAttendee.day_id.in_(past), MeetupAttendee.email.is_not(None))
        .values(email=None)
        .execution_options(synchronize_session=False)
    )


def _erase_names(session: Session, now: datetime) -> None:
    past = select(MeetupDay.id).where(MeetupDay.held_on < (now - NAME_LIFE).date())
    participants = select(MeetupParticipant.id).where(MeetupParticipant.day_id.in_(past))
    session.execute(
        update(MeetupAttendee)
        .where(MeetupAttendee.day_id.in_(past), MeetupAttendee.name != NAMELESS)
        .values(name=NAMELESS, job_title="", user_id=None)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        delete(MeetupParticipantEvent).where(
            MeetupParticipantEvent.participant_id.in_(participants)
        )
    )
