"""Badges of a day: what their QR code names, and the short code that is typed in its place."""

import re
from typing import Final

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from models.meetup import MeetupDay
from models.meetup_participant import MeetupAttendee, MeetupParticipant
from services.errors import RuleViolation
from vocabulary.labels import N_

# Printed under the QR code: long enough to be one person's, short enough to be typed standing.
CODE_LENGTH: Final = 8
_GROUP: Final = 4
_LEAST_TYPED: Final = 6
_IN_ADDRESS: Final = re.compile(r"/badge/([0-9A-Za-z_-]+)")
_TYPED: Final = re.compile(r"[0-9a-f]+")


def badge_code(badge_key: str) -> str:
    """Return the short code of a badge, as it is printed: « 3F0A 91BC »."""
    code = badge_key[:CODE_LENGTH].upper()
    return " ".join(code[start : start + _GROUP] for start in range(0, CODE_LENGTH, _GROUP))


def attendee_of_badge(session: Session, badge_key: str) -> MeetupAttendee | None:
    """Return whose badge holds ``badge_key``, with the body and the day it is of."""
    return session.scalar(_people().where(MeetupAttendee.badge_key == badge_key))


def attendee_of_code(session: Session, day: MeetupDay, typed: str) -> MeetupAttendee:
    """Return whose badge of ``day`` was typed, or read by a scanner that types the whole address.

    Raises:
        RuleViolation: no badge of the day has it, or it is too short to name one person.
    """
    address = _IN_ADDRESS.search(typed)
    code = (address[1] if address else re.sub(r"[\s.-]", "", typed)).lower()
    if not _TYPED.fullmatch(code):
        raise RuleViolation(
            N_("Un code de badge ne contient que des chiffres et les lettres de A à F."),
            field="code",
        )
    if len(code) < _LEAST_TYPED:
        raise RuleViolation(N_("Ce code est trop court : recopiez-le en entier."), field="code")
    found = session.scalars(
        _people()
        .where(MeetupAttendee.day_id == day.id, MeetupAttendee.badge_key.startswith(code))
        .limit(2)
    ).all()
    if not found:
        raise RuleViolation(N_("Aucun badge de cette journée ne porte ce code."), field="code")
    if len(found) > 1:
        raise RuleViolation(
            N_("Deux badges commencent ainsi : recopiez le code en entier."), field="code"
        )
    return found[0]


def _people() -> Select[MeetupAttendee]:
    body = joinedload(MeetupAttendee.participant)
    return select(MeetupAttendee).options(body.joinedload(MeetupParticipant.day))
