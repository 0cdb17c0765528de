"""What every template may use: labels of the vocabulary, formats, the site's own facts."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import nh3
from flask import Flask, current_app, g, request, url_for
from flask_babel import format_date, format_datetime, format_decimal, get_locale, gettext
from flask_security import current_user
from markdown_it import MarkdownIt
from markupsafe import Markup

from extensions.clock import now, today
from extensions.database import db_session
from models.meetup import MeetupDay
from services.meetup_clock import is_past, is_today, takes_registrations
from services.waiting import Waiting, waiting_for
from vocabulary.labels import LabelledEnum
from vocabulary.languages import LANGUAGES
from vocabulary.periods import french_hour
from vocabulary.themes import Theme, all_themes
from vocabulary.time_zones import TIME_ZONES

# The limited Markdown of profiles: paragraphs, emphasis, lists, links; no raw HTML, no picture.
_markdown = MarkdownIt("zero", {"html": False, "breaks": True}).enable(
    ["emphasis", "list", "link", "newline", "escape", "autolink"]
)
_ALLOWED_TAGS = {"p", "em", "strong", "ul", "ol", "li", "a", "br"}


def render_markdown(text: str) -> Markup:
    """Return the limited Markdown of ``text`` as safe HTML."""
    html = nh3.clean(
        _markdown.render(text),
        tags=_ALLOWED_TAGS,
        attributes={"a": {"href"}},
        url_schemes={"https", "http"},
        link_rel="nofollow noopener ugc",
    )
    return Markup(html)  # noqa: S704 - cleaned by nh3 on the line above


def label_of(member: LabelledEnum | None) -> str:
    """Return the translated label of a vocabulary member, « non renseigné » without one."""
    return str(gettext(member.label if member is not None else "non renseigné"))


def theme_label(code: str) -> str:
    """Return the label of a theme in the language of the page."""
    theme = all_themes().get(code)
    if theme is None:
        return code
    return theme.label_en if str(get_locale()) == "en" else theme.label


def themes_of(codes: Iterable[str]) -> list[Theme]:
    """Return the known themes among ``codes``, in the order given."""
    known = all_themes()
    return [known[code] for code in codes if code in known]


def page_url(**changes: object) -> str:
    """Return the address of this page with some query parameters changed or removed (``None``).

    The parameters are a visitor's: ``url_for`` would take ``_scheme`` or ``endpoint`` as its own.
    """
    values: dict[str, Any] = {**request.args.to_dict(flat=False), **changes}
    kept = {name: value for name, value in values.items() if value is not None}
    query = urlencode(kept, doseq=True)
    path = url_for(str(request.endpoint), **(request.view_args or {}))
    return f"{path}?{query}" if query else path


def long_date(day: date | None) -> str:
    """Return a date in full words, « non renseigné » without one."""
    if day is None:
        return str(gettext("non renseigné"))
    text = str(format_date(day, "d MMMM y"))
    # French writes the first of a month as an ordinal: « 1er janvier ».
    return f"1er{text[1:]}" if day.day == 1 and str(get_locale()) == "fr" else text


def month_year(day: date) -> str:
    """Return the month and the year of a date, in short: « janv. 2027 »."""
    return str(format_date(day, "MMM y"))


def short_instant(instant: datetime) -> str:
    """Return a day and an hour, in Paris."""
    return str(format_datetime(instant, "d MMM y, HH:mm"))


def instant_at(instant: datetime, zone: ZoneInfo) -> str:
    """Return a day and an hour as the clocks of a place show them."""
    local = instant.astimezone(zone)
    return f"{long_date(local.date())}, {hour_at(instant, zone)}"


def hour_at(instant: datetime, zone: ZoneInfo) -> str:
    """Return an hour as the clocks of a place show it: « 9 h 30 » in French, 09:30 elsewhere."""
    local = instant.astimezone(zone)
    text = french_hour(local.time()) if str(get_locale()) == "fr" else f"{local:%H:%M}"
    # An hour that the clocks show twice, when they go back, says which of the two it is.
    is_twice = local.utcoffset() != local.replace(fold=1 - local.fold).utcoffset()
    return f"{text} ({local.tzname()})" if is_twice else text


def zone_label(key: str) -> str:
    """Return whose hours a zone has: « La Réunion »; its IANA name for any that is not French."""
    return str(gettext(TIME_ZONES.get(key, key)))


def is_past_day(day: MeetupDay) -> bool:
    """Tell whether the date of a meetup day is over at its place."""
    return is_past(day, now())


def is_today_day(day: MeetupDay) -> bool:
    """Tell whether the place of a meetup day lives its date."""
    return is_today(day, now())


def is_open_day(day: MeetupDay) -> bool:
    """Tell whether anybody may register for a meetup day now."""
    return takes_registrations(day, now())


def error_texts(errors: Iterable[object]) -> list[str]:
    """Return the messages among a field's errors; those of the fields inside it come nested."""
    if isinstance(errors, dict):
        return []
    return [str(error) for error in errors if not isinstance(error, list | tuple | dict)]


def waiting() -> Waiting:
    """Return what waits for the signed-in person, asked once a page."""
    if not current_user.is_authenticated:
        return Waiting()
    if "waiting" not in g:
        g.waiting = waiting_for(db_session(), current_user, now=now(), today=today())
    found: Waiting = g.waiting
    return found


def unread_threads_count() -> int:
    """Return in how many threads something waits to be read by the signed-in person."""
    return waiting().threads


def init_app(app: Flask) -> None:
    """Make the filters and globals known to Jinja."""
    app.jinja_env.filters.update(
        markdown=render_markdown,
        label=label_of,
        theme_label=theme_label,
        themes=themes_of,
        long_date=long_date,
        month_year=month_year,
        instant=short_instant,
        instant_at=instant_at,
        hour=hour_at,
        is_past_day=is_past_day,
        zone_label=zone_label,
        is_today_day=is_today_day,
        is_open_day=is_open_day,
        error_texts=error_texts,
        number=format_decimal,
    )
    app.jinja_env.globals.update(
        page_url=page_url,
        languages=LANGUAGES,
        unread_threads_count=unread_threads_count,
        # Some pages exist only in the demonstration or with a setting: menus skip the others.
        has_page=app.view_functions.__contains__,
    )
    app.context_processor(_site_facts)


def _site_facts() -> dict[str, Any]:
    settings = current_app.config["SETTINGS"]
    return {
        "language": str(get_locale() or "fr"),
        "contact_email": settings.contact_email,
        "demo_banner": settings.demo,
        "tile_url": settings.tile_url,
        "tile_attribution": settings.tile_attribution,
        "has_proconnect": settings.has_proconnect,
    }
