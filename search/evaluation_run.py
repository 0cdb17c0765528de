"""Run files for outside evaluation: given documents and queries, the best answers to each.

The documents are indexed apart from the application's data, in a folder that is removed.
"""

import json
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from search.documents import SearchDocument
from search.query import MatchMode, SearchQuery
from search.whoosh_engine.backend import WhooshBackend

RUN_DEPTH: Final = 50
# The collections have no dates; ties then fall back on titles.
_UNDATED: Final = date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class RunDocument:
    """A line of a documents file."""

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class RunQuery:
    """A line of a queries file."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class RunRow:
    """A line of a run file; ranks start at 1."""

    query_id: str
    document_id: str
    rank: int
    score: float

    def as_line(self) -> str:
        """Return the tab-separated line."""
        return f"{self.query_id}\t{self.document_id}\t{self.rank}\t{self.score:.6f}"


def read_documents(path: Path) -> list[RunDocument]:
    """Read ``{"id", "title", "text"}`` lines; raise ``ValueError`` naming a bad line."""
    rows = _read_lines(path, ("id", "text"))
    return [RunDocument(str(r["id"]), str(r.get("title") or ""), str(r["text"])) for r in rows]


def read_queries(path: Path) -> list[RunQuery]:
    """Read ``{"id", "query"}`` lines; raise ``ValueError`` naming a bad line."""
    return [RunQuery(str(r["id"]), str(r["query"])) for r in _read_lines(path, ("id", "query"))]


def run_queries(
    documents: Iterable[RunDocument], queries: Iterable[RunQuery], *, top: int = RUN_DEPTH
) -> list[RunRow]:
    """Return the ``top`` best documents of each query, best first, queries in their order."""
    with tempfile.TemporaryDirectory(prefix="evaluation-") as folder:
        backend = WhooshBackend(Path(folder))
        backend.rebuild(
            SearchDocument(id=d.id, kind="", title=d.title, body=d.text, updated_on=_UNDATED)
            for d in documents
        )
        return [row for query in queries for row in _rows(backend, query, top)]


def _rows(backend: WhooshBackend, query: RunQuery, top: int) -> Iterator[RunRow]:
    asked = SearchQuery(text=query.text, mode=MatchMode.ANY, limit=top, excerpts=False)
    for rank, hit in enumerate(backend.search(asked).hits, start=1):
        yield RunRow(query.id, hit.id, rank, hit.score)


def _read_lines(path: Path, wanted: tuple[str, ...]) -> Iterator[dict[str, object]]:
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except ValueError as error:
                message = f"{path.name}, line {number}: not JSON"
                raise ValueError(message) from error
            if not isinstance(row, dict) or not all(name in row for name in wanted):
                message = f"{path.name}, line {number}: wanted {', '.join(wanted)}"
                raise ValueError(message)
            yield row
