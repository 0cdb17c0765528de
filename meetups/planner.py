"""A day planned from its wishes: selection, placement, fewer breaks, tables; and what is known.

The answer depends on the day, its seed and the effort alone, unless the time limit or the caller
cuts the search short, which it says: the best found so far is then returned, whole.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from meetups import breaks, placement
from meetups.board import Board, count_breaks, count_waits
from meetups.break_proof import prove_breaks
from meetups.problem import WishedDay
from meetups.seats import are_loops_scarce, table_rows
from meetups.selection import Selection, select
from meetups.tables import assign_tables

USUAL_EFFORT: Final = 100
SHARE_OF_SLOTS: Final = 0.3
"""Of the time, for selection and slots decided together where the flow promises too much."""
SHARE_BEFORE_PROOF: Final = 0.4
"""Of the time left, when a proof is asked for."""


class Phase(StrEnum):
    """What the planner is doing."""

    SELECTION = "selection"
    PLACEMENT = "placement"
    BREAKS = "breaks"
    PROOF = "proof"
    TABLES = "tables"


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Where the planner stands; the bounds are 0 until known."""

    phase: Phase
    placed: int
    score: int
    score_bound: int
    breaks: int
    breaks_bound: int
    seconds: float


OnProgress = Callable[[Progress], bool]
"""Told how far it is, several times a second; ``False`` stops at the best found so far."""


@dataclass(frozen=True, slots=True)
class Agenda:
    """What the plan gives one participant."""

    meetings: int
    breaks: int
    """Maximal groups of idle slots between two meetings, whatever the reason."""
    waits: int
    """Slots between two meetings in which the participant is available and meets nobody."""
    least: int
    """Meetings that could be guaranteed: what was asked for, less what no plan reaches."""

    @property
    def is_guarantee_kept(self) -> bool:
        """Tell whether the participant has the meetings guaranteed."""
        return self.meetings >= self.least


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedDay:
    """A whole plan; slots and tables are numbered from 0, in the order of the candidates."""

    slots: tuple[int | None, ...]
    """``None``: not held."""
    tables: tuple[int | None, ...]
    score: int
    score_bound: int
    """No plan under the same guarantee is worth more."""
    breaks: int
    breaks_bound: int
    """No plan of the same meetings has fewer."""
    agendas: tuple[Agenda, ...]
    """One a participant."""
    is_cut: bool
    """The time limit or the caller stopped the search: another run may end elsewhere."""
    seconds: float
    seed: int

    @property
    def placed(self) -> int:
        """Return how many meetings are held."""
        return sum(slot is not None for slot in self.slots)

    @property
    def is_score_proven(self) -> bool:
        """Tell whether no plan under the same guarantee is worth more."""
        return self.score >= self.score_bound

    @property
    def is_breaks_proven(self) -> bool:
        """Tell whether no plan of the same meetings has fewer breaks."""
        return self.breaks <= self.breaks_bound

    @property
    def waits(self) -> int:
        """Return the slots that all participants wait together."""
        return sum(agenda.waits for agenda in self.agendas)

    @property
    def is_guarantee_kept(self) -> bool:
        """Tell whether every participant has the meetings guaranteed."""
        return all(agenda.is_guarantee_kept for agenda in self.agendas)


def plan_day(
    day: WishedDay,
    *,
    seconds: float,
    on_progress: OnProgress | None = None,
    effort: int = USUAL_EFFORT,
    prove: bool = False,
    stays_close: bool = False,
    told: Mapping[int, int] | None = None,
) -> PlannedDay:
    """Plan a day: which wishes are held, in which slot, at which table.

    Args:
        day: participants, slots, tables and wishes.
        seconds: wall time after which the best plan found so far is returned.
        on_progress: told how far it is; ``False`` stops the search.
        effort: how long breaks are worked on, in percent of the usual number of steps; the same
            effort gives the same plan on any machine unless the time limit cuts it.
        prove: use the time left to prove that no plan of the same meetings has fewer breaks, or
            to find one; for small days.
        stays_close: a meeting stays where its candidate says that it is, unless the score is at
            stake, or a break for two meetings that move.
        told: tables of candidates that people know already, kept by those that keep their slot.

    Returns:
        A whole plan that breaks no rule of the day, whatever was cut.
    """
    run = _Run(seconds, on_progress)
    order = _Order(effort, prove, stays_close, told or {})
    plan = _planned(day, run, order)
    if stays_close and not (plan.is_score_proven and plan.is_guarantee_kept):
        # Where the wishes do not all find a place, where one starts from decides what is held.
        other = _planned(day, run, replace(order, stays_close=False))
        if _rank(day, other) > _rank(day, plan):
            return replace(other, seconds=run.seconds)
    return plan


@dataclass(frozen=True, slots=True)
class _Order:
    """How a day is planned."""

    effort: int
    prove: bool
    stays_close: bool
    told: Mapping[int, int]


def _rank(day: WishedDay, plan: PlannedDay) -> tuple[int, int, int]:
    """Return how good a plan is: required meetings, guarantees, score."""
    required = sum(
        one.is_required and slot is not None
        for one, slot in zip(day.candidates, plan.slots, strict=True)
    )
    missing = sum(max(0, one.least - one.meetings) for one in plan.agendas)
    return required, -missing, plan.score


