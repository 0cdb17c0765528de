"""Storing what a plan holds, all at once, after the independent validator has looked at it."""

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from meetups.validator import faults_of_plan
from models.meetup import MeetupDay
from models.meetup_plan import (
    MeetingSeat,
    MeetupMeeting,
    MeetupPlan,
    PlannedMeeting,
    PlannedSeat,
)
from models.meetup_wish import MeetupWish
from services.errors import RuleViolation
from services.meetup_planning import DayToPlan, Placement, pair_key
from services.meetup_reading import read_day
from vocabulary.labels import N_

# Fits what the plan's row can hold, and what a person reads.
_NAMED_FAULTS: Final = 3


class FaultyPlan(RuleViolation):
    """The validator refuses a plan: nothing of it is stored."""

    def __init__(self, faults: Sequence[str], message: str = "") -> None:
        """Keep what is wrong, as the validator says it; ``message`` says it to people instead."""
        super().__init__(
            message
            or N_(
                "La vérification indépendante refuse ce planning (%(faults)s) : il n’est pas gardé."
            ),
            faults=" ; ".join(faults[:_NAMED_FAULTS]),
        )
        self.faults = tuple(faults)


class PublishedPlan(RuleViolation):
    """A plan that was published is never changed: a copy is."""

    def __init__(self) -> None:
        """Say so."""
        super().__init__(N_("Un planning publié ne change plus : modifiez-en une copie."))


def store_placements(
    session: Session,
    plan: MeetupPlan,
    placements: Sequence[Placement],
    *,
    read: DayToPlan | None = None,
) -> None:
    """Replace what ``plan`` holds by ``placements``, in the running transaction.

    Args:
        session: the running transaction.
        plan: a plan that was never published.
        placements: where each meeting goes, whole.
        read: the day as just read in the same transaction with these placements held.

    Raises:
        FaultyPlan: the validator finds somebody in two places, a table twice, an absence …
        PublishedPlan: the plan was published.
    """
    if plan.published_at is not None:
        raise PublishedPlan
    day = session.get_one(MeetupDay, plan.day_id)
    check_placements(read or read_day(session, day, held=placements), placements)
    session.execute(delete(PlannedSeat).where(PlannedSeat.plan_id == plan.id))
    session.execute(delete(PlannedMeeting).where(PlannedMeeting.plan_id == plan.id))
    if placements:
        insert_placements(session, plan, placements)
    session.expire(plan, ["placements"])


def check_placements(
    read: DayToPlan,
    placements: Sequence[Placement],
    *,
    least: Mapping[int, int] | None = None,
    holds_required: bool = False,
    gives_loops: bool = False,
) -> None:
    """Let the independent validator look at placements.

    Args:
        read: the day as it now stands, with these placements held.
        placements: where each meeting goes.
        least: meetings promised to each participant, by its number in the base.
        holds_required: all that is imposed must be held; a plan changed by hand may leave it out.
        gives_loops: whoever asked for a hearing loop has one while there is one to give; a plan
            changed by hand may decide otherwise.

    Raises:
        FaultyPlan: it finds something, or a placement names what the day no longer has.
    """
    faults = faults_in(
        read, placements, least=least, holds_required=holds_required, gives_loops=gives_loops
    )
    if faults:
        raise FaultyPlan(faults)


def faults_in(
    read: DayToPlan,
    placements: Sequence[Placement],
    *,
    least: Mapping[int, int] | None = None,
    holds_required: bool = False,
    gives_loops: bool = False,
) -> tuple[str, ...]:
    """Return what the validator finds, and what placements name that the day no longer has."""
    found = faults_of_plan(
        read.wished,
        *read.numbers(known_placements(read, placements)),
        least=None if least is None else [least.get(one, 0) for one in read.participants],
        holds_required=holds_required,
        gives_loops=gives_loops,
    )
    return (*_unknown(read, placements), *(fault.text for fault in found))


def known_placements(read: DayToPlan, placements: Iterable[Placement]) -> list[Placement]:
    """Return the placements of which the day still has people, slot and table."""
    return [one for one in placements if not any(_unknown(read, [one]))]


