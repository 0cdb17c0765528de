"""Who may open a document: the rule of its thread, of its need or of its partnership."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.account import User
from models.document import Document
from models.introduction import Introduction, IntroductionMessage
from models.partnership import Partnership
from services.introduction_threads import side_of
from services.need_documents import can_open_need_document
from services.partnership_rights import standing_of


def can_open_document(session: Session, person: User | None, document: Document) -> bool:
    """Tell whether ``person`` may open ``document`` now.

    One of a thread: the two teams only, staff excluded. One of a need: see
    ``can_open_need_document``. One of a partnership: anyone when it and the page are public, else
    the teams of its members and of who keeps it.
    """
    if document.message_id is not None:
        return _in_thread(session, person, document)
    if document.need_id is not None:
        return can_open_need_document(session, person, document)
    return _in_partnership(session, person, document)


def _in_thread(session: Session, person: User | None, document: Document) -> bool:
    if person is None or not person.is_authenticated or document.withdrawn_at is not None:
        return False
    introduction = session.scalar(
        select(Introduction)
        .join(IntroductionMessage)
        .where(IntroductionMessage.id == document.message_id)
    )
    return introduction is not None and side_of(session, introduction, person) is not None


def _in_partnership(session: Session, person: User | None, document: Document) -> bool:
    partnership = session.get(Partnership, document.partnership_id)
    if partnership is None or document.withdrawn_at is not None:
        return False
    if document.is_public and partnership.is_public:
        return True
    return standing_of(session, person, partnership).is_inside
