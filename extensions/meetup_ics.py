"""Agendas as iCalendar objects (RFC 5545, 7986): events that calendar programs update in place.

The bytes depend on what is published and on the language alone, never on the server's clock or
zone: a program that polls an unchanged agenda is answered that nothing is new.
"""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from flask import current_app
from flask_babel import gettext

from extensions.mailbox import public_address
from extensions.meetup_agenda_words import item_details, item_place, item_title
from models.meetup import MeetupDay
from models.meetup_plan import MeetupMeeting
from services.meetup_agenda_lines import Agenda, AgendaItem, ItemKind
from services.meetup_agenda_news import DroppedMeeting
from services.meetup_returns import has_given_up
from vocabulary.meetups import DayState

if TYPE_CHECKING:
    from icalendar import Calendar, Event

ICS_TYPE: Final = "text/calendar; charset=utf-8"
PRODUCT: Final = "-//Tour de table//Rencontres//FR"
# How often a program that subscribed asks again.
_POLLED_EVERY: Final = timedelta(minutes=15)
_EVENTS: Final = frozenset({ItemKind.MEETING, ItemKind.GROUP, ItemKind.SESSION, ItemKind.SHARED})
# Blanks, line ends of any kind and controls: none of them belongs into one line of text.
_BLANKS: Final = re.compile(r"[\s\x00-\x1f\x7f\x85\u2028\u2029]+")
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\x85\u2028\u2029]")


def agenda_calendar(agenda: Agenda, dropped: Sequence[DroppedMeeting]) -> bytes:
    """Return the agenda of one participant; what it no longer has is there, cancelled.

    Of somebody who gave up coming, everything is: what was told stays with nobody else's news.
    It names no address: a calendar is shared more widely than a mail.
    """
    from icalendar import Calendar  # noqa: PLC0415 - a quarter of a second, for what hands one out

    day = agenda.day
    calendar = Calendar()
    name = gettext("%(day)s : %(name)s", day=day.title, name=agenda.participant.name)
    _add_head(calendar, day, _line(name))
    for item in agenda.items:
        if item.kind in _EVENTS:
            calendar.add_component(_item_event(agenda, item))
    for gone in dropped:
        calendar.add_component(_dropped_event(agenda, gone))
    return bytes(calendar.to_ical())


def _add_head(calendar: "Calendar", day: MeetupDay, name: str) -> None:
    from icalendar import Timezone  # noqa: PLC0415 - as above

    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("x-wr-timezone", day.time_zone)
    calendar.add("refresh-interval", _POLLED_EVERY, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT15M")
    year = day.held_on.year
    zone = Timezone.from_tzinfo(
        day.zone, day.time_zone, first_date=date(year, 1, 1), last_date=date(year + 1, 1, 1)
    )
    calendar.add_component(zone)


def _item_event(agenda: Agenda, item: AgendaItem) -> "Event":
    day = agenda.day
    is_day_off = day.state is DayState.CANCELLED
    is_off = is_day_off or has_given_up(agenda.participant)
    if item.meeting is not None and is_off:
        return _left_event(agenda, item, item.meeting)
    if item.meeting is not None:
        uid, sequence = item.meeting.uid, item.meeting.sequence
        stamp = item.meeting.changed_at
        kind = (
            gettext("Rendez-vous de groupe")
            if item.kind is ItemKind.GROUP
            else gettext("Rendez-vous")
        )
        title = f"{kind} : {item_title(item)}"
        place = item_place(item)
    else:
        number = item.session.id if item.session else 0
        uid = f"session-{number}"
        sequence = (item.session.sequence if item.session else 0) + int(is_day_off)
        stamp, title, place = None, item_title(item), item.room
    event = _event(agenda, uid, sequence, stamp)
    event.add("status", "CANCELLED" if is_off else "CONFIRMED")
    _add_span(event, item.starts_at, item.ends_at)
    event.add("summary", _line(title))
    event.add("location", _line(", ".join(part for part in (place, _address(day)) if part)))
    event.add("description", _lines([*_about(item), _page(agenda)]))
    event.add("transp", "OPAQUE" if item.meeting is not None else "TRANSPARENT")
    return event


def _left_event(agenda: Agenda, item: AgendaItem, meeting: MeetupMeeting) -> "Event":
    """Return a meeting that the plan still has, cancelled for whoever does not come any more."""
    event = _event(agenda, meeting.uid, meeting.sequence, agenda.participant.absent_at)
    event.add("status", "CANCELLED")
    _add_span(event, item.starts_at, item.ends_at)
    event.add("summary", gettext("Rendez-vous annulé"))
    event.add("transp", "TRANSPARENT")
    return event


def _dropped_event(agenda: Agenda, gone: DroppedMeeting) -> "Event":
    last, zone = gone.last, agenda.day.zone
    event = _event(agenda, gone.meeting.uid, last.sequence, last.recorded_at)
    event.add("status", "CANCELLED")
    _add_span(event, last.starts_at.astimezone(zone), last.ends_at.astimezone(zone))
    event.add("summary", gettext("Rendez-vous annulé"))
    event.add("description", _lines([_page(agenda)]))
    event.add("transp", "TRANSPARENT")
    return event


def _event(agenda: Agenda, uid: str, number: int, stamp: datetime | None) -> "Event":
    from icalendar import Event  # noqa: PLC0415 - as above

    day = agenda.day
    moment = stamp or day.updated_at or day.created_at or datetime(2026, 1, 1, tzinfo=UTC)
    event = Event()
    event.add("uid", f"{uid}@{_host()}")
    event.add("sequence", number + agenda.participant.calendar_offset)
    event.add("dtstamp", moment.replace(microsecond=0))
    event.add("last-modified", moment.replace(microsecond=0))
    event.add("url", _page(agenda))
    return event


def _add_span(event: "Event", start: datetime, end: datetime) -> None:
    event.add("dtstart", _unambiguous(start))
    event.add("dtend", _unambiguous(end))


def _unambiguous(local: datetime) -> datetime:
    """Return an hour that the clocks of the place show once as it is, the others in UTC.

    RFC 5545 reads an hour that comes twice as the first of the two.
    """
    is_twice = local.utcoffset() != local.replace(fold=1 - local.fold).utcoffset()
    return local.astimezone(UTC) if is_twice else local


def _about(item: AgendaItem) -> list[str]:
    return [*item_details(item), *([item.text] if item.text else [])]


def _address(day: MeetupDay) -> str:
    return ", ".join(part for part in (day.place, day.address) if part)


def _page(agenda: Agenda) -> str:
    return public_address(
        "participation_agenda.show",
        slug=agenda.day.slug,
        participant_id=agenda.participant.id,
    )


def _host() -> str:
    config: dict[str, Any] = current_app.config
    return urlsplit(str(config["PUBLIC_URL"])).hostname or "localhost"


def _line(text: str) -> str:
    return _BLANKS.sub(" ", text).strip()


def _lines(texts: Sequence[str]) -> str:
    return "\n".join(_CONTROLS.sub(" ", text.replace("\r\n", "\n")) for text in texts)
