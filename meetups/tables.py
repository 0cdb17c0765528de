"""Which table each meeting is held at, once its slot is known."""

from collections.abc import Sequence

from meetups.problem import WishedDay


def assign_tables(day: WishedDay, slots: Sequence[int | None]) -> tuple[int | None, ...]:
    """Return the table of each meeting held: never twice the same in a slot."""
    used = [0] * day.slot_count
    found: list[int | None] = []
    for slot in slots:
        if slot is None:
            found.append(None)
        else:
            found.append(used[slot])
            used[slot] += 1
    return tuple(found)
