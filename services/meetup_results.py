"""What came of the meetups of a period, day by day, in one query: for the staff's dashboard."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from models.meetup import MeetupDay
from models.meetup_plan import MeetupMeeting, PlannedMeeting
from vocabulary.exchanges import OutcomeStage
from vocabulary.meetups import DayState

_TRIED: Final = (OutcomeStage.EXPERIMENT, OutcomeStage.CONTRACT)


@dataclass(frozen=True, slots=True)
class DayResults:
    """What one day led to; a later stage implies the earlier ones."""

    slug: str
    title: str
    held_on: date
    planned: int
    held: int
    introductions: int
    experiments: int
    contracts: int


def results_between(session: Session, since: date, until: date) -> list[DayResults]:
    """Return the days of a period that have a published plan, the latest first."""
    columns = dict(_columns())
    rows = session.execute(
        select(*(column.label(name) for name, column in columns.items()))
        .join(PlannedMeeting, PlannedMeeting.plan_id == MeetupDay.published_plan_id)
        .join(MeetupMeeting, MeetupMeeting.id == PlannedMeeting.meeting_id)
        .where(
            MeetupDay.held_on.between(since, until),
            MeetupDay.state.not_in((DayState.DRAFT, DayState.CANCELLED)),
        )
        .group_by(MeetupDay.id, MeetupDay.slug, MeetupDay.title, MeetupDay.held_on)
        .order_by(MeetupDay.held_on.desc(), MeetupDay.id)
    )
    return [DayResults(*row) for row in rows]


def _columns() -> Iterator[tuple[str, ColumnElement[Any]]]:
    yield "slug", MeetupDay.slug.expression
    yield "title", MeetupDay.title.expression
    yield "held_on", MeetupDay.held_on.expression
    yield "planned", func.count(MeetupMeeting.id)
    yield "held", _count(MeetupMeeting.is_held.is_(True))
    yield "introductions", func.count(MeetupMeeting.introduction_id)
    yield "experiments", _count(MeetupMeeting.stage.in_(_TRIED))
    yield "contracts", _count(MeetupMeeting.stage == OutcomeStage.CONTRACT)


def _count(condition: ColumnElement[bool]) -> ColumnElement[Any]:
    return func.sum(case((condition, 1), else_=0))
