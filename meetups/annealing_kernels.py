"""The inner loop of the annealing on Kempe chains, compiled when first used.

Only ``meetups.breaks`` imports this module, and when it needs it: loading numba takes most of a
second, compiling a few seconds, once for an installation. The machine code is kept beside the
source, else in the user's cache folder (``NUMBA_CACHE_DIR`` overrides); where neither can be
written, it is compiled again by each process.

Deterministic: its random numbers are its own (G. Marsaglia, « Xorshift RNGs », J. Stat. Soft. 8,
2003), not those of a library. Inner functions take arrays, not the tuples that hold them: each
look into a tuple counts references, which made a step four times slower.
"""

from collections.abc import Callable
from typing import Any, Final, NamedTuple, TypeVar, cast

import numpy as np
from numba import njit
from numpy.typing import NDArray

OF_STEPS: Final = 8
ANYTHING: Final = 1
"""Steps out of eight that try any meeting in any slot: they reach chains that no end proposes."""
WORSE_OFF: Final = 4
"""Steps out of eight for people with more breaks than they need; the others are for everybody.
Measured on 1000 × 20 for equal CPU time: 151 breaks, against 161 with half of the steps for any
meeting, and 155 with a quarter of them for people worse off."""

Function = TypeVar("Function", bound=Callable[..., Any])
Ints = NDArray[np.int32]
Flags = NDArray[np.bool_]


def compiled(function: Function) -> Function:
    """Compile ``function``, kept on disk where some folder can be written."""
    try:
        return cast("Function", njit(cache=True)(function))
    except RuntimeError:  # numba found no folder to write to
        return cast("Function", njit(function))


def inlined(function: Function) -> Function:
    """Compile ``function`` into those that call it."""
    return cast("Function", njit(inline="always")(function))


class Arrays(NamedTuple):
    """The timetable; ``slot``, ``at``, ``load`` and ``ends`` change in place."""

    slot: Ints
    """Of each candidate; -1: not held."""
    at: Ints
    """Participant × slot: the candidate met; -1: none."""
    load: Ints
    """Row of tables × slot: meetings that count there."""
    caps: Ints
    member: Flags
    """Candidate × row of tables."""
    start: Ints
    """Where the participants of each candidate start in ``who``, and where the last ones end."""
    who: Ints
    allowed: Flags
    """Candidate × slot."""
    present: Ints
    """Participant × slot + 1: in how many slots before this one they are available."""
    ends: Ints
    """First and last busy slot of each participant."""
    held: Ints
    """Candidates that are held: the ones to move."""
    busy: Ints
    """Participants who have a meeting."""
    least: Ints
    """Breaks that each participant cannot avoid."""
    worse: Ints
    """Participants who have more breaks than that, in the first places; then anything."""
    rank: Ints
    """Place of each participant in ``worse``; -1: not there."""
    how_many: Ints
    """How many are in ``worse``."""


class Scratch(NamedTuple):
    """What one run keeps: the chain being followed, random state and counters."""

    queue: Ints
    stamp: NDArray[np.int64]
    mark: NDArray[np.int64]
    random: NDArray[np.uint64]
    more: Ints
    """Row of tables: meetings that the chain brings from its first slot to its other slot."""
    best: Ints
    """Slots of the best timetable met."""


class Weights(NamedTuple):
    """What is minimised: weighted breaks and waits."""

    of_break: int
    of_wait: int


@inlined
def draw(random: NDArray[np.uint64]) -> np.uint64:
    """Return 64 random bits."""
    bits: np.uint64 = random[0]
    bits ^= bits << np.uint64(13)
    bits ^= bits >> np.uint64(7)
    bits ^= bits << np.uint64(17)
    random[0] = bits
    return bits


@inlined
def draw_below(random: NDArray[np.uint64], count: int) -> np.int64:
    """Return a random number from 0 to ``count`` - 1."""
    return np.int64(((draw(random) >> np.uint64(32)) * np.uint64(count)) >> np.uint64(32))


@inlined
def draw_share(random: NDArray[np.uint64]) -> float:
    """Return a random number in [0, 1)."""
    return float(draw(random) >> np.uint64(11)) / 9007199254740992.0


@inlined
def is_busy(row: Ints, slot: int) -> int:
    """Return 1 when the slot exists and is taken."""
    return 1 if 0 <= slot < row.shape[0] and row[slot] >= 0 else 0


