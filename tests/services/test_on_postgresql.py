"""Exchanges on PostgreSQL, two people or two workers at one moment: done once, nothing lost."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from extensions.alert_mail import write_alert_news
from extensions.database import db_session
from extensions.mailbox import SEND_MAIL
from models.account import User
from models.consortium import Consortium
from models.introduction import Introduction, IntroductionMessage, OutcomeInquiry, ThreadReading
from models.mail import StoredMail
from models.need import Need
from models.offer import Offer
from models.organization import Organization
from models.receipt import FormReceipt
from models.revision import Revision
from models.shortlist import Shortlist, ShortlistItem
from services.alerts import ALERT_NEWS
from services.consortiums import choose
from services.introduction_caps import PER_PAIR
from services.introduction_decisions import accept_introduction, withdraw_introduction
from services.introduction_notes import unread_to_announce
from services.introductions import request_introduction
from services.outcomes import ask_what_is_due
from services.publishing import publish_revision
from services.receipts import open_receipt
from services.register import verify_register
from services.shortlists import add_entry
from tests.at_once import at_once
from tests.databases import engine_over, site_over
from tests.factories.accounts import NOW, make_membership, make_user
from tests.factories.alerts import (
    engines,
    make_actor,
    make_answering_offer,
    moment,
    publish,
    watch,
)
from tests.factories.consortiums import make_scene
from tests.factories.consortiums import make_team as make_consortium
from tests.factories.deliveries import run_topics_but
from tests.factories.entries import make_territory
from tests.factories.introductions import Table, make_introduction, make_table
from tests.factories.needs import TODAY, add_team, make_submitted_need
from tests.factories.organizations import make_offer
from tests.factories.shortlists import make_shortlist
from vocabulary.exchanges import IntroductionState, SeatChoice, Side
from vocabulary.kinds import PublicationState, UserRole

_numbers = count(1)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with engine_over("postgresql", tmp_path_factory.mktemp("at-once")) as engine:
        yield engine


def a_table(session: Session) -> Table:
    """Make a table of its own in the common database."""
    number = next(_numbers)
    return make_table(session, f" {number}", code=f"QN04{number:03}M")


def ask(table: Table, offer_id: int, person_id: int) -> Callable[[Session], object]:
    need_id = table.need.id

    def run(session: Session) -> None:
        request_introduction(
            session,
            session.get_one(Need, need_id),
            session.get_one(Offer, offer_id),
            from_side=Side.TERRITORY,
            sender=session.get_one(User, person_id),
            message="Bonjour.",
            now=NOW,
        )

    return run


def test_a_pair_asked_about_by_two_colleagues_is_asked_about_once(engine: Engine) -> None:
    with Session(engine, expire_on_commit=False) as session:
        table = a_table(session)
        colleague = make_user(session)
        make_membership(session, colleague, table.carrier)
        session.commit()
        offer = table.offer.id
    people = (table.buyer.id, colleague.id)
    done = at_once(engine, [ask(table, offer, person) for person in people])
    assert sorted(done) == [False, True]
    with Session(engine) as session:
        sent = select(func.count(IntroductionMessage.id)).join(Introduction)
        assert session.scalar(sent.where(Introduction.need_id == table.need.id)) == 1
        assert verify_register(session, table.need.id) == []


def test_of_requests_at_once_only_those_under_the_cap_leave(engine: Engine) -> None:
    with Session(engine, expire_on_commit=False) as session:
        table = a_table(session)
        offers = [make_offer(session, table.actor, f"{rank}").id for rank in range(PER_PAIR + 2)]
        session.commit()
    requests = [ask(table, offer, table.buyer.id) for offer in offers]
    assert sorted(at_once(engine, requests)) == [False] * 2 + [True] * PER_PAIR


def test_of_two_answers_and_a_withdrawal_one_wins(engine: Engine) -> None:
    with Session(engine, expire_on_commit=False) as session:
        table = a_table(session)
        colleague = make_user(session)
        make_membership(session, colleague, table.actor)
        key = make_introduction(session, table).id
        session.commit()

    def accept(person_id: int) -> Callable[[Session], object]:
        def run(session: Session) -> None:
            person = session.get_one(User, person_id)
            accept_introduction(session, session.get_one(Introduction, key), person, now=NOW)

        return run

    def withdraw(session: Session) -> None:
        person = session.get_one(User, table.buyer.id)
        withdraw_introduction(session, session.get_one(Introduction, key), person, now=NOW)

    people = (table.maker.id, colleague.id)
    answers = at_once(engine, [withdraw, *(accept(person) for person in people)])
    assert sorted(answers) == [False, False, True]
    with Session(engine) as session:
        found = session.get_one(Introduction, key)
        asked = session.scalar(select(func.count()).where(OutcomeInquiry.introduction_id == key))
        assert (found.state == IntroductionState.ACCEPTED) == bool(asked)
        assert verify_register(session, found.need_id) == []


def test_two_workers_ask_what_came_of_it_once(engine: Engine) -> None:
    with Session(engine, expire_on_commit=False) as session:
        table = a_table(session)
        make_introduction(session, table, accepted=True, now=NOW - timedelta(days=31))
        session.commit()
    told: list[str] = []

    def work(session: Session) -> None:
        told.extend(due.person.email for due in ask_what_is_due(session, now=NOW))

    assert at_once(engine, [work, work]) == [True, True]
    assert sorted(told) == sorted([table.buyer.email, table.maker.email])


def test_two_workers_with_messages_of_one_thread_announce_them_once(engine: Engine) -> None:
    with Session(engine, expire_on_commit=False) as session:
        table = a_table(session)
        thread = make_introduction(session, table, accepted=True)
        session.add(ThreadReading(introduction_id=thread.id, user_id=table.maker.id))
        session.commit()
    told: list[int] = []

    def work(session: Session) -> None:
        found = session.get_one(Introduction, thread.id)
        reader = session.get_one(User, table.maker.id)
        told.append(unread_to_announce(session, found, reader, Side.ACTOR, now=NOW))

    assert at_once(engine, [work, work]) == [True, True]
    assert sorted(told) == [0, 1]


def test_one_receipt_for_a_form_sent_twice(engine: Engine) -> None:
    def keep(session: Session) -> None:
        open_receipt(session, "1:formulaire", now=NOW).location = "/la"

    assert sorted(at_once(engine, [keep, keep])) == [False, True]
    with Session(engine) as session:
        kept = select(func.count()).where(FormReceipt.key == "1:formulaire")
        assert session.scalar(kept) == 1


def test_an_entry_put_twice_in_a_selection_is_there_once(engine: Engine) -> None:
    with Session(engine, expire_on_commit=False) as session:
        table = a_table(session)
        shortlist = make_shortlist(session, table.carrier, need_id=table.need.id)
        session.commit()

    def put(session: Session) -> None:
        add_entry(
            session,
            session.get_one(Shortlist, shortlist.id),
            session.get_one(Offer, table.offer.id),
            author=session.get_one(User, table.buyer.id),
            now=NOW,
        )

    assert True in at_once(engine, [put, put])
    with Session(engine) as session:
        held = select(func.count()).where(ShortlistItem.shortlist_id == shortlist.id)
        assert session.scalar(held) == 1
        assert verify_register(session, table.need.id) == []


def test_of_two_changes_to_a_team_none_is_lost_unsaid(engine: Engine) -> None:
    with Session(engine, expire_on_commit=False) as session:
        scene = make_scene(session)
        team = make_consortium(session, scene)
        session.commit()
        lock = team.lock

    def keep(actor_id: int) -> Callable[[Session], object]:
        def run(session: Session) -> None:
            found = session.get_one(Consortium, team.id)
            actor = session.get_one(Organization, actor_id)
            choose(session, found, actor, SeatChoice.LOCKED, lock=lock, now=NOW)

        return run

    actors = (scene.cyclist.id, scene.insulator.id)
    assert sorted(at_once(engine, [keep(actor) for actor in actors])) == [False, True]
    with Session(engine) as session:
        assert len(session.get_one(Consortium, team.id).choices) == 1


def test_a_need_published_by_two_moderators_is_published_once(engine: Engine) -> None:
    with Session(engine, expire_on_commit=False) as session:
        quarters = (make_territory(session, "QN04901M"), make_territory(session, "QN04902M"))
        team = add_team(session, "Ville publiante", quarters)
        need, revision = make_submitted_need(session, team, quarters=("QN04901M",))
        staff = [make_user(session, role=UserRole.STAFF).id for _ in range(2)]
        session.commit()

    def publish(moderator_id: int) -> Callable[[Session], object]:
        def run(session: Session) -> None:
            found = session.get_one(Revision, revision.id)
            moderator = session.get_one(User, moderator_id)
            publish_revision(
                session, found, moderator=moderator, lock=revision.lock, today=TODAY, now=NOW
            )

        return run

    assert sorted(at_once(engine, [publish(one) for one in staff])) == [False, True]
    with Session(engine) as session:
        assert session.get_one(Need, need.id).state == PublicationState.PUBLISHED
        assert verify_register(session, need.id) == []


def test_two_workers_with_news_of_one_alert_tell_it_once(tmp_path: Path) -> None:
    with site_over("postgresql", tmp_path) as app:
        with app.app_context():
            session = db_session()
            alert = watch(session, make_user(session), q="façades")
            publish(session, make_answering_offer(session, make_actor(session)))
            session.commit()
            payload = {"alert_id": alert.id}
        run_topics_but(app, ALERT_NEWS, SEND_MAIL)

        def work(session: Session) -> None:
            write_alert_news(session, payload, engines=engines(), moment=moment())

        assert at_once(app, [work, work]) == [True, True]
        with app.app_context():
            written = db_session().scalar(select(func.count(StoredMail.id)))
    assert written == 1
