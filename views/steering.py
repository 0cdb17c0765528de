"""Staff pages: the gap radar, the funnel from matches to contracts, their files."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Final

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from extensions.clock import now, today
from extensions.database import db_session
from extensions.matcher import moment
from extensions.template_context import label_of, theme_label
from forms.steering import FunnelForm, RadarForm
from services.cells import neutralise
from services.exports import write_csv
from services.funnel import Funnel, FunnelFilters, read_funnel
from services.meetup_results import results_between
from services.radar import FEW, Radar, RadarFilters, is_look_waiting, latest_radar, request_look
from views.cards import territory_name
from views.downloads import CSV_TYPE, attachment
from vocabulary.regions import REGIONS

bp = Blueprint("steering", __name__, url_prefix="/pilotage")

FUNNEL_DAYS: Final = 365
SHOWN_ROWS: Final = 60
BAD_REQUEST: Final = 400


@bp.get("")
def radar() -> ResponseReturnValue:
    """Show the needs, themes and regions that lack offers, and the offers that wait."""
    form = RadarForm(request.args)
    is_valid = form.validate()
    filters = _radar_filters(form) if is_valid else RadarFilters()
    page = render_template(
        "steering/radar.html",
        form=form,
        post_form=FlaskForm(),
        radar=latest_radar(db_session(), filters, moment=moment()),
        is_waiting=is_look_waiting(db_session()),
        few=FEW,
        shown_rows=SHOWN_ROWS,
        regions=REGIONS,
        place_of=territory_name,
    )
    return page, 200 if is_valid else BAD_REQUEST


def _radar_filters(form: RadarForm) -> RadarFilters:
    return RadarFilters(region=form.region.data or "", axis=form.axe.data or "")


@bp.post("/regarder")
def look() -> ResponseReturnValue:
    """Ask the worker to look over everything again."""
    if request_look(db_session(), now=now()):
        flash(_("Un nouveau relevé est demandé : il sera prêt dans quelques instants."), "success")
    else:
        flash(_("Un relevé est déjà en cours."), "info")
    db_session().commit()
    return redirect(url_for("steering.radar"))


@bp.get("/manques.csv")
def radar_file() -> ResponseReturnValue:
    """Return the gaps as a file, with the filters of the page."""
    form = RadarForm(request.args)
    filters = _radar_filters(form) if form.validate() else RadarFilters()
    found = latest_radar(db_session(), filters, moment=moment())
    head = [
        _("manque"),
        _("quoi"),
        _("où"),
        _("propositions ou acteurs"),
        _("besoins"),
        _("adresse"),
    ]
    return _csv_file("manques.csv", head, _gap_rows(found) if found else [])


def _gap_rows(found: Radar) -> Iterable[Sequence[str]]:
    for gap in found.needs:
        link = url_for("needs.show", need_id=gap.need.id)
        where = territory_name(gap.need.territory)
        yield _("besoin"), gap.need.title, where, str(gap.fair), "1", link
    for theme in found.themes:
        link = url_for("themes.show", code=theme.theme)
        label = theme_label(theme.theme)
        yield _("thème"), label, "", str(theme.offers), str(theme.needs), link
    for region in found.regions:
        for code in region.uncovered:
            place = REGIONS[region.region].name
            link = url_for("directory.search", objet="besoins", theme=code, region=region.region)
            yield _("région"), theme_label(code), place, "0", "", link
    for offer in found.idle:
        link = url_for("offers.show", slug=offer.slug)
        yield _("proposition sans besoin"), offer.title, offer.organization.name, "", "0", link


@bp.get("/parcours")
def journey() -> ResponseReturnValue:
    """Show what became of the needs and requests of a period."""
    form, filters = _funnel_question()
    page = render_template(
        "steering/journey.html",
        form=form,
        filters=filters,
        funnel=read_funnel(db_session(), filters),
        meetups=results_between(db_session(), filters.since, filters.until),
        month_name=lambda day: format_date(day, "MMM y"),
    )
    return page, BAD_REQUEST if form.errors else 200


def _funnel_question() -> tuple[FunnelForm, FunnelFilters]:
    form = FunnelForm(request.args)
    day = today()
    since, until = day - timedelta(days=FUNNEL_DAYS), day
    if not form.validate():
        return form, FunnelFilters(since=since, until=until)
    since, until = form.period(since=since, until=until)
    if since > until:  # one of the two was typed, on the wrong side of the other's default
        since = until - timedelta(days=FUNNEL_DAYS)
    form.show_period(since, until)
    return form, FunnelFilters(since=since, until=until, **form.choices())


@bp.get("/parcours.csv")
def journey_file() -> ResponseReturnValue:
    """Return the funnel as a file, with the filters of the page."""
    _form, filters = _funnel_question()
    return _csv_file(
        "parcours.csv",
        [_("du"), _("au"), _("mesure"), _("mois"), _("nombre")],
        _funnel_rows(read_funnel(db_session(), filters), filters),
    )


def _funnel_rows(funnel: Funnel, filters: FunnelFilters) -> Iterable[Sequence[str]]:
    days = filters.since.isoformat(), filters.until.isoformat()
    for step, count in (*funnel.steps.items(), *funnel.aside.items()):
        yield *days, label_of(step), "", str(count)
    for month in funnel.months:
        name = month.month.strftime("%Y-%m")
        yield *days, _("Demandées"), name, str(month.requested)
        yield *days, _("Acceptées"), name, str(month.accepted)
        yield *days, _("Contrats"), name, str(month.signed)


def _csv_file(name: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> Response:
    cells = ([neutralise(cell) for cell in row] for row in rows)
    return attachment(write_csv(head, cells), CSV_TYPE, name)
