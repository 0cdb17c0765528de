"""``SearchBackend`` over Whoosh: one process writes, many read and follow its generations."""

import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final

from search.analysis import fold, folded_words
from search.backend import IndexHealth, IndexUnusable
from search.documents import SearchDocument
from search.memory_backend import completion_order
from search.query import TIME_BUDGET_SECONDS, Completion, ResultPage, SearchQuery
from search.spelling import corrected_text
from search.syntax import cut, parse
from search.whoosh_engine.answer import answer
from search.whoosh_engine.evaluation import Evaluation
from search.whoosh_engine.schema import ID, whoosh_fields
from search.whoosh_engine.snapshot import Snapshot
from search.whoosh_engine.storage import (
    IndexFolder,
    create_index,
    damage_as_unusable,
    latest_commit,
    open_index,
    record_sizes,
)

_OPENING_ATTEMPTS: Final = 5
_PROGRESS_STEP: Final = 100
# Memory of the writer before it spills to disk, in MiB.
_WRITER_MEMORY: Final = 512
# A rebuild writes segments of this size; their postings take about 100 MiB meanwhile.
_SEGMENT_DOCUMENTS: Final = 2_000


class WhooshBackend:
    """The index under ``root``; looks for a newer generation every ``refresh_seconds``."""

    def __init__(
        self,
        root: Path,
        *,
        refresh_seconds: float = 0.2,
        lock_timeout: float = 10.0,
        time_budget: float = TIME_BUDGET_SECONDS,
    ) -> None:
        self._folder = IndexFolder(root, lock_timeout=lock_timeout)
        self._refresh_seconds = refresh_seconds
        self._time_budget = time_budget
        self._snapshot: Snapshot | None = None
        self._checked_at = 0.0
        self._refreshing = threading.Lock()

    def index_batch(self, documents: Iterable[SearchDocument]) -> int:
        """Add or replace documents in one commit, the last one of a repeated id."""
        batch = {document.id: document for document in documents}
        if batch:
            self._change(batch.keys(), batch.values())
        return len(batch)

    def delete(self, identifiers: Collection[str]) -> None:
        """Remove documents by id."""
        if identifiers:
            self._change(set(identifiers), ())

    def rebuild(
        self,
        documents: Iterable[SearchDocument],
        *,
        progress: Callable[[int], None] | None = None,
    ) -> int:
        """Write a new generation beside the one in force, then switch.

        The right to write is held before ``documents`` is read: a change committed meanwhile
        waits in the queue and is indexed after the switch.
        """
        with self._folder.writing():
            directory = self._folder.new_generation()
            try:
                count = _write_all(directory, documents, progress)
            except BaseException:
                self._folder.discard(directory)
                raise
            self._folder.publish(directory)
        self._checked_at = 0.0
        return count

    def search(self, query: SearchQuery) -> ResultPage:
        """Answer one query."""
        snapshot = self._current()
        deadline = time.monotonic() + self._time_budget
        with damage_as_unusable():
            return answer(Evaluation(snapshot, deadline), query)

    def suggest(self, text: str) -> str | None:
        """Return the text better spelt."""
        snapshot = self._current()
        evaluation = Evaluation(snapshot, time.monotonic() + self._time_budget)
        with damage_as_unusable():
            return corrected_text(parse(text), snapshot, evaluation.in_time)

    def complete(
        self, prefix: str, *, kinds: Collection[str] = (), limit: int = 8
    ) -> tuple[Completion, ...]:
        """Return titles that have the words typed, the last one as a beginning."""
        wanted = list(folded_words(cut(prefix)))
        if not wanted:
            return ()
        snapshot = self._current()
        with damage_as_unusable():
            found = Evaluation(snapshot, time.monotonic() + self._time_budget).titles(wanted)
            start = fold(cut(prefix))
            order = sorted(
                (*completion_order(segment.names[number], start), segment.ids[number], place)
                for place in found.tolist()
                for segment, number in (snapshot.locate(place),)
                if not kinds or segment.kinds[number] in kinds
            )
            return tuple(_completion(snapshot, place) for *_, place in order[:limit])

    def health(self) -> IndexHealth:
        """Open the index anew and report; what is wrong becomes the reason."""
        try:
            snapshot = self._open()
            open_index(self._folder.current())
        except IndexUnusable as unusable:
            return IndexHealth(usable=False, reason=str(unusable))
        return IndexHealth(True, len(snapshot), snapshot.generation)

    def ids(self) -> frozenset[str]:
        """Return every id."""
        return frozenset(self.stamps())

    def stamps(self) -> dict[str, str]:
        """Return the fingerprint of every document."""
        snapshot = self._open()
        return {
            segment.ids[number]: segment.fingerprints[number]
            for segment, base in snapshot.parts()
            for number in range(segment.count)
            if snapshot.alive[base + number]
        }

    def _change(self, removed: Collection[str], added: Iterable[SearchDocument]) -> None:
        with self._folder.writing():
            directory = self._folder.current()
            index = open_index(directory, for_writing=True)
            with damage_as_unusable():
                writer: Any = index.writer(limitmb=_WRITER_MEMORY)
                with _cancelling(writer):
                    for identifier in removed:
                        writer.delete_by_term(ID, identifier)
                    for document in added:
                        writer.add_document(**whoosh_fields(document))
                    writer.commit()
                record_sizes(directory, latest_commit(directory))
        self._checked_at = 0.0

    def _current(self) -> Snapshot:
        snapshot = self._snapshot
        if snapshot and time.monotonic() - self._checked_at < self._refresh_seconds:
            return snapshot
        return self._open()

    def _open(self) -> Snapshot:
        with self._refreshing:
            for attempt in range(_OPENING_ATTEMPTS):
                try:
                    self._snapshot = self._newest(self._snapshot)
                except IndexUnusable:
                    # A writer may have replaced the files while they were being opened.
                    if attempt == _OPENING_ATTEMPTS - 1:
                        raise
                    time.sleep(0.02)
                else:
                    break
            self._checked_at = time.monotonic()
            assert self._snapshot is not None  # noqa: S101 - the loop raised otherwise
            return self._snapshot

    def _newest(self, held: Snapshot | None) -> Snapshot:
        directory = self._folder.current()
        with damage_as_unusable():
            generation = f"{directory.name}.{latest_commit(directory)}"
            if held is not None and held.generation == generation:
                return held
            return Snapshot(generation, open_index(directory).reader(), held)


