"""Whatever is tried in whatever order, an introduction follows its states and nothing else."""

from collections.abc import Callable
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from models.introduction import Introduction
from models.register import RegisterEntry
from services.errors import RuleViolation
from services.introduction_decisions import (
    RECONSIDERED_WITHIN,
    accept_introduction,
    decline_introduction,
    follow_calendar,
    withdraw_introduction,
)
from services.introduction_threads import add_message, current_contacts
from services.introductions import pair_key
from services.outcomes import report_stage
from services.register import verify_register
from tests.factories.accounts import NOW
from tests.factories.introductions import Table, make_introduction
from tests.factories.organizations import make_offer
from vocabulary.exchanges import DeclineReason, IntroductionState, OutcomeStage, Side

STEPS = ("accept", "decline", "withdraw", "expire", "remind", "write", "report")
SENT, ACCEPTED, DECLINED = (
    IntroductionState.SENT,
    IntroductionState.ACCEPTED,
    IntroductionState.DECLINED,
)
_numbers = count()


def expected(state: IntroductionState, step: str, since: timedelta) -> IntroductionState | None:
    """Return the state that a step leads to; ``None``: it is refused."""
    if step == "accept":
        late = state is DECLINED and since < RECONSIDERED_WITHIN
        return ACCEPTED if state is SENT or late else None
    if step in {"decline", "withdraw"}:
        ends = {"decline": DECLINED, "withdraw": IntroductionState.WITHDRAWN}
        return ends[step] if state is SENT else None
    if step == "expire":
        return IntroductionState.EXPIRED if state is SENT else state
    if step == "remind":
        return state
    if step == "report":
        return state if state is ACCEPTED else None
    return state if state in {SENT, ACCEPTED} else None


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    side=st.sampled_from(Side),
    steps=st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 5)), max_size=8),
)
def test_any_sequence_of_steps(
    empty_session: Session,
    table: Table,
    tmp_path_factory: pytest.TempPathFactory,
    side: Side,
    steps: list[tuple[str, int]],
) -> None:
    session, folder = empty_session, tmp_path_factory.getbasetemp()
    known = set(session)
    with session.begin_nested() as attempt:
        offer = make_offer(session, table.actor, f"Offre {next(_numbers)}")
        introduction = make_introduction(session, table, from_side=side, offer=offer)
        at, decided_at, state = NOW, NOW, SENT
        for step, days in steps:
            at += timedelta(days=days)
            wanted = expected(state, step, at - decided_at)
            lines = register_length(session, table)
            action = _action(session, introduction, table, step, folder)
            if wanted is None:
                with pytest.raises(RuleViolation):
                    action(at)
                assert register_length(session, table) == lines
            else:
                action(at)
                if wanted is not state:
                    decided_at, state = at, wanted
            session.flush()
            check(session, introduction, state, offer.id)
        assert verify_register(session, table.need.id) == []
        attempt.rollback()
    # What was read inside went with it: the next attempt gives its numbers to other rows.
    for gone in set(session) - known:
        session.expunge(gone)


def register_length(session: Session, table: Table) -> int:
    """Return how many lines the register has."""
    return len(session.scalars(RegisterEntry.of_need(table.need.id)).all())


def check(
    session: Session, introduction: Introduction, state: IntroductionState, offer_id: int
) -> None:
    """Check what must hold in each state."""
    assert introduction.state is state
    is_open = state in {SENT, ACCEPTED}
    key = pair_key(introduction.need_id, offer_id) if is_open else None
    assert introduction.open_key == key
    assert (introduction.decided_at is None) == (state is SENT)
    assert (introduction.decline_reason is not None) == (state is DECLINED)
    shown = set(current_contacts(session, introduction).values())
    assert (shown == {None}) == (state is not ACCEPTED)
    assert bool(introduction.inquiries) == (state is ACCEPTED)


def _action(
    session: Session, introduction: Introduction, table: Table, step: str, folder: Path
) -> Callable[..., object]:
    asker, asked = (
        table.sender(introduction.from_side),
        table.asked(introduction.from_side),
    )
    actions: dict[str, Callable[..., object]] = {
        "accept": lambda at: accept_introduction(session, introduction, asked, now=at),
        "decline": lambda at: decline_introduction(
            session, introduction, asked, reason=DeclineReason.OTHER, note="", now=at
        ),
        "withdraw": lambda at: withdraw_introduction(session, introduction, asker, now=at),
        "expire": lambda at: follow_calendar(session, introduction.id, expires=True, now=at),
        "remind": lambda at: follow_calendar(session, introduction.id, expires=False, now=at),
        "write": lambda at: add_message(
            session,
            introduction,
            asked,
            introduction.to_side,
            body="Un mot",
            folder=folder,
            now=at,
        ),
        "report": lambda at: report_stage(
            session,
            introduction,
            asker,
            introduction.from_side,
            stage=OutcomeStage.MEETING,
            note="",
            now=at,
        ),
    }
    return actions[step]
