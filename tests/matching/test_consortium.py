"""The best team: against every team there is on small cases, and what always holds."""

from dataclasses import replace
from itertools import combinations
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.consortium import (
    Candidate,
    NeedState,
    Team,
    TeamProblem,
    TeamQuestion,
    WeightedNeed,
    find_team,
)
from matching.consortium_search import TIE_BITS, first_rows, reached, rows_worth_trying
from matching.ranking import tie_order

# Few distinct values, so that equal teams are frequent; zeros, so that needs go uncovered.
COVERAGES = (0, 0, 300, 500, 500, 720, 1000)


@st.composite
def questions(draw: st.DrawFn, *, most: int = 8) -> TeamQuestion:
    needs = draw(st.integers(1, 5))
    count = draw(st.integers(0, most))
    ids = draw(st.permutations(range(1, count + 1)))
    coverage = st.tuples(*[st.sampled_from(COVERAGES)] * needs)
    kept = draw(st.lists(st.sampled_from(ids), max_size=3, unique=True)) if ids else []
    out = draw(st.lists(st.sampled_from(ids), max_size=3, unique=True)) if ids else []
    return TeamQuestion(
        needs=tuple(WeightedNeed(10 + n, draw(st.integers(1, 5))) for n in range(needs)),
        candidates=tuple(Candidate(one, draw(coverage)) for one in ids),
        max_members=draw(st.integers(1, 5)),
        locked=frozenset(kept),
        excluded=frozenset(out) - frozenset(kept),
        seed=draw(st.integers(0, 3)),
    )


def worth_of(question: TeamQuestion, members: frozenset[int]) -> int:
    chosen = [one for one in question.candidates if one.id in members]
    return sum(
        need.weight * max((one.coverage[place] for one in chosen), default=0)
        for place, need in enumerate(question.needs)
    )


def possible_teams(question: TeamQuestion) -> list[frozenset[int]]:
    able = sorted({one.id for one in question.candidates} - question.excluded)
    return [
        frozenset(team)
        for size in range(question.max_members + 1)
        for team in combinations(able, size)
        if question.locked <= frozenset(team)
    ]


def drawn(question: TeamQuestion, members: frozenset[int]) -> int:
    ids = np.array(sorted(members), dtype=np.int64)
    return sum(int(number) >> (64 - TIE_BITS) for number in tie_order(ids, question.seed))


def members_of(team: Team) -> frozenset[int]:
    return frozenset(seat.id for seat in team.seats)


def is_answerable(question: TeamQuestion) -> bool:
    return len(question.locked) <= question.max_members


@given(questions())
@settings(max_examples=120, deadline=None)
def test_no_other_team_comes_first(question: TeamQuestion) -> None:
    team = find_team(question)
    if not is_answerable(question):
        assert (team.problem, team.seats) == (TeamProblem.TOO_MANY_LOCKS, ())
        return
    best = min(
        possible_teams(question),
        key=lambda one: (-worth_of(question, one), len(one), drawn(question, one)),
    )
    assert members_of(team) == best
    assert team.worth == worth_of(question, best)
    assert team.is_proven
    assert team.is_tie_settled


@given(questions())
@settings(max_examples=60, deadline=None)
def test_figures_are_what_they_say(question: TeamQuestion) -> None:
    team = find_team(question)
    members = members_of(team)
    for seat in team.seats:
        rest = members - {seat.id}
        assert seat.gain == team.worth - worth_of(question, rest)
        for other in seat.replacements:
            assert other.id not in members | question.excluded
            assert other.change == worth_of(question, rest | {other.id}) - team.worth
    if team.one_more is not None:
        change = worth_of(question, members | {team.one_more.id}) - team.worth
        assert team.one_more.change == change > 0
    by_id = {one.id: one for one in question.candidates}
    for place, need in enumerate(team.needs):
        best = max((by_id[one].coverage[place] for one in members), default=0)
        assert need.coverage == best
        assert set(need.covered_by) == {
            one for one in members if best and by_id[one].coverage[place] == best
        }


