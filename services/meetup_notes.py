"""What each step of a participation tells: its history, and one mail to each person it concerns."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.account import Role, User
from models.meetup_participant import (
    MeetupAttendee,
    MeetupParticipant,
    MeetupParticipantEvent,
)
from models.membership import Membership
from services.outbox import post_message
from vocabulary.kinds import MembershipState, UserRole
from vocabulary.meetups import ParticipantEvent, ParticipantState

PARTICIPANT_MAIL: Final = "mail.meetup_participant"
LINK_MAIL: Final = "mail.meetup_link"
# Written by many at once: what it says to each rests on all who come.
WISHES_MAIL: Final = "mail.meetup_wishes_asked"
# A mail is written only while what it tells is still so.
TOLD_WHILE: Final[Mapping[ParticipantEvent, ParticipantState]] = {
    ParticipantEvent.INVITED: ParticipantState.INVITED,
    ParticipantEvent.REMINDED: ParticipantState.INVITED,
    ParticipantEvent.REGISTERED: ParticipantState.PENDING,
    ParticipantEvent.CONFIRMED: ParticipantState.CONFIRMED,
    ParticipantEvent.PROMOTED: ParticipantState.CONFIRMED,
    ParticipantEvent.WAITING: ParticipantState.WAITING,
    ParticipantEvent.REFUSED: ParticipantState.REFUSED,
    ParticipantEvent.CANCELLED: ParticipantState.CANCELLED,
    ParticipantEvent.CANCELLED_LATE: ParticipantState.CANCELLED,
    ParticipantEvent.WISHES_ASKED: ParticipantState.CONFIRMED,
}


class Recipient(NamedTuple):
    """A person who is written to about a participant: one whom it sends, or one of its team."""

    email: str
    name: str
    language: str
    attendee_id: int | None
    user_id: int | None


def attendee_recipients(session: Session, participant: MeetupParticipant) -> list[Recipient]:
    """Return who is written to about a participant, each address once.

    The people it sends who gave an address; while there are none, the team of its organisation.
    """
    return recipients_of(session, [participant])[participant.id]


def recipients_of(
    session: Session, participants: Collection[MeetupParticipant]
) -> dict[int, list[Recipient]]:
    """Return by its number who is written to about each participant, in two queries at most."""
    found: dict[int, list[Recipient]] = {one.id: [] for one in participants}
    attending = select(MeetupAttendee).where(
        MeetupAttendee.participant_id.in_(found), MeetupAttendee.email.is_not(None)
    )
    for one in session.scalars(attending.order_by(MeetupAttendee.id)):
        if one.email:
            person = Recipient(one.email, one.name, one.language, one.id, one.user_id)
            found[one.participant_id].append(person)
    silent = {
        one.organization_id: one.id
        for one in participants
        if one.organization_id is not None and not found[one.id]
    }
    if not silent:
        return found
    teams = (
        select(Membership.organization_id, User)
        .join(User, User.id == Membership.user_id)
        .where(
            Membership.organization_id.in_(silent),
            Membership.state == MembershipState.APPROVED,
            User.active.is_(True),
        )
        .order_by(User.id)
    )
    for organization_id, user in session.execute(teams):
        member = Recipient(user.email, user.public_name, user.language, None, user.id)
        found[silent[organization_id]].append(member)
    return found


def tell(
    session: Session,
    participants: Sequence[MeetupParticipant],
    event: ParticipantEvent,
    *,
    actor: User | None,
    now: datetime,
    note: str = "",
) -> int:
    """Note what happened to the participants and ask for one mail to each person concerned.

    Somebody of two of the bodies gets one mail about both. Return how many are written to.
    """
    recipients = recipients_of(session, participants)
    people: dict[str, tuple[Recipient, list[int]]] = {}
    for participant in participants:
        note_event(
            session,
            participant,
            event,
            actor=actor,
            now=now,
            recipients=len(recipients[participant.id]),
            note=note,
        )
        for person in recipients[participant.id]:
            key = person.email.casefold()
            people.setdefault(key, (person, []))[1].append(participant.id)
    for person, numbers in people.values():
        _post(session, event, person, numbers, now=now)
    return len(people)


def _post(
    session: Session,
    event: ParticipantEvent,
    person: Recipient,
    participant_ids: Iterable[int],
    *,
    now: datetime,
) -> None:
    payload: dict[str, Any] = {
        "event": event.value,
        "participant_ids": sorted(participant_ids),
        "attendee_id": person.attendee_id,
        "user_id": person.user_id,
    }
    topic = WISHES_MAIL if event is ParticipantEvent.WISHES_ASKED else PARTICIPANT_MAIL
    post_message(session, topic, payload, now=now)


def note_event(
    session: Session,
    participant: MeetupParticipant,
    event: ParticipantEvent,
    *,
    actor: User | None,
    now: datetime,
    recipients: int = 0,
    note: str = "",
) -> None:
    """Add a line to the participant's history; without ``actor`` it did it itself."""
    session.add(
        MeetupParticipantEvent(
            participant_id=participant.id,
            at=now,
            event=event,
            actor_name=actor.public_name[:120] if actor else "",
            recipients=recipients,
            note=note[:500],
        )
    )


def tell_organizers(
    session: Session, participant: MeetupParticipant, event: ParticipantEvent, *, now: datetime
) -> None:
    """Ask for a mail to the organiser of the day about a participant; to all staff without one."""
    for person in organizers_of(session, participant):
        post_message(
            session,
            PARTICIPANT_MAIL,
            {
                "event": event.value,
                "participant_ids": [participant.id],
                "organizer_id": person.id,
            },
            now=now,
        )


def organizers_of(session: Session, participant: MeetupParticipant) -> list[User]:
    """Return who organises the day: who made it while they are staff, else everybody of staff."""
    names = (UserRole.STAFF.value, UserRole.ADMINISTRATOR.value)
    staff = session.scalars(
        select(User)
        .where(User.active.is_(True), User.roles.any(Role.name.in_(names)))
        .order_by(User.id)
    ).all()
    maker = [one for one in staff if one.id == participant.day.created_by_id]
    return maker or list(staff)


def history_of(session: Session, participant: MeetupParticipant) -> list[MeetupParticipantEvent]:
    """Return what happened to a participant, the last first."""
    return list(
        session.scalars(
            select(MeetupParticipantEvent)
            .where(MeetupParticipantEvent.participant_id == participant.id)
            .order_by(MeetupParticipantEvent.id.desc())
            .limit(100)
        )
    )
