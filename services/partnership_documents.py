"""Documents of a partnership: for everybody or for its members, taken off and given back."""

from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy.orm import Session

from models.account import User
from models.document import Document
from models.partnership import Partnership
from services.attachments import store_attachment
from services.errors import RuleViolation
from services.partnership_notes import record_partnership
from services.partnerships import flush_partnership
from vocabulary.exchanges import Side
from vocabulary.labels import N_

MAX_DOCUMENTS: Final = 50


def add_document(
    session: Session,
    partnership: Partnership,
    *,
    filename: str,
    content: bytes,
    is_public: bool,
    folder: Path,
    person: User,
    now: datetime,
) -> Document:
    """Check a file and add it to the partnership.

    Raises:
        RuleViolation: there are enough documents already, or the file is refused.
    """
    shown = [one for one in partnership.documents if one.withdrawn_at is None]
    if len(shown) >= MAX_DOCUMENTS:
        raise RuleViolation(N_("%(count)s documents au plus."), count=MAX_DOCUMENTS)
    document = store_attachment(
        session,
        filename=filename,
        content=content,
        side=Side.TERRITORY,
        organization=partnership.organization,
        person=person,
        folder=folder,
        now=now,
        partnership=partnership,
        is_public=is_public,
    )
    _record(session, "document_added", partnership, document, person, now)
    return document


def withdraw_document(
    session: Session, partnership: Partnership, document: Document, *, person: User, now: datetime
) -> None:
    """Stop giving a document out; it can be given back."""
    if document.withdrawn_at is None:
        document.withdrawn_at = now
        _record(session, "document_removed", partnership, document, person, now)


def restore_document(
    session: Session, partnership: Partnership, document: Document, *, person: User, now: datetime
) -> None:
    """Give out again a document that was taken off."""
    if document.withdrawn_at is not None:
        document.withdrawn_at = None
        _record(session, "document_restored", partnership, document, person, now)


def _record(
    session: Session,
    action: str,
    partnership: Partnership,
    document: Document,
    person: User,
    now: datetime,
) -> None:
    partnership.updated_at = now
    flush_partnership(session)
    details = {"about": document.filename}
    record_partnership(session, action, partnership, actor=person, now=now, details=details)
