"""What an alert finds now and what it told last: for the page that shows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.alert import Alert, AlertItem
from services.alert_views import Engines, items_now
from services.errors import RuleViolation
from services.lookup import Entry, load_entries
from services.matching import Moment

SHOWN: Final = 10


@dataclass(frozen=True, slots=True)
class Preview:
    """How many entries the view holds, the first of them, and those told last."""

    total: int | None
    first: tuple[Entry, ...]
    last_told: tuple[Entry, ...]


def preview_of(session: Session, alert: Alert, *, engines: Engines, moment: Moment) -> Preview:
    """Look at what an alert watches, as it is now; ``total`` is ``None`` when it is too wide."""
    try:
        items = items_now(session, engines, alert.subject, alert.parameters, moment=moment)
        total: int | None = len(items)
    except RuleViolation:
        items, total = frozenset(), None
    # The newest identifiers stand for the newest entries: nothing is ranked on this page.
    shown = sorted(items, key=lambda item: (-int(item.partition(":")[2]), item))[:SHOWN]
    told = session.scalars(
        select(AlertItem.item)
        .where(AlertItem.alert_id == alert.id, AlertItem.told_at == alert.sent_at)
        .order_by(AlertItem.item)
        .limit(SHOWN)
    ).all()
    entries = load_entries(session, [*shown, *told])
    return Preview(total, _known(shown, entries), _known(told, entries))


def _known(items: Sequence[str], entries: dict[str, Entry]) -> tuple[Entry, ...]:
    return tuple(entries[item] for item in items if item in entries)
