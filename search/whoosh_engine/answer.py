"""From what a query matches to a page: filters and counts by bitmap, order, excerpts."""

from collections.abc import Mapping
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from search.excerpts import Marks, excerpt, highlight
from search.query import Hit, ResultPage, SearchQuery, SortOrder
from search.spelling import corrected_text
from search.strategy import Engine, Outcome, find
from search.syntax import ParsedText, parse
from search.whoosh_engine.evaluation import Evaluation
from search.whoosh_engine.segment import Documents
from search.whoosh_engine.snapshot import Scored, Snapshot

# Scores that differ less than this are equal: sums of floats depend on their order.
_SCORE_DIGITS: Final = 9
# Ranking this many ties one by one costs less than ranking the whole index once.
_FEW: Final = 500


def answer(evaluation: Evaluation, query: SearchQuery) -> ResultPage:
    """Return the page of one query."""
    selection = Selection(evaluation.snapshot, query)
    outcome = _find(evaluation, query, selection)
    matched = _bitmap(outcome.matches)
    chosen = selection.keep(outcome.matches)
    order = _page(evaluation.snapshot, chosen, query)
    marks = Marks(outcome.parsed.stems(), outcome.parsed.prefixes())
    hits = tuple(
        _hit(evaluation.snapshot, number, score, marks if query.excerpts else None)
        for number, score in order
    )
    return ResultPage(
        hits=hits,
        total=len(chosen.documents),
        facets={name: selection.counts(name, matched) for name in query.facets},
        correction=outcome.correction,
        correction_used=outcome.correction_used,
        relaxed=outcome.relaxed,
        partial=evaluation.partial,
        generation=evaluation.snapshot.generation,
    )


class Selection:
    """What the filters and withdrawals of a query leave."""

    def __init__(self, snapshot: Snapshot, query: SearchQuery) -> None:
        self._snapshot = snapshot
        self._filters = {
            name: self._union(name, values) for name, values in query.filters.items() if values
        }
        numbers = snapshot.numbers if query.excluded else {}
        self._excluded = BitMap(numbers[i] for i in query.excluded if i in numbers)
        self._allowed = self.allowed()

    def allowed(self, but: str | None = None) -> BitMap | None:
        """Return what passes every filter except that on facet ``but``; ``None`` is all."""
        maps = [numbers for name, numbers in self._filters.items() if name != but]
        if maps:
            return BitMap.intersection(*maps) - self._excluded
        if self._excluded:
            return self._snapshot.everything - self._excluded
        return None

    def keep(self, matches: Scored) -> Scored:
        """Return the matches that pass."""
        if self._allowed is None:
            return matches
        passing = np.zeros(self._snapshot.size, np.bool_)
        passing[np.array(self._allowed, np.int64)] = True
        kept = passing[matches.documents]
        return Scored(matches.documents[kept], matches.scores[kept])

    def count(self, matches: Scored) -> int:
        """Return how many matches pass."""
        return len(self.keep(matches).documents)

    def counts(self, facet: str, matched: BitMap) -> Mapping[str, int]:
        """Return the number of matches of each value, the facet's own filter left aside."""
        allowed = self.allowed(but=facet)
        base = matched if allowed is None else matched & allowed
        values = self._snapshot.facets.get(facet, {})
        counts = ((value, base.intersection_cardinality(held)) for value, held in values.items())
        return {value: count for value, count in counts if count}

    def _union(self, facet: str, values: frozenset[str]) -> BitMap:
        held = self._snapshot.facets.get(facet, {})
        return BitMap.union(BitMap(), *(held[value] for value in values if value in held))


def _find(evaluation: Evaluation, query: SearchQuery, selection: Selection) -> Outcome[Scored]:
    snapshot = evaluation.snapshot
    if not query.text.strip():
        everything = np.flatnonzero(snapshot.alive).astype(np.int32)
        return Outcome(Scored(everything, np.zeros(len(everything))), parse(""))
    engine = Engine(evaluation.evaluate, selection.count, partial(_correct, evaluation))
    return find(engine, query.text, query.mode)


def _correct(evaluation: Evaluation, parsed: ParsedText) -> str | None:
    return corrected_text(parsed, evaluation.snapshot, evaluation.in_time)


def _bitmap(matches: Scored) -> BitMap:
    return BitMap(matches.documents.astype(np.uint32))


def _page(snapshot: Snapshot, chosen: Scored, query: SearchQuery) -> list[tuple[int, float]]:
    """Return the documents of the page asked and their scores."""
    end = query.offset + query.limit
    if query.sort is SortOrder.RELEVANCE:
        chosen = _best(chosen, end)
        order = np.lexsort((_tie_ranks(snapshot, chosen), -chosen.scores.round(_SCORE_DIGITS)))
    else:
        ranks = snapshot.name_ranks if query.sort is SortOrder.NAME else snapshot.recent_ranks
        order = np.argsort(ranks[chosen.documents])
    page = order[query.offset : end]
    documents: Documents = chosen.documents[page]
    scores: NDArray[np.float64] = chosen.scores[page]
    return list(zip(documents.tolist(), scores.tolist(), strict=True))


def _tie_ranks(snapshot: Snapshot, chosen: Scored) -> NDArray[np.int32]:
    """Return ranks, latest first, by sorting only these documents when they are few."""
    if len(chosen.documents) > _FEW:
        return snapshot.recent_ranks[chosen.documents]

    def key(at: int) -> tuple[int, str, str]:
        segment, number = snapshot.locate(int(chosen.documents[at]))
        return -int(segment.days[number]), segment.names[number], segment.ids[number]

    ranks = np.empty(len(chosen.documents), np.int32)
    ranks[sorted(range(len(ranks)), key=key)] = np.arange(len(ranks), dtype=np.int32)
    return ranks


def _best(chosen: Scored, end: int) -> Scored:
    """Return the documents that can be among the first ``end``: ties are all kept."""
    if len(chosen.documents) <= end or end <= 0:
        return chosen
    rounded = chosen.scores.round(_SCORE_DIGITS)
    threshold = np.partition(rounded, len(rounded) - end)[len(rounded) - end]
    kept = rounded >= threshold
    return Scored(chosen.documents[kept], chosen.scores[kept])


def _hit(snapshot: Snapshot, number: int, score: float, marks: Marks | None) -> Hit:
    segment, inside = snapshot.locate(number)
    identifier = segment.ids[inside]
    if marks is None:
        return Hit(identifier, score)
    title, _, body = segment.texts(inside)
    return Hit(identifier, score, highlight(title, marks), excerpt(body, marks))
