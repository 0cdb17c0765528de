"""What staff print and read of everybody: agendas, cards of the tables, badges."""

from flask import Blueprint, Response, abort, render_template
from flask.typing import ResponseReturnValue

from extensions.clock import now
from extensions.database import db_session
from extensions.meetup_pdf import agenda_pdf, agendas_pdf, badges_pdf
from models.meetup import MeetupDay
from models.meetup_participant import MeetupAttendee, MeetupParticipant
from services.meetup_agenda_lines import Agenda
from services.meetup_agendas import agenda_of, agendas_of_day
from services.meetup_table_cards import table_cards
from views.access import organized_day_or_404
from views.downloads import PDF_TYPE, attachment

bp = Blueprint("meetup_prints", __name__, url_prefix="/pilotage/rencontres/<slug:slug>")


@bp.get("/impressions")
def index(slug: str) -> ResponseReturnValue:
    """Offer what can be printed, and the agenda and badges of each participant."""
    day = organized_day_or_404(slug)
    agendas = agendas_of_day(db_session(), day)
    people = sum(len(agenda.participant.attendees) for agenda in agendas)
    tables = len({(one.room, one.table) for agenda in agendas for one in agenda.meetings})
    return render_template(
        "meetup_prints/index.html", day=day, agendas=agendas, people=people, tables=tables
    )


@bp.get("/impressions/agendas.pdf")
def agendas(slug: str) -> ResponseReturnValue:
    """Hand over every agenda and the card of every table, to print at once."""
    day = organized_day_or_404(slug)
    content = agendas_pdf(day, agendas_of_day(db_session(), day), table_cards(db_session(), day))
    return _private_pdf(content, f"agendas-{day.slug}.pdf")


@bp.get("/impressions/badges.pdf")
def badges(slug: str) -> ResponseReturnValue:
    """Hand over every badge, on sheets to cut."""
    day = organized_day_or_404(slug)
    content = badges_pdf(day, agendas_of_day(db_session(), day))
    return _private_pdf(content, f"badges-{day.slug}.pdf")


@bp.get("/impressions/badges/<int:attendee_id>.pdf")
def badge(slug: str, attendee_id: int) -> ResponseReturnValue:
    """Hand over one badge, to print again."""
    day = organized_day_or_404(slug)
    attendee = db_session().get(MeetupAttendee, attendee_id)
    if attendee is None or attendee.day_id != day.id:
        abort(404)
    agenda = agenda_of(db_session(), day, attendee.participant)
    content = badges_pdf(day, [agenda], only=attendee)
    return _private_pdf(content, f"badge-{attendee.id}.pdf")


@bp.get("/agendas/<int:participant_id>")
def agenda(slug: str, participant_id: int) -> ResponseReturnValue:
    """Show an agenda as its participant reads it."""
    found = _agenda_or_404(slug, participant_id)
    moment = now()
    return render_template(
        "meetup_prints/agenda.html",
        day=found.day,
        agenda=found,
        current=found.current(moment),
        following=found.following(moment),
    )


@bp.get("/agendas/<int:participant_id>.pdf")
def agenda_on_paper(slug: str, participant_id: int) -> ResponseReturnValue:
    """Hand over the agenda of one participant."""
    found = _agenda_or_404(slug, participant_id)
    return _private_pdf(agenda_pdf(found), f"agenda-{found.participant.id}.pdf")


def _agenda_or_404(slug: str, participant_id: int) -> Agenda:
    day: MeetupDay = organized_day_or_404(slug)
    participant = db_session().get(MeetupParticipant, participant_id)
    if participant is None or participant.day_id != day.id:
        abort(404)
    return agenda_of(db_session(), day, participant)


def _private_pdf(content: bytes, name: str) -> Response:
    response = attachment(content, PDF_TYPE, name)
    response.headers["Cache-Control"] = "private, no-store"
    return response
