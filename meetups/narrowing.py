"""What can be said of a timetable before any search: slots that cannot be, breaks that must be."""

from collections.abc import Sequence

from meetups.problem import SlotSet, Timetable


def narrowed_slots(timetable: Timetable) -> list[SlotSet]:
    """Return the slots that each meeting may be put in, given the others; 0: none is left.

    Availabilities, order, and slots that a meeting with no choice takes from its participants'
    others.
    """
    slots = []
    for meeting in timetable.meetings:
        own = meeting.slots & ((1 << timetable.slot_count) - 1)
        for one in meeting.participants:
            own &= timetable.available[one]
        slots.append(own)
    meetings_of: list[list[int]] = [[] for _ in timetable.available]
    for number, meeting in enumerate(timetable.meetings):
        for one in meeting.participants:
            meetings_of[one].append(number)
    before: list[SlotSet] = []
    while before != slots and all(slots):
        before = list(slots)
        _keep_order(timetable, slots)
        for meetings in meetings_of:
            _keep_apart(meetings, slots)
    return slots


def _keep_order(timetable: Timetable, slots: list[SlotSet]) -> None:
    for number, meeting in enumerate(timetable.meetings):
        for earlier in meeting.after:
            first = slots[earlier] & -slots[earlier]
            slots[number] &= ~((first << 1) - 1)
            slots[earlier] &= (1 << max(slots[number].bit_length() - 1, 0)) - 1


def _keep_apart(meetings: Sequence[int], slots: list[SlotSet]) -> None:
    for number in meetings:
        if slots[number].bit_count() == 1:
            for other in meetings:
                if other != number:
                    slots[other] &= ~slots[number]


def least_breaks(slots: Sequence[SlotSet]) -> int | None:
    """Return the fewest breaks of a participant whose meetings may be put in ``slots``.

    The slots used are looked for, not which meeting takes which: a lower bound. Nothing when the
    slots are too few. Dynamic programme over (slot, meetings so far, met in the last slot).
    """
    possible = must = 0
    for own in slots:
        possible |= own
        must |= own if own.bit_count() == 1 else 0
    fewest: dict[tuple[int, bool], int] = {(0, False): 0}
    for slot in range(possible.bit_length()):
        step: dict[tuple[int, bool], int] = {}
        for (met, was_met), breaks in fewest.items():
            if not must >> slot & 1:
                key = (met, False)
                step[key] = min(step.get(key, breaks), breaks)
            if possible >> slot & 1 and met < len(slots):
                more = breaks + (met > 0 and not was_met)
                key = (met + 1, True)
                step[key] = min(step.get(key, more), more)
        fewest = step
    ends = [breaks for (met, _), breaks in fewest.items() if met == len(slots)]
    return min(ends, default=None)


def bound_of(timetable: Timetable, slots: Sequence[SlotSet]) -> int | None:
    """Return a lower bound on the breaks of all; nothing: a participant lacks slots."""
    own: list[list[SlotSet]] = [[] for _ in timetable.available]
    for meeting, allowed in zip(timetable.meetings, slots, strict=True):
        for one in meeting.participants:
            own[one].append(allowed)
    each = [least_breaks(allowed) for allowed in own]
    known = [one for one in each if one is not None]
    return sum(known) if all(slots) and len(known) == len(each) else None
