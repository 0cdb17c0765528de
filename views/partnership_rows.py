"""Words the differences between two contents of a partnership, ready to be drawn."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from flask_babel import gettext as _

from extensions.template_context import long_date, theme_label
from models.partnership import Partnership
from models.territory import Territory
from services.content_diff import FieldChange, Shape
from services.partnership_contents import PRECISIONS, AnyContent, changes_between
from views.change_rows import ChangeRow

_ELEMENTS: Final = frozenset({Shape.LIST, Shape.THEMES})


def content_rows(
    before: AnyContent | None, after: AnyContent, *, names: Mapping[int, str]
) -> Sequence[ChangeRow]:
    """Return one row per field that differs; ``names`` gives those of quarters or members."""
    return [_row(change, names) for change in changes_between(before, after)]


def member_names(partnership: Partnership) -> dict[int, str]:
    """Return the names of the members, by the number of their organisation."""
    return {row.organization_id: row.organization.name for row in partnership.members}


def quarter_label(territory: Territory | None) -> str:
    """Return the words that are read back as that quarter."""
    return f"{territory.name} ({territory.code})" if territory else ""


def _row(change: FieldChange, names: Mapping[int, str]) -> ChangeRow:
    runs = tuple(
        (run.change.value, _element(change.shape, run.value, names)) for run in change.runs
    )
    return ChangeRow(
        label=str(_(change.label)),
        is_list=change.shape in _ELEMENTS,
        is_picture=False,
        before=_words(change.field, change.before, names),
        after=_words(change.field, change.after, names),
        runs=runs,
    )


def _element(shape: Shape, value: Any, names: Mapping[int, str]) -> str:  # noqa: ANN401 - any
    if shape is Shape.THEMES:
        return theme_label(value)
    return names.get(value, str(value)) if shape is Shape.LIST else str(value)


def _words(field: str, value: Any, names: Mapping[int, str]) -> str:  # noqa: ANN401 - any field
    if isinstance(value, bool):
        return str(_("oui") if value else _("non"))
    if value in (None, "", ()):
        return str(_("non précisé"))
    if isinstance(value, date):
        return long_date(value)
    if field == "territory_id":
        return names.get(value, str(value))
    if field == "precision":
        return str(_(PRECISIONS.get(value, value)))
    return str(value)
