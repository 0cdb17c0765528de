"""The moments of a meetup day that forms offer: ends and starts of the slots still to come."""

from collections.abc import Iterable
from datetime import datetime

from extensions.template_context import hour_at
from forms.choices import Pairs
from models.meetup import MeetupDay


def ends_to_come(day: MeetupDay, now: datetime) -> Pairs:
    """Return the ends of the slots that are not over, by the clocks of the place."""
    return _hours(day, {slot.ends_at for slot in day.slots if slot.ends_at > now})


def starts_to_come(day: MeetupDay, now: datetime) -> Pairs:
    """Return the starts of the slots that have not begun, by the clocks of the place."""
    return _hours(day, {slot.starts_at for slot in day.slots if slot.starts_at > now})


def _hours(day: MeetupDay, moments: Iterable[datetime]) -> Pairs:
    return [(moment.isoformat(), hour_at(moment, day.zone)) for moment in sorted(moments)]
