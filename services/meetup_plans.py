"""Plans of a meetup day: asked for, stopped, named, copied, published, withdrawn."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Select, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload

from models.account import User
from models.meetup import MeetupDay, MeetupRoom, MeetupSlot, MeetupTable
from models.meetup_participant import MeetupParticipant
from models.meetup_plan import MeetupPlan
from services.audit import record_action
from services.contents import clean_line
from services.errors import Conflict, RuleViolation
from services.meetup_calendar import announce_agendas, record_publication
from services.meetup_places import lock_day
from services.meetup_plan_store import FaultyPlan, faults_in, store_placements
from services.meetup_planning import Placement, placements_of
from services.meetup_reading import read_day
from services.outbox import post_message
from vocabulary.kinds import SubjectKind
from vocabulary.labels import N_
from vocabulary.meetups import DayState, ParticipantState, PlanOrigin, PlanState

PLAN_COMPUTE: Final = "meetup.plan_compute"
MOST_PLANS: Final = 60
NAME_LENGTH: Final = 120
SHORTEST_SECONDS: Final = 2
LONGEST_SECONDS: Final = 600
# A plan that nobody began within this time is waiting for a worker that does not run.
SLOW_START: Final = timedelta(seconds=20)
OUTDATED: Final = N_(
    "Des rendez-vous de ce planning ne sont plus possibles : quelqu’un ne vient plus, ou un "
    "créneau, une table a changé. La grille les montre « à revoir » ; une copie du planning les "
    "laisse de côté."
)
CHANGED_MEANWHILE: Final = N_(
    "La journée a changé, ou un autre planning vient d’être publié : relisez qui sera prévenu, "
    "puis recommencez."
)
UNDER_WAY: Final = frozenset({PlanState.QUEUED, PlanState.COMPUTING})


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanOrder:
    """What is asked of a calculation."""

    seconds: int = 30
    seed: int = 0
    asks_proof: bool = False
    name: str = ""
    keeps_locks_of: MeetupPlan | None = None
    stays_close_to: MeetupPlan | None = None


def request_plan(
    session: Session, day: MeetupDay, order: PlanOrder, *, person: User | None, now: datetime
) -> MeetupPlan:
    """Ask the worker for a plan; what the day holds is read when the calculation begins.

    Raises:
        RuleViolation: no table, no slot, nobody to meet, or too many plans.
    """
    _check_day(session, day)
    if not SHORTEST_SECONDS <= order.seconds <= LONGEST_SECONDS:
        raise RuleViolation(
            N_("Une durée de calcul va de %(least)s à %(most)s secondes."),
            field="seconds",
            least=SHORTEST_SECONDS,
            most=LONGEST_SECONDS,
        )
    plan = MeetupPlan(
        day_id=day.id,
        number=_next_number(session, day),
        name=clean_line(order.name, NAME_LENGTH),
        seed=order.seed,
        seconds_allowed=order.seconds,
        asks_proof=order.asks_proof,
        keeps_locks=order.keeps_locks_of is not None,
        based_on_id=order.keeps_locks_of.id if order.keeps_locks_of else None,
        close_to_id=order.stays_close_to.id if order.stays_close_to else None,
        created_by_id=person.id if person else None,
        created_at=now,
    )
    session.add(plan)
    session.flush()
    _post(session, plan, now)
    return plan


def restart_plan(session: Session, plan: MeetupPlan, *, now: datetime) -> None:
    """Ask again for a calculation that failed, found nothing, or never began.

    Raises:
        RuleViolation: it is done, or under way.
    """
    is_late = plan.state is PlanState.QUEUED and plan.created_at < now - SLOW_START
    if not is_late and plan.state not in {PlanState.FAILED, PlanState.INFEASIBLE}:
        raise RuleViolation(N_("Ce calcul est en cours ou terminé."))
    plan.state, plan.failure, plan.phase = PlanState.QUEUED, "", None
    plan.conflicts, plan.is_stop_asked = {}, False
    plan.started_at = plan.progress_at = plan.finished_at = None
    _post(session, plan, now)


def _post(session: Session, plan: MeetupPlan, now: datetime) -> None:
    post_message(session, PLAN_COMPUTE, {"plan_id": plan.id}, now=now)


def ask_stop(plan: MeetupPlan) -> None:
    """Ask a calculation to end with the best it has found.

    Raises:
        RuleViolation: it is not under way.
    """
    if plan.state not in UNDER_WAY:
        raise RuleViolation(N_("Ce calcul est déjà terminé."))
    plan.is_stop_asked = True


def rename_plan(plan: MeetupPlan, name: str) -> None:
    """Give a plan a name, or none."""
    plan.name = clean_line(name, NAME_LENGTH)


def delete_plan(session: Session, day: MeetupDay, plan: MeetupPlan) -> None:
    """Delete a plan; a calculation under way loses where to write and ends by itself.

    Raises:
        RuleViolation: it is the one that everybody sees.
    """
    if day.published_plan_id == plan.id:
        raise RuleViolation(
            N_("Ce planning est publié : publiez-en un autre, ou retirez-le d’abord.")
        )
    session.delete(plan)


def copy_plan(
    session: Session,
    plan: MeetupPlan,
    *,
    origin: PlanOrigin,
    person: User | None,
    now: datetime,
    placements: Sequence[Placement] | None = None,
) -> MeetupPlan:
    """Return a new plan that holds the same: to change by hand, or to repair.

    ``placements`` are held instead: the day no longer allows all of the plan's own.

    Raises:
        RuleViolation: the plan is not ready, or the day no longer allows what it holds.
    """
    if plan.state is not PlanState.READY:
        raise RuleViolation(N_("Ce planning n’est pas prêt."))
    day = session.get_one(MeetupDay, plan.day_id)
    copy = MeetupPlan(
        day_id=plan.day_id,
        number=_next_number(session, day),
        origin=origin,
        state=PlanState.READY,
        based_on_id=plan.id,
        name=plan.name,
        seed=plan.seed,
        seconds_allowed=plan.seconds_allowed,
        asks_proof=plan.asks_proof,
        keeps_locks=plan.keeps_locks,
        placed=plan.placed,
        wished=plan.wished,
        score=plan.score,
        score_bound=plan.score_bound,
        breaks=plan.breaks,
        breaks_bound=plan.breaks_bound,
        waits=plan.waits,
        guarantees=dict(plan.guarantees),
        unplaced=dict(plan.unplaced),
        created_by_id=person.id if person else None,
        created_at=now,
        finished_at=now,
    )
    session.add(copy)
    session.flush()
    held = placements_of(session, plan.id) if placements is None else placements
    store_placements(session, copy, held)
    return copy


def publish_plan(
    session: Session, plan: MeetupPlan, *, person: User | None, now: datetime
) -> MeetupPlan | None:
    """Make a plan the one that everybody sees; return the one it takes the place of.

    The agendas are written in the same transaction and those whose agenda changes are told by
    the worker. An older plan published again undoes the later one.

    Raises:
        Conflict: somebody changed the day or published meanwhile.
        RuleViolation: it is not ready, it is published already, or the day is cancelled.
        FaultyPlan: the day no longer allows what it holds.
    """
    day = session.get_one(MeetupDay, plan.day_id)
    _keep_day(session, day)
    if plan.state is not PlanState.READY:
        raise RuleViolation(N_("Ce planning n’est pas prêt."))
    if day.state is DayState.CANCELLED:
        raise RuleViolation(N_("La journée est annulée."))
    if day.published_plan_id == plan.id:
        raise RuleViolation(N_("Ce planning est déjà publié."))
    check_still_possible(session, day, plan)
    previous = published_plan(session, day)
    day.published_plan_id, plan.published_at = plan.id, now
    _record(session, day, plan, now)
    _note(session, day, "meetup.plan_published", plan, person, now)
    return previous


def unpublish_plan(
    session: Session, day: MeetupDay, *, person: User | None, now: datetime
) -> MeetupPlan:
    """Withdraw the published plan: nobody sees an agenda any more, and those concerned are told.

    Raises:
        Conflict: somebody changed the day or published meanwhile.
        RuleViolation: no plan is published.
    """
    _keep_day(session, day)
    plan = published_plan(session, day)
    if plan is None:
        raise RuleViolation(N_("Aucun planning n’est publié."))
    day.published_plan_id = None
    _record(session, day, None, now)
    _note(session, day, "meetup.plan_withdrawn", plan, person, now)
    return plan


def _keep_day(session: Session, day: MeetupDay) -> None:
    """Let nobody come or leave until the transaction ends: whoever is read next is there.

    Raises:
        Conflict: the day is not the one that the request began with.
    """
    seen = day.lock
    lock_day(session, day)
    if day.lock != seen:
        raise Conflict(CHANGED_MEANWHILE)


def _record(session: Session, day: MeetupDay, plan: MeetupPlan | None, now: datetime) -> None:
    session.flush()
    record_publication(session, day, plan, now=now)
    announce_agendas(session, day, now=now)


def _note(
    session: Session,
    day: MeetupDay,
    action: str,
    plan: MeetupPlan,
    person: User | None,
    now: datetime,
) -> None:
    record_action(
        session,
        action,
        actor=person,
        kind=SubjectKind.MEETUP,
        subject_id=day.id,
        label=day.title,
        now=now,
        details={"number": plan.number},
    )


def check_still_possible(session: Session, day: MeetupDay, plan: MeetupPlan) -> None:
    """Look again at what a plan holds: somebody may have left since it was made.

    Raises:
        FaultyPlan: the day no longer allows it.
    """
    placements = placements_of(session, plan.id)
    faults = faults_in(read_day(session, day, held=placements), placements)
    if faults:
        raise FaultyPlan(faults, OUTDATED)


def published_plan(session: Session, day: MeetupDay) -> MeetupPlan | None:
    """Return the plan that everybody sees, if there is one."""
    return session.get(MeetupPlan, day.published_plan_id) if day.published_plan_id else None


def plans_of(session: Session, day: MeetupDay) -> Sequence[MeetupPlan]:
    """Return the plans of a day, the last made first."""
    return session.scalars(
        select(MeetupPlan).where(MeetupPlan.day_id == day.id).order_by(MeetupPlan.number.desc())
    ).all()


def plan_by_number(session: Session, day: MeetupDay, number: int) -> MeetupPlan | None:
    """Return the plan of a day that bears ``number``, the slots of the day with it."""
    return session.scalar(
        select(MeetupPlan)
        .where(MeetupPlan.day_id == day.id, MeetupPlan.number == number)
        .options(joinedload(MeetupPlan.day).joinedload(MeetupDay.slots))
    )


def _next_number(session: Session, day: MeetupDay) -> int:
    found = select(func.count(), func.max(MeetupPlan.number)).where(MeetupPlan.day_id == day.id)
    row = session.execute(found).one()
    count, last = int(row[0]), row[1]
    if count >= MOST_PLANS:
        raise RuleViolation(
            N_("Une journée garde %(most)s plannings au plus : supprimez-en."), most=MOST_PLANS
        )
    return (last or 0) + 1


def _check_day(session: Session, day: MeetupDay) -> None:
    """Refuse a day on which nobody could meet, and say what is missing."""
    if day.state is DayState.CANCELLED:
        raise RuleViolation(N_("La journée est annulée."))
    if not session.scalar(_count(MeetupSlot.id).where(MeetupSlot.day_id == day.id)):
        raise RuleViolation(N_("Aucun créneau de rendez-vous : ajoutez-en au programme."))
    tables = _count(MeetupTable.id).join(MeetupRoom).where(MeetupRoom.day_id == day.id)
    if not session.scalar(tables):
        raise RuleViolation(N_("Aucune table : ajoutez-en dans une salle."))
    coming = select(MeetupParticipant.id).where(
        MeetupParticipant.day_id == day.id,
        MeetupParticipant.state == ParticipantState.CONFIRMED,
    )
    if len(session.scalars(coming.limit(2)).all()) < 2:  # noqa: PLR2004 - it takes two
        raise RuleViolation(N_("Il faut au moins deux participants inscrits."))


def _count(column: InstrumentedAttribute[int]) -> Select[tuple[int]]:
    return select(func.count(column))
