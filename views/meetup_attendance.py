"""The attendance sheet of a meetup day: page, PDF to sign, spreadsheet."""

from collections.abc import Iterator
from typing import Any, Final

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue
from flask_babel import force_locale, ngettext
from flask_babel import gettext as _

from extensions.database import db_session
from extensions.pdf import render_pdf
from extensions.template_context import hour_at, label_of, long_date
from models.meetup import MeetupDay
from services.cells import neutralise
from services.meetup_attendance import AttendanceSheet, SheetLine, attendance_sheet
from views.access import organized_day_or_404
from views.downloads import PDF_TYPE, attachment, table_file
from views.list_pages import asked_page

bp = Blueprint(
    "meetup_attendance", __name__, url_prefix="/pilotage/rencontres/<slug:slug>/jour-j/emargement"
)
SHOWN: Final = 150
_COLUMNS: Final = ("nom", "fonction", "structure", "côté", "arrivée", "situation")


@bp.get("")
def show(slug: str) -> ResponseReturnValue:
    """Show the sheet as it stands."""
    day = organized_day_or_404(slug)
    sheet = attendance_sheet(db_session(), day)
    return render_template(
        "meetup_attendance/show.html",
        day=day,
        sheet=sheet,
        shown=asked_page(sheet.lines, SHOWN),
        situation=_situation,
        hour=lambda line: _hour(day, line),
    )


@bp.get("/feuille.<any(pdf,csv,xlsx):file_type>")
def export(slug: str, file_type: str) -> ResponseReturnValue:
    """Hand over the sheet: on paper with boxes to sign, or as a table."""
    day = organized_day_or_404(slug)
    sheet = attendance_sheet(db_session(), day)
    with force_locale("fr"):  # signed by people in France, whatever language staff read
        response = _file(day, sheet, file_type)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _file(day: MeetupDay, sheet: AttendanceSheet, file_type: str) -> Response:
    name = f"emargement-{day.slug}.{file_type}"
    if file_type == "pdf":
        return attachment(_pdf(day, sheet), PDF_TYPE, name)
    columns = (*_COLUMNS, *(half.label.lower() for half in sheet.half_days))
    rows = [[neutralise(cell) for cell in row] for row in _rows(day, sheet)]
    return table_file(columns, rows, name, sheet_name="Émargement")


def _pdf(day: MeetupDay, sheet: AttendanceSheet) -> bytes:
    return render_pdf("attendance_sheet", _printed(day, sheet), zone=day.zone)


def _rows(day: MeetupDay, sheet: AttendanceSheet) -> Iterator[list[str]]:
    for line in sheet.lines:
        yield [
            line.name,
            line.job_title,
            line.body,
            label_of(line.side),
            _hour(day, line),
            _situation(line),
            *("à signer" if half in line.expected else "" for half in sheet.half_days),
        ]


def _situation(line: SheetLine) -> str:
    if line.arrived_at is not None:
        return str(_("présent, venu sans inscription") if line.is_walk_in else _("présent"))
    return str(_("absent") if line.is_absent else _("attendu"))


def _hour(day: MeetupDay, line: SheetLine) -> str:
    if line.arrived_at is None or not line.has_hour:
        return ""
    return hour_at(line.arrived_at, day.zone)


def _printed(day: MeetupDay, sheet: AttendanceSheet) -> dict[str, Any]:
    people = ngettext("%(num)s personne attendue", "%(num)s personnes attendues", sheet.people)
    return {
        "title": _("Feuille d’émargement : %(title)s", title=day.title),
        "subject": long_date(day.held_on),
        "fictional": _("Exemple fictif") if day.is_demo else "",
        "facts": [
            [_("Date"), long_date(day.held_on)],
            [_("Lieu"), ", ".join(part for part in (day.place, day.address) if part)],
            [_("Effectif"), people],
        ],
        "columns": [
            _("Nom et fonction"),
            _("Structure"),
            _("Arrivée"),
            *(_("%(half)s : signature", half=label_of(half)) for half in sheet.half_days),
        ],
        "half_days": len(sheet.half_days),
        "not_expected": _("non attendu"),
        "lines": [_printed_line(day, sheet, line) for line in sheet.lines],
        "blank": _("Personne venue sans inscription : nom, fonction, structure, signature"),
        "organizer": _("Pour l’organisation, nom et signature :"),
    }


def _printed_line(day: MeetupDay, sheet: AttendanceSheet, line: SheetLine) -> dict[str, Any]:
    return {
        "name": line.name,
        "job": line.job_title,
        "body": line.body,
        "at": _hour(day, line) or (_("présent") if line.arrived_at else ""),
        "expected": [half in line.expected for half in sheet.half_days],
    }
