"""The thread of an introduction: who reads it, messages, files, how far each person has read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session, joinedload, selectinload

from models.account import User
from models.document import Document, DocumentDelivery
from models.introduction import Introduction, IntroductionMessage, ThreadReading
from models.membership import Membership
from models.need import Need
from models.offer import Offer
from services.attachments import MAX_FILES, store_attachment
from services.errors import Conflict, RuleViolation
from services.introduction_notes import IntroductionEvent, tell_team
from services.introductions import lock_introduction
from services.need_documents import issue_document, offer_documents_to
from services.register import record_event
from vocabulary.exchanges import IntroductionState, RegisterEvent, Side
from vocabulary.kinds import MembershipState
from vocabulary.labels import N_

# Before an answer, the side that asks may complete its request; it may not insist without end.
MAX_UNANSWERED: Final = 3


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file as a form brings it."""

    filename: str
    content: bytes


def thread(session: Session, introduction_id: int) -> Introduction | None:
    """Load an introduction with what its page shows."""
    return session.scalar(
        select(Introduction)
        .where(Introduction.id == introduction_id)
        .options(
            joinedload(Introduction.need).joinedload(Need.territory),
            joinedload(Introduction.offer).joinedload(Offer.organization),
            joinedload(Introduction.carrier),
            joinedload(Introduction.actor),
            joinedload(Introduction.relay),
            selectinload(Introduction.messages).options(
                joinedload(IntroductionMessage.author),
                selectinload(IntroductionMessage.documents),
            ),
            selectinload(Introduction.inquiries),
        )
    )


def side_of(session: Session, introduction: Introduction, person: User) -> Side | None:
    """Return the side for which ``person`` acts now, ``None`` for anybody else, staff included.

    Somebody who belongs to both acts for the side that asked when the request is theirs, for the
    side that answers otherwise.
    """
    bodies = set(
        session.scalars(
            select(Membership.organization_id).where(
                Membership.user_id == person.id,
                Membership.state == MembershipState.APPROVED,
                Membership.organization_id.in_((introduction.carrier_id, introduction.actor_id)),
            )
        )
    )
    sides = [
        side
        for side, key in (
            (Side.TERRITORY, introduction.carrier_id),
            (Side.ACTOR, introduction.actor_id),
        )
        if key in bodies
    ]
    if len(sides) > 1:
        is_sender = introduction.sent_by_id == person.id
        return introduction.from_side if is_sender else introduction.to_side
    return sides[0] if sides else None


def current_contacts(session: Session, introduction: Introduction) -> dict[Side, User | None]:
    """Return whom each side may write to: nobody before acceptance, nor somebody who left."""
    found: dict[Side, User | None] = dict.fromkeys(Side)
    if introduction.state != IntroductionState.ACCEPTED:
        return found
    pairs = {
        (introduction.carrier_contact_id, introduction.carrier_id): Side.TERRITORY,
        (introduction.actor_contact_id, introduction.actor_id): Side.ACTOR,
    }
    rows = session.execute(
        select(User, Membership.organization_id)
        .join(Membership, Membership.user_id == User.id)
        .where(
            tuple_(Membership.user_id, Membership.organization_id).in_(list(pairs)),
            Membership.state == MembershipState.APPROVED,
        )
    )
    for person, organization_id in rows:
        found[pairs[person.id, organization_id]] = person
    return found


def last_read(session: Session, introduction: Introduction, person: User) -> int:
    """Return the number of the last message that ``person`` has seen."""
    reading = session.get(ThreadReading, (introduction.id, person.id))
    return reading.last_message_id if reading else 0


def add_message(
    session: Session,
    introduction: Introduction,
    author: User,
    side: Side,
    *,
    body: str,
    files: Sequence[SentFile] = (),
    folder: Path,
    now: datetime,
) -> IntroductionMessage:
    """Write in the thread for one side; the other side's team is told by mail.

    Raises:
        Conflict: the request was declined, taken back or expired meanwhile.
        RefusedAttachment: a file cannot be taken.
        RuleViolation: too many files, or too many messages left without an answer.
    """
    lock_introduction(session, introduction)
    if not introduction.is_live:
        raise Conflict(N_("Cet échange est clos : on ne peut plus y écrire."))
    if len(files) > MAX_FILES:
        raise RuleViolation(
            N_("%(most)s fichiers au plus par message."), field="files", most=MAX_FILES
        )
    _check_insistence(session, introduction, side)
    message = IntroductionMessage(side=side, author=author, body=body, created_at=now)
    introduction.messages.append(message)
    introduction.last_message_at = now
    session.flush()
    _record(session, introduction, RegisterEvent.MESSAGE, author, side, now, message=message.id)
    for file in files:
        _attach(session, introduction, message, file, folder, now)
    mark_read(session, introduction, author, now=now)
    other = Side.ACTOR if side == Side.TERRITORY else Side.TERRITORY
    tell_team(session, introduction, IntroductionEvent.MESSAGE, other, now=now)
    return message