def _unknown(read: DayToPlan, placements: Iterable[Placement]) -> Iterator[str]:
    """Yield what placements name that is not of the day: somebody left, a table was taken away."""
    for one in placements:
        if one.key not in read.candidate_of:
            yield f"{one.key}: participant"
        elif one.slot_id not in read.slot_of:
            yield f"{one.key}: slot"
        elif one.table_id not in read.table_of:
            yield f"{one.key}: table"


def insert_placements(session: Session, plan: MeetupPlan, placements: Sequence[Placement]) -> None:
    """Add placements to a plan that the validator has seen whole."""
    meetings = ensure_meetings(session, plan.day_id, placements)
    rows = [
        {
            "plan_id": plan.id,
            "meeting_id": meetings[one.key],
            "slot_id": one.slot_id,
            "table_id": one.table_id,
            "is_locked": one.is_locked,
        }
        for one in placements
    ]
    made = session.execute(
        insert(PlannedMeeting).returning(PlannedMeeting.id, PlannedMeeting.meeting_id), rows
    )
    planned = {meeting_id: planned_id for planned_id, meeting_id in made}
    session.execute(
        insert(PlannedSeat),
        [
            {
                "planned_id": planned[meetings[one.key]],
                "participant_id": participant_id,
                "plan_id": plan.id,
                "slot_id": one.slot_id,
            }
            for one in placements
            for participant_id in one.participants
        ],
    )


def ensure_meetings(
    session: Session, day_id: int, placements: Iterable[Placement]
) -> dict[str, int]:
    """Return the number of each meeting by its key; those that never were are opened."""
    wanted = {one.key: one for one in placements}
    known = _known_meetings(session, day_id)
    new = [key for key in wanted if key not in known]
    if new:
        subjects = _subjects(session, day_id)
        made = session.execute(
            insert(MeetupMeeting).returning(MeetupMeeting.id, MeetupMeeting.key),
            [_meeting_row(day_id, key, subjects) for key in new],
        )
        known |= {key: number for number, key in made}
        session.execute(
            insert(MeetingSeat),
            [
                {"meeting_id": known[key], "participant_id": participant_id}
                for key in new
                for participant_id in wanted[key].participants
            ],
        )
    _reseat_groups(session, [one for key, one in wanted.items() if key not in new], known)
    return known


def _known_meetings(session: Session, day_id: int) -> dict[str, int]:
    rows = session.execute(
        select(MeetupMeeting.key, MeetupMeeting.id).where(MeetupMeeting.day_id == day_id)
    )
    return {key: number for key, number in rows}  # noqa: C416 - rows, not pairs, for the types


def _meeting_row(
    day_id: int, key: str, subjects: Mapping[str, tuple[int | None, int | None]]
) -> dict[str, Any]:
    need_id, offer_id = subjects.get(key, (None, None))
    return {
        "day_id": day_id,
        "key": key,
        "uid": uuid.uuid4().hex,
        "group_id": int(key[1:]) if key.startswith("g") else None,
        "need_id": need_id,
        "offer_id": offer_id,
    }


def _subjects(session: Session, day_id: int) -> dict[str, tuple[int | None, int | None]]:
    """Return what each pair wants to speak about: the need and the offer of a wish."""
    rows = session.execute(
        select(
            MeetupWish.wisher_id, MeetupWish.wished_id, MeetupWish.need_id, MeetupWish.offer_id
        ).where(
            MeetupWish.day_id == day_id,
            MeetupWish.need_id.is_not(None) | MeetupWish.offer_id.is_not(None),
        )
    )
    return {pair_key(wisher, wished): (need, offer) for wisher, wished, need, offer in rows}


def _reseat_groups(
    session: Session, placements: Iterable[Placement], meetings: Mapping[str, int]
) -> None:
    """Seat the members of groups again: who is of a group changes, its meeting stays."""
    groups = {meetings[one.key]: one.participants for one in placements if one.key.startswith("g")}
    if not groups:
        return
    session.execute(delete(MeetingSeat).where(MeetingSeat.meeting_id.in_(groups)))
    session.execute(
        insert(MeetingSeat),
        [
            {"meeting_id": meeting_id, "participant_id": participant_id}
            for meeting_id, people in groups.items()
            for participant_id in people
        ],
    )
