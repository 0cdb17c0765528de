"""The thread of a request: messages, files, who speaks for a side, the register of a story."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.introduction import Introduction, IntroductionMessage
from models.membership import Membership
from models.register import RegisterEntry
from services.errors import Conflict, RuleViolation
from services.introduction_threads import (
    MAX_UNANSWERED,
    SentFile,
    add_message,
    current_contacts,
    side_of,
    take_contact,
)
from services.register import verify_register
from tests.factories.accounts import NOW, make_membership, make_user
from tests.factories.introductions import Table, decline, make_introduction
from tests.factories.organizations import make_offer, make_organization
from vocabulary.exchanges import RegisterEvent, Side
from vocabulary.kinds import MembershipState, UserRole

Say = Callable[..., IntroductionMessage]


@pytest.fixture
def say(empty_session: Session, table: Table, tmp_path: Path) -> Say:
    """Return ``say(introduction, side, body, *files)``: somebody of a side writes in a thread."""

    def write(
        introduction: Introduction, side: Side, body: str, *files: SentFile
    ) -> IntroductionMessage:
        return add_message(
            empty_session,
            introduction,
            table.sender(side),
            side,
            body=body,
            files=files,
            folder=tmp_path,
            now=NOW,
        )

    return write


def test_the_asking_side_may_not_insist_without_an_answer(
    empty_session: Session, table: Table, say: Say
) -> None:
    introduction = make_introduction(empty_session, table)

    def write(side: Side) -> None:
        say(introduction, side, "Encore un mot")

    for _ in range(MAX_UNANSWERED - 1):
        write(Side.TERRITORY)
    with pytest.raises(RuleViolation, match="sans réponse"):
        write(Side.TERRITORY)
    write(Side.ACTOR)
    write(Side.TERRITORY)
    assert len(introduction.messages) == MAX_UNANSWERED + 2


def test_a_closed_thread_takes_no_message(empty_session: Session, table: Table, say: Say) -> None:
    introduction = make_introduction(empty_session, table)
    decline(empty_session, introduction, table)
    with pytest.raises(Conflict):
        say(introduction, Side.TERRITORY, "Mais enfin")


def test_an_actors_file_stays_in_the_thread(empty_session: Session, table: Table, say: Say) -> None:
    introduction = make_introduction(empty_session, table, accepted=True)
    message = say(introduction, Side.ACTOR, "Voici", SentFile("../note.txt", b"secret"))
    (document,) = message.documents
    assert (document.filename, document.need_id, document.organization) == (
        "note.txt",
        None,
        table.actor,
    )
    last = empty_session.scalars(RegisterEntry.of_need(table.need.id)).all()[-1]
    assert last.event is RegisterEvent.DOCUMENT_RECEIVED
    assert last.facts["digest"] == document.digest


def test_a_buyers_file_goes_to_all_the_actors_contacted(
    empty_session: Session, table: Table, say: Say
) -> None:
    rival = make_organization(empty_session, "Rivale", is_claimed=True)
    make_membership(empty_session, make_user(empty_session), rival)
    other = make_introduction(
        empty_session, table, offer=make_offer(empty_session, rival, "Offre rivale")
    )
    introduction = make_introduction(empty_session, table, accepted=True)
    say(introduction, Side.TERRITORY, "Le relevé", SentFile("releve.csv", b"a;b\n1;2\n"))
    (document,) = table.need.documents
    assert document.message_id is None
    assert {one.organization_id for one in document.deliveries} == {
        other.actor_id,
        table.actor.id,
    }


def test_a_file_too_many_is_refused(empty_session: Session, table: Table, say: Say) -> None:
    introduction = make_introduction(empty_session, table)
    with pytest.raises(RuleViolation, match="3 fichiers"):
        say(
            introduction,
            Side.ACTOR,
            "Voici",
            *(SentFile(f"{number}.txt", b"x") for number in range(4)),
        )


def test_who_leaves_no_longer_reads_and_is_no_longer_shown(
    empty_session: Session, table: Table
) -> None:
    introduction = make_introduction(empty_session, table, accepted=True)
    colleague = make_user(empty_session)
    make_membership(empty_session, colleague, table.actor)
    assert side_of(empty_session, introduction, table.maker) is Side.ACTOR
    empty_session.scalars(
        select(Membership).where(Membership.user_id == table.maker.id)
    ).one().state = MembershipState.REFUSED
    empty_session.flush()
    assert side_of(empty_session, introduction, table.maker) is None
    assert current_contacts(empty_session, introduction)[Side.ACTOR] is None
    take_contact(empty_session, introduction, colleague, Side.ACTOR)
    empty_session.flush()
    assert current_contacts(empty_session, introduction)[Side.ACTOR] is colleague


def test_staff_have_no_side(empty_session: Session, table: Table) -> None:
    introduction = make_introduction(empty_session, table)
    staff = make_user(empty_session, role=UserRole.STAFF)
    assert side_of(empty_session, introduction, staff) is None


def test_who_belongs_to_both_sides_speaks_for_the_one_that_did_not_ask(
    empty_session: Session, table: Table
) -> None:
    introduction = make_introduction(empty_session, table)
    both = make_user(empty_session)
    make_membership(empty_session, both, table.actor)
    make_membership(empty_session, both, table.carrier)
    make_membership(empty_session, table.buyer, table.actor)
    assert side_of(empty_session, introduction, both) is Side.ACTOR
    assert side_of(empty_session, introduction, table.buyer) is Side.TERRITORY


def test_nobody_becomes_the_contact_before_acceptance(empty_session: Session, table: Table) -> None:
    introduction = make_introduction(empty_session, table)
    with pytest.raises(Conflict):
        take_contact(empty_session, introduction, table.maker, Side.ACTOR)


def test_the_register_of_a_whole_story_holds(
    empty_session: Session, table: Table, say: Say
) -> None:
    introduction = make_introduction(empty_session, table, from_side=Side.ACTOR, accepted=True)
    say(introduction, Side.ACTOR, "Un secret de fabrique", SentFile("a.txt", b"x"))
    assert verify_register(empty_session, table.need.id) == []
    lines = empty_session.scalars(RegisterEntry.of_need(table.need.id)).all()
    assert [line.event for line in lines] == [
        RegisterEvent.APPROACHED,
        RegisterEvent.ACCEPTED,
        RegisterEvent.MESSAGE,
        RegisterEvent.DOCUMENT_RECEIVED,
    ]
    kept = " ".join(f"{line.facts} {line.part.content if line.part else ''}" for line in lines)
    assert "secret" not in kept
    assert table.maker.email not in kept
