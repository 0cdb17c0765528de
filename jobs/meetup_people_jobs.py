"""What the worker does every morning for the people of meetup days: erase what has had its time."""

from jobs.context import WorkerContext
from services.meetup_retention import erase_people


def erase_meetup_people(context: WorkerContext) -> None:
    """Erase needs a week after the day, addresses and names later (daily)."""
    erase_people(context.session, now=context.now)
