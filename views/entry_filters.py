"""Template filters of the pages about entries: names of areas, reasons, details of the journal."""

from collections.abc import Iterable
from datetime import datetime

from flask import Flask
from flask_babel import format_datetime
from flask_babel import gettext as _

from extensions.template_context import label_of
from forms.registration import SIZE_LABELS
from models.audit import AuditEntry
from services.areas import area_names
from services.content_checks import Problem
from services.contents import OfferContent, OrganizationContent
from services.moderation_reasons import ModerationReason, known_reasons
from views.entry_steps import STEP_OF_FIELD
from vocabulary.kinds import ContractRoute, OrganizationKind

_ROUTES = {route.value: route for route in ContractRoute}
_KINDS = {kind.value: kind for kind in OrganizationKind}


def init_app(app: Flask) -> None:
    """Make the filters known to Jinja."""
    app.jinja_env.filters.update(
        area_names=content_area_names,
        moderation_reasons=reasons_of,
        step_of_problem=step_of_problem,
        route_label=route_label,
        kind_label=kind_label,
        journal_details=journal_details,
        moment=moment,
        size_label=size_label,
    )


def content_area_names(content: OrganizationContent | OfferContent) -> list[str]:
    """Return the names of the regions or departments that a content declares."""
    return area_names(content.area_level, content.area_codes)


def reasons_of(codes: Iterable[str]) -> list[ModerationReason]:
    """Return the reasons behind the codes that a decision keeps."""
    return known_reasons(codes)


def step_of_problem(problem: Problem) -> str:
    """Return the step where a problem is mended."""
    return STEP_OF_FIELD.get(problem.field, "review")


def route_label(code: str) -> str:
    """Return the words of a contract route."""
    return label_of(_ROUTES[code]) if code in _ROUTES else code


def kind_label(code: str) -> str:
    """Return the words of a kind of organisation."""
    return label_of(_KINDS[code]) if code in _KINDS else code


def size_label(size: str) -> str:
    """Return a range of headcount in words."""
    return str(SIZE_LABELS.get(size, size))


def moment(at: datetime) -> str:
    """Return an instant in Paris time, to the minute."""
    return str(format_datetime(at, "d MMM y HH:mm"))


def journal_details(line: AuditEntry) -> str:
    """Return what a line of the log adds, in words."""
    details = line.details
    words = [str(_(reason.label)) for reason in known_reasons(details.get("reasons", ()))]
    words += [
        str(details[name]) for name in ("comment", "member", "federator") if details.get(name)
    ]
    if details.get("on_behalf"):
        words.append(str(_("pour le compte de la structure")))
    if line.action == "territory.edited" and details.get("source"):
        words.append(str(_("source : %(source)s", source=details["source"])))
    return " · ".join(words)
