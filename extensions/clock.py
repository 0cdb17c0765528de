"""The clock: the only place where the present moment is read for views and jobs."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")


def now() -> datetime:
    """Return the present instant, aware, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """Return today's date in Paris, whatever the server's zone."""
    return now().astimezone(PARIS).date()