@inlined
def more_runs(row: Ints, old: int, new: int) -> int:
    """Return how many more runs of meetings a participant has when one goes from old to new."""
    change = is_busy(row, old - 1) + is_busy(row, old + 1)
    if new - 1 != old:
        change -= is_busy(row, new - 1)
    if new + 1 != old:
        change -= is_busy(row, new + 1)
    return change


@inlined
def more_waits(row: Ints, first: int, last: int, present: Ints, old: int, new: int) -> int:
    """Return how many more slots a participant waits when a meeting goes from old to new.

    ``first`` and ``last`` are their busy slots, ``present[t]`` in how many slots before t they
    are available.
    """
    before: int = present[last + 1] - present[first]
    if old == first:
        first += 1
        while first <= last and row[first] < 0:
            first += 1
    if old == last:
        last -= 1
        while last >= first and row[last] < 0:
            last -= 1
    if first > last:
        first = last = new
    after: int = present[max(last, new) + 1] - present[min(first, new)]
    return after - before


@inlined
def cost_change(
    at: Ints, ends: Ints, present: Ints, weights: Weights, person: int, old: int, new: int
) -> int:
    """Return what it costs one participant that a meeting goes from old to new."""
    row = at[person]
    waits = more_waits(row, ends[person, 0], ends[person, 1], present[person], old, new)
    return weights.of_break * more_runs(row, old, new) + weights.of_wait * waits


@inlined
def follow(
    slot: Ints,
    at: Ints,
    ends: Ints,
    present: Ints,
    allowed: Flags,
    start: Ints,
    who: Ints,
    queue: Ints,
    stamp: NDArray[np.int64],
    weights: Weights,
    other: int,
    mark: int,
) -> tuple[int, int]:
    """Write the chain of the meeting in ``queue[0]`` towards ``other`` into the queue.

    Returns:
        Its length, 0 when one of its meetings cannot go where the chain takes it; what it costs.
    """
    own = slot[queue[0]]
    stamp[queue[0]] = mark
    length, place, cost = 1, 0, 0
    while place < length:
        one = queue[place]
        place += 1
        here = slot[one]
        there = other if here == own else own
        if not allowed[one, there]:
            return 0, 0
        for position in range(start[one], start[one + 1]):
            person = who[position]
            linked = at[person, there]
            if linked < 0:
                cost += cost_change(at, ends, present, weights, person, here, there)
            elif stamp[linked] != mark:
                stamp[linked] = mark
                queue[length] = linked
                length += 1
    return length, cost


@inlined
def has_tables(
    slot: Ints,
    load: Ints,
    caps: Ints,
    member: Flags,
    queue: Ints,
    more: Ints,
    length: int,
    own: int,
    other: int,
) -> bool:
    """Tell whether the tables suffice once the chain in the queue is exchanged; write ``more``."""
    more[:] = 0
    for place in range(length):
        one = queue[place]
        step = 1 if slot[one] == own else -1
        for row in range(more.shape[0]):
            if member[one, row]:
                more[row] += step
    for row in range(more.shape[0]):
        if more[row] > 0 and load[row, other] + more[row] > caps[row, other]:
            return False
        if more[row] < 0 and load[row, own] - more[row] > caps[row, own]:
            return False
    return True


@inlined
def exchange(
    slot: Ints, at: Ints, start: Ints, who: Ints, queue: Ints, length: int, own: int, other: int
) -> None:
    """Exchange the two slots along the chain in the queue."""
    for place in range(length):
        one = queue[place]
        for position in range(start[one], start[one + 1]):
            at[who[position], slot[one]] = -1
    for place in range(length):
        one = queue[place]
        slot[one] = other if slot[one] == own else own
        for position in range(start[one], start[one + 1]):
            at[who[position], slot[one]] = one


@compiled
def measure(
    at: Ints, ends: Ints, least: Ints, worse: Ints, rank: Ints, how_many: Ints, person: int
) -> None:
    """Find again where a participant's day starts and ends, and whether their breaks are few."""
    first, last, runs = -1, -1, 0
    for slot in range(at.shape[1]):
        if at[person, slot] >= 0:
            if first < 0:
                first = slot
            if last < slot - 1 or runs == 0:
                runs += 1
            last = slot
    ends[person, 0], ends[person, 1] = first, last
    is_worse = runs - 1 > least[person]
    if is_worse and rank[person] < 0:
        rank[person] = how_many[0]
        worse[how_many[0]] = person
        how_many[0] += 1
    elif not is_worse and rank[person] >= 0:
        how_many[0] -= 1
        other = worse[how_many[0]]
        worse[rank[person]] = other
        rank[other] = rank[person]
        rank[person] = -1


