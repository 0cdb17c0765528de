"""Whom a repair promises to tell, against the mails that leave once it is applied."""

from collections import Counter
from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.account import User
from models.mail import StoredMail
from models.meetup_participant import MeetupParticipant
from models.meetup_wish import MeetupGroup, MeetupGroupSeat
from services.meetup_absences import note_absent
from services.meetup_notes import recipients_of
from services.meetup_plan_lists import publication_effect
from services.meetup_plans import publish_plan, unpublish_plan
from services.meetup_repair_audience import changed_agendas, mails_by_participant
from services.meetup_repair_proposals import Proposal, propose, read_situation
from services.meetup_repairs import apply_repair, order_of, past_repairs, undo_repair
from tests.factories.accounts import make_membership, make_user
from tests.factories.meetup_held import HeldDay, at, make_held_day, publish_greedily
from tests.factories.meetups import make_attendee, make_participant
from tests.factories.organizations import make_organization
from tests.factories.pages import run_worker
from vocabulary.kinds import UserRole

# Past, so that the worker has nothing to wait for.
HELD = date(2026, 11, 20)
NOW = at(9, 10, HELD)


@pytest.fixture
def held(empty_app: Flask, empty_session: Session) -> HeldDay:
    """Return a day whose agendas were told: bodies of one, two and no address, and of a team."""
    made = make_held_day(empty_session, people=15, slots=6, tables=5, wishes=8, held_on=HELD)
    for one in made.everybody[::3]:
        make_attendee(empty_session, one, "Renfort")
    for one in made.everybody[1::4]:
        for person in one.attendees:
            person.email = None
    body = make_organization(empty_session, "Structure dont l’équipe lit")
    made.everybody[1].organization_id = body.id
    for _member in range(2):
        make_membership(empty_session, make_user(empty_session), body)
    empty_session.commit()
    run_worker(empty_app)
    empty_session.rollback()
    return made


@pytest.fixture
def host(empty_session: Session) -> User:
    return make_user(empty_session, role=UserRole.STAFF)


def best(session: Session, held: HeldDay) -> Proposal:
    situation = read_situation(session, held.day, now=NOW)
    assert situation is not None
    return propose(situation)[0]


def mails_after(app: Flask, session: Session, last: int) -> Counter[str]:
    """Return to whom the mails written since were, after the worker has done its work."""
    session.commit()
    run_worker(app)
    session.rollback()
    return Counter(session.scalars(select(StoredMail.recipient).where(StoredMail.id > last)))


def last_mail(session: Session) -> int:
    return max(session.scalars(select(StoredMail.id)), default=0)


def readers(session: Session, proposal: Proposal) -> Counter[str]:
    people = session.scalars(
        select(MeetupParticipant).where(MeetupParticipant.id.in_(proposal.audience.changes))
    ).all()
    found = recipients_of(session, people)
    return Counter(person.email for own in found.values() for person in own)


def test_the_mails_that_leave_are_those_that_were_promised(
    empty_app: Flask, empty_session: Session, held: HeldDay, host: User
) -> None:
    note_absent(empty_session, held.actors[:3], since=NOW, now=NOW)
    proposal = best(empty_session, held)
    audience, wanted = proposal.audience, readers(empty_session, proposal)
    assert audience.absent == {one.id for one in held.actors[:3]} & audience.changes.keys()
    assert audience.absent
    last = last_mail(empty_session)
    apply_repair(empty_session, held.day, order_of(proposal), person=host, now=NOW)
    assert mails_after(empty_app, empty_session, last) == wanted
    assert audience.mail_count == wanted.total()


def test_a_repair_taken_back_counts_the_mails_that_leave(
    empty_app: Flask, empty_session: Session, held: HeldDay, host: User
) -> None:
    note_absent(empty_session, held.actors[:3], since=NOW, now=NOW)
    plan = apply_repair(
        empty_session, held.day, order_of(best(empty_session, held)), person=host, now=NOW
    )
    mails_after(empty_app, empty_session, 0)
    last = last_mail(empty_session)
    held.actors[0].absent_at = None
    for absence in list(held.actors[0].absences):
        empty_session.delete(absence)
    empty_session.flush()
    empty_session.expire_all()
    undo_repair(empty_session, held.day, plan, person=host, now=NOW)
    left = mails_after(empty_app, empty_session, last)
    notes = past_repairs(empty_session, held.day)[0].notes
    assert (notes["mails"], "undoes" in notes) == (left.total(), True)


