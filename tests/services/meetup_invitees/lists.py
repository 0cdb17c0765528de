"""A list of invitees sent as a file, and what the tests read of it."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.account import User
from models.meetup import MeetupDay
from models.meetup_invitee import MeetupInviteeBatch
from models.meetup_participant import MeetupParticipant
from services.meetup_invitee_apply import apply_invitees
from services.meetup_invitee_files import (
    create_invitees,
)
from tests.factories.meetups import (
    NOW,
)

HEAD = "structure;côté;type;nom de la personne;fonction;adresse;état;indisponibilités"
LATER = NOW + timedelta(minutes=5)


def send(
    session: Session, day: MeetupDay, staff: User, *lines: str, head: str = HEAD
) -> MeetupInviteeBatch:
    """Read a file of these lines."""
    content = "\n".join((head, *lines)).encode()
    return create_invitees(session, day, content, filename="l.csv", author=staff, now=NOW)


def verdicts(batch: MeetupInviteeBatch) -> list[str]:
    """Return the verdict of each line."""
    return [line.verdict for line in batch.lines]


def run(session: Session, day: MeetupDay, batch: MeetupInviteeBatch, staff: User) -> None:
    """Apply a file."""
    apply_invitees(session, day, batch, tells=False, actor=staff, now=LATER)


def people(session: Session) -> dict[str, list[str]]:
    """Return the names of the people of each participant."""
    session.flush()
    session.expire_all()
    found = session.scalars(select(MeetupParticipant).order_by(MeetupParticipant.name))
    return {one.name: [person.name for person in one.attendees] for one in found}
