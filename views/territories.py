"""The quarters: all of them by region, and the page of each at its code in force."""

from flask import Blueprint, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import selectinload

from extensions.clock import today
from extensions.database import db_session
from models.territory import Territory
from services.carriers import carrier_name, public_carrier
from services.experience_pages import experiences_on_territory
from services.pages import territory_by_code, territory_page
from services.partnership_pages import count_shown
from services.quarters import latest_partnerships, quarters_by_region
from services.text_keys import name_key
from views.cards import need_card, partnership_card, territory_card
from vocabulary.geography import is_quarter_code, normalise_quarter_code
from vocabulary.kinds import SubjectKind
from vocabulary.regions import REGIONS

bp = Blueprint("territories", __name__, url_prefix="/territoires")
PERMANENTLY = 301


@bp.get("")
def index() -> ResponseReturnValue:
    """Show how many quarters each region has, where they are, and the partnerships on them."""
    session = db_session()
    tallies = quarters_by_region(session)
    regions = [(REGIONS[tally.code].name, tally) for tally in tallies if tally.code in REGIONS]
    return render_template(
        "territories/index.html",
        regions=sorted(regions, key=lambda pair: name_key(pair[0])),
        quarters=sum(tally.quarters for tally in tallies),
        renewal_quarters=sum(tally.renewal_quarters for tally in tallies),
        partnerships=[
            partnership_card(partnership, members_count=count_shown(partnership))
            for partnership in latest_partnerships(session)
        ],
    )


@bp.get("/<code>")
def show(code: str) -> ResponseReturnValue:
    """Show a quarter; an old code leads to what became of it."""
    wanted = normalise_quarter_code(code)
    if not is_quarter_code(wanted):
        abort(404)
    session = db_session()
    territory = territory_by_code(session, wanted)
    if territory is None:
        return _follow_old_code(wanted)
    if wanted != code:
        return redirect(url_for("territories.show", code=wanted), PERMANENTLY)
    page = territory_page(session, territory)
    day = today()
    return render_template(
        "territories/show.html",
        territory=territory,
        projects=[
            (project, public_carrier(project), carrier_name(project)) for project in page.projects
        ],
        needs=[need_card(need) for need in page.needs if need.is_open_on(day)],
        closed_needs=[need for need in page.needs if not need.is_open_on(day)],
        partnerships=[
            partnership_card(partnership, members_count=count_shown(partnership))
            for partnership in page.partnerships
        ],
        references=page.references,
        experiences=experiences_on_territory(session, territory.id),
        points=_points(territory),
    )


def _follow_old_code(code: str) -> ResponseReturnValue:
    statement = Territory.successors_of(code).options(selectinload(Territory.communes))
    successors = db_session().scalars(statement).all()
    if not successors:
        abort(404)
    if len(successors) == 1:
        return redirect(url_for("territories.show", code=successors[0].code), PERMANENTLY)
    cards = [territory_card(territory) | {"heading": "h2"} for territory in successors]
    return render_template("territories/successors.html", code=code, successors=cards)


def _points(territory: Territory) -> list[dict[str, object]]:
    if territory.latitude is None:
        return []
    return [
        {
            "name": territory.name,
            "url": "#reperes",
            "lat": territory.latitude,
            "lon": territory.longitude,
            "kind": SubjectKind.TERRITORY.value,
        }
    ]
