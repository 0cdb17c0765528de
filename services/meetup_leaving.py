"""Not coming to a meetup day: declining an invitation, cancelling a registration."""

from datetime import datetime

from sqlalchemy.orm import Session

from models.account import User
from models.meetup_participant import MeetupParticipant
from services.contents import clean_text
from services.errors import RuleViolation
from services.meetup_clock import is_past
from services.meetup_notes import note_event, tell, tell_organizers
from services.meetup_places import CLOSED_DAY, lock_participant, offer_free_places
from services.meetup_registration import NOTE_LENGTH, STANDING
from services.meetup_returns import note_giving_up
from services.meetup_wish_reserve import settle_around
from vocabulary.labels import N_
from vocabulary.meetups import DayState, ParticipantEvent, ParticipantState


def decline(session: Session, participant: MeetupParticipant, *, note: str, now: datetime) -> None:
    """Answer no to an invitation; one may come back on it while registrations are open.

    Raises:
        RuleViolation: there is no invitation to answer.
    """
    lock_participant(session, participant)
    if participant.state == ParticipantState.DECLINED:
        return
    if participant.state != ParticipantState.INVITED:
        raise RuleViolation(N_("Cette invitation a déjà reçu une réponse."))
    participant.state = ParticipantState.DECLINED
    participant.answered_at = now
    words = clean_text(note, NOTE_LENGTH)
    note_event(session, participant, ParticipantEvent.DECLINED, actor=None, now=now, note=words)
    session.flush()


def cancel(
    session: Session,
    participant: MeetupParticipant,
    *,
    note: str,
    actor: User | None,
    now: datetime,
) -> bool:
    """Give up coming: the place goes to whoever waits; tell whether a published plan is concerned.

    After the publication of a plan the organisers are told at once: meetings fall free.

    Raises:
        RuleViolation: there is no registration, or the day is over.
    """
    lock_participant(session, participant)
    day = participant.day
    if participant.state not in STANDING:
        raise RuleViolation(N_("Il n’y a pas d’inscription à annuler."))
    if is_past(day, now):
        raise RuleViolation(CLOSED_DAY)
    held_a_place = participant.state == ParticipantState.CONFIRMED
    is_late = held_a_place and day.published_plan_id is not None
    participant.state = ParticipantState.CANCELLED
    participant.queued_at = participant.confirmed_at = None
    participant.session_seats.clear()
    if is_late:
        participant.absent_at = participant.absent_at or now
    if held_a_place:
        note_giving_up(participant)
    session.flush()
    if held_a_place:
        settle_around(session, participant, now=now)
    words = clean_text(note, NOTE_LENGTH)
    event = ParticipantEvent.CANCELLED_LATE if is_late else ParticipantEvent.CANCELLED
    tell(session, [participant], event, actor=actor, now=now, note=words)
    if is_late:
        tell_organizers(session, participant, event, now=now)
    if held_a_place and day.state is not DayState.CANCELLED:
        offer_free_places(session, day, now=now)
    return is_late
