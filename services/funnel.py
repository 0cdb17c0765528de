"""The funnel from matches to contracts: what became of the needs and requests of a period."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from statistics import median
from typing import Any, Final

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from models.introduction import Introduction
from models.need import Need
from models.organization import Organization
from models.radar import RadarLook
from models.territory import Territory
from vocabulary.exchanges import IntroductionState, OutcomeStage, Side
from vocabulary.kinds import NeedKind, OrganizationKind, PublicationState
from vocabulary.labels import N_, LabelledEnum
from vocabulary.periods import PARIS
from vocabulary.themes import all_themes


class FunnelStep(LabelledEnum):
    """The steps, in order; each but the second counts a part of the one before."""

    NEEDS = "besoins", N_("Besoins publiés")
    MATCHED = "correspondances", N_("Besoins auxquels répondent au moins trois acteurs")
    REQUESTED = "demandes", N_("Mises en relation demandées")
    ACCEPTED = "acceptees", N_("Mises en relation acceptées")
    MET = "rencontres", N_("Rencontres")
    TRIED = "experimentations", N_("Expérimentations")
    SIGNED = "contrats", N_("Contrats")


class FunnelSide(LabelledEnum):
    """What did not go on."""

    WAITING = "en-attente", N_("En attente de réponse")
    DECLINED = "declinees", N_("Déclinées")
    EXPIRED = "sans-reponse", N_("Restées sans réponse")
    WITHDRAWN = "retirees", N_("Retirées")
    NO_FOLLOW_UP = "sans-suite", N_("Sans suite")
    DISPUTED = (
        "contestees",
        N_("Suites sur lesquelles les deux parties ne disent pas la même chose"),
    )


Rows = Select[*tuple[Any, ...]]
# A later stage implies the earlier ones: a contract came after a meeting, asked about or not.
_REACHED: Final = {
    OutcomeStage.MEETING: 1,
    OutcomeStage.EXPERIMENT: 2,
    OutcomeStage.CONTRACT: 3,
}
_STEP_OF_STATE: Final = {
    IntroductionState.SENT: FunnelSide.WAITING,
    IntroductionState.DECLINED: FunnelSide.DECLINED,
    IntroductionState.EXPIRED: FunnelSide.EXPIRED,
    IntroductionState.WITHDRAWN: FunnelSide.WITHDRAWN,
}


@dataclass(frozen=True, slots=True)
class FunnelFilters:
    """The period, both days included, and what to keep; empty keeps everything."""

    since: date
    until: date
    region: str = ""
    axis: str = ""
    actor_kind: OrganizationKind | None = None
    need_kind: NeedKind | None = None
    from_side: Side | None = None


@dataclass(frozen=True, slots=True)
class FunnelMonth:
    """What was sent, and of that accepted and signed, in one month; ``month`` is its first day."""

    month: date
    requested: int
    accepted: int
    signed: int


@dataclass(frozen=True, slots=True)
class Funnel:
    """The counts of a period: a request counts in the period in which it was sent."""

    steps: dict[FunnelStep, int]
    aside: dict[FunnelSide, int]
    months: tuple[FunnelMonth, ...]
    median_days_to_answer: float | None


@dataclass(frozen=True, slots=True)
class _Request:
    sent_on: date
    state: IntroductionState
    stage: OutcomeStage | None
    is_disputed: bool
    days_to_answer: int | None

    @property
    def is_accepted(self) -> bool:
        return self.state is IntroductionState.ACCEPTED

    @property
    def reached(self) -> int:
        return _REACHED.get(self.stage, 0) if self.is_accepted and self.stage else 0


def read_funnel(session: Session, filters: FunnelFilters) -> Funnel:
    """Count the steps of the period in four queries."""
    needs = _published_needs(session, filters)
    requests = _requests(session, filters)
    answered = _well_answered(session)
    waits = [one.days_to_answer for one in requests if one.days_to_answer is not None]
    return Funnel(
        steps={
            FunnelStep.NEEDS: len(needs),
            FunnelStep.MATCHED: sum(need in answered for need in needs),
            FunnelStep.REQUESTED: len(requests),
            FunnelStep.ACCEPTED: sum(one.is_accepted for one in requests),
            FunnelStep.MET: sum(one.reached >= 1 for one in requests),
            FunnelStep.TRIED: sum(one.reached >= 2 for one in requests),  # noqa: PLR2004
            FunnelStep.SIGNED: sum(one.reached >= 3 for one in requests),  # noqa: PLR2004
        },
        aside=_aside(requests),
        months=tuple(_months(requests, filters)),
        median_days_to_answer=float(median(waits)) if waits else None,
    )


def _published_needs(session: Session, filters: FunnelFilters) -> set[int]:
    rows = session.execute(
        _kept(select(Need.id, Need.themes), filters)
        .join(Territory, Territory.id == Need.territory_id)
        .where(
            Need.published_at >= _start(filters.since),
            Need.published_at < _start(filters.until + timedelta(days=1)),
            Need.state.in_((PublicationState.PUBLISHED, PublicationState.ARCHIVED)),
        )
    )
    return {need_id for need_id, themes in rows if _is_on_axis(themes, filters.axis)}


def _requests(session: Session, filters: FunnelFilters) -> list[_Request]:
    wanted: Rows = (
        select(
            Introduction.sent_at,
            Introduction.decided_at,
            Introduction.state,
            Introduction.stage,
            Introduction.is_disputed,
            Need.themes,
        )
        .join(Need, Need.id == Introduction.need_id)
        .join(Territory, Territory.id == Need.territory_id)
        .join(Organization, Organization.id == Introduction.actor_id)
        .where(
            Introduction.sent_at >= _start(filters.since),
            Introduction.sent_at < _start(filters.until + timedelta(days=1)),
        )
        .order_by(Introduction.sent_at, Introduction.id)
    )
    wanted = _kept(wanted, filters)
    if filters.actor_kind is not None:
        wanted = wanted.where(Organization.kind == filters.actor_kind)
    if filters.from_side is not None:
        wanted = wanted.where(Introduction.from_side == filters.from_side)
    return [
        _Request(
            sent_on=sent_at.astimezone(PARIS).date(),
            state=state,
            stage=stage,
            is_disputed=is_disputed,
            days_to_answer=_days_to_answer(sent_at, decided_at, state),
        )
        for sent_at, decided_at, state, stage, is_disputed, themes in session.execute(wanted)
        if _is_on_axis(themes, filters.axis)
    ]


def _kept(wanted: Rows, filters: FunnelFilters) -> Rows:
    if filters.region:
        wanted = wanted.where(Territory.region_code == filters.region)
    if filters.need_kind is not None:
        wanted = wanted.where(Need.kind == filters.need_kind)
    return wanted


def _days_to_answer(
    sent_at: datetime, decided_at: datetime | None, state: IntroductionState
) -> int | None:
    is_answered = state in {IntroductionState.ACCEPTED, IntroductionState.DECLINED}
    return (decided_at - sent_at).days if decided_at and is_answered else None


def _is_on_axis(codes: Iterable[str], axis: str) -> bool:
    if not axis:
        return True
    themes = all_themes()
    return any(code == axis or (code in themes and themes[code].parent == axis) for code in codes)


def _well_answered(session: Session) -> frozenset[int]:
    """Return the needs that enough actors answered at one of the looks over all needs."""
    last = select(RadarLook.content).order_by(RadarLook.id.desc()).limit(1)
    content = session.scalar(last)
    return frozenset(content["answered"]) if content else frozenset()


def _aside(requests: Sequence[_Request]) -> dict[FunnelSide, int]:
    counts = dict.fromkeys(FunnelSide, 0)
    for one in requests:
        if one.state in _STEP_OF_STATE:
            counts[_STEP_OF_STATE[one.state]] += 1
        counts[FunnelSide.NO_FOLLOW_UP] += one.stage is OutcomeStage.NO_FOLLOW_UP
        counts[FunnelSide.DISPUTED] += one.is_disputed
    return counts


def _months(requests: Sequence[_Request], filters: FunnelFilters) -> list[FunnelMonth]:
    def in_month(month: date, keep: Callable[[_Request], bool]) -> int:
        return sum(one.sent_on.replace(day=1) == month and keep(one) for one in requests)

    return [
        FunnelMonth(
            month=month,
            requested=in_month(month, lambda _one: True),
            accepted=in_month(month, lambda one: one.is_accepted),
            signed=in_month(month, lambda one: one.stage is OutcomeStage.CONTRACT),
        )
        for month in _first_days(filters.since, filters.until)
    ]


def _first_days(since: date, until: date) -> list[date]:
    months = []
    month = since.replace(day=1)
    while month <= until:
        months.append(month)
        month = (month + timedelta(days=31)).replace(day=1)
    return months


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=PARIS)
