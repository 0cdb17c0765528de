"""The page of an introduction as plain data: who said what, what may be done, what is disclosed."""

from dataclasses import dataclass
from typing import Any

from flask import render_template
from flask_babel import gettext

from extensions.clock import now
from extensions.database import db_session
from forms.introductions import AcceptForm, ContactForm, DeclineForm, MessageForm, StageForm
from models.account import User
from models.document import Document
from models.introduction import Introduction, IntroductionMessage, OutcomeInquiry
from services.interests import declared_interests
from services.introduction_decisions import can_reconsider
from services.introduction_threads import current_contacts, documents_by_message
from services.outcomes import last_answer
from vocabulary.exchanges import IntroductionState, Side


@dataclass(frozen=True, slots=True)
class ThreadForms:
    """The forms of the page; the one that was refused keeps what was typed."""

    message: MessageForm
    decline: DeclineForm
    stage: StageForm

    @classmethod
    def empty(cls) -> "ThreadForms":
        """Return the forms of a page just opened."""
        return cls(MessageForm(formdata=None), DeclineForm(formdata=None), StageForm(formdata=None))


@dataclass(frozen=True, slots=True)
class MessageLine:
    """One message as a reader of one side sees it."""

    message: IntroductionMessage
    is_own: bool
    is_new: bool
    author: str
    documents: list[Document]


def thread_page(
    introduction: Introduction,
    side: Side,
    person: User,
    forms: ThreadForms,
    *,
    seen: int,
    conflict: str = "",
    unsent: str = "",
) -> str:
    """Render the thread for a member of the team on ``side``; ``seen``: read so far.

    ``conflict`` says that somebody was faster, and ``unsent`` is what this person had typed.
    """
    session = db_session()
    other = Side.ACTOR if side == Side.TERRITORY else Side.TERRITORY
    about = [introduction.actor_id, *([introduction.relay_id] if introduction.relay_id else [])]
    interests = declared_interests(session, introduction.need, about)
    return render_template(
        "introductions/show.html",
        introduction=introduction,
        need=introduction.need,
        side=side,
        own=introduction.body_of(side),
        other=introduction.body_of(other),
        lines=_lines(introduction, side, seen),
        contacts=current_contacts(session, introduction),
        interests=[tie for ties in interests.values() for tie in ties],
        answers={one: last_answer(introduction, one) for one in Side},
        history=_history(introduction),
        forms=forms,
        conflict=conflict,
        unsent=unsent,
        accept_form=AcceptForm(formdata=None),
        contact_form=ContactForm(formdata=None),
        **_rights(introduction, side, person),
    )


def _rights(introduction: Introduction, side: Side, person: User) -> dict[str, bool]:
    is_asked = side == introduction.to_side
    is_sent = introduction.state == IntroductionState.SENT
    is_sender = introduction.sent_by_id == person.id
    return {
        "may_decide": is_sent and is_asked and not is_sender,
        "may_reconsider": is_asked and not is_sender and can_reconsider(introduction, now=now()),
        "may_withdraw": is_sent and not is_asked,
        "is_accepted": introduction.state == IntroductionState.ACCEPTED,
    }


def _lines(introduction: Introduction, side: Side, seen: int) -> list[MessageLine]:
    documents = documents_by_message(db_session(), introduction)
    return [
        MessageLine(
            message=message,
            is_own=message.side == side,
            is_new=message.side != side and message.id > seen,
            author=_author(introduction, message, side),
            documents=documents[message.id],
        )
        for message in introduction.messages
    ]


def _author(introduction: Introduction, message: IntroductionMessage, side: Side) -> str:
    """Return who wrote: a person of one's own team by name, the other's once it is accepted."""
    if message.author is None:
        return str(gettext("compte supprimé"))
    is_named = message.side == side or introduction.state == IntroductionState.ACCEPTED
    return message.author.public_name if is_named else ""


def _history(introduction: Introduction) -> list[OutcomeInquiry]:
    """Return every answer given, newest first; one that covered several dates stands once."""
    given: dict[tuple[Side, Any], OutcomeInquiry] = {}
    for inquiry in introduction.inquiries:
        if inquiry.answered_at is not None:
            given[inquiry.side, inquiry.answered_at] = inquiry
    return sorted(given.values(), key=lambda one: str(one.answered_at), reverse=True)
