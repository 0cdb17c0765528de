"""Mails about agendas: one to each person at first, then what changed, to those affected only."""

from datetime import datetime, timedelta
from email.message import EmailMessage

import pytest
import time_machine
from flask import Flask
from icalendar import Calendar
from sqlalchemy import select
from sqlalchemy.orm import Session

from extensions.database import db_session
from extensions.mailbox import SEND_MAIL
from extensions.meetup_agenda_mail import AGENDA_REMINDER
from jobs.context import WorkerContext
from jobs.meetup_agenda_jobs import remind_of_agendas
from models.mail import StoredMail
from models.outbox import OutboxMessage
from services.meetup_calendar import AGENDA_NEWS, announce_agendas, record_publication
from services.meetup_returns import AGENDA_MAIL
from services.meetup_states import cancel_day, restore_day
from tests.conftest import AppFactory
from tests.factories.accounts import make_user
from tests.factories.agendas import PUBLISHED_AT, USUAL, Scene, make_agenda_scene, publish
from tests.factories.alerts import engines
from tests.factories.calendars import read_calendar, sequence_of
from tests.factories.deliveries import (
    die_in_the_middle,
    make_due,
    run_topics_but,
    send_twice_by_a_kill,
    stored_mails,
    take_over,
    untrusted_relay,
)
from tests.factories.mail_sink import open_sink, subject_of
from tests.factories.meetups import make_attendee
from tests.factories.pages import mails_to, run_worker
from vocabulary.kinds import UserRole
from vocabulary.meetups import DayState, ParticipantState

LATER = PUBLISHED_AT + timedelta(minutes=30)
MOVED = (USUAL[0], USUAL[1], (3, 1, (0, 3)))
VILLE, AGGLO, TOITS, ROUE = (f"p{number}@essai.example" for number in range(4))
EVERYBODY = (VILLE, AGGLO, TOITS, ROUE)


@pytest.fixture
def scene(empty_session: Session) -> Scene:
    made = make_agenda_scene(empty_session)
    publish(empty_session, made, USUAL)
    empty_session.commit()
    return made


def counts(app: Flask) -> list[int]:
    """Return how many mails each of the four people has got."""
    return [len(mails_to(app, address)) for address in EVERYBODY]


def change(app: Flask, session: Session, scene: Scene, placed: object = MOVED) -> None:
    """Let the first mails go, then publish another plan."""
    run_worker(app)
    session.rollback()
    publish(session, scene, placed, now=LATER)  # type: ignore[arg-type]
    session.commit()


def calendars_to(app: Flask, address: str) -> list[Calendar]:
    """Return the calendars that went with the mails to an address."""
    run_worker(app)
    with app.app_context():
        found = db_session().scalars(
            select(StoredMail.calendar)
            .where(StoredMail.recipient == address, StoredMail.calendar != "")
            .order_by(StoredMail.id)
        )
        return [read_calendar(text) for text in found]


@pytest.mark.usefixtures("scene")
def test_each_person_gets_one_mail_with_the_agenda(empty_app: Flask) -> None:
    assert counts(empty_app) == [1, 1, 1, 1]
    mail = mails_to(empty_app, VILLE)[0]
    assert mail.startswith("Votre agenda : Journée des toits\n")
    assert "Vos 2 rendez-vous sont fixés" in mail
    assert "9 h – 9 h 20 · Table 1, Grande salle\n  Toits Neufs\n  avec Personne 2\n" in mail


def test_two_people_of_one_body_get_one_each(
    empty_app: Flask, empty_session: Session, scene: Scene
) -> None:
    make_attendee(empty_session, scene.people[0], "Deuxième", email="second@essai.example")
    empty_session.commit()
    assert [*counts(empty_app), len(mails_to(empty_app, "second@essai.example"))] == [1] * 5


