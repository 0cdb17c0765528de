"""What each wished pair of a meetup day is worth to the planner; which wishes count (ADR 17)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.meetup import MeetupDay
from models.meetup_participant import MeetupParticipant
from models.meetup_wish import MeetupPairRule, MeetupWish
from vocabulary.meetups import PairRule, ParticipantState, WishPriority, WishState

# Added once to a pair on which both sides agree: what one side alone wants (309 at most) never
# outweighs it.
AGREED: Final = 600
PRIORITY_POINTS: Final[Mapping[WishPriority, int]] = {
    WishPriority.ESSENTIAL: 300,
    WishPriority.IMPORTANT: 180,
    WishPriority.WELCOME: 100,
}
# The wisher's own order parts the wishes of one priority: 9 for the first, 0 from the tenth on.
ORDER_POINTS: Final = 9
# What nobody answered, or waits for a place: it fills what is left, and counts for half.
_HALF: Final = frozenset({WishState.EXPIRED, WishState.RESERVE})
COUNTED: Final = frozenset(
    {WishState.PROPOSED, WishState.ACCEPTED, WishState.EXPIRED, WishState.RESERVE}
)
Pair = tuple[int, int]


def counted_wishes(counts: Mapping[WishState, int]) -> int:
    """Return how many of the wishes counted by state the planner takes into account.

    The overview of a day and the list of its wishes show this number.
    """
    return sum(count for state, count in counts.items() if state in COUNTED)


@dataclass(frozen=True, slots=True)
class PairWorth:
    """A pair that may be met: what that is worth, and what the meeting is about."""

    pair: Pair
    """The smaller number first."""
    worth: int
    """Above 0."""
    is_mutual: bool
    """Each wished the other."""
    is_agreed: bool
    """Mutual, accepted, or imposed by the organisers."""
    is_required: bool
    """Imposed by the organisers: held whatever it costs."""
    slot_id: int | None
    """Where the organisers want it."""
    need_id: int | None
    offer_id: int | None
    wish_ids: tuple[int, ...]
    """The wishes that count."""


class CountedWish(NamedTuple):
    """One wish as it counts: ``position`` from 0 among its wisher's wishes of its priority."""

    priority: WishPriority
    state: WishState
    position: int = 0


class _Row(NamedTuple):
    id: int
    wisher_id: int
    wished_id: int
    priority: WishPriority
    state: WishState
    need_id: int | None
    offer_id: int | None


def wish_points(wish: CountedWish) -> int:
    """Return what one wish adds: its priority, halved without an answer, and its own order."""
    if wish.state not in COUNTED:
        return 0
    points = PRIORITY_POINTS[wish.priority]
    if wish.state in _HALF:
        points //= 2
    return points + max(0, ORDER_POINTS - wish.position)


def worth_of(wishes: Sequence[CountedWish], *, is_required: bool = False) -> int:
    """Return what a pair is worth from its one or two wishes; 0 where it is not to be met.

    One side that declined takes the pair out, whatever the other wishes, unless the organisers
    impose the meeting.
    """
    is_declined = any(wish.state is WishState.DECLINED for wish in wishes)
    if is_declined and not is_required:
        return 0
    points = sum(wish_points(wish) for wish in wishes)
    return points + (AGREED if is_required or is_agreed(wishes) else 0)


def is_agreed(wishes: Sequence[CountedWish]) -> bool:
    """Tell whether both sides want to meet: one accepted, or each wished the other.

    Two wishes that wait for a place are not agreed yet.
    """
    counted = [wish.state for wish in wishes if wish.state in COUNTED]
    if WishState.ACCEPTED in counted:
        return True
    return len(counted) > 1 and WishState.RESERVE not in counted


def pair_worths(
    session: Session, day: MeetupDay, *, confirmed: frozenset[int] | None = None
) -> Mapping[Pair, PairWorth]:
    """Return what each wished or imposed pair of confirmed participants is worth; three queries.

    Pairs that the organisers exclude are left out, and those that one side declined. Who knows
    already the ``confirmed`` says so, which saves one query.
    """
    coming = _confirmed(session, day) if confirmed is None else confirmed
    rules = {
        (rule.first_id, rule.second_id): rule
        for rule in session.scalars(select(MeetupPairRule).where(MeetupPairRule.day_id == day.id))
    }
    wishes = _wishes_by_pair(session, day)
    found = (_pair_worth(pair, wishes.get(pair, ()), rules.get(pair)) for pair in {*wishes, *rules})
    kept = (one for one in found if one is not None and coming.issuperset(one.pair))
    return {one.pair: one for one in sorted(kept, key=lambda one: one.pair)}


def _confirmed(session: Session, day: MeetupDay) -> set[int]:
    return set(
        session.scalars(
            select(MeetupParticipant.id).where(
                MeetupParticipant.day_id == day.id,
                MeetupParticipant.state == ParticipantState.CONFIRMED,
            )
        )
    )


def pair_of(one: int, other: int) -> Pair:
    """Return both numbers, the smaller first."""
    return (one, other) if one < other else (other, one)


def _wishes_by_pair(session: Session, day: MeetupDay) -> dict[Pair, list[tuple[_Row, CountedWish]]]:
    rows = session.execute(
        select(
            MeetupWish.id,
            MeetupWish.wisher_id,
            MeetupWish.wished_id,
            MeetupWish.priority,
            MeetupWish.state,
            MeetupWish.need_id,
            MeetupWish.offer_id,
        )
        .where(MeetupWish.day_id == day.id)
        .order_by(MeetupWish.wisher_id, MeetupWish.rank, MeetupWish.id)
    )
    by_pair: dict[Pair, list[tuple[_Row, CountedWish]]] = defaultdict(list)
    before: dict[tuple[int, WishPriority], int] = defaultdict(int)
    for row in map(_Row._make, rows):
        key = (row.wisher_id, row.priority)
        counted = CountedWish(row.priority, row.state, before[key])
        before[key] += row.state in COUNTED
        by_pair[pair_of(row.wisher_id, row.wished_id)].append((row, counted))
    return by_pair


def _pair_worth(
    pair: Pair, wishes: Iterable[tuple[_Row, CountedWish]], rule: MeetupPairRule | None
) -> PairWorth | None:
    if rule is not None and rule.rule is PairRule.FORBIDDEN:
        return None
    rows = [row for row, _ in wishes if row.state in COUNTED]
    counted = [one for _, one in wishes]
    worth = worth_of(counted, is_required=rule is not None)
    if not worth:
        return None
    return PairWorth(
        pair=pair,
        worth=worth,
        is_mutual=len(rows) > 1,
        is_agreed=rule is not None or is_agreed(counted),
        is_required=rule is not None,
        slot_id=rule.slot_id if rule else None,
        need_id=next((row.need_id for row in rows if row.need_id), None),
        offer_id=next((row.offer_id for row in rows if row.offer_id), None),
        wish_ids=tuple(row.id for row in rows),
    )
