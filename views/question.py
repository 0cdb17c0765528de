"""What an address of the directory asks for, and the addresses of the questions next to it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Self

from flask import url_for
from werkzeug.datastructures import MultiDict

from search.query import MAX_QUERY_LENGTH, SearchQuery, SortOrder
from services.documents import FACETS, THEME
from views.facets import known_values
from vocabulary.themes import all_themes

PAGE_SIZE: Final = 20
LIST, MAP = VIEWS = ("liste", "carte")
_PAGE = re.compile(r"[0-9]{1,6}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Text, filters, order, page and view; what makes no sense in an address is its default."""

    text: str = ""
    filters: Mapping[str, frozenset[str]] = field(default_factory=dict)
    sort: SortOrder = SortOrder.RELEVANCE
    page: int = 1
    view: str = LIST

    @classmethod
    def from_arguments(cls, arguments: MultiDict[str, str]) -> Self:
        """Read the query parameters."""
        sort = arguments.get("tri", "")
        number = arguments.get("page", "")
        view = arguments.get("vue", "")
        return cls(
            text=_printable(arguments.get("q", "")),
            filters=_filters(arguments),
            sort=SortOrder(sort) if sort in set(SortOrder) else SortOrder.RELEVANCE,
            page=int(number) if _PAGE.fullmatch(number) else 1,
            view=view if view in VIEWS else LIST,
        )

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing was asked: the page then lists everything, newest first."""
        return not self.text and not self.filters

    @property
    def shown_sort(self) -> SortOrder:
        """Return the order of the list: without a text nothing is more relevant, so newest."""
        newest = self.sort is SortOrder.RELEVANCE and not self.text
        return SortOrder.RECENT if newest else self.sort

    def to_query(self) -> SearchQuery:
        """Return what the index is asked for this page."""
        return SearchQuery(
            text=self.text,
            filters=self.filters,
            facets=FACETS,
            sort=self.shown_sort,
            offset=(self.page - 1) * PAGE_SIZE,
            limit=PAGE_SIZE,
            excerpts=bool(self.text),
        )

    def without(self, facet: str, value: str) -> Self:
        """Return the question with one value of one filter removed, from its first page."""
        kept = {**self.filters, facet: self.filters[facet] - {value}}
        return self.changed(filters={name: values for name, values in kept.items() if values})

    def changed(self, **changes: Any) -> Self:  # noqa: ANN401 - fields of several types
        """Return the question with some fields changed, from its first page."""
        return replace(self, **{"page": 1, **changes})

    def hidden_fields(self, *, with_filters: bool) -> dict[str, object]:
        """Return what a form sends besides its own fields, so that nothing chosen is lost."""
        values = self._arguments()
        values.pop("page", None)
        values.pop("q", None)
        if with_filters:
            return values
        return {name: value for name, value in values.items() if name not in FACETS} | (
            {"q": self.text} if self.text else {}
        )

    def address(self, endpoint: str = "directory.search", **values: str) -> str:
        """Return the address of this question: defaults left out, values in a fixed order."""
        return url_for(endpoint, **{**values, **self._arguments()})

    def _arguments(self) -> dict[str, Any]:
        values: dict[str, Any] = {"q": self.text} if self.text else {}
        values |= {facet: sorted(self.filters[facet]) for facet in FACETS if facet in self.filters}
        if self.sort is not SortOrder.RELEVANCE:
            values["tri"] = self.sort.value
        if self.view != LIST:
            values["vue"] = self.view
        if self.page != 1:
            values["page"] = str(self.page)
        return values


def _printable(text: str) -> str:
    """Return the words of ``text`` without control or direction marks, at most the longest."""
    words = " ".join(text[: 10 * MAX_QUERY_LENGTH].split())
    return "".join(mark for mark in words if mark.isprintable())[:MAX_QUERY_LENGTH].strip()


def _filters(arguments: MultiDict[str, str]) -> dict[str, frozenset[str]]:
    found = {facet: frozenset(arguments.getlist(facet)) & known_values(facet) for facet in FACETS}
    found[THEME] = _narrowed(found[THEME])
    return {facet: values for facet, values in found.items() if values}


def _narrowed(chosen: frozenset[str]) -> frozenset[str]:
    """Return the themes without the axes of others: a theme ticked under its axis narrows it."""
    themes = all_themes()
    return chosen - {themes[code].parent for code in chosen}
