"""The funnel: each request counts once, in the period it was sent, as far as it went."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from models.introduction import Introduction
from models.radar import RadarLook
from services.funnel import Funnel, FunnelFilters, FunnelSide, FunnelStep, read_funnel
from tests.factories.introductions import Table, make_table
from vocabulary.exchanges import IntroductionState, OutcomeStage, Side
from vocabulary.kinds import NeedKind, OrganizationKind

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
YEAR = FunnelFilters(since=date(2026, 1, 1), until=date(2026, 12, 31))


def add_request(
    session: Session,
    table: Table,
    state: IntroductionState = IntroductionState.ACCEPTED,
    stage: OutcomeStage | None = None,
    *,
    sent_at: datetime = NOW,
    is_disputed: bool = False,
    days: int = 2,
) -> None:
    is_open = state is IntroductionState.SENT
    session.add(
        Introduction(
            need_id=table.need.id,
            offer_id=table.offer.id,
            offer_title=table.offer.title,
            carrier_id=table.carrier.id,
            actor_id=table.actor.id,
            from_side=Side.TERRITORY,
            state=state,
            stage=stage,
            is_disputed=is_disputed,
            sent_at=sent_at,
            decided_at=None if is_open else sent_at + timedelta(days=days),
        )
    )
    session.flush()


def steps(funnel: Funnel) -> list[int]:
    return list(funnel.steps.values())


def test_a_later_stage_implies_the_earlier_ones(empty_session: Session) -> None:
    table = make_table(empty_session)
    for stage in (None, OutcomeStage.MEETING, OutcomeStage.EXPERIMENT, OutcomeStage.CONTRACT):
        add_request(empty_session, table, stage=stage)
    add_request(empty_session, table, IntroductionState.SENT)
    found = read_funnel(empty_session, YEAR)
    assert list(found.steps) == list(FunnelStep)
    assert steps(found) == [1, 0, 5, 4, 3, 2, 1]


def test_what_did_not_go_on_is_counted_aside(empty_session: Session) -> None:
    table = make_table(empty_session)
    for state in (
        IntroductionState.SENT,
        IntroductionState.DECLINED,
        IntroductionState.EXPIRED,
        IntroductionState.WITHDRAWN,
    ):
        add_request(empty_session, table, state)
    add_request(empty_session, table, stage=OutcomeStage.NO_FOLLOW_UP, is_disputed=True)
    assert read_funnel(empty_session, YEAR).aside == dict.fromkeys(FunnelSide, 1)


def test_needs_that_enough_actors_answer_are_those_of_the_radar(empty_session: Session) -> None:
    table = make_table(empty_session)
    content = {"answered": [table.need.id, 999]}
    empty_session.add(RadarLook(looked_at=NOW, content=content))
    empty_session.flush()
    assert steps(read_funnel(empty_session, YEAR))[:2] == [1, 1]


def test_a_request_counts_in_the_month_of_paris_in_which_it_was_sent(
    empty_session: Session,
) -> None:
    table = make_table(empty_session)
    late = datetime(2026, 10, 31, 23, 30, tzinfo=UTC)  # 1 November, half past midnight, in Paris
    add_request(empty_session, table, stage=OutcomeStage.CONTRACT, sent_at=late)
    period = FunnelFilters(since=date(2026, 10, 1), until=date(2026, 11, 30))
    months = read_funnel(empty_session, period).months
    assert [(one.month, one.requested, one.accepted, one.signed) for one in months] == [
        (date(2026, 10, 1), 0, 0, 0),
        (date(2026, 11, 1), 1, 1, 1),
    ]
    october = FunnelFilters(since=date(2026, 10, 1), until=date(2026, 10, 31))
    assert read_funnel(empty_session, october).steps[FunnelStep.REQUESTED] == 0


def test_filters_keep_what_they_say(empty_session: Session) -> None:
    add_request(empty_session, make_table(empty_session, kind=NeedKind.CALL, themes=["compostage"]))
    requested = FunnelStep.REQUESTED
    kept = {
        "region": ("84", "53"),
        "axis": ("agriculture-alimentation", "mobilite"),
        "actor_kind": (OrganizationKind.STARTUP, OrganizationKind.PME),
        "need_kind": (NeedKind.CALL, NeedKind.SOURCING),
        "from_side": (Side.TERRITORY, Side.ACTOR),
    }
    for name, (same, other) in kept.items():
        for value, expected in ((same, 1), (other, 0)):
            chosen: dict[str, Any] = {name: value}
            asked = FunnelFilters(since=YEAR.since, until=YEAR.until, **chosen)
            assert read_funnel(empty_session, asked).steps[requested] == expected, name


def test_half_of_the_answers_come_within_the_median(empty_session: Session) -> None:
    table = make_table(empty_session)
    for days in (1, 3, 10):
        add_request(empty_session, table, days=days)
    add_request(empty_session, table, IntroductionState.EXPIRED, days=90)
    assert read_funnel(empty_session, YEAR).median_days_to_answer == 3
