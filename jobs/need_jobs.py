"""What the worker does for needs once a day."""

from jobs.context import WorkerContext
from services.need_closing import close_past_needs
from vocabulary.periods import paris_day


def close_needs(context: WorkerContext) -> None:
    """Close the needs whose last day for answers is over."""
    close_past_needs(context.session, today=paris_day(context.now), now=context.now)