def test_link_of_the_mail_opens_the_agenda(empty_app: Flask, scene: Scene) -> None:
    mail = mails_to(empty_app, VILLE)[0]
    link = next(line for line in mail.splitlines() if "/rencontres/acces/" in line)
    response = empty_app.test_client().get(link.removeprefix("http://localhost"))
    assert response.headers["Location"].endswith(f"/participations/{scene.people[0].id}/agenda")


def test_whoever_meets_nobody_is_told_so(empty_app: Flask, empty_session: Session) -> None:
    scene = make_agenda_scene(empty_session)
    publish(empty_session, scene, USUAL[:1])
    empty_session.commit()
    assert "Aucun rendez-vous n’a pu être placé pour « Roue Libre »" in mails_to(empty_app, ROUE)[0]


def test_who_does_not_come_is_not_written_to(
    empty_app: Flask, empty_session: Session, scene: Scene
) -> None:
    scene.people[1].state = ParticipantState.CANCELLED
    empty_session.commit()
    assert counts(empty_app) == [1, 0, 1, 1]


def test_published_again_tells_those_affected_only(
    empty_app: Flask, empty_session: Session, scene: Scene
) -> None:
    change(empty_app, empty_session, scene)
    assert counts(empty_app) == [2, 1, 1, 2]
    mail = mails_to(empty_app, VILLE)[1]
    assert mail.startswith("Un changement dans votre agenda : Journée des toits\n")
    assert (
        "- Roue Libre\n  9 h 50, table 1, Grande salle → 10 h 15, table 2, Grande salle\n" in mail
    )
    assert "Toits Neufs" not in mail


def test_dropped_meeting_is_told_to_both_sides(
    empty_app: Flask, empty_session: Session, scene: Scene
) -> None:
    change(empty_app, empty_session, scene, USUAL[:2])
    assert counts(empty_app) == [2, 1, 1, 2]
    assert "Annulé. C’était à 9 h 50, table 1, Grande salle." in mails_to(empty_app, ROUE)[1]


def test_calendar_of_the_second_mail_corrects_the_first(
    empty_app: Flask, empty_session: Session, scene: Scene
) -> None:
    change(empty_app, empty_session, scene)
    first, second = [
        {str(one["uid"]): (sequence_of(one), one.start) for one in calendar.events}
        for calendar in calendars_to(empty_app, VILLE)
    ]
    assert first.keys() == second.keys()
    moved = [uid for uid in first if first[uid] != second[uid]]
    assert [second[uid][0] - first[uid][0] for uid in moved] == [1]


def test_moved_and_moved_back_before_the_mail_tells_nothing(
    empty_app: Flask, empty_session: Session, scene: Scene
) -> None:
    change(empty_app, empty_session, scene)
    publish(empty_session, scene, USUAL, now=LATER)
    empty_session.commit()
    assert counts(empty_app) == [1, 1, 1, 1]


def test_two_changes_before_the_mail_are_one_mail(
    empty_app: Flask, empty_session: Session, scene: Scene
) -> None:
    change(empty_app, empty_session, scene)
    publish(empty_session, scene, (USUAL[0], USUAL[1], (4, 1, (0, 3))), now=LATER)
    empty_session.commit()
    assert counts(empty_app) == [2, 1, 1, 2]
    assert "9 h 50, table 1, Grande salle → 10 h 40, table 2" in mails_to(empty_app, VILLE)[1]


def test_withdrawn_plan_is_told_once_and_a_new_one_is_a_whole_agenda(
    empty_app: Flask, empty_session: Session, scene: Scene
) -> None:
    run_worker(empty_app)
    empty_session.rollback()
    scene.day.published_plan_id = None
    record_publication(empty_session, scene.day, None, now=LATER)
    announce_agendas(empty_session, scene.day, now=LATER)
    announce_agendas(empty_session, scene.day, now=LATER)
    empty_session.commit()
    assert counts(empty_app) == [2, 2, 2, 2]
    assert mails_to(empty_app, VILLE)[1].startswith("Vos rendez-vous sont retirés pour l’instant")
    publish(empty_session, scene, USUAL, now=LATER)
    empty_session.commit()
    assert mails_to(empty_app, VILLE)[2].startswith("Votre agenda : ")


