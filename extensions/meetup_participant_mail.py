"""Writes the mails about taking part in a meetup day, in the worker: one to each person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from extensions.mailbox import public_address, write_mail
from extensions.meetup_agenda_mail import attach_agenda
from extensions.participation_links import participation_url, sign_request
from models.account import User
from models.meetup import MeetupDay
from models.meetup_invitee import MeetupRequest
from models.meetup_participant import MeetupAttendee, MeetupParticipant
from models.territory import Territory
from services.meetup_notes import TOLD_WHILE, attendee_recipients
from services.meetup_requests import participants_of_address
from services.plain_text import summary
from vocabulary.meetups import DayState, ParticipantEvent

_FOLDER = "meetup_participants"
# What an invitation says of the day: enough to decide whether to read more.
_ABOUT: Final = 400
# The agenda that was mailed goes with these, cancelled: it leaves the calendars it went into.
_LEAVING: Final = frozenset({ParticipantEvent.CANCELLED, ParticipantEvent.CANCELLED_LATE})


@dataclass(frozen=True, slots=True)
class Reader:
    """Whom a mail is to: a person who comes, or one of the team of a body that sends nobody."""

    email: str
    name: str
    language: str
    attendee: MeetupAttendee | None


@dataclass(frozen=True, slots=True)
class Row:
    """A body that a mail is about, with the links of its reader."""

    participant: MeetupParticipant
    link: str
    decline_link: str
    cancel_link: str
    quarters: Sequence[str]
    """The names of those for which it is invited."""


def write_participant_mail(session: Session, payload: Mapping[str, Any]) -> None:
    """Write one mail to one person; what is no longer true of a body is left out."""
    event = ParticipantEvent(payload["event"])
    participants = _participants(session, payload, event)
    if not participants:
        return
    if "organizer_id" in payload:
        _write_to_organizer(session, payload["organizer_id"], participants[0], event)
        return
    reader = reader_of(session, payload)
    if reader is None:
        return
    quarters = _quarter_names(session, participants)
    rows = [
        _row(one, reader.attendee, quarters)
        for one in participants
        if _is_still_theirs(session, one, reader.email)
    ]
    if rows:
        day = rows[0].participant.day
        context = {
            "day": day,
            "rows": rows,
            "name": reader.name,
            "about": summary(day.summary, _ABOUT),
        }
        template = f"{_FOLDER}/{event.name.lower()}"
        mail = write_mail(session, reader.email, reader.language, template, context)
        if event in _LEAVING and len(rows) == 1:
            attach_agenda(session, mail, rows[0].participant, reader.language)


def reader_of(session: Session, payload: Mapping[str, Any]) -> Reader | None:
    """Return the person that a mail is to, nothing once there is nobody to write to."""
    attendee = _attendee(session, payload)
    person = session.get(User, payload["user_id"]) if payload["user_id"] else None
    if attendee is not None:
        found = Reader(attendee.email or "", attendee.name, attendee.language, attendee)
    elif person is not None and person.active:
        found = Reader(person.email, person.public_name, person.language, None)
    else:
        return None
    return found if found.email else None


def _participants(
    session: Session, payload: Mapping[str, Any], event: ParticipantEvent
) -> list[MeetupParticipant]:
    found = session.scalars(
        select(MeetupParticipant)
        .where(
            MeetupParticipant.id.in_(payload["participant_ids"]),
            MeetupParticipant.state == TOLD_WHILE[event],
        )
        .options(joinedload(MeetupParticipant.day).joinedload(MeetupDay.commune))
        .order_by(MeetupParticipant.id)
    ).all()
    # A cancelled day has mails of its own.
    return [one for one in found if one.day.state is not DayState.CANCELLED]


def _quarter_names(session: Session, participants: Sequence[MeetupParticipant]) -> dict[str, str]:
    """Return by its code the name of each quarter for which these bodies are invited."""
    codes = {code for one in participants for code in one.invited_for.get("quarters", ())}
    wanted = select(Territory.code, Territory.name).where(Territory.code.in_(codes))
    return {row.code: row.name for row in session.execute(wanted)}


def _attendee(session: Session, payload: Mapping[str, Any]) -> MeetupAttendee | None:
    number = payload["attendee_id"]
    return session.get(MeetupAttendee, number) if number else None


def _is_still_theirs(session: Session, participant: MeetupParticipant, email: str) -> bool:
    people = attendee_recipients(session, participant)
    return email.casefold() in {person.email.casefold() for person in people}


def _row(
    participant: MeetupParticipant, attendee: MeetupAttendee | None, quarters: Mapping[str, str]
) -> Row:
    own = attendee if attendee and attendee.participant_id == participant.id else None
    return Row(
        participant,
        participation_url(participant, attendee=own),
        participation_url(participant, "participations.decline", attendee=own),
        participation_url(participant, "participations.cancel", attendee=own),
        [quarters.get(code, code) for code in participant.invited_for.get("quarters", ())],
    )


def _write_to_organizer(
    session: Session, person_id: int, participant: MeetupParticipant, event: ParticipantEvent
) -> None:
    person = session.get(User, person_id)
    if person is None or not person.active or not person.is_staff:
        return
    day = participant.day
    context = {
        "day": day,
        "participant": participant,
        # Where meetings that fall free are replaced.
        "link": public_address("meetup_repairs.show", slug=day.slug),
    }
    template = f"{_FOLDER}/organizer_{event.name.lower()}"
    write_mail(session, person.email, person.language, template, context)


def write_link_mail(session: Session, payload: Mapping[str, Any]) -> None:
    """Write what a visitor asked for: the links of their address, or the way to register."""
    request = session.get(
        MeetupRequest, payload["request_id"], options=[joinedload(MeetupRequest.day)]
    )
    if request is None or not request.day.is_public:
        return
    found = participants_of_address(session, request.day, request.email)
    rows = [
        (participant, participation_url(participant, attendee=attendee))
        for participant, attendee in found
    ]
    token = sign_request(request)
    context = {
        "day": request.day,
        "rows": rows,
        "link": public_address("meetup_registration.proved", slug=request.day.slug, token=token),
    }
    write_mail(session, request.email, request.language, f"{_FOLDER}/link", context)
