"""Meetings put in slots one after the other, others making room along Kempe chains.

In a day without unavailability, wishes across two sides only, a chain always makes room: it is
the constructive proof that a bipartite multigraph is edge-colourable with as many colours as its
greatest degree (D. König, Math. Ann. 77, 1916). Unavailability, slots asked for, groups and full
tables can stop one chain; others, then two in a row, are tried, then the same in other timetables
of what has been placed: on a day whose every table is taken, this is what finds the last place.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from meetups.board import NOWHERE, Board, Chain
from meetups.breaks import shaken
from meetups.problem import WishedDay, slots_of
from meetups.selection import Selection, select
from meetups.slot_selection import select_slots

MAX_SELECTIONS: Final = 8
"""Selections tried in turn when some meetings find no place."""
MAX_SHAKES: Final = 12
MAX_TRIES: Final = 400
"""Chains looked at for one insertion before it is given up."""


@dataclass(frozen=True, slots=True)
class Insertion:
    """How a meeting is put in: what moves first, then its slot."""

    index: int
    slot: int
    moves: tuple[tuple[int, int], ...]
    change: int
    """Breaks after less breaks before."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A board, the bound on the worth of any, and whether a search was cut short."""

    board: Board
    bound: int
    is_whole: bool
    is_complete: bool = True
    """Everything required is held and every guarantee kept."""


def place_selection(
    day: WishedDay,
    selection: Selection,
    is_going_on: Callable[[Board], bool] = lambda _: True,
    *,
    seconds: float = 60.0,
    stays_close: bool = False,
) -> Placed:
    """Place what is selected; what finds no place gives way to the next best selection.

    Args:
        day: the wishes.
        selection: the best of them, slots aside.
        is_going_on: shown the best board now and then; ``False``: no more selections are tried.
        seconds: for deciding selection and slots together, where the flow promises too much.
        stays_close: begin with those chosen that have a slot, there.
    """
    board = _at_home(Board(day), selection) if stays_close else Board(day)
    best = _place_in_turn(board, selection, is_going_on)
    placed = Placed(best, selection.bound, is_whole=True)
    if best.worth < selection.bound or not _is_complete(best, selection):
        is_whole = fill(best, is_going_on)
        placed = Placed(best, selection.bound, is_whole=is_whole)
        if is_whole and is_going_on(best):
            placed = _placed_together(best, selection, seconds)
    is_going_on(placed.board)
    return replace(placed, is_complete=_is_complete(placed.board, selection))


def _at_home(board: Board, selection: Selection) -> Board:
    """Put the meetings chosen where they are now, as far as the day still allows."""
    for index in sorted(selection.chosen, key=lambda one: -board.day.candidates[one].worth):
        slot = board.day.candidates[index].slot
        if slot is None or not board.free_slots(index) >> slot & 1:
            continue
        if board.has_table(index, slot):
            board.put(index, slot)
    return board


def _placed_together(best: Board, selection: Selection, seconds: float) -> Placed:
    """Return the better of ``best`` and of the exact model's answer."""
    together = select_slots(Board(best.day), selection.least, seconds)
    if together is None:
        return Placed(best, selection.bound, is_whole=True)
    found = together.board
    if found is not None and _rank(found, selection) > _rank(best, selection):
        best = found
    bound = selection.bound
    if together.bound is not None and _is_complete(best, selection):
        bound = max(best.worth, min(bound, together.bound))
    return Placed(best, bound, together.is_whole)


def _is_complete(board: Board, selection: Selection) -> bool:
    """Tell whether everything required is held and every guarantee kept."""
    required = sum(one.is_required for one in board.day.candidates)
    return _rank(board, selection)[:2] == (required, 0)


def _place_in_turn(
    board: Board, selection: Selection, is_going_on: Callable[[Board], bool]
) -> Board:
    """Place a selection, then others in turn without what found no place; return the best.

    Args:
        board: where some of it may be already; changed.
        selection: what to place.
        is_going_on: ``False``: no more selections are tried.
    """
    waiting = [index for index in selection.chosen if board.slot[index] == NOWHERE]
    best, left = place_shaken(board, waiting, is_going_on)
    homeless = set(left)
    for _ in range(MAX_SELECTIONS):
        if not homeless or not is_going_on(best):
            break
        chosen = set(select(board.day, without=homeless, favoured=best.held()).chosen)
        kept = best.with_slots(
            [slot if index in chosen else None for index, slot in enumerate(best.slot)]
        )
        other, left = place_shaken(kept, sorted(chosen - set(kept.held())), is_going_on)
        if _rank(other, selection) > _rank(best, selection):
            best = other
        if homeless.issuperset(left):
            break
        homeless |= set(left)
    return best


def place_shaken(
    board: Board, wanted: Iterable[int], is_going_on: Callable[[Board], bool]
) -> tuple[Board, list[int]]:
    """Place meetings, trying again in other timetables of those that have a place already.

    Returns:
        A board, and the meetings that found no place in any of the timetables tried.
    """
    left = place(board, wanted)
    for shake in range(MAX_SHAKES):
        if not left or not board.placed or not is_going_on(board):
            break
        board = shaken(board, seed=board.day.seed * MAX_SHAKES + shake)
        left = place(board, left)
    return board, left


