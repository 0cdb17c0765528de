"""Entries not confirmed for longer than their owner chose: shown as such (DOMAIN §4)."""

from calendar import monthrange
from datetime import date
from typing import Final

from models.organization import Organization

LEAST_MONTHS: Final = 1
MOST_MONTHS: Final = 16


def confirmation_due(entry: Organization) -> date | None:
    """Return the day by which the owner is to confirm a public entry, as they chose."""
    if not entry.is_public or not entry.is_claimed or entry.confirmed_on is None:
        return None
    return months_after(entry.confirmed_on, entry.review_months)


def months_after(day: date, months: int) -> date:
    """Return the same day some months later, the last of the month where it has no such day."""
    count = day.year * 12 + day.month - 1 + months
    year, month = count // 12, count % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def stale_since(entry: Organization, today: date) -> date | None:
    """Return when a claimed entry was last confirmed, if longer ago than its owner chose."""
    confirmed_on = entry.confirmed_on
    if not entry.is_claimed or confirmed_on is None:
        return None
    return confirmed_on if today > months_after(confirmed_on, entry.review_months) else None
