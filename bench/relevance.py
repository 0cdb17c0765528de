"""Quality of the search on PIAF questions, beside plain BM25 and SQLite FTS5 in the same run.

``run.py bench relevance [--json FILE]``. Figures are means over questions with 95 % bootstrap
intervals; then the part on the graded needs (``bench.relevance_needs``). The collection is not
part of the project: give its folder with ``--data``.
"""

import argparse
import json
import math
import random
import re
import sys
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Final

from bench import relevance_needs
from bench.fts5 import Fts5
from bench.timing import print_table, write_json
from matching.evaluation import Interval, bootstrap, by_query, ndcg, recall, reciprocal_rank
from search.documents import SearchDocument
from search.evaluation_run import (
    RunDocument,
    RunQuery,
    read_documents,
    read_queries,
    run_queries,
)

DATA: Final = Path(__file__).resolve().parents[2] / "shared" / "data" / "piaf"
DEPTH: Final = 50
_SEED: Final = 2026
_RELEVANT: Final = 2
_CUTOFF: Final = 10
GOAL_NDCG: Final = 0.83
MOST_LOST_WITHOUT_ACCENTS: Final = 0.005
MOST_LOST_WITH_A_TYPO: Final = 0.03

Run = Mapping[str, Sequence[str]]
_WORD = re.compile(r"\w+")
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
_LONG_ENOUGH: Final = 6
_OURS: Final = "ours"
_NO_ACCENTS: Final = "ours, no accents typed"
_TYPO: Final = "ours, one typo a question"


@dataclass(frozen=True, slots=True)
class Questions:
    """A collection: documents, questions, and the relevant documents of each question."""

    documents: list[RunDocument]
    queries: list[RunQuery]
    judgements: dict[str, dict[str, int]]


