"""What happens between the worker and a relay: down, killed half-way, with a false certificate."""

import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from aiosmtpd.controller import Controller
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from extensions.clock import now
from extensions.database import db_session
from extensions.mailbox import SEND_MAIL
from jobs.cli import make_worker
from jobs.context import WorkerContext
from jobs.handlers import TOPICS
from models.mail import StoredMail
from models.outbox import OutboxMessage
from services.outbox import LEASE, claim_messages
from tests.factories.alerts import engines
from tests.factories.mail_sink import Sink, open_sink


def stored_mails(app: Flask, recipient: str) -> list[tuple[bool, bool, str]]:
    """Return what is known of each message to a reader: sent, refused, why."""
    with app.app_context():
        rows = db_session().scalars(select(StoredMail).where(StoredMail.recipient == recipient))
        return [(mail.sent_at is not None, mail.is_refused, mail.failure) for mail in rows]


def make_due(app: Flask) -> None:
    """Let what was put off be due now."""
    with app.app_context():
        for message in db_session().scalars(
            select(OutboxMessage).where(OutboxMessage.done_at.is_(None))
        ):
            message.due_at = now()
        db_session().commit()


def run_topics_but(app: Flask, *left: str) -> None:
    """Run each topic once, some left aside, as a worker that was stopped there."""
    with app.app_context():
        worker = make_worker()
        for topic in TOPICS:
            if topic not in left:
                worker._run_topic(topic)  # noqa: SLF001 - one topic, as a worker would


def die_in_the_middle(app: Flask, topic: str) -> None:
    """Do the work of a topic as a worker does, and lose what it would have written after."""
    with app.app_context():
        session = db_session()
        _handle(app, session, topic, now())
        session.rollback()


def take_over(app: Flask, topic: str) -> None:
    """Do the work of a topic once the claim of a dead worker has ended."""
    with app.app_context():
        session = db_session()
        _handle(app, session, topic, now() + LEASE * 2)
        session.commit()


def _handle(app: Flask, session: Session, topic: str, at: datetime) -> None:
    claimed = claim_messages(session, worker="other", now=at, topics=frozenset({topic}))
    session.commit()
    assert claimed, f"nothing waits for {topic}"
    context = WorkerContext(session, app.config["SETTINGS"], engines().backend, at)
    TOPICS[topic].handle(context, claimed)


def send_twice_by_a_kill(app: Flask) -> None:
    """Send what waits, lose the mark, and let the next worker find it."""
    die_in_the_middle(app, SEND_MAIL)
    take_over(app, SEND_MAIL)


@contextmanager
def untrusted_relay(folder: Path) -> Iterator[Sink]:
    """Run a relay whose certificate nobody signed."""
    key, certificate = folder / "key.pem", folder / "cert.pem"
    command = [
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "1",
        "-subj",
        "/CN=127.0.0.1",
    ]
    subprocess.run(  # noqa: S603 - a self-signed certificate, made for this test
        [
            "/usr/bin/openssl",
            *command,
            *("-subj", "/CN=127.0.0.1", "-keyout", str(key), "-out", str(certificate)),
        ],
        check=True,
        capture_output=True,
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    with open_sink() as probe:
        port = probe.port
    sink = Sink(port)
    controller = Controller(sink, hostname="127.0.0.1", port=port, tls_context=context)
    controller.start()
    try:
        yield sink
    finally:
        controller.stop()
