"""Mails about introductions, written by the worker: to whom, when, how many, and no address."""

import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.introduction import Introduction
from models.mail import StoredMail
from models.membership import Membership
from models.outbox import OutboxMessage
from services.introduction_decisions import decline_introduction, withdraw_introduction
from services.introduction_threads import add_message, mark_read, thread
from services.outcomes import report_stage
from tests.factories.accounts import NOW, make_membership, make_user
from tests.factories.introductions import Table, make_introduction, make_table
from tests.factories.organizations import make_offer
from tests.factories.pages import mails_to, run_worker
from vocabulary.exchanges import DeclineReason, IntroductionState, OutcomeStage, Side
from vocabulary.kinds import MembershipState

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
LINK = "http://localhost/mon-espace/mises-en-relation/1"


@pytest.fixture
def table(empty_session: Session) -> Table:
    made = make_table(empty_session)
    empty_session.commit()
    return made


def subjects(app: Flask, recipient: str, at: datetime) -> list[str]:
    """Return the subjects of the mails that a person has got by then."""
    with time_machine.travel(at, tick=False):
        return [mail.partition("\n")[0] for mail in mails_to(app, recipient)]


def write(
    session: Session, table: Table, side: Side, at: datetime, introduction: Introduction
) -> None:
    """Write a message for one side and commit."""
    session.rollback()  # see what the worker committed
    person = table.sender(side)
    add_message(session, introduction, person, side, body="Un mot", folder=Path(), now=at)
    session.commit()


def test_the_whole_team_asked_is_told_and_nobody_else(
    empty_app: Flask, empty_session: Session, table: Table
) -> None:
    colleague, former = make_user(empty_session), make_user(empty_session)
    make_membership(empty_session, colleague, table.actor)
    make_membership(empty_session, former, table.actor, state=MembershipState.REFUSED)
    make_introduction(empty_session, table)
    empty_session.commit()
    with time_machine.travel(NOW, tick=False):
        run_worker(empty_app)
    recipients = list(empty_session.scalars(select(StoredMail.recipient)))
    assert sorted(recipients) == sorted([table.maker.email, colleague.email])
    (mail,) = mails_to(empty_app, table.maker.email)
    assert mail.startswith("Ville d’essai souhaite vous rencontrer\n")
    assert LINK in mail
    assert "Bonjour, parlons-en." not in mail


def test_reminders_at_three_and_ten_days_then_it_expires(
    empty_app: Flask, empty_session: Session, table: Table
) -> None:
    introduction = make_introduction(empty_session, table)
    empty_session.commit()
    asked, sender = table.maker.email, table.buyer.email
    reminder = "Rappel : Ville d’essai attend votre réponse"
    counts = [
        subjects(empty_app, asked, NOW + delay).count(reminder)
        for delay in (0 * DAY, 3 * DAY - HOUR, 3 * DAY, 10 * DAY - HOUR, 10 * DAY, 21 * DAY)
    ]
    assert counts == [0, 0, 1, 1, 2, 2]
    assert subjects(empty_app, sender, NOW + 21 * DAY) == [
        "Votre demande à Jeune pousse d’essai est restée sans réponse"
    ]
    empty_session.rollback()
    assert introduction.state is IntroductionState.EXPIRED


def test_an_answered_request_is_not_recalled(
    empty_app: Flask, empty_session: Session, table: Table
) -> None:
    make_introduction(empty_session, table, accepted=True)
    empty_session.commit()
    assert subjects(empty_app, table.maker.email, NOW + 25 * DAY) == []
    assert subjects(empty_app, table.buyer.email, NOW + 25 * DAY) == [
        "Jeune pousse d’essai accepte votre demande"
    ]


def test_a_request_withdrawn_before_the_worker_came_is_not_announced(
    empty_app: Flask, empty_session: Session, table: Table
) -> None:
    introduction = make_introduction(empty_session, table)
    withdraw_introduction(empty_session, introduction, table.buyer, now=NOW)
    empty_session.commit()
    assert subjects(empty_app, table.maker.email, NOW) == ["Ville d’essai retire sa demande"]


def test_a_refusal_gives_its_reason_and_leaves_the_words_on_the_page(
    empty_app: Flask, empty_session: Session, table: Table
) -> None:
    introduction = make_introduction(empty_session, table)
    decline_introduction(
        empty_session,
        introduction,
        table.maker,
        reason=DeclineReason.CAPACITY,
        note="Écrivez-moi à marc@ailleurs.example",
        now=NOW,
    )
    empty_session.commit()
    (mail,) = mails_to(empty_app, table.buyer.email)
    assert "Motif : Pas de disponibilité en ce moment." in mail
    assert "marc@ailleurs.example" not in mail


def test_several_unread_messages_within_an_hour_make_one_mail(
    empty_app: Flask, empty_session: Session, table: Table
) -> None:
    introduction = make_introduction(empty_session, table, accepted=True)
    mark_read(empty_session, introduction, table.maker, now=NOW)
    empty_session.commit()
    told = []
    for minutes in (0, 20, 59, 61):
        at = NOW + timedelta(minutes=minutes)
        write(empty_session, table, Side.TERRITORY, at, introduction)
        told.append(subjects(empty_app, table.maker.email, at))
    assert [len(mails) for mails in told] == [1, 1, 1, 2]
    assert told[-1] == ["Ville d’essai vous a écrit", "Ville d’essai vous a écrit 4 fois"]


