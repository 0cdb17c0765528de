"""The meetup days for everybody: those to come, those past, the page of each, their calendar."""

from collections.abc import Sequence
from hashlib import sha256

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from extensions.clock import now
from extensions.database import db_session
from extensions.meetup_days_ics import ICS_TYPE, days_calendar
from models.meetup import MeetupDay
from services.meetup_pages import (
    attendance_of,
    calendar_days,
    confirmed_by_day,
    days_of_feed,
    days_to_list,
    standing_of,
)
from services.meetup_programme import programme_of
from services.meetup_rooms import day_with_rooms
from views.access import meetup_day_or_404

bp = Blueprint("meetups", __name__, url_prefix="/rencontres")


@bp.get("")
def index() -> ResponseReturnValue:
    """List the days to come, then the past ones."""
    session, moment = db_session(), now()
    found = days_to_list(session, now=moment)
    days = (*found.coming, *found.past)
    confirmed = confirmed_by_day(session, days)
    return render_template(
        "meetups/index.html",
        coming=found.coming,
        past=found.past,
        standings={
            day.id: standing_of(day, confirmed=confirmed.get(day.id, 0), now=moment).value
            for day in days
        },
    )


@bp.get("/<slug:slug>")
def show(slug: str) -> ResponseReturnValue:
    """Show one day: when, where, what for, who comes, and how to get in."""
    session = db_session()
    day = day_with_rooms(session, meetup_day_or_404(slug))
    attendance = attendance_of(session, day)
    standing = standing_of(day, confirmed=attendance.count, now=now())
    return render_template(
        "meetups/show.html",
        meetup=day,
        standing=standing.value,
        attendance=attendance,
        programme=programme_of(day),
        tables=sum(len(room.tables) for room in day.rooms),
    )


@bp.get("/calendrier.ics")
def calendar() -> ResponseReturnValue:
    """Hand over the public days to calendar programs; unchanged, it says so (304)."""
    session = db_session()
    return _calendar(days_of_feed(session, now=now()), "inline")


@bp.get("/<slug:slug>/journee.ics")
def event(slug: str) -> ResponseReturnValue:
    """Give one day as a calendar file."""
    day = meetup_day_or_404(slug)
    return _calendar([day], f'attachment; filename="{day.slug}.ics"')


def _calendar(days: Sequence[MeetupDay], disposition: str) -> ResponseReturnValue:
    content = days_calendar(calendar_days(db_session(), days))
    response = Response(content, content_type=ICS_TYPE)
    response.headers["Content-Disposition"] = disposition
    response.headers["Cache-Control"] = "no-cache"
    response.set_etag(sha256(content).hexdigest()[:32])
    return response.make_conditional(request)
