"""The worker's part in printing whole days: a process for each document, a broom every morning."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from extensions.meetup_pdf import printed_day
from jobs.context import WorkerContext
from models.meetup_print import MeetupPrint
from models.outbox import OutboxMessage
from services.meetup_prints import PRINT_MAKE, claim_print, forget_prints
from services.outbox import post_message

_NEXT_TRY: Final = timedelta(seconds=1)


def start_prints(context: WorkerContext, messages: Sequence[OutboxMessage]) -> None:
    """Begin the documents asked for, each in its own process; those that must wait come again."""
    for message in messages:
        if context.prints.is_full:
            due_at = context.now + _NEXT_TRY
            post_message(
                context.session, PRINT_MAKE, message.payload, now=context.now, due_at=due_at
            )
        else:
            _start(context, int(message.payload["print_id"]))


def _start(context: WorkerContext, print_id: int) -> None:
    claim = claim_print(context.session, print_id, token=context.now)
    if claim is None:
        return
    found = context.session.get_one(MeetupPrint, print_id)
    printed = printed_day(context.session, found.day, found.kind)
    context.prints.start(claim, found.kind, printed.text, printed.fingerprint)


def forget_meetup_prints(context: WorkerContext) -> None:
    """Delete what was printed of the days held a while ago (daily)."""
    forget_prints(context.session, now=context.now)
