"""What a plan is worth and what it costs each participant: counted again from where it puts all."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from meetups.board import count_breaks, count_waits
from meetups.breaks import least_breaks
from meetups.seats import table_rows
from models.meetup_plan import MeetupPlan
from services.meetup_planning import DayToPlan, Placement


@dataclass(frozen=True, slots=True)
class PersonFigures:
    """What a plan gives one participant."""

    meetings: int
    breaks: int
    waits: int
    least: int
    """Meetings the plan guarantees."""
    table_changes: int


@dataclass(frozen=True, slots=True)
class PlanFigures:
    """What a plan amounts to; the bound on the score is the planner's, who works it out."""

    placed: int
    wished: int
    score: int
    breaks: int
    breaks_bound: int
    waits: int
    table_changes: int
    people: Mapping[int, PersonFigures]
    """One a participant, by its number in the base."""
    without_loop: Mapping[int, int]
    """Meetings of those who asked for a hearing loop that are at a table without one."""

    @property
    def short(self) -> tuple[int, ...]:
        """Return the participants who have fewer meetings than guaranteed."""
        return tuple(who for who, one in self.people.items() if one.meetings < one.least)

    @property
    def breaks_gap(self) -> int:
        """Return the difference between the most and the fewest breaks of those who meet."""
        counts = [one.breaks for one in self.people.values() if one.meetings]
        return max(counts) - min(counts) if counts else 0


def figures_of(
    read: DayToPlan,
    placements: Sequence[Placement],
    *,
    least: Mapping[int, int] | None = None,
) -> PlanFigures:
    """Return the figures of ``placements``.

    Args:
        read: the day, with every placement among its candidates.
        placements: what the plan holds.
        least: meetings that can be guaranteed to each participant; else what the day asks for.
    """
    wished = read.wished
    opened = table_rows(wished).open_slots
    busy, moves = _busy(read, placements), _table_changes(read, placements)
    people, bound = {}, 0
    for index, number in enumerate(read.participants):
        held, available = busy[index], wished.available[index] & opened
        bound += least_breaks(available | held, held.bit_count())
        people[number] = PersonFigures(
            meetings=held.bit_count(),
            breaks=count_breaks(held),
            waits=count_waits(held, available),
            least=wished.least[index] if least is None else least.get(number, 0),
            table_changes=moves.get(number, 0),
        )
    return PlanFigures(
        placed=len(placements),
        wished=len(read.keys),
        score=sum(wished.candidates[read.candidate_of[one.key]].worth for one in placements),
        breaks=sum(one.breaks for one in people.values()),
        breaks_bound=bound,
        waits=sum(one.waits for one in people.values()),
        table_changes=sum(moves.values()),
        people=people,
        without_loop=_without_loop(read, placements),
    )


def _busy(read: DayToPlan, placements: Iterable[Placement]) -> list[int]:
    busy = [0] * len(read.participants)
    for one in placements:
        for number in one.participants:
            busy[read.person_of[number]] |= 1 << read.slot_of[one.slot_id]
    return busy


def _without_loop(read: DayToPlan, placements: Iterable[Placement]) -> dict[int, int]:
    """Return how many meetings those who asked for a hearing loop have without one."""
    asked = {read.participants[one] for one in read.wished.needs_loop}
    missed = Counter(
        number
        for one in placements
        if not read.wished.room[read.table_of[one.table_id]].has_loop
        for number in asked.intersection(one.participants)
    )
    return dict(missed)


def _table_changes(read: DayToPlan, placements: Iterable[Placement]) -> dict[int, int]:
    """Return how often each participant gets up for another table, from meeting to meeting."""
    last: dict[int, int] = {}
    moves: dict[int, int] = {}
    for one in sorted(placements, key=lambda one: read.slot_of[one.slot_id]):
        for number in one.participants:
            if last.get(number, one.table_id) != one.table_id:
                moves[number] = moves.get(number, 0) + 1
            last[number] = one.table_id
    return moves


def write_figures(plan: MeetupPlan, figures: PlanFigures, **known: Any) -> None:  # noqa: ANN401 - data
    """Write the figures on a plan; ``known`` is what the planner proved, kept with them."""
    plan.placed, plan.wished = figures.placed, figures.wished
    plan.score, plan.breaks, plan.waits = figures.score, figures.breaks, figures.waits
    plan.breaks_bound = figures.breaks_bound
    plan.guarantees = {
        **known,
        "table_changes": figures.table_changes,
        "breaks_gap": figures.breaks_gap,
        "least": sorted({one.least for one in figures.people.values()}),
        "short": sorted(figures.short),
        "without_loop": {str(who): count for who, count in figures.without_loop.items()},
        "people": {
            str(who): [one.meetings, one.breaks, one.waits, one.least, one.table_changes]
            for who, one in figures.people.items()
        },
    }


def guaranteed(plan: MeetupPlan) -> dict[int, int]:
    """Return the meetings that a plan said it could guarantee to each participant."""
    people: Mapping[str, Sequence[int]] = plan.guarantees.get("people", {})
    return {int(who): figures[3] for who, figures in people.items()}