def read_collection(folder: Path) -> Questions:
    """Read ``documents.jsonl`` and ``queries.jsonl``."""
    lines = (folder / "queries.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines if line.strip()]
    return Questions(
        read_documents(folder / "documents.jsonl"),
        read_queries(folder / "queries.jsonl"),
        {str(row["id"]): dict.fromkeys(map(str, row["relevant"]), _RELEVANT) for row in rows},
    )


def runs(collection: Questions) -> dict[str, Run]:
    """Return our ranking, on the questions as they are and damaged, and the baselines."""
    queries, documents = collection.queries, collection.documents
    rng = random.Random(_SEED)  # noqa: S311 - reproducible, not secret
    bare = [replace(query, text=_without_accents(query.text)) for query in queries]
    typos = [replace(query, text=with_typo(rng, query.text)) for query in queries]
    plain, peer = PlainBm25(documents), _fts5(documents)
    numbers = [document.id for document in documents]

    def ask_peer(text: str) -> list[str]:
        return [numbers[at] for at in peer.rank(text, DEPTH)]

    return {
        _OURS: _our_run(documents, queries),
        _NO_ACCENTS: _our_run(documents, bare),
        _TYPO: _our_run(documents, typos),
        "BM25 on plain words": _run_of(plain.rank, queries),
        "BM25, no accents typed": _run_of(plain.rank, bare),
        "BM25, one typo a question": _run_of(plain.rank, typos),
        "SQLite FTS5": _run_of(ask_peer, queries),
        "SQLite FTS5, one typo": _run_of(ask_peer, typos),
    }


def with_typo(rng: random.Random, text: str) -> str:
    """Return ``text`` with one letter of a long word left out, doubled up, changed or swapped."""
    words = text.split()
    long = [at for at, word in enumerate(words) if len(word) >= _LONG_ENOUGH and word.isalpha()]
    if not long:
        return text
    at = rng.choice(long)
    word = words[at]
    place = rng.randrange(1, len(word) - 1)
    head, tail = word[:place], word[place:]
    letter = rng.choice(_LETTERS)
    faults = (head + tail[1:], head + letter + tail, head + letter + tail[1:])
    swapped = head + tail[1] + tail[0] + tail[2:]
    words[at] = rng.choice((*faults, swapped))
    return " ".join(words)


class PlainBm25:
    """BM25 on lower-case words of title and text, without any French: the plain baseline."""

    _K1: Final = 1.2
    _B: Final = 0.75

    def __init__(self, documents: Sequence[RunDocument]) -> None:
        self._lengths: dict[str, int] = {}
        self._postings: defaultdict[str, dict[str, int]] = defaultdict(dict)
        for document in documents:
            counts = Counter(_WORD.findall(f"{document.title} {document.text}".lower()))
            self._lengths[document.id] = counts.total()
            for word, count in counts.items():
                self._postings[word][document.id] = count
        self._average = sum(self._lengths.values()) / (len(self._lengths) or 1)

    def rank(self, text: str) -> list[str]:
        """Return the best documents having any word of ``text``."""
        scores: defaultdict[str, float] = defaultdict(float)
        for word in set(_WORD.findall(text.lower())):
            postings = self._postings.get(word, {})
            rarity = math.log(
                1 + (len(self._lengths) - len(postings) + 0.5) / (len(postings) + 0.5)
            )
            for document, count in postings.items():
                norm = 1 - self._B + self._B * self._lengths[document] / self._average
                scores[document] += rarity * count * (self._K1 + 1) / (count + self._K1 * norm)
        return sorted(scores, key=lambda document: (-scores[document], document))[:DEPTH]


def evaluate(collection: Questions) -> dict[str, dict[str, Interval]]:
    """Return every measure of every run."""
    measures: dict[str, Callable[..., float | None]] = {
        "nDCG@10": partial(ndcg, k=_CUTOFF),
        "Recall@10": partial(recall, k=_CUTOFF),
        "MRR": reciprocal_rank,
    }
    return {
        name: {
            label: bootstrap(
                list(by_query(measure, run, collection.judgements).values()), seed=_SEED
            )
            for label, measure in measures.items()
        }
        for name, run in runs(collection).items()
    }


def goals_met(table: Mapping[str, Mapping[str, Interval]]) -> bool:
    """Tell whether our three rows reach the goals of the module."""
    ours, bare, typo = (table[name]["nDCG@10"].mean for name in (_OURS, _NO_ACCENTS, _TYPO))
    return (
        ours >= GOAL_NDCG
        and ours - bare <= MOST_LOST_WITHOUT_ACCENTS
        and ours - typo <= MOST_LOST_WITH_A_TYPO
    )


def main(arguments: list[str] | None = None) -> int:
    """Print both parts; return 1 when a goal is missed, 2 without the collection."""
    options = _parser().parse_args(arguments)
    if not (options.data / "queries.jsonl").exists():
        print(f"no collection in {options.data}: give its folder with --data", file=sys.stderr)
        return 2
    collection = read_collection(options.data)
    table = evaluate(collection)
    print_table(
        f"PIAF, {len(collection.queries)} questions on {len(collection.documents)} paragraphs "
        "(title + text), mean and 95 % interval",
        ("run", "nDCG@10", "Recall@10", "MRR"),
        [(name, *(_cell(value) for value in row.values())) for name, row in table.items()],
    )
    print(f"goals (nDCG@10 ≥ {GOAL_NDCG}, losses ≤ 0.005 and ≤ 0.03): {goals_met(table)}")
    write_json(
        options.json,
        {name: {label: asdict(v) for label, v in row.items()} for name, row in table.items()},
    )
    needs = relevance_needs.main(
        ["--json", str(options.json.with_suffix(".needs.json"))] if options.json else []
    )
    return 0 if goals_met(table) and not needs else 1


def _our_run(documents: list[RunDocument], queries: list[RunQuery]) -> Run:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for row in run_queries(documents, queries, top=DEPTH):
        found[row.query_id].append(row.document_id)
    return found


def _run_of(rank: Callable[[str], list[str]], queries: list[RunQuery]) -> Run:
    return {query.id: rank(query.text) for query in queries}


def _fts5(documents: list[RunDocument]) -> Fts5:
    peer = Fts5()
    peer.build(
        SearchDocument(id=d.id, kind="", title=d.title, body=d.text, updated_on=date(2000, 1, 1))
        for d in documents
    )
    return peer


def _without_accents(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def _cell(interval: Interval) -> str:
    return f"{interval.mean:.3f} [{interval.low:.3f} {interval.high:.3f}]"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bench relevance", description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--json", type=Path)
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
