"""The team that best covers several needs: who, what each brings, who could sit there instead.

A team covers a need as well as its best member does: two partial answers do not make a whole one,
and nobody has measured how they would add up. The worth of a team is the sum over the needs of
weight times coverage. The choice is exact whenever the search ends in time, which the answer says.

Ties, in this order: the fewest members; the smallest sum of the numbers drawn for the members
from the seed (``matching.ranking.tie_order``); the order of identifiers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from matching.consortium_search import TIE_BITS, Found, Gains, best_rows
from matching.ranking import tie_order

FULL_COVERAGE: Final = 1_000
MAX_NEEDS: Final = 12
MAX_MEMBERS: Final = 12
SHOWN_REPLACEMENTS: Final = 3
DEFAULT_SECONDS: Final = 2.0


@dataclass(frozen=True, slots=True)
class WeightedNeed:
    """One need to cover, and how much it counts."""

    id: int
    weight: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """An actor, and how well its best offer covers each need (0 to 1,000, in their order)."""

    id: int
    coverage: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamQuestion:
    """What a team is asked for; equal questions have equal answers."""

    needs: tuple[WeightedNeed, ...]
    candidates: tuple[Candidate, ...]
    max_members: int
    locked: frozenset[int] = frozenset()
    """Candidates that must be in the team."""
    excluded: frozenset[int] = frozenset()
    """Candidates that may not."""
    seed: int = 0


class TeamProblem(StrEnum):
    """Why no team answers a question."""

    NO_SEAT = "no-seat"
    TOO_MANY_LOCKS = "too-many-locks"
    LOCKED_AND_EXCLUDED = "locked-and-excluded"
    LOCKED_UNKNOWN = "locked-unknown"


class NeedState(StrEnum):
    """How a need stands with a team."""

    COVERED = "covered"
    COVERABLE = "coverable"
    """Nobody in the team covers it, somebody outside would."""
    UNCOVERABLE = "uncoverable"
    """Nobody at all covers it."""


@dataclass(frozen=True, slots=True)
class Replacement:
    """A candidate for a seat, and what the team's worth would become less what it is."""

    id: int
    change: int


@dataclass(frozen=True, slots=True)
class Seat:
    """One member: what the team would lose without it, and who could sit there instead."""

    id: int
    is_locked: bool
    gain: int
    """Worth of the team less its worth without this member."""
    replacements: tuple[Replacement, ...]
    """Outside the team, neither excluded; the least loss first."""


@dataclass(frozen=True, slots=True)
class NeedCover:
    """What becomes of one need."""

    id: int
    state: NeedState
    coverage: int
    covered_by: tuple[int, ...]
    """The members that cover it best, equals together."""


@dataclass(frozen=True, slots=True)
class Team:
    """The answer: seats by decreasing gain, needs in the order of the question."""

    seats: tuple[Seat, ...]
    needs: tuple[NeedCover, ...]
    worth: int
    highest: int
    """What a team that covers every need fully is worth."""
    bound: int
    """No team is worth more."""
    is_tie_settled: bool
    one_more: Replacement | None
    """Who would add most to this team as one more member; ``None`` when nobody adds anything."""
    problem: TeamProblem | None = None

    @property
    def is_proven(self) -> bool:
        """Tell whether no better team exists."""
        return self.problem is None and self.bound == self.worth

    @property
    def gap(self) -> int:
        """Return how much more a better team could be worth at most."""
        return self.bound - self.worth


def find_team(question: TeamQuestion, *, seconds: float = DEFAULT_SECONDS) -> Team:
    """Choose the team of greatest worth.

    Args:
        question: needs (weights from 1), candidates, size, locks and exclusions; the order of the
            candidates does not matter.
        seconds: how long the search may last; what it found by then is returned, with its bound.

    Returns:
        The team, or an empty one with the ``problem`` that forbids any.

    Raises:
        ValueError: a candidate does not have one coverage per need, or one out of bounds.
    """
    _check(question)
    problem = _problem(question)
    if problem is not None:
        return _no_team(question, problem)
    table = _Table.of(question)
    locked = [table.row_of[one] for one in sorted(question.locked)]
    held = table.best_of(locked)
    free = [row for row in range(len(table.ids)) if row not in set(locked)]
    found = best_rows(
        np.maximum(table.values[free] - held, 0),
        question.max_members - len(locked),
        [table.ties[row] for row in free],
        seconds=seconds,
    )
    rows = sorted([*locked, *(free[row] for row in found.rows)])
    return _described(question, table, rows, found)