def test_withdrawn_before_the_worker_came_tells_nobody(
    empty_app: Flask, empty_session: Session, scene: Scene
) -> None:
    scene.day.published_plan_id = None
    record_publication(empty_session, scene.day, None, now=LATER)
    announce_agendas(empty_session, scene.day, now=LATER)
    empty_session.commit()
    assert counts(empty_app) == [0, 0, 0, 0]


def test_mail_of_a_cancelled_day_carries_the_cancelled_events(
    empty_app: Flask, empty_session: Session, scene: Scene
) -> None:
    run_worker(empty_app)
    empty_session.rollback()
    staff = make_user(empty_session, role=UserRole.STAFF)
    cancel_day(empty_session, scene.day, reason="Halle fermée.", person=staff, now=LATER)
    empty_session.commit()
    assert counts(empty_app) == [2, 2, 2, 2]
    cancelled = calendars_to(empty_app, VILLE)[1]
    assert [str(one["status"]) for one in cancelled.events] == ["CANCELLED"] * 2
    empty_session.rollback()
    restore_day(empty_session, scene.day, person=staff, now=LATER)
    empty_session.commit()
    restored = calendars_to(empty_app, VILLE)[-1]
    assert [(str(one["status"]), sequence_of(one)) for one in restored.events] == [
        ("CONFIRMED", 2)
    ] * 2


# --- The day before ----------------------------------------------------------------------


def remind(app: Flask, at: datetime) -> None:
    """Run the morning's task of a day."""
    with app.app_context():
        session = db_session()
        remind_of_agendas(WorkerContext(session, app.config["SETTINGS"], engines().backend, at))
        session.commit()


@pytest.mark.parametrize(("days", "mails"), [(2, 1), (1, 2), (0, 1)])
def test_reminder_leaves_the_day_before(
    empty_app: Flask, scene: Scene, days: int, mails: int
) -> None:
    run_worker(empty_app)
    at = scene.day.at(datetime.min.time().replace(hour=6)) - timedelta(days=days)
    with time_machine.travel(at):
        remind(empty_app, at)
        assert len(mails_to(empty_app, VILLE)) == mails


def test_no_reminder_of_a_cancelled_day(
    empty_app: Flask, empty_session: Session, scene: Scene
) -> None:
    run_worker(empty_app)
    empty_session.rollback()
    scene.day.state = DayState.CANCELLED
    empty_session.commit()
    at = scene.day.at(datetime.min.time().replace(hour=6)) - timedelta(days=1)
    remind(empty_app, at)
    with empty_app.app_context():
        waiting = select(OutboxMessage).where(OutboxMessage.topic == AGENDA_REMINDER)
        assert db_session().scalars(waiting).all() == []


@pytest.mark.parametrize("case", ["cancelled", "moved", "late"])
def test_a_reminder_that_waited_too_long_tells_nothing_that_is_no_longer_so(
    empty_app: Flask, empty_session: Session, scene: Scene, case: str
) -> None:
    run_worker(empty_app)
    empty_session.rollback()
    at = scene.day.at(datetime.min.time().replace(hour=6)) - timedelta(days=1)
    with time_machine.travel(at):
        remind(empty_app, at)
    empty_session.rollback()
    if case == "cancelled":
        scene.day.state = DayState.CANCELLED
    if case == "moved":
        scene.day.held_on += timedelta(days=7)
    empty_session.commit()
    with time_machine.travel(at + timedelta(days=1) if case == "late" else at):
        assert len(mails_to(empty_app, VILLE)) == 1


# --- Through a real relay (THREATS E1–E5) --------------------------------------------------


def store(app: Flask) -> None:
    """Publish a day in the database of ``app``."""
    with app.app_context():
        session = db_session()
        publish(session, make_agenda_scene(session), USUAL)
        session.commit()


