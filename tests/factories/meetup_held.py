"""A meetup day that is being held: people expected, wishes, and a planning that was published."""

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from sqlalchemy.orm import Session

from meetups.problem import WishedDay
from models.meetup import MeetupDay
from models.meetup_participant import MeetupParticipant
from models.meetup_plan import MeetupPlan
from services.meetup_figures import figures_of, write_figures
from services.meetup_plan_store import store_placements
from services.meetup_plans import publish_plan
from services.meetup_reading import read_day
from tests.factories.meetups import (
    make_attendee,
    make_day,
    make_participant,
    make_slots,
    make_tables,
    make_wish,
)
from vocabulary.exchanges import Side
from vocabulary.meetups import PlanState

HELD: date = date(2026, 11, 23)
_FIRST_NAMES = ("Ada", "Inès", "Noé", "Zoé", "Malo", "Awa", "Lila", "Yanis", "Rose", "Sacha")


@dataclass(frozen=True, slots=True)
class HeldDay:
    """The day, both sides, and its planning."""

    day: MeetupDay
    territories: list[MeetupParticipant]
    actors: list[MeetupParticipant]
    plan: MeetupPlan

    @property
    def everybody(self) -> list[MeetupParticipant]:
        """Return the participants of both sides."""
        return [*self.territories, *self.actors]


def at(hour: int, minute: int = 0, day: date = HELD) -> datetime:
    """Return an instant of the day, by the winter clocks of Paris."""
    return datetime(day.year, day.month, day.day, hour - 1, minute, tzinfo=UTC)


def make_held_day(
    session: Session,
    *,
    people: int = 10,
    slots: int = 6,
    tables: int = 0,
    wishes: int = 4,
    title: str = "Journée tenue",
    held_on: date = HELD,
    seed: int = 1,
) -> HeldDay:
    """Add a day held on ``held_on`` from nine o'clock, planned from random wishes and published."""
    chance = random.Random(seed)  # noqa: S311 - a test's own dice
    day = make_day(session, title, held_on=held_on, least_meetings=1)
    make_slots(session, day, slots, first=time(9), minutes=20, pause=5)
    make_tables(session, day, tables or max(1, people // 3))
    half = people * 2 // 5
    territories = [
        make_participant(session, day, f"Ville {number:03}", side=Side.TERRITORY)
        for number in range(half)
    ]
    actors = [
        make_participant(session, day, f"Atelier {number:03}") for number in range(people - half)
    ]
    for rank, one in enumerate([*territories, *actors]):
        make_attendee(session, one, f"{_FIRST_NAMES[rank % 10]} Essai {rank:03}")
    for one in territories:
        for other in chance.sample(actors, min(wishes, len(actors))):
            make_wish(session, one, other)
    session.flush()
    plan = publish_greedily(session, day, now=at(7, 0, held_on))
    return HeldDay(day, territories, actors, plan)


def publish_greedily(session: Session, day: MeetupDay, *, now: datetime) -> MeetupPlan:
    """Hold each wish in the first slot where both are free, store that, publish it."""
    read = read_day(session, day, seed=1)
    slots, tables = _first_places(read.wished)
    placements = read.placements(slots, tables)
    plan = MeetupPlan(day_id=day.id, number=1, state=PlanState.READY, created_at=now)
    session.add(plan)
    session.flush()
    store_placements(session, plan, placements)
    write_figures(plan, figures_of(read, placements))
    publish_plan(session, plan, person=None, now=now)
    return plan


def _first_places(day: WishedDay) -> tuple[list[int | None], list[int | None]]:
    busy = [0] * len(day.available)
    load = [0] * day.slot_count
    slots: list[int | None] = []
    tables: list[int | None] = []
    for candidate in day.candidates:
        taken = 0
        for one in candidate.participants:
            taken |= busy[one] | ~day.available[one]
            if busy[one].bit_count() >= day.most[one]:
                taken = -1
        free = (
            slot
            for slot in range(day.slot_count)
            if not taken >> slot & 1 and load[slot] < day.tables[slot]
        )
        slot = next(free, None)
        slots.append(slot)
        tables.append(None if slot is None else load[slot])
        if slot is not None:
            load[slot] += 1
            for one in candidate.participants:
                busy[one] |= 1 << slot
    return slots, tables
