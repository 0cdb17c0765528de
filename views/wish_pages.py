"""What the pages of wishes share: a participant's frame, its allowance, page numbers."""

from datetime import datetime, time, timedelta
from typing import Any, Final

from flask import abort, request
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from wtforms import Field

from extensions.clock import now
from extensions.database import db_session
from forms.once import OnceForm
from models.meetup import MeetupDay
from models.meetup_participant import MeetupParticipant
from services.meetup_wish_lines import KnownWishes, Problem
from services.meetup_wish_pages import Allowance, allowance
from services.meetup_wish_rules import why_closed, wishes_close_at
from vocabulary.meetups import WishPriority

LARGEST_PAGE: Final = 1_000


def wish_context(participant: MeetupParticipant) -> dict[str, Any]:
    """Return what every page of a participant's wishes reads."""
    day = participant.day
    return {
        "day": day,
        "participant": participant,
        "closed": why_closed(day, participant, now()),
        "closes_at": _last_moment(day),
        "token": FlaskForm(),
        "form_number": _form_number,
        "priorities": tuple(WishPriority),
        "here": "participation_wishes.index",
    }


def _last_moment(day: MeetupDay) -> datetime:
    """Return when wishes close; at midnight, the minute before: the date is that of the day."""
    closes_at = wishes_close_at(day)
    is_midnight = closes_at.astimezone(day.zone).time() == time(0)
    return closes_at - timedelta(minutes=1) if is_midnight else closes_at


def _form_number() -> str:
    """Return the number of one more form of the page."""
    return str(OnceForm(formdata=None).form_number.data)


def allowance_of(participant: MeetupParticipant, held: int) -> Allowance:
    """Return what a participant has used of what it may, ``held`` wishes among it."""
    return allowance(db_session(), participant, held)


def named_or_error(known: KnownWishes, field: Field) -> MeetupParticipant | None:
    """Return the participant that a field names; otherwise say beside it who it may be."""
    found = known.named(field.data or "")
    if isinstance(found, Problem):
        field.errors = [_(found.message, **found.params)]
        return None
    return found


def check_token() -> None:
    """Refuse a form that is not ours (400): pages with a button and no field."""
    if not FlaskForm().validate():
        abort(400)


def page_number() -> int:
    """Return the page asked for, the first for anything else than a number."""
    typed = request.args.get("page", "1")
    is_number = typed.isascii() and typed.isdigit() and len(typed) <= len(str(LARGEST_PAGE))
    return min(max(int(typed), 1), LARGEST_PAGE) if is_number else 1