def test_a_body_that_nobody_can_write_to_is_named(empty_session: Session, held: HeldDay) -> None:
    for person in held.actors[0].attendees:
        person.email = None
    empty_session.flush()
    note_absent(empty_session, held.actors[:1], since=NOW, now=NOW)
    audience = best(empty_session, held).audience
    assert held.actors[0].id in audience.silent
    assert held.everybody[1].id not in audience.silent


def test_those_who_never_got_an_agenda_get_it_with_the_repair(
    empty_app: Flask, empty_session: Session, held: HeldDay, host: User
) -> None:
    late = make_participant(empty_session, held.day, "Inscrite depuis")
    make_attendee(empty_session, late)
    empty_session.expire(held.day)
    note_absent(empty_session, held.actors[:3], since=NOW, now=NOW)
    proposal = best(empty_session, held)
    assert late.id in proposal.audience.changes
    wanted, last = readers(empty_session, proposal), last_mail(empty_session)
    apply_repair(empty_session, held.day, order_of(proposal), person=host, now=NOW)
    assert mails_after(empty_app, empty_session, last) == wanted


def test_the_count_of_readers_is_that_of_the_mails(empty_session: Session, held: HeldDay) -> None:
    people = held.everybody
    wanted = {number: len(own) for number, own in recipients_of(empty_session, people).items()}
    assert mails_by_participant(empty_session, people) == wanted
    assert {0, 1, 2} <= set(wanted.values())


def test_members_of_a_group_learn_who_is_missing(
    empty_app: Flask, empty_session: Session, host: User
) -> None:
    held = make_held_day(empty_session, people=12, slots=6, tables=5, wishes=3, held_on=HELD)
    members = held.everybody[:4]
    group = MeetupGroup(
        day_id=held.day.id,
        title="Compost",
        created_at=NOW,
        seats=[MeetupGroupSeat(participant_id=one.id) for one in members],
    )
    empty_session.add(group)
    empty_session.flush()
    held.plan.number = 2
    empty_session.flush()
    publish_greedily(empty_session, held.day, now=at(8, 0, HELD))
    empty_session.commit()
    run_worker(empty_app)
    empty_session.rollback()
    note_absent(empty_session, members[:1], since=NOW, now=NOW)
    proposal = best(empty_session, held)
    assert {one.id for one in members} <= proposal.audience.changes.keys()
    wanted, last = readers(empty_session, proposal), last_mail(empty_session)
    apply_repair(empty_session, held.day, order_of(proposal), person=host, now=NOW)
    assert mails_after(empty_app, empty_session, last) == wanted


def test_nothing_differs_from_a_planning_to_itself(empty_session: Session, held: HeldDay) -> None:
    situation = read_situation(empty_session, held.day, now=NOW)
    assert situation is not None
    assert changed_agendas(situation.before, situation.before) == {}


def test_other_tables_alone_are_no_repair(empty_session: Session, held: HeldDay) -> None:
    situation = read_situation(empty_session, held.day, now=NOW)
    assert situation is not None
    last = max(situation.read.slot_of, key=lambda number: situation.read.slot_of[number])
    there = [one for one in situation.before if one.slot_id == last]
    others = [replace(one, table_id=other.table_id) for one, other in pairwise(there)]
    assert others
    moved = [one for one in situation.before if one not in there[: len(others)]] + others
    assert not Proposal(situation, tuple(moved)).is_useful
    assert [one for one in propose(situation) if not one.is_useful] == []


def test_a_withdrawal_and_a_publication_promise_the_mails_that_leave(
    empty_app: Flask, empty_session: Session, held: HeldDay, host: User
) -> None:
    late = make_participant(empty_session, held.day, "Inscrite depuis")
    make_attendee(empty_session, late)
    empty_session.expire(held.day)
    plan = held.plan
    promised, left = [], []
    for step in (None, plan, None):
        promised.append(publication_effect(empty_session, held.day, step).people)
        last = last_mail(empty_session)
        if step is None:
            unpublish_plan(empty_session, held.day, person=host, now=NOW)
        else:
            publish_plan(empty_session, step, person=host, now=NOW)
        left.append(mails_after(empty_app, empty_session, last).total())
    assert promised == left
    assert promised[0] < promised[1] == promised[2] + 1
