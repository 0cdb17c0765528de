"""A timetable as clauses: its rules, and the breaks of each participant counted in unary.

After the MaxSAT model of Bofill et al., JAIR 74:263-301 (2022), section 4: meetings in slots, slots
used by participants; each uses exactly as many slots as it has meetings; at most two participants
a table, and always an even number of them; tables counted over clusters of meetings that share a
participant, of which at most one is held at a time.

Two things are ours. Breaks are counted between the n-th meeting of a participant and the next one,
over the literals « has met n times by slot t », so that a gap is the same variable wherever it
falls. And whoever has no break meets in one stretch: the first meeting fixes all the others, which
propagates at once what the counters alone find by search (a day of 70 went from 50 s to 1 s).
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from meetups.formula import Formula, Literal
from meetups.narrowing import least_breaks
from meetups.problem import SlotSet, Timetable, slots_of

PAIR = 2


@dataclass(slots=True)
class Encoding:
    """Clauses, and where to read slots and breaks in them."""

    formula: Formula
    held: list[dict[int, Literal]]
    """Of each meeting: the literal of each slot it may be put in."""
    gaps: list[list[Literal]] = field(default_factory=list)
    """Of each participant: the n-th literal (from 0) holds with more than n breaks."""
    base: int = 0
    """Breaks that no answer avoids, participant by participant."""

    def slots(self, model: Sequence[Literal]) -> list[int]:
        """Return the slot of each meeting in a model of the clauses."""
        return [
            next(slot for slot, literal in places.items() if model[literal - 1] > 0)
            for places in self.held
        ]


def encode(timetable: Timetable, slots: Sequence[SlotSet]) -> Encoding:
    """Return the clauses of ``timetable``.

    Args:
        timetable: the rules.
        slots: the slots each meeting may still be put in, as ``narrowing`` leaves them.
    """
    formula = Formula()
    held = [{slot: formula.variable() for slot in slots_of(own)} for own in slots]
    encoding = Encoding(formula, held)
    for places in held:
        formula.add(*places.values())
        formula.at_most_one(places.values())
    used = _used_slots(timetable, encoding)
    own: list[list[int]] = [[] for _ in timetable.available]
    for number, meeting in enumerate(timetable.meetings):
        for one in meeting.participants:
            own[one].append(number)
    for one, meetings in enumerate(own):
        fixed = [slots[number] for number in meetings]
        _count_breaks(encoding, used[one], len(meetings), least_breaks(fixed) or 0)
    _order(timetable, encoding)
    _tables(timetable, encoding)
    if all(len(meeting.participants) == PAIR for meeting in timetable.meetings):
        _pairs(timetable, encoding, used)
    if timetable.fairness is not None:
        _fairness(encoding, timetable.fairness)
    return encoding


def _used_slots(timetable: Timetable, encoding: Encoding) -> list[list[Literal]]:
    """Return, for each participant, the literal of each slot it meets somebody in."""
    formula = encoding.formula
    at: defaultdict[tuple[int, int], list[Literal]] = defaultdict(list)
    for meeting, places in zip(timetable.meetings, encoding.held, strict=True):
        for slot, literal in places.items():
            for one in meeting.participants:
                at[one, slot].append(literal)
    for together in at.values():
        formula.at_most_one(together)
    return [
        [formula.any_of(at.get((one, slot), [])) for slot in range(timetable.slot_count)]
        for one in range(len(timetable.available))
    ]


def _count_breaks(encoding: Encoding, used: list[Literal], meetings: int, least: int) -> None:
    """Count what a participant has met slot by slot, and the gaps between its meetings."""
    formula = encoding.formula
    if not meetings:
        encoding.gaps.append([])
        return
    met = _met(formula, used, meetings)
    gaps = [formula.variable() for _ in range(meetings - 1)]
    for number, gap in enumerate(gaps, 1):
        for slot in range(len(used) - 1):
            now, before = met[slot + 1][number], met[slot][number]
            formula.add(-now, met[slot + 2][number + 1], gap)
            formula.add(-gap, -now, before, -used[slot + 1])
    most = min(meetings - 1, len(used) - meetings)
    counted = formula.counts(gaps, len(gaps))
    for literal in counted[most:]:
        formula.add(-literal)
    counted = counted[:most]
    for literal in counted[:least]:
        formula.add(literal)
    encoding.gaps.append(counted)
    encoding.base += least
    if counted and not least:
        _one_stretch(formula, used, met, counted[0])


def _met(formula: Formula, used: list[Literal], meetings: int) -> list[list[Literal]]:
    """Return the literals « at least n meetings before slot t », by slot then number."""
    no = -formula.yes
    met = [[formula.yes] + [no] * (meetings + 1)]
    for slot, use in enumerate(used):
        before, now = met[-1], [formula.yes] + [no] * (meetings + 1)
        still = len(used) - slot - 1
        for number in range(1, min(meetings, slot + 1) + 1):
            now[number] = formula.yes if number <= meetings - still else formula.variable()
        for number in range(1, meetings + 2):
            formula.add(-before[number], now[number])
            formula.add(-before[number - 1], -use, now[number])
            formula.add(-now[number], before[number], before[number - 1])
            formula.add(-now[number], before[number], use)
        met.append(now)
    return met


def _one_stretch(
    formula: Formula, used: list[Literal], met: list[list[Literal]], broken: Literal
) -> None:
    """Say that without a break, the first meeting gives the slots of all."""
    meetings = len(met[0]) - 2
    for slot in range(1, len(used) + 1):
        for number in range(2, meetings + 1):
            if slot + number - 1 <= len(used):
                formula.add(-met[slot][1], met[slot + number - 1][number], broken)
        if slot > meetings:
            formula.add(-used[slot - 1], -met[slot - meetings][1], broken)


def _order(timetable: Timetable, encoding: Encoding) -> None:
    formula, held = encoding.formula, encoding.held
    for number, meeting in enumerate(timetable.meetings):
        for earlier in sorted(meeting.after):
            for slot, literal in held[number].items():
                formula.add(-literal, *(one for at, one in held[earlier].items() if at < slot))
            for slot, literal in held[earlier].items():
                formula.add(-literal, *(one for at, one in held[number].items() if at > slot))


def _tables(timetable: Timetable, encoding: Encoding) -> None:
    """Count the clusters of meetings that are held in each slot."""
    formula, clusters = encoding.formula, clusters_of(timetable)
    for slot, tables in enumerate(timetable.tables):
        taken = [
            formula.any_of([encoding.held[one][slot] for one in own if slot in encoding.held[one]])
            for own in clusters
        ]
        formula.at_most([one for one in taken if one != -formula.yes], tables)


def clusters_of(timetable: Timetable) -> list[list[int]]:
    """Part the meetings into few groups that share a participant, the largest first."""
    left = set(range(len(timetable.meetings)))
    clusters = []
    while left:
        busy = Counter(one for number in left for one in timetable.meetings[number].participants)
        hub = max(busy, key=lambda one: (busy[one], -one))
        clusters.append(
            [one for one in sorted(left) if hub in timetable.meetings[one].participants]
        )
        left.difference_update(clusters[-1])
    return clusters


def _pairs(timetable: Timetable, encoding: Encoding, used: list[list[Literal]]) -> None:
    """Say what follows from meetings of two: an even number of people, two a table at most."""
    formula = encoding.formula
    for slot, tables in enumerate(timetable.tables):
        people = [own[slot] for own in used if own[slot] != -formula.yes]
        counted = formula.counts(people, PAIR * tables + 1)
        for literal in counted[PAIR * tables :]:
            formula.add(-literal)
        counted = counted[: PAIR * tables]
        for odd in range(0, len(counted), PAIR):
            formula.add(-counted[odd], *counted[odd + 1 : odd + 2])


def _fairness(encoding: Encoding, difference: int) -> None:
    """Whoever has more breaks than ``difference`` and n others makes all have more than n."""
    formula = encoding.formula
    for number in range(max(map(len, encoding.gaps), default=0) - difference):
        over = [own[number + difference] for own in encoding.gaps if len(own) > number + difference]
        someone = formula.any_of(over)
        for own in encoding.gaps:
            formula.add(-someone, own[number] if len(own) > number else -formula.yes)
