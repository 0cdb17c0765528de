"""Lists of introductions of a person's organisations: what waits, what runs, what is unread."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session, joinedload

from models.account import User
from models.introduction import Introduction, IntroductionMessage, ThreadReading
from models.need import Need
from services.workspace import own_organizations
from vocabulary.exchanges import IntroductionState, OutcomeStage, Side

PER_PAGE: Final = 20
MAX_EXPORTED: Final = 5_000
_DEAD: Final = (
    IntroductionState.DECLINED,
    IntroductionState.EXPIRED,
    IntroductionState.WITHDRAWN,
)


class Box(StrEnum):
    """Which introductions to list; the values go into addresses."""

    ALL = "toutes"
    WAITING = "a-traiter"
    SENT = "envoyees"
    RUNNING = "en-cours"
    ENDED = "terminees"


@dataclass(frozen=True, slots=True)
class ThreadRow:
    """One line of the list: the introduction, the side read from, what is unread, what is asked."""

    introduction: Introduction
    side: Side
    unread: int
    is_to_decide: bool


@dataclass(frozen=True, slots=True)
class ThreadList:
    """One page of a box, with how many each box holds."""

    rows: Sequence[ThreadRow]
    counts: dict[Box, int]

    def pages(self, box: Box) -> int:
        """Return how many pages the box takes."""
        return max(1, -(-self.counts[box] // PER_PAGE))


def list_threads(
    session: Session, person: User, *, box: Box, page: int = 1, limit: int = PER_PAGE
) -> ThreadList:
    """Return one page of a box, what was written to last first; the number of queries is fixed."""
    own = [body.id for body in own_organizations(session, person)]
    boxes = _boxes(own, person)
    mine = or_(Introduction.carrier_id.in_(own), Introduction.actor_id.in_(own))
    totals = session.execute(
        select(*(func.count(case((where, 1))) for where in boxes.values())).where(mine)
    ).one()
    unread = _unread_count(own, person)
    found = session.execute(
        select(Introduction, unread)
        .where(mine, boxes[box])
        .options(
            joinedload(Introduction.need).joinedload(Need.territory),
            joinedload(Introduction.carrier),
            joinedload(Introduction.actor),
        )
        .order_by(Introduction.last_message_at.desc(), Introduction.id.desc())
        .limit(limit)
        .offset((page - 1) * limit)
    ).all()
    rows = [_row(introduction, number, set(own)) for introduction, number in found]
    return ThreadList(rows, dict(zip(boxes, totals, strict=True)))


def _row(introduction: Introduction, unread: int, own: set[int]) -> ThreadRow:
    side = Side.TERRITORY if introduction.carrier_id in own else Side.ACTOR
    if {introduction.carrier_id, introduction.actor_id} <= own:
        side = introduction.to_side
    asked = introduction.body_of(introduction.to_side)
    is_to_decide = introduction.state == IntroductionState.SENT and asked.id in own
    return ThreadRow(introduction, side, unread, is_to_decide)


def unread_threads(own: Select[Any], person: User) -> Select[int]:
    """Select in how many threads of the organisations ``own`` something waits to be read."""
    mine = or_(Introduction.carrier_id.in_(own), Introduction.actor_id.in_(own))
    return (
        select(func.count(func.distinct(IntroductionMessage.introduction_id)))
        .select_from(IntroductionMessage)
        .join(Introduction, Introduction.id == IntroductionMessage.introduction_id)
        .outerjoin(ThreadReading, _own_reading(person))
        .where(
            mine,
            IntroductionMessage.id > func.coalesce(ThreadReading.last_message_id, 0),
            or_(
                and_(IntroductionMessage.side == Side.TERRITORY, Introduction.actor_id.in_(own)),
                and_(IntroductionMessage.side == Side.ACTOR, Introduction.carrier_id.in_(own)),
            ),
            _not_by(person),
        )
    )


def _own_reading(person: User) -> ColumnElement[bool]:
    return and_(
        ThreadReading.introduction_id == Introduction.id, ThreadReading.user_id == person.id
    )


def _not_by(person: User) -> ColumnElement[bool]:
    author = IntroductionMessage.author_id
    return or_(author.is_(None), author != person.id)


def _unread_count(own: Sequence[int], person: User) -> ColumnElement[int]:
    read = (
        select(ThreadReading.last_message_id)
        .where(_own_reading(person))
        .correlate(Introduction)
        .scalar_subquery()
    )
    return (
        select(func.count(IntroductionMessage.id))
        .where(
            IntroductionMessage.introduction_id == Introduction.id,
            IntroductionMessage.id > func.coalesce(read, 0),
            or_(
                and_(IntroductionMessage.side == Side.TERRITORY, Introduction.actor_id.in_(own)),
                and_(IntroductionMessage.side == Side.ACTOR, Introduction.carrier_id.in_(own)),
            ),
            _not_by(person),
        )
        .correlate(Introduction)
        .scalar_subquery()
    )


def _boxes(own: Sequence[int], person: User) -> dict[Box, ColumnElement[bool]]:
    """Return the condition of each box among the introductions of ``own``."""
    from_territory = Introduction.from_side == Side.TERRITORY
    from_actor = Introduction.from_side == Side.ACTOR
    carried, proposed = Introduction.carrier_id.in_(own), Introduction.actor_id.in_(own)
    is_sent = Introduction.state == IntroductionState.SENT
    to_decide = and_(is_sent, or_(and_(from_territory, proposed), and_(from_actor, carried)))
    by_us = and_(is_sent, or_(and_(from_territory, carried), and_(from_actor, proposed)))
    is_accepted = Introduction.state == IntroductionState.ACCEPTED
    is_over = and_(
        Introduction.stage == OutcomeStage.NO_FOLLOW_UP,
        Introduction.is_disputed.is_(False),
    )
    runs = and_(
        is_accepted,
        or_(
            Introduction.stage.is_(None),
            Introduction.stage != OutcomeStage.NO_FOLLOW_UP,
            Introduction.is_disputed,
        ),
    )
    return {
        Box.ALL: Introduction.id.is_not(None),
        Box.WAITING: or_(to_decide, _unread_count(own, person) > 0),
        Box.SENT: by_us,
        Box.RUNNING: runs,
        Box.ENDED: or_(Introduction.state.in_(_DEAD), and_(is_accepted, is_over)),
    }
