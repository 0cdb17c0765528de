"""A day planned from its wishes: selection, placement, fewer breaks, tables; and what is known.

The answer depends on the day, its seed and the effort alone, unless the time limit or the caller
cuts the search short, which it says: the best found so far is then returned, whole.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from meetups import breaks, placement
from meetups.board import Board, count_breaks, count_waits, open_slots
from meetups.problem import WishedDay
from meetups.selection import Selection, select
from meetups.tables import assign_tables

USUAL_EFFORT: Final = 100


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
) -> PlannedDay:
    """Plan a day: which wishes are held, in which slot, at which table.

    Args:
        day: participants, slots, tables and wishes.
        seconds: wall time after which the best plan found so far is returned.
        on_progress: told how far it is; ``False`` stops the search.
        effort: how long breaks are worked on, in percent of the usual number of steps; the same
            effort gives the same plan on any machine unless the time limit cuts it.

    Returns:
        A whole plan that breaks no rule of the day, whatever was cut.
    """
    run = _Run(day, seconds, on_progress)
    run.tell(Phase.SELECTION)
    run.selection = select(day)
    run.tell(Phase.PLACEMENT)
    left = placement.place(run.board, run.selection.chosen)
    _fill(run.board, left)
    is_whole = breaks.shorten(
        run.board,
        seed=day.seed,
        effort=effort,
        until=run.started + seconds,
        is_going_on=lambda: run.tell(Phase.BREAKS),
    )
    run.tell(Phase.TABLES)
    return describe(
        day,
        run.board.slots(),
        run.selection,
        is_cut=not is_whole or run.is_stopped,
        seconds=run.seconds,
    )


def describe(
    day: WishedDay,
    slots: Sequence[int | None],
    selection: Selection,
    *,
    is_cut: bool,
    seconds: float,
) -> PlannedDay:
    """Return the plan that holds meetings in ``slots``, with what is known of it."""
    opened = open_slots(day.tables)
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
        tables=assign_tables(day, slots),
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


def _fill(board: Board, left: list[int]) -> None:
    """Put in what else finds a place: first those that were selected, then by worth."""
    day = board.day
    waiting = sorted(
        (index for index, slot in enumerate(board.slot) if slot < 0),
        key=lambda index: (index not in set(left), -day.candidates[index].worth, index),
    )
    for index in waiting:
        people = day.candidates[index].participants
        if all(board.busy[person].bit_count() < day.most[person] for person in people):
            placement.insert(board, index)


class _Run:
    """One call of the planner: its clock and what it tells."""

    def __init__(self, day: WishedDay, seconds: float, on_progress: OnProgress | None) -> None:
        self.started = time.perf_counter()
        self.limit = seconds
        self.board = Board(day)
        self.selection: Selection | None = None
        self.is_stopped = False
        self._on_progress = on_progress

    @property
    def seconds(self) -> float:
        return time.perf_counter() - self.started

    def tell(self, phase: Phase) -> bool:
        """Tell the caller how far it is; return whether to go on."""
        if self._on_progress is None:
            return True
        board = self.board
        progress = Progress(
            phase=phase,
            placed=sum(board.load),
            score=sum(board.day.candidates[index].worth for index in board.held()),
            score_bound=self.selection.bound if self.selection else 0,
            breaks=board.breaks(),
            breaks_bound=breaks.breaks_bound(board.day, board),
            seconds=self.seconds,
        )
        if not self._on_progress(progress):
            self.is_stopped = True
        return not self.is_stopped
