"""Synthetic meetup days, always the same for a seed: the family that the tables are about.

40 % territories, the rest innovators; wishes across sides only, 4 to 12 a person, priority 1 to 3,
drawn by a latent affinity so that popular people exist; half of the wishes are answered by the
other side's own. Everybody is unavailable on about 8 % of the slots, in runs. One table for three
participants; three meetings each where the wishes allow.
"""

import random
from dataclasses import dataclass
from typing import Final

from meetups.problem import Candidate, SlotSet, WishedDay

TERRITORY_SHARE: Final = 0.4
ABSENT_SHARE: Final = 0.08
LONGEST_RUN: Final = 3
LATENT: Final = 4
"""Dimensions of the affinity."""
MUTUAL_SHARE: Final = 0.5
LEAST: Final = 3


@dataclass(frozen=True, slots=True)
class DaySize:
    """How large a day is."""

    participants: int
    slots: int

    def __str__(self) -> str:
        """Write the size as tables do."""
        return f"{self.participants} × {self.slots}"


def synthetic_day(size: DaySize, *, seed: int, least: int = LEAST) -> WishedDay:
    """Return a day that depends on its arguments alone."""
    source = random.Random(f"{seed}:{size.participants}:{size.slots}")  # noqa: S311 - figures
    territories = round(size.participants * TERRITORY_SHARE)
    wishes = _wishes(source, size.participants, territories)
    available = tuple(_available(source, size.slots) for _ in range(size.participants))
    every = (1 << size.slots) - 1
    return WishedDay(
        slot_count=size.slots,
        tables=(size.participants // 3,) * size.slots,
        available=available,
        least=(least,) * size.participants,
        most=(size.slots,) * size.participants,
        candidates=tuple(
            Candidate(participants=pair, worth=worth, slots=every)
            for pair, worth in sorted(wishes.items())
        ),
        seed=seed,
        keeps_table=frozenset(range(territories)),
    )


def _wishes(
    source: random.Random, participants: int, territories: int
) -> dict[tuple[int, int], int]:
    """Return what each pair of a territory and an innovator is worth."""
    tastes = [[source.gauss(0, 1) for _ in range(LATENT)] for _ in range(participants)]
    popularity = [source.gauss(0, 1) for _ in range(participants)]
    worth: dict[tuple[int, int], int] = {}
    for person in range(participants):
        others = range(territories, participants) if person < territories else range(territories)
        liking = {
            other: popularity[other]
            + sum(a * b for a, b in zip(tastes[person], tastes[other], strict=True)) / LATENT**0.5
            + source.gauss(0, 1)
            for other in others
        }
        wished = sorted(others, key=lambda other: -liking[other])[: source.randint(4, 12)]
        for other in wished:
            pair = (min(person, other), max(person, other))
            priority = source.randint(1, 3)
            answer = source.randint(1, 3) if source.random() < MUTUAL_SHARE else 0
            worth[pair] = max(worth.get(pair, 0), priority * 2 + answer * 2)
    return worth


def _available(source: random.Random, slots: int) -> SlotSet:
    """Return all slots but about eight in a hundred, absent in runs."""
    found = (1 << slots) - 1
    mean = (1 + LONGEST_RUN) / 2
    for first in range(slots):
        if source.random() < ABSENT_SHARE / mean:
            length = source.randint(1, LONGEST_RUN)
            found &= ~(((1 << length) - 1) << first)
    return found
