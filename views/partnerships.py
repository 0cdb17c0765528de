"""The public pages of partnerships: the list with its filters, and the page of each."""

from datetime import date
from typing import Any, Final

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date
from flask_babel import gettext as _

from extensions.database import db_session
from extensions.template_context import label_of, long_date, theme_label
from models.partnership import PartnershipMilestone
from services.experience_pages import experiences_of_partnership
from services.partnership_lookup import FACETS, PartnershipQuery, look_up_partnerships
from services.partnership_pages import count_shown
from views.cards import partnership_card
from views.partnership_access import Opened, open_partnership
from vocabulary.geography import is_quarter_code, normalise_quarter_code
from vocabulary.kinds import OrganizationKind
from vocabulary.labels import N_
from vocabulary.regions import REGIONS
from vocabulary.themes import all_themes

bp = Blueprint("partnerships", __name__, url_prefix="/partenariats")

MAX_TYPED: Final = 100
MAX_PAGE: Final = 500
TITLES: Final = {
    "theme": N_("Thème"),
    "region": N_("Région"),
    "programme": N_("Programme"),
    "type": N_("Type de membre"),
}
_KINDS: Final = {kind.value: kind for kind in OrganizationKind}


@bp.get("")
def index() -> ResponseReturnValue:
    """List the partnerships, with filters and their counts."""
    query = asked_query()
    found = look_up_partnerships(db_session(), query)
    if query.page > found.pages:
        abort(404)
    return render_template(
        "partnerships/index.html",
        cards=[
            partnership_card(one, members_count=count_shown(one)) | {"heading": "h3"}
            for one in found.items
        ],
        total=found.total,
        page=query.page,
        pages=found.pages,
        text=query.text,
        facets=[_facet(facet, found.facets[facet], query) for facet in FACETS],
        chips=_chips(query),
        has_filters=bool(query.text or query.quarter or any(query.chosen.values())),
    )


def asked_query() -> PartnershipQuery:
    """Read the address; a value that means nothing finds nothing and is shown as such."""
    code = normalise_quarter_code(request.args.get("quartier", "")[:MAX_TYPED])
    return PartnershipQuery(
        text=request.args.get("q", "")[:MAX_TYPED].strip(),
        quarter=code if is_quarter_code(code) else "",
        chosen={
            facet: frozenset(value[:200] for value in request.args.getlist(facet)[:20] if value)
            for facet in FACETS
        },
        page=min(max(request.args.get("page", 1, type=int), 1), MAX_PAGE),
    )


def _facet(facet: str, counts: Any, query: PartnershipQuery) -> dict[str, Any]:  # noqa: ANN401
    chosen = query.chosen[facet]
    values = sorted({*counts, *chosen}, key=lambda value: _order(facet, value))
    return {
        "name": facet,
        "title": _(TITLES[facet]),
        "open": facet == "theme",
        "limit": 12,
        "options": [
            {
                "value": value,
                "label": _value_label(facet, value),
                "count": counts.get(value, 0),
                "is_selected": value in chosen,
                "level": int(facet == "theme" and _is_under_axis(value)),
            }
            for value in values
        ],
    }


def _is_under_axis(code: str) -> bool:
    theme = all_themes().get(code)
    return theme is not None and theme.parent is not None


def _order(facet: str, value: str) -> tuple[Any, ...]:
    if facet == "theme":
        codes = list(all_themes())
        return (codes.index(value) if value in codes else len(codes), value)
    return (0, _value_label(facet, value))


def _value_label(facet: str, value: str) -> str:
    if facet == "theme":
        return theme_label(value)
    if facet == "region":
        return REGIONS[value].name if value in REGIONS else value
    return label_of(_KINDS[value]) if facet == "type" and value in _KINDS else value


def _chips(query: PartnershipQuery) -> list[dict[str, str]]:
    chips = [
        {
            "group": _(TITLES[facet]),
            "label": _value_label(facet, value),
            "url": _address(query, **{facet: query.chosen[facet] - {value}}),
        }
        for facet in FACETS
        for value in sorted(query.chosen[facet])
    ]
    if query.quarter:
        url = _address(query, quartier="")
        chips.append({"group": _("Quartier"), "label": query.quarter, "url": url})
    return chips


def _address(query: PartnershipQuery, **changes: Any) -> str:  # noqa: ANN401 - of the address
    values: dict[str, Any] = {"q": query.text, "quartier": query.quarter, **query.chosen, **changes}
    kept: dict[str, Any] = {
        name: sorted(value) if isinstance(value, frozenset) else value
        for name, value in values.items()
        if value
    }
    return url_for("partnerships.index", **kept)


@bp.get("/<slug:slug>")
def show(slug: str) -> ResponseReturnValue:
    """Show who does what together, on which quarter, and what the source does not say."""
    opened = open_partnership(slug)
    view, standing = opened.view(), opened.standing
    return render_template(
        "partnerships/show.html",
        view=view,
        partnership=opened.partnership,
        standing=standing,
        writable={
            shown.group.id for shown in view.groups if standing.can_write_meetings(shown.group)
        },
        when=milestone_date,
        experiences=experiences_of_partnership(db_session(), opened.partnership.id),
        may_write_experience=opened.partnership.is_public and _is_seated_authority(opened),
    )


def _is_seated_authority(opened: Opened) -> bool:
    """Tell whether the reader is of a territory-side member of the partnership."""
    return any(
        row.organization_id in opened.standing.seats and not row.organization.is_innovation_side
        for row in opened.partnership.members
    )


def milestone_date(milestone: PartnershipMilestone) -> str:
    """Return the date of a step, as exact as it is known and no more."""
    return exact_date(milestone.happened_on, milestone.precision)


def exact_date(day: date, precision: str) -> str:
    """Return « 2017 », « avril 2017 » or « 1er avril 2017 »."""
    if precision == "year":
        return str(day.year)
    if precision == "month":
        return str(format_date(day, "MMMM y"))
    return long_date(day)
