"""The report of a meetup day: who came, what was held, what it led to, beside earlier days."""

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
from services.meetup_evenings import close_day, day_end
from services.meetup_report import DayFigures, earlier_days, read_figures
from services.meetup_report_rows import partnerships_born, report_rows
from views.access import organized_day_or_404
from views.downloads import CSV_TYPE, XLSX_TYPE, attachment
from views.meetup_report_words import columns, lead, measures, row_cells, row_head, told

bp = Blueprint("meetup_report", __name__, url_prefix="/pilotage/rencontres/<slug:slug>/bilan")
PDF_TYPE: Final = "application/pdf"
# Shown one by one on the page; all of them are in the files.
SHOWN: Final = 40
MARKS: Final = (1, 2, 3, 4, 5)


@bp.get("")
def show(slug: str) -> ResponseReturnValue:
    """Show the figures of the day beside those of earlier days, and what it led to."""
    day = organized_day_or_404(slug)
    session = db_session()
    days = [day, *earlier_days(session, day)]
    figures = read_figures(session, days)
    end = day_end(session, day)
    return render_template(
        "meetup_report/show.html",
        day=day,
        figures=figures[day.id],
        lead=lead(figures[day.id]),
        names=measures(),
        columns=columns(days, figures),
        rows=report_rows(session, day, only_telling=True, limit=SHOWN + 1),
        shown=SHOWN,
        told=told,
        marks=MARKS,
        partnerships=partnerships_born(session, day),
        may_close=end is not None and end <= now() and day.published_plan_id is not None,
        form=FlaskForm(),
    )


@bp.post("/demander")
def close(slug: str) -> ResponseReturnValue:
    """Ask the participants now what came of their meetings, without waiting for the worker."""
    day = organized_day_or_404(slug)
    session = db_session()
    end = day_end(session, day)
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
    day = organized_day_or_404(slug)
    name = f"bilan-{day.slug}.{file_type}"
    if file_type == "pdf":
        return attachment(_pdf(day), PDF_TYPE, name)
    rows = [
        [neutralise(cell) for cell in row_cells(row, day)] for row in report_rows(db_session(), day)
    ]
    if file_type == "csv":
        return attachment(write_csv(row_head(), rows), CSV_TYPE, name)
    return _book(day, rows, name)


def _book(day: MeetupDay, rows: list[list[str]], name: str) -> Response:
    days = [day, *earlier_days(db_session(), day)]
    compared = columns(days, read_figures(db_session(), days))
    head = [_("mesure"), *(f"{one.title}, {one.day.place}" for one in compared)]
    lines = zip(measures(), *(one.values for one in compared), strict=True)
    figures = [[neutralise(cell) for cell in line] for line in lines]
    sheets = [Sheet(_("Rendez-vous"), row_head(), rows), Sheet(_("Comparaison"), head, figures)]
    return attachment(write_workbook(sheets), XLSX_TYPE, name)


def _pdf(day: MeetupDay) -> bytes:
    session = db_session()
    days = [day, *earlier_days(session, day)]
    figures = read_figures(session, days)
    compared = columns(days, figures)
    telling = report_rows(session, day, only_telling=True)
    lines = zip(measures(), *(one.values for one in compared), strict=True)
    return render_pdf(
        "plain",
        {
            "title": _("Bilan : %(title)s", title=day.title),
            "subject": long_date(day.held_on),
            "lead": lead(figures[day.id]),
            "sections": [
                {
                    "heading": _("Les chiffres, à côté des journées précédentes"),
                    "columns": [_("Mesure"), *(one.title for one in compared)],
                    "rows": [list(line) for line in lines],
                    "widths": [3, *(1 for _one in compared)],
                },
                _usefulness(figures[day.id]),
                _led(telling),
                {
                    "heading": _("Partenariats nés depuis"),
                    "text": "\n".join(one.name for one in partnerships_born(session, day))
                    or _("Aucun à ce jour."),
                },
            ],
            "end": _(
                "Un rendez-vous est dit tenu quand ses participants le disent, ou l’équipe "
                "d’accueil. Les suites sont celles que chacun a déclarées ; quand deux comptes "
                "rendus diffèrent, le moins avancé est retenu et l’écart est signalé."
            ),
        },
    )


def _usefulness(found: DayFigures) -> dict[str, Any]:
    counts = [[str(mark), str(found.marks.get(mark, 0))] for mark in MARKS]
    return {
        "heading": _("Utilité des rendez-vous, selon les participants"),
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
