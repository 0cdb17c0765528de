"""The meetup days: those to come, those past, and the page of each."""

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from extensions.clock import today
from extensions.database import db_session
from models.meetup import MeetupDay

bp = Blueprint("meetups", __name__, url_prefix="/rencontres")


@bp.get("")
def index() -> ResponseReturnValue:
    """List the days to come, then the past ones."""
    session, day, place = db_session(), today(), joinedload(MeetupDay.commune)
    return render_template(
        "meetups/index.html",
        coming=session.scalars(MeetupDay.from_day(day).options(place)).all(),
        past=session.scalars(MeetupDay.before_day(day).options(place)).all(),
    )


@bp.get("/<slug:slug>")
def show(slug: str) -> ResponseReturnValue:
    """Show one day: when, where, what for, and how to get in."""
    place = joinedload(MeetupDay.commune)
    day = db_session().scalar(select(MeetupDay).where(MeetupDay.slug == slug).options(place))
    if day is None:
        abort(404)
    return render_template("meetups/show.html", meetup=day, today=today())
