"""What the worker does for each topic of the outbox; every handler may run twice safely."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

from sqlalchemy.orm import Session

from extensions.account_mail import ACCOUNT_MAIL, write_account_mail
from extensions.alert_mail import write_alert_link
from extensions.consortium_mail import remind_when_due, write_consortium_mails
from extensions.entry_mail import write_entry_mail
from extensions.evidence_mail import write_experience_mail, write_reminder
from extensions.introduction_mail import write_introduction_mails, write_outcome_mails
from extensions.mailbox import SEND_MAIL
from extensions.meetup_agenda_mail import AGENDA_REMINDER, spread_agenda_news
from extensions.meetup_day_mail import write_day_mail
from extensions.meetup_outcome_mail import write_meeting_mails
from extensions.meetup_participant_mail import write_link_mail, write_participant_mail
from extensions.meetup_wish_mail import follow_wishes, write_wish_news
from extensions.membership_mail import write_membership_mail
from extensions.need_document_mail import write_need_documents_mail
from extensions.partnership_mail import write_partnership_mail
from extensions.reference_mail import write_reference_mail
from extensions.relay_mail import write_relay_mail
from jobs.alert_jobs import (
    look_at_publications,
    write_alert_mails,
    write_digests,
    write_match_notices,
)
from jobs.context import WorkerContext
from jobs.daily import open_days, run_daily_tasks
from jobs.index_jobs import forget_withdrawals, put_in_index
from jobs.mailer import send_stored_mails
from jobs.meetup_agenda_jobs import send_agenda_reminders, tell_agendas
from jobs.meetup_evening_jobs import end_day
from jobs.meetup_jobs import start_plans
from jobs.meetup_print_jobs import start_prints
from jobs.meetup_wish_jobs import write_wish_mails
from jobs.steering_jobs import take_looks
from models.outbox import OutboxMessage
from services.alert_watch import ALERT_LOOK
from services.alerts import ALERT_LINK, ALERT_NEWS
from services.calendar import DAILY_TASK, OPEN_DAY
from services.consortium_invitations import CONSORTIUM_DUE, CONSORTIUM_MAIL
from services.digests import DIGEST_MAIL
from services.entry_notices import ENTRY_MAIL
from services.experience_notes import EXPERIENCE_MAIL
from services.freshness_reminders import FRESHNESS_MAIL
from services.indexing import FORGET_WITHDRAWAL, INDEX_ENTRY
from services.introduction_decisions import follow_calendar
from services.introduction_notes import INTRODUCTION_DUE, INTRODUCTION_MAIL
from services.logos import SWEEP_LOGO, sweep_logo
from services.match_notices import MATCH_NOTICE
from services.meetup_calendar import AGENDA_NEWS
from services.meetup_day_notes import DAY_MAIL
from services.meetup_evenings import EVENING, MEETING_ASK
from services.meetup_invitations import REMINDER_DUE, remind_invitees
from services.meetup_notes import LINK_MAIL, PARTICIPANT_MAIL, WISHES_MAIL
from services.meetup_plans import PLAN_COMPUTE
from services.meetup_prints import PRINT_MAKE
from services.meetup_returns import AGENDA_MAIL
from services.meetup_wish_notes import WISH_DUE, WISH_NEWS
from services.membership_notes import MEMBERSHIP_MAIL
from services.need_documents import DOCUMENTS_MAIL
from services.outcomes import OUTCOME_ASK
from services.partnership_notes import PARTNERSHIP_MAIL
from services.radar import LOOK_OVER
from services.reference_notes import REFERENCE_MAIL
from services.relay_notes import RELAY_MAIL
from services.shown_lists import LIST_SHOWN, record_posted_list

Handler = Callable[[WorkerContext, Sequence[OutboxMessage]], None]
Payload = Mapping[str, Any]


class TimedWork(Protocol):
    """What is done for one message at a moment."""

    def __call__(self, session: Session, payload: Payload, /, *, now: datetime) -> None:
        """Do it in the transaction of ``session``."""


@dataclass(frozen=True, slots=True)
class Topic:
    """What is done with the messages of one topic, ``batch`` of them at most in a transaction.

    Mail goes one by one, so that a failure concerns one message; what reads much goes in batches.
    ``turns`` transactions at most are done before the next topic is looked at: the three hundred
    mails of a published day would otherwise each wait for a look at all the others.
    """

    handle: Handler
    batch: int = 1
    turns: int = 1


def _each(work: Callable[[Session, Payload], object]) -> Handler:
    """Return the handler that does ``work`` for one message after the other."""

    def handle(context: WorkerContext, messages: Sequence[OutboxMessage]) -> None:
        for message in messages:
            work(context.session, message.payload)

    return handle


def _each_now(work: TimedWork) -> Handler:
    """Return the handler that does ``work``, told the present moment, for each message."""

    def handle(context: WorkerContext, messages: Sequence[OutboxMessage]) -> None:
        for message in messages:
            work(context.session, message.payload, now=context.now)

    return handle


def _follow_introductions(context: WorkerContext, messages: Sequence[OutboxMessage]) -> None:
    for message in messages:
        follow_calendar(
            context.session,
            message.payload["introduction_id"],
            expires=message.payload["expires"],
            now=context.now,
        )


def _ask_outcomes(context: WorkerContext, _messages: Sequence[OutboxMessage]) -> None:
    """Ask for all that is due at once, however many dates have come."""
    write_outcome_mails(context.session, now=context.now)


def _sweep_logos(context: WorkerContext, messages: Sequence[OutboxMessage]) -> None:
    for message in messages:
        digest = str(message.payload["digest"])
        sweep_logo(context.session, context.settings.uploads_dir, digest)


# The worker looks at the topics in this order, again and again.
TOPICS: Final[Mapping[str, Topic]] = {
    LIST_SHOWN: Topic(_each(record_posted_list), batch=20),
    ACCOUNT_MAIL: Topic(_each(write_account_mail)),
    MEMBERSHIP_MAIL: Topic(_each(write_membership_mail)),
    ENTRY_MAIL: Topic(_each(write_entry_mail)),
    EXPERIENCE_MAIL: Topic(_each(write_experience_mail)),
    FRESHNESS_MAIL: Topic(_each(write_reminder)),
    REFERENCE_MAIL: Topic(_each(write_reference_mail)),
    CONSORTIUM_DUE: Topic(_each_now(remind_when_due)),
    CONSORTIUM_MAIL: Topic(_each_now(write_consortium_mails)),
    PARTNERSHIP_MAIL: Topic(_each(write_partnership_mail)),
    DOCUMENTS_MAIL: Topic(_each(write_need_documents_mail)),
    INTRODUCTION_DUE: Topic(_follow_introductions),
    INTRODUCTION_MAIL: Topic(_each_now(write_introduction_mails)),
    OUTCOME_ASK: Topic(_ask_outcomes, batch=50),
    EVENING: Topic(_each_now(end_day)),
    MEETING_ASK: Topic(_each_now(write_meeting_mails)),
    DAY_MAIL: Topic(_each(write_day_mail)),
    PARTICIPANT_MAIL: Topic(_each(write_participant_mail)),
    WISHES_MAIL: Topic(write_wish_mails, batch=50, turns=5),
    LINK_MAIL: Topic(_each(write_link_mail)),
    REMINDER_DUE: Topic(_each_now(remind_invitees)),
    AGENDA_NEWS: Topic(_each_now(spread_agenda_news)),
    AGENDA_MAIL: Topic(tell_agendas, batch=10, turns=5),
    AGENDA_REMINDER: Topic(send_agenda_reminders, batch=10),
    PLAN_COMPUTE: Topic(start_plans),
    PRINT_MAKE: Topic(start_prints),
    SWEEP_LOGO: Topic(_sweep_logos, batch=50),
    WISH_DUE: Topic(_each_now(follow_wishes)),
    WISH_NEWS: Topic(_each_now(write_wish_news)),
    RELAY_MAIL: Topic(_each(write_relay_mail)),
    SEND_MAIL: Topic(send_stored_mails, turns=25),
    INDEX_ENTRY: Topic(put_in_index, batch=50),
    FORGET_WITHDRAWAL: Topic(forget_withdrawals, batch=50),
    ALERT_LOOK: Topic(look_at_publications, batch=50),
    ALERT_LINK: Topic(_each(write_alert_link)),
    ALERT_NEWS: Topic(write_alert_mails),
    DIGEST_MAIL: Topic(write_digests),
    MATCH_NOTICE: Topic(write_match_notices),
    OPEN_DAY: Topic(open_days, batch=10),
    DAILY_TASK: Topic(run_daily_tasks),
    LOOK_OVER: Topic(take_looks, batch=10),
}
