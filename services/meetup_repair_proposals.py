"""What can be done when the published planning no longer holds: two or three repairs, or none."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from meetups.problem import Held
from meetups.repair import propose_repairs
from models.meetup import MeetupDay, MeetupSlot
from services.meetup_figures import PersonFigures, figures_of
from services.meetup_plan_diff import Difference, PlanDifference, compare
from services.meetup_planning import DayToPlan, Placement, placements_of
from services.meetup_reading import read_day
from services.meetup_repair_audience import (
    Audience,
    audience_of,
    changed_agendas,
    mails_by_participant,
)

# The first proposal at once; the others when one asks to search on.
AT_ONCE: Final = 0.04
SEARCHED: Final = 2.0


@dataclass(frozen=True)
class Situation:
    """The published planning against those who are there now."""

    plan_id: int
    before: tuple[Placement, ...]
    kept: tuple[Placement, ...]
    """What can still be held, or was."""
    impossible: tuple[Placement, ...]
    """Meetings of somebody who is not there."""
    read: DayToPlan
    from_slot: int
    """First slot, in order, that has not begun: what runs or is over is not touched."""
    absent: frozenset[int]
    newcomers: frozenset[int]
    """Participants who are there and have no meeting: numbers in the base, as above."""
    mails: Mapping[int, int]
    """How many people are written to about each participant."""

    @cached_property
    def frozen(self) -> frozenset[int]:
        """Return the slots that have begun."""
        return frozenset(self.read.slots[: self.from_slot])

    @cached_property
    def figures(self) -> Mapping[int, PersonFigures]:
        """Return the figures of each participant when nothing is done."""
        return figures_of(self.read, self.kept).people

    @property
    def lonely(self) -> tuple[int, ...]:
        """Return those who would wait at a table for somebody who does not come."""
        people = {who for one in self.impossible for who in one.participants}
        return tuple(sorted(people - self.absent))


@dataclass(frozen=True)
class Proposal:
    """One way to go on: the whole planning it leads to, and what it changes."""

    situation: Situation
    placements: tuple[Placement, ...]

    @cached_property
    def difference(self) -> PlanDifference:
        """Return what differs from what everybody was told."""
        return compare(self.situation.before, self.placements)

    @cached_property
    def figures(self) -> Mapping[int, PersonFigures]:
        """Return the figures of each participant afterwards."""
        return figures_of(self.situation.read, self.placements).people

    @cached_property
    def audience(self) -> Audience:
        """Return whom it is told to, there or not, and by how many mails."""
        situation = self.situation
        changes = changed_agendas(situation.before, self.placements)
        return audience_of(changes, situation.read.names.people, situation.mails)

    @property
    def is_useful(self) -> bool:
        """Tell whether it does more than to give other tables to meetings that can be held."""
        return any(
            one.difference is not Difference.RESEATED
            or (one.after is not None and one.after.key in self._impossible)
            for one in self.difference.meetings
        )

    @property
    def added(self) -> int:
        """Return how many meetings are new."""
        return self.difference.counts[Difference.ADDED]

    @property
    def dropped(self) -> int:
        """Return how many meetings are lost."""
        return self.difference.counts[Difference.DROPPED]

    @property
    def replaced(self) -> int:
        """Return how many meetings that were missed, or could not be held, have another hour."""
        return len(self._moved & self._impossible)

    @property
    def moved(self) -> int:
        """Return how many meetings that could be held have another hour."""
        return len(self._moved - self._impossible)

    @property
    def reseated(self) -> int:
        """Return how many meetings have another table at the same hour."""
        return self.difference.counts[Difference.RESEATED]

    @cached_property
    def _moved(self) -> frozenset[str]:
        found = (one for one in self.difference.meetings if one.difference is Difference.MOVED)
        return frozenset(one.after.key for one in found if one.after is not None)

    @cached_property
    def _impossible(self) -> frozenset[str]:
        return frozenset(one.key for one in self.situation.impossible)


def read_situation(session: Session, day: MeetupDay, *, now: datetime) -> Situation | None:
    """Return where the published planning stands; nothing while none is published."""
    if day.published_plan_id is None:
        return None
    _read_hours(session, day)
    before = tuple(placements_of(session, day.published_plan_id))
    read = read_day(session, day, held=before)
    kept = tuple(possible_placements(read, before))
    if any(one.is_locked for one in kept):
        read = read_day(session, day, held=before, locked=[one for one in kept if one.is_locked])
    held = {one.key for one in kept}
    meeting = {who for one in kept for who in one.participants}
    people = read.names.people
    absent = frozenset(one.id for one in people if one.absent_at is not None)
    there = frozenset(one.id for one in people if one.arrived_at is not None)
    return Situation(
        plan_id=day.published_plan_id,
        before=before,
        kept=kept,
        impossible=tuple(one for one in before if one.key not in held),
        read=read,
        from_slot=first_open_slot(day.slots, now),
        absent=absent,
        newcomers=there - meeting - absent,
        mails=mails_by_participant(session, people),
    )


def _read_hours(session: Session, day: MeetupDay) -> None:
    """Read the slots and the programme of a day together; whatever asks for them finds them."""
    both = joinedload(MeetupDay.slots), joinedload(MeetupDay.sessions)
    session.scalars(select(MeetupDay).where(MeetupDay.id == day.id).options(*both)).unique().one()


def possible_placements(read: DayToPlan, placements: Iterable[Placement]) -> list[Placement]:
    """Return those of ``placements`` whose people can all be there, at a table that exists.

    A working group meets without its absent members.
    """
    return [
        one
        for one in (_with_members(read, placement) for placement in placements)
        if one.key in read.candidate_of
        and one.slot_id in read.slot_of
        and one.table_id in read.table_of
        and all(
            who in read.person_of
            and read.wished.available[read.person_of[who]] >> read.slot_of[one.slot_id] & 1
            for who in one.participants
        )
    ]


def _with_members(read: DayToPlan, placement: Placement) -> Placement:
    index = read.candidate_of.get(placement.key)
    if index is None or not placement.key.startswith("g"):
        return placement
    people = read.wished.candidates[index].participants
    return replace(placement, participants=tuple(sorted(read.participants[one] for one in people)))


def first_open_slot(slots: Sequence[MeetupSlot], now: datetime) -> int:
    """Return the position of the first slot that has not begun."""
    return sum(slot.starts_at <= now for slot in slots)


def propose(situation: Situation, *, seconds: float = AT_ONCE) -> tuple[Proposal, ...]:
    """Return the repairs that can be chosen, the one that moves nothing first.

    Within ``AT_ONCE`` only the first is made. Where meetings cannot be held, one that only takes
    them off comes last: those who would wait are told.
    """
    read = situation.read
    slots, tables = read.numbers(situation.kept)
    repairs = propose_repairs(
        read.wished,
        Held(slots, tables),
        absent=_persons(read, situation.absent),
        arrived=_persons(read, situation.newcomers),
        from_slot=situation.from_slot,
        seconds=seconds,
    )
    found = [
        _with_history(situation, read.placements(one.plan.slots, one.plan.tables))
        for one in repairs
    ]
    if situation.impossible:
        found.append(situation.kept)
    proposals: list[Proposal] = []
    for placements in found:
        proposal = Proposal(situation, tuple(placements))
        is_new = all(set(one.placements) != set(proposal.placements) for one in proposals)
        if proposal.is_useful and is_new:
            proposals.append(proposal)
    return tuple(proposals)


def _persons(read: DayToPlan, numbers: Iterable[int]) -> frozenset[int]:
    return frozenset(read.person_of[one] for one in numbers if one in read.person_of)


def _with_history(situation: Situation, placements: Iterable[Placement]) -> tuple[Placement, ...]:
    """Return ``placements`` with what has begun as it was."""
    history = {one.key: one for one in situation.kept if one.slot_id in situation.frozen}
    return (*history.values(), *(one for one in placements if one.key not in history))
