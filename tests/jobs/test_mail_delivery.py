"""Mails of exchanges and meetup days through a real relay: down, killed, twice (THREATS E1–E5)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from extensions.database import db_session
from extensions.mailbox import SEND_MAIL
from jobs.cli import make_worker
from models.meetup import MeetupDay
from models.outbox import OutboxMessage
from services.consortium_invitations import CONSORTIUM_DUE, CONSORTIUM_MAIL, Call, invite
from services.entry_notices import ENTRY_MAIL
from services.introduction_notes import INTRODUCTION_MAIL
from services.meetup_day_notes import DAY_MAIL, DayEvent, tell_everybody
from services.meetup_evenings import MEETING_ASK, close_day
from services.meetup_notes import LINK_MAIL, PARTICIPANT_MAIL, tell
from services.meetup_requests import ask_link
from services.meetup_wish_notes import QUIET, WISH_NEWS, announce
from services.need_documents import DOCUMENTS_MAIL, issue_document
from services.need_relays import send_to_federator
from services.outcomes import OUTCOME_ASK
from services.partnership_contents import PartnershipContent
from services.partnership_members import invite_to_partnership
from services.partnership_notes import PARTNERSHIP_MAIL
from services.partnerships import create_partnership
from services.register import record_event
from services.relay_notes import RELAY_MAIL
from tests.conftest import AppFactory
from tests.databases import site_over
from tests.factories.accounts import NOW, make_membership, make_user
from tests.factories.consortiums import GUEST, make_scene
from tests.factories.consortiums import make_team as make_consortium
from tests.factories.deliveries import (
    die_in_the_middle,
    make_due,
    run_topics_but,
    send_twice_by_a_kill,
    stored_mails,
    untrusted_relay,
)
from tests.factories.introductions import make_introduction, make_table
from tests.factories.mail_sink import Sink, open_sink
from tests.factories.meetup_evenings import make_evening
from tests.factories.meetups import make_attendee, make_day, make_participant, make_wish
from tests.factories.needs import make_published_need, make_submitted_need, make_team, publish_need
from tests.factories.organizations import make_organization
from tests.factories.pages import run_worker
from vocabulary.exchanges import RegisterEvent, Side
from vocabulary.kinds import OrganizationKind
from vocabulary.meetups import ParticipantEvent, ParticipantState

LATER = NOW + timedelta(days=31)


@dataclass(frozen=True)
class Case:
    """A topic that writes a mail, and what makes one: it returns the reader's address."""

    topic: str
    cause: Callable[[Session], str]


def ask_for_contact(session: Session) -> str:
    table = make_table(session)
    make_introduction(session, table)
    return table.maker.email


def let_a_month_pass(session: Session) -> str:
    table = make_table(session)
    make_introduction(session, table, accepted=True, now=NOW - timedelta(days=31))
    return table.maker.email


def invite_to_a_team(session: Session) -> str:
    scene = make_scene(session)
    calls = [Call(scene.cyclist, None, "Ateliers")]
    team = make_consortium(session, scene)
    invite(session, team, calls, message="Venez", person=scene.builder, now=NOW)
    return GUEST


def leave_a_team_waiting(session: Session) -> str:
    reader = invite_to_a_team(session)
    due = OutboxMessage.topic == CONSORTIUM_DUE
    session.flush()
    session.execute(update(OutboxMessage).where(due).values(due_at=NOW))
    return reader


def invite_to_a_partnership(session: Session) -> str:
    city = make_organization(session, "Ville", kind=OrganizationKind.COLLECTIVITE)
    actor, keeper, founder = make_organization(session), make_user(session), make_user(session)
    make_membership(session, keeper, city)
    make_membership(session, founder, actor)
    text = PartnershipContent(name="Table des toits", summary="Des toits partagés.")
    page = create_partnership(session, city, text, person=keeper, now=NOW)
    invite_to_partnership(session, page, actor, role="Pose", person=keeper, now=NOW)
    return founder.email


