"""The people whom a participant of a meetup day sends: so many seats, nobody twice at one day."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.account import User
from models.meetup_participant import MeetupAttendee, MeetupParticipant
from services.contents import clean_line
from services.errors import RuleViolation
from services.meetup_clock import is_past
from services.meetup_places import CLOSED_DAY, lock_participant
from services.text_keys import name_key
from vocabulary.labels import N_
from vocabulary.meetups import DayState, ParticipantState

NAME_LENGTH = 120
# Their people may come for another body: what they had is no more.
_GONE = frozenset({ParticipantState.CANCELLED, ParticipantState.REFUSED, ParticipantState.DECLINED})
TAKEN = N_(
    "Cette adresse est déjà celle d’une personne attendue à cette journée : on n’y vient que pour "
    "une structure."
)


@dataclass(frozen=True, slots=True)
class PersonContent:
    """What is said of somebody who comes; an empty address asks for none."""

    name: str
    job_title: str = ""
    email: str = ""
    language: str = "fr"

    def cleaned(self) -> "PersonContent":
        """Return the same on one line each, the address in lower case."""
        return PersonContent(
            name=clean_line(self.name, NAME_LENGTH),
            job_title=clean_line(self.job_title, NAME_LENGTH),
            email=self.email.strip().lower(),
            language=self.language,
        )


def add_person(
    session: Session,
    participant: MeetupParticipant,
    person: PersonContent,
    *,
    now: datetime,
    user: User | None = None,
) -> MeetupAttendee:
    """Add somebody whom the participant sends; ``user`` is their account when they typed it.

    Raises:
        RuleViolation: no seat is left, or the person or the address is already expected.
    """
    _lock_open(session, participant, now)
    person = person.cleaned()
    seats = participant.day.seats_per_organization
    if len(participant.attendees) >= seats:
        raise RuleViolation(
            N_("Cette journée accueille %(count)s personnes au plus par structure."),
            field="name",
            count=seats,
        )
    _check(session, participant, person, None)
    attendee = MeetupAttendee(
        day_id=participant.day_id,
        badge_key=uuid.uuid4().hex,
        user_id=user.id if user is not None else None,
    )
    _write(attendee, person)
    participant.attendees.append(attendee)
    session.flush()
    return attendee


def change_person(
    session: Session, attendee: MeetupAttendee, person: PersonContent, *, now: datetime
) -> MeetupAttendee:
    """Change what is said of somebody, or put a colleague in their place; return who comes.

    Another address is another person: the links and the badge of the former one die.

    Raises:
        RuleViolation: the person or the address is already expected.
    """
    participant = attendee.participant
    _lock_open(session, participant, now)
    person = person.cleaned()
    _check(session, participant, person, attendee)
    if attendee.email and attendee.email != person.email:
        participant.attendees.remove(attendee)
        session.flush()
        attendee = MeetupAttendee(day_id=participant.day_id, badge_key=uuid.uuid4().hex)
        participant.attendees.append(attendee)
    _write(attendee, person)
    session.flush()
    return attendee


def remove_person(session: Session, attendee: MeetupAttendee, *, now: datetime) -> None:
    """Take somebody off: they no longer come, and their links die.

    Raises:
        RuleViolation: nobody else would come.
    """
    participant = attendee.participant
    _lock_open(session, participant, now)
    if len(participant.attendees) <= 1:
        raise RuleViolation(
            N_("Il faut au moins une personne : ajoutez-en une autre, ou annulez l’inscription.")
        )
    participant.attendees.remove(attendee)
    session.flush()


def person_with_address(
    session: Session, participant: MeetupParticipant, email: str
) -> MeetupAttendee | None:
    """Return who is expected at the day of the participant under an address."""
    return session.scalar(
        select(MeetupAttendee).where(
            MeetupAttendee.day_id == participant.day_id,
            func.lower(MeetupAttendee.email) == email.lower(),
        )
    )


def _write(attendee: MeetupAttendee, person: PersonContent) -> None:
    attendee.name, attendee.job_title = person.name, person.job_title
    attendee.email = person.email or None
    attendee.language = person.language


def _lock_open(session: Session, participant: MeetupParticipant, now: datetime) -> None:
    lock_participant(session, participant)
    session.refresh(participant, ["attendees"])
    if participant.day.state is DayState.CANCELLED or is_past(participant.day, now):
        raise RuleViolation(CLOSED_DAY)


def _check(
    session: Session,
    participant: MeetupParticipant,
    person: PersonContent,
    own: MeetupAttendee | None,
) -> None:
    if not name_key(person.name):
        raise RuleViolation(N_("Écrivez le nom de la personne."), field="name")
    others = [one for one in participant.attendees if one is not own]
    twice = any(name_key(one.name) == name_key(person.name) for one in others)
    if twice:
        raise RuleViolation(
            N_("« %(name)s » est déjà parmi les personnes qui viennent."),
            field="name",
            name=person.name,
        )
    holder = person_with_address(session, participant, person.email) if person.email else None
    if holder is None or holder is own:
        return
    other = holder.participant
    if other is participant or other.state not in _GONE:
        raise RuleViolation(TAKEN, field="email")
    session.delete(holder)
    session.flush()
