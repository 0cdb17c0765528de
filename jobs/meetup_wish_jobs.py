"""What the worker does about wishes: those who made none are asked, a day read for many mails."""

from collections.abc import Sequence

from extensions.matcher import matcher
from extensions.meetup_wish_reminder_mail import write_wish_reminders
from jobs.context import WorkerContext
from models.outbox import OutboxMessage
from services.matching import Moment
from services.meetup_wish_reminders import remind_before_closing
from vocabulary.periods import paris_day


def ask_for_wishes(context: WorkerContext) -> None:
    """Ask those who come to a day whose wishes close soon and wish nobody (daily)."""
    remind_before_closing(context.session, now=context.now)


def write_wish_mails(context: WorkerContext, messages: Sequence[OutboxMessage]) -> None:
    """Write the mails that ask for wishes."""
    payloads = [message.payload for message in messages]
    moment = Moment(now=context.now, today=paris_day(context.now))
    write_wish_reminders(context.session, payloads, matcher=matcher(), moment=moment)