def calendar_parts(message: EmailMessage) -> list[tuple[str, str, str | None]]:
    """Return type, method and name of what is attached to a message."""
    return [
        (part.get_content_type(), part.get_param("method", ""), part.get_filename())  # type: ignore[misc]
        for part in message.iter_attachments()
    ]


def test_relay_gets_the_calendar_as_an_attachment(make_app: AppFactory) -> None:
    with open_sink() as sink:
        app = make_app(seeded=False, mail_server="127.0.0.1", mail_port=sink.port)
        store(app)
        run_worker(app)
        message = sink.messages_to(VILLE)[0]
    assert subject_of(message) == "Votre agenda : Journée des toits"
    assert calendar_parts(message) == [("text/calendar", "PUBLISH", "agenda.ics")]
    part = next(message.iter_attachments())
    calendar = read_calendar(part.get_payload(decode=True))
    assert len(calendar.events) == 2


def test_sent_mail_keeps_no_calendar(make_app: AppFactory) -> None:
    with open_sink() as sink:
        app = make_app(seeded=False, mail_server="127.0.0.1", mail_port=sink.port)
        store(app)
        run_worker(app)
    with app.app_context():
        assert set(db_session().scalars(select(StoredMail.calendar))) == {""}


def test_e1_relay_down_then_up(make_app: AppFactory) -> None:
    with open_sink() as probe:
        port = probe.port
    app = make_app(seeded=False, mail_server="127.0.0.1", mail_port=port)
    store(app)
    run_worker(app)
    assert stored_mails(app, VILLE) == [(False, False, "")]
    with open_sink(port) as sink:
        make_due(app)
        run_worker(app)
        assert [len(sink.messages_to(address)) for address in EVERYBODY] == [1, 1, 1, 1]


def test_e2_killed_between_sending_and_marking(make_app: AppFactory) -> None:
    with open_sink() as sink:
        app = make_app(seeded=False, mail_server="127.0.0.1", mail_port=sink.port)
        store(app)
        run_topics_but(app, SEND_MAIL)
        run_topics_but(app, SEND_MAIL)
        send_twice_by_a_kill(app)
        found = sink.messages_to(VILLE)
    assert len({message["Message-ID"] for message in found}) == 1


@pytest.mark.parametrize("topic", [AGENDA_NEWS, AGENDA_MAIL])
def test_killed_while_writing_writes_each_mail_once(make_app: AppFactory, topic: str) -> None:
    app = make_app(seeded=False)
    store(app)
    if topic == AGENDA_MAIL:
        run_topics_but(app, AGENDA_MAIL, SEND_MAIL)
    die_in_the_middle(app, topic)
    take_over(app, topic)
    make_due(app)
    assert counts(app) == [1, 1, 1, 1]


def test_e3_told_twice_over_is_told_once(empty_app: Flask, scene: Scene) -> None:
    with empty_app.app_context():
        session = db_session()
        for _again in range(2):
            announce_agendas(session, session.merge(scene.day), now=LATER)
        session.commit()
    assert counts(empty_app) == [1, 1, 1, 1]


def test_e4_untrusted_relay_gets_nothing(make_app: AppFactory, tmp_path: object) -> None:
    with untrusted_relay(tmp_path) as sink:  # type: ignore[arg-type]
        app = make_app(
            seeded=False, mail_server="127.0.0.1", mail_port=sink.port, mail_use_tls=True
        )
        store(app)
        run_worker(app)
        assert sink.messages == []
    assert stored_mails(app, VILLE) == [(False, False, "")]


def test_e5_refused_recipient_is_marked_and_left(make_app: AppFactory) -> None:
    with open_sink() as sink:
        sink.refusal = "550 no such mailbox"
        app = make_app(seeded=False, mail_server="127.0.0.1", mail_port=sink.port)
        store(app)
        run_worker(app)
        sink.refusal = ""
        make_due(app)
        run_worker(app)
        assert sink.messages == []
    assert stored_mails(app, VILLE) == [(False, True, "550 no such mailbox")]
