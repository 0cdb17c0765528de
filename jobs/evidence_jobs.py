"""What the worker does for proofs once a day: requests that expired, entries to read again."""

from jobs.context import WorkerContext
from services.freshness_reminders import post_reminders
from services.reference_requests import sweep_requests
from vocabulary.periods import paris_day


def forget_partner_addresses(context: WorkerContext) -> None:
    """End the requests to partners that expired, and erase their addresses (daily)."""
    sweep_requests(context.session, today=paris_day(context.now), now=context.now)


def remind_owners(context: WorkerContext) -> None:
    """Ask owners to read again the entries that are due (daily; three reminders at most)."""
    post_reminders(context.session, today=paris_day(context.now), now=context.now)
