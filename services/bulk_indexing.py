"""Index requests and withdrawals for many entries at once, as imports and removals make them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from models.outbox import OutboxMessage
from models.withdrawal import Withdrawal
from search.documents import document_id
from services.indexing import FORGET_WITHDRAWAL, INDEX_ENTRY, KEPT_HIDDEN
from vocabulary.kinds import SubjectKind

CHUNK = 500


def request_indexing_of(
    session: Session, kind: SubjectKind, keys: Iterable[int], *, now: datetime
) -> None:
    """Ask for these public entries to be written to the index again."""
    documents = _documents(kind, keys)
    _show_again(session, documents)
    _post(session, [_message(INDEX_ENTRY, name, now, now) for name in documents])


def withdraw_all(
    session: Session, kind: SubjectKind, keys: Iterable[int], *, now: datetime
) -> None:
    """Hide these entries from every answer as soon as the transaction ends."""
    documents = _documents(kind, keys)
    _show_again(session, documents)  # an earlier mark gives way to this one
    if documents:
        session.execute(
            insert(Withdrawal), [{"document_id": name, "at": now} for name in documents]
        )
    _post(session, [_message(INDEX_ENTRY, name, now, now) for name in documents])
    forgotten_at = now + KEPT_HIDDEN
    _post(session, [_message(FORGET_WITHDRAWAL, name, now, forgotten_at) for name in documents])


def _documents(kind: SubjectKind, keys: Iterable[int]) -> list[str]:
    return [document_id(kind, key) for key in sorted(set(keys))]


def _show_again(session: Session, documents: Sequence[str]) -> None:
    for start in range(0, len(documents), CHUNK):
        part = documents[start : start + CHUNK]
        session.execute(delete(Withdrawal).where(Withdrawal.document_id.in_(part)))


def _message(topic: str, document: str, now: datetime, due_at: datetime) -> dict[str, Any]:
    return {
        "topic": topic,
        "payload": {"document_id": document},
        "created_at": now,
        "due_at": due_at,
    }


def _post(session: Session, messages: Sequence[dict[str, Any]]) -> None:
    if messages:
        session.execute(insert(OutboxMessage), list(messages))
