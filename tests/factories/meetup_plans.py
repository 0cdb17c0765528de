"""Days with wishes to plan, plans of them, and the worker that computes one."""

import random

from flask import Flask
from sqlalchemy.orm import Session

from meetups.planner import plan_day
from models.meetup import MeetupDay
from models.meetup_participant import MeetupAbsence
from models.meetup_plan import MeetupPlan
from services.meetup_computing import claim_plan, finish_plan, read_order
from services.meetup_plans import PlanOrder, request_plan
from tests.factories.meetups import (
    NOW,
    make_day,
    make_participant,
    make_slots,
    make_tables,
    make_wish,
)
from tests.factories.pages import run_worker
from vocabulary.exchanges import Side
from vocabulary.meetups import WishPriority


def make_full_day(
    session: Session,
    title: str = "Journée à composer",
    *,
    people: int = 10,
    slots: int = 6,
    tables: int = 4,
    wishes: int = 4,
    seed: int = 1,
) -> MeetupDay:
    """Add a day with participants of both sides, their absences and their wishes, at random."""
    source = random.Random(seed)  # noqa: S311 - figures, not secrets
    day = make_day(session, title, least_meetings=1, most_meetings=max(2, slots - 1))
    made = make_slots(session, day, slots, minutes=20)
    make_tables(session, day, tables)
    members = [
        make_participant(
            session,
            day,
            f"{'Ville' if number % 3 == 0 else 'Acteur'} {number}",
            side=Side.TERRITORY if number % 3 == 0 else Side.ACTOR,
        )
        for number in range(people)
    ]
    for member in members:
        if source.random() < 0.2:
            slot = source.choice(made)
            member.absences.append(MeetupAbsence(starts_at=slot.starts_at, ends_at=slot.ends_at))
        others = [one for one in members if one.side is not member.side]
        for rank, other in enumerate(source.sample(others, min(wishes, len(others)))):
            make_wish(session, member, other, priority=source.choice(list(WishPriority)), rank=rank)
    session.flush()
    return day


def ask_plan(session: Session, day: MeetupDay, *, seconds: int = 2, **order: object) -> MeetupPlan:
    """Ask for a plan and commit."""
    asked = PlanOrder(seconds=seconds, **order)  # type: ignore[arg-type]
    plan = request_plan(session, day, asked, person=None, now=NOW)
    session.commit()
    return plan


def compute_here(session: Session, day: MeetupDay, **order: object) -> MeetupPlan:
    """Compute and store a plan in this process, with little effort."""
    plan = request_plan(session, day, PlanOrder(**order), person=None, now=NOW)  # type: ignore[arg-type]
    claim = claim_plan(session, plan.id, token=NOW)
    assert claim is not None
    session.expire_all()
    found = read_order(session, claim)
    assert found is not None
    close = plan.close_to_id is not None
    read = found[1]
    planned = plan_day(read.wished, seconds=20, effort=2, stays_close=close, told=read.told)
    assert finish_plan(session, claim, read, planned, now=NOW)
    session.flush()
    return plan


def compute_plan(
    app: Flask, session: Session, day: MeetupDay, *, seconds: int = 2, **order: object
) -> MeetupPlan:
    """Ask for a plan and let the worker compute it, in its child process."""
    plan = ask_plan(session, day, seconds=seconds, **order)
    run_worker(app)
    session.expire_all()
    session.refresh(plan)
    return plan
