"""Where the preparation of a meetup day stands: how many of each thing, and what comes next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload

from models.meetup import MeetupDay, MeetupRoom, MeetupSession, MeetupSlot, MeetupTable
from models.meetup_participant import MeetupParticipant
from models.meetup_plan import MeetupPlan
from models.meetup_wish import MeetupWish
from services.meetup_clock import is_past, is_today
from services.meetup_wish_worth import counted_wishes
from vocabulary.meetups import DayState, ParticipantState, PlanState, WishState


class Step(Enum):
    """What organising a day asks for, in order."""

    PLACE = "place"
    SLOTS = "slots"
    PROGRAMME = "programme"
    OPENING = "opening"
    INVITING = "inviting"
    DECIDING = "deciding"
    WISHES = "wishes"
    PLANNING = "planning"
    PUBLISHING = "publishing"
    RECEIVING = "receiving"
    REPORTING = "reporting"


@dataclass(frozen=True, slots=True)
class DayFigures:
    """How many of each thing a day holds."""

    rooms: int
    tables: int
    slots: int
    sessions: int
    participants: dict[ParticipantState, int]
    wishes: dict[WishState, int]
    plans: dict[PlanState, int]

    @property
    def known(self) -> int:
        """Return how many participants were invited or registered, whatever came of it."""
        return sum(self.participants.values())

    @property
    def confirmed(self) -> int:
        """Return how many participants come."""
        return self.participants.get(ParticipantState.CONFIRMED, 0)

    @property
    def to_decide(self) -> int:
        """Return how many registrations wait for a yes or a no."""
        return self.participants.get(ParticipantState.PENDING, 0)

    @property
    def wished(self) -> int:
        """Return how many wishes the planner takes into account: neither declined nor withdrawn."""
        return counted_wishes(self.wishes)

    @property
    def ready_plans(self) -> int:
        """Return how many plans can be published."""
        return self.plans.get(PlanState.READY, 0)

    @property
    def is_computing(self) -> bool:
        """Tell whether a plan is being calculated or is about to be."""
        return bool(self.plans.keys() & {PlanState.QUEUED, PlanState.COMPUTING})


@dataclass(frozen=True, slots=True)
class StepState:
    """One step: whether it is done, and whether it is the one to do now."""

    step: Step
    is_done: bool
    is_next: bool


def day_figures(session: Session, day: MeetupDay) -> DayFigures:
    """Count what a day holds; four queries."""
    tables = (
        select(func.count(MeetupTable.id))
        .join(MeetupRoom, MeetupTable.room_id == MeetupRoom.id)
        .where(MeetupRoom.day_id == day.id)
    )
    counted = [
        select(func.count(MeetupRoom.id)).where(MeetupRoom.day_id == day.id),
        tables,
        select(func.count(MeetupSlot.id)).where(MeetupSlot.day_id == day.id),
        select(func.count(MeetupSession.id)).where(MeetupSession.day_id == day.id),
    ]
    row = session.execute(select(*(query.scalar_subquery() for query in counted))).one()
    rooms, table_count, slots, sessions = row
    return DayFigures(
        rooms=rooms,
        tables=table_count,
        slots=slots,
        sessions=sessions,
        participants=_by_state(session, MeetupParticipant.state, MeetupParticipant.day_id, day),
        wishes=_by_state(session, MeetupWish.state, MeetupWish.day_id, day),
        plans=_by_state(session, MeetupPlan.state, MeetupPlan.day_id, day),
    )


def _by_state(session: Session, state: Any, day_id: Any, day: MeetupDay) -> dict[Any, int]:  # noqa: ANN401 - any table's columns
    query: Select[Any] = select(state, func.count()).where(day_id == day.id).group_by(state)
    return dict(session.execute(query).all())


def steps_of(day: MeetupDay, figures: DayFigures, *, now: datetime) -> list[StepState]:
    """Return the steps of a day in order; the first that is not done is the next one.

    Receiving people waits for the day itself, reporting for its end.
    """
    over = is_past(day, now)
    done = {
        Step.PLACE: figures.tables > 0,
        Step.SLOTS: figures.slots > 0,
        Step.PROGRAMME: figures.sessions > 0,
        Step.OPENING: day.state in {DayState.OPEN, DayState.CLOSED} or over,
        Step.INVITING: figures.known > 0,
        Step.DECIDING: figures.known > 0 and figures.to_decide == 0,
        Step.WISHES: figures.wished > 0,
        Step.PLANNING: figures.ready_plans > 0,
        Step.PUBLISHING: day.published_plan_id is not None,
        Step.RECEIVING: over,
        Step.REPORTING: False,
    }
    left = [step for step, is_done in done.items() if not is_done]
    upcoming = _next_step(left, held_today=is_today(day, now), over=over)
    if day.state is DayState.CANCELLED:
        upcoming = None
    return [StepState(step, is_done, step is upcoming) for step, is_done in done.items()]


def _next_step(left: Sequence[Step], *, held_today: bool, over: bool) -> Step | None:
    if over:
        return Step.REPORTING
    ready = [step for step in left if step is not Step.REPORTING]
    if not held_today:
        ready = [step for step in ready if step is not Step.RECEIVING]
    # Whoever stands at the door comes before a programme that was never written down.
    if held_today and Step.PUBLISHING not in left:
        return Step.RECEIVING
    return ready[0] if ready else None


def organized_days(session: Session) -> Sequence[MeetupDay]:
    """Return every day with its commune, the latest first."""
    return session.scalars(
        select(MeetupDay)
        .options(joinedload(MeetupDay.commune))
        .order_by(MeetupDay.held_on.desc(), MeetupDay.id.desc())
    ).all()


def confirmed_counts(session: Session) -> dict[int, int]:
    """Return by day how many participants come."""
    counted = (
        select(MeetupParticipant.day_id, func.count())
        .where(MeetupParticipant.state == ParticipantState.CONFIRMED)
        .group_by(MeetupParticipant.day_id)
    )
    return dict(session.execute(counted).all())
