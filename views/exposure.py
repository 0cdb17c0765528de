"""The public page on exposure: who was shown how often, and the draws that order equals."""

from datetime import date, timedelta
from typing import Final

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from extensions.clock import today
from extensions.database import db_session
from extensions.template_context import label_of
from forms.steering import ExposureForm
from services.cells import neutralise
from services.exports import write_csv
from services.exposure import (
    AGE_CLASSES,
    UNSTATED,
    ExposureReport,
    ExposureRow,
    exposure_report,
    latest_seeds,
)
from views.downloads import CSV_TYPE, attachment
from vocabulary.kinds import OrganizationKind

bp = Blueprint("exposure", __name__)

SHOWN_DAYS: Final = 90
BAD_REQUEST: Final = 400
_KINDS: Final = {kind.value: kind for kind in OrganizationKind}


@bp.get("/exposition")
def show() -> ResponseReturnValue:
    """Show how often each sort of actor was shown, beside its number."""
    form, since, until, report = _answer()
    page = render_template(
        "exposure/show.html",
        form=form,
        since=since,
        until=until,
        report=report,
        groups=_groups(report),
        seeds=latest_seeds(db_session()),
    )
    return page, BAD_REQUEST if form.errors else 200


@bp.get("/exposition.csv")
def export() -> ResponseReturnValue:
    """Return the same counts as a file."""
    _form, since, until, report = _answer()
    head = [_("du"), _("au"), _("selon"), _("classe"), _("acteurs publiés"), _("fois montrés")]
    days = [since.isoformat(), until.isoformat()]
    rows = (
        [neutralise(cell) for cell in (*days, title, label, str(row.actors), str(row.shown))]
        for title, lines in _groups(report)
        for label, row in lines
    )
    return attachment(write_csv(head, rows), CSV_TYPE, "exposition.csv")


def _answer() -> tuple[ExposureForm, date, date, ExposureReport]:
    form = ExposureForm(request.args)
    day = today()
    since, until, surface = day - timedelta(days=SHOWN_DAYS), day, None
    if form.validate():
        since, until = form.period(since=since, until=until)
        surface = form.surface()
        if since > until:  # one of the two was typed, on the wrong side of the other's default
            since = until - timedelta(days=SHOWN_DAYS)
        form.show_period(since, until)
    report = exposure_report(db_session(), since=since, until=until, surface=surface)
    return form, since, until, report


def _groups(report: ExposureReport) -> list[tuple[str, list[tuple[str, ExposureRow]]]]:
    return [
        (_("Type d’acteur"), [(_kind_label(row.value), row) for row in report.by_kind]),
        (_("Effectif déclaré"), [(_size_label(row.value), row) for row in report.by_size]),
        (_("Ancienneté"), [(_age_label(row.value), row) for row in report.by_age]),
    ]


def _kind_label(value: str) -> str:
    return str(label_of(_KINDS[value]))


def _size_label(value: str) -> str:
    return value.replace("-", "–") if value else str(_("non renseigné"))


def _age_label(value: str) -> str:
    if value == UNSTATED:
        return str(_("non renseigné"))
    lower = int(value)
    above = [bound for bound in AGE_CLASSES if bound > lower]
    if not above:
        return str(_("%(years)s ans et plus", years=lower))
    if lower == 0:
        return str(ngettext("moins de %(num)s an", "moins de %(num)s ans", above[0]))
    return str(_("de %(low)s à %(high)s ans", low=lower, high=above[0] - 1))
