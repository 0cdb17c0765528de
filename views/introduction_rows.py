"""Introductions as the rows of a file: organisations, states and dates, never a person."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from services.cells import neutralise
from services.introduction_lists import ThreadRow
from vocabulary.labels import N_
from vocabulary.periods import paris_day

CSV_COLUMNS: Final = (
    N_("numéro"),
    N_("besoin"),
    N_("quartier"),
    N_("porteur du besoin"),
    N_("acteur"),
    N_("proposition"),
    N_("demandée par"),
    N_("état"),
    N_("motif du refus"),
    N_("suite"),
    N_("les deux parties diffèrent"),
    N_("envoyée le"),
    N_("réponse le"),
    N_("dernier message le"),
)


def csv_rows(rows: Iterable[ThreadRow]) -> Iterator[list[str]]:
    """Yield one row of French text per introduction."""
    for row in rows:
        one = row.introduction
        cells = (
            str(one.id),
            one.need.title,
            one.need.territory.code,
            one.carrier.name,
            one.actor.name,
            one.offer_title,
            one.from_side.label,
            one.state.label,
            one.decline_reason.label if one.decline_reason else "",
            one.stage.label if one.stage else "",
            "oui" if one.is_disputed else "",
            _day(one.sent_at),
            _day(one.decided_at),
            _day(one.last_message_at),
        )
        yield [neutralise(cell) for cell in cells]


def _day(instant: datetime | None) -> str:
    return paris_day(instant).isoformat() if instant else ""