def send_to_a_relay(session: Session) -> str:
    team = make_team(session)
    federator = make_organization(session, "Incubateur", kind=OrganizationKind.INCUBATOR)
    manager = make_user(session)
    make_membership(session, manager, federator)
    need = make_published_need(session, team)
    send_to_federator(
        session,
        need,
        federator,
        message="Pour vos équipes.",
        author=team.owner,
        today=NOW.date(),
        now=NOW,
    )
    return manager.email


def give_a_document(session: Session) -> str:
    table = make_table(session)
    event = RegisterEvent.CONTACTED
    record_event(session, table.need, event, now=NOW, organization=table.actor)
    issue_document(
        session,
        table.need,
        filename="cahier.txt",
        content=b"Cahier",
        person=table.buyer,
        folder=documents_folder(),
        now=NOW,
        is_public=False,
    )
    return table.maker.email


def documents_folder() -> Path:
    from flask import current_app  # noqa: PLC0415 - the application of the running test

    folder: Path = current_app.config["SETTINGS"].documents_dir
    return folder


def publish_a_need(session: Session) -> str:
    team = make_team(session)
    _need, revision = make_submitted_need(session, team)
    session.flush()
    session.execute(delete(OutboxMessage))
    publish_need(session, revision)
    return team.owner.email


def invite_to_a_day(session: Session) -> str:
    body = make_participant(session, make_day(session), state=ParticipantState.INVITED)
    reader = make_attendee(session, body).email
    tell(session, [body], ParticipantEvent.INVITED, actor=None, now=NOW)
    return str(reader)


def ask_for_a_link(session: Session) -> str:
    ask_link(session, make_day(session), "passante@essai.example", language="fr", now=NOW)
    return "passante@essai.example"


def move_a_day(session: Session) -> str:
    day = make_day(session)
    reader = make_attendee(session, make_participant(session, day)).email
    tell_everybody(session, day, DayEvent.MOVED, now=NOW)
    return str(reader)


def wish_for_somebody(session: Session) -> str:
    day = make_day(session)
    body = make_participant(session, day)
    reader = make_attendee(session, body).email
    make_wish(session, make_participant(session, day, "Ville", side=Side.TERRITORY), body)
    announce(session, [body.id], now=NOW - QUIET)
    return str(reader)


def come_to_the_evening(session: Session) -> str:
    evening = make_evening(session, held_on=NOW.date() - timedelta(days=1))
    reader = evening.territory.attendees[0].email
    close_day(session, evening.day, now=NOW)
    later = OutboxMessage.due_at > NOW
    session.flush()
    session.execute(delete(OutboxMessage).where(OutboxMessage.topic == MEETING_ASK, later))
    return str(reader)


OF_MEETUPS = (
    Case(PARTICIPANT_MAIL, invite_to_a_day),
    Case(LINK_MAIL, ask_for_a_link),
    Case(DAY_MAIL, move_a_day),
    Case(WISH_NEWS, wish_for_somebody),
    Case(MEETING_ASK, come_to_the_evening),
)
CASES = (
    Case(INTRODUCTION_MAIL, ask_for_contact),
    Case(OUTCOME_ASK, let_a_month_pass),
    Case(CONSORTIUM_MAIL, invite_to_a_team),
    Case(CONSORTIUM_DUE, leave_a_team_waiting),
    Case(PARTNERSHIP_MAIL, invite_to_a_partnership),
    Case(RELAY_MAIL, send_to_a_relay),
    Case(DOCUMENTS_MAIL, give_a_document),
    Case(ENTRY_MAIL, publish_a_need),
    *OF_MEETUPS,
)
each_topic = pytest.mark.parametrize("case", CASES, ids=lambda case: case.topic)


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    """Hold the calendar: steps of the factories' day are due, and no later one."""
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def sink() -> Iterator[Sink]:
    with open_sink() as running:
        yield running


