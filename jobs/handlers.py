"""What the worker does for each topic of the outbox; every handler may run twice safely."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from config import Settings
from extensions.mailbox import SEND_MAIL
from jobs.mailer import send_mail
from models.mail import StoredMail
from models.outbox import OutboxMessage
from search.backend import SearchBackend
from services.indexing import INDEX_ENTRY, index_entries


@dataclass(frozen=True, slots=True)
class WorkerContext:
    """What handlers may use."""

    session: Session
    settings: Settings
    backend: SearchBackend
    now: datetime


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


def _index_entries(context: WorkerContext, messages: Sequence[OutboxMessage]) -> None:
    identifiers = [str(message.payload["document_id"]) for message in messages]
    index_entries(
        context.session,
        context.backend,
        identifiers,
        until=max(message.created_at for message in messages),
    )


HANDLERS: Mapping[str, Handler] = {SEND_MAIL: _send_mails, INDEX_ENTRY: _index_entries}
# Mail goes one by one, so that a relay's refusal concerns one message; the index in batches.
BATCH_SIZE: Mapping[str, int] = {SEND_MAIL: 1, INDEX_ENTRY: 50}
