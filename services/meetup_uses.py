"""What hangs on a slot or a table of a meetup day: published meetings, plans that are kept.

What the published plan uses stays; the other plans that use something go with it, once said so.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from models.meetup import MeetupDay
from models.meetup_plan import MeetupPlan, PlannedMeeting
from services.errors import RuleViolation
from vocabulary.labels import N_

PUBLISHED_USE: Final = N_(
    "Le planning publié y tient des rendez-vous : déplacez-les, ou retirez le planning."
)


@dataclass(frozen=True, slots=True)
class Uses:
    """By slot and by table, how many meetings the published plan holds there; who else does."""

    slots: dict[int, int]
    tables: dict[int, int]
    # Numbers of the plans that are kept beside the published one, by slot and by table.
    slot_plans: dict[int, frozenset[int]]
    table_plans: dict[int, frozenset[int]]


def uses_of(session: Session, day: MeetupDay) -> Uses:
    """Return what the plans of the day use; one query."""
    rows = session.execute(
        select(
            PlannedMeeting.plan_id,
            MeetupPlan.number,
            PlannedMeeting.slot_id,
            PlannedMeeting.table_id,
            func.count(),
        )
        .join(MeetupPlan, MeetupPlan.id == PlannedMeeting.plan_id)
        .where(MeetupPlan.day_id == day.id)
        .group_by(
            PlannedMeeting.plan_id,
            MeetupPlan.number,
            PlannedMeeting.slot_id,
            PlannedMeeting.table_id,
        )
    ).all()
    slots: dict[int, int] = {}
    tables: dict[int, int] = {}
    slot_plans: dict[int, set[int]] = {}
    table_plans: dict[int, set[int]] = {}
    for plan_id, number, slot_id, table_id, count in rows:
        if plan_id == day.published_plan_id:
            slots[slot_id] = slots.get(slot_id, 0) + count
            tables[table_id] = tables.get(table_id, 0) + count
        else:
            slot_plans.setdefault(slot_id, set()).add(number)
            table_plans.setdefault(table_id, set()).add(number)
    return Uses(slots, tables, _frozen(slot_plans), _frozen(table_plans))


def _frozen(found: dict[int, set[int]]) -> dict[int, frozenset[int]]:
    return {key: frozenset(numbers) for key, numbers in found.items()}


def let_go(
    session: Session,
    day: MeetupDay,
    *,
    slots: Collection[int] = (),
    tables: Collection[int] = (),
    forgets_plans: bool,
) -> None:
    """Make sure that nothing published hangs on what goes; delete the kept plans that do.

    Raises:
        RuleViolation: the published plan uses it, or plans would go that nobody agreed to lose.
    """
    # Not by DISTINCT: PostgreSQL does not compare the columns of a plan that hold JSON.
    using = select(PlannedMeeting.plan_id).where(
        or_(PlannedMeeting.slot_id.in_(slots), PlannedMeeting.table_id.in_(tables))
    )
    users = session.scalars(
        select(MeetupPlan)
        .where(MeetupPlan.day_id == day.id, MeetupPlan.id.in_(using))
        .order_by(MeetupPlan.number)
    ).all()
    if any(plan.id == day.published_plan_id for plan in users):
        raise RuleViolation(PUBLISHED_USE)
    if users and not forgets_plans:
        raise RuleViolation(
            N_("Des plannings gardés s’en servent et seraient supprimés : n° %(numbers)s."),
            field="forgets_plans",
            numbers=", ".join(str(plan.number) for plan in users),
        )
    for plan in users:
        session.delete(plan)
    session.flush()