@inlined
def measure_chain(
    at: Ints,
    ends: Ints,
    least: Ints,
    worse: Ints,
    rank: Ints,
    how_many: Ints,
    start: Ints,
    who: Ints,
    queue: Ints,
    length: int,
    own: int,
    other: int,
) -> None:
    """Measure again the participants at the ends of the chain in the queue."""
    for place in range(length):
        for position in range(start[queue[place]], start[queue[place] + 1]):
            person = who[position]
            if (at[person, own] < 0) != (at[person, other] < 0):
                measure(at, ends, least, worse, rank, how_many, person)


@inlined
def propose_end(
    at: Ints,
    ends: Ints,
    present: Ints,
    allowed: Flags,
    people: Ints,
    among: int,
    random: NDArray[np.uint64],
    weights: Weights,
    most: float,
) -> tuple[Any, Any]:
    """Draw one of the first ``among`` people, a meeting of theirs, an idle slot that costs little.

    They pay at most ``most`` for going there.

    Returns:
        The meeting and the slot; -1 for the meeting when the draw gives nothing.
    """
    person: Any = people[draw_below(random, among)]
    own: Any = draw_below(random, at.shape[1])
    other: Any = draw_below(random, at.shape[1])
    meeting = at[person, own]
    if meeting < 0 or at[person, other] >= 0 or not allowed[meeting, other]:
        return -1, other
    if cost_change(at, ends, present, weights, person, own, other) > most:
        return -1, other
    return meeting, other


@inlined
def propose_any(
    slot: Ints, allowed: Flags, held: Ints, random: NDArray[np.uint64]
) -> tuple[Any, Any]:
    """Draw a meeting and another slot; -1 for the meeting when it may not go there."""
    meeting = held[draw_below(random, held.shape[0])]
    other = draw_below(random, allowed.shape[1])
    if other == slot[meeting] or not allowed[meeting, other]:
        return -1, other
    return meeting, other


@compiled
def anneal(
    arrays: Arrays,
    scratch: Scratch,
    weights: Weights,
    steps: int,
    heat: tuple[float, float],
    costs: tuple[int, int],
) -> tuple[int, int]:
    """Try ``steps`` chains, at temperatures that fall geometrically within ``heat``.

    Args:
        arrays: the timetable, changed in place.
        scratch: what the run keeps; the slots of the best timetable are in ``best``.
        weights: what is minimised.
        steps: how many chains are tried.
        heat: first and last temperature.
        costs: of the timetable, of the best one.

    Returns:
        The same two costs afterwards.
    """
    slot, at, load, caps, member, start, who, allowed, present, ends, held, busy = arrays[:12]
    least, worse, rank, how_many = arrays[12:]
    queue, stamp, marks, random, more, best = scratch
    cost, lowest = costs
    temperature = heat[0]
    cooling = (heat[1] / heat[0]) ** (1.0 / steps)
    mark = marks[0]
    for step in range(steps):
        temperature *= cooling
        most = -temperature * np.log(1.0 - draw_share(random))
        if step % OF_STEPS < ANYTHING:
            meeting, other = propose_any(slot, allowed, held, random)
        else:
            is_worse = step % OF_STEPS < ANYTHING + WORSE_OFF and how_many[0] > 0
            people = worse if is_worse else busy
            among = how_many[0] if is_worse else busy.shape[0]
            meeting, other = propose_end(
                at, ends, present, allowed, people, among, random, weights, most
            )
        if meeting < 0:
            continue
        own = slot[meeting]
        queue[0] = meeting
        mark += 1
        length, change = follow(
            slot, at, ends, present, allowed, start, who, queue, stamp, weights, other, mark
        )
        if length == 0 or change > most:
            continue
        if has_tables(slot, load, caps, member, queue, more, length, own, other):
            exchange(slot, at, start, who, queue, length, own, other)
            measure_chain(
                at, ends, least, worse, rank, how_many, start, who, queue, length, own, other
            )
            load[:, other] += more
            load[:, own] -= more
            cost += change
        if cost < lowest:
            lowest = cost
            best[:] = slot
    marks[0] = mark
    return cost, lowest
