"""Who may open a document: the rule of its thread, of its need or of its partnership."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.account import User
from models.document import Document
from models.introduction import Introduction, IntroductionMessage
from models.partnership import Partnership, PartnershipMember
from services.introduction_threads import side_of
from services.need_documents import can_open_need_document, own_numbers, record_opening
from vocabulary.exchanges import InvitationState


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


def note_opening(
    session: Session, document: Document, *, person: User | None, now: datetime
) -> bool:
    """Record the opening where a register asks for it; tell whether anything was written."""
    return record_opening(session, document, person=person, now=now)


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
    if person is not None and person.is_authenticated and person.is_staff:
        return True
    own = own_numbers(session, person)
    if partnership.organization_id in own:
        return True
    member = select(PartnershipMember.organization_id).where(
        PartnershipMember.partnership_id == partnership.id,
        PartnershipMember.organization_id.in_(own),
        PartnershipMember.state == InvitationState.ACCEPTED,
    )
    return session.scalar(member) is not None
