"""From the draft of a meetup day to its end: announced, opened, closed, cancelled, taken back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.account import User
from models.meetup import MeetupDay
from models.meetup_participant import MeetupParticipant
from services.contents import clean_text
from services.errors import RuleViolation
from services.meetup_calendar import record_publication, refresh_publication
from services.meetup_clock import is_past
from services.meetup_day_notes import DayEvent, flush_day, note_day, take_back, tell_everybody
from services.meetup_returns import renumber_programme
from vocabulary.labels import N_, LabelledEnum
from vocabulary.meetups import DayState

MAX_REASON: Final = 500


class DayAction(LabelledEnum):
    """What staff may do with the state of a day; the value is part of the address."""

    ANNOUNCE = "annoncer", N_("Annoncer la journée")
    OPEN = "ouvrir", N_("Ouvrir les inscriptions")
    CLOSE = "fermer", N_("Clore les inscriptions")
    WITHDRAW = "retirer", N_("Retirer l’annonce")


@dataclass(frozen=True, slots=True)
class _Step:
    """From which states an action leads to which one, and its line in the log."""

    sources: frozenset[DayState]
    target: DayState
    action: str


_STEPS: Final[Mapping[DayAction, _Step]] = {
    DayAction.ANNOUNCE: _Step(frozenset({DayState.DRAFT}), DayState.ANNOUNCED, "announced"),
    DayAction.OPEN: _Step(
        frozenset({DayState.DRAFT, DayState.ANNOUNCED, DayState.CLOSED}), DayState.OPEN, "opened"
    ),
    DayAction.CLOSE: _Step(frozenset({DayState.OPEN}), DayState.CLOSED, "closed"),
    DayAction.WITHDRAW: _Step(
        frozenset({DayState.ANNOUNCED, DayState.OPEN, DayState.CLOSED}),
        DayState.DRAFT,
        "withdrawn",
    ),
}
CANCELLABLE: Final = frozenset({DayState.ANNOUNCED, DayState.OPEN, DayState.CLOSED})


def allowed_actions(session: Session, day: MeetupDay, *, now: datetime) -> list[DayAction]:
    """Return what may be done with the state of the day now, in the order of a day's life."""
    if is_past(day, now):
        return []
    return [
        action
        for action, step in _STEPS.items()
        if day.state in step.sources
        and (action is not DayAction.WITHDRAW or not _knows_anybody(session, day))
    ]


def can_cancel(day: MeetupDay, *, now: datetime) -> bool:
    """Tell whether the day may be cancelled: it is public and not over."""
    return day.state in CANCELLABLE and not is_past(day, now)


def change_state(
    session: Session, day: MeetupDay, action: DayAction, *, person: User, now: datetime
) -> None:
    """Take one step in the life of a day.

    Raises:
        RuleViolation: the day does not stand where this step starts.
        Conflict: somebody changed the day meanwhile.
    """
    step = _STEPS[action]
    if is_past(day, now):
        raise RuleViolation(N_("Cette journée est passée : son état ne change plus."))
    if day.state not in step.sources:
        raise RuleViolation(N_("La journée a changé d’état entre-temps : voyez où elle en est."))
    if action is DayAction.WITHDRAW and _knows_anybody(session, day):
        raise RuleViolation(
            N_("Des participants sont déjà invités ou inscrits : annulez plutôt la journée.")
        )
    if action is DayAction.OPEN and day.registration_closes_at and day.registration_closes_at < now:
        raise RuleViolation(
            N_("La fin des inscriptions est passée : repoussez-la avant de les ouvrir.")
        )
    day.state = step.target
    note_day(session, step.action, day, person=person, now=now)
    flush_day(session)


def _knows_anybody(session: Session, day: MeetupDay) -> bool:
    known = select(func.count(MeetupParticipant.id)).where(MeetupParticipant.day_id == day.id)
    return bool(session.scalar(known))


def cancel_day(
    session: Session, day: MeetupDay, *, reason: str, person: User, now: datetime
) -> int:
    """Cancel the day; return how many people a mail will tell, in a little while.

    The page stays, with the reason; the meetings that were published are cancelled in calendars.

    Raises:
        RuleViolation: there is no reason, or the day cannot be cancelled.
        Conflict: somebody changed the day meanwhile.
    """
    reason = clean_text(reason, MAX_REASON)
    if not reason:
        raise RuleViolation(N_("Dites pourquoi : chacun le lira."), field="reason")
    if not can_cancel(day, now=now):
        raise RuleViolation(N_("Cette journée ne peut pas être annulée."))
    day.state_before, day.state = day.state, DayState.CANCELLED
    day.cancelled_reason = reason
    note_day(session, "cancelled", day, person=person, now=now)
    flush_day(session)
    record_publication(session, day, None, now=now)
    return tell_everybody(session, day, DayEvent.CANCELLED, now=now)


def restore_day(session: Session, day: MeetupDay, *, person: User, now: datetime) -> bool:
    """Take a cancellation back; return whether people had been told of it, and are told of this.

    Raises:
        RuleViolation: the day is not cancelled, or it is over.
        Conflict: somebody changed the day meanwhile.
    """
    if day.state is not DayState.CANCELLED:
        raise RuleViolation(N_("Cette journée n’est pas annulée."))
    if is_past(day, now):
        raise RuleViolation(N_("Cette journée est passée : son état ne change plus."))
    day.state = day.state_before or DayState.CLOSED
    day.state_before, day.cancelled_reason = None, ""
    note_day(session, "restored", day, person=person, now=now)
    flush_day(session)
    renumber_programme(session, day)
    refresh_publication(session, day, now=now)
    if take_back(session, day, DayEvent.CANCELLED):
        return False
    return tell_everybody(session, day, DayEvent.RESTORED, now=now) > 0
