"""The worker on a real database: claims, retries, mail through a real sink, the index."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from extensions.database import db_session
from extensions.mailbox import SEND_MAIL, reserve_mail
from extensions.search_engine import search_backend
from jobs.cli import make_worker
from models.mail import StoredMail
from models.organization import Organization
from models.outbox import OutboxMessage
from models.withdrawal import Withdrawal
from search.query import SearchQuery
from services.indexing import rebuild_index, request_indexing, withdraw_from_search
from services.lookup import look_up
from services.outbox import LEASE, MAX_ATTEMPTS, claim_messages, post_message, retry_message
from tests.conftest import AppFactory
from tests.factories.mail_sink import Sink, open_sink
from vocabulary.kinds import PublicationState, SubjectKind

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@pytest.fixture
def relay() -> Iterator[Sink]:
    """Yield a running relay."""
    with open_sink() as sink:
        yield sink


def store_one(app: Flask) -> None:
    with app.test_request_context():
        session = db_session()
        mail = reserve_mail(session, "reader@demo.example")
        mail.subject, mail.text_body = "Sujet", "Bonjour."
        post_message(session, SEND_MAIL, {"mail_id": mail.id}, now=NOW)
        session.commit()


def work(app: Flask) -> int:
    with app.app_context():
        return make_worker().run_once()


def stored(app: Flask) -> StoredMail:
    with app.app_context():
        mail = db_session().scalars(StoredMail.newest_first()).first()
        assert mail is not None
        return mail


def test_two_workers_never_claim_the_same_message(empty_session: Session) -> None:
    for number in range(3):
        post_message(empty_session, "topic", {"number": number}, now=NOW)
    first = claim_messages(empty_session, worker="a", now=NOW, limit=2)
    second = claim_messages(empty_session, worker="b", now=NOW)
    assert ([m.payload["number"] for m in first], [m.payload["number"] for m in second]) == (
        [0, 1],
        [2],
    )


def test_the_claim_of_a_dead_worker_is_taken_over(empty_session: Session) -> None:
    post_message(empty_session, "topic", {}, now=NOW)
    claim_messages(empty_session, worker="dead", now=NOW)
    assert claim_messages(empty_session, worker="b", now=NOW + LEASE) == []
    late = NOW + LEASE + timedelta(seconds=1)
    assert [m.claimed_by for m in claim_messages(empty_session, worker="b", now=late)] == ["b"]


def test_a_failing_message_waits_longer_each_time_then_is_given_up(
    empty_session: Session,
) -> None:
    message = post_message(empty_session, "topic", {}, now=NOW)
    waits = []
    now = NOW
    for _ in range(MAX_ATTEMPTS):
        claim_messages(empty_session, worker="a", now=now)
        retry_message(message, "ValueError", now=now)
        empty_session.flush()
        waits.append((message.due_at - now).total_seconds())
        now = max(now, message.due_at)
    assert (waits[:3], message.failed_at) == ([10, 20, 40], now)


def test_mail_reaches_the_relay_once_with_a_stable_identifier(
    make_app: AppFactory, relay: Sink
) -> None:
    app = make_app(seeded=False, mail_server="127.0.0.1", mail_port=relay.port)
    store_one(app)
    work(app)
    work(app)
    mail = stored(app)
    assert [(m["To"], m["Subject"], m["Message-ID"]) for m in relay.messages] == [
        ("reader@demo.example", "Sujet", mail.message_id)
    ]
    assert mail.sent_at is not None


def test_mail_waits_while_the_relay_is_down(make_app: AppFactory) -> None:
    app = make_app(seeded=False, mail_server="127.0.0.1", mail_port=1)
    store_one(app)
    work(app)
    with app.app_context():
        message = db_session().scalars(select(OutboxMessage)).one()
    assert (stored(app).sent_at, message.attempts, message.done_at) == (None, 0, None)


def test_a_refused_recipient_is_marked_and_not_retried(make_app: AppFactory, relay: Sink) -> None:
    relay.refusal = "550 No such user"
    app = make_app(seeded=False, mail_server="127.0.0.1", mail_port=relay.port)
    store_one(app)
    work(app)
    mail = stored(app)
    assert (mail.is_refused, mail.failure, work(app)) == (True, "550 No such user", 0)


def test_without_a_relay_mail_arrives_in_the_demo_mailbox(make_app: AppFactory) -> None:
    app = make_app(seeded=False)
    store_one(app)
    work(app)
    assert stored(app).sent_at is not None


def found(app: Flask, text: str) -> tuple[int, list[str]]:
    with app.app_context():
        answer = look_up(db_session(), search_backend(), SearchQuery(text=text))
        return answer.page.total, [result.hit.id for result in answer.results]


def test_a_withdrawal_hides_at_once_and_a_publication_is_found_after_the_worker(
    app: Flask,
) -> None:
    with app.app_context():
        session = db_session()
        rebuild_index(session, search_backend())
        entry = session.scalars(
            Organization.published().where(Organization.is_demo).order_by(Organization.id)
        ).first()
        assert entry is not None
        name, key = entry.name, entry.id
        identifier = f"acteurs:{key}"
        entry.state = PublicationState.SUSPENDED
        withdraw_from_search(session, SubjectKind.ORGANIZATION, key, now=datetime.now(UTC))
        session.commit()
    hidden = found(app, name)
    work(app)
    with app.app_context():
        session = db_session()
        assert session.get(Withdrawal, identifier) is not None
        entry = session.get_one(Organization, key)
        entry.state = PublicationState.PUBLISHED
        request_indexing(session, SubjectKind.ORGANIZATION, key, now=datetime.now(UTC))
        session.commit()
    work(app)
    shown = found(app, name)
    assert (identifier in hidden[1], identifier in shown[1], shown[0]) == (
        False,
        True,
        hidden[0] + 1,
    )
