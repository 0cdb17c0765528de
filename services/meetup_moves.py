"""Meetings of a plan moved by hand, put in, taken out, locked; undone and made again."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from models.account import User
from models.meetup import MeetupDay
from models.meetup_plan import MeetupMeeting, MeetupPlan, PlannedMeeting, PlannedSeat
from models.meetup_wish import MeetupGroup, MeetupGroupSeat, MeetupPairRule
from services.errors import Conflict, RuleViolation
from services.meetup_figures import figures_of, guaranteed, write_figures
from services.meetup_move_checks import Check, MoveBoard, Obstacle, Reason, Spot, Verdict
from services.meetup_plan_store import (
    FaultyPlan,
    PublishedPlan,
    faults_in,
    insert_placements,
    known_placements,
)
from services.meetup_planning import DayToPlan, Placement, placements_of
from services.meetup_plans import copy_plan
from services.meetup_reading import read_day
from services.meetup_repair_proposals import possible_placements
from services.meetup_why import reasons_as_data
from vocabulary.labels import N_
from vocabulary.meetups import PairRule, PlanOrigin, PlanState

MOST_EDITS: Final = 200
# What a calculation said of itself stays true of what it found.
_KEPT: Final = ("seconds", "is_cut")
_PAIR: Final = re.compile(r"p([0-9]{1,9})-([0-9]{1,9})")
_GROUP: Final = re.compile(r"g([0-9]{1,9})")
MOVED_MEANWHILE: Final = N_(
    "Quelqu’un a déplacé ce rendez-vous ou pris cette place entre-temps : rien n’a été changé. "
    "La grille montre l’état actuel."
)


class Refused(RuleViolation):
    """A move that is not possible; ``check`` says why."""

    def __init__(self, check: Check) -> None:
        """Keep the reasons, for the page to word."""
        super().__init__(N_("Ce déplacement n’est pas possible."))
        self.check = check


@dataclass(frozen=True, slots=True)
class Seen:
    """What the person saw when they decided: another state means somebody was faster."""

    origin: Spot | None
    occupant: str | None


# A meeting before and after; nothing stands for « not in the plan ».
_Change = tuple[Placement | None, Placement | None]


def is_editable(day: MeetupDay, plan: MeetupPlan) -> bool:
    """Tell whether moves change the plan itself; of any other a copy is changed."""
    return (
        plan.origin is PlanOrigin.EDITED
        and plan.published_at is None
        and day.published_plan_id != plan.id
    )


def editable_plan(
    session: Session, day: MeetupDay, plan: MeetupPlan, *, person: User | None, now: datetime
) -> MeetupPlan:
    """Return the plan to change: itself, or a copy of one that was calculated or published.

    Raises:
        RuleViolation: it is not ready.
    """
    if plan.state is not PlanState.READY:
        raise RuleViolation(N_("Ce planning n’est pas prêt."))
    if is_editable(day, plan):
        return plan
    return copy_to_edit(session, day, plan, person=person, now=now)


def copy_to_edit(
    session: Session, day: MeetupDay, plan: MeetupPlan, *, person: User | None, now: datetime
) -> MeetupPlan:
    """Return a copy to change by hand, without the meetings that are no longer possible.

    Raises:
        RuleViolation: the plan is not ready.
    """
    held = placements_of(session, plan.id)
    read = read_day(session, day, held=held)
    kept = possible_placements(read, held)
    copy = copy_plan(
        session, plan, origin=PlanOrigin.EDITED, person=person, now=now, placements=kept
    )
    if len(kept) < len(held):
        _write_figures(copy, read, kept)
    return copy


def meeting_by_key(session: Session, board: MoveBoard, key: str) -> Placement | None:
    """Return a meeting as the board holds it, or as it could be put in; ``None``: there is none.

    A pair that the organisers exclude is not put in; one that nobody wishes for may be.
    """
    if key in board.held:
        return board.held[key]
    people = _people_of(session, board.day, key)
    if people is None or not board.people.keys() >= set(people):
        return None
    return Placement(key, people, 0, 0)


def _people_of(session: Session, day: MeetupDay, key: str) -> tuple[int, ...] | None:
    if found := _PAIR.fullmatch(key):
        pair = sorted((int(found[1]), int(found[2])))
        return None if _is_excluded(session, pair) else tuple(pair)
    if found := _GROUP.fullmatch(key):
        seats = session.scalars(
            select(MeetupGroupSeat.participant_id)
            .join(MeetupGroup, MeetupGroup.id == MeetupGroupSeat.group_id)
            .where(MeetupGroup.day_id == day.id, MeetupGroup.id == int(found[1]))
        ).all()
        return tuple(sorted(seats)) or None
    return None


def _is_excluded(session: Session, pair: Sequence[int]) -> bool:
    first, second = pair
    return first == second or (
        session.scalar(
            select(MeetupPairRule.id).where(
                MeetupPairRule.first_id == first,
                MeetupPairRule.second_id == second,
                MeetupPairRule.rule == PairRule.FORBIDDEN,
            )
        )
        is not None
    )


def place_meeting(session: Session, plan: MeetupPlan, key: str, spot: Spot, *, seen: Seen) -> Check:
    """Move a meeting to a table in a slot, or put in one that had no place; a swap moves two.

    Raises:
        Conflict: what the person saw is no longer so.
        RuleViolation: it is not possible; the check says why.
    """
    day = session.get_one(MeetupDay, plan.day_id)
    placements = placements_of(session, plan.id)
    board = MoveBoard(session, day, placements)
    if spot.slot_id not in board.slots or spot.table_id not in board.tables:
        raise RuleViolation(N_("Ce créneau ou cette table n’existe plus."))
    meeting = meeting_by_key(session, board, key)
    if meeting is None:
        raise RuleViolation(
            N_("Ce rendez-vous n’est plus possible : un participant est parti, ou il est exclu.")
        )
    _check_seen(board, key, spot, seen)
    check = board.check(meeting, spot)
    if check.verdict is Verdict.REFUSED:
        raise Refused(check)
    if check.verdict is Verdict.HERE:
        return check
    _apply(session, plan, placements, _changes(board, meeting, spot, check))
    return check


def take_out(session: Session, plan: MeetupPlan, key: str, *, seen: Seen) -> None:
    """Take a meeting out of a plan.

    Raises:
        Conflict: it is no longer where the person saw it.
        RuleViolation: it is locked.
    """
    placements = placements_of(session, plan.id)
    held = next((one for one in placements if one.key == key), None)
    if held is None or Spot(held.slot_id, held.table_id) != seen.origin:
        raise Conflict(MOVED_MEANWHILE)
    if held.is_locked:
        raise Refused(Check(Verdict.REFUSED, (Reason(Obstacle.LOCKED, key=key),)))
    _apply(session, plan, placements, [(held, None)])


def set_lock(session: Session, plan: MeetupPlan, key: str, *, is_locked: bool) -> None:
    """Keep a meeting where it is in the next calculations, or no longer; any plan allows it.

    Raises:
        RuleViolation: the plan does not hold it.
    """
    planned = session.scalar(
        select(PlannedMeeting)
        .join(MeetupMeeting, MeetupMeeting.id == PlannedMeeting.meeting_id)
        .where(PlannedMeeting.plan_id == plan.id, MeetupMeeting.key == key)
    )
    if planned is None:
        raise RuleViolation(N_("Ce rendez-vous n’est plus dans le planning."))
    planned.is_locked = is_locked


def undo(session: Session, plan: MeetupPlan) -> None:
    """Take back the last move made by hand.

    Raises:
        RuleViolation: there is none, or the day no longer allows what was before.
    """
    _replay(session, plan, taken="done", given="undone", is_back=True)


def redo(session: Session, plan: MeetupPlan) -> None:
    """Make again the last move taken back.

    Raises:
        RuleViolation: there is none, or the day no longer allows it.
    """
    _replay(session, plan, taken="undone", given="done", is_back=False)


def can_undo(plan: MeetupPlan) -> bool:
    """Tell whether there is a move to take back."""
    return bool(plan.edits.get("done"))


def can_redo(plan: MeetupPlan) -> bool:
    """Tell whether there is a move to make again."""
    return bool(plan.edits.get("undone"))


def _check_seen(board: MoveBoard, key: str, spot: Spot, seen: Seen) -> None:
    held = board.held.get(key)
    origin = Spot(held.slot_id, held.table_id) if held else None
    if origin != seen.origin or board.at.get(spot) != seen.occupant:
        raise Conflict(MOVED_MEANWHILE)


def _changes(board: MoveBoard, meeting: Placement, spot: Spot, check: Check) -> list[_Change]:
    held = board.held.get(meeting.key)
    moved = replace(held or meeting, slot_id=spot.slot_id, table_id=spot.table_id)
    changes: list[_Change] = [(held, moved)]
    if check.swapped is not None and held is not None:
        other = board.held[check.swapped]
        changes.append((other, replace(other, slot_id=held.slot_id, table_id=held.table_id)))
    return changes


def _apply(
    session: Session, plan: MeetupPlan, placements: Sequence[Placement], changes: list[_Change]
) -> None:
    _rewrite(session, plan, placements, changes)
    done = [*plan.edits.get("done", ()), [_as_data(change) for change in changes]]
    plan.edits = {"done": done[-MOST_EDITS:], "undone": []}


def _rewrite(
    session: Session, plan: MeetupPlan, placements: Sequence[Placement], changes: list[_Change]
) -> None:
    """Write changes, the figures with them, once the validator has seen the whole plan.

    Raises:
        FaultyPlan: the validator refuses the plan with these changes.
        PublishedPlan: somebody published it meanwhile.
    """
    if plan.published_at is not None:
        raise PublishedPlan
    touched = {one.key for change in changes for one in change if one is not None}
    added = [after for _before, after in changes if after is not None]
    whole = [one for one in placements if one.key not in touched] + added
    day = session.get_one(MeetupDay, plan.day_id)
    gone = [one for one in placements if one.key not in {each.key for each in whole}]
    read = read_day(session, day, held=[*whole, *gone])
    # Somebody may have left since: what was wrong before may stay so, nothing new may be.
    known = set(faults_in(read, placements))
    if new := [fault for fault in faults_in(read, whole) if fault not in known]:
        raise FaultyPlan(new)
    planned = (
        select(PlannedMeeting.id)
        .join(MeetupMeeting, MeetupMeeting.id == PlannedMeeting.meeting_id)
        .where(PlannedMeeting.plan_id == plan.id, MeetupMeeting.key.in_(touched))
    )
    numbers = session.scalars(planned).all()
    session.execute(delete(PlannedSeat).where(PlannedSeat.planned_id.in_(numbers)))
    session.execute(delete(PlannedMeeting).where(PlannedMeeting.id.in_(numbers)))
    if added:
        insert_placements(session, plan, added)
    _write_figures(plan, read, known_placements(read, whole))


def _write_figures(plan: MeetupPlan, read: DayToPlan, placements: Sequence[Placement]) -> None:
    known = {name: plan.guarantees[name] for name in _KEPT if name in plan.guarantees}
    figures = figures_of(read, placements, least=guaranteed(plan))
    write_figures(plan, figures, **known, is_edited=True)
    plan.unplaced = reasons_as_data(read, read.numbers(placements)[0])


def _as_data(change: _Change) -> list[Any]:
    before, after = change
    known = after or before
    if known is None:
        message = "a change of nothing"
        raise ValueError(message)
    return [known.key, list(known.participants), _spot_data(before), _spot_data(after)]


def _spot_data(one: Placement | None) -> list[int] | None:
    return None if one is None else [one.slot_id, one.table_id]


def _from_data(data: Sequence[Any], locks: Mapping[str, bool]) -> _Change:
    key, participants, before, after = data
    is_locked = locks.get(key, False)
    people = tuple(participants)
    return (
        None if before is None else Placement(key, people, before[0], before[1], is_locked),
        None if after is None else Placement(key, people, after[0], after[1], is_locked),
    )


def _replay(session: Session, plan: MeetupPlan, *, taken: str, given: str, is_back: bool) -> None:
    stack = list(plan.edits.get(taken, ()))
    if not stack:
        raise RuleViolation(N_("Il n’y a plus de déplacement à reprendre."))
    entry = stack.pop()
    placements = placements_of(session, plan.id)
    locks = {one.key: one.is_locked for one in placements}
    changes = [_from_data(data, locks) for data in entry]
    if is_back:
        changes = [(after, before) for before, after in changes]
    _rewrite(session, plan, placements, changes)
    plan.edits = {**plan.edits, taken: stack, given: [*plan.edits.get(given, ()), entry]}
