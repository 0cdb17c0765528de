"""What the organisers fixed at a day, and whether one thing more is possible: refusals by name."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from models.meetup import MeetupDay, MeetupRoom, MeetupSlot, MeetupTable
from models.meetup_participant import MeetupParticipant
from models.meetup_wish import MeetupGroup, MeetupGroupSeat, MeetupPairRule
from services.errors import RuleViolation
from services.meetup_availability import free_slots, session_during
from services.meetup_wish_worth import Pair, pair_of
from vocabulary.labels import N_
from vocabulary.meetups import PairRule, ParticipantState

_GONE: Final = frozenset(
    {ParticipantState.DECLINED, ParticipantState.REFUSED, ParticipantState.CANCELLED}
)


@dataclass(frozen=True, slots=True)
class Engagement:
    """A meeting that the organisers want: of whom, in which slot if any, told by its names."""

    key: str
    participants: frozenset[int]
    slot_id: int | None
    names: str


class FixedMeetings:
    """The imposed pairs and the groups of a day, loaded once; seven queries."""

    def __init__(self, session: Session, day: MeetupDay) -> None:
        self.day = day
        self.slots = {slot.id: slot for slot in day.slots}
        rules = rules_of(session, day)
        self.forbidden: dict[Pair, MeetupPairRule] = {
            (one.first_id, one.second_id): one for one in rules if one.rule is PairRule.FORBIDDEN
        }
        pairs = [
            Engagement(
                f"p{one.id}",
                frozenset({one.first_id, one.second_id}),
                one.slot_id,
                f"{one.first.name} – {one.second.name}",
            )
            for one in rules
            if one.rule is PairRule.REQUIRED
        ]
        groups = [
            Engagement(
                f"g{one.id}",
                frozenset(seat.participant_id for seat in one.seats),
                one.slot_id,
                one.title,
            )
            for one in groups_of(session, day)
        ]
        self.engagements = [*pairs, *groups]
        self.table_seats = sorted(
            session.scalars(
                select(MeetupTable.seats)
                .join(MeetupRoom, MeetupTable.room_id == MeetupRoom.id)
                .where(MeetupRoom.day_id == day.id)
            ),
            reverse=True,
        )

    def check(
        self, people: Sequence[MeetupParticipant], slot_id: int | None, *, key: str = ""
    ) -> None:
        """Refuse a meeting of ``people`` that what is fixed does not allow.

        ``key`` is that of the meeting itself when it changes.

        Raises:
            RuleViolation: somebody does not come, is kept apart from another, is not available or
                is fixed elsewhere; no slot suits all; or no table is left. Each is told by name.
        """
        for one in people:
            if one.state in _GONE:
                raise RuleViolation(N_("« %(name)s » ne vient pas à cette journée."), name=one.name)
        self._check_apart(people)
        others = [one for one in self.engagements if one.key != key]
        if slot_id is None:
            self._check_common_slot(people)
            return
        slot = self.slots.get(slot_id)
        if slot is None:
            raise RuleViolation(N_("Ce créneau n’existe plus."), field="slot")
        self._check_available(people, slot)
        self._check_free(people, slot, others)
        self._check_tables(len(people), slot, others)

    def _check_apart(self, people: Iterable[MeetupParticipant]) -> None:
        seen: list[MeetupParticipant] = []
        for one in people:
            for other in seen:
                rule = self.forbidden.get(pair_of(one.id, other.id))
                if rule is not None:
                    raise RuleViolation(
                        N_(
                            "« %(one)s » et « %(other)s » : vous avez exclu leur rendez-vous"
                            "%(reason)s. Levez d’abord cette règle."
                        ),
                        one=other.name,
                        other=one.name,
                        reason=f" ({rule.reason})" if rule.reason else "",
                    )
            seen.append(one)

    def _check_common_slot(self, people: Iterable[MeetupParticipant]) -> None:
        if not self.slots:
            return  # the slots come later: the planner will tell
        common = frozenset(self.slots)
        for one in people:
            free = common & free_slots(self.day, one)
            if not free:
                raise RuleViolation(
                    N_(
                        "Aucun créneau ne convient à tous : « %(name)s » n’est disponible dans "
                        "aucun de ceux qui restent possibles."
                    ),
                    name=one.name,
                )
            common = free

    def _check_available(self, people: Iterable[MeetupParticipant], slot: MeetupSlot) -> None:
        during = session_during(self.day, slot)
        if during is not None:
            raise RuleViolation(
                N_("Personne n’est disponible à %(hour)s : c’est le temps de « %(title)s »."),
                field="slot",
                hour=self.hour_of(slot),
                title=during.title,
            )
        for one in people:
            if slot.id not in free_slots(self.day, one):
                raise RuleViolation(
                    N_("« %(name)s » n’est pas disponible à %(hour)s."),
                    field="slot",
                    name=one.name,
                    hour=self.hour_of(slot),
                )

    def _check_free(
        self,
        people: Iterable[MeetupParticipant],
        slot: MeetupSlot,
        others: Iterable[Engagement],
    ) -> None:
        taken = [one for one in others if one.slot_id == slot.id]
        for one in people:
            found = next((other for other in taken if one.id in other.participants), None)
            if found is not None:
                raise RuleViolation(
                    N_("« %(name)s » est déjà fixé à %(hour)s : %(meeting)s."),
                    field="slot",
                    name=one.name,
                    hour=self.hour_of(slot),
                    meeting=found.names,
                )

    def _check_tables(self, size: int, slot: MeetupSlot, others: Iterable[Engagement]) -> None:
        """Refuse more fixed meetings than tables, the large ones at tables large enough."""
        sizes = [len(one.participants) for one in others if one.slot_id == slot.id] + [size]
        limit = len(self.table_seats) if slot.table_limit is None else slot.table_limit
        seats = self.table_seats[: max(limit, 0)]
        # The largest meeting takes the largest table: if that does not do, nothing does.
        wanted = sorted(sizes, reverse=True)
        fits = len(wanted) <= len(seats) and all(
            needed <= there for needed, there in zip(wanted, seats, strict=False)
        )
        if not fits:
            raise RuleViolation(
                N_(
                    "À %(hour)s, il ne reste pas de table assez grande pour ce rendez-vous avec "
                    "ceux que vous avez déjà fixés."
                ),
                field="slot",
                hour=self.hour_of(slot),
            )

    def hour_of(self, slot: MeetupSlot) -> str:
        """Return when a slot starts, by the clocks of the place: « 9 h 20 »."""
        return clock(slot.starts_at, self.day)


def clock(instant: datetime, day: MeetupDay) -> str:
    """Return an instant as the clocks of the place show it, as a refusal says it."""
    local = instant.astimezone(day.zone)
    return f"{local.hour} h {local.minute:02}" if local.minute else f"{local.hour} h"


def rules_of(session: Session, day: MeetupDay) -> Sequence[MeetupPairRule]:
    """Return the rules about pairs, with their participants and slots; one query."""
    return session.scalars(
        select(MeetupPairRule)
        .where(MeetupPairRule.day_id == day.id)
        .options(
            joinedload(MeetupPairRule.first),
            joinedload(MeetupPairRule.second),
            joinedload(MeetupPairRule.slot),
        )
        .order_by(MeetupPairRule.rule, MeetupPairRule.id)
    ).all()


def groups_of(session: Session, day: MeetupDay) -> Sequence[MeetupGroup]:
    """Return the group meetings, with their participants and slots; two queries."""
    return session.scalars(
        select(MeetupGroup)
        .where(MeetupGroup.day_id == day.id)
        .options(
            joinedload(MeetupGroup.slot),
            joinedload(MeetupGroup.working_group),
            selectinload(MeetupGroup.seats).joinedload(MeetupGroupSeat.participant),
        )
        .order_by(MeetupGroup.id)
    ).all()


def with_availability(
    session: Session, day: MeetupDay, ids: Iterable[int]
) -> list[MeetupParticipant]:
    """Return some participants of a day with when they can be met, in the order of ``ids``.

    Those of another day are left out.
    """
    wanted = list(dict.fromkeys(ids))
    found = session.scalars(
        select(MeetupParticipant)
        .where(MeetupParticipant.day_id == day.id, MeetupParticipant.id.in_(wanted))
        .options(
            selectinload(MeetupParticipant.absences), selectinload(MeetupParticipant.session_seats)
        )
    )
    by_id = {one.id: one for one in found}
    return [by_id[key] for key in wanted if key in by_id]
