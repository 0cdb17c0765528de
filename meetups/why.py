"""Why a wish is not held, and what would have to give way for it.

Reasons are about the plan as it is, looked at from one candidate; sentences are the templates'.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from meetups.board import NOWHERE, Board, board_of
from meetups.placement import best_insertion, blockers
from meetups.problem import HeldPlan, WishedDay, slots_of


class WhyCode(StrEnum):
    """Why a candidate is not held."""

    HELD = "held"
    """It is held: there is nothing to explain."""
    SLOTS_EXCLUDED = "slots-excluded"
    """Its people have common slots, none of those it is bound to."""
    NO_COMMON_SLOT = "no-common-slot"
    """Its people are never there together while there are tables."""
    NO_FITTING_TABLE = "no-fitting-table"
    """No table is large or accessible enough in their common slots."""
    CAP_REACHED = "cap-reached"
    """A participant has as many meetings as they accept."""
    DAY_FULL = "day-full"
    """A participant has a meeting in every slot they are there."""
    BUSY_WHEN_COMMON = "busy-when-common"
    """In each common slot, one of them has another meeting."""
    TABLES_FULL = "tables-full"
    """In each slot where all are free, the tables are taken."""
    NEEDS_MOVES = "needs-moves"
    """It fits once others change slots: see the alternative."""
    FITS_NOW = "fits-now"
    """There is a slot for it as the plan stands."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason: whom it is about, and the meetings held instead."""

    code: WhyCode
    participant: int | None = None
    meetings: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """What it takes to hold the candidate."""

    slot: int
    moved: tuple[tuple[int, int], ...]
    """Other meetings and the slot each goes to."""
    dropped: tuple[int, ...]
    """Meetings that give way."""
    lost: int
    """What these are worth."""
    gained: int
    """What the candidate is worth."""
    below_least: tuple[int, ...]
    """Participants whom this brings below the meetings guaranteed."""
    breaks: int
    """Breaks after less breaks before."""


@dataclass(frozen=True, slots=True)
class WhyNot:
    """Everything that stands in the way of one candidate, and the cheapest way to hold it."""

    reasons: tuple[Reason, ...]
    alternative: Alternative | None
    """``None``: it is held, or nothing that gives way is enough."""


def why_unplaced(day: WishedDay, plan: HeldPlan, index: int) -> WhyNot:
    """Explain why a candidate is not held.

    Args:
        day: its rules.
        plan: the plan in force.
        index: of the candidate.

    Returns:
        Reasons, the most final first; the alternative moves others, or else drops the meetings
        worth the least, none that is required.
    """
    board = board_of(day, plan.slots)
    if board.slot[index] != NOWHERE:
        return WhyNot((Reason(WhyCode.HELD),), None)
    final = _final_reason(board, index)
    if final is not None:
        return WhyNot((final,), None)
    reasons = tuple(_reasons(board, index))
    caps = {reason.participant for reason in reasons if reason.code is WhyCode.CAP_REACHED}
    moving = None if caps else _by_moves(board, index)
    if moving is not None:
        code = WhyCode.NEEDS_MOVES if moving.moved else WhyCode.FITS_NOW
        return WhyNot((*reasons, Reason(code)), moving)
    return WhyNot(reasons, _by_dropping(board, index))


def _final_reason(board: Board, index: int) -> Reason | None:
    """Return why no plan at all could hold the candidate."""
    if board.allowed[index]:
        return None
    day, candidate = board.day, board.day.candidates[index]
    common = board.rows.open_slots
    for person in candidate.participants:
        common &= day.available[person]
    if not common:
        return Reason(WhyCode.NO_COMMON_SLOT)
    if not common & candidate.slots:
        return Reason(WhyCode.SLOTS_EXCLUDED)
    return Reason(WhyCode.NO_FITTING_TABLE)


def _reasons(board: Board, index: int) -> Iterator[Reason]:
    """Yield what stands in the way in the plan as it is."""
    free = board.free_slots(index)
    for person in board.people[index]:
        own = tuple(one for one in board.at[person] if one != NOWHERE)
        if not board.day.available[person] & board.rows.open_slots & ~board.busy[person]:
            yield Reason(WhyCode.DAY_FULL, person, own)
        elif len(own) >= board.day.most[person]:
            yield Reason(WhyCode.CAP_REACHED, person, own)
    if not free:
        instead = {
            one for slot in slots_of(board.allowed[index]) for one in blockers(board, index, slot)
        }
        yield Reason(WhyCode.BUSY_WHEN_COMMON, None, tuple(sorted(instead)))
    elif not any(board.has_table(index, slot) for slot in slots_of(free)):
        yield Reason(WhyCode.TABLES_FULL)


def _by_moves(board: Board, index: int) -> Alternative | None:
    """Return the way to hold the candidate that only moves others."""
    found = best_insertion(board, index)
    if found is None:
        return None
    return Alternative(
        slot=found.slot,
        moved=found.moves,
        dropped=(),
        lost=0,
        gained=board.day.candidates[index].worth,
        below_least=(),
        breaks=found.change,
    )


def _by_dropping(board: Board, index: int) -> Alternative | None:
    """Return the way to hold the candidate for which the least gives way."""
    ways = [way for slot in slots_of(board.allowed[index]) for way in _ways_at(board, index, slot)]
    return min(ways, key=lambda way: (len(way.below_least), way.lost, way.breaks), default=None)


def _ways_at(board: Board, index: int, slot: int) -> Iterator[Alternative]:
    """Yield what can give way for the candidate to be held at ``slot``."""
    dropped = set(blockers(board, index, slot))
    for person in board.people[index]:
        own = [one for one in board.at[person] if one not in (NOWHERE, *dropped)]
        spare = [one for one in own if not board.day.candidates[one].is_required]
        while len(own) >= board.day.most[person] and spare:
            least = min(spare, key=lambda one: (board.day.candidates[one].worth, one))
            dropped.add(least)
            spare.remove(least)
            own.remove(least)
        if len(own) >= board.day.most[person]:
            return
    for table in _tables_given(board, index, slot, dropped):
        yield from _dropping(board, index, slot, dropped | table)


def _tables_given(board: Board, index: int, slot: int, dropped: set[int]) -> list[set[int]]:
    """Return the meetings of a slot of which one must leave its table; a set of none: no need."""
    if any(board.slot[one] == slot for one in dropped) or board.has_table(index, slot):
        return [set()]
    others = [one for one in board.held() if board.slot[one] == slot]
    worth = board.day.candidates
    return [{one} for one in sorted(others, key=lambda one: (worth[one].worth, one))[:3]]


def _dropping(board: Board, index: int, slot: int, dropped: set[int]) -> Iterator[Alternative]:
    day = board.day
    if any(day.candidates[one].is_required for one in dropped):
        return
    trial = board.with_slots(board.slot)
    for one in dropped:
        trial.take(one)
    if not trial.has_table(index, slot):
        return
    trial.put(index, slot)
    people = {person for one in dropped for person in board.people[one]}
    yield Alternative(
        slot=slot,
        moved=(),
        dropped=tuple(sorted(dropped)),
        lost=sum(day.candidates[one].worth for one in dropped),
        gained=day.candidates[index].worth,
        below_least=tuple(
            sorted(
                person
                for person in people
                if trial.busy[person].bit_count()
                < min(day.least[person], board.busy[person].bit_count())
            )
        ),
        breaks=trial.breaks() - board.breaks(),
    )
