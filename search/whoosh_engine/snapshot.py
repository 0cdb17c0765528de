"""One generation of the index as the reader sees it: segments side by side, impacts, bitmaps."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap
from whoosh.reading import SegmentReader

from search.analysis import Token
from search.memory_backend import written_form
from search.ranking import (
    FIELD_WEIGHTS,
    ROOT,
    STEM,
    WORD,
    inverse_document_frequency,
    saturation,
)
from search.syntax import Term
from search.whoosh_engine.cache import ByteCache
from search.whoosh_engine.segment import Column, Documents, Segment

_IMPACTS_KEPT: Final = 64 << 20


@dataclass(frozen=True, slots=True)
class Scored:
    """Documents in order and their scores."""

    documents: Documents
    scores: Column

    def size(self) -> int:
        """Return the bytes held."""
        return int(self.documents.nbytes + self.scores.nbytes) + 200


NOTHING: Final = Scored(np.empty(0, np.int32), np.empty(0, np.float64))


class Snapshot:
    """Everything of one generation; immutable, shared by the threads of a process."""

    def __init__(self, generation: str, reader: Any, older: "Snapshot | None") -> None:  # noqa: ANN401
        self.generation = generation
        known = older.by_segment if older is not None else {}
        self.by_segment: dict[str, Segment] = {}
        for leaf, _ in reader.leaf_readers():
            if isinstance(leaf, SegmentReader):
                name = _segment_name(leaf)
                self.by_segment[name] = _known_or_new(known.get(name), leaf)
        self.segments = list(self.by_segment.values())
        self.bases = [0]
        for segment in self.segments:
            self.bases.append(self.bases[-1] + segment.count)
        self.size = self.bases[-1]
        self.deleted = BitMap(
            base + number for segment, base in self.parts() for number in segment.deleted()
        )
        self.alive: NDArray[np.bool_] = np.ones(self.size, np.bool_)
        self.alive[np.array(self.deleted, np.int64)] = False
        self._lengths = {field: self._joined_lengths(field) for field in FIELD_WEIGHTS}
        self._averages = {
            field: (sum(s.field_length(field) for s in self.segments) / (self.size or 1)) or 1.0
            for field in FIELD_WEIGHTS
        }
        self._terms: ByteCache[Scored] = ByteCache(_IMPACTS_KEPT, Scored.size)

    def parts(self) -> Iterator[tuple[Segment, int]]:
        """Yield each segment and the number of its first document."""
        return zip(self.segments, self.bases, strict=False)

    def __len__(self) -> int:
        """Return the number of documents that are not deleted."""
        return self.size - len(self.deleted)

    @cached_property
    def everything(self) -> BitMap:
        """All the documents that are not deleted."""
        return BitMap(range(self.size)) - self.deleted

    @cached_property
    def facets(self) -> Mapping[str, Mapping[str, BitMap]]:
        """The documents of each value of each facet."""
        maps: dict[str, dict[str, BitMap]] = {}
        for segment, base in self.parts():
            for name, values in segment.facets.items():
                held = maps.setdefault(name, {})
                for value, numbers in values.items():
                    held[value] = held.get(value, BitMap()) | BitMap(numbers + np.uint32(base))
        if self.deleted:
            return {
                name: {value: numbers - self.deleted for value, numbers in values.items()}
                for name, values in maps.items()
            }
        return maps

    @cached_property
    def numbers(self) -> Mapping[str, int]:
        """The document of each id."""
        pairs = ((i, base + n) for s, base in self.parts() for n, i in enumerate(s.ids))
        return {identifier: number for identifier, number in pairs if self.alive[number]}

    @cached_property
    def name_ranks(self) -> NDArray[np.int32]:
        """The rank of each document in the order of names."""
        keys = [key for s in self.segments for key in zip(s.names, s.ids, strict=True)]
        return _ranks(sorted(range(self.size), key=keys.__getitem__))

    @cached_property
    def recent_ranks(self) -> NDArray[np.int32]:
        """The rank of each document from the latest to the oldest, then by name."""
        days = np.concatenate([s.days for s in self.segments] or [np.empty(0, np.int32)])
        return _ranks(np.lexsort((self.name_ranks, -days)).tolist())

    def locate(self, number: int) -> tuple[Segment, int]:
        """Return the segment of a document, and its number inside it."""
        at = bisect_right(self.bases, number) - 1
        return self.segments[at], number - self.bases[at]

    def identifier(self, number: int) -> str:
        """Return the id of a document."""
        segment, inside = self.locate(number)
        return segment.ids[inside]

    def term(self, term: Term) -> Scored:
        """Return the documents of a stem with their BM25F over the three views."""
        return self._terms.get(term, partial(self._score_term, term))

    def relatives(self, term: Term) -> Scored:
        """Return the documents that have the root of a word without its stem."""
        return self._terms.get(("relatives", term), partial(self._score_relatives, term))

    def words(self, words: Sequence[str]) -> Scored:
        """Return the documents having any of ``words``, scored as if they were one word."""
        return self._terms.get(("words", *words), partial(self._score_words, words))

    def _score_words(self, words: Sequence[str]) -> Scored:
        weights = np.zeros(self.size)
        for word in words:
            documents, counts = self._joined_postings(WORD, word)
            weights[documents] += counts
        documents = np.flatnonzero(weights).astype(np.int32)
        return self._bm25(WORD, documents, weights[documents], len(documents))

    def names(self, word: str) -> Documents:
        """Return the documents whose title has the folded word."""
        return self._joined_postings("name", word)[0]

    def words_from(self, field: str, start: str) -> Iterator[str]:
        """Return the distinct words of a field that begin with ``start``, in order."""
        found: set[str] = set()
        for segment in self.segments:
            found.update(segment.words_from(field, start))
        return iter(sorted(found))

    def knows(self, token: Token) -> bool:
        """Tell whether any document has the stem."""
        return self._living(STEM, token.stem) > 0

    @cached_property
    def words_by_length(self) -> Mapping[int, Sequence[str]]:
        """The distinct words of all segments, gathered at the first misspelling."""
        words = set().union(*(segment.vocabulary() for segment in self.segments))
        found: dict[int, list[str]] = {}
        for word in sorted(words):
            found.setdefault(len(word), []).append(word)
        return found

    def words_of_length(self, shortest: int, longest: int) -> Iterable[Sequence[str]]:
        """Return the words between two lengths, length by length."""
        return (self.words_by_length.get(length, ()) for length in range(shortest, longest + 1))

    def frequency(self, word: str) -> int:
        """Return in how many documents the folded word is."""
        return self._living(WORD, word)

    def written(self, word: str) -> str:
        """Return the word as the first document having it writes it."""
        documents, _ = self._joined_postings(WORD, word)
        if not len(documents):
            return word
        segment, number = self.locate(int(documents[0]))
        title, keywords, body = segment.texts(number)
        return written_form(word, (title, *keywords, body))

    def _living(self, field: str, text: str) -> int:
        """Return how many documents have a term; the words of deleted ones are never offered."""
        if self.deleted:
            return len(self._joined_postings(field, text)[0])
        return sum(segment.frequency(field, text) for segment in self.segments)

    def _score_term(self, term: Term) -> Scored:
        stem = self._view(STEM, term.stem)
        scores = stem.scores.copy()
        for view, text in ((WORD, term.word), (ROOT, term.root)):
            other = self._view(view, text)
            places, common = places_of(other.documents, stem.documents)
            scores[places] += other.scores[common]
        return Scored(stem.documents, scores)

    def _score_relatives(self, term: Term) -> Scored:
        root = self._view(ROOT, term.root)
        stems, _ = self._joined_postings(STEM, term.stem)
        other = np.ones(len(root.documents), np.bool_)
        other[places_of(stems, root.documents)[0]] = False
        return Scored(root.documents[other], root.scores[other])

    def _view(self, field: str, text: str) -> Scored:
        documents, weights = self._joined_postings(field, text)
        frequency = sum(segment.frequency(field, text) for segment in self.segments)
        return self._bm25(field, documents, weights, frequency)

    def _bm25(self, field: str, documents: Documents, weights: Column, frequency: int) -> Scored:
        weight = FIELD_WEIGHTS[field] * inverse_document_frequency(self.size or 1, frequency)
        lengths = self._lengths[field][documents]
        return Scored(documents, weight * saturation(weights, lengths, self._averages[field]))

    def _joined_postings(self, field: str, text: str) -> tuple[Documents, Column]:
        found = [(segment.postings(field, text), base) for segment, base in self.parts()]
        documents = np.concatenate(
            [np.empty(0, np.int32), *(p.documents + np.int32(base) for p, base in found)]
        )
        weights = np.concatenate([np.empty(0), *(p.weights for p, _ in found)])
        if self.deleted:
            kept = self.alive[documents]
            return documents[kept], weights[kept]
        return documents, weights

    def _joined_lengths(self, field: str) -> Column:
        return np.concatenate([np.empty(0), *(segment.lengths[field] for segment in self.segments)])


def places_of(wanted: Documents, among: Documents) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the places in ``among`` of the common documents, and their places in ``wanted``.

    Both are in order.
    """
    if not len(among):
        return np.empty(0, np.int64), np.empty(0, np.int64)
    places = np.searchsorted(among, wanted)
    places[places == len(among)] = 0
    common = np.flatnonzero(among[places] == wanted)
    return places[common], common


def _segment_name(leaf: Any) -> str:  # noqa: ANN401 - untyped in Whoosh
    return str(leaf.segment().segment_id())


def _known_or_new(known: Segment | None, reader: SegmentReader) -> Segment:
    if known is None:
        return Segment(reader)
    known.adopt(reader)
    return known


def _ranks(order: list[int]) -> NDArray[np.int32]:
    ranks = np.empty(len(order), np.int32)
    ranks[order] = np.arange(len(order), dtype=np.int32)
    return ranks
