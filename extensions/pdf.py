"""Printed documents: typst templates of templates/pdf, fed with data and never with source."""

import json
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from flask import current_app
from flask_babel import get_locale, gettext

from extensions.clock import now
from extensions.template_context import instant_at, short_instant, zone_label
from vocabulary.time_zones import METROPOLE

if TYPE_CHECKING:
    from typst import Fonts

TEMPLATES: Final = Path(__file__).resolve().parent.parent / "templates" / "pdf"
FONTS: Final = TEMPLATES / "fonts"
# Invisible but for a few: they break the text layer, and some are no valid text at all.
_KEPT_CONTROLS: Final = {"\n", "\t"}
_BIDI_CONTROLS: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Controls of every block, halves of characters, and marks that end a line or a paragraph.
_UNPRINTABLE: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})
REPLACEMENT: Final = "\ufffd"


def render_pdf(template: str, data: Mapping[str, Any], *, zone: ZoneInfo | None = None) -> bytes:
    """Return the tagged PDF of ``templates/pdf/<template>.typ`` filled with ``data``.

    ``data`` holds a ``title`` and what the template reads (strings, numbers, lists, mappings). The
    foot says when it was made by the clocks of ``zone``, in Paris without one.
    """
    return compile_pdf(template, page_data(data, zone=zone))


def page_data(data: Mapping[str, Any], *, zone: ZoneInfo | None = None) -> str:
    """Return ``data`` with the words of head and foot, as the JSON that ``compile_pdf`` takes."""
    whole = {**data, "layout": {**_layout(zone), "subject": data.get("subject", "")}}
    return json.dumps(_printable(whole), ensure_ascii=False)


def compile_pdf(template: str, text: str) -> bytes:
    """Return the tagged PDF of a template filled with what ``page_data`` made.

    The data reach typst as one JSON value: whatever they say, they are text, not source. The
    templates import no package, and typst reads nothing outside their folder.
    """
    import typst  # noqa: PLC0415 - a large library, for the few pages that print

    return typst.compile(
        str(TEMPLATES / f"{template}.typ"),
        root=str(TEMPLATES),
        font_paths=_fonts(),
        sys_inputs={"data": text},
        pdf_tags=True,
    )


@cache
def _fonts() -> "Fonts":
    """Return the site's fonts, and typst's own for the letters they lack; never the system's."""
    from typst import Fonts  # noqa: PLC0415 - as above

    return Fonts(include_system_fonts=False, font_paths=[str(FONTS)])


def _layout(zone: ZoneInfo | None) -> dict[str, str]:
    """Return the words of the running head and foot, in the language of the page."""
    made_at = now()
    return {
        "site": str(gettext("Tour de table")),
        "language": str(get_locale() or "fr"),
        "page": str(gettext("page {page} sur {total}")),
        "made": str(
            gettext(
                "Édité le %(instant)s sur %(address)s",
                instant=_local(made_at, zone) if zone else short_instant(made_at),
                address=current_app.config["PUBLIC_URL"],
            )
        ),
    }


def _local(instant: datetime, zone: ZoneInfo) -> str:
    """Return an instant as a place shows it, which says where it is unless it lives by Paris."""
    said = instant_at(instant, zone)
    if zone.key == METROPOLE:
        return said
    return f"{said} ({zone_label(zone.key)})"


def _printable(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Return ``value`` with the characters that no page can show replaced."""
    if isinstance(value, str):
        return "".join(_shown(mark) for mark in value)
    if isinstance(value, Mapping):
        return {str(key): _printable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_printable(item) for item in value]
    return value


def _shown(mark: str) -> str:
    if mark in _BIDI_CONTROLS:
        return ""
    is_control = unicodedata.category(mark) in _UNPRINTABLE and mark not in _KEPT_CONTROLS
    return REPLACEMENT if is_control else mark
