"""A table for each meeting of a timetable, all tables alike, so that few people have to move.

``tables`` does it better for a real room, with libraries that take longer to load than this does
to run.
"""

from collections import defaultdict
from collections.abc import Sequence

from meetups.problem import Timetable


def numbered_tables(timetable: Timetable, slots: Sequence[int]) -> tuple[int, ...]:
    """Return the table of each meeting, from 0, never twice in a slot.

    Meetings whose participants can stay where one of them sat are seated first; the others take
    the lowest free table.
    """
    held: defaultdict[int, list[int]] = defaultdict(list)
    for number, slot in enumerate(slots):
        held[slot].append(number)
    tables = [0] * len(slots)
    last: dict[int, int] = {}
    for slot in sorted(held):
        free = set(range(timetable.tables[slot]))
        waiting = []
        for number in held[slot]:
            people = timetable.meetings[number].participants
            kept = next((last[one] for one in people if last.get(one) in free), None)
            if kept is None:
                waiting.append(number)
            else:
                free.remove(kept)
                tables[number] = kept
        for number, table in zip(waiting, sorted(free), strict=False):
            tables[number] = table
        for number in held[slot]:
            last.update(dict.fromkeys(timetable.meetings[number].participants, tables[number]))
    return tuple(tables)
