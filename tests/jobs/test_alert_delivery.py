"""Mails of alerts through a real relay: down, killed, twice, refused (THREATS E1–E5)."""

import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from extensions.clock import now
from extensions.database import db_session
from jobs.cli import make_worker
from jobs.context import WorkerContext
from jobs.handlers import TOPICS
from models.alert import AlertItem
from models.mail import StoredMail
from models.outbox import OutboxMessage
from services.alerts import ALERT_NEWS
from services.outbox import LEASE, claim_messages
from tests.conftest import AppFactory
from tests.factories.accounts import make_user
from tests.factories.alerts import engines, make_actor, make_answering_offer, publish, watch
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


def mails(app: Flask) -> list[tuple[bool, bool, str]]:
    with app.app_context():
        rows = db_session().scalars(select(StoredMail)).all()
        return [(mail.sent_at is not None, mail.is_refused, mail.failure) for mail in rows]


def make_due(app: Flask) -> None:
    """Let what was put off be due now."""
    with app.app_context():
        for message in db_session().scalars(
            select(OutboxMessage).where(OutboxMessage.done_at.is_(None))
        ):
            message.due_at = now()
        db_session().commit()


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
    assert mails(app) == [(False, False, "")]


def test_a_worker_killed_before_it_marks_sends_the_same_message_at_most_twice(
    make_app: AppFactory, sink: Sink
) -> None:
    app = relayed(make_app, sink)
    make_news(app)
    with app.app_context():
        worker = make_worker()
        for topic in TOPICS:
            if topic != "mail.send":
                worker._run_topic(topic)  # noqa: SLF001 - up to the sending, as a worker would
        worker._run_topic(ALERT_NEWS)  # noqa: SLF001 - idem
        _send_and_die(db_session())
    with app.app_context():
        late = now() + LEASE * 2
        claimed = claim_messages(
            db_session(), worker="next", now=late, topics=frozenset({"mail.send"})
        )
        context = WorkerContext(db_session(), app.config["SETTINGS"], engines().backend, late)
        TOPICS["mail.send"].handle(context, claimed)
        db_session().commit()
    identifiers = [mail["Message-ID"] for mail in sink.messages_to(READER)]
    assert (len(identifiers), len(set(identifiers))) == (2, 1)


def _send_and_die(session: Session) -> None:
    """Claim and send as a worker does, and lose what it would have written after."""
    from flask import current_app  # noqa: PLC0415 - beside the session of the same context

    claimed = claim_messages(session, worker="dead", now=now(), topics=frozenset({"mail.send"}))
    session.commit()
    context = WorkerContext(session, current_app.config["SETTINGS"], engines().backend, now())
    TOPICS["mail.send"].handle(context, claimed)
    session.rollback()


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
    assert mails(app) == [(False, True, "550 No such user")]


def test_a_relay_whose_certificate_nobody_signed_gets_nothing(
    make_app: AppFactory, tmp_path: Path
) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    subprocess.run(  # noqa: S603 - a self-signed certificate, made for this test
        [
            "/usr/bin/openssl",
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "1",
            "-subj",
            "/CN=127.0.0.1",
            "-keyout",
            str(key),
            "-out",
            str(certificate),
        ],
        check=True,
        capture_output=True,
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    with open_sink() as probe:
        port = probe.port
    kept = Sink(port)
    controller = Controller(kept, hostname="127.0.0.1", port=port, tls_context=context)
    controller.start()
    try:
        app = make_app(seeded=False, mail_server="127.0.0.1", mail_port=port, mail_use_tls=True)
        make_news(app)
        run_worker(app)
        assert (kept.messages, mails(app)) == ([], [(False, False, "")])
    finally:
        controller.stop()
