"""Words the differences between two contents: one row a field, ready to be drawn."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from flask_babel import format_decimal
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from extensions.template_context import label_of, long_date, theme_label
from models.geography import Commune
from models.territory import Territory
from services.areas import area_names
from services.content_diff import LISTS, Change, FieldChange, Shape
from services.contents import (
    Content,
    NeedContent,
    OfferContent,
    OrganizationContent,
    ReferenceContent,
)
from services.places import exact_commune_label
from vocabulary.kinds import AreaLevel, ContractRoute, OrganizationKind


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One field that differs: runs of words or elements where they exist, else both values."""

    label: str
    is_list: bool
    is_picture: bool
    before: str
    after: str
    runs: tuple[tuple[str, str], ...]


_ROUTES: Final = {route.value: route for route in ContractRoute}
_KINDS: Final = {kind.value: kind for kind in OrganizationKind}


def change_rows(
    session: Session,
    changes: Sequence[FieldChange],
    before: Content | None,
    after: Content,
) -> list[ChangeRow]:
    """Return the rows of ``changes``; one query for the names of all communes or quarters."""
    contents = [content for content in (before, after) if content is not None]
    words = _Words(commune_names(session, contents), quarter_names(session, contents))
    return [_row(change, words, before, after) for change in changes]


def commune_names(session: Session, contents: Iterable[Content]) -> dict[str, str]:
    """Return the labels of the communes that ``contents`` name, by code."""
    codes: set[str] = set()
    for content in contents:
        if isinstance(content, OrganizationContent):
            codes.add(content.commune_code or "")
        elif isinstance(content, OfferContent):
            codes |= {reference.commune_code or "" for reference in content.references}
    found = session.scalars(select(Commune).where(Commune.code.in_(codes - {""})))
    return {commune.code: exact_commune_label(commune) for commune in found}


def quarter_names(session: Session, contents: Iterable[Content]) -> dict[str, str]:
    """Return the names of the quarters that needs are stated for, by code."""
    codes = {
        code
        for content in contents
        if isinstance(content, NeedContent)
        for code in content.quarters
    }
    if not codes:
        return {}
    found = session.scalars(select(Territory).where(Territory.code.in_(codes)))
    return {territory.code: f"{territory.name} ({territory.code})" for territory in found}


@dataclass(frozen=True, slots=True)
class _Words:
    """Turns the values of a shape into words."""

    communes: Mapping[str, str]
    quarters: Mapping[str, str]

    def reference(self, value: ReferenceContent) -> str:
        year = str(value.year) if value.year else ""
        facts = ", ".join(part for part in (value.place, year, value.client) if part)
        return f"{facts} : {value.result}" if value.result else facts

    def element(self, shape: Shape, value: Any) -> str:  # noqa: ANN401 - any element
        by_shape: Mapping[Shape, Callable[[Any], str]] = {
            Shape.THEMES: theme_label,
            Shape.ROUTES: lambda code: label_of(_ROUTES.get(code)),
            Shape.REFERENCES: self.reference,
            Shape.KINDS: lambda code: label_of(_KINDS.get(code)),
            Shape.QUARTERS: lambda code: self.quarters.get(code, code),
        }
        return by_shape.get(shape, str)(value)

    def value(self, shape: Shape, value: Any) -> str:  # noqa: ANN401 - any field
        if value in (None, "", ()):
            return str(_("non renseigné"))
        by_shape: Mapping[Shape, Callable[[Any], str]] = {
            Shape.LABELLED: label_of,
            Shape.COMMUNE: lambda code: self.communes.get(code, code),
            Shape.AMOUNT: lambda amount: str(_("%(amount)s € HT", amount=format_decimal(amount))),
            Shape.DAY: long_date,
        }
        return by_shape.get(shape, str)(value)


def _row(change: FieldChange, words: _Words, before: Content | None, after: Content) -> ChangeRow:
    if change.shape is Shape.AREAS:
        runs = _area_runs(before, after)
    else:
        runs = tuple(
            (run.change.value, words.element(change.shape, run.value)) for run in change.runs
        )
    return ChangeRow(
        label=str(_(change.label)),
        is_list=change.shape in LISTS,
        is_picture=change.shape is Shape.LOGO,
        before=words.value(change.shape, change.before),
        after=words.value(change.shape, change.after),
        runs=runs,
    )


def _area_runs(before: Content | None, after: Content) -> tuple[tuple[str, str], ...]:
    """Compare names, not codes: region 01 and department 01 are not the same place."""
    old, new = _areas(before), _areas(after)
    kept = [(Change.SAME.value if name in old else Change.ADDED.value, name) for name in new]
    return (*kept, *((Change.REMOVED.value, name) for name in old if name not in new))


def _areas(content: Content | None) -> list[str]:
    if not isinstance(content, OrganizationContent | OfferContent):
        return []
    level: AreaLevel | None = content.area_level
    return area_names(level, content.area_codes)