@given(questions(), st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_the_order_of_candidates_does_not_matter(question: TeamQuestion, order: Random) -> None:
    shuffled = list(question.candidates)
    order.shuffle(shuffled)
    assert find_team(replace(question, candidates=tuple(shuffled))) == find_team(question)


@given(questions())
@settings(max_examples=40, deadline=None)
def test_one_more_candidate_never_lowers_the_best(question: TeamQuestion) -> None:
    if not question.candidates or not is_answerable(question):
        return
    last = question.candidates[-1]
    fewer = replace(
        question,
        candidates=question.candidates[:-1],
        locked=question.locked - {last.id},
        excluded=question.excluded - {last.id},
    )
    more = replace(fewer, candidates=question.candidates)
    assert find_team(more).worth >= find_team(fewer).worth


@given(questions())
@settings(max_examples=40, deadline=None)
def test_one_more_seat_never_lowers_the_best(question: TeamQuestion) -> None:
    if is_answerable(question):
        larger = replace(question, max_members=question.max_members + 1)
        assert find_team(larger).worth >= find_team(question).worth


@given(questions())
@settings(max_examples=40, deadline=None)
def test_locks_are_kept_and_exclusions_absent(question: TeamQuestion) -> None:
    team = find_team(question)
    if team.problem is None:
        members = members_of(team)
        assert question.locked <= members
        assert not members & question.excluded
        assert len(members) <= question.max_members
        assert {seat.id for seat in team.seats if seat.is_locked} == question.locked


@given(questions(most=7))
@settings(max_examples=60, deadline=None)
def test_rows_set_aside_belong_to_no_best_choice(question: TeamQuestion) -> None:
    free = [one for one in question.candidates if one.id not in question.excluded]
    if not free:
        return
    weights = np.array([need.weight for need in question.needs])
    gains = np.array([one.coverage for one in free], dtype=np.int64) * weights
    seats = min(question.max_members, len(free))
    kept, bound = rows_worth_trying(gains, seats, reached(gains, first_rows(gains, seats)))
    values = {team: reached(gains, team) for team in combinations(range(len(free)), seats)}
    best = max(values.values())
    assert bound >= best
    assert {row for team, value in values.items() if value == best for row in team} <= set(kept)


NEEDS = (WeightedNeed(1, 3), WeightedNeed(2, 1), WeightedNeed(3, 5))


def ask(*candidates: Candidate, **fields: object) -> TeamQuestion:
    return replace(
        TeamQuestion(needs=NEEDS, candidates=candidates, max_members=2),
        **fields,  # type: ignore[arg-type]
    )


def test_a_need_nobody_covers_is_told_from_one_left_aside() -> None:
    question = ask(Candidate(1, (900, 0, 0)), Candidate(2, (0, 400, 0)), max_members=1)
    states = [need.state for need in find_team(question).needs]
    assert states == [NeedState.COVERED, NeedState.COVERABLE, NeedState.UNCOVERABLE]


def test_equals_take_turns_with_the_seed() -> None:
    twins = tuple(Candidate(one, (800, 0, 0)) for one in (1, 2, 3))
    chosen = {
        next(iter(members_of(find_team(ask(*twins, max_members=1, seed=seed)))))
        for seed in range(40)
    }
    assert chosen == {1, 2, 3}


def test_a_member_that_adds_nothing_takes_no_seat() -> None:
    question = ask(Candidate(1, (900, 900, 900)), Candidate(2, (500, 0, 0)), max_members=5)
    assert members_of(find_team(question)) == {1}


def test_the_value_of_one_more_seat_names_who_adds_most() -> None:
    question = ask(Candidate(1, (900, 0, 0)), Candidate(2, (0, 0, 900)), Candidate(3, (0, 400, 0)))
    one_more = find_team(question).one_more
    assert one_more is not None
    assert (one_more.id, one_more.change) == (3, 400)


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"max_members": 0}, TeamProblem.NO_SEAT),
        ({"locked": frozenset({1, 2, 3})}, TeamProblem.TOO_MANY_LOCKS),
        ({"locked": frozenset({1}), "excluded": frozenset({1})}, TeamProblem.LOCKED_AND_EXCLUDED),
        ({"locked": frozenset({9})}, TeamProblem.LOCKED_UNKNOWN),
    ],
)
def test_what_cannot_be_answered_is_said(fields: dict[str, object], problem: TeamProblem) -> None:
    three = tuple(Candidate(one, (100, 100, 100)) for one in (1, 2, 3))
    team = find_team(ask(*three, **fields))
    assert (team.problem, team.seats, team.worth, team.is_proven) == (problem, (), 0, False)


@pytest.mark.parametrize("coverage", [(1, 2), (1, 2, 1_001), (-1, 0, 0)])
def test_a_coverage_out_of_shape_is_refused(coverage: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="candidate 4"):
        find_team(ask(Candidate(4, coverage)))


def test_without_time_the_answer_is_a_team_and_says_it_is_not_proven() -> None:
    source = Random(0)  # noqa: S311 - figures, not secrets
    needs = tuple(WeightedNeed(number, source.randint(1, 5)) for number in range(12))
    crowd = tuple(
        Candidate(number, tuple(source.randint(0, 1_000) for _ in needs))
        for number in range(1, 201)
    )
    question = TeamQuestion(needs=needs, candidates=crowd, max_members=5)
    hurried, finished = find_team(question, seconds=0.0), find_team(question, seconds=60)
    assert finished.is_proven
    assert finished.gap == 0
    assert not hurried.is_proven
    assert hurried.worth <= finished.worth <= hurried.bound
    assert len(hurried.seats) == 5
