"""Asking those who come and wish nobody yet to say whom they would meet: by staff, or once."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from models.account import User
from models.meetup import MeetupDay
from models.meetup_participant import MeetupParticipant, MeetupParticipantEvent
from services.errors import RuleViolation
from services.meetup_clock import is_past, takes_wishes
from services.meetup_invitations import QUIET, Sending, sending_to
from services.meetup_lists import has_wishes
from services.meetup_notes import tell
from services.meetup_places import lock_day
from services.meetup_wish_rules import wishes_close_at
from vocabulary.labels import N_
from vocabulary.meetups import DayState, ParticipantEvent, ParticipantState

# The calendar asks once, on the first morning within this before wishes close.
ASKED_BEFORE: Final = timedelta(days=3)
# The mails that say where one makes wishes.
_ABOUT_WISHES: Final = (
    ParticipantEvent.CONFIRMED,
    ParticipantEvent.PROMOTED,
    ParticipantEvent.WISHES_ASKED,
)


@dataclass(frozen=True, slots=True)
class WishReminders:
    """Whom staff would write to about their wishes, and how many were written to lately."""

    sending: Sending
    told_lately: int


def why_no_reminder(day: MeetupDay, now: datetime) -> str | None:
    """Return why nobody is asked for wishes now, a msgid; nothing while they may be made."""
    if day.state is DayState.CANCELLED:
        return N_("La journée est annulée : les souhaits ne changent plus.")
    if is_past(day, now):
        return N_("La journée est passée : les souhaits restent lisibles et ne changent plus.")
    if now >= wishes_close_at(day):
        return N_("Les souhaits sont clos : repoussez leur fin pour inviter à en faire.")
    if not takes_wishes(day, now):
        return N_("Les souhaits ouvriront avec les inscriptions.")
    return None


def wish_reminders(session: Session, day: MeetupDay, *, now: datetime) -> WishReminders:
    """Return what staff are shown before they write; four queries."""
    lately = select(func.count()).select_from(
        without_own_wish(day).where(_told_since(now)).subquery()
    )
    return WishReminders(wish_reminders_to_send(session, day, now=now), session.scalar(lately) or 0)


def wish_reminders_to_send(session: Session, day: MeetupDay, *, now: datetime) -> Sending:
    """Return what asking those who wish nobody would do; those written to lately are left."""
    wanted = without_own_wish(day).where(~_told_since(now))
    return sending_to(session, session.scalars(wanted).all())


def silent_count(session: Session, day: MeetupDay) -> int:
    """Return how many of those who come wish nobody yet."""
    return session.scalar(select(func.count()).select_from(without_own_wish(day).subquery())) or 0


def without_own_wish(day: MeetupDay) -> Select[MeetupParticipant]:
    """Select those who come to the day and wish nobody: whoever gave up is left out."""
    return (
        select(MeetupParticipant)
        .where(
            MeetupParticipant.day_id == day.id,
            MeetupParticipant.state == ParticipantState.CONFIRMED,
            MeetupParticipant.absent_at.is_(None),
            ~has_wishes(),
        )
        .order_by(MeetupParticipant.name_key, MeetupParticipant.id)
    )


def send_wish_reminders(session: Session, day: MeetupDay, *, actor: User, now: datetime) -> Sending:
    """Write to everybody who comes and wishes nobody, but those written to lately.

    Raises:
        RuleViolation: wishes are not open.
    """
    lock_day(session, day)
    reason = why_no_reminder(day, now)
    if reason is not None:
        raise RuleViolation(reason)
    sending = wish_reminders_to_send(session, day, now=now)
    tell(session, sending.participants, ParticipantEvent.WISHES_ASKED, actor=actor, now=now)
    session.flush()
    return sending


def remind_before_closing(session: Session, *, now: datetime) -> None:
    """Write once to those who wish nobody, of the days whose wishes close soon; nobody twice.

    Once a plan is published, nobody is asked any more: the meetings are set.
    """
    running = select(MeetupDay).where(
        MeetupDay.state.in_((DayState.OPEN, DayState.CLOSED)),
        MeetupDay.published_plan_id.is_(None),
    )
    for day in session.scalars(running.order_by(MeetupDay.id)).all():
        if why_no_reminder(day, now) is None and wishes_close_at(day) - ASKED_BEFORE <= now:
            _remind(session, day, now)


def _remind(session: Session, day: MeetupDay, now: datetime) -> None:
    lock_day(session, day)
    asked = _events(MeetupParticipantEvent.event == ParticipantEvent.WISHES_ASKED)
    by_the_calendar = asked.where(MeetupParticipantEvent.actor_name == "")
    found = session.scalars(
        without_own_wish(day).where(~_told_since(now), ~by_the_calendar.exists())
    ).all()
    sending = sending_to(session, found)
    tell(session, sending.participants, ParticipantEvent.WISHES_ASKED, actor=None, now=now)
    session.flush()


def _told_since(now: datetime) -> ColumnElement[bool]:
    """Return the condition of those whom a mail told lately where they make their wishes."""
    return _events(
        MeetupParticipantEvent.event.in_(_ABOUT_WISHES),
        MeetupParticipantEvent.recipients > 0,
        MeetupParticipantEvent.at > now - QUIET,
    ).exists()


def _events(*conditions: ColumnElement[bool]) -> Select[int]:
    return select(MeetupParticipantEvent.id).where(
        MeetupParticipantEvent.participant_id == MeetupParticipant.id, *conditions
    )
