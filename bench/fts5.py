"""The peer of the search bench: SQLite FTS5, facets counted in SQL."""

import re
import sqlite3
from collections.abc import Iterable
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import OSA

from search.analysis import fold
from search.documents import SearchDocument

_PAGE: Final = 20
_WORD = re.compile(r"\w+")


class Fts5:
    """An FTS5 table of titles and bodies, and a table of facet values."""

    def __init__(self) -> None:
        self._db = sqlite3.connect(":memory:")
        self._db.executescript(
            """
            CREATE VIRTUAL TABLE entry USING fts5(
                title, body, tokenize = "unicode61 remove_diacritics 2", prefix = '3 4');
            CREATE VIRTUAL TABLE word USING fts5vocab(entry, row);
            CREATE TABLE facet (entry INTEGER, name TEXT, value TEXT);
            """
        )
        self._words: list[str] = []

    def build(self, documents: Iterable[SearchDocument]) -> None:
        """Insert documents and index their facets."""
        for number, document in enumerate(documents):
            self._db.execute(
                "INSERT INTO entry (rowid, title, body) VALUES (?, ?, ?)",
                (number, document.title, document.body),
            )
            self._db.executemany(
                "INSERT INTO facet VALUES (?, ?, ?)",
                [(number, name, v) for name, held in document.facets.items() for v in held],
            )
        self._db.execute("CREATE INDEX facet_entry ON facet (entry, name, value)")
        self._db.execute("INSERT INTO entry (entry) VALUES ('optimize')")
        self._db.commit()
        self._words = [row[0] for row in self._db.execute("SELECT term FROM word")]

    def search(self, kind: str, text: str) -> tuple[int, list[str]]:
        """Return the exact total and a page of titles; facets and snippets are computed."""
        expression = self._expression(kind, text)
        rows = self._db.execute(
            """SELECT rowid, title, snippet(entry, 1, '<b>', '</b>', '…', 30)
               FROM entry WHERE entry MATCH ? ORDER BY bm25(entry, 2.0, 1.0) LIMIT ?""",
            (expression, _PAGE),
        ).fetchall()
        total = self._db.execute(
            "SELECT count(*) FROM entry WHERE entry MATCH ?", (expression,)
        ).fetchone()[0]
        self._db.execute(
            """SELECT name, value, count(*) FROM facet
               WHERE entry IN (SELECT rowid FROM entry WHERE entry MATCH ?)
               GROUP BY name, value""",
            (expression,),
        ).fetchall()
        return total, [row[1] for row in rows]

    def rank(self, text: str, depth: int) -> list[int]:
        """Return the numbers of the best entries having any word of ``text``."""
        words = _WORD.findall(text)
        if not words:
            return []
        rows = self._db.execute(
            "SELECT rowid FROM entry WHERE entry MATCH ? ORDER BY bm25(entry) LIMIT ?",
            (" OR ".join(f'"{word}"' for word in words), depth),
        )
        return [row[0] for row in rows]

    def _expression(self, kind: str, text: str) -> str:
        if kind == "phrase":
            return text
        if kind == "prefix":
            return f'"{text.rstrip("*")}"*'
        words = text.split()
        if kind == "fuzzy":
            found = process.extractOne(fold(text), self._words, scorer=OSA.distance, score_cutoff=2)
            words = [found[0]] if found else words
        return (" OR " if kind == "OR of 2" else " AND ").join(f'"{word}"' for word in words)
