"""How repairs name what they move: participants, tables, hours of the slots."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from models.meetup import MeetupDay
from services.meetup_planning import DayToPlan


@dataclass(frozen=True, slots=True)
class Names:
    """The words and hours behind the numbers of a day."""

    people: Mapping[int, str]
    tables: Mapping[int, str]
    starts: Mapping[int, datetime]
    zone: ZoneInfo

    def person(self, number: int) -> str:
        """Return the name of a participant; one whose registration was cancelled has none."""
        return self.people.get(number, "—")

    def everybody(self, numbers: Iterable[int]) -> list[str]:
        """Return the names of participants, in the order of the alphabet."""
        return sorted(self.person(one) for one in numbers)


def names_of(day: MeetupDay, read: DayToPlan) -> Names:
    """Return the names of the registered participants, the tables and the slots of a day."""
    return Names(
        people={one.id: one.name for one in read.names.people},
        tables={one.id: one.label for one in read.names.tables},
        starts={slot.id: slot.starts_at for slot in day.slots},
        zone=day.zone,
    )
