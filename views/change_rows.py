"""Words the differences between two contents: one row a field, ready to be drawn."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from extensions.template_context import label_of, theme_label
from models.geography import Commune
from services.areas import area_names
from services.content_diff import Change, FieldChange, Shape
from services.contents import Content, OfferContent, OrganizationContent, ReferenceContent
from services.places import exact_commune_label
from vocabulary.kinds import AreaLevel, ContractRoute


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One field that differs: runs of words or elements where they exist, else both values."""

    label: str
    is_list: bool
    is_picture: bool
    before: str
    after: str
    runs: tuple[tuple[str, str], ...]


_LISTS: Final = frozenset({Shape.LIST, Shape.THEMES, Shape.AREAS, Shape.ROUTES, Shape.REFERENCES})
_ROUTES: Final = {route.value: route for route in ContractRoute}


def change_rows(
    session: Session,
    changes: Sequence[FieldChange],
    before: Content | None,
    after: Content,
) -> list[ChangeRow]:
    """Return the rows of ``changes``; one query for the names of all communes."""
    contents = [content for content in (before, after) if content is not None]
    words = _Words(commune_names(session, contents))
    return [_row(change, words, before, after) for change in changes]


def commune_names(session: Session, contents: Iterable[Content]) -> dict[str, str]:
    """Return the labels of the communes that ``contents`` name, by code."""
    codes: set[str] = set()
    for content in contents:
        if isinstance(content, OrganizationContent):
            codes.add(content.commune_code or "")
        else:
            codes |= {reference.commune_code or "" for reference in content.references}
    found = session.scalars(select(Commune).where(Commune.code.in_(codes - {""})))
    return {commune.code: exact_commune_label(commune) for commune in found}


@dataclass(frozen=True, slots=True)
class _Words:
    """Turns the values of a shape into words."""

    communes: Mapping[str, str]

    def reference(self, value: ReferenceContent) -> str:
        year = str(value.year) if value.year else ""
        facts = ", ".join(part for part in (value.place, year, value.client) if part)
        return f"{facts} : {value.result}" if value.result else facts

    def element(self, shape: Shape, value: Any) -> str:  # noqa: ANN401 - any element
        by_shape: Mapping[Shape, Callable[[Any], str]] = {
            Shape.THEMES: theme_label,
            Shape.ROUTES: lambda code: label_of(_ROUTES.get(code)),
            Shape.REFERENCES: self.reference,
        }
        return by_shape.get(shape, str)(value)

    def value(self, shape: Shape, value: Any) -> str:  # noqa: ANN401 - any field
        if value in (None, "", ()):
            return str(_("non renseigné"))
        if shape is Shape.LABELLED:
            return label_of(value)
        if shape is Shape.COMMUNE:
            return self.communes.get(value, value)
        return str(value)


def _row(change: FieldChange, words: _Words, before: Content | None, after: Content) -> ChangeRow:
    if change.shape is Shape.AREAS:
        runs = _area_runs(before, after)
    else:
        runs = tuple(
            (run.change.value, words.element(change.shape, run.value)) for run in change.runs
        )
    return ChangeRow(
        label=str(_(change.label)),
        is_list=change.shape in _LISTS,
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
