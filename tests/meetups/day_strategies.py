"""Random days for property tests, and small ones solved by trying everything."""

from itertools import pairwise, product

from hypothesis import strategies as st

from meetups.problem import Candidate, SlotSet, Table, WishedDay


@st.composite
def wished_days(
    draw: st.DrawFn,
    *,
    max_people: int = 10,
    max_slots: int = 6,
    max_wishes: int = 20,
    with_groups: bool = True,
    with_required: bool = True,
) -> WishedDay:
    """Draw a day: unavailability, caps, capacities slot by slot, groups, locks, a small room."""
    people = draw(st.integers(2, max_people))
    slots = draw(st.integers(1, max_slots))
    masks = st.one_of(st.just((1 << slots) - 1), st.integers(0, (1 << slots) - 1))
    tables = tuple(draw(st.lists(st.integers(0, 4), min_size=slots, max_size=slots)))
    candidates = draw(
        st.lists(
            _candidate(people, masks, with_groups=with_groups, with_required=with_required),
            max_size=max_wishes,
            unique_by=lambda one: tuple(sorted(one.participants)),
        )
    )
    return WishedDay(
        slot_count=slots,
        tables=tables,
        available=tuple(draw(st.lists(masks, min_size=people, max_size=people))),
        least=tuple(draw(st.lists(st.integers(0, 3), min_size=people, max_size=people))),
        most=tuple(draw(st.lists(st.integers(0, slots), min_size=people, max_size=people))),
        candidates=tuple(candidates),
        seed=draw(st.integers(0, 3)),
        room=draw(st.one_of(st.just(()), _room(masks))),
        keeps_table=frozenset(draw(st.lists(st.integers(0, people - 1), max_size=3))),
        needs_access=frozenset(draw(st.lists(st.integers(0, people - 1), max_size=2))),
        needs_loop=frozenset(draw(st.lists(st.integers(0, people - 1), max_size=3))),
    )


@st.composite
def _candidate(
    draw: st.DrawFn,
    people: int,
    masks: st.SearchStrategy[SlotSet],
    *,
    with_groups: bool,
    with_required: bool,
) -> Candidate:
    largest = min(5, people) if with_groups and draw(st.integers(0, 5)) == 0 else 2
    members = st.lists(st.integers(0, people - 1), min_size=2, max_size=largest, unique=True)
    return Candidate(
        participants=tuple(draw(members)),
        worth=draw(st.integers(1, 9)),
        slots=draw(masks),
        is_required=with_required and draw(st.integers(0, 7)) == 0,
    )


def _room(masks: st.SearchStrategy[SlotSet]) -> st.SearchStrategy[tuple[Table, ...]]:
    table = st.builds(
        Table,
        seats=st.sampled_from([2, 2, 3, 5]),
        is_accessible=st.booleans(),
        has_loop=st.booleans(),
        closed=st.one_of(st.just(0), masks),
    )
    return st.lists(table, min_size=1, max_size=4).map(tuple)


def best_by_hand(day: WishedDay) -> tuple[int, int]:
    """Return the greatest worth of any plan, and the fewest breaks at that worth: all are tried.

    Tables count by slot only; guarantees and required meetings are not looked at.
    """
    choices = [
        [None, *(slot for slot in range(day.slot_count) if one.slots >> slot & 1)]
        for one in day.candidates
    ]
    best = (0, 0)
    for slots in product(*choices):
        if not _keeps_rules(day, slots):
            continue
        worth = sum(
            one.worth for one, slot in zip(day.candidates, slots, strict=True) if slot is not None
        )
        best = max(best, (worth, -breaks_of(day, slots)))
    return best[0], -best[1]


def breaks_of(day: WishedDay, slots: tuple[int | None, ...]) -> int:
    """Return the breaks of a plan, gap by gap."""
    total = 0
    for person in range(len(day.available)):
        mine = sorted(
            slot
            for one, slot in zip(day.candidates, slots, strict=True)
            if slot is not None and person in one.participants
        )
        total += sum(later - earlier > 1 for earlier, later in pairwise(mine))
    return total


def _keeps_rules(day: WishedDay, slots: tuple[int | None, ...]) -> bool:
    taken: set[tuple[int, int]] = set()
    counts = [0] * len(day.available)
    load = [0] * day.slot_count
    for one, slot in zip(day.candidates, slots, strict=True):
        if slot is None:
            continue
        load[slot] += 1
        for person in one.participants:
            if (person, slot) in taken or not day.available[person] >> slot & 1:
                return False
            taken.add((person, slot))
            counts[person] += 1
    return all(count <= most for count, most in zip(counts, day.most, strict=True)) and all(
        used <= tables for used, tables in zip(load, day.tables, strict=True)
    )
