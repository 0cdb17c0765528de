"""The introductions of the demonstration: one of each state, registers that hold, no old mail."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from extensions.clock import now
from models.document import Document
from models.introduction import Introduction
from models.outbox import OutboxMessage
from services.demo_introductions import seed_demo_introductions
from services.introduction_notes import INTRODUCTION_MAIL
from services.register import verify_register
from vocabulary.exchanges import Side


def made(session: Session) -> list[Introduction]:
    """Return the introductions that somebody asked for, oldest first; days met open others."""
    asked = select(Introduction).where(Introduction.sent_by_id.is_not(None))
    return list(session.scalars(asked.order_by(Introduction.id)))


def test_each_state_is_there_once_and_a_request_waits_on_each_side(session: Session) -> None:
    found = [(one.state.value, one.from_side, one.is_disputed) for one in made(session)]
    assert sorted(found) == sorted(
        [
            ("acceptee", Side.ACTOR, True),
            ("acceptee", Side.TERRITORY, False),
            ("acceptee", Side.TERRITORY, False),
            ("declinee", Side.ACTOR, False),
            ("envoyee", Side.ACTOR, False),
            ("envoyee", Side.TERRITORY, False),
        ]
    )
    assert {one.is_demo for one in made(session)} == {True}


def test_one_thread_holds_a_conversation_and_a_file(session: Session) -> None:
    (longest,) = [one for one in made(session) if len(one.messages) > 1]
    assert len(longest.messages) == 4
    names = session.scalars(select(Document.filename).where(Document.message_id.is_not(None)))
    assert list(names) == ["releve-de-demonstration.csv"]


def test_the_registers_hold(session: Session) -> None:
    for need_id in {one.need_id for one in made(session)}:
        assert verify_register(session, need_id) == []


def test_no_mail_of_weeks_gone_by_waits(session: Session) -> None:
    waiting = session.scalars(
        select(OutboxMessage.id).where(
            OutboxMessage.topic == INTRODUCTION_MAIL, OutboxMessage.done_at.is_(None)
        )
    )
    assert list(waiting) == []


def test_a_second_time_changes_nothing(session: Session) -> None:
    assert seed_demo_introductions(session, folder=None, now=now()) == 0