@dataclass(frozen=True, slots=True)
class _Table:
    """The candidates that may be chosen, by identifier: weighted coverage and tie numbers."""

    ids: tuple[int, ...]
    values: Gains
    ties: tuple[int, ...]
    row_of: dict[int, int]

    @classmethod
    def of(cls, question: TeamQuestion) -> "_Table":
        able = sorted(
            (one for one in question.candidates if one.id not in question.excluded),
            key=lambda one: one.id,
        )
        ids = tuple(one.id for one in able)
        weights = np.array([need.weight for need in question.needs], dtype=np.int64)
        coverage = np.array([one.coverage for one in able], dtype=np.int64)
        drawn = tie_order(np.array(ids, dtype=np.int64), question.seed)
        return cls(
            ids=ids,
            values=coverage.reshape(len(able), len(weights)) * weights,
            ties=tuple(int(number) >> (64 - TIE_BITS) for number in drawn),
            row_of={one: row for row, one in enumerate(ids)},
        )

    def best_of(self, rows: Sequence[int]) -> NDArray[np.int64]:
        """Return the greatest value of ``rows`` for each need."""
        if not rows:
            return np.zeros(self.values.shape[1], dtype=np.int64)
        best: NDArray[np.int64] = self.values[list(rows)].max(axis=0)
        return best


def _check(question: TeamQuestion) -> None:
    for one in question.candidates:
        if len(one.coverage) != len(question.needs):
            message = f"candidate {one.id}: one coverage per need is wanted"
            raise ValueError(message)
        if not all(0 <= value <= FULL_COVERAGE for value in one.coverage):
            message = f"candidate {one.id}: a coverage is out of bounds"
            raise ValueError(message)


def _problem(question: TeamQuestion) -> TeamProblem | None:
    if question.max_members < 1:
        return TeamProblem.NO_SEAT
    if question.locked & question.excluded:
        return TeamProblem.LOCKED_AND_EXCLUDED
    if question.locked - {one.id for one in question.candidates}:
        return TeamProblem.LOCKED_UNKNOWN
    if len(question.locked) > question.max_members:
        return TeamProblem.TOO_MANY_LOCKS
    return None


def _no_team(question: TeamQuestion, problem: TeamProblem) -> Team:
    table = _Table.of(question)
    return Team(
        seats=(),
        needs=_need_covers(question, table, []),
        worth=0,
        highest=_highest(question),
        bound=0,
        is_tie_settled=False,
        one_more=None,
        problem=problem,
    )


def _highest(question: TeamQuestion) -> int:
    return FULL_COVERAGE * sum(need.weight for need in question.needs)


def _described(question: TeamQuestion, table: _Table, rows: list[int], found: Found) -> Team:
    worth = int(table.best_of(rows).sum())
    outside = [row for row in range(len(table.ids)) if row not in set(rows)]
    seats = [_seat(question, table, rows, row, outside) for row in rows]
    added = _replacements(table, rows, outside, worth, most=1)
    return Team(
        seats=tuple(sorted(seats, key=lambda seat: (-seat.gain, seat.id))),
        needs=_need_covers(question, table, rows),
        worth=worth,
        highest=_highest(question),
        bound=worth + found.bound - found.value,
        is_tie_settled=found.is_tie_settled,
        one_more=added[0] if added and added[0].change else None,
    )


def _seat(
    question: TeamQuestion, table: _Table, rows: list[int], row: int, outside: list[int]
) -> Seat:
    worth = int(table.best_of(rows).sum())
    others = [other for other in rows if other != row]
    return Seat(
        id=table.ids[row],
        is_locked=table.ids[row] in question.locked,
        gain=worth - int(table.best_of(others).sum()),
        replacements=_replacements(table, others, outside, worth, most=SHOWN_REPLACEMENTS),
    )


def _replacements(
    table: _Table, team: list[int], outside: list[int], worth: int, *, most: int
) -> tuple[Replacement, ...]:
    """Return the best additions to ``team``, with the change from ``worth``.

    Only those that bring something: a change equal to leaving the seat empty replaces nobody.
    """
    held = table.best_of(team)
    sums = np.maximum(table.values[outside], held).sum(axis=1)
    ordered = sorted(
        zip(outside, sums.tolist(), strict=True),
        key=lambda pair: (-pair[1], table.ties[pair[0]], table.ids[pair[0]]),
    )
    empty = int(held.sum())
    return tuple(
        Replacement(table.ids[row], total - worth) for row, total in ordered[:most] if total > empty
    )


def _need_covers(question: TeamQuestion, table: _Table, rows: list[int]) -> tuple[NeedCover, ...]:
    return tuple(
        _need_cover(need, table.values[:, place], table, rows)
        for place, need in enumerate(question.needs)
    )


def _need_cover(
    need: WeightedNeed, column: NDArray[np.int64], table: _Table, rows: list[int]
) -> NeedCover:
    best = max((int(column[row]) for row in rows), default=0)
    if best:
        state = NeedState.COVERED
    else:
        state = NeedState.COVERABLE if column.any() else NeedState.UNCOVERABLE
    return NeedCover(
        id=need.id,
        state=state,
        coverage=best // need.weight,
        covered_by=tuple(table.ids[row] for row in rows if best and column[row] == best),
    )
