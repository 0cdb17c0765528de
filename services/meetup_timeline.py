"""How a meetup day looks as a whole: lanes of bars, measured in thousandths of its length."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from models.meetup import MeetupDay, MeetupSession, MeetupSlot
from services.meetup_availability import Stretch, session_during, span_of
from vocabulary.meetups import SHARED_SESSIONS

WIDTH: Final = 1000
_HOUR: Final = timedelta(hours=1)


class BarKind(StrEnum):
    """What a bar stands for."""

    SLOT = "slot"
    TAKEN = "taken"
    SHARED = "shared"
    CHOSEN = "chosen"


@dataclass(frozen=True, slots=True)
class Bar:
    """One stretch of a lane; ``left`` and ``width`` add up within ``WIDTH``."""

    kind: BarKind
    left: int
    width: int
    text: str
    part: MeetupSlot | MeetupSession


@dataclass(frozen=True, slots=True)
class Mark:
    """A full hour by the clocks of the place."""

    left: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Timeline:
    """The lanes: what everybody attends with the slots, then what one chooses."""

    shared: tuple[Bar, ...]
    slots: tuple[Bar, ...]
    chosen: tuple[Bar, ...]
    marks: tuple[Mark, ...]


def timeline_of(day: MeetupDay) -> Timeline | None:
    """Return the day drawn to scale; nothing while it holds neither slot nor session."""
    span = span_of(day)
    if span is None:
        return None
    chosen = [one for one in day.sessions if one.kind not in SHARED_SESSIONS]
    shared = [one for one in day.sessions if one.kind in SHARED_SESSIONS]
    return Timeline(
        shared=tuple(_bar(one, BarKind.SHARED, span, one.title) for one in shared),
        slots=tuple(
            _bar(slot, BarKind.TAKEN if session_during(day, slot) else BarKind.SLOT, span)
            for slot in day.slots
        ),
        chosen=tuple(_bar(one, BarKind.CHOSEN, span, one.title) for one in chosen),
        marks=tuple(_marks(day, span)),
    )


def _bar(part: MeetupSlot | MeetupSession, kind: BarKind, span: Stretch, text: str = "") -> Bar:
    left, right = _place(part.starts_at, span), _place(part.ends_at, span)
    return Bar(kind, left, max(1, right - left), text, part)


def _place(instant: datetime, span: Stretch) -> int:
    return round(WIDTH * ((instant - span.starts_at) / (span.ends_at - span.starts_at)))


def _marks(day: MeetupDay, span: Stretch) -> Sequence[Mark]:
    local = span.starts_at.astimezone(day.zone)
    past_hour = timedelta(minutes=local.minute, seconds=local.second)
    instant = span.starts_at - past_hour + (_HOUR if past_hour else timedelta())
    found = []
    while instant <= span.ends_at:
        found.append(Mark(_place(instant, span), instant.astimezone(UTC)))
        instant += _HOUR
    return found