def test_who_has_read_in_between_is_told_anew(
    empty_app: Flask, empty_session: Session, table: Table
) -> None:
    introduction = make_introduction(empty_session, table, accepted=True)
    mark_read(empty_session, introduction, table.maker, now=NOW)
    empty_session.commit()
    write(empty_session, table, Side.TERRITORY, NOW, introduction)
    subjects(empty_app, table.maker.email, NOW)
    empty_session.rollback()
    loaded = thread(empty_session, introduction.id)
    assert loaded is not None
    mark_read(empty_session, loaded, table.maker, now=NOW + timedelta(minutes=2))
    empty_session.commit()
    at = NOW + timedelta(minutes=5)
    write(empty_session, table, Side.TERRITORY, at, introduction)
    assert subjects(empty_app, table.maker.email, at) == ["Ville d’essai vous a écrit"] * 2


def test_a_message_already_read_is_not_mailed(
    empty_app: Flask, empty_session: Session, table: Table
) -> None:
    introduction = make_introduction(empty_session, table, accepted=True)
    empty_session.commit()
    write(empty_session, table, Side.TERRITORY, NOW, introduction)
    mark_read(empty_session, introduction, table.maker, now=NOW)
    empty_session.commit()
    assert subjects(empty_app, table.maker.email, NOW) == []


def test_a_message_leads_to_the_reply_field(
    empty_app: Flask, empty_session: Session, table: Table
) -> None:
    introduction = make_introduction(empty_session, table, accepted=True)
    empty_session.commit()
    write(empty_session, table, Side.ACTOR, NOW, introduction)
    mail = mails_to(empty_app, table.buyer.email)[-1]
    assert f"{LINK}#repondre\n" in mail
    assert "Un mot" not in mail


def test_who_left_the_team_gets_no_mail(
    empty_app: Flask, empty_session: Session, table: Table
) -> None:
    introduction = make_introduction(empty_session, table, accepted=True)
    empty_session.commit()
    write(empty_session, table, Side.TERRITORY, NOW, introduction)
    membership = empty_session.scalars(
        select(Membership).where(Membership.user_id == table.maker.id)
    ).one()
    membership.state = MembershipState.REFUSED
    empty_session.commit()
    assert subjects(empty_app, table.maker.email, NOW) == []


def test_one_mail_a_date_for_all_that_is_due(
    empty_app: Flask, empty_session: Session, table: Table
) -> None:
    for number in range(2):
        offer = make_offer(empty_session, table.actor, f"Offre {number}")
        make_introduction(empty_session, table, offer=offer, accepted=True)
    empty_session.commit()
    asked = "2 mises en relation : qu’en est-il ?"
    counts = [
        subjects(empty_app, table.maker.email, NOW + delay).count(asked)
        for delay in (29 * DAY, 30 * DAY, 31 * DAY, 90 * DAY, 180 * DAY, 200 * DAY)
    ]
    assert counts == [0, 1, 1, 2, 3, 3]


def test_a_disagreement_is_told_once_to_the_other_side(
    empty_app: Flask, empty_session: Session, table: Table
) -> None:
    introduction = make_introduction(empty_session, table, accepted=True)
    for side, stage in (
        (Side.TERRITORY, OutcomeStage.NOTHING_YET),
        (Side.ACTOR, OutcomeStage.MEETING),
        (Side.ACTOR, OutcomeStage.CONTRACT),
    ):
        report_stage(
            empty_session,
            introduction,
            table.sender(side),
            side,
            stage=stage,
            note="",
            now=NOW + DAY,
        )
    empty_session.commit()
    told = "Vous et Jeune pousse d’essai ne dites pas la même chose"
    assert subjects(empty_app, table.buyer.email, NOW + DAY).count(told) == 1
    assert subjects(empty_app, table.maker.email, NOW + DAY) == []


def test_a_handler_that_runs_twice_mails_once(
    empty_app: Flask, empty_session: Session, table: Table
) -> None:
    introduction = make_introduction(empty_session, table, accepted=True)
    mark_read(empty_session, introduction, table.maker, now=NOW)
    empty_session.commit()
    write(empty_session, table, Side.TERRITORY, NOW, introduction)
    with time_machine.travel(NOW, tick=False):
        run_worker(empty_app)
    empty_session.rollback()
    for message in empty_session.scalars(
        select(OutboxMessage).where(OutboxMessage.payload["event"].as_string() == "message")
    ):
        message.done_at = message.claimed_at = None
    empty_session.commit()
    assert subjects(empty_app, table.maker.email, NOW) == ["Ville d’essai vous a écrit"]


def test_no_mail_names_an_address_of_the_other_side(
    empty_app: Flask, empty_session: Session, table: Table
) -> None:
    introduction = make_introduction(empty_session, table, accepted=True)
    empty_session.commit()
    write(empty_session, table, Side.ACTOR, NOW, introduction)
    write(empty_session, table, Side.TERRITORY, NOW, introduction)
    offer = make_offer(empty_session, table.actor, "Autre offre")
    make_introduction(empty_session, table, from_side=Side.ACTOR, offer=offer)
    empty_session.commit()
    for moment in (NOW, NOW + 10 * DAY, NOW + 30 * DAY):
        with time_machine.travel(moment, tick=False):
            run_worker(empty_app)
    mails = empty_session.scalars(select(StoredMail)).all()
    assert len(mails) > 5
    for mail in mails:
        words = f"{mail.subject} {mail.text_body}"
        assert re.findall(r"[\w.+-]+@[\w.-]+", words) == []
        assert not {"Claire", "Marc"} & set(words.split())
