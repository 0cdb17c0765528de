"""Repairs of the day: one proposal applied and told to those it touches, or taken back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models.account import User
from models.meetup import MeetupDay
from models.meetup_plan import MeetupPlan
from services.errors import Conflict, RuleViolation
from services.meetup_figures import figures_of, write_figures
from services.meetup_places import lock_day
from services.meetup_plan_diff import PlanDifference, compare
from services.meetup_plan_store import FaultyPlan
from services.meetup_planning import DayToPlan, Placement, placements_of
from services.meetup_plans import copy_plan, publish_plan
from services.meetup_reading import read_day
from services.meetup_repair_audience import (
    Audience,
    audience_of,
    changed_agendas,
    mails_by_participant,
)
from services.meetup_repair_proposals import (
    Proposal,
    Situation,
    possible_placements,
    read_situation,
)
from vocabulary.labels import N_
from vocabulary.meetups import PlanOrigin

# What a repair says of itself, among the figures of its plan.
NOTES: Final = "repair"
CHANGED_MEANWHILE: Final = N_(
    "Le planning ou les présences viennent de changer : rien n’a été appliqué. Voici de nouvelles "
    "propositions."
)
BEGUN_MEANWHILE: Final = N_(
    "Un créneau que cette réparation changeait vient de commencer : rien n’a été appliqué. Voici "
    "de nouvelles propositions."
)


class Change(NamedTuple):
    """Where a meeting goes; without a slot it is not held."""

    key: str
    slot_id: int | None = None
    table_id: int | None = None


@dataclass(frozen=True, slots=True)
class RepairOrder:
    """A proposal as it was shown: from which planning, and every change to it."""

    plan_id: int
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class PastRepair:
    """A repair of the history."""

    plan: MeetupPlan
    is_current: bool
    """It is the planning that everybody sees: it can be taken back."""

    @property
    def notes(self) -> Mapping[str, Any]:
        """Return what was counted when it was applied."""
        return notes_of(self.plan)

    @property
    def can_be_undone(self) -> bool:
        """Tell whether one may go back to the planning before it."""
        return self.is_current and "undoes" not in self.notes


def notes_of(plan: MeetupPlan) -> Mapping[str, Any]:
    """Return what a repair noted of itself when it was applied."""
    found: Mapping[str, Any] = plan.guarantees.get(NOTES, {})
    return found


def order_of(proposal: Proposal) -> RepairOrder:
    """Return what applying a proposal asks for."""
    changes = tuple(
        Change(one.after.key, one.after.slot_id, one.after.table_id)
        if one.after is not None
        else Change(one.before.key if one.before is not None else "")
        for one in proposal.difference.meetings
    )
    return RepairOrder(proposal.situation.plan_id, changes)


def apply_repair(
    session: Session, day: MeetupDay, order: RepairOrder, *, person: User, now: datetime
) -> MeetupPlan:
    """Publish the planning that a proposal leads to; only those it touches are told.

    Raises:
        Conflict: another planning was published, people came or went, or a slot began meanwhile.
        RuleViolation: the day is cancelled, or keeps too many plans.
    """
    lock_day(session, day)
    situation = read_situation(session, day, now=now)
    if situation is None or situation.plan_id != order.plan_id:
        raise Conflict(CHANGED_MEANWHILE)
    placements = _changed(situation, order.changes)
    base = session.get_one(MeetupPlan, order.plan_id)
    proposal = Proposal(situation, tuple(placements))
    notes = {
        "moved": proposal.moved,
        "replaced": proposal.replaced,
        "added": proposal.added,
        "dropped": proposal.dropped,
        **_told(proposal.audience),
    }
    try:
        return _publish(session, base, situation.read, placements, notes, person=person, now=now)
    except FaultyPlan as fault:
        raise Conflict(CHANGED_MEANWHILE) from fault


def _changed(situation: Situation, changes: Sequence[Change]) -> list[Placement]:
    """Return the placements that the changes lead to.

    Raises:
        Conflict: they touch a slot that has begun, or name what is no more.
    """
    kept = {one.key: one for one in situation.kept}
    after = {one.key: kept.get(one.key, one) for one in situation.before}
    for change in changes:
        old = after.pop(change.key, None)
        if old is not None and old.slot_id in situation.frozen and change.key in kept:
            raise Conflict(BEGUN_MEANWHILE)
        if change.slot_id is None:
            continue
        if change.slot_id in situation.frozen:
            raise Conflict(BEGUN_MEANWHILE)
        after[change.key] = _placed(situation.read, change, old)
    return list(after.values())


def _placed(read: DayToPlan, change: Change, old: Placement | None) -> Placement:
    index = read.candidate_of.get(change.key)
    if index is None or change.slot_id not in read.slot_of or change.table_id not in read.table_of:
        raise Conflict(CHANGED_MEANWHILE)
    people = read.wished.candidates[index].participants
    return Placement(
        change.key,
        tuple(sorted(read.participants[one] for one in people)),
        change.slot_id or 0,
        change.table_id or 0,
        is_locked=old is not None and old.is_locked,
    )


def _publish(
    session: Session,
    base: MeetupPlan,
    read: DayToPlan,
    placements: Sequence[Placement],
    notes: Mapping[str, Any],
    *,
    person: User,
    now: datetime,
) -> MeetupPlan:
    plan = copy_plan(
        session,
        base,
        origin=PlanOrigin.REPAIR,
        person=person,
        now=now,
        placements=placements,
    )
    plan.name = ""
    write_figures(plan, figures_of(read, placements), **{NOTES: dict(notes)})
    publish_plan(session, plan, person=person, now=now)
    return plan


def undo_repair(
    session: Session, day: MeetupDay, plan: MeetupPlan, *, person: User, now: datetime
) -> MeetupPlan:
    """Go back to the planning before a repair; the same people are told. Return what is published.

    Meetings of those who are still absent do not come back: then it is a copy without them.

    Raises:
        Conflict: it is not the published planning any more.
        RuleViolation: it is no repair, or a slot it changed has begun since.
    """
    lock_day(session, day)
    if day.published_plan_id != plan.id:
        raise Conflict(
            N_("Cette réparation n’est plus le planning publié : elle ne s’annule plus.")
        )
    base = session.get(MeetupPlan, plan.based_on_id) if plan.based_on_id else None
    if base is None or plan.origin is not PlanOrigin.REPAIR or "undoes" in notes_of(plan):
        raise RuleViolation(N_("Ce planning ne vient pas d’une réparation."))
    now_held, target = placements_of(session, plan.id), placements_of(session, base.id)
    read = read_day(session, day, held=[*target, *now_held])
    placements = possible_placements(read, target)
    difference = compare(now_held, placements)
    if not difference.meetings:
        raise RuleViolation(N_("Les absents le sont toujours : il n’y a rien à rétablir."))
    _refuse_begun(day, plan, difference, now)
    _note_undone(plan, now)
    if len(placements) == len(target):
        publish_plan(session, base, person=person, now=now)
        return base
    people = read.names.people
    changes = changed_agendas(now_held, placements)
    told = audience_of(changes, people, mails_by_participant(session, people))
    notes = {"undoes": plan.number, **_told(told)}
    return _publish(session, base, read, placements, notes, person=person, now=now)


def _told(audience: Audience) -> dict[str, int]:
    return {"told": len(audience.changes), "mails": audience.mail_count}


def _refuse_begun(
    day: MeetupDay, plan: MeetupPlan, difference: PlanDifference, now: datetime
) -> None:
    """Refuse to rewrite what has been held since the repair."""
    applied = plan.published_at or now
    begun = {slot.id for slot in day.slots if applied < slot.starts_at <= now}
    touched = {
        spot.slot_id
        for one in difference.meetings
        for spot in (one.before, one.after)
        if spot is not None
    }
    if begun & touched:
        raise RuleViolation(
            N_(
                "Un créneau a commencé selon cette réparation : elle ne s’annule plus. Demandez "
                "de nouvelles propositions."
            )
        )


def _note_undone(plan: MeetupPlan, now: datetime) -> None:
    notes = {**notes_of(plan), "undone_at": now.isoformat()}
    plan.guarantees = {**plan.guarantees, NOTES: notes}


def past_repairs(session: Session, day: MeetupDay) -> list[PastRepair]:
    """Return the repairs of a day, the last one first, in one query."""
    found: Iterable[MeetupPlan] = session.scalars(
        select(MeetupPlan)
        .where(
            MeetupPlan.day_id == day.id,
            MeetupPlan.origin == PlanOrigin.REPAIR,
            MeetupPlan.published_at.is_not(None),
        )
        .options(joinedload(MeetupPlan.created_by))
        .order_by(MeetupPlan.number.desc())
    )
    return [PastRepair(plan, is_current=plan.id == day.published_plan_id) for plan in found]
