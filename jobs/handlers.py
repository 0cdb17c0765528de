"""What the worker does for each topic of the outbox; every handler may run twice safely."""

from collections.abc import Callable, Mapping, Sequence

from extensions.account_mail import ACCOUNT_MAIL, write_account_mail
from extensions.consortium_mail import remind_when_due, write_consortium_mails
from extensions.entry_mail import write_entry_mail
from extensions.evidence_mail import write_experience_mail, write_reminder
from extensions.introduction_mail import write_introduction_mails, write_outcome_mails
from extensions.mailbox import SEND_MAIL
from extensions.membership_mail import write_membership_mail
from extensions.need_document_mail import write_need_documents_mail
from extensions.partnership_mail import write_partnership_mail
from extensions.reference_mail import write_reference_mail
from extensions.relay_mail import write_relay_mail
from jobs.alert_jobs import (
    look_at_publications,
    write_alert_links,
    write_alert_mails,
    write_digests,
    write_match_notices,
)
from jobs.context import WorkerContext
from jobs.daily import open_days, run_daily_tasks
from jobs.mailer import send_mail
from jobs.steering_jobs import take_looks
from models.mail import StoredMail
from models.outbox import OutboxMessage
from services.alert_watch import ALERT_LOOK, request_look
from services.alerts import ALERT_LINK, ALERT_NEWS
from services.calendar import DAILY_TASK, OPEN_DAY
from services.consortium_invitations import CONSORTIUM_DUE, CONSORTIUM_MAIL
from services.digests import DIGEST_MAIL
from services.entry_notices import ENTRY_MAIL
from services.experience_notes import EXPERIENCE_MAIL
from services.freshness_reminders import FRESHNESS_MAIL
from services.indexing import (
    FORGET_WITHDRAWAL,
    INDEX_ENTRY,
    forget_withdrawal,
    index_entries,
)
from services.introduction_decisions import follow_calendar
from services.introduction_notes import INTRODUCTION_DUE, INTRODUCTION_MAIL
from services.logos import SWEEP_LOGO, sweep_logo
from services.match_notices import MATCH_NOTICE
from services.membership_notes import MEMBERSHIP_MAIL
from services.need_documents import DOCUMENTS_MAIL
from services.outcomes import OUTCOME_ASK
from services.partnership_notes import PARTNERSHIP_MAIL
from services.radar import LOOK_OVER
from services.reference_notes import REFERENCE_MAIL
from services.relay_notes import RELAY_MAIL
from services.shown_lists import LIST_SHOWN, record_posted_list

Handler = Callable[[WorkerContext, Sequence[OutboxMessage]], None]


def _send_mails(context: WorkerContext, messages: Sequence[OutboxMessage]) -> None:
    for message in messages:
        mail = context.session.get(StoredMail, message.payload["mail_id"])
        if mail is None or mail.sent_at is not None or mail.is_refused:
            continue
        if not context.settings.mail_server:
            mail.sent_at = context.now  # the demo mailbox is where it arrives
            continue
        if send_mail(mail, context.settings):
            mail.sent_at = context.now
            # The links of a message are not kept here.
            mail.text_body = mail.html_body = ""
            mail.headers = {}


def _write_account_mails(context: WorkerContext, messages: Sequence[OutboxMessage]) -> None:
    for message in messages:
        write_account_mail(context.session, message.payload)


def _write_membership_mails(context: WorkerContext, messages: Sequence[OutboxMessage]) -> None:
    for message in messages:
        write_membership_mail(context.session, message.payload)


def _write_entry_mails(context: WorkerContext, messages: Sequence[OutboxMessage]) -> None:
    for message in messages:
        write_entry_mail(context.session, message.payload)


def _write_introduction_mails(context: WorkerContext, messages: Sequence[OutboxMessage]) -> None:
    for message in messages:
        write_introduction_mails(context.session, message.payload, now=context.now)


def _follow_introductions(context: WorkerContext, messages: Sequence[OutboxMessage]) -> None:
    for message in messages:
        follow_calendar(
            context.session,
            message.payload["introduction_id"],
            expires=message.payload["expires"],
            now=context.now,
        )


def _ask_outcomes(context: WorkerContext, _messages: Sequence[OutboxMessage]) -> None:
    write_outcome_mails(context.session, now=context.now)


def _write_relay_mails(context: WorkerContext, messages: Sequence[OutboxMessage]) -> None:
    for message in messages:
        write_relay_mail(context.session, message.payload)


def _sweep_logos(context: WorkerContext, messages: Sequence[OutboxMessage]) -> None:
    for message in messages:
        digest = str(message.payload["digest"])
        sweep_logo(context.session, context.settings.uploads_dir, digest)


