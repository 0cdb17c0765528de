"""Measures of a ranked list against graded judgements, with bootstrap intervals.

Definitions: nDCG with gain ``2**grade - 1`` and discount ``log2(rank + 1)`` (Järvelin and
Kekäläinen, 2002; gain of Burges et al., 2005); condensed lists (Sakai, 2007) drop the entries
nobody judged. A query whose ideal gain is zero has no nDCG and counts in no mean.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

Grades = Mapping[str, int]
"""Grade of each judged entry of one query."""
RELEVANT: Final = 2
"""Least grade that counts as an answer for recall and reciprocal rank."""
RESAMPLES: Final = 10_000


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean with the bounds of its percentile bootstrap interval."""

    mean: float
    low: float
    high: float


def ndcg(ranked: Sequence[str], grades: Grades, k: int) -> float | None:
    """Return the nDCG of the first ``k`` entries; ``None`` where no gain is possible."""
    ideal = _discounted(sorted(grades.values(), reverse=True)[:k])
    if not ideal:
        return None
    return _discounted([grades.get(entry, 0) for entry in ranked[:k]]) / ideal


def recall(ranked: Sequence[str], grades: Grades, k: int, least: int = RELEVANT) -> float | None:
    """Return the share of the answers found in the first ``k``; ``None`` without an answer."""
    answers = {entry for entry, grade in grades.items() if grade >= least}
    return len(answers.intersection(ranked[:k])) / len(answers) if answers else None


def reciprocal_rank(ranked: Sequence[str], grades: Grades, least: int = RELEVANT) -> float | None:
    """Return one over the rank of the first answer, 0 if it is not listed."""
    if not any(grade >= least for grade in grades.values()):
        return None
    ranks = (rank for rank, entry in enumerate(ranked, 1) if grades.get(entry, 0) >= least)
    first = next(ranks, None)
    return 1 / first if first else 0.0


def judged_share(ranked: Sequence[str], grades: Grades, k: int) -> float | None:
    """Return the share of the first ``k`` entries that were judged; ``None`` for an empty list."""
    shown = ranked[:k]
    return sum(entry in grades for entry in shown) / len(shown) if shown else None


def condensed(ranked: Sequence[str], grades: Grades) -> list[str]:
    """Return the list without the entries nobody judged."""
    return [entry for entry in ranked if entry in grades]


def by_query(
    measure: Callable[[Sequence[str], Grades], float | None],
    run: Mapping[str, Sequence[str]],
    judgements: Mapping[str, Grades],
) -> dict[str, float]:
    """Return the measure of every judged query it is defined for; a missing list is empty."""
    values = {query: measure(run.get(query, ()), grades) for query, grades in judgements.items()}
    return {query: value for query, value in values.items() if value is not None}


def bootstrap(values: Sequence[float], *, seed: int, level: float = 0.95) -> Interval:
    """Return the mean of per-query values and its percentile interval over resampled queries."""
    sample = np.asarray(values, dtype=np.float64)
    if not sample.size:
        return Interval(math.nan, math.nan, math.nan)
    draws = np.random.default_rng(seed).integers(0, sample.size, (RESAMPLES, sample.size))
    low, high = np.quantile(sample[draws].mean(axis=1), [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(sample.mean()), float(low), float(high))


def paired_difference(
    ours: Mapping[str, float], theirs: Mapping[str, float], *, seed: int
) -> Interval:
    """Return the mean difference over the queries both have, resampled in pairs."""
    shared = sorted(ours.keys() & theirs.keys())
    return bootstrap([ours[query] - theirs[query] for query in shared], seed=seed)


def _discounted(grades: Sequence[int]) -> float:
    gains = (float(2**grade - 1) / math.log2(rank + 1) for rank, grade in enumerate(grades, 1))
    return sum(gains)
