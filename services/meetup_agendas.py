"""Agendas of a meetup day: what each participant does from the first hour to the last.

Hours are in the zone of the place. The whole day is read in as many queries as one agenda.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Final

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Session, joinedload, selectinload
from sqlalchemy.orm.attributes import set_committed_value

from models.meetup import MeetupDay, MeetupSession, MeetupSlot, MeetupTable
from models.meetup_participant import MeetupParticipant
from models.meetup_plan import MeetupMeeting, PlannedMeeting, PlannedSeat
from models.meetup_wish import MeetupWish
from models.offer import Offer
from services.meetup_agenda_lines import (
    Agenda,
    AgendaItem,
    ItemKind,
    Met,
    visible_people,
    wished_by,
)
from services.meetup_availability import Timed, free_slots, overlap
from vocabulary.meetups import SHARED_SESSIONS, DayState, ParticipantState, WishState

# A wish that was turned down does not say why two bodies meet all the same.
_DEAD_WISHES: Final = frozenset({WishState.DECLINED, WishState.WITHDRAWN})


def agenda_of(session: Session, day: MeetupDay, participant: MeetupParticipant) -> Agenda:
    """Return the agenda of one participant, whatever it says of its state."""
    own = select(MeetupParticipant).where(MeetupParticipant.id == participant.id)
    own = own.options(
        joinedload(MeetupParticipant.absences), joinedload(MeetupParticipant.session_seats)
    )
    session.scalars(own.execution_options(populate_existing=True)).unique().one()
    return _Reading(session, day, [participant]).agenda(participant)


def agendas_of_day(
    session: Session, day: MeetupDay, *, only: Collection[int] | None = None
) -> list[Agenda]:
    """Return the agendas of the confirmed participants, by name; ``only`` those of some numbers."""
    wanted = (
        select(MeetupParticipant)
        .where(
            MeetupParticipant.day_id == day.id,
            MeetupParticipant.state == ParticipantState.CONFIRMED,
            MeetupParticipant.id.in_(only) if only is not None else true(),
        )
        .options(
            selectinload(MeetupParticipant.attendees),
            selectinload(MeetupParticipant.absences),
            joinedload(MeetupParticipant.session_seats),
        )
        .order_by(MeetupParticipant.name_key, MeetupParticipant.id)
    )
    participants = session.scalars(wanted).unique().all()
    reading = _Reading(session, day, participants)
    return [reading.agenda(participant) for participant in participants]


def is_agenda_shown(day: MeetupDay) -> bool:
    """Tell whether participants see their meetings."""
    return day.published_plan_id is not None and day.state is not DayState.CANCELLED


class _Reading:
    """What the agendas of some participants are made of, read once."""

    def __init__(
        self, session: Session, day: MeetupDay, participants: Sequence[MeetupParticipant]
    ) -> None:
        self._session = session
        self._day = day
        self._zone = day.zone
        numbers = [one.id for one in participants]
        self._placed: dict[int, list[PlannedMeeting]] = defaultdict(list)
        self._people: dict[int, list[MeetupParticipant]] = defaultdict(list)
        self._wishes: dict[frozenset[int], list[MeetupWish]] = defaultdict(list)
        if is_agenda_shown(day) and day.published_plan_id is not None:
            self._read_meetings(day.published_plan_id, numbers)
            self._read_wishes(numbers)
        self._sessions = session.scalars(
            select(MeetupSession)
            .where(MeetupSession.day_id == day.id)
            .options(joinedload(MeetupSession.room))
            .order_by(MeetupSession.starts_at, MeetupSession.id)
        ).all()
        # Read once, with their rooms: what asks the day for its sessions finds them there.
        set_committed_value(day, "sessions", list(self._sessions))

    def _read_meetings(self, plan_id: int, numbers: Collection[int]) -> None:
        mine = select(PlannedSeat.planned_id).where(
            PlannedSeat.plan_id == plan_id, PlannedSeat.participant_id.in_(numbers)
        )
        about = joinedload(PlannedMeeting.meeting)
        placed = self._session.scalars(
            select(PlannedMeeting)
            .where(PlannedMeeting.id.in_(mine))
            .options(
                joinedload(PlannedMeeting.slot),
                joinedload(PlannedMeeting.table).joinedload(MeetupTable.room),
                about.joinedload(MeetupMeeting.group),
                about.joinedload(MeetupMeeting.need),
                about.joinedload(MeetupMeeting.offer).joinedload(Offer.organization),
            )
        ).all()
        found = {one.id: one for one in placed}
        rows = self._session.execute(
            select(PlannedSeat.planned_id, MeetupParticipant)
            .join(MeetupParticipant, MeetupParticipant.id == PlannedSeat.participant_id)
            .where(PlannedSeat.planned_id.in_(mine))
            .options(joinedload(MeetupParticipant.attendees))
            .order_by(MeetupParticipant.name_key, MeetupParticipant.id)
        )
        for planned_id, participant in rows.unique():
            self._people[planned_id].append(participant)
            self._placed[participant.id].append(found[planned_id])

    def _read_wishes(self, numbers: Collection[int]) -> None:
        wishes = self._session.scalars(
            select(MeetupWish)
            .where(
                MeetupWish.day_id == self._day.id,
                MeetupWish.state.not_in(_DEAD_WISHES),
                _of_either(numbers),
            )
            .order_by(MeetupWish.id)
        )
        for wish in wishes:
            self._wishes[frozenset((wish.wisher_id, wish.wished_id))].append(wish)

    def agenda(self, participant: MeetupParticipant) -> Agenda:
        """Return the agenda of one of the participants read."""
        meetings = [self._met(one, participant) for one in self._placed[participant.id]]
        sessions = list(self._own_sessions(participant))
        absences = [
            self._item(ItemKind.ABSENCE, absence, title="") for absence in participant.absences
        ]
        waits = list(self._waits(participant, meetings))
        items = sorted([*meetings, *sessions, *absences, *waits], key=_by_hour)
        return Agenda(self._day, participant, tuple(items), is_agenda_shown(self._day))

    def _item(self, kind: ItemKind, timed: Timed, **facts: object) -> AgendaItem:
        return AgendaItem(
            kind=kind,
            starts_at=timed.starts_at.astimezone(self._zone),
            ends_at=timed.ends_at.astimezone(self._zone),
            **facts,  # type: ignore[arg-type]  # the other facts of a line
        )

    def _met(self, placed: PlannedMeeting, participant: MeetupParticipant) -> AgendaItem:
        group = placed.meeting.group
        others = [one for one in self._people[placed.id] if one.id != participant.id]
        wishes = self._wishes_with(participant, others)
        return self._item(
            ItemKind.GROUP if group else ItemKind.MEETING,
            placed.slot,
            title=group.title if group else ", ".join(one.name for one in others),
            room=placed.table.room.name,
            table=placed.table.label,
            meeting=placed.meeting,
            others=tuple(Met(one, visible_people(one)) for one in others),
            wished_by=None if group else wished_by(participant.id, wishes),
            wish=None if group else _telling(wishes),
        )

    def _wishes_with(
        self, participant: MeetupParticipant, others: Sequence[MeetupParticipant]
    ) -> list[MeetupWish]:
        if len(others) != 1:
            return []
        return self._wishes.get(frozenset((participant.id, others[0].id)), [])

    def _own_sessions(self, participant: MeetupParticipant) -> Iterator[AgendaItem]:
        chosen = {seat.session_id for seat in participant.session_seats}
        for one in self._sessions:
            is_shared = one.kind in SHARED_SESSIONS
            if is_shared or one.id in chosen:
                yield self._item(
                    ItemKind.SHARED if is_shared else ItemKind.SESSION,
                    one,
                    title=one.title,
                    text=one.text,
                    room=one.room.name if one.room else "",
                    session=one,
                )

    def _waits(
        self, participant: MeetupParticipant, meetings: Sequence[AgendaItem]
    ) -> Iterator[AgendaItem]:
        """Yield the free slots between the first meeting and the last, those that touch as one."""
        if not meetings:
            return
        first = min(one.starts_at for one in meetings)
        last = max(one.ends_at for one in meetings)
        free = free_slots(self._day, participant)
        within = [
            slot for slot in self._day.slots if slot.starts_at >= first and slot.ends_at <= last
        ]

        def is_idle(slot: MeetupSlot) -> bool:
            return slot.id in free and not any(overlap(slot, one) for one in meetings)

        for idle, run in groupby(within, key=is_idle):
            slots = list(run)
            for stretch in self._unbroken(slots) if idle else ():
                yield self._item(ItemKind.WAIT, _Span(stretch[0].starts_at, stretch[-1].ends_at))

    def _unbroken(self, slots: Sequence[MeetupSlot]) -> Iterator[list[MeetupSlot]]:
        """Part idle slots where a part of the programme lies between them: a meal is no wait."""
        run: list[MeetupSlot] = []
        for slot in slots:
            if run and self._is_between(run[-1].ends_at, slot.starts_at):
                yield run
                run = []
            run.append(slot)
        if run:
            yield run

    def _is_between(self, start: datetime, end: datetime) -> bool:
        shared = (one for one in self._sessions if one.kind in SHARED_SESSIONS)
        return any(start <= one.starts_at and one.ends_at <= end for one in shared)


@dataclass(frozen=True, slots=True)
class _Span:
    starts_at: datetime
    ends_at: datetime


def _telling(wishes: Sequence[MeetupWish]) -> MeetupWish | None:
    """Return the wish that says most about why: with a match, then with words."""
    ranked = sorted(wishes, key=lambda one: (not one.match_reasons, not one.message, one.id))
    return ranked[0] if ranked else None


def _of_either(numbers: Collection[int]) -> ColumnElement[bool]:
    return MeetupWish.wisher_id.in_(numbers) | MeetupWish.wished_id.in_(numbers)


_RANKS: Final[Mapping[ItemKind, int]] = {kind: rank for rank, kind in enumerate(ItemKind)}


def _by_hour(item: AgendaItem) -> tuple[datetime, int, datetime]:
    return item.starts_at, _RANKS[item.kind], item.ends_at
