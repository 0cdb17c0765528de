"""The inner loop of the annealing on Kempe chains, compiled when first used.

Only ``meetups.breaks`` imports this module, and when it needs it: loading numba takes most of a
second, compiling some ten, once for an installation. The machine code is kept beside the source,
else in the user's cache folder (``NUMBA_CACHE_DIR`` overrides); where neither can be written, it is
compiled again by each process. Deterministic: its random numbers are its own.
"""

from typing import Final, cast

import numpy as np
from numba import njit
from numpy.typing import NDArray

from meetups.annealing_arrays import (
    Arrays,
    Days,
    Exchanges,
    Flags,
    Function,
    Ints,
    Scratch,
    Weights,
)
from meetups.annealing_bits import count_bits, inlined
from meetups.annealing_proposals import (
    cost_change,
    draw_share,
    is_dear,
    propose_any,
    propose_end,
    propose_exchange,
)

PARTS: Final = "b149dee56b1e7b84"
"""What ``annealing_bits`` and ``annealing_proposals`` hash to. Numba compiles again when the file
of a kernel changes, not when one that it takes functions from does: write the new hash here, which
changes this file. Otherwise the old code goes on."""
OF_STEPS: Final = 64
EXCHANGES: Final = 4
"""Steps out of 64, the last, that exchange a meeting for one of the same worth."""
ANYTHING: Final = 24
"""Steps that try any meeting in any slot: they reach chains that no end proposes."""
WORSE_OFF: Final = 24
"""Steps for people with more breaks than they need; the others are for everybody."""


def compiled(function: Function) -> Function:
    """Compile ``function``, kept on disk where some folder can be written."""
    try:
        return cast("Function", njit(cache=True)(function))
    except RuntimeError:  # numba found no folder to write to
        return cast("Function", njit(function))


@inlined
def follow(
    slot: Ints,
    at: Ints,
    days: Days,
    free: Days,
    allowed: Flags,
    home: Ints,
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
        if home[one] >= 0:
            cost += weights.of_move * ((home[one] == here) - (home[one] == there))
        for position in range(start[one], start[one + 1]):
            person = who[position]
            linked = at[person, there]
            if linked < 0:
                cost += cost_change(days, free, weights, person, here, there)
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
def exchange_slots(
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


@inlined
def exchange_meetings(
    slot: Ints,
    at: Ints,
    held: Ints,
    place: Ints,
    degree: Ints,
    pair: Ints,
    old: int,
    new: int,
) -> None:
    """Hold ``new`` instead of ``old``, in its slot."""
    own = slot[old]
    slot[old], slot[new] = -1, own
    held[place[old]] = new
    place[old], place[new] = -1, place[old]
    for side in range(2):
        at[pair[old, side], own] = -1
        degree[pair[old, side]] -= 1
    for side in range(2):
        at[pair[new, side], own] = new
        degree[pair[new, side]] += 1


@compiled
def measure(
    at: Ints,
    days: Days,
    degree: Ints,
    least: Ints,
    worse: Ints,
    rank: Ints,
    how_many: Ints,
    person: int,
) -> None:
    """Find again when a participant meets, and whether their breaks are few."""
    day = np.int64(0)
    for slot in range(at.shape[1]):
        if at[person, slot] >= 0:
            day |= np.int64(1) << slot
    days[person] = day
    runs = count_bits(day & ~(day << 1))
    is_worse = runs - 1 > least[person, degree[person]]
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
    days: Days,
    degree: Ints,
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
                measure(at, days, degree, least, worse, rank, how_many, person)


@compiled
def anneal(
    arrays: Arrays,
    exchanges: Exchanges,
    scratch: Scratch,
    weights: Weights,
    steps: int,
    heat: tuple[float, float],
    costs: tuple[int, int],
) -> tuple[int, int]:
    """Try ``steps`` chains and exchanges, at temperatures that fall geometrically within ``heat``.

    Args:
        arrays: the timetable, changed in place.
        exchanges: what can take the place of what; without members: nothing.
        scratch: what the run keeps; the slots of the best timetable are in ``best``.
        weights: what is minimised.
        steps: how many moves are tried.
        heat: first and last temperature.
        costs: of the timetable, of the best one.

    Returns:
        The same two costs afterwards.
    """
    slot, at, load, caps, member, start, who, allowed, home, free, busy, least = arrays[:12]
    days, held, place, degree, worse, rank, how_many = arrays[12:]
    pair, group, group_start, members, fewest, most_held = exchanges
    queue, stamp, marks, random, more, best = scratch
    cost, lowest = costs
    temperature = heat[0]
    cooling = (heat[1] / heat[0]) ** (1.0 / steps)
    mark = marks[0]
    first_exchange = OF_STEPS if members.shape[0] == 0 else OF_STEPS - EXCHANGES
    for step in range(steps):
        temperature *= cooling
        share = draw_share(random)
        sort = step % OF_STEPS
        is_worse = how_many[0] > 0 and (sort < ANYTHING + WORSE_OFF or sort % EXCHANGES == 0)
        people = worse if is_worse else busy
        among = how_many[0] if is_worse else busy.shape[0]
        if sort >= first_exchange:
            old, new, loser, winner, change = propose_exchange(
                slot,
                at,
                allowed,
                free,
                days,
                degree,
                people,
                among,
                random,
                pair,
                group,
                group_start,
                members,
                fewest,
                most_held,
                weights,
            )
            if old < 0 or is_dear(change, share, temperature):
                continue
            exchange_meetings(slot, at, held, place, degree, pair, old, new)
            measure(at, days, degree, least, worse, rank, how_many, loser)
            measure(at, days, degree, least, worse, rank, how_many, winner)
        else:
            if sort < ANYTHING:
                meeting, other = propose_any(slot, allowed, held, random)
            else:
                meeting, other = propose_end(
                    at, days, free, allowed, people, among, random, weights, share, temperature
                )
            if meeting < 0:
                continue
            own = slot[meeting]
            queue[0] = meeting
            mark += 1
            length, change = follow(
                slot,
                at,
                days,
                free,
                allowed,
                home,
                start,
                who,
                queue,
                stamp,
                weights,
                other,
                mark,
            )
            if (
                length == 0
                or is_dear(change, share, temperature)
                or not has_tables(slot, load, caps, member, queue, more, length, own, other)
            ):
                continue
            exchange_slots(slot, at, start, who, queue, length, own, other)
            load[:, other] += more
            load[:, own] -= more
            measure_chain(
                at,
                days,
                degree,
                least,
                worse,
                rank,
                how_many,
                start,
                who,
                queue,
                length,
                own,
                other,
            )
        cost += change
        if cost < lowest:
            lowest = cost
            best[:] = slot
    marks[0] = mark
    return cost, lowest
