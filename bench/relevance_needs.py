"""Relevance of the match on needs graded against real innovators, beside the baselines.

Reads ``needs.jsonl``, ``actors.jsonl`` and ``dev.qrels.tsv`` of a folder given or of the shared
data beside the project. Every line is measured on the same queries; lists are condensed in a
column of their own, because entries nobody judged are not bad.
"""

import argparse
import json
import random
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Final

from bench.timing import print_table, write_json
from matching.columns import Basis, OfferColumns
from matching.evaluation import (
    Grades,
    Interval,
    bootstrap,
    by_query,
    condensed,
    judged_share,
    ndcg,
    paired_difference,
    recall,
    reciprocal_rank,
)
from matching.lexicon import ThemeLexicon
from matching.profiles import NeedProfile, OfferProfile
from matching.ranking import Page, rank_offers
from matching.retrieval import (
    DEPTH,
    MASKED_NAME,
    HybridIndex,
    Query,
    RunRow,
    TextActor,
    TextNeed,
    analysed,
    match_run,
)
from search.analysis import clean, tokens
from vocabulary.kinds import ExperimentAppetite, OfferType, OrganizationKind

DATA: Final = Path(__file__).resolve().parent.parent.parent / "shared/data/needs-collection"
SEED: Final = 20261122
TODAY: Final = date(2026, 11, 22)  # no date is known of these entries
CUTOFF: Final = 10
APPETITES: Final = {
    "deploiement": ExperimentAppetite.PROVEN_ONLY,
    "experimentation": ExperimentAppetite.EXPERIMENT,
}
Run = dict[str, list[str]]
Measure = Callable[[Sequence[str], Grades], float | None]


@dataclass(frozen=True, slots=True)
class Collection:
    """Needs that have judgements, every actor, the grades."""

    needs: tuple[TextNeed, ...]
    appetites: Mapping[str, ExperimentAppetite | None]
    actors: tuple[TextActor, ...]
    judgements: Mapping[str, Grades]


def read_collection(folder: Path) -> Collection:
    """Read a collection, keeping the needs that have judgements."""
    judgements: dict[str, dict[str, int]] = {}
    for line in (folder / "dev.qrels.tsv").read_text(encoding="utf-8").splitlines():
        need_id, actor_id, grade = line.split("\t")
        judgements.setdefault(need_id, {})[actor_id] = int(grade)
    needs = [need for need in _lines(folder / "needs.jsonl") if need["id"] in judgements]
    return Collection(
        needs=tuple(
            TextNeed(need["id"], need["titre"], need["description"], tuple(need["themes"]))
            for need in needs
        ),
        appetites={need["id"]: APPETITES.get(need["maturite_souhaitee"]) for need in needs},
        actors=tuple(
            TextActor(actor["id"], actor["nom"], actor["texte"])
            for actor in _lines(folder / "actors.jsonl")
        ),
        judgements=judgements,
    )


