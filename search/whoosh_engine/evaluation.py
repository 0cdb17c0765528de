"""Evaluation of a query tree on a snapshot: sorted arrays joined, phrases checked by place."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import islice
from typing import Final

import numpy as np
from numpy.typing import NDArray

from search.ranking import RELAXED_BONUS, STEM, WORD
from search.syntax import AllOf, Loose, Node, Phrase, Prefix, Term
from search.whoosh_engine.schema import NAME
from search.whoosh_engine.segment import Documents
from search.whoosh_engine.snapshot import NOTHING, Scored, Snapshot, places_of

MOST_EXPANSIONS: Final = 500


@dataclass(slots=True)
class Evaluation:
    """One query on one snapshot; past ``deadline`` it answers with what it has."""

    snapshot: Snapshot
    deadline: float
    partial: bool = False

    def in_time(self) -> bool:
        """Tell whether there is time left, and remember when there was not."""
        if time.monotonic() > self.deadline:
            self.partial = True
        return not self.partial

    def evaluate(self, node: Node) -> Scored:
        """Return the documents a tree matches, with their scores."""
        if not self.in_time():
            return NOTHING
        if isinstance(node, Term):
            return self.snapshot.term(node)
        if isinstance(node, Prefix):
            return self._prefix(node)
        if isinstance(node, Phrase):
            return self._phrase(node)
        children = [self.evaluate(child) for child in node.children]
        if isinstance(node, AllOf):
            return all_of(children)
        found = any_of(children, self.snapshot.size)
        return self._loose(node, found) if isinstance(node, Loose) else found

    def titles(self, words: Sequence[str]) -> Documents:
        """Return the documents whose title has every word, the last one as a beginning."""
        starts = islice(self.snapshot.words_from(NAME, words[-1]), MOST_EXPANSIONS)
        last = [self.snapshot.names(word) for word in starts]
        found = np.unique(np.concatenate([np.empty(0, np.int32), *last]))
        whole = [self.snapshot.names(word) for word in words[:-1]]
        return reduce(lambda a, b: np.intersect1d(a, b, assume_unique=True), whole, found)

    def _loose(self, node: Loose, found: Scored) -> Scored:
        scores = np.zeros(self.snapshot.size)
        scores[found.documents] = found.scores
        for term in node.children:
            if isinstance(term, Term) and self.in_time():
                relatives = self.snapshot.relatives(term)
                scores[relatives.documents] += relatives.scores
        if node.first is not None:
            scores[self.evaluate(node.first).documents] += RELAXED_BONUS
        return Scored(found.documents, scores[found.documents])

    def _prefix(self, prefix: Prefix) -> Scored:
        words = list(islice(self.snapshot.words_from(WORD, prefix.start), MOST_EXPANSIONS + 1))
        if len(words) > MOST_EXPANSIONS:
            self.partial = True
        return self.snapshot.words(words[:MOST_EXPANSIONS])

    def _phrase(self, phrase: Phrase) -> Scored:
        together = all_of([self.snapshot.term(term) for term in phrase.terms])
        if not len(together.documents) or not self.in_time():
            return NOTHING
        kept = np.concatenate(
            [
                self._phrase_in(at, together.documents, phrase)
                for at in range(len(self.snapshot.segments))
            ]
        )
        return Scored(together.documents[kept], together.scores[kept])

    def _phrase_in(self, at: int, documents: Documents, phrase: Phrase) -> NDArray[np.int64]:
        """Return which of ``documents`` lie in segment ``at`` and have the phrase."""
        base, end = self.snapshot.bases[at], self.snapshot.bases[at + 1]
        inside = np.flatnonzero((documents >= base) & (documents < end))
        if not len(inside) or not self.in_time():
            return np.empty(0, np.int64)
        segment = self.snapshot.segments[at]
        local = documents[inside] - np.int32(base)
        meetings: NDArray[np.int64] | None = None
        for term, offset in zip(phrase.terms, phrase.offsets, strict=True):
            postings, positions = segment.postings(STEM, term.stem), segment.positions(term.stem)
            rows, common = places_of(local, postings.documents)
            starts, ends = positions.starts[rows], positions.starts[rows + 1]
            counts = ends - starts
            owners = np.repeat(common, counts)
            steps = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
            places = positions.places[np.repeat(starts, counts) + steps] - offset
            keys = (owners << 32) + (places + len(phrase.offsets) + max(phrase.offsets))
            meetings = (
                keys if meetings is None else np.intersect1d(meetings, keys, assume_unique=True)
            )
        if meetings is None:
            return np.empty(0, np.int64)
        found: NDArray[np.int64] = inside[np.unique(meetings >> 32)]
        return found


def all_of(children: Sequence[Scored]) -> Scored:
    """Return the documents common to all, scores added."""
    if not children:
        return NOTHING
    ordered = sorted(children, key=lambda child: len(child.documents))
    found = ordered[0]
    for other in ordered[1:]:
        places, common = places_of(found.documents, other.documents)
        found = Scored(found.documents[common], found.scores[common] + other.scores[places])
    return found


def any_of(children: Sequence[Scored], size: int) -> Scored:
    """Return the documents of any, scores added."""
    if len(children) == 1:
        return children[0]
    scores = np.zeros(size)
    for child in children:
        scores[child.documents] += child.scores
    documents = np.flatnonzero(scores).astype(np.int32)
    return Scored(documents, scores[documents])