def _planned(day: WishedDay, run: "_Run", order: _Order) -> PlannedDay:
    """Plan a day from nothing, or from where its meetings are."""
    run.tell(Phase.SELECTION, Board(day))
    placed = _placed(day, run, order)
    board = placed.board
    run.selection = replace(run.known, bound=placed.bound)
    board, is_whole = breaks.shorten(
        board,
        seed=day.seed,
        effort=order.effort,
        seconds=run.left * (SHARE_BEFORE_PROOF if order.prove else 1),
        is_going_on=lambda held: run.tell(Phase.BREAKS, held),
        guarantee=run.selection.least,
        stays_close=order.stays_close,
    )
    if board.worth < run.selection.bound:  # other slots are free now
        is_filled = placement.fill(board, lambda held: run.tell(Phase.PLACEMENT, held))
        is_whole = is_whole and is_filled
    bound = breaks.breaks_bound(board)
    if order.prove and board.breaks() > bound and run.tell(Phase.PROOF, board):
        board, bound = prove_breaks(board, run.left, lambda held: run.tell(Phase.PROOF, held))
    run.tell(Phase.TABLES, board)
    plan = describe(
        day,
        board.slots(),
        run.selection,
        is_cut=not (is_whole and placed.is_whole),
        seconds=run.seconds,
        told=order.told,
    )
    return replace(plan, breaks_bound=max(bound, plan.breaks_bound))


def _placed(day: WishedDay, run: "_Run", order: _Order) -> placement.Placed:
    """Choose the meetings and place them; with loops for all who asked where that costs nothing."""

    def place(asked: WishedDay, selection: Selection) -> placement.Placed:
        run.selection = selection
        return placement.place_selection(
            asked,
            selection,
            lambda held: run.tell(Phase.PLACEMENT, held),
            seconds=SHARE_OF_SLOTS * run.left,
            stays_close=order.stays_close,
        )

    favoured = [
        index
        for index, one in enumerate(day.candidates)
        if order.stays_close and one.slot is not None
    ]
    selection = select(day, favoured=favoured)
    if are_loops_scarce(day):
        sure = replace(day, are_loops_sure=True)
        with_loops = select(sure, favoured=favoured)
        if with_loops.gives_as_much_as(selection):
            placed = place(sure, with_loops)
            if placed.board.worth >= selection.bound and placed.is_complete:
                return placed
    return place(day, selection)


def describe(
    day: WishedDay,
    slots: Sequence[int | None],
    selection: Selection,
    *,
    is_cut: bool,
    seconds: float,
    told: Mapping[int, int],
) -> PlannedDay:
    """Return the plan that holds meetings in ``slots``, with what is known of it."""
    kept = {
        index: table for index, table in told.items() if slots[index] == day.candidates[index].slot
    }
    opened = table_rows(day).open_slots
    busy = [0] * len(day.available)
    for slot, candidate in zip(slots, day.candidates, strict=True):
        if slot is not None:
            for person in candidate.participants:
                busy[person] |= 1 << slot
    agendas = tuple(
        Agenda(
            meetings=held.bit_count(),
            breaks=count_breaks(held),
            waits=count_waits(held, available & opened),
            least=least,
        )
        for held, available, least in zip(busy, day.available, selection.least, strict=True)
    )
    return PlannedDay(
        slots=tuple(slots),
        tables=assign_tables(day, slots, told=kept),
        score=sum(
            candidate.worth
            for slot, candidate in zip(slots, day.candidates, strict=True)
            if slot is not None
        ),
        score_bound=selection.bound,
        breaks=sum(agenda.breaks for agenda in agendas),
        breaks_bound=sum(
            breaks.least_breaks(available & opened, held.bit_count())
            for held, available in zip(busy, day.available, strict=True)
        ),
        agendas=agendas,
        is_cut=is_cut,
        seconds=seconds,
        seed=day.seed,
    )


class _Run:
    """One call of the planner: its clock and what it tells."""

    def __init__(self, seconds: float, on_progress: OnProgress | None) -> None:
        self.started = time.perf_counter()
        self.limit = seconds
        self.selection: Selection | None = None
        self.is_stopped = False
        self._on_progress = on_progress

    @property
    def seconds(self) -> float:
        return time.perf_counter() - self.started

    @property
    def left(self) -> float:
        return self.limit - self.seconds

    @property
    def known(self) -> Selection:
        """Return the selection that is being placed."""
        if self.selection is None:  # pragma: no cover - placing has set it
            message = "nothing has been selected"
            raise RuntimeError(message)
        return self.selection

    def tell(self, phase: Phase, board: Board) -> bool:
        """Tell the caller how far it is; return whether to go on."""
        if self._on_progress is not None and not self.is_stopped:
            progress = Progress(
                phase=phase,
                placed=board.placed,
                score=board.worth,
                score_bound=self.selection.bound if self.selection else 0,
                breaks=board.breaks(),
                breaks_bound=breaks.breaks_bound(board),
                seconds=self.seconds,
            )
            self.is_stopped = not self._on_progress(progress)
        return not self.is_stopped and self.seconds < self.limit
