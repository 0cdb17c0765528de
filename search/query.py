"""What is asked of the index and what comes back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

# Longer input is cut: nobody types it, and every engine stays inside its time budget.
MAX_QUERY_LENGTH: Final = 200
TIME_BUDGET_SECONDS: Final = 2.0


class SortOrder(StrEnum):
    """Orders of a result list; values are those of the ``tri`` parameter."""

    RELEVANCE = "pertinence"
    NAME = "nom"
    RECENT = "recent"


class MatchMode(StrEnum):
    """Which entries match a text of several words.

    ``DIRECTORY`` wants every word and falls back to any word when that finds next to nothing;
    ``ANY`` wants at least one word from the start (evaluation, sentences). ``ALL`` wants every
    word as typed and never falls back: what an alert tells must answer the question asked.
    """

    DIRECTORY = "directory"
    ANY = "any"
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchQuery:
    """One question: raw text (analysed inside ``search``), facets, order and page.

    ``filters`` are OR inside a facet and AND across facets; an empty set of values filters
    nothing. ``excluded`` are identifiers withdrawn since the generation of the index: they
    leave hits, totals and facet counts. ``limit`` may be thousands (map, export); such callers
    set ``excerpts`` to false.
    """

    text: str = ""
    filters: Mapping[str, frozenset[str]] = field(default_factory=dict)
    facets: tuple[str, ...] = ()
    sort: SortOrder = SortOrder.RELEVANCE
    offset: int = 0
    limit: int = 20
    excerpts: bool = True
    excluded: frozenset[str] = frozenset()
    mode: MatchMode = MatchMode.DIRECTORY


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of text, to be marked or not; templates escape ``text``."""

    text: str
    is_match: bool


@dataclass(frozen=True, slots=True)
class Hit:
    """One entry found; ``title`` and ``excerpt`` are empty when excerpts were not asked."""

    id: str
    score: float
    title: tuple[Segment, ...] = ()
    excerpt: tuple[Segment, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultPage:
    """The answer to one query.

    ``total`` counts every match, not the page. ``facets`` counts the values of each asked
    facet under the filters of all the *other* facets, so that several values of one facet can
    be combined and counts stay true; values that count zero are left out. ``correction`` is a
    spelling to offer (« essayez … »); ``correction_used`` says that the hits are already those
    of the correction, because the text itself found nothing. ``relaxed`` says that some words
    are missing from the hits; ``partial`` that the time budget ran out.
    """

    hits: tuple[Hit, ...] = ()
    total: int = 0
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    correction: str | None = None
    correction_used: bool = False
    relaxed: bool = False
    partial: bool = False
    generation: str = ""


@dataclass(frozen=True, slots=True)
class Completion:
    """One line offered while somebody types: the title of an entry of ``kind``."""

    text: str
    kind: str
    id: str
