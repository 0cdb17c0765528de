"""Summaries of owners and notices to territories: when due, once, nothing when there is nothing."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from extensions.clock import now
from extensions.database import db_session
from jobs.cli import make_worker
from models.alert import DigestSubscription, MatchNotice
from models.mail import StoredMail
from models.offer import Offer
from models.organization import Organization
from models.outbox import OutboxMessage
from services.calendar import DAILY_TASK, OPEN_DAY
from services.freshness import confirmation_due
from tests.factories.accounts import make_membership, make_user
from tests.factories.alerts import (
    make_actor,
    make_answering_offer,
    make_carrier,
    make_matching_need,
)
from tests.factories.pages import mails_to, run_worker
from vocabulary.kinds import MembershipRole, PublicationState

OWNER = "responsable@essai.example"
EDITOR = "contributrice@essai.example"
AGENT = "agente@ville.example"
SUNDAY = datetime(2026, 10, 25, 12, 0, tzinfo=UTC)  # the day the clocks go back
Step = Callable[[Session], object]


def do(app: Flask, step: Step) -> None:
    with app.app_context():
        step(db_session())
        db_session().commit()


def start(app: Flask) -> None:
    """Start the calendar as the worker does, and do what waits."""
    with app.app_context():
        make_worker().start_calendar()
    run_worker(app)


def startup(session: Session) -> None:
    """Make a startup with an offer, its owner and a contributor."""
    actor = make_actor(session)
    make_answering_offer(session, actor)
    make_membership(session, make_user(session, email=OWNER), actor)
    make_membership(session, make_user(session, email=EDITOR), actor, role=MembershipRole.EDITOR)


def city(session: Session) -> None:
    """Make a city with a need and an agent."""
    carrier = make_carrier(session)
    make_membership(session, make_user(session, email=AGENT), carrier)
    make_matching_need(session, carrier_id=carrier.id, published_at=now() - timedelta(days=2))


def test_owners_get_a_weekly_summary_of_new_needs_with_reasons(empty_app: Flask) -> None:
    with time_machine.travel(SUNDAY, tick=False) as clock:
        do(empty_app, startup)
        do(empty_app, make_matching_need)
        start(empty_app)
        written = []
        for _ in range(9):
            clock.shift(timedelta(days=1))
            written.append(len(mails_to(empty_app, OWNER)))
        (mail,) = mails_to(empty_app, OWNER)
        assert mails_to(empty_app, EDITOR) == []
    assert written == [1] * 9
    assert mail.startswith("Ce qui attend vos organisations")
    assert "Façades Essai : 1 nouveau besoin correspond à vos propositions." in mail
    assert "– Répond aux 2 thèmes" in mail


def test_nothing_to_say_is_no_summary(empty_app: Flask) -> None:
    with time_machine.travel(SUNDAY, tick=False) as clock:
        do(empty_app, startup)
        start(empty_app)
        clock.shift(timedelta(days=8))
        assert mails_to(empty_app, OWNER) == []


def test_a_summary_stopped_from_its_mail_does_not_come_back(empty_app: Flask) -> None:
    with time_machine.travel(SUNDAY, tick=False) as clock:
        do(empty_app, startup)
        do(empty_app, make_matching_need)
        start(empty_app)
        clock.shift(timedelta(days=1))
        run_worker(empty_app)
        with empty_app.app_context():
            headers = db_session().scalars(select(StoredMail)).one().headers
        link = headers["List-Unsubscribe"].strip("<>").removeprefix("http://localhost")
        client = empty_app.test_client(use_cookies=False)
        client.get(link)
        with empty_app.app_context():
            untouched = db_session().scalars(select(DigestSubscription.stopped_at)).all()
        client.post(link, data={"List-Unsubscribe": "One-Click"})
        do(
            empty_app,
            lambda session: make_matching_need(session, "Isoler trois tours", code="QN04213M"),
        )
        clock.shift(timedelta(days=8))
        assert (set(untouched), len(mails_to(empty_app, OWNER))) == ({None}, 1)


def test_a_city_is_told_once_of_a_strong_new_offer_in_one_mail(empty_app: Flask) -> None:
    do(empty_app, city)

    def two_offers(session: Session) -> None:
        actor = make_actor(session)
        for title in ("Façade en bois", "Façade en paille"):
            make_answering_offer(session, actor, title)

    do(empty_app, two_offers)
    start(empty_app)
    with time_machine.travel(now() + timedelta(days=1)):
        first = mails_to(empty_app, AGENT)
        with empty_app.app_context():
            told = len(db_session().scalars(select(MatchNotice)).all())
    with time_machine.travel(now() + timedelta(days=2)):
        second = mails_to(empty_app, AGENT)
    notices = [mail for mail in second if mail.startswith("2 offres nouvelles")]
    assert (told, len(notices), len(first)) == (2, 1, len(second))
    assert "Votre besoin « Isoler les façades de deux tours » :" in notices[0]


def test_an_offer_older_than_the_need_is_not_announced(empty_app: Flask) -> None:
    do(empty_app, city)
    do(
        empty_app,
        lambda session: make_answering_offer(
            session, make_actor(session), published_at=now() - timedelta(days=3)
        ),
    )
    start(empty_app)
    with time_machine.travel(now() + timedelta(days=1)):
        assert mails_to(empty_app, AGENT) == []


def test_an_offer_withdrawn_before_the_mail_is_written_is_left_out(empty_app: Flask) -> None:
    do(empty_app, city)
    do(empty_app, lambda session: make_answering_offer(session, make_actor(session)))
    start(empty_app)
    with time_machine.travel(now() + timedelta(days=1)):
        with empty_app.app_context():
            worker = make_worker()
            for topic in (OPEN_DAY, DAILY_TASK, DAILY_TASK, DAILY_TASK):
                worker._run_topic(topic)  # noqa: SLF001 - up to the writing of the mails

        def withdraw(session: Session) -> None:
            session.scalars(select(Offer)).one().state = PublicationState.SUSPENDED

        do(empty_app, withdraw)
        assert mails_to(empty_app, AGENT) == []


def test_each_morning_opens_every_task_once_with_two_workers(empty_app: Flask) -> None:
    with empty_app.app_context():
        workers = [make_worker(), make_worker()]
        for worker in workers:
            worker.start_calendar()
    with time_machine.travel(now() + timedelta(days=3)), empty_app.app_context():
        for worker in workers * 4:
            worker.run_once()
        tasks = db_session().scalars(select(OutboxMessage).where(OutboxMessage.topic == DAILY_TASK))
        names = [message.payload["task"] for message in tasks]
    assert len(names) == len(set(names))
    assert "send_regular_alerts" in names


def test_the_day_by_which_an_entry_is_to_be_confirmed_counts_in_months() -> None:
    entry = Organization(
        state=PublicationState.PUBLISHED,
        is_claimed=True,
        confirmed_on=date(2026, 12, 31),
        review_months=2,
    )
    assert confirmation_due(entry) == date(2027, 2, 28)
