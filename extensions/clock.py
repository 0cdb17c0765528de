"""The clock: the only place where the present moment is read for views and jobs."""

from datetime import UTC, date, datetime

from vocabulary.periods import paris_day


def now() -> datetime:
    """Return the present instant, aware, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """Return today's date in Paris, whatever the server's zone."""
    return paris_day(now())
