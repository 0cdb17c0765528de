"""Measures on cases worked by hand."""

import math

import pytest

from matching.evaluation import (
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

GRADES = {"a": 3, "b": 0, "c": 2, "d": 1}


def test_ndcg_by_hand() -> None:
    gained = 3 / math.log2(3) + 7 / math.log2(4)  # c second, a third
    ideal = 7 / math.log2(2) + 3 / math.log2(3) + 1 / math.log2(4)
    assert ndcg(["b", "c", "a"], GRADES, 3) == pytest.approx(gained / ideal)


def test_ndcg_of_the_ideal_order_is_one_and_of_strangers_zero() -> None:
    assert ndcg(["a", "c", "d", "b"], GRADES, 10) == pytest.approx(1.0)
    assert ndcg(["x", "y"], GRADES, 10) == 0.0


def test_queries_without_possible_gain_have_no_measure() -> None:
    assert ndcg(["a"], {"a": 0}, 10) is None
    assert recall(["a"], {"a": 1}, 10) is None
    assert reciprocal_rank(["a"], {"a": 1}) is None


def test_recall_counts_answers_within_k() -> None:
    assert [recall(["b", "a", "x", "c"], GRADES, k) for k in (1, 2, 4)] == [0.0, 0.5, 1.0]


def test_reciprocal_rank_of_the_first_answer() -> None:
    assert reciprocal_rank(["b", "d", "c"], GRADES) == pytest.approx(1 / 3)
    assert reciprocal_rank(["b", "d"], GRADES) == 0.0


def test_judged_share_and_condensed_lists() -> None:
    assert judged_share(["a", "x", "b", "y"], GRADES, 4) == 0.5
    assert judged_share([], GRADES, 4) is None
    assert condensed(["x", "a", "y", "b"], GRADES) == ["a", "b"]


def test_by_query_skips_what_has_no_measure_and_counts_missing_lists() -> None:
    judgements = {"q1": {"a": 2}, "q2": {"a": 0}, "q3": {"b": 2}}
    values = by_query(reciprocal_rank, {"q1": ["a"], "q2": ["a"]}, judgements)
    assert values == {"q1": 1.0, "q3": 0.0}


def test_bootstrap_of_constant_values_is_a_point() -> None:
    assert bootstrap([0.5] * 8, seed=1) == Interval(0.5, 0.5, 0.5)
    assert math.isnan(bootstrap([], seed=1).mean)


def test_bootstrap_brackets_the_mean_and_replays() -> None:
    found = bootstrap([0.0, 1.0] * 20, seed=3)
    assert found == bootstrap([0.0, 1.0] * 20, seed=3)
    assert 0.3 < found.low < found.mean < found.high < 0.7


def test_paired_differences_cancel_what_queries_share() -> None:
    ours, theirs = {"a": 0.9, "b": 0.3, "x": 1.0}, {"a": 0.8, "b": 0.2}
    found = paired_difference(ours, theirs, seed=1)
    assert found.low == pytest.approx(0.1)
    assert found.high == pytest.approx(0.1)
