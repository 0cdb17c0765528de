"""A plan while it is computed: claimed by one process, told how far it is, stored or given up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

import structlog
from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.orm import Session

from meetups.planner import Phase, PlannedDay, Progress
from models.meetup import MeetupDay
from models.meetup_plan import MeetupPlan
from services.meetup_figures import figures_of, write_figures
from services.meetup_plan_store import FaultyPlan, check_placements, store_placements
from services.meetup_planning import DayToPlan, Placement, placements_of
from services.meetup_plans import PLAN_COMPUTE
from services.meetup_reading import read_day
from services.meetup_why import reasons_as_data
from services.outbox import post_message
from vocabulary.labels import N_
from vocabulary.meetups import PlanPhase, PlanState

log = structlog.get_logger()
# A calculation tells how far it is several times a second: silent for so long, it is dead.
PLAN_LEASE: Final = timedelta(seconds=90)
CRASHED: Final = N_(
    "Le calcul s’est arrêté brutalement. Rien n’a été changé : les autres plannings sont intacts. "
    "Relancez-le ; si cela se répète, donnez-lui moins de temps ou prévenez l’administrateur."
)
OVERDUE: Final = N_(
    "Le calcul ne rendait plus la main : il a été arrêté. Rien n’a été changé ; relancez-le."
)
NOT_FOUND: Final = N_(
    "Le calcul n’a pas trouvé comment tenir tout ce qui est imposé ; rien ne prouve que ce soit "
    "impossible. Donnez-lui plus de temps, ou imposez moins de rendez-vous."
)
CHANGED: Final = N_(
    "La journée a changé pendant le calcul, et son résultat n’y convient plus. Relancez-le."
)
_PHASES: Final = {
    Phase.SELECTION: PlanPhase.SELECTION,
    Phase.PLACEMENT: PlanPhase.PLACEMENT,
    Phase.BREAKS: PlanPhase.BREAKS,
    Phase.PROOF: PlanPhase.PROOF,
    Phase.TABLES: PlanPhase.TABLES,
}


@dataclass(frozen=True, slots=True)
class Claim:
    """The right of one process to compute one plan; a later claim makes it worthless."""

    plan_id: int
    started_at: datetime

    def holds(self) -> ColumnElement[bool]:
        """Return the condition under which the plan is still this process's."""
        return and_(
            MeetupPlan.id == self.plan_id,
            MeetupPlan.started_at == self.started_at,
            MeetupPlan.state == PlanState.COMPUTING,
        )


class Standing(StrEnum):
    """What a calculation is to do next."""

    GO_ON = "go on"
    STOP = "stop"
    LOST = "lost"
    """The plan was deleted, or given to another process: nothing may be written any more."""


def claim_plan(session: Session, plan_id: int, *, token: datetime) -> Claim | None:
    """Take a plan that waits; of two processes one gets it.

    ``token``, the instant at which the worker began the process, tells its claim from others.
    """
    taken = session.execute(
        update(MeetupPlan)
        .where(MeetupPlan.id == plan_id, MeetupPlan.state == PlanState.QUEUED)
        .values(
            state=PlanState.COMPUTING,
            phase=PlanPhase.READING,
            started_at=token,
            progress_at=token,
            finished_at=None,
        )
        .execution_options(synchronize_session=False)
    )
    return Claim(plan_id, token) if taken.rowcount else None  # type: ignore[attr-defined]


def read_order(session: Session, claim: Claim) -> tuple[MeetupPlan, DayToPlan] | None:
    """Return the plan and the day it is for, with the locks it keeps; ``None``: it is gone."""
    plan = session.scalar(select(MeetupPlan).where(claim.holds()))
    if plan is None:
        return None
    return plan, read_for(session, plan)


def read_for(session: Session, plan: MeetupPlan, *, held: Sequence[Placement] = ()) -> DayToPlan:
    """Return the day of a plan with the locks it keeps, its meetings where it would have them."""
    locked: list[Placement] = []
    if plan.keeps_locks and plan.based_on_id is not None:
        locked = [one for one in placements_of(session, plan.based_on_id) if one.is_locked]
    day = session.get_one(MeetupDay, plan.day_id)
    before = [] if plan.close_to_id is None else placements_of(session, plan.close_to_id)
    return read_day(session, day, seed=plan.seed, locked=locked, held=held, before=before)


def note_progress(
    session: Session, claim: Claim, progress: Progress | None, *, now: datetime
) -> Standing:
    """Write how far a calculation is; return what it is to do next."""
    values = {"progress_at": now} if progress is None else _live_figures(progress, now)
    row = session.execute(
        update(MeetupPlan)
        .where(claim.holds())
        .values(**values)
        .returning(MeetupPlan.is_stop_asked)
        .execution_options(synchronize_session=False)
    ).first()
    if row is None:
        return Standing.LOST
    return Standing.STOP if row.is_stop_asked else Standing.GO_ON


def _live_figures(progress: Progress, now: datetime) -> dict[str, object]:
    return {
        "progress_at": now,
        "phase": _PHASES[progress.phase],
        "placed": progress.placed,
        "score": progress.score,
        "score_bound": progress.score_bound or None,
        "breaks": progress.breaks,
        "breaks_bound": progress.breaks_bound,
    }


