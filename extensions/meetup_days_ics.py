"""The public meetup days as an iCalendar object: one event a day, in the time of its place."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from flask import current_app
from flask_babel import gettext

from extensions.mailbox import public_address
from models.meetup import MeetupDay
from services.meetup_pages import CalendarDay
from vocabulary.meetups import DayState

if TYPE_CHECKING:
    from icalendar import Calendar, Event

ICS_TYPE: Final = "text/calendar; charset=utf-8"
_PRODUCT: Final = "-//Tour de table//Rencontres//FR"
_POLLED_EVERY: Final = timedelta(hours=12)
_UNKNOWN: Final = datetime(2026, 1, 1, tzinfo=UTC)


def days_calendar(days: Sequence[CalendarDay]) -> bytes:
    """Return the days as a calendar; one that is cancelled is there, cancelled.

    Its bytes depend on the days alone, so that a program that asks again sees nothing new.
    """
    from icalendar import Calendar  # noqa: PLC0415 - a quarter of a second, for what hands one out

    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", gettext("Journées de rencontre, Tour de table"))
    calendar.add("refresh-interval", _POLLED_EVERY, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT12H")
    _add_zones(calendar, days)
    for one in days:
        calendar.add_component(_event(one))
    return bytes(calendar.to_ical())


def _add_zones(calendar: "Calendar", days: Sequence[CalendarDay]) -> None:
    from icalendar import Timezone  # noqa: PLC0415 - as above

    timed = [one.day for one in days if one.starts_at is not None]
    for name in sorted({day.time_zone for day in timed}):
        own = [day for day in timed if day.time_zone == name]
        first, last = own[0].held_on.year, own[-1].held_on.year
        zone = Timezone.from_tzinfo(
            own[0].zone, name, first_date=date(first, 1, 1), last_date=date(last + 1, 1, 1)
        )
        calendar.add_component(zone)


def _event(one: CalendarDay) -> "Event":
    from icalendar import Event  # noqa: PLC0415 - as above

    day = one.day
    event = Event()
    host = urlsplit(str(current_app.config["PUBLIC_URL"])).hostname or "localhost"
    moment = (day.updated_at or day.created_at or _UNKNOWN).replace(microsecond=0)
    page = public_address("meetups.show", slug=day.slug)
    event.add("uid", f"journee-{day.id}@{host}")
    # The version of the day: it grows with each change, whoever makes it.
    event.add("sequence", day.lock)
    event.add("dtstamp", moment)
    event.add("last-modified", moment)
    if one.starts_at is not None and one.ends_at is not None:
        event.add("dtstart", one.starts_at.astimezone(day.zone))
        event.add("dtend", one.ends_at.astimezone(day.zone))
    else:
        event.add("dtstart", day.held_on)
        event.add("dtend", one.next_date)
    event.add("summary", " ".join(day.title.split()))
    event.add("location", _place(day))
    event.add("description", page)
    event.add("url", page)
    event.add("status", "CANCELLED" if day.state is DayState.CANCELLED else "CONFIRMED")
    event.add("transp", "TRANSPARENT")
    return event


def _place(day: MeetupDay) -> str:
    commune = day.commune.name if day.commune else ""
    parts = [day.place, day.address]
    if commune and not any(commune in part for part in parts):
        parts.append(commune)
    return " ".join(", ".join(part for part in parts if part).split())
