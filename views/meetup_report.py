"""The report of a meetup day: who came, what was held, what it led to, beside earlier days."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from extensions.clock import now
from extensions.database import db_session
from extensions.pdf import render_pdf
from extensions.template_context import long_date
from models.meetup import MeetupDay
from services.cells import neutralise
from services.exports import Sheet, write_csv, write_workbook
from services.meetup_clock import date_at_place
from services.meetup_evenings import close_day, day_end
from services.meetup_report import DayFigures, earlier_days, read_figures
from services.meetup_report_rows import report_rows
from views.access import organized_day_or_404
from views.downloads import CSV_TYPE, PDF_TYPE, XLSX_TYPE, attachment
from views.meetup_report_words import (
    NOTHING_EARLIER,
    Column,
    Standing,
    columns,
    lead,
    measures,
    row_cells,
    row_head,
    standing_of,
    told,
)
from vocabulary.meetups import DayState

bp = Blueprint("meetup_report", __name__, url_prefix="/pilotage/rencontres/<slug:slug>/bilan")
# Shown one by one on the page; all of them are in the files.
SHOWN: Final = 40
MARKS: Final = (1, 2, 3, 4, 5)


@dataclass(frozen=True, slots=True)
class _Report:
    """The day, where it stands, and its figures beside those of earlier days."""

    day: MeetupDay
    standing: Standing
    figures: DayFigures
    compared: list[Column]

    @property
    def lead(self) -> str:
        """Return the day in one sentence."""
        return lead(self.day, self.standing, self.figures)

    @property
    def heading(self) -> str:
        """Return what stands above the figures."""
        if len(self.compared) == 1:
            return str(_("Les chiffres"))
        return str(_("Les chiffres, à côté des journées précédentes"))

    @property
    def nothing_earlier(self) -> str:
        """Return why there is nothing to compare with, when so."""
        return str(_(NOTHING_EARLIER)) if len(self.compared) == 1 else ""


def _read(slug: str) -> _Report:
    day = organized_day_or_404(slug)
    session, moment = db_session(), now()
    days = [day, *earlier_days(session, day, today=date_at_place(day, moment))]
    figures = read_figures(session, days)
    standing = standing_of(day, figures[day.id], end=day_end(session, day), now=moment)
    return _Report(day, standing, figures[day.id], columns(days, figures))


@bp.get("")
def show(slug: str) -> ResponseReturnValue:
    """Show the figures of the day beside those of earlier days, and what it led to."""
    report = _read(slug)
    rows = report_rows(db_session(), report.day, only_telling=True, limit=SHOWN + 1)
    return render_template(
        "meetup_report/show.html",
        day=report.day,
        report=report,
        figures=report.figures,
        names=measures(),
        rows=rows,
        shown=SHOWN,
        told=told,
        marks=MARKS,
        form=FlaskForm(),
    )


@bp.post("/demander")
def close(slug: str) -> ResponseReturnValue:
    """Ask the participants now what came of their meetings, without waiting for the worker."""
    day = organized_day_or_404(slug)
    session = db_session()
    end = day_end(session, day)
    if day.state is DayState.CANCELLED:
        flash(_("La journée est annulée : il n’y a rien à demander."), "info")
        return redirect(url_for("meetup_report.show", slug=slug))
    if end is None or end > now():
        flash(_("La journée n’est pas terminée : les questions partiront à la fin."), "info")
        return redirect(url_for("meetup_report.show", slug=slug))
    added = close_day(session, day, now=now())
    session.commit()
    if added:
        sentence = _(
            "Les courriels partent ; la question reviendra 30, 90 et 180 jours après la journée."
        )
        flash(sentence, "success")
    else:
        flash(_("Les questions étaient déjà posées."), "info")
    return redirect(url_for("meetup_report.show", slug=slug))


@bp.get("/bilan.<any(csv,xlsx,pdf):file_type>")
def export(slug: str, file_type: str) -> ResponseReturnValue:
    """Hand over the report: every meeting and what it led to, or the figures to print."""
    if file_type == "csv":
        day = organized_day_or_404(slug)
        return _handed(write_csv(row_head(), _rows(day)), CSV_TYPE, day, file_type)
    report = _read(slug)
    content, mimetype = (
        (_pdf(report), PDF_TYPE) if file_type == "pdf" else (_book(report), XLSX_TYPE)
    )
    return _handed(content, mimetype, report.day, file_type)


def _handed(content: bytes, mimetype: str, day: MeetupDay, file_type: str) -> Response:
    """Hand over a file that no cache keeps: it says what participants wrote for staff."""
    response = attachment(content, mimetype, f"bilan-{day.slug}.{file_type}")
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _rows(day: MeetupDay) -> list[list[str]]:
    rows = report_rows(db_session(), day)
    return [[neutralise(cell) for cell in row_cells(row, day)] for row in rows]


def _book(report: _Report) -> bytes:
    compared = report.compared
    titles = (f"{one.title}, {one.day.place}" for one in compared)
    head = [_("mesure"), *map(neutralise, titles)]
    lines = zip(measures(), *(one.values for one in compared), strict=True)
    figures = [[neutralise(cell) for cell in line] for line in lines]
    sheets = [
        Sheet(_("Rendez-vous"), row_head(), _rows(report.day)),
        Sheet(_("Comparaison"), head, figures),
    ]
    return write_workbook(sheets)


def _pdf(report: _Report) -> bytes:
    day, figures = report.day, report.figures
    return render_pdf(
        "plain",
        {
            "title": _("Bilan : %(title)s", title=day.title),
            "subject": long_date(day.held_on),
            "lead": report.lead,
            "sections": list(_sections(report)) if report.standing.has_report else [],
            "end": _(
                "Un rendez-vous est dit tenu quand ses participants le disent, ou l’équipe "
                "d’accueil. Les suites sont celles que chacun a déclarées ; quand deux comptes "
                "rendus diffèrent, le moins avancé est retenu et l’écart est signalé."
            )
            if figures.asked
            else "",
        },
        zone=day.zone,
    )


def _sections(report: _Report) -> Iterator[dict[str, Any]]:
    compared = report.compared
    lines = zip(measures(), *(one.values for one in compared), strict=True)
    yield {
        "heading": report.heading,
        "text": report.nothing_earlier,
        "columns": [_("Mesure"), *(one.title for one in compared)],
        "rows": [list(line) for line in lines],
        "widths": [3, *(1 for _one in compared)],
    }
    if not report.figures.asked:
        return
    yield _usefulness(report.figures)
    yield _led(report_rows(db_session(), report.day, only_telling=True))
    yield {
        "heading": _("Partenariats nés depuis"),
        "text": "\n".join(one.name for one in report.figures.born) or _("Aucun à ce jour."),
    }


def _usefulness(found: DayFigures) -> dict[str, Any]:
    heading = _("Utilité des rendez-vous, selon les participants")
    if not found.marks:
        return {"heading": heading, "text": _("Personne n’a encore donné de note.")}
    counts = [[str(mark), str(found.marks.get(mark, 0))] for mark in MARKS]
    return {
        "heading": heading,
        "columns": [_("Note (5 : très utile)"), _("Réponses")],
        "rows": counts,
        "widths": [2, 1],
    }


def _led(telling: list[Any]) -> dict[str, Any]:
    if not telling:
        return {"heading": _("Ce que les rendez-vous ont donné"), "text": _("Rien à ce jour.")}
    return {
        "heading": _("Ce que les rendez-vous ont donné"),
        "columns": [_("Qui"), _("Ce que chacun en dit")],
        "rows": [
            [
                " – ".join(participant.name for participant, _words in told(row)),
                "\n".join(
                    _("%(name)s : %(said)s", name=one.name, said=words) for one, words in told(row)
                ),
            ]
            for row in telling
        ],
        "widths": [1, 2],
    }
