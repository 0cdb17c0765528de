"""Alerts from end to end: published, noticed once, mailed once; with the real worker."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import time_machine
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from extensions.database import db_session
from models.alert import Alert, AlertItem
from models.mail import StoredMail
from models.need import Need
from models.offer import Offer
from models.organization import Organization
from services.alerts import CONFIRMED_WITHIN, View, ask_alert, resume_alert, stop_alert
from services.indexing import withdraw_from_search
from services.opportunities import dismiss_need, restore_need
from tests.factories.accounts import make_membership, make_user
from tests.factories.alerts import (
    engines,
    make_actor,
    make_answering_offer,
    make_matching_need,
    moment,
    publish,
    watch,
)
from tests.factories.pages import mails_to, run_worker
from vocabulary.exchanges import AlertFrequency, AlertSubject, DeclineReason
from vocabulary.kinds import PublicationState, SubjectKind

READER = "lectrice@essai.example"
MONDAY = datetime(2026, 10, 19, 4, 30, tzinfo=UTC)  # half past six in Paris, in summer time
Step = Callable[[Session], object]


def do(app: Flask, *steps: Step) -> None:
    """Run steps in one transaction, then let the worker do what waits."""
    with app.app_context():
        for step in steps:
            step(db_session())
        db_session().commit()
    run_worker(app)


def open_morning(app: Flask) -> None:
    """Let the calendar open the present day, whichever day the clock was moved to."""
    with app.app_context():
        from jobs.cli import make_worker  # noqa: PLC0415 - beside the clock that was moved

        make_worker().start_calendar()
    run_worker(app)


def reading(frequency: AlertFrequency = AlertFrequency.IMMEDIATE, text: str = "façades") -> Step:
    """Let a reader watch a search."""
    return lambda session: watch(
        session, make_user(session, email=READER), frequency=frequency, q=text
    )


def new_offer(*titles: str) -> Step:
    """Publish offers of one actor."""

    def step(session: Session) -> None:
        actor = session.scalars(select(Organization)).first() or make_actor(session)
        publish(session, *(make_answering_offer(session, actor, title) for title in titles))

    return step


def everything_again(session: Session) -> None:
    """Publish every offer and need once more, as an edit does."""
    publish(session, *session.scalars(select(Offer)), *session.scalars(select(Need)))


def test_what_is_new_is_told_once_and_what_was_there_never(empty_app: Flask) -> None:
    do(empty_app, new_offer("Façade ancienne"))
    do(empty_app, reading())
    do(empty_app, new_offer("Façade nouvelle"))
    do(empty_app, everything_again)
    (mail,) = mails_to(empty_app, READER)
    assert "Façade nouvelle" in mail
    assert "Façade ancienne" not in mail


def test_an_entry_that_lacks_a_word_is_not_told(empty_app: Flask) -> None:
    do(empty_app, reading(text="façades géothermie"))
    do(empty_app, new_offer("Façade en bois"))
    assert mails_to(empty_app, READER) == []


def test_several_new_entries_make_one_mail_with_a_link_to_the_rest(empty_app: Flask) -> None:
    do(empty_app, reading())
    do(empty_app, new_offer(*(f"Façade {number}" for number in range(13))))
    (mail,) = mails_to(empty_app, READER)
    assert mail.startswith("13 nouveautés pour votre alerte : Alerte recherche")
    assert mail.count("/solutions/facade-") == 10
    assert "Et 3 autres : http://localhost" in mail


def test_a_mail_that_follows_another_waits_so_that_an_import_is_not_a_flood(
    empty_app: Flask,
) -> None:
    do(empty_app, reading())
    do(empty_app, new_offer("Façade une"))
    do(empty_app, new_offer("Façade deux"))
    do(empty_app, new_offer("Façade trois"))
    assert len(mails_to(empty_app, READER)) == 1
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=16)):
        mails = mails_to(empty_app, READER)
    assert [mail.partition(" ")[0] for mail in mails] == ["Du", "2"]


def test_an_entry_withdrawn_meanwhile_leaves_the_mail_and_is_told_when_it_is_back(
    empty_app: Flask,
) -> None:
    do(empty_app, reading(AlertFrequency.DAILY))
    do(empty_app, new_offer("Façade qui part", "Façade qui reste"))

    def withdraw(session: Session) -> None:
        offer = session.scalars(select(Offer).where(Offer.title == "Façade qui part")).one()
        offer.state = PublicationState.SUSPENDED
        withdraw_from_search(session, SubjectKind.OFFER, offer.id, now=moment().now)

    def restore(session: Session) -> None:
        offer = session.scalars(select(Offer).where(Offer.title == "Façade qui part")).one()
        offer.state = PublicationState.PUBLISHED
        publish(session, offer)

    do(empty_app, withdraw)
    open_morning(empty_app)
    with time_machine.travel(datetime.now(UTC) + timedelta(days=1)):
        first = mails_to(empty_app, READER)
        do(empty_app, restore)
    with time_machine.travel(datetime.now(UTC) + timedelta(days=2)):
        second = mails_to(empty_app, READER)[1:]
    assert [("part" in mail, "reste" in mail) for mail in first + second] == [
        (False, True),
        (True, False),
    ]


def test_without_anything_new_no_mail_leaves(empty_app: Flask) -> None:
    do(empty_app, new_offer("Façade"))
    do(empty_app, reading(AlertFrequency.DAILY))
    open_morning(empty_app)
    with time_machine.travel(datetime.now(UTC) + timedelta(days=1)):
        assert mails_to(empty_app, READER) == []


def test_a_weekly_alert_writes_on_mondays_in_the_week_of_the_clock_change(
    empty_app: Flask,
) -> None:
    written = []
    with time_machine.travel(MONDAY, tick=False) as clock:
        do(empty_app, reading(AlertFrequency.WEEKLY))
        open_morning(empty_app)
        for day in range(15):
            do(empty_app, new_offer(f"Façade {day}"))
            clock.shift(timedelta(days=1))
            run_worker(empty_app)
            written.append(len(mails_to(empty_app, READER)))
    # The clocks go back on 25 October: the round of the 26th opens an hour later in UTC, which is
    # after half past four.
    assert written == [0] * 7 + [1] * 7 + [2]


def test_a_weekly_alert_whose_monday_was_missed_writes_once_at_the_next_opening(
    empty_app: Flask,
) -> None:
    with time_machine.travel(MONDAY, tick=False) as clock:
        do(empty_app, reading(AlertFrequency.WEEKLY), new_offer("Façade"))
        open_morning(empty_app)
        clock.shift(timedelta(days=16))
        run_worker(empty_app)
        after = len(mails_to(empty_app, READER))
        do(empty_app, new_offer("Façade suivante"))
        clock.shift(timedelta(days=1))
        run_worker(empty_app)
        assert (after, len(mails_to(empty_app, READER))) == (1, 1)


def test_a_watched_need_tells_of_the_offers_that_answer_with_their_reasons(
    empty_app: Flask,
) -> None:
    def step(session: Session) -> None:
        need = make_matching_need(session)
        watch(
            session,
            make_user(session, email=READER),
            AlertSubject.NEED_MATCHES,
            entry=need.id,
            page=need.id,
        )

    do(empty_app, step)
    do(empty_app, new_offer("Façade en ossature bois"))
    (mail,) = mails_to(empty_app, READER)
    assert "correspondance forte" in mail
    assert "– Répond aux 2 thèmes" in mail
    assert "/besoins/1/correspondances" in mail


def test_an_unrelated_offer_is_no_news_for_a_need(empty_app: Flask) -> None:
    def step(session: Session) -> None:
        need = make_matching_need(session)
        reader = make_user(session, email=READER)
        watch(session, reader, AlertSubject.NEED_MATCHES, entry=need.id, page=need.id)
        actor = make_actor(session)
        offer = make_answering_offer(
            session,
            actor,
            "Covoiturage",
            themes=["mobilite"],
            pitch="Partager des trajets.",
            description="Partager des trajets.",
        )
        publish(session, offer)

    do(empty_app, step)
    assert mails_to(empty_app, READER) == []


def watch_for_actor(session: Session) -> None:
    actor = make_actor(session)
    make_answering_offer(session, actor)
    reader = make_user(session, email=READER)
    make_membership(session, reader, actor)
    watch(session, reader, AlertSubject.ORGANIZATION_MATCHES, entry=actor.id, page=actor.slug)


def test_an_actor_is_told_of_a_new_need(empty_app: Flask) -> None:
    do(empty_app, watch_for_actor)
    do(empty_app, lambda session: publish(session, make_matching_need(session)))
    (mail,) = mails_to(empty_app, READER)
    assert "Isoler les façades de deux tours" in mail


def test_a_need_set_aside_is_not_told_of_until_it_is_put_back(empty_app: Flask) -> None:
    def set_aside(session: Session) -> None:
        need = make_matching_need(session)
        actor = session.scalars(select(Organization)).one()
        person = session.scalars(select(Alert)).one().user
        assert person is not None
        dismiss_need(
            session,
            actor,
            need,
            reason=DeclineReason.CALENDAR,
            note="",
            person=person,
            now=moment().now,
        )
        publish(session, need)

    def put_back(session: Session) -> None:
        restore_need(session, 1, 1)
        publish(session, session.scalars(select(Need)).one())

    do(empty_app, watch_for_actor)
    do(empty_app, set_aside)
    before = len(mails_to(empty_app, READER))
    do(empty_app, put_back)
    assert (before, len(mails_to(empty_app, READER))) == (0, 1)


def test_a_stopped_alert_is_silent_and_what_it_missed_is_known_when_it_resumes(
    empty_app: Flask,
) -> None:
    def stop(session: Session) -> None:
        stop_alert(session.scalars(select(Alert)).one(), now=moment().now)

    def resume(session: Session) -> None:
        alert = session.scalars(select(Alert)).one()
        resume_alert(session, alert, engines=engines(), moment=moment())

    do(empty_app, reading())
    do(empty_app, stop)
    do(empty_app, new_offer("Façade manquée"))
    do(empty_app, resume)
    do(empty_app, new_offer("Façade suivante"))
    (mail,) = mails_to(empty_app, READER)
    assert ("manquée" in mail, "suivante" in mail) == (False, True)


def test_what_nobody_confirmed_is_silent_then_forgotten(empty_app: Flask) -> None:
    def ask(session: Session) -> None:
        ask_alert(
            session,
            READER,
            View(AlertSubject.SEARCH, {"q": "façades"}, "Recherche"),
            frequency=AlertFrequency.IMMEDIATE,
            language="fr",
            now=moment().now,
        )

    do(empty_app, ask)
    do(empty_app, new_offer("Façade"))
    open_morning(empty_app)
    assert [mail.partition(" :")[0] for mail in mails_to(empty_app, READER)] == [
        "Confirmez votre alerte"
    ]
    with time_machine.travel(datetime.now(UTC) + CONFIRMED_WITHIN + timedelta(days=1)):
        run_worker(empty_app)
        with empty_app.app_context():
            assert db_session().scalar(select(func.count(Alert.id))) == 0


def test_every_mail_of_an_alert_can_be_stopped_in_one_click(empty_app: Flask) -> None:
    do(empty_app, reading())
    do(empty_app, new_offer("Façade"))
    with empty_app.app_context():
        mail = db_session().scalars(select(StoredMail)).one()
        headers, text = mail.headers, mail.text_body
    link = headers["List-Unsubscribe"].strip("<>")
    assert (headers["List-Unsubscribe-Post"], link in text) == ("List-Unsubscribe=One-Click", True)
    assert headers["List-Id"] == "<alertes.localhost>"


def test_items_are_noted_once_however_often_the_worker_looks(empty_app: Flask) -> None:
    do(empty_app, reading(AlertFrequency.DAILY))
    for _ in range(3):
        do(empty_app, new_offer("Façade") if _ == 0 else everything_again)
    with empty_app.app_context():
        noted = db_session().scalars(select(AlertItem.item)).all()
    assert noted == ["solutions:1"]
