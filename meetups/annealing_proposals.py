"""What the annealing tries next: random numbers, and the draws that turn them into moves.

Compiled into ``meetups.annealing_kernels``, which says how and when. Functions take arrays, not
the tuples that hold them: each look into a tuple counts references, which made a step four times
slower. The random numbers are our own (G. Marsaglia, « Xorshift RNGs », J. Stat. Soft. 8, 2003).
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from meetups.annealing_arrays import Days, Flags, Ints, Weights
from meetups.annealing_bits import day_cost, inlined, slot_from

Random = NDArray[np.uint64]


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
def is_dear(change: int, share: float, temperature: float) -> bool:
    """Tell whether a change costs more than a temperature allows, ``share`` being drawn."""
    return change > 0 and change > -temperature * np.log(1.0 - share)


@inlined
def cost_change(days: Days, free: Days, weights: Weights, person: int, old: int, new: int) -> int:
    """Return what it costs one participant that a meeting goes from old to new."""
    day = days[person]
    other = day ^ (np.int64(1) << old) ^ (np.int64(1) << new)
    cost: int = day_cost(other, free[person], weights) - day_cost(day, free[person], weights)
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
    days: Days,
    free: Days,
    allowed: Flags,
    people: Ints,
    among: int,
    random: Random,
    weights: Weights,
    share: float,
    temperature: float,
) -> tuple[Any, Any]:
    """Draw one of the first ``among`` people, an end of one of their runs, a slot beside one.

    Going there must not be too dear for themselves. Almost all moves of one person that can be
    accepted are of this sort: drawing any two of their slots found one in fourteen times.

    Returns:
        The meeting and the slot; -1 for the meeting when the draw gives nothing.
    """
    person: Any = people[draw_below(random, among)]
    bits = draw(random)
    day = days[person]
    beside = ((day << 1) | (day >> 1)) & free[person] & ~day
    if beside == 0:
        return -1, -1
    count: Any = at.shape[1]
    own: Any = np.int64(((bits >> np.uint64(44)) * np.uint64(count)) >> np.uint64(20))
    other: Any = np.int64(
        (((bits >> np.uint64(24)) & np.uint64(0xFFFFF)) * np.uint64(count)) >> np.uint64(20)
    )
    ways: Any = np.int64(bits & np.uint64(3))
    own = slot_from(day & ~((day << 1) & (day >> 1)), own, ways & 1)
    other = slot_from(beside, other, ways & 2)
    meeting = at[person, own]
    if not allowed[meeting, other]:
        return -1, other
    if is_dear(cost_change(days, free, weights, person, own, other), share, temperature):
        return -1, other
    return meeting, other


@inlined
def propose_exchange(
    slot: Ints,
    at: Ints,
    allowed: Flags,
    free: Days,
    days: Days,
    degree: Ints,
    people: Ints,
    among: int,
    random: Random,
    pair: Ints,
    group: Ints,
    start: Ints,
    members: Ints,
    fewest: Ints,
    most: Ints,
    weights: Weights,
) -> tuple[Any, Any, Any, Any, Any]:
    """Draw a meeting of one of the first ``among`` people, and one of the same worth for it.

    Who both share keeps a meeting in the same slot, with somebody else.

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
    other: Any = members[start[same] + draw_below(random, start[same + 1] - start[same])]
    if slot[other] >= 0 or not allowed[other, own]:
        return -1, -1, person, person, 0
    shared = pair[meeting, side]
    guest: Any = pair[other, 0] if pair[other, 1] == shared else pair[other, 1]
    if at[guest, own] >= 0 or degree[guest] >= most[guest]:
        return -1, -1, person, person, 0
    bit = np.int64(1) << own
    cost: Any = 0
    for one in (person, guest):
        cost += day_cost(days[one] ^ bit, free[one], weights)
        cost -= day_cost(days[one], free[one], weights)
    return meeting, other, person, guest, cost