def _check_insistence(session: Session, introduction: Introduction, side: Side) -> None:
    if introduction.state == IntroductionState.ACCEPTED or side == introduction.to_side:
        return
    last_answer = (
        select(func.max(IntroductionMessage.id))
        .where(
            IntroductionMessage.introduction_id == introduction.id,
            IntroductionMessage.side == introduction.to_side,
        )
        .scalar_subquery()
    )
    unanswered = session.scalar(
        select(func.count()).where(
            IntroductionMessage.introduction_id == introduction.id,
            IntroductionMessage.side == side,
            IntroductionMessage.id > func.coalesce(last_answer, 0),
        )
    )
    if (unanswered or 0) >= MAX_UNANSWERED:
        raise RuleViolation(
            N_(
                "Vous avez écrit %(most)s messages sans réponse : attendez celle de l’autre partie."
            ),
            most=MAX_UNANSWERED,
        )


def _attach(
    session: Session,
    introduction: Introduction,
    message: IntroductionMessage,
    file: SentFile,
    folder: Path,
    now: datetime,
) -> None:
    """Keep a file: an actor's stays in the thread, a buyer's goes to all the actors contacted."""
    if message.side == Side.TERRITORY:
        issue_document(
            session,
            introduction.need,
            filename=file.filename,
            content=file.content,
            person=_author(message),
            folder=folder,
            now=now,
        )
        offer_documents_to(session, introduction.need, introduction.actor, now=now)
        return
    document = store_attachment(
        session,
        filename=file.filename,
        content=file.content,
        side=message.side,
        organization=introduction.actor,
        person=message.author,
        folder=folder,
        now=now,
        message=message,
    )
    _record(
        session,
        introduction,
        RegisterEvent.DOCUMENT_RECEIVED,
        message.author,
        message.side,
        now,
        digest=document.digest,
    )


def _author(message: IntroductionMessage) -> User:
    if message.author is None:
        error = "a message just written without an author"
        raise ValueError(error)
    return message.author


def documents_by_message(session: Session, introduction: Introduction) -> dict[int, list[Document]]:
    """Return the files of each message, by its number.

    Those of the territory belong to the need; they were issued at the instant of their message.
    """
    issued: dict[tuple[int | None, datetime], list[Document]] = {}
    for document in session.scalars(
        select(Document)
        .join(DocumentDelivery, DocumentDelivery.document_id == Document.id)
        .where(
            Document.need_id == introduction.need_id,
            DocumentDelivery.organization_id == introduction.actor_id,
        )
        .order_by(Document.id)
    ):
        issued.setdefault((document.uploaded_by_id, document.created_at), []).append(document)
    return {
        message.id: [
            *message.documents,
            *(
                issued.get((message.author_id, message.created_at), [])
                if message.side == Side.TERRITORY
                else []
            ),
        ]
        for message in introduction.messages
    }


def _record(
    session: Session,
    introduction: Introduction,
    event: RegisterEvent,
    person: User | None,
    side: Side,
    now: datetime,
    **facts: str | int,
) -> None:
    """Note the step in the register: that it took place, never what was written."""
    record_event(
        session,
        introduction.need,
        event,
        now=now,
        organization=introduction.actor,
        offer_id=introduction.offer_id,
        person=person,
        facts={"introduction": introduction.id, "side": side.value, **facts},
    )


def mark_read(session: Session, introduction: Introduction, person: User, *, now: datetime) -> bool:
    """Note that ``person`` has seen the whole thread; tell whether something was new."""
    last = max((message.id for message in introduction.messages), default=0)
    reading = session.get(ThreadReading, (introduction.id, person.id))
    if reading is None:
        reading = ThreadReading(introduction_id=introduction.id, user_id=person.id)
        session.add(reading)
    elif reading.last_message_id >= last and reading.read_at is not None:
        return False
    reading.last_message_id = last
    reading.read_at = now
    return True


def take_contact(session: Session, introduction: Introduction, person: User, side: Side) -> None:
    """Make ``person`` the contact of their side, in place of somebody who left or is away.

    Raises:
        Conflict: nothing is disclosed in this thread: it is not accepted.
    """
    lock_introduction(session, introduction)
    if introduction.state != IntroductionState.ACCEPTED:
        raise Conflict(N_("Les adresses ne sont échangées qu’une fois la demande acceptée."))
    introduction.set_contact(side, person)
