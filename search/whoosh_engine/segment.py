"""One immutable segment of the index, its columns and postings as arrays.

A segment outlives generations: what was decoded stays decoded while Whoosh keeps the segment.
"""

import json
import sys
import threading
from bisect import bisect_left
from dataclasses import dataclass
from functools import partial
from itertools import islice, takewhile
from typing import Final

import numpy as np
from numpy.typing import NDArray
from whoosh.reading import SegmentReader, TermNotFound

from search.ranking import FIELD_WEIGHTS, STEM, WORD
from search.whoosh_engine.cache import ByteCache
from search.whoosh_engine.schema import CARD, PLACE_BYTES, PLACE_TYPE, TEXTS

Documents = NDArray[np.int32]
Column = NDArray[np.float64]
Texts = tuple[str, tuple[str, ...], str]

# Of one segment, in bytes of arrays.
_POSTINGS_KEPT: Final = 48 << 20
_POSITIONS_KEPT: Final = 16 << 20
_TEXTS_KEPT: Final = 4 << 20


@dataclass(frozen=True, slots=True)
class Postings:
    """The documents of a term, in order, and its weight in each."""

    documents: Documents
    weights: Column

    def size(self) -> int:
        """Return the bytes held."""
        return int(self.documents.nbytes + self.weights.nbytes) + 200


@dataclass(frozen=True, slots=True)
class Positions:
    """The places of a term: those of document ``i`` are ``places[starts[i]:starts[i + 1]]``."""

    starts: NDArray[np.int64]
    places: NDArray[np.int64]

    def size(self) -> int:
        """Return the bytes held."""
        return int(self.starts.nbytes + self.places.nbytes) + 200


_EMPTY: Final = Postings(np.empty(0, np.int32), np.empty(0, np.float64))


class Segment:
    """Columns read once, postings read on demand; one thread reads the file at a time."""

    def __init__(self, reader: SegmentReader) -> None:
        self._reader = reader
        self._lock = threading.RLock()
        self.count: int = reader.doc_count_all()
        column = reader.column_reader(CARD)
        cards = [json.loads(column[number]) for number in range(self.count)]
        self.ids: list[str] = [card[0] for card in cards]
        self.kinds: list[str] = [card[1] for card in cards]
        self.names: list[str] = [card[2] for card in cards]
        self.days = np.array([card[3] for card in cards], np.int32)
        self.fingerprints: list[str] = [card[5] for card in cards]
        self.facets = _invert([card[4] for card in cards])
        self.lengths = {field: self._lengths(field) for field in FIELD_WEIGHTS}
        self._postings: ByteCache[Postings] = ByteCache(_POSTINGS_KEPT, Postings.size)
        self._positions: ByteCache[Positions] = ByteCache(_POSITIONS_KEPT, Positions.size)
        self._texts: ByteCache[Texts] = ByteCache(_TEXTS_KEPT, _text_size)
        self._vocabulary: list[str] | None = None

    def adopt(self, reader: SegmentReader) -> None:
        """Read from now on through ``reader``, which knows later deletions."""
        with self._lock:
            self._reader = reader

    def deleted(self) -> list[int]:
        """Return the numbers of deleted documents."""
        if not self._reader.has_deletions():
            return []
        return [number for number in range(self.count) if self._reader.is_deleted(number)]

    def field_length(self, field: str) -> int:
        """Return the summed lengths of a field, deleted documents included."""
        return int(self._reader.field_length(field))

    def frequency(self, field: str, term: str) -> int:
        """Return in how many documents a term is, deleted ones included."""
        with self._lock:
            try:
                return int(self._reader.doc_frequency(field, term.encode()))
            except TermNotFound:
                return 0

    def postings(self, field: str, term: str) -> Postings:
        """Return the postings of a term, empty when the segment has it not."""
        return self._postings.get((field, term), partial(self._read_postings, field, term))

    def positions(self, term: str) -> Positions:
        """Return the places of a stem, in the order of its postings."""
        return self._positions.get(term, partial(self._read_positions, term))

    def words_from(self, field: str, start: str) -> list[str]:
        """Return the terms of a field that begin with ``start``, in order."""
        if field == WORD:
            words = self.vocabulary()
            at = bisect_left(words, start)
            return list(takewhile(lambda word: word.startswith(start), islice(words, at, None)))
        with self._lock:
            return [term.decode() for term in self._reader.expand_prefix(field, start.encode())]

    def texts(self, number: int) -> Texts:
        """Return title, keywords and body of a document."""
        return self._texts.get(number, partial(self._read_texts, number))

    def _read_texts(self, number: int) -> Texts:
        with self._lock:
            title, keywords, body = self._reader.stored_fields(number)[TEXTS]
        return title, keywords, body

    def vocabulary(self) -> list[str]:
        """Return the folded words in order, read at the first beginning or misspelling."""
        if self._vocabulary is None:
            with self._lock:
                self._vocabulary = [term.decode() for term in self._reader.lexicon(WORD)]
        return self._vocabulary

    def _lengths(self, field: str) -> Column:
        lengths = (self._reader.doc_field_length(n, field, 1) for n in range(self.count))
        # Whoosh reads « no length » as nothing; a document without terms has no postings.
        return np.fromiter((length or 1 for length in lengths), np.float64, self.count)

    def _read_postings(self, field: str, term: str) -> Postings:
        documents: list[int] = []
        weights: list[float] = []
        with self._lock:
            try:
                matcher = self._reader.postings(field, term.encode())
            except TermNotFound:
                return _EMPTY
            while matcher.is_active():
                documents.append(matcher.id())
                weights.append(matcher.weight())
                matcher.next()
        return Postings(np.array(documents, np.int32), np.array(weights, np.float64))

    def _read_positions(self, term: str) -> Positions:
        wanted = self.postings(STEM, term).documents
        found: dict[int, bytes] = {}
        with self._lock:
            matcher = self._reader.postings(STEM, term.encode())
            while matcher.is_active():
                found[matcher.id()] = matcher.value()
                matcher.next()
        # A document deleted since its posting was read has no place any more.
        values = [found.get(number, b"") for number in wanted.tolist()]
        counts = np.array([0, *(len(value) // PLACE_BYTES for value in values)], np.int64)
        places = np.frombuffer(b"".join(values), PLACE_TYPE).astype(np.int64)
        return Positions(np.cumsum(counts), places)


def _invert(cards: list[dict[str, list[str]]]) -> dict[str, dict[str, NDArray[np.uint32]]]:
    lists: dict[str, dict[str, list[int]]] = {}
    for number, facets in enumerate(cards):
        for name, values in facets.items():
            for value in values:
                lists.setdefault(name, {}).setdefault(value, []).append(number)
    return {
        name: {value: np.array(numbers, np.uint32) for value, numbers in values.items()}
        for name, values in lists.items()
    }


def _text_size(texts: Texts) -> int:
    title, keywords, body = texts
    return sys.getsizeof(body) + sys.getsizeof(title) + sum(map(sys.getsizeof, keywords))
