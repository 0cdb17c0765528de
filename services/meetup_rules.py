"""What the organisers impose or exclude, pair by pair; contradictions are refused by name."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models.account import User
from models.meetup import MeetupDay
from models.meetup_participant import MeetupParticipant
from models.meetup_plan import MeetingSeat, MeetupMeeting, MeetupPlan, PlannedMeeting
from models.meetup_wish import MeetupPairRule, MeetupWish
from services.errors import RuleViolation
from services.meetup_fixed import FixedMeetings, with_availability
from services.meetup_wish_reserve import lock_wishes, settle_reserve
from services.meetup_wish_rules import meeting_cap
from services.meetup_wish_worth import pair_of
from vocabulary.labels import N_
from vocabulary.meetups import PairRule, PlanState, WishState

REASON_LENGTH: Final = 300


@dataclass(frozen=True, slots=True)
class RuleTerms:
    """What is decided of a pair, and why."""

    rule: PairRule
    slot_id: int | None = None
    reason: str = ""


def set_rule(
    session: Session,
    day: MeetupDay,
    pair: tuple[MeetupParticipant, MeetupParticipant],
    terms: RuleTerms,
    *,
    person: User | None,
    now: datetime,
) -> MeetupPairRule:
    """Impose or exclude the meeting of a pair; the same rule again changes its slot and reason.

    An exclusion puts the wishes of the pair aside; nobody is told, and lifting it brings them back.

    Raises:
        RuleViolation: it contradicts what is decided, named; or they cannot meet.
    """
    lock_wishes(session, day)
    if pair[0].id == pair[1].id:
        raise RuleViolation(N_("Choisissez deux participants différents."), field="other")
    one, other = with_availability(session, day, [participant.id for participant in pair])
    first, second = pair_of(one.id, other.id)
    known = session.scalar(
        select(MeetupPairRule).where(
            MeetupPairRule.first_id == first, MeetupPairRule.second_id == second
        )
    )
    fixed = FixedMeetings(session, day)
    if terms.rule is PairRule.REQUIRED:
        fixed.check([one, other], terms.slot_id, key=f"p{known.id}" if known else "")
        _check_caps(fixed, day, (one, other), known)
    else:
        _check_exclusion(fixed, (one, other), known)
    rule = known or MeetupPairRule(
        day_id=day.id,
        first_id=first,
        second_id=second,
        created_at=now,
        created_by_id=person.id if person else None,
    )
    rule.rule, rule.reason = terms.rule, terms.reason
    rule.slot_id = terms.slot_id if terms.rule is PairRule.REQUIRED else None
    session.add(rule)
    session.flush()
    if terms.rule is PairRule.FORBIDDEN:
        _put_aside(session, first, second)
        settle_reserve(session, day, {first, second}, now=now)
    return rule


def lift_rule(session: Session, rule: MeetupPairRule, day: MeetupDay, *, now: datetime) -> None:
    """Forget what was decided of a pair; what was put aside is asked again."""
    lock_wishes(session, day)
    ids = {rule.first_id, rule.second_id}
    session.delete(rule)
    settle_reserve(session, day, ids, now=now)


def allow_same_side(day: MeetupDay, *, is_allowed: bool) -> None:
    """Decide whether participants may wish those of their own side."""
    day.same_side_wishes = is_allowed


@dataclass(frozen=True, slots=True)
class LockedMeeting:
    """A meeting that the next calculations keep where it is."""

    names: tuple[str, ...]
    placed: PlannedMeeting


def locked_meetings(
    session: Session, day: MeetupDay
) -> tuple[MeetupPlan | None, list[LockedMeeting]]:
    """Return the plan that holds, published or else the last, and what is locked in it."""
    plan = _current_plan(session, day)
    if plan is None:
        return None, []
    placed = session.scalars(
        select(PlannedMeeting)
        .where(PlannedMeeting.plan_id == plan.id, PlannedMeeting.is_locked)
        .options(
            joinedload(PlannedMeeting.slot),
            joinedload(PlannedMeeting.table),
            joinedload(PlannedMeeting.meeting)
            .selectinload(MeetupMeeting.seats)
            .joinedload(MeetingSeat.participant),
        )
    ).all()
    found = [
        LockedMeeting(tuple(sorted(seat.participant.name for seat in one.meeting.seats)), one)
        for one in placed
    ]
    return plan, sorted(found, key=lambda one: (one.placed.slot.starts_at, one.names))


def _current_plan(session: Session, day: MeetupDay) -> MeetupPlan | None:
    if day.published_plan_id is not None:
        return session.get(MeetupPlan, day.published_plan_id)
    last = (
        select(MeetupPlan)
        .where(MeetupPlan.day_id == day.id, MeetupPlan.state == PlanState.READY)
        .order_by(MeetupPlan.number.desc())
    )
    return session.scalar(last.limit(1))


def _check_caps(
    fixed: FixedMeetings,
    day: MeetupDay,
    pair: Sequence[MeetupParticipant],
    known: MeetupPairRule | None,
) -> None:
    own = f"p{known.id}" if known else ""
    counts = Counter(key for one in fixed.engagements if one.key != own for key in one.participants)
    for participant in pair:
        cap = meeting_cap(day, participant)
        if counts[participant.id] >= cap:
            raise RuleViolation(
                N_(
                    "« %(name)s » a déjà %(count)s rendez-vous imposés, le plus qu’il puisse tenir."
                ),
                name=participant.name,
                count=cap,
            )


def _check_exclusion(
    fixed: FixedMeetings,
    pair: Sequence[MeetupParticipant],
    known: MeetupPairRule | None,
) -> None:
    names = {"one": pair[0].name, "other": pair[1].name}
    if known is not None and known.rule is PairRule.REQUIRED:
        raise RuleViolation(
            N_(
                "« %(one)s » et « %(other)s » : vous avez imposé leur rendez-vous. Levez d’abord "
                "cette règle."
            ),
            **names,
        )
    both = {one.id for one in pair}
    group = next((one for one in fixed.engagements if both <= one.participants), None)
    if group is not None:
        raise RuleViolation(
            N_(
                "« %(one)s » et « %(other)s » sont ensemble dans « %(group)s » : retirez d’abord "
                "l’un des deux de ce groupe."
            ),
            group=group.names,
            **names,
        )


def _put_aside(session: Session, first: int, second: int) -> None:
    both = (first, second)
    wishes = session.scalars(
        select(MeetupWish).where(
            MeetupWish.wisher_id.in_(both),
            MeetupWish.wished_id.in_(both),
            MeetupWish.state.in_({WishState.PROPOSED, WishState.ACCEPTED}),
        )
    )
    for wish in wishes:
        wish.state, wish.expires_at = WishState.RESERVE, None
