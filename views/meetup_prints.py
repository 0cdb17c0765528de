"""What staff print and read of everybody: agendas, cards of the tables, badges."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_wtf import FlaskForm

from extensions.clock import now
from extensions.database import db_session
from extensions.meetup_pdf import agenda_pdf, badge_pdf, fingerprints, printed_day
from extensions.template_context import hour_at, instant_at
from models.meetup import MeetupDay
from models.meetup_participant import MeetupAttendee, MeetupParticipant
from models.meetup_print import MeetupPrint
from services.meetup_agenda_lines import Agenda
from services.meetup_agendas import agenda_of, agendas_of_day
from services.meetup_prints import (
    AT_ONCE,
    CRASHED,
    count_printed,
    is_late,
    is_under_way,
    print_of,
    prints_of,
    request_print,
)
from services.text_keys import name_key
from views.access import organized_day_or_404
from views.downloads import PDF_TYPE, attachment
from views.list_pages import asked_page
from vocabulary.prints import PrintKind, PrintState

bp = Blueprint("meetup_prints", __name__, url_prefix="/pilotage/rencontres/<slug:slug>")
SHOWN: Final = 30
_KIND = f"<any({','.join(kind.value for kind in PrintKind)}):kind>"


@dataclass(frozen=True, slots=True)
class PrintRow:
    """One document of the whole day, as its page shows it."""

    kind: PrintKind
    details: str
    last: MeetupPrint | None
    """What was asked of the worker, when the day is large."""
    is_large: bool
    is_under_way: bool = False
    is_late: bool = False
    made: str = ""
    failure: str = ""
    form: FlaskForm | None = None


@bp.get("/impressions")
def index(slug: str) -> ResponseReturnValue:
    """Offer what can be printed, and the agenda and badges of each participant."""
    day = organized_day_or_404(slug)
    agendas = agendas_of_day(db_session(), day)
    words = request.args.get("q", "")[:100].strip()
    keys = name_key(words).split()
    named = [one for one in agendas if all(key in one.participant.name_key for key in keys)]
    return render_template(
        "meetup_prints/index.html",
        day=day,
        agendas=agendas,
        words=words,
        shown=asked_page(named, SHOWN),
        rows=list(_rows(day, agendas)) if agendas else [],
    )


def _rows(day: MeetupDay, agendas: Sequence[Agenda]) -> Iterator[PrintRow]:
    is_large = len(agendas) > AT_ONCE
    asked = prints_of(db_session(), day) if is_large else {}
    marks = fingerprints(agendas) if is_large else {}
    for kind in PrintKind:
        details = _details(kind, agendas)
        found = asked.get(kind)
        if found is None:
            yield PrintRow(kind, details, None, is_large, form=FlaskForm() if is_large else None)
        else:
            yield _asked_row(day, found, details, marks)


def _details(kind: PrintKind, agendas: Sequence[Agenda]) -> str:
    if kind is PrintKind.BADGES:
        people = sum(len(agenda.participant.attendees) for agenda in agendas)
        badges = ngettext("Un badge", "%(num)s badges", people)
        layout = _("huit par feuille A4, avec traits de coupe")
        return f"{badges}, {layout}"
    tables = len({(one.room, one.table) for agenda in agendas for one in agenda.meetings})
    said = [ngettext("Un agenda", "%(num)s agendas", len(agendas))]
    if tables:
        said.append(ngettext("une table", "%(num)s tables", tables))
    return ", ".join(said)


def _asked_row(
    day: MeetupDay, found: MeetupPrint, details: str, marks: Mapping[PrintKind, str]
) -> PrintRow:
    moment = now()
    under_way = is_under_way(found, moment)
    is_silent = found.state is PrintState.MAKING and not under_way
    return PrintRow(
        kind=found.kind,
        details=details,
        last=found,
        is_large=True,
        is_under_way=under_way,
        is_late=is_late(found, moment),
        made=_made(day, found, marks, moment) if found.made_at else "",
        failure=CRASHED if is_silent else found.failure,
        form=FlaskForm(),
    )


def _made(
    day: MeetupDay, found: MeetupPrint, marks: Mapping[PrintKind, str], moment: datetime
) -> str:
    """Return when the document was made, and whether it still says what is so."""
    made_at = found.made_at or moment
    is_recent = made_at.astimezone(day.zone).date() == moment.astimezone(day.zone).date()
    when = (
        _("Fait à %(hour)s", hour=hour_at(made_at, day.zone))
        if is_recent
        else _("Fait le %(moment)s", moment=instant_at(made_at, day.zone))
    )
    if marks[found.kind] == found.fingerprint:
        return str(_("%(when)s : à jour.", when=when))
    return str(_("%(when)s, avant la dernière modification.", when=when))


@bp.get(f"/impressions/{_KIND}.pdf")
def document(slug: str, kind: str) -> ResponseReturnValue:
    """Hand over a document of the whole day: made at once, or the last one that was made."""
    day = organized_day_or_404(slug)
    wanted = PrintKind(kind)
    name = f"{wanted.value}-{day.slug}.pdf"
    if not _is_large(day):
        return _private_pdf(printed_day(db_session(), day, wanted).pdf(), name)
    found = print_of(db_session(), day, wanted)
    if found is None or found.content is None:
        flash(_("Ce document n’est pas encore fait : demandez-le ici."), "info")
        return redirect(url_for("meetup_prints.index", slug=slug))
    return _private_pdf(found.content, name)


def _is_large(day: MeetupDay) -> bool:
    return count_printed(db_session(), day) > AT_ONCE


@bp.post(f"/impressions/{_KIND}/preparer")
def prepare(slug: str, kind: str) -> ResponseReturnValue:
    """Ask the worker for a document of a large day."""
    day = organized_day_or_404(slug)
    if not FlaskForm().validate():
        abort(400)
    request_print(db_session(), day, PrintKind(kind), now=now())
    db_session().commit()
    return redirect(f"{url_for('meetup_prints.index', slug=slug)}#{kind}")


@bp.get(f"/impressions/{_KIND}/etat")
def progress(slug: str, kind: str) -> ResponseReturnValue:
    """Show how far the making of a document is: the part of the page that is fetched again."""
    day = organized_day_or_404(slug)
    found = print_of(db_session(), day, PrintKind(kind))
    if found is None:
        abort(404)
    moment = now()
    return render_template(
        "meetup_prints/_progress.html",
        day=day,
        kind=found.kind,
        asked=found,
        is_under_way=is_under_way(found, moment),
        is_late=is_late(found, moment),
    )


@bp.get("/impressions/badges/<int:attendee_id>.pdf")
def badge(slug: str, attendee_id: int) -> ResponseReturnValue:
    """Hand over one badge, to print again."""
    day = organized_day_or_404(slug)
    attendee = db_session().get(MeetupAttendee, attendee_id)
    if attendee is None or attendee.day_id != day.id:
        abort(404)
    agenda = agenda_of(db_session(), day, attendee.participant)
    return _private_pdf(badge_pdf(agenda, attendee), f"badge-{attendee.id}.pdf")


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
