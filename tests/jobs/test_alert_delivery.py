"""Mails of alerts through a real relay: down, killed, twice, refused (THREATS E1–E5)."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from extensions.clock import now
from extensions.database import db_session
from extensions.mailbox import SEND_MAIL
from jobs.cli import make_worker
from jobs.context import WorkerContext
from jobs.handlers import TOPICS
from models.alert import AlertItem
from models.mail import StoredMail
from models.outbox import OutboxMessage
from services.alerts import ALERT_NEWS
from tests.conftest import AppFactory
from tests.factories.accounts import make_user
from tests.factories.alerts import engines, make_actor, make_answering_offer, publish, watch
from tests.factories.deliveries import (
    make_due,
    run_topics_but,
    send_twice_by_a_kill,
    stored_mails,
    untrusted_relay,
)
from tests.factories.mail_sink import Sink, open_sink, subject_of
from tests.factories.pages import run_worker

READER = "lectrice@essai.example"


@pytest.fixture
def sink() -> Iterator[Sink]:
    with open_sink() as running:
        yield running


def relayed(make_app: AppFactory, sink: Sink, **settings: object) -> Flask:
    return make_app(seeded=False, mail_server="127.0.0.1", mail_port=sink.port, **settings)


def make_news(app: Flask) -> None:
    """Publish one offer that an alert watches."""
    with app.app_context():
        session = db_session()
        watch(session, make_user(session, email=READER), q="façades")
        publish(session, make_answering_offer(session, make_actor(session)))
        session.commit()


def test_news_reach_the_reader_with_the_headers_that_stop_them(
    make_app: AppFactory, sink: Sink
) -> None:
    app = relayed(make_app, sink)
    make_news(app)
    run_worker(app)
    (mail,) = sink.messages_to(READER)
    assert subject_of(mail) == "Du nouveau pour votre alerte : Alerte recherche"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    answer = app.test_client().post(
        mail["List-Unsubscribe"].strip("<>").removeprefix("http://localhost"),
        data={"List-Unsubscribe": "One-Click"},
    )
    assert answer.status_code == 200
    with app.app_context():
        kept = db_session().scalars(select(StoredMail)).one()
        assert (kept.text_body, kept.headers) == ("", {})


def test_while_the_relay_is_down_publishing_works_and_the_mail_waits(
    make_app: AppFactory,
) -> None:
    with open_sink() as gone:
        port = gone.port
    app = make_app(seeded=False, mail_server="127.0.0.1", mail_port=port)
    make_news(app)
    run_worker(app)
    assert stored_mails(app, READER) == [(False, False, "")]


def test_a_worker_killed_before_it_marks_sends_the_same_message_at_most_twice(
    make_app: AppFactory, sink: Sink
) -> None:
    app = relayed(make_app, sink)
    make_news(app)
    for _ in range(2):  # the look at what is new, then the mail about it
        run_topics_but(app, SEND_MAIL)
    send_twice_by_a_kill(app)
    identifiers = [mail["Message-ID"] for mail in sink.messages_to(READER)]
    assert (len(identifiers), len(set(identifiers))) == (2, 1)


def test_an_alert_told_but_not_marked_is_one_transaction(make_app: AppFactory, sink: Sink) -> None:
    app = relayed(make_app, sink)
    make_news(app)
    with app.app_context():
        worker = make_worker()
        for topic in ("index.entry", "alerts.look"):
            worker._run_topic(topic)  # noqa: SLF001 - up to the writing of the mail
        session = db_session()
        message = session.scalars(
            select(OutboxMessage).where(OutboxMessage.topic == ALERT_NEWS)
        ).one()
        context = WorkerContext(session, app.config["SETTINGS"], engines().backend, now())
        TOPICS[ALERT_NEWS].handle(context, [message])
        session.rollback()
        assert session.scalars(select(AlertItem.told_at)).all() == [None]
    run_worker(app)
    assert len(sink.messages_to(READER)) == 1


def test_two_workers_write_and_send_one_mail(make_app: AppFactory, sink: Sink) -> None:
    app = relayed(make_app, sink)
    make_news(app)
    with app.app_context():
        workers = [make_worker(), make_worker()]
        for _ in range(4):
            for worker in workers:
                worker.run_once()
    assert len(sink.messages_to(READER)) == 1


def test_a_refused_reader_is_marked_and_not_tried_again(make_app: AppFactory, sink: Sink) -> None:
    sink.refusal = "550 No such user"
    app = relayed(make_app, sink)
    make_news(app)
    run_worker(app)
    make_due(app)
    run_worker(app)
    assert stored_mails(app, READER) == [(False, True, "550 No such user")]


def test_a_relay_whose_certificate_nobody_signed_gets_nothing(
    make_app: AppFactory, tmp_path: Path
) -> None:
    with untrusted_relay(tmp_path) as kept:
        app = relayed(make_app, kept, mail_use_tls=True)
        make_news(app)
        run_worker(app)
        assert (kept.messages, stored_mails(app, READER)) == ([], [(False, False, "")])
