"""Words the differences between two contents of a meetup day: one row a field."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from extensions.template_context import instant_at, long_date
from models.geography import Commune
from services.content_diff import element_runs
from services.meetup_day_contents import DayChange
from services.places import exact_commune_label
from views.change_rows import ChangeRow
from vocabulary.time_zones import TIME_ZONES


def day_rows(session: Session, changes: Sequence[DayChange], time_zone: str) -> list[ChangeRow]:
    """Return a row for each change."""
    zone = ZoneInfo(time_zone)
    return [
        ChangeRow(
            label=_(change.label),
            is_list=False,
            is_picture=False,
            before=_words(session, change.name, change.before, zone),
            after=_words(session, change.name, change.after, zone),
            runs=(),
        )
        for change in changes
    ]


def list_row(label: str, before: Sequence[str], after: Sequence[str]) -> ChangeRow:
    """Return the row of a list: what both have, what is added, what goes."""
    runs = element_runs(tuple(before), tuple(after))
    return ChangeRow(
        label=label,
        is_list=True,
        is_picture=False,
        before="",
        after="",
        runs=tuple((run.change.value, str(run.value)) for run in runs),
    )


def _words(session: Session, name: str, value: Any, zone: ZoneInfo) -> str:  # noqa: ANN401, PLR0911 - one of the contents' values
    if isinstance(value, bool):
        return str(_("oui") if value else _("non"))
    if value is None or value == "":
        return str(_("non renseigné"))
    if isinstance(value, datetime):
        return instant_at(value, zone)
    if isinstance(value, date):
        return long_date(value)
    if name == "time_zone":
        return str(_(TIME_ZONES.get(value, value)))
    if name == "commune_code":
        commune = session.get(Commune, value)
        return exact_commune_label(commune) if commune else str(value)
    return str(value)
