"""Meetings of three to eight participants at one table: a partnership's group, or one by hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from models.account import User
from models.meetup import MeetupDay
from models.meetup_participant import MeetupParticipant
from models.meetup_wish import MeetupGroup, MeetupGroupSeat
from models.partnership import WorkingGroup, WorkingGroupMember
from services.contents import clean_line
from services.errors import RuleViolation
from services.meetup_fixed import FixedMeetings, with_availability
from services.meetup_wish_reserve import lock_wishes
from services.text_keys import name_key
from vocabulary.labels import N_
from vocabulary.meetups import ParticipantState

FEWEST: Final = 3
MOST: Final = 8
TITLE_LENGTH: Final = 200


@dataclass(frozen=True, slots=True)
class GroupTerms:
    """What a group meeting is: its title, who sits there, when, and the group it is of."""

    title: str
    participant_ids: tuple[int, ...]
    slot_id: int | None = None
    working_group_id: int | None = None


@dataclass(frozen=True, slots=True)
class GroupSource:
    """A working group of a partnership, some of whose members come to the day."""

    group: WorkingGroup
    participant_ids: tuple[int, ...]


def save_meetup_group(
    session: Session,
    day: MeetupDay,
    group: MeetupGroup | None,
    terms: GroupTerms,
    *,
    person: User | None,
    now: datetime,
) -> MeetupGroup:
    """Ask for a group meeting, or change it.

    Raises:
        RuleViolation: no title, too few or too many people, no table large enough, or what is
            fixed does not allow it; told by name.
    """
    lock_wishes(session, day)
    if not name_key(terms.title):
        raise RuleViolation(N_("Donnez un titre à ce groupe."), field="title")
    people = with_availability(session, day, terms.participant_ids)
    if not FEWEST <= len(people) <= MOST:
        raise RuleViolation(
            N_("Un groupe réunit de %(fewest)s à %(most)s participants : il y en a %(count)s."),
            field="people",
            fewest=FEWEST,
            most=MOST,
            count=len(people),
        )
    fixed = FixedMeetings(session, day)
    _check_largest_table(fixed, len(people))
    fixed.check(people, terms.slot_id, key=f"g{group.id}" if group else "")
    if group is None:
        group = MeetupGroup(
            day_id=day.id, created_at=now, created_by_id=person.id if person else None
        )
        session.add(group)
    group.title, group.slot_id = clean_line(terms.title, TITLE_LENGTH), terms.slot_id
    group.working_group_id = terms.working_group_id
    wanted = {one.id for one in people}
    for seat in list(group.seats):
        if seat.participant_id not in wanted:
            group.seats.remove(seat)
    held = {seat.participant_id for seat in group.seats}
    group.seats.extend(
        MeetupGroupSeat(participant_id=one.id) for one in people if one.id not in held
    )
    session.flush()
    return group


def group_sources(session: Session, day: MeetupDay) -> list[GroupSource]:
    """Return the working groups of which enough members come; two queries.

    Where more come than a table takes, the organisers choose among them.
    """
    coming = (
        select(WorkingGroupMember.group_id, MeetupParticipant.id)
        .join(
            MeetupParticipant,
            MeetupParticipant.organization_id == WorkingGroupMember.organization_id,
        )
        .where(
            MeetupParticipant.day_id == day.id,
            MeetupParticipant.state == ParticipantState.CONFIRMED,
        )
        .order_by(MeetupParticipant.name_key)
    )
    members: dict[int, list[int]] = {}
    for group_id, participant_id in session.execute(coming):
        members.setdefault(group_id, []).append(participant_id)
    enough = {key: ids for key, ids in members.items() if len(ids) >= FEWEST}
    groups = session.scalars(
        select(WorkingGroup)
        .where(WorkingGroup.id.in_(enough))
        .options(joinedload(WorkingGroup.partnership))
        .order_by(func.lower(WorkingGroup.name), WorkingGroup.id)
    )
    return [GroupSource(one, tuple(enough[one.id])) for one in groups]


def people_of(group: MeetupGroup) -> Sequence[MeetupParticipant]:
    """Return who sits in a group, by name."""
    return sorted((seat.participant for seat in group.seats), key=lambda one: one.name_key)


def _check_largest_table(fixed: FixedMeetings, size: int) -> None:
    largest = max(fixed.table_seats, default=0)
    if size > largest:
        raise RuleViolation(
            N_(
                "Aucune table n’a %(size)s places : la plus grande en a %(largest)s. Ajoutez une "
                "table dans « Lieu et programme »."
            ),
            field="people",
            size=size,
            largest=largest,
        )