def fill(board: Board, is_going_on: Callable[[Board], bool] = lambda _: True) -> bool:
    """Put in whatever still finds a place, the greatest worth first.

    Returns:
        Whether every meeting was tried: ``is_going_on`` says when to stop.
    """
    day = board.day
    waiting = (index for index, slot in enumerate(board.slot) if slot == NOWHERE)
    for index in sorted(waiting, key=lambda one: (-day.candidates[one].worth, one)):
        if board.placed >= sum(day.tables):
            return True  # no chain makes a table
        if any(board.busy[one].bit_count() >= day.most[one] for one in board.people[index]):
            continue
        if not is_going_on(board):
            return False
        insert(board, index)
    return True


def _rank(board: Board, selection: Selection) -> tuple[int, int, int]:
    """Return how good a board is: required meetings, guarantees, worth."""
    required = sum(board.day.candidates[index].is_required for index in board.held())
    missing = sum(
        max(0, least - busy.bit_count())
        for least, busy in zip(selection.least, board.busy, strict=True)
    )
    return required, -missing, board.worth


def place(board: Board, wanted: Iterable[int]) -> list[int]:
    """Put ``wanted`` meetings on the board, the hardest first; return those that found no place."""
    order = sorted(wanted, key=lambda one: (_freedom(board, one), -board.day.candidates[one].worth))
    return [index for index in order if not insert(board, index)]


def insert(board: Board, index: int) -> bool:
    """Put one meeting on the board, moving others where needed; tell whether it worked."""
    slot = board.best_free_slot(index)
    if slot != NOWHERE:
        board.put(index, slot)
        return True
    found = best_insertion(board, index)
    if found is None:
        return _insert_after_two(board, index)
    board.apply(found.moves)
    board.put(index, found.slot)
    return True


def _freedom(board: Board, index: int) -> tuple[bool, int]:
    candidate = board.day.candidates[index]
    return (not candidate.is_required, board.allowed[index].bit_count())


def best_insertion(board: Board, index: int, *, most_moved: int | None = None) -> Insertion | None:
    """Return the way to put ``index`` in that adds the fewest breaks, with one chain at most.

    Args:
        board: left as it was.
        index: a meeting held nowhere.
        most_moved: how many others may move; ``None``: any number.
    """
    best: Insertion | None = None
    for way in insertions(board, index):
        if most_moved is not None and len(way.moves) > most_moved:
            continue
        if best is None or (way.change, len(way.moves)) < (best.change, len(best.moves)):
            best = way
    return best


def insertions(board: Board, index: int) -> Iterator[Insertion]:
    """Yield the ways to put ``index`` in with one chain at most, within a number of tries."""
    tries = 0
    for slot in slots_of(board.allowed[index]):
        movable = blockers(board, index, slot)
        if not movable:
            if board.has_table(index, slot):
                yield Insertion(index, slot, (), board.put_change(index, slot))
                continue
            movable = [other for other in board.held() if board.slot[other] == slot]
        elif len(movable) > 1:
            continue
        for blocker in movable:
            for chain in chains_away(board, blocker, index):
                tries += 1
                yield _inserted(board, index, slot, chain)
            if tries > MAX_TRIES:
                return


def blockers(board: Board, index: int, slot: int) -> list[int]:
    """Return the meetings that the people of ``index`` have in ``slot``."""
    held = {board.at[person][slot] for person in board.people[index]}
    return sorted(held - {NOWHERE})


def chains_away(board: Board, blocker: int, index: int) -> Iterator[Chain]:
    """Yield the chains that take ``blocker`` out of its slot so that ``index`` can have it."""
    slot = board.slot[blocker]
    for other in slots_of(board.allowed[blocker] & ~(1 << slot)):
        chain = board.chain(blocker, other)
        if chain is None or not board.fits(chain, extra=(index, slot)):
            continue
        people = set(board.people[index])
        if not any(to == slot and people & set(board.people[one]) for one, to in chain.moves):
            yield chain


def _inserted(board: Board, index: int, slot: int, chain: Chain) -> Insertion:
    back = board.apply(chain.moves)
    change = chain.change + board.put_change(index, slot)
    board.apply(back)
    return Insertion(index, slot, chain.moves, change)


def _insert_after_two(board: Board, index: int) -> bool:
    """Free a slot of two blockers by two chains, one after the other."""
    tries = 0
    for slot in slots_of(board.allowed[index]):
        movable = blockers(board, index, slot)
        if len(movable) < 2:  # noqa: PLR2004 - one chain has been tried
            continue
        for other in slots_of(board.allowed[movable[0]] & ~(1 << slot)):
            tries += 1
            chain = board.chain(movable[0], other)
            if chain is None or not board.fits(chain):
                continue
            back = board.apply(chain.moves)
            found = best_insertion(board, index)
            if found is not None:
                board.apply(found.moves)
                board.put(index, found.slot)
                return True
            board.apply(back)
        if tries > MAX_TRIES // 10:
            return False
    return False