def _lines(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def tokenize(text: str) -> tuple[str, ...]:
    """Return the terms of a text by the product's French chain."""
    return tuple(token.stem for token in tokens(clean(text)))


def text_of(actor: TextActor) -> str:
    """Return what an actor says, without the mark of masked persons."""
    return f"{actor.name}\n{actor.text}".replace(MASKED_NAME, " ")


def hybrid_run(collection: Collection) -> Run:
    """Rank as ``flask evaluate match`` does."""
    return _as_run(match_run(collection.needs, collection.actors, tokenize=tokenize))


def bm25_run(collection: Collection, *, with_themes: bool) -> Run:
    """Rank by BM25 alone, on title and description, with the need's theme words or not."""
    index = HybridIndex.build(collection.actors, tokenize)
    run: Run = {}
    for need in collection.needs:
        asked = need if with_themes else TextNeed(need.id, need.title, need.description)
        scores = index.bm25(Counter(analysed(asked, tokenize).words))
        run[need.id] = [index.ids[row] for row in (-scores).argsort(kind="stable")[:DEPTH]]
    return run


def score_run(collection: Collection, *, with_themes: bool, with_text: bool) -> Run:
    """Rank by the product's score on what this collection lets it know.

    These entries declare no theme: with themes, those that their texts happen to name are taken,
    which is far noisier than what an author declares and a moderator reads. Nothing else is
    known of them, so every other component is neutral and no gate closes.
    """
    lexicon = ThemeLexicon.build(tokenize)
    offers = [
        _offer(row, actor, lexicon, with_text=with_text)
        for row, actor in enumerate(collection.actors)
    ]
    columns = OfferColumns.build(offers, Basis.build(offers))
    run: Run = {}
    for row, need in enumerate(collection.needs):
        query = analysed(need, tokenize)
        profile = NeedProfile(
            id=row,
            themes=lexicon.precise_themes(query.subject) if with_themes else frozenset(),
            tokens=query.words if with_text else (),
            related=_theme_words(query, lexicon) if with_text else frozenset(),
            appetite=collection.appetites[need.id],
        )
        ranking = rank_offers(
            profile,
            columns,
            context=columns.basis.context(TODAY),
            page=Page(limit=DEPTH, seed=SEED),
        )
        run[need.id] = [collection.actors[match.offer.id].id for match in ranking.matches]
    return run


def sentences(collection: Collection) -> Collection:
    """Return the same needs as somebody in a hurry would type them: their titles alone."""
    titles = tuple(TextNeed(need.id, need.title, "") for need in collection.needs)
    return replace(collection, needs=titles, appetites=dict.fromkeys(collection.appetites))


def popularity_run(collection: Collection) -> Run:
    """Rank every need alike: the actors whose name wins most often first."""
    wins = Counter(actor.name for actor in collection.actors if actor.name)
    order = sorted(collection.actors, key=lambda actor: (-wins[actor.name], actor.id))
    return {need.id: [actor.id for actor in order[:DEPTH]] for need in collection.needs}


def random_run(collection: Collection) -> Run:
    """Draw a list per need; the collection states nothing a gate could close on."""
    source = random.Random(SEED)  # noqa: S311 - a baseline, not a secret
    ids = [actor.id for actor in collection.actors]
    return {need.id: source.sample(ids, DEPTH) for need in collection.needs}


def runs(collection: Collection) -> dict[str, Run]:
    """Return every run by name, ours first."""
    typed = sentences(collection)
    return {
        "hybrid (evaluate match)": hybrid_run(collection),
        "match score, words": score_run(collection, with_themes=False, with_text=True),
        "match score, themes read + words": score_run(collection, with_themes=True, with_text=True),
        "BM25, title + description + themes": bm25_run(collection, with_themes=True),
        "BM25, title + description": bm25_run(collection, with_themes=False),
        "themes read alone": score_run(collection, with_themes=True, with_text=False),
        "one sentence: match score, words": score_run(typed, with_themes=False, with_text=True),
        "one sentence: hybrid": hybrid_run(typed),
        "one sentence: BM25": bm25_run(typed, with_themes=False),
        "popularity": popularity_run(collection),
        "random within gates": random_run(collection),
    }


def measures() -> dict[str, Measure]:
    """Return the measures by name."""
    return {
        "nDCG@10": partial(ndcg, k=CUTOFF),
        "nDCG@10 condensed": lambda run, grades: ndcg(condensed(run, grades), grades, CUTOFF),
        "Recall@10": partial(recall, k=CUTOFF),
        "MRR": reciprocal_rank,
        "judged@10": partial(judged_share, k=CUTOFF),
    }


def evaluate(collection: Collection) -> dict[str, dict[str, Interval]]:
    """Return every measure of every run, and the paired gain of ours on nDCG@10."""
    first: dict[str, float] | None = None
    table: dict[str, dict[str, Interval]] = {}
    for name, run in runs(collection).items():
        row: dict[str, Interval] = {}
        for label, measure in measures().items():
            row[label] = bootstrap(
                list(by_query(measure, run, collection.judgements).values()), seed=SEED
            )
        values = by_query(partial(ndcg, k=CUTOFF), run, collection.judgements)
        first = values if first is None else first
        row["ours minus this"] = paired_difference(first, values, seed=SEED)
        table[name] = row
    return table


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; return 2 when the collection is not there."""
    parser = argparse.ArgumentParser(prog="bench relevance_needs", description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args(arguments)
    if not (options.data / "dev.qrels.tsv").exists():
        print(f"no collection in {options.data}: give its folder with --data", file=sys.stderr)
        return 2
    collection = read_collection(options.data)
    table = evaluate(collection)
    labels = (*measures(), "ours minus this")
    print_table(
        f"{len(collection.needs)} graded needs, {len(collection.actors)} actors: "
        "mean and bootstrap interval at 95 %",
        ("run", *labels),
        [(name, *(_cell(row[label]) for label in labels)) for name, row in table.items()],
    )
    write_json(
        options.json,
        {
            name: {label: asdict(value) for label, value in row.items()}
            for name, row in table.items()
        },
    )
    return 0


def _cell(interval: Interval) -> str:
    return f"{interval.mean:.3f} [{interval.low:.3f} {interval.high:.3f}]"


def _offer(row: int, actor: TextActor, lexicon: ThemeLexicon, *, with_text: bool) -> OfferProfile:
    words = tokenize(text_of(actor))
    return OfferProfile(
        id=row,
        organization_id=row,
        organization_kind=OrganizationKind.STARTUP,
        type=OfferType.SOLUTION,
        themes=lexicon.precise_themes(words),
        tokens=words if with_text else (),
    )


def _theme_words(query: Query, lexicon: ThemeLexicon) -> frozenset[str]:
    """Return the words of the themes that the subject of a need names, as the product does."""
    named = lexicon.precise_themes(query.subject)
    return frozenset(word for theme in named for word in lexicon.words[theme])


def _as_run(rows: Sequence[RunRow]) -> Run:
    run: Run = {}
    for row in rows:
        run.setdefault(row.need_id, []).append(row.actor_id)
    return run


if __name__ == "__main__":
    sys.exit(main())