class _cancelling:  # noqa: N801 - reads as a verb where it is used
    """Cancel a Whoosh writer when its block fails, which gives Whoosh's own lock back."""

    def __init__(self, writer: Any) -> None:  # noqa: ANN401 - untyped there
        self._writer = writer

    def __enter__(self) -> None:
        """Enter the block."""

    def __exit__(self, kind: type[BaseException] | None, *_rest: object) -> None:
        """Cancel on failure."""
        if kind is not None and not self._writer.is_closed:
            self._writer.cancel()


def _write_all(
    directory: Path,
    documents: Iterable[SearchDocument],
    progress: Callable[[int], None] | None,
) -> int:
    index = create_index(directory)
    count = 0
    for part in _parts(_without_repeats(documents)):
        writer: Any = index.writer(limitmb=_WRITER_MEMORY)
        with _cancelling(writer):
            for document in part:
                writer.add_document(**whoosh_fields(document))
                count += 1
                if progress is not None and count % _PROGRESS_STEP == 0:
                    progress(count)
            writer.commit(merge=False)
    record_sizes(directory, latest_commit(directory))
    if progress is not None:
        progress(count)
    return count


def _parts(documents: Iterator[SearchDocument]) -> Iterator[Iterable[SearchDocument]]:
    """Yield segments that fit in memory: Whoosh's sort on disk doubles the time of a build."""
    for first in documents:
        yield chain((first,), islice(documents, _SEGMENT_DOCUMENTS - 1))


def _without_repeats(documents: Iterable[SearchDocument]) -> Iterator[SearchDocument]:
    """Yield the first document of each id: a rebuild reads every entry once."""
    seen: set[str] = set()
    for document in documents:
        if document.id not in seen:
            seen.add(document.id)
            yield document


def _completion(snapshot: Snapshot, place: int) -> Completion:
    segment, number = snapshot.locate(place)
    title, _, _ = segment.texts(number)
    return Completion(title, segment.kinds[number], segment.ids[number])