def relayed(make_app: AppFactory, port: int, **settings: object) -> Flask:
    return make_app(seeded=False, mail_server="127.0.0.1", mail_port=port, **settings)


def cause(app: Flask, case: Case) -> str:
    """Let the case happen, with no other work waiting; return who is to read of it."""
    with app.app_context():
        session = db_session()
        reader = case.cause(session)
        session.flush()
        session.execute(delete(OutboxMessage).where(OutboxMessage.topic != case.topic))
        session.commit()
    return reader


@each_topic
def test_while_the_relay_is_down_the_save_holds_and_the_mail_goes_later(
    make_app: AppFactory, case: Case
) -> None:
    with open_sink() as gone:
        port = gone.port
    app = relayed(make_app, port)
    reader = cause(app, case)
    run_worker(app)
    assert stored_mails(app, reader) == [(False, False, "")]
    with open_sink(port) as back:
        make_due(app)
        run_worker(app)
        assert len(back.messages_to(reader)) == 1
    assert stored_mails(app, reader) == [(True, False, "")]


@each_topic
def test_a_worker_killed_before_it_marks_sends_the_same_message_at_most_twice(
    make_app: AppFactory, sink: Sink, case: Case
) -> None:
    app = relayed(make_app, sink.port)
    reader = cause(app, case)
    run_topics_but(app, SEND_MAIL)
    if case.topic == CONSORTIUM_DUE:  # it asks for the mail, which the next round writes
        run_topics_but(app, SEND_MAIL)
    send_twice_by_a_kill(app)
    identifiers = [mail["Message-ID"] for mail in sink.messages_to(reader)]
    assert (len(identifiers), len(set(identifiers))) == (2, 1)
    run_worker(app)
    assert len(sink.messages_to(reader)) == 2


@each_topic
def test_a_worker_killed_while_it_writes_leaves_one_mail_to_the_next(
    make_app: AppFactory, sink: Sink, case: Case
) -> None:
    app = relayed(make_app, sink.port)
    reader = cause(app, case)
    die_in_the_middle(app, case.topic)
    assert stored_mails(app, reader) == []
    with app.app_context():
        db_session().execute(update(OutboxMessage).values(claimed_at=NOW - timedelta(days=1)))
        db_session().commit()
    run_worker(app)
    assert len(sink.messages_to(reader)) == 1


@each_topic
def test_two_workers_write_and_send_one_mail(make_app: AppFactory, sink: Sink, case: Case) -> None:
    app = relayed(make_app, sink.port)
    reader = cause(app, case)
    with app.app_context():
        workers = [make_worker(), make_worker()]
        for _ in range(4):
            for worker in workers:
                worker.run_once()
    assert len(sink.messages_to(reader)) == 1


@each_topic
def test_a_refused_reader_is_marked_and_not_tried_again(
    make_app: AppFactory, sink: Sink, case: Case
) -> None:
    sink.refusal = "550 No such user"
    app = relayed(make_app, sink.port)
    reader = cause(app, case)
    run_worker(app)
    make_due(app)
    run_worker(app)
    assert stored_mails(app, reader) == [(False, True, "550 No such user")]


@each_topic
def test_a_relay_whose_certificate_nobody_signed_gets_nothing(
    make_app: AppFactory, tmp_path: Path, case: Case
) -> None:
    with untrusted_relay(tmp_path) as relay:
        app = relayed(make_app, relay.port, mail_use_tls=True)
        reader = cause(app, case)
        run_worker(app)
        assert (relay.messages, stored_mails(app, reader)) == ([], [(False, False, "")])


def test_each_mail_of_a_meetup_day_is_written_on_postgresql(tmp_path: Path) -> None:
    with site_over("postgresql", tmp_path) as app:
        for case in OF_MEETUPS:
            reader = cause(app, case)
            run_worker(app)
            assert stored_mails(app, reader) == [(True, False, "")], case.topic
            with app.app_context():
                db_session().execute(delete(MeetupDay))
                db_session().commit()
