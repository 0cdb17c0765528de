"""Inviting bodies to a meetup day, and reminding those who have not answered: never twice alike."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session, joinedload

from models.account import User
from models.meetup import MeetupDay
from models.meetup_participant import MeetupAttendee, MeetupParticipant
from models.membership import Membership
from services.contents import clean_text
from services.errors import RuleViolation
from services.meetup_candidates import Candidate
from services.meetup_clock import takes_registrations
from services.meetup_notes import note_event, recipients_of, tell
from services.meetup_places import lock_day
from services.meetup_registration import NOTE_LENGTH, Body, new_participant
from services.outbox import post_message
from services.text_keys import name_key
from vocabulary.kinds import MembershipState
from vocabulary.labels import N_
from vocabulary.meetups import ParticipantEvent, ParticipantState

REMINDER_DUE: Final = "meetups.reminder_due"
# The calendar reminds once after the first delay, and once before registrations close.
FIRST_REMINDER: Final = timedelta(days=7)
LAST_REMINDER: Final = timedelta(days=3)
# Nobody is reminded twice, nor right after the invitation, within this.
QUIET: Final = timedelta(days=2)


CLOSED_TO_INVITATIONS: Final = N_(
    "Les invitations et les relances partent quand les inscriptions sont ouvertes."
)


@dataclass(frozen=True, slots=True)
class Sending:
    """What a sending would do: bodies written to, people, and bodies without any address."""

    participants: Sequence[MeetupParticipant]
    people: int
    unreachable: Sequence[MeetupParticipant]


def prepare_invitations(
    session: Session,
    day: MeetupDay,
    candidates: Sequence[Candidate],
    *,
    words: str,
    actor: User,
    now: datetime,
) -> list[MeetupParticipant]:
    """Put chosen bodies of the directory on the list, untold; those already on it are left.

    ``words`` are the organisers' own reason, sent with those found by the search.
    """
    lock_day(session, day)
    rows = session.execute(
        select(MeetupParticipant.organization_id, MeetupParticipant.name_key).where(
            MeetupParticipant.day_id == day.id
        )
    ).all()
    bodies, names = {row[0] for row in rows}, {row[1] for row in rows}
    added = []
    own = clean_text(words, NOTE_LENGTH)
    for candidate in candidates:
        organization = candidate.organization
        if organization.id in bodies or name_key(organization.name) in names:
            continue
        names.add(name_key(organization.name))
        participant = new_participant(session, day, Body.of(organization), actor=actor, now=now)
        participant.territory_codes = list(candidate.quarters)
        participant.invited_for = {**candidate.reasons, **({"words": own} if own else {})}
        note_event(session, participant, ParticipantEvent.ADDED, actor=actor, now=now)
        added.append(participant)
    session.flush()
    return added


def not_yet_invited(day: MeetupDay) -> Select[MeetupParticipant]:
    """Select the bodies of the list that no invitation has been sent to."""
    return _invitees(day).where(MeetupParticipant.invited_at.is_(None))


def without_answer(day: MeetupDay, *, now: datetime) -> Select[MeetupParticipant]:
    """Select the invited bodies that a reminder may be sent to now."""
    return _invitees(day).where(
        MeetupParticipant.invited_at <= now - QUIET,
        or_(MeetupParticipant.reminded_at.is_(None), MeetupParticipant.reminded_at <= now - QUIET),
    )


def _invitees(day: MeetupDay) -> Select[MeetupParticipant]:
    return (
        select(MeetupParticipant)
        .where(
            MeetupParticipant.day_id == day.id,
            MeetupParticipant.state == ParticipantState.INVITED,
        )
        .order_by(MeetupParticipant.name_key, MeetupParticipant.id)
    )


def invitations_to_send(
    session: Session, day: MeetupDay, *, only: Collection[int] | None = None
) -> Sending:
    """Return what sending the invitations would do; to all of the list, or to some by number."""
    found = session.scalars(not_yet_invited(day)).all()
    return sending_to(session, [one for one in found if only is None or one.id in only])


def reminders_to_send(session: Session, day: MeetupDay, *, now: datetime) -> Sending:
    """Return what reminding those who have not answered would do."""
    return sending_to(session, session.scalars(without_answer(day, now=now)).all())


def sending_to(session: Session, participants: Sequence[MeetupParticipant]) -> Sending:
    """Return what writing to some bodies would do; two queries."""
    recipients = recipients_of(session, participants)
    reached = [one for one in participants if recipients[one.id]]
    people = {person.email.casefold() for one in reached for person in recipients[one.id]}
    silent = [one for one in participants if not recipients[one.id]]
    return Sending(reached, len(people), silent)


def send_invitations(
    session: Session,
    day: MeetupDay,
    *,
    actor: User,
    now: datetime,
    only: Collection[int] | None = None,
) -> Sending:
    """Invite everybody of the list who can be written to and was not; reminders are planned.

    Raises:
        RuleViolation: registrations are not open.
    """
    _check_open(session, day, now)
    sending = invitations_to_send(session, day, only=only)
    for participant in sending.participants:
        participant.invited_at = now
    tell(session, sending.participants, ParticipantEvent.INVITED, actor=actor, now=now)
    if sending.participants:
        _plan_reminders(session, day, now)
    session.flush()
    return sending


def _plan_reminders(session: Session, day: MeetupDay, now: datetime) -> None:
    moments = [now + FIRST_REMINDER]
    closing = day.registration_closes_at or day.at(datetime.min.time())
    if closing - LAST_REMINDER > now + FIRST_REMINDER + QUIET:
        moments.append(closing - LAST_REMINDER)
    for moment in moments:
        if moment < closing:
            post_message(session, REMINDER_DUE, {"day_id": day.id}, now=now, due_at=moment)


def send_reminders(
    session: Session, day: MeetupDay, *, actor: User | None, now: datetime
) -> Sending:
    """Remind everybody who has not answered, but those written to lately.

    Raises:
        RuleViolation: registrations are not open.
    """
    _check_open(session, day, now)
    sending = reminders_to_send(session, day, now=now)
    for participant in sending.participants:
        participant.reminded_at = now
    tell(session, sending.participants, ParticipantEvent.REMINDED, actor=actor, now=now)
    session.flush()
    return sending


def remind_invitees(session: Session, payload: Mapping[str, Any], *, now: datetime) -> None:
    """Send the calendar's reminders of a day; run again, it finds nobody left to remind."""
    day = session.get(MeetupDay, payload["day_id"], options=[joinedload(MeetupDay.commune)])
    if day is not None and takes_registrations(day, now):
        send_reminders(session, day, actor=None, now=now)


def _check_open(session: Session, day: MeetupDay, now: datetime) -> None:
    lock_day(session, day)
    if not takes_registrations(day, now):
        raise RuleViolation(CLOSED_TO_INVITATIONS)


def without_address(day: MeetupDay) -> Select[int]:
    """Select the numbers of the invitees whom nobody could be written to about."""
    people = select(MeetupAttendee.participant_id).where(MeetupAttendee.email.is_not(None))
    teams = select(Membership.organization_id).where(Membership.state == MembershipState.APPROVED)
    return (
        _invitees(day)
        .with_only_columns(MeetupParticipant.id)
        .where(
            MeetupParticipant.id.not_in(people),
            or_(
                MeetupParticipant.organization_id.is_(None),
                MeetupParticipant.organization_id.not_in(teams),
            ),
        )
    )