def _index_entries(context: WorkerContext, messages: Sequence[OutboxMessage]) -> None:
    identifiers = [str(message.payload["document_id"]) for message in messages]
    index_entries(context.session, context.backend, identifiers)
    request_look(context.session, identifiers, now=context.now)


def _forget_withdrawals(context: WorkerContext, messages: Sequence[OutboxMessage]) -> None:
    for message in messages:
        identifier = str(message.payload["document_id"])
        forget_withdrawal(context.session, context.backend, identifier, until=message.created_at)


def _write_need_documents_mails(context: WorkerContext, messages: Sequence[OutboxMessage]) -> None:
    for message in messages:
        write_need_documents_mail(context.session, message.payload)


def _write_partnership_mails(context: WorkerContext, messages: Sequence[OutboxMessage]) -> None:
    for message in messages:
        write_partnership_mail(context.session, message.payload)


def _write_consortium_mails(context: WorkerContext, messages: Sequence[OutboxMessage]) -> None:
    for message in messages:
        write_consortium_mails(context.session, message.payload, now=context.now)


def _remind_consortiums(context: WorkerContext, messages: Sequence[OutboxMessage]) -> None:
    for message in messages:
        remind_when_due(context.session, message.payload, now=context.now)


def _record_lists(context: WorkerContext, messages: Sequence[OutboxMessage]) -> None:
    for message in messages:
        record_posted_list(context.session, message.payload)


def _write_reference_mails(context: WorkerContext, messages: Sequence[OutboxMessage]) -> None:
    for message in messages:
        write_reference_mail(context.session, message.payload)


def _write_experience_mails(context: WorkerContext, messages: Sequence[OutboxMessage]) -> None:
    for message in messages:
        write_experience_mail(context.session, message.payload)


def _write_reminders(context: WorkerContext, messages: Sequence[OutboxMessage]) -> None:
    for message in messages:
        write_reminder(context.session, message.payload)


HANDLERS: Mapping[str, Handler] = {
    LIST_SHOWN: _record_lists,
    ACCOUNT_MAIL: _write_account_mails,
    MEMBERSHIP_MAIL: _write_membership_mails,
    ENTRY_MAIL: _write_entry_mails,
    EXPERIENCE_MAIL: _write_experience_mails,
    FRESHNESS_MAIL: _write_reminders,
    REFERENCE_MAIL: _write_reference_mails,
    CONSORTIUM_DUE: _remind_consortiums,
    CONSORTIUM_MAIL: _write_consortium_mails,
    PARTNERSHIP_MAIL: _write_partnership_mails,
    DOCUMENTS_MAIL: _write_need_documents_mails,
    INTRODUCTION_DUE: _follow_introductions,
    INTRODUCTION_MAIL: _write_introduction_mails,
    OUTCOME_ASK: _ask_outcomes,
    SWEEP_LOGO: _sweep_logos,
    RELAY_MAIL: _write_relay_mails,
    SEND_MAIL: _send_mails,
    INDEX_ENTRY: _index_entries,
    FORGET_WITHDRAWAL: _forget_withdrawals,
    ALERT_LOOK: look_at_publications,
    ALERT_LINK: write_alert_links,
    ALERT_NEWS: write_alert_mails,
    DIGEST_MAIL: write_digests,
    MATCH_NOTICE: write_match_notices,
    OPEN_DAY: open_days,
    DAILY_TASK: run_daily_tasks,
    LOOK_OVER: take_looks,
}
# Mail goes one by one, so that a relay's refusal concerns one message; the index in batches.
BATCH_SIZE: Mapping[str, int] = {
    LIST_SHOWN: 20,
    ACCOUNT_MAIL: 1,
    MEMBERSHIP_MAIL: 1,
    ENTRY_MAIL: 1,
    EXPERIENCE_MAIL: 1,
    FRESHNESS_MAIL: 1,
    REFERENCE_MAIL: 1,
    CONSORTIUM_DUE: 1,
    CONSORTIUM_MAIL: 1,
    PARTNERSHIP_MAIL: 1,
    DOCUMENTS_MAIL: 1,
    INTRODUCTION_DUE: 1,
    INTRODUCTION_MAIL: 1,
    OUTCOME_ASK: 50,
    SWEEP_LOGO: 50,
    RELAY_MAIL: 1,
    SEND_MAIL: 1,
    INDEX_ENTRY: 50,
    FORGET_WITHDRAWAL: 50,
    ALERT_LOOK: 50,
    ALERT_LINK: 1,
    ALERT_NEWS: 1,
    DIGEST_MAIL: 1,
    MATCH_NOTICE: 1,
    OPEN_DAY: 10,
    DAILY_TASK: 1,
    LOOK_OVER: 10,
}
