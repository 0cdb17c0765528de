"""All the wishes of a day, as its organisers look through them, and what each participant has."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, aliased, contains_eager

from models.meetup import MeetupDay
from models.meetup_participant import MeetupParticipant
from models.meetup_wish import MeetupWish
from services.meetup_lists import has_wishes
from services.meetup_wish_pages import day_participants
from services.meetup_wish_rules import HELD, agreed_counts, meeting_cap
from services.text_keys import name_key
from vocabulary.meetups import WishOrigin, WishPriority, WishState

PAGE_SIZE: Final = 30
MAX_EXPORTED: Final = 50_000


@dataclass(frozen=True, slots=True)
class WishFilters:
    """What is kept of the wishes of a day; empty keeps all."""

    words: str = ""
    state: WishState | None = None
    priority: WishPriority | None = None
    origin: WishOrigin | None = None

    def __bool__(self) -> bool:
        """Tell whether anything is asked for."""
        return bool(self.words or self.state or self.priority or self.origin)


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """One page of wishes with the number of all that are kept."""

    wishes: Sequence[MeetupWish]
    total: int
    page: int
    """The page shown: the last one when the address asks for more."""

    @property
    def pages(self) -> int:
        """Return how many pages there are."""
        return pages_of(self.total)


@dataclass(frozen=True, slots=True)
class ParticipantLine:
    """What one participant wishes, is asked, and has agreed to."""

    participant: MeetupParticipant
    made: int
    received: int
    agreed: int
    cap: int

    @property
    def has_none(self) -> bool:
        """Tell whether the participant wishes nobody."""
        return not self.made


def pages_of(count: int) -> int:
    """Return how many pages ``count`` lines take, at least one."""
    return max(1, -(-count // PAGE_SIZE))


def review_wishes(
    session: Session,
    day: MeetupDay,
    filters: WishFilters,
    *,
    page: int = 1,
    limit: int = PAGE_SIZE,
) -> ReviewPage:
    """Return one page of the wishes kept, by wisher; two queries."""
    wisher, wished = aliased(MeetupParticipant), aliased(MeetupParticipant)
    kept = (
        select(MeetupWish)
        .join(wisher, MeetupWish.wisher)
        .join(wished, MeetupWish.wished)
        .where(MeetupWish.day_id == day.id, *_conditions(filters, wisher, wished))
    )
    total = session.scalar(kept.with_only_columns(func.count(MeetupWish.id))) or 0
    page = min(page, pages_of(total))
    found = session.scalars(
        kept.options(
            contains_eager(MeetupWish.wisher.of_type(wisher)),
            contains_eager(MeetupWish.wished.of_type(wished)),
        )
        .order_by(wisher.name_key, MeetupWish.rank, MeetupWish.id)
        .offset((page - 1) * limit)
        .limit(limit)
    ).all()
    return ReviewPage(found, total, page)


def state_counts(session: Session, day: MeetupDay) -> Counter[WishState]:
    """Return how many wishes of a day stand where; one query."""
    rows = session.execute(
        select(MeetupWish.state, func.count(MeetupWish.id))
        .where(MeetupWish.day_id == day.id)
        .group_by(MeetupWish.state)
    )
    counts: Counter[WishState] = Counter()
    for state, count in rows:
        counts[state] = count
    return counts


def participant_lines(session: Session, day: MeetupDay) -> list[ParticipantLine]:
    """Return what each participant who comes has, by name; four queries."""
    made = _counted(session, day, by_wisher=True)
    received = _counted(session, day, by_wisher=False)
    agreed = agreed_counts(session, day)
    return [
        ParticipantLine(one, made[one.id], received[one.id], agreed[one.id], meeting_cap(day, one))
        for one in day_participants(session, day)
    ]


def named(lines: Sequence[ParticipantLine], words: str) -> list[ParticipantLine]:
    """Return the lines whose name has every word typed."""
    wanted = name_key(words).split()
    return [one for one in lines if all(word in one.participant.name_key for word in wanted)]


def without_wish(session: Session, day: MeetupDay) -> list[MeetupParticipant]:
    """Return those who come and wished nobody, by name."""
    wishing = select(MeetupParticipant.id).where(MeetupParticipant.day_id == day.id, has_wishes())
    having = set(session.scalars(wishing))
    return [one for one in day_participants(session, day) if one.id not in having]


def _counted(session: Session, day: MeetupDay, *, by_wisher: bool) -> Counter[int]:
    side = MeetupWish.wisher_id if by_wisher else MeetupWish.wished_id
    rows = session.execute(
        select(side, func.count(MeetupWish.id))
        .where(MeetupWish.day_id == day.id, MeetupWish.state.in_(HELD))
        .group_by(side)
    )
    counts: Counter[int] = Counter()
    for key, count in rows:
        counts[key] = count
    return counts


def _conditions(
    filters: WishFilters, wisher: type[MeetupParticipant], wished: type[MeetupParticipant]
) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [
        or_(
            wisher.name_key.contains(word, autoescape=True),
            wished.name_key.contains(word, autoescape=True),
        )
        for word in name_key(filters.words).split()
    ]
    if filters.state is not None:
        conditions.append(MeetupWish.state == filters.state)
    if filters.priority is not None:
        conditions.append(MeetupWish.priority == filters.priority)
    if filters.origin is not None:
        conditions.append(MeetupWish.origin == filters.origin)
    return conditions
