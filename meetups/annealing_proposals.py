"""What the annealing tries next: random numbers, and the draws that turn them into moves.

Compiled into ``meetups.annealing_kernels``, which says how and when. Functions take arrays, not
the tuples that hold them: each look into a tuple counts references, which made a step four times
slower. The random numbers are our own (G. Marsaglia, « Xorshift RNGs », J. Stat. Soft. 8, 2003).
"""

from collections.abc import Callable
from typing import Any, Final, TypeVar, cast

import numpy as np
from numba import njit
from numpy.typing import NDArray

from meetups.annealing_arrays import Flags, Ints, Weights

Function = TypeVar("Function", bound=Callable[..., Any])
Random = NDArray[np.uint64]
BOTH: Final = 2
"""Sides of a slot."""


def inlined(function: Function) -> Function:
    """Compile ``function`` into those that call it."""
    return cast("Function", njit(inline="always")(function))


@inlined
def draw(random: Random) -> np.uint64:
    """Return 64 random bits."""
    bits: np.uint64 = random[0]
    bits ^= bits << np.uint64(13)
    bits ^= bits >> np.uint64(7)
    bits ^= bits << np.uint64(17)
    random[0] = bits
    return bits


@inlined
def draw_below(random: Random, count: int) -> np.int64:
    """Return a random number from 0 to ``count`` - 1."""
    return np.int64(((draw(random) >> np.uint64(32)) * np.uint64(count)) >> np.uint64(32))


@inlined
def draw_share(random: Random) -> float:
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
def ends_without(row: Ints, first: int, last: int, slot: int) -> tuple[int, int]:
    """Return the ends of a participant's day once a slot is free; first > last: no meeting."""
    if slot == first:
        first += 1
        while first <= last and row[first] < 0:
            first += 1
    if slot == last:
        last -= 1
        while last >= first and row[last] < 0:
            last -= 1
    return first, last


@inlined
def more_waits(row: Ints, first: int, last: int, present: Ints, old: int, new: int) -> int:
    """Return how many more slots a participant waits when a meeting goes from old to new.

    ``first`` and ``last`` are their busy slots, ``present[t]`` in how many slots before t they
    are available.
    """
    before: int = present[last + 1] - present[first]
    first, last = ends_without(row, first, last, old)
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
def cost_without(
    at: Ints, ends: Ints, present: Ints, weights: Weights, person: int, slot: int
) -> int:
    """Return what it costs one participant, who has others, that a meeting is given up."""
    row, own = at[person], present[person]
    runs = is_busy(row, slot - 1) + is_busy(row, slot + 1) - 1
    first, last = ends_without(row, ends[person, 0], ends[person, 1], slot)
    before = own[ends[person, 1] + 1] - own[ends[person, 0]]
    waits = own[last + 1] - own[first] - before + 1
    cost: int = weights.of_break * runs + weights.of_wait * waits
    return cost


@inlined
def cost_with(at: Ints, ends: Ints, present: Ints, weights: Weights, person: int, slot: int) -> int:
    """Return what it costs one participant to have a meeting more."""
    first, last = ends[person, 0], ends[person, 1]
    if first < 0:
        return 0
    row, own = at[person], present[person]
    runs = 1 - is_busy(row, slot - 1) - is_busy(row, slot + 1)
    waits = own[max(last, slot) + 1] - own[min(first, slot)] - own[last + 1] + own[first] - 1
    cost: int = weights.of_break * runs + weights.of_wait * waits
    return cost


@inlined
def propose_any(slot: Ints, allowed: Flags, held: Ints, random: Random) -> tuple[Any, Any]:
    """Draw a meeting and another slot; -1 for the meeting when it may not go there."""
    meeting = held[draw_below(random, held.shape[0])]
    other = draw_below(random, allowed.shape[1])
    if other == slot[meeting] or not allowed[meeting, other]:
        return -1, other
    return meeting, other


@inlined
def propose_end(
    at: Ints,
    ends: Ints,
    present: Ints,
    allowed: Flags,
    people: Ints,
    among: int,
    random: Random,
    weights: Weights,
    most: float,
) -> tuple[Any, Any]:
    """Draw one of the first ``among`` people, an end of one of their runs, a slot beside one.

    They pay at most ``most`` for going there. Almost all moves of one person that can be accepted
    are of this sort: drawing any two of their slots found one in fourteen times.

    Returns:
        The meeting and the slot; -1 for the meeting when the draw gives nothing.
    """
    person: Any = people[draw_below(random, among)]
    bits = draw(random)
    count: Any = at.shape[1]
    own: Any = np.int64(((bits >> np.uint64(44)) * np.uint64(count)) >> np.uint64(20))
    other: Any = np.int64(
        (((bits >> np.uint64(24)) & np.uint64(0xFFFFF)) * np.uint64(count)) >> np.uint64(20)
    )
    row = at[person]
    step = count - 1 if bits & np.uint64(1) else 1
    for _ in range(count):
        if row[own] >= 0 and is_busy(row, own - 1) + is_busy(row, own + 1) < BOTH:
            break
        own += step
        own -= count if own >= count else 0
    step = count - 1 if bits & np.uint64(2) else 1
    for _ in range(count):
        if row[other] < 0 and is_busy(row, other - 1) + is_busy(row, other + 1) > 0:
            break
        other += step
        other -= count if other >= count else 0
    meeting = row[own]
    if meeting < 0 or row[other] >= 0 or not allowed[meeting, other]:
        return -1, other
    if cost_change(at, ends, present, weights, person, own, other) > most:
        return -1, other
    return meeting, other


@inlined
def propose_exchange(
    slot: Ints,
    at: Ints,
    allowed: Flags,
    present: Ints,
    ends: Ints,
    degree: Ints,
    people: Ints,
    among: int,
    random: Random,
    pair: Ints,
    group: Ints,
    start: Ints,
    members: Ints,
    fewest: Ints,
    most_held: Ints,
    weights: Weights,
    most: float,
) -> tuple[Any, Any, Any, Any, Any]:
    """Draw a meeting of one of the first ``among`` people, and one of the same worth for it.

    Who both share keeps a meeting in the same slot, with somebody else; it costs ``most`` at most.

    Returns:
        The meeting given up, -1 when the draw gives nothing; the other; who loses one, who gains;
        what it costs.
    """
    person: Any = people[draw_below(random, among)]
    own: Any = draw_below(random, at.shape[1])
    meeting: Any = at[person, own]
    if meeting < 0 or pair[meeting, 0] < 0 or degree[person] <= fewest[person]:
        return -1, -1, person, person, 0
    side = 1 if pair[meeting, 0] == person else 0
    same = group[meeting, side]
    count = start[same + 1] - start[same]
    other: Any = members[start[same] + draw_below(random, count)]
    if slot[other] >= 0 or not allowed[other, own]:
        return -1, -1, person, person, 0
    shared = pair[meeting, side]
    guest: Any = pair[other, 0] if pair[other, 1] == shared else pair[other, 1]
    if at[guest, own] >= 0 or degree[guest] >= most_held[guest]:
        return -1, -1, person, person, 0
    cost: Any = cost_without(at, ends, present, weights, person, own)
    cost += cost_with(at, ends, present, weights, guest, own)
    return (meeting if cost <= most else -1), other, person, guest, cost
