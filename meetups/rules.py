"""The rules of a day as clauses that can be switched off one by one, for ``conflicts``."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from meetups.formula import Formula, Literal
from meetups.problem import SlotSet, Timetable, WishedDay
from meetups.seats import table_rows


class ConflictKind(StrEnum):
    """The rules that somebody can change."""

    MEETING = "meeting"
    """The meeting is held."""
    SLOTS = "slots"
    """The meeting is in its session, at its fixed slot, or where it is locked."""
    AVAILABILITY = "availability"
    """The participant meets nobody while away."""
    TABLES = "tables"
    """The slot has so many tables."""
    PRECEDENCE = "precedence"
    """The meeting comes after another one."""
    LEAST = "least"
    """The participant has the meetings guaranteed."""
    MOST = "most"
    """The participant has no more meetings than accepted."""
    FAIRNESS = "fairness"
    """The breaks of two participants differ little."""


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class Conflict:
    """One rule; numbers that it does not concern are -1."""

    kind: ConflictKind
    participant: int = -1
    meeting: int = -1
    other: int = -1
    """The meeting that has to come first."""
    slot: int = -1


@dataclass(slots=True)
class Rules:
    """Clauses, and the rule that each switch turns on.

    Always on: a meeting has one slot at most, and nobody is in two places.
    """

    formula: Formula = field(default_factory=Formula)
    switches: dict[Literal, Conflict] = field(default_factory=dict)
    held: list[list[Literal]] = field(default_factory=list)
    """Of each meeting, by slot."""

    def switch(self, conflict: Conflict) -> Literal:
        """Return the literal that turns a new rule on."""
        literal = self.formula.variable()
        self.switches[literal] = conflict
        return literal

    def hold(self, people: Sequence[Sequence[int]], slot_count: int) -> None:
        """Add meetings: at most one slot each, and nobody in two places."""
        formula = self.formula
        self.held = [[formula.variable() for _ in range(slot_count)] for _ in people]
        at: defaultdict[tuple[int, int], list[Literal]] = defaultdict(list)
        for participants, places in zip(people, self.held, strict=True):
            formula.at_most_one(places)
            for slot, literal in enumerate(places):
                for one in participants:
                    at[one, slot].append(literal)
        for together in at.values():
            formula.at_most_one(together)

    def require(self, meeting: int) -> None:
        """Have a meeting held."""
        switch = self.switch(Conflict(kind=ConflictKind.MEETING, meeting=meeting))
        self.formula.add(-switch, *self.held[meeting])

    def keep_slots(self, meeting: int, slots: SlotSet) -> None:
        """Keep a meeting in its slots, where they are not all."""
        closed = [one for slot, one in enumerate(self.held[meeting]) if not slots >> slot & 1]
        if closed:
            self._forbid(Conflict(kind=ConflictKind.SLOTS, meeting=meeting), closed)

    def keep_availability(self, participant: int, available: SlotSet, own: Iterable[int]) -> None:
        """Keep the meetings ``own`` of a participant in the slots of its presence."""
        closed = [
            literal
            for meeting in own
            for slot, literal in enumerate(self.held[meeting])
            if not available >> slot & 1
        ]
        if closed:
            self._forbid(Conflict(kind=ConflictKind.AVAILABILITY, participant=participant), closed)

    def _forbid(self, conflict: Conflict, literals: Iterable[Literal]) -> None:
        switch = self.switch(conflict)
        for literal in literals:
            self.formula.add(-switch, -literal)

    def limit_tables(self, slot: int, rows: Iterable[tuple[int, Sequence[int]]]) -> None:
        """Give a slot so many tables: for each row, how many of which meetings fit."""
        switch = 0
        for most, meetings in rows:
            if len(meetings) > most:
                switch = switch or self.switch(Conflict(kind=ConflictKind.TABLES, slot=slot))
                literals = [self.held[one][slot] for one in meetings]
                over = self.formula.counts(literals, most + 1, both_ways=False)[most]
                self.formula.add(-switch, -over)

    def put_after(self, meeting: int, earlier: int) -> None:
        """Have ``earlier`` come first where both are held."""
        switch = self.switch(Conflict(kind=ConflictKind.PRECEDENCE, meeting=meeting, other=earlier))
        for slot, literal in enumerate(self.held[meeting]):
            for late in self.held[earlier][slot:]:
                self.formula.add(-switch, -literal, -late)

    def limit_meetings(self, participant: int, own: Sequence[int], least: int, most: int) -> None:
        """Keep the number of meetings of a participant between two numbers."""
        attended = [self.formula.any_of(self.held[one]) for one in own]
        counted = self.formula.counts(attended, len(attended))
        if least > 0:
            switch = self.switch(Conflict(kind=ConflictKind.LEAST, participant=participant))
            self.formula.add(-switch, *counted[least - 1 : least])
        if most < len(counted):
            switch = self.switch(Conflict(kind=ConflictKind.MOST, participant=participant))
            self.formula.add(-switch, -counted[most])

    def limit_unfairness(
        self, people: Sequence[Sequence[int]], participants: int, difference: int
    ) -> None:
        """Keep the breaks of two participants from differing much; ``people`` is by meeting."""
        switch = self.switch(Conflict(kind=ConflictKind.FAIRNESS))
        counts = [
            self._breaks([at for at, those in enumerate(people) if participant in those])
            for participant in range(participants)
        ]
        formula = self.formula
        for number in range(max(map(len, counts), default=0) - difference):
            over = formula.any_of(
                [own[number + difference] for own in counts if len(own) > number + difference]
            )
            for own in counts:
                formula.add(-switch, -over, own[number] if len(own) > number else -formula.yes)

    def _breaks(self, own: Sequence[int]) -> list[Literal]:
        """Return the breaks of a participant, counted in unary."""
        if not own:
            return []
        formula = self.formula
        places = [self.held[one] for one in own]
        used = [formula.any_of(list(at)) for at in zip(*places, strict=True)]
        breaks = []
        met = used[0]
        for slot in range(1, len(used)):
            ends = formula.variable()
            formula.add(ends, -met, used[slot - 1], -used[slot])
            for needed in (met, -used[slot - 1], used[slot]):
                formula.add(-ends, needed)
            breaks.append(ends)
            met = formula.any_of([met, used[slot]])
        return formula.counts(breaks, len(breaks))


def rules_of_timetable(timetable: Timetable, *, with_fairness: bool) -> Rules:
    """Return the rules of a timetable, all its meetings held."""
    rules = Rules()
    people = [meeting.participants for meeting in timetable.meetings]
    rules.hold(people, timetable.slot_count)
    for number, meeting in enumerate(timetable.meetings):
        rules.require(number)
        rules.keep_slots(number, meeting.slots)
        for earlier in sorted(meeting.after):
            rules.put_after(number, earlier)
    for participant, available in enumerate(timetable.available):
        own = [number for number, those in enumerate(people) if participant in those]
        rules.keep_availability(participant, available, own)
    every = range(len(people))
    for slot, tables in enumerate(timetable.tables):
        rules.limit_tables(slot, [(tables, every)])
    if with_fairness and timetable.fairness is not None:
        rules.limit_unfairness(people, len(timetable.available), timetable.fairness)
    return rules


def rules_of_day(day: WishedDay, least: Sequence[int]) -> Rules:
    """Return the rules of a day: required meetings, guarantees, caps, tables large enough."""
    rules = Rules()
    people = [one.participants for one in day.candidates]
    rules.hold(people, day.slot_count)
    for number, candidate in enumerate(day.candidates):
        rules.keep_slots(number, candidate.slots)
        if candidate.is_required:
            rules.require(number)
    for participant, available in enumerate(day.available):
        own = [number for number, those in enumerate(people) if participant in those]
        rules.keep_availability(participant, available, own)
        required = sum(day.candidates[number].is_required for number in own)
        most = max(day.most[participant], required)
        rules.limit_meetings(participant, own, least[participant] if least else 0, most)
    rows = table_rows(day)
    members = [
        [number for number, own in enumerate(rows.members) if row in own]
        for row in range(len(rows.caps))
    ]
    for slot in range(day.slot_count):
        caps = [cap[slot] for cap in rows.caps]
        rules.limit_tables(slot, list(zip(caps, members, strict=True)))
    return rules
