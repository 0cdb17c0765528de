"""Days in the MiniZinc data files of Bofill et al. (JAIR 74:263-301, 2022), read strictly.

Everything is numbered from 1 in the files and from 0 here. ``meetingsxBusiness`` and
``nMeetingsBusiness`` repeat what ``requested`` says (the first with numbers shifted by one), so
they are not looked at, nor are fields that nobody knows.
"""

from collections.abc import Sequence
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Final

from meetups.dzn_tokens import DznCode, DznError, Group, Number, Value, read_fields, read_text
from meetups.problem import Meeting, SlotSet, Timetable

__all__ = ["DznCode", "DznError", "read_dzn", "timetable_of"]

LIMITS: Final = {
    "nBusiness": (1, 5_000),
    "nMeetings": (0, 50_000),
    "nTables": (0, 5_000),
    "nTotalSlots": (1, 500),
    "nMorningSlots": (0, 500),
}
MORNING, AFTERNOON, ANY = 1, 2, 3
ROW_LENGTH = 3


def read_dzn(path: Path, *, fairness: int | None = 2) -> Timetable:
    """Return the day that a file describes.

    Raises:
        DznError: the file is malformed; line, field and reason are named.
    """
    return timetable_of(read_text(path), fairness=fairness)


def timetable_of(text: str, *, fairness: int | None = 2) -> Timetable:
    """Return the day that a text describes; ``fairness`` is not in the files.

    Raises:
        DznError: the text is malformed; line, field and reason are named.
    """
    if not text.strip():
        raise DznError(1, DznCode.EMPTY)
    file = _File(read_fields(text), text.count("\n") + 1)
    participants, meetings = file.count("nBusiness"), file.count("nMeetings")
    tables, slots = file.count("nTables"), file.count("nTotalSlots")
    morning = file.count("nMorningSlots", most=slots)
    requested = file.requested(meetings, participants)
    fixed = [
        file.in_range(one, "fixed", 0, slots).value for one in file.rows("fixed", meetings, Number)
    ]
    away = [
        file.numbers(one, "forbidden", slots) for one in file.rows("forbidden", participants, Group)
    ]
    after = [
        file.numbers(one, "precedences", meetings)
        for one in file.rows("precedences", meetings, Group)
    ]
    file.refuse_cycle(after)
    every = (1 << slots) - 1
    sessions: dict[int, SlotSet] = {MORNING: (1 << morning) - 1, ANY: every}
    sessions[AFTERNOON] = every ^ sessions[MORNING]
    return Timetable(
        slot_count=slots,
        tables=(tables,) * slots,
        available=tuple(every & ~sum(1 << slot for slot in forbidden) for forbidden in away),
        meetings=tuple(
            Meeting(
                (first, second),
                sessions[session] & (1 << at - 1 if at else every),
                frozenset(earlier),
            )
            for (first, second, session), at, earlier in zip(requested, fixed, after, strict=True)
        ),
        fairness=fairness,
    )


class _File:
    """The fields of a file, and the errors that name them."""

    def __init__(self, fields: dict[str, Value], last_line: int) -> None:
        self._fields, self._last_line = fields, last_line

    def count(self, name: str, *, most: int | None = None) -> int:
        """Return a field that is one number."""
        value = self._field(name)
        if not isinstance(value, Number):
            raise DznError(value.line, DznCode.WRONG_KIND, name, wanted="number")
        least, limit = LIMITS[name]
        return self.in_range(value, name, least, limit if most is None else most).value

    def rows(self, name: str, count: int, kind: type[Number | Group]) -> list[Value]:
        """Return the items of a list, all of one kind."""
        value = self._field(name)
        if not isinstance(value, Group) or value.opening != "[":
            raise DznError(value.line, DznCode.WRONG_KIND, name, wanted="list")
        self._counted(value, name, count)
        wanted = "number" if kind is Number else "set"
        for one in value.items:
            if not isinstance(one, kind):
                raise DznError(one.line, DznCode.WRONG_KIND, name, wanted=wanted)
        return value.items

    def requested(self, count: int, participants: int) -> list[tuple[int, int, int]]:
        """Return both participants and the session of each meeting."""
        name = "requested"
        table = self._field(name)
        if not isinstance(table, Group) or table.opening != "[|":
            raise DznError(table.line, DznCode.WRONG_KIND, name, wanted="table")
        found = []
        for row in table.items:
            cells = row.items if isinstance(row, Group) else []
            if len(cells) != ROW_LENGTH:
                raise DznError(
                    row.line, DznCode.WRONG_COUNT, name, found=len(cells), wanted=ROW_LENGTH
                )
            first, second = (self.in_range(one, name, 1, participants) for one in cells[:2])
            if first.value == second.value:
                raise DznError(first.line, DznCode.MEETS_ITSELF, name, found=first.value)
            session = self.in_range(cells[2], name, MORNING, ANY)
            found.append((first.value - 1, second.value - 1, session.value))
        self._counted(table, name, count)
        return found

    def numbers(self, value: Value, name: str, most: int) -> set[int]:
        """Return a set, from 0; the files write 0 for nothing."""
        items = value.items if isinstance(value, Group) else []
        found = {self.in_range(one, name, 0, most).value for one in items}
        return {one - 1 for one in found if one}

    def in_range(self, value: Value, name: str, least: int, most: int) -> Number:
        """Return a number that must lie between two others."""
        if not isinstance(value, Number):
            raise DznError(value.line, DznCode.WRONG_KIND, name, wanted="number")
        if not least <= value.value <= most:
            raise DznError(
                value.line, DznCode.OUT_OF_RANGE, name, found=value.value, least=least, most=most
            )
        return value

    def refuse_cycle(self, after: Sequence[set[int]]) -> None:
        """Refuse meetings that would each come before themselves."""
        try:
            TopologicalSorter(dict(enumerate(after))).prepare()
        except CycleError as error:
            first = min(error.args[1])
            line = self.rows("precedences", len(after), Group)[first].line
            raise DznError(line, DznCode.CYCLE, "precedences", found=first + 1) from error

    def _field(self, name: str) -> Value:
        try:
            return self._fields[name]
        except KeyError:
            raise DznError(self._last_line, DznCode.MISSING_FIELD, name) from None

    def _counted(self, value: Group, name: str, count: int) -> None:
        if len(value.items) != count:
            found = len(value.items)
            raise DznError(value.line, DznCode.WRONG_COUNT, name, found=found, wanted=count)