def finish_plan(
    session: Session, claim: Claim, read: DayToPlan, planned: PlannedDay, *, now: datetime
) -> bool:
    """Store what was found, whole, in the running transaction; ``False``: it is not wanted.

    What the planner answers goes through the validator against the day as it now stands.

    Raises:
        FaultyPlan: the validator refuses it.
    """
    plan = session.scalar(select(MeetupPlan).where(claim.holds()).with_for_update())
    if plan is None:
        return False
    placements = read.placements(planned.slots, planned.tables)
    fresh = read_for(session, plan, held=placements)
    least = {
        number: agenda.least
        for number, agenda in zip(read.participants, planned.agendas, strict=True)
    }
    check_placements(
        fresh,
        placements,
        least=_promised(planned, least),
        holds_required=True,
        gives_loops=True,
    )
    store_placements(session, plan, placements, read=fresh)
    write_figures(
        plan,
        figures_of(fresh, placements, least=least),
        is_score_proven=planned.is_score_proven,
        is_breaks_proven=planned.is_breaks_proven,
        is_cut=planned.is_cut,
        seconds=round(planned.seconds, 2),
        **_closeness(session, plan, placements),
    )
    plan.wished, plan.score_bound = len(read.keys), planned.score_bound
    plan.breaks_bound = planned.breaks_bound
    plan.unplaced = reasons_as_data(read, planned.slots)
    plan.phase, plan.state, plan.finished_at = None, PlanState.READY, now
    plan.is_stop_asked = False
    return True


def _closeness(
    session: Session, plan: MeetupPlan, placements: Sequence[Placement]
) -> dict[str, Any]:
    """Return how many meetings of the plan to stay close to have kept their hour."""
    if plan.close_to_id is None:
        return {}
    before = {one.key: one.slot_id for one in placements_of(session, plan.close_to_id)}
    kept = [one.slot_id == before[one.key] for one in placements if one.key in before]
    return {"stayed": sum(kept), "moved": len(kept) - sum(kept), "dropped": len(before) - len(kept)}


def _promised(planned: PlannedDay, least: Mapping[int, int]) -> Mapping[int, int] | None:
    """Return the minimum that the planner says is kept; a search cut short may promise none."""
    return least if planned.is_guarantee_kept else None


def call_impossible(
    session: Session, claim: Claim, conflicts: dict[str, Any], *, now: datetime
) -> None:
    """Keep which rules are in conflict, when no plan can hold all that is imposed."""
    plan = session.scalar(select(MeetupPlan).where(claim.holds()))
    if plan is not None:
        plan.conflicts = conflicts
        plan.phase, plan.state, plan.finished_at = None, PlanState.INFEASIBLE, now


def fail_plan(session: Session, claim: Claim, message: str, *, now: datetime) -> bool:
    """Say that a calculation ended without a result; ``False``: it had one, or was given up."""
    failed = session.execute(
        update(MeetupPlan)
        .where(claim.holds())
        .values(state=PlanState.FAILED, failure=message[:300], phase=None, finished_at=now)
        .execution_options(synchronize_session=False)
    )
    return bool(failed.rowcount)  # type: ignore[attr-defined]


def fail_unbegun(session: Session, plan_id: int, message: str, *, now: datetime) -> bool:
    """Say the same of a plan whose process died before it took it."""
    failed = session.execute(
        update(MeetupPlan)
        .where(MeetupPlan.id == plan_id, MeetupPlan.state == PlanState.QUEUED)
        .values(state=PlanState.FAILED, failure=message[:300], phase=None, finished_at=now)
        .execution_options(synchronize_session=False)
    )
    return bool(failed.rowcount)  # type: ignore[attr-defined]


def requeue_plan(session: Session, claim: Claim, *, now: datetime) -> None:
    """Let another worker begin again what this one leaves because it is asked to stop."""
    unbegun = and_(MeetupPlan.id == claim.plan_id, MeetupPlan.state == PlanState.QUEUED)
    waiting = session.execute(
        update(MeetupPlan)
        .where(or_(claim.holds(), unbegun))
        .values(state=PlanState.QUEUED, phase=None, started_at=None)
        .execution_options(synchronize_session=False)
    )
    if waiting.rowcount:  # type: ignore[attr-defined]
        post_message(session, PLAN_COMPUTE, {"plan_id": claim.plan_id}, now=now)


def fail_silent_plans(session: Session, *, now: datetime) -> list[int]:
    """Give up the calculations that nobody carries on: process and worker died together."""
    silent = session.execute(
        select(MeetupPlan.id, MeetupPlan.started_at).where(
            MeetupPlan.state == PlanState.COMPUTING, MeetupPlan.progress_at < now - PLAN_LEASE
        )
    ).all()
    claims = [Claim(plan_id, started_at) for plan_id, started_at in silent if started_at]
    return [one.plan_id for one in claims if fail_plan(session, one, CRASHED, now=now)]


def refusal_of(fault: FaultyPlan, *, is_same_day: bool) -> str:
    """Return what to say of a refused result: the day changed, or the planner is at fault."""
    if not is_same_day:
        return CHANGED
    log.error("the validator refuses a plan", faults=list(fault.faults))
    return str(fault)
