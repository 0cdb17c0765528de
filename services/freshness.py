"""Entries that their owner has not confirmed for long: shown as such (DOMAIN §4)."""

from datetime import date, timedelta
from typing import Final

from models.organization import Organization

STALE_AFTER: Final = timedelta(days=365)


def stale_since(entry: Organization, today: date) -> date | None:
    """Return when a claimed entry was last confirmed, if that is over a year ago."""
    confirmed_on = entry.confirmed_on
    if not entry.is_claimed or confirmed_on is None or today - confirmed_on <= STALE_AFTER:
        return None
    return confirmed_on
