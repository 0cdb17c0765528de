"""Cost of a search with exact total, three facets and excerpts, beside SQLite FTS5.

``run.py bench search --documents 10000 [--json FILE]``. CPU milliseconds, warm: every question
is asked once before it is measured; « first » is that first time.
"""

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from bench.corpus import FACETS, Corpus, make_corpus
from bench.fts5 import Fts5
from bench.timing import Timing, cpu_ms, measure, print_table, write_json
from search.query import MatchMode, ResultPage, SearchQuery
from search.whoosh_engine.backend import WhooshBackend

_SEED: Final = 2026
_BATCH: Final = 50
GOAL_P95_MS: Final = 25.0
_AHEAD_OF_FTS5: Final = ("one word", "OR of 2", "prefix")


def main(arguments: list[str] | None = None) -> int:
    """Run the bench; return 1 when a goal is missed."""
    options = _parser().parse_args(arguments)
    corpus = make_corpus(options.documents, seed=_SEED, questions=options.questions)
    with tempfile.TemporaryDirectory() as folder:
        figures = run(corpus, Path(folder))
    _print(options.documents, figures)
    write_json(options.json, figures)
    return 0 if figures["goals_met"] else 1


def run(corpus: Corpus, folder: Path) -> dict[str, object]:
    """Measure both engines on one corpus."""
    ours, peer = WhooshBackend(folder), Fts5()
    build = {
        "whoosh_ms": cpu_ms(lambda: ours.rebuild(corpus.documents)),
        "fts5_ms": cpu_ms(lambda: peer.build(corpus.documents)),
    }
    kinds = {kind: _compare(ours, peer, kind, asked) for kind, asked in corpus.questions.items()}
    batch = corpus.documents[:_BATCH]
    update = [cpu_ms(lambda: ours.index_batch(batch)) / len(batch) for _ in range(3)]
    return {
        "build": build,
        "update_ms_per_document": min(update),
        "queries": kinds,
        "goals_met": _goals_met(kinds),
    }


def _compare(
    ours: WhooshBackend, peer: Fts5, kind: str, asked: tuple[str, ...]
) -> dict[str, Timing]:
    def search(text: str) -> ResultPage:
        mode = MatchMode.ANY if kind == "OR of 2" else MatchMode.DIRECTORY
        return ours.search(SearchQuery(text=text, facets=tuple(FACETS), mode=mode))

    def search_peer(text: str) -> tuple[int, list[str]]:
        return peer.search(kind, text)

    call: Callable[[str], object] = search
    return {
        "first": measure(call, asked, warm=False),
        "whoosh": measure(call, asked, repeat=3),
        "fts5": measure(search_peer, asked, repeat=3),
    }


def _goals_met(kinds: dict[str, dict[str, Timing]]) -> bool:
    fast = all(timings["whoosh"].p95 <= GOAL_P95_MS for timings in kinds.values())
    ahead = all(kinds[kind]["whoosh"].p95 < kinds[kind]["fts5"].p95 for kind in _AHEAD_OF_FTS5)
    return fast and ahead


def _print(documents: int, figures: dict[str, object]) -> None:
    kinds = figures["queries"]
    build = figures["build"]
    assert isinstance(kinds, dict)  # noqa: S101 - built above
    assert isinstance(build, dict)  # noqa: S101 - idem
    print_table(
        f"{documents} documents, CPU ms, median / p95 (total, 3 facets, 20 excerpts)",
        ("query", "ours, warm", "ours, first", "SQLite FTS5", "p95 ours ÷ FTS5"),
        [
            (
                kind,
                timings["whoosh"].as_text(),
                timings["first"].as_text(),
                timings["fts5"].as_text(),
                f"{timings['whoosh'].p95 / timings['fts5'].p95:.2f}",
            )
            for kind, timings in kinds.items()
        ],
    )
    print(
        f"\nbuild: {build['whoosh_ms'] / 1000:.1f} s CPU, FTS5 {build['fts5_ms'] / 1000:.1f} s; "
        f"update in batches of {_BATCH}: {figures['update_ms_per_document']:.1f} ms a document"
    )
    print(f"goals (p95 ≤ {GOAL_P95_MS:.0f} ms; ahead of FTS5): {figures['goals_met']}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bench search", description=__doc__)
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--questions", type=int, default=60)
    parser.add_argument("--json", type=Path)
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
