"""When a participant of a meetup day can be met: stretches of time, and the slots they leave free.

Stretches are instants in UTC, from their start (in) to their end (out): two that touch do not
overlap, and a day on which the clocks change has neither a missing nor a double hour.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from itertools import groupby
from typing import Final, Protocol

from models.meetup import MeetupDay, MeetupSession, MeetupSlot
from models.meetup_participant import MeetupAbsence, MeetupParticipant
from vocabulary.meetups import SHARED_SESSIONS

# Up to here by the clocks of the place, a slot is of the morning.
NOON: Final = time(13)


class Timed(Protocol):
    """What has a start and an end: a slot, a session, an absence, a stretch."""

    @property
    def starts_at(self) -> datetime:
        """Return the first instant."""

    @property
    def ends_at(self) -> datetime:
        """Return the instant from which it is over."""


@dataclass(frozen=True, slots=True, order=True)
class Stretch:
    """A stretch of time, its end out.

    Raises:
        ValueError: it ends before it starts, or an instant says no zone.
    """

    starts_at: datetime
    ends_at: datetime

    def __post_init__(self) -> None:
        """Bring both instants to UTC, and refuse what is no stretch of time."""
        if self.starts_at.tzinfo is None or self.ends_at.tzinfo is None:
            message = "an instant without a zone"
            raise ValueError(message)
        object.__setattr__(self, "starts_at", self.starts_at.astimezone(UTC))
        object.__setattr__(self, "ends_at", self.ends_at.astimezone(UTC))
        if self.ends_at <= self.starts_at:
            message = "a stretch that ends before it starts"
            raise ValueError(message)


def overlap(one: Timed, other: Timed) -> bool:
    """Tell whether the two share an instant."""
    return one.starts_at < other.ends_at and other.starts_at < one.ends_at


def union(stretches: Iterable[Timed]) -> tuple[Stretch, ...]:
    """Return the same instants as the fewest stretches, in order; those that touch are joined."""
    joined: list[Stretch] = []
    for one in sorted(Stretch(each.starts_at, each.ends_at) for each in stretches):
        if joined and one.starts_at <= joined[-1].ends_at:
            last = joined.pop()
            joined.append(Stretch(last.starts_at, max(last.ends_at, one.ends_at)))
        else:
            joined.append(one)
    return tuple(joined)


def without(stretches: Iterable[Timed], taken: Iterable[Timed]) -> tuple[Stretch, ...]:
    """Return the instants of ``stretches`` that are not in ``taken``."""
    left = list(union(stretches))
    for hole in union(taken):
        left = [part for one in left for part in _cut(one, hole)]
    return tuple(left)


def _cut(one: Stretch, hole: Stretch) -> Iterable[Stretch]:
    if not overlap(one, hole):
        yield one
        return
    if one.starts_at < hole.starts_at:
        yield Stretch(one.starts_at, hole.starts_at)
    if hole.ends_at < one.ends_at:
        yield Stretch(hole.ends_at, one.ends_at)


def span_of(day: MeetupDay) -> Stretch | None:
    """Return the day from its first slot or session to its last; nothing while it has none."""
    parts: list[Timed] = [*day.slots, *day.sessions]
    if not parts:
        return None
    return Stretch(min(one.starts_at for one in parts), max(one.ends_at for one in parts))


def taken_stretches(day: MeetupDay, participant: MeetupParticipant) -> tuple[Stretch, ...]:
    """Return when a participant cannot be met: away, or in a part of the programme."""
    chosen = {seat.session_id for seat in participant.session_seats}
    busy = [one for one in day.sessions if one.kind in SHARED_SESSIONS or one.id in chosen]
    return union([*busy, *participant.absences])


def free_slots(day: MeetupDay, participant: MeetupParticipant) -> frozenset[int]:
    """Return the slots of ``day`` in which the participant can be met, by number.

    Its absences are out, as are the sessions that everybody attends and those it chose. For many
    participants at once, load their ``absences`` and ``session_seats`` beforehand.
    """
    taken = taken_stretches(day, participant)
    return frozenset(slot.id for slot in day.slots if not any(overlap(slot, one) for one in taken))


def session_during(day: MeetupDay, slot: MeetupSlot) -> MeetupSession | None:
    """Return the session of everybody during which the slot lies, nothing for a usable slot."""
    shared = (one for one in day.sessions if one.kind in SHARED_SESSIONS)
    return next((one for one in shared if overlap(one, slot)), None)


def is_morning(day: MeetupDay, slot: Timed) -> bool:
    """Tell whether the slot starts in the morning of the place."""
    return slot.starts_at.astimezone(day.zone).time() < NOON


def away_stretches(slots: Sequence[Timed], away: Collection[int]) -> tuple[Stretch, ...]:
    """Return the absences that leave out the slots of these positions, in as few as can be.

    Slots that follow each other make one absence, the pause between them included.
    """
    stretches = []
    marked = [(position in away, slot) for position, slot in enumerate(slots)]
    for is_away, run in groupby(marked, key=lambda one: one[0]):
        members = [slot for _is_away, slot in run]
        if is_away:
            stretches.append(Stretch(members[0].starts_at, max(one.ends_at for one in members)))
    return tuple(stretches)


def set_absences(participant: MeetupParticipant, stretches: Iterable[Timed]) -> bool:
    """Make these the absences that the participant announced; tell whether anything changes.

    What the welcome team noted on the day itself is left as it is.
    """
    wanted = set(union(stretches))
    announced = [one for one in participant.absences if one.told_at is None]
    known = {Stretch(one.starts_at, one.ends_at): one for one in announced}
    for stretch, absence in known.items():
        if stretch not in wanted:
            participant.absences.remove(absence)
    new = sorted(wanted - known.keys())
    participant.absences.extend(
        MeetupAbsence(starts_at=one.starts_at, ends_at=one.ends_at) for one in new
    )
    return bool(new) or len(known) != len(wanted)
