"""What the worker does for the index: entries in or out, marks of withdrawals that are over."""

from collections.abc import Sequence

from jobs.context import WorkerContext
from models.outbox import OutboxMessage
from services.alert_watch import request_look
from services.indexing import forget_withdrawal, index_entries


def put_in_index(context: WorkerContext, messages: Sequence[OutboxMessage]) -> None:
    """Write the present state of entries, all messages at once; alerts are asked about them."""
    identifiers = [str(message.payload["document_id"]) for message in messages]
    index_entries(context.session, context.backend, identifiers)
    request_look(context.session, identifiers, now=context.now)


def forget_withdrawals(context: WorkerContext, messages: Sequence[OutboxMessage]) -> None:
    """Remove the marks of withdrawals that the index has followed."""
    for message in messages:
        identifier = str(message.payload["document_id"])
        forget_withdrawal(context.session, context.backend, identifier, until=message.created_at)
