"""What the pages of wishes show: one's own, those received, and the participants to choose from."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from models.meetup import MeetupDay
from models.meetup_participant import MeetupParticipant
from models.meetup_wish import MeetupWish
from models.need import Need
from models.offer import Offer
from services.meetup_profiles import department_of_code
from services.meetup_wish_rules import (
    HELD,
    agreed_counts,
    excluded_with,
    meeting_cap,
    shown_to,
)
from services.text_keys import name_key
from vocabulary.exchanges import Side
from vocabulary.kinds import PublicationState
from vocabulary.labels import N_, LabelledEnum
from vocabulary.meetups import ParticipantState, WishPriority, WishState
from vocabulary.regions import DEPARTMENTS
from vocabulary.themes import all_themes

PAGE_SIZE: Final = 20
SHOWN_WAITING: Final = 5
_LEVELS: Final = list(WishPriority)


class Box(LabelledEnum):
    """A list of what others wish of a participant."""

    WAITING = "a-repondre", N_("À répondre")
    ACCEPTED = "acceptees", N_("Acceptées")
    DECLINED = "declinees", N_("Déclinées")
    RESERVE = "en-reserve", N_("En réserve")


_STATES: Final = {
    Box.WAITING: frozenset({WishState.PROPOSED, WishState.EXPIRED}),
    Box.ACCEPTED: frozenset({WishState.ACCEPTED}),
    Box.DECLINED: frozenset({WishState.DECLINED}),
    Box.RESERVE: frozenset({WishState.RESERVE}),
}


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many wishes and meetings a participant has used of those it may."""

    held: int
    most_wishes: int
    agreed: int
    most_meetings: int

    @property
    def is_full(self) -> bool:
        """Tell whether no meeting more can be agreed."""
        return self.agreed >= self.most_meetings

    @property
    def left(self) -> int:
        """Return how many wishes may still be made."""
        return max(0, self.most_wishes - self.held)


@dataclass(frozen=True, slots=True)
class Received:
    """One page of what others wish of a participant, with the count of each list."""

    wishes: Sequence[MeetupWish]
    counts: dict[Box, int]
    box: Box
    agreed_with: frozenset[int]
    """Participants who come and whose wish was accepted."""
    wishers: frozenset[int]
    """Participants whose wish stands, whatever was answered."""

    @property
    def pages(self) -> int:
        """Return how many pages the list has."""
        return -(-self.counts[self.box] // PAGE_SIZE)


@dataclass(frozen=True, slots=True)
class OtherFilters:
    """What one keeps of the participants; empty keeps everybody."""

    words: str = ""
    theme: str = ""
    kind: str = ""
    place: str = ""

    def __bool__(self) -> bool:
        """Tell whether anything is asked for."""
        return bool(self.words or self.theme or self.kind or self.place)


def allowance(session: Session, participant: MeetupParticipant, held: int) -> Allowance:
    """Return what a participant has used, ``held`` wishes among it; one query."""
    counts = agreed_counts(session, participant.day, {participant.id})
    return _allowance(participant, held, counts[participant.id])


def allowance_from(
    participant: MeetupParticipant, own: Iterable[MeetupWish], received: Received
) -> Allowance:
    """Return the same from its wishes and those it received, without a query."""
    made = list(own)
    agreed = {
        one.wished_id
        for one in made
        if one.state is WishState.ACCEPTED and one.wished.state is ParticipantState.CONFIRMED
    }
    held = sum(one.state in HELD for one in made)
    return _allowance(participant, held, len(agreed | received.agreed_with))


def _allowance(participant: MeetupParticipant, held: int, agreed: int) -> Allowance:
    return Allowance(
        held=held,
        most_wishes=participant.day.wishes_per_participant,
        agreed=agreed,
        most_meetings=meeting_cap(participant.day, participant),
    )


def wishes_of(session: Session, participant: MeetupParticipant) -> list[MeetupWish]:
    """Return what a participant wishes and did not take back, with all a line shows; one query."""
    found = session.scalars(
        select(MeetupWish)
        .where(MeetupWish.wisher_id == participant.id, MeetupWish.state != WishState.WITHDRAWN)
        .options(
            joinedload(MeetupWish.wished),
            joinedload(MeetupWish.need).load_only(Need.title),
            joinedload(MeetupWish.offer).load_only(Offer.title),
        )
        .order_by(MeetupWish.rank, MeetupWish.id)
    ).all()
    return sorted(found, key=lambda wish: _LEVELS.index(wish.priority))


def received_by(
    session: Session,
    participant: MeetupParticipant,
    *,
    box: Box = Box.WAITING,
    page: int = 1,
    limit: int = PAGE_SIZE,
) -> Received:
    """Return a page of what others wish of a participant, the most urgent first; two queries."""
    mine = (
        select(MeetupWish)
        .join(MeetupParticipant, MeetupWish.wisher_id == MeetupParticipant.id)
        .where(MeetupWish.wished_id == participant.id)
    )
    rows = session.execute(
        mine.with_only_columns(MeetupWish.state, MeetupParticipant.id, MeetupParticipant.state)
    ).all()
    by_state = Counter(state for state, _, _ in rows)
    wishes = session.scalars(
        mine.where(MeetupWish.state.in_(_STATES[box]))
        .options(
            contains_eager(MeetupWish.wisher),
            joinedload(MeetupWish.need).load_only(Need.title),
            joinedload(MeetupWish.offer).load_only(Offer.title),
        )
        .order_by(MeetupWish.state.desc(), MeetupWish.expires_at, MeetupWish.id)
        .offset((page - 1) * PAGE_SIZE)
        .limit(limit)
    ).all()
    agreed = frozenset(
        key
        for state, key, coming in rows
        if state is WishState.ACCEPTED and coming is ParticipantState.CONFIRMED
    )
    counts = {one: sum(by_state[state] for state in _STATES[one]) for one in Box}
    wishers = frozenset(key for state, key, _ in rows if state is not WishState.WITHDRAWN)
    return Received(wishes, counts, box, agreed, wishers)


def wished_by(session: Session, participant: MeetupParticipant) -> dict[int, WishState]:
    """Return whom a participant wished, with what became of it; one query."""
    rows = session.execute(
        select(MeetupWish.wished_id, MeetupWish.state).where(MeetupWish.wisher_id == participant.id)
    )
    return {row.wished_id: row.state for row in rows}


def others_of(session: Session, participant: MeetupParticipant) -> Sequence[MeetupParticipant]:
    """Return those whom a participant may choose, by name; one query.

    Those whom the organisers keep apart from it are left out.
    """
    same_side = participant.day.same_side_wishes
    return session.scalars(
        select(MeetupParticipant)
        .where(
            shown_to(participant, same_side=same_side),
            MeetupParticipant.id.not_in(excluded_with(participant)),
        )
        .order_by(MeetupParticipant.name_key, MeetupParticipant.id)
    ).all()


def other_of(
    session: Session, participant: MeetupParticipant, other_id: int
) -> MeetupParticipant | None:
    """Return somebody whom a participant may read about: listed, or tied to it by a wish."""
    tied = (
        select(MeetupWish.id)
        .where(
            or_(
                (MeetupWish.wisher_id == participant.id) & (MeetupWish.wished_id == other_id),
                (MeetupWish.wisher_id == other_id)
                & (MeetupWish.wished_id == participant.id)
                & (MeetupWish.state != WishState.WITHDRAWN),
            )
        )
        .exists()
    )
    listed = shown_to(participant, same_side=participant.day.same_side_wishes)
    same_day = MeetupParticipant.day_id == participant.day_id
    return session.scalar(
        select(MeetupParticipant).where(
            MeetupParticipant.id == other_id, same_day, or_(listed, tied)
        )
    )


def kept_others(
    others: Iterable[MeetupParticipant], filters: OtherFilters
) -> list[MeetupParticipant]:
    """Return the participants that the filters keep, in their order."""
    words = name_key(filters.words).split()
    themes = _with_finer(filters.theme)
    return [
        one
        for one in others
        if all(word in _said_of(one) for word in words)
        and (not filters.theme or not themes.isdisjoint(one.themes))
        and (not filters.kind or (one.kind is not None and one.kind.value == filters.kind))
        and (not filters.place or filters.place in places_of(one))
    ]


def places_of(participant: MeetupParticipant) -> list[str]:
    """Return the departments of the quarters and communes a participant speaks for, sorted."""
    found = {department_of_code(code) for code in participant.territory_codes}
    return sorted(code for code in found if code in DEPARTMENTS)


def subjects_between(
    session: Session, one: MeetupParticipant, other: MeetupParticipant
) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """Return the needs and the offers that a meeting of two sides may be about; two queries."""
    territories = [key for side, key in _bodies(one, other) if side is Side.TERRITORY]
    actors = [key for side, key in _bodies(one, other) if side is Side.ACTOR]
    published = PublicationState.PUBLISHED
    needs = session.execute(
        select(Need.id, Need.title)
        .where(Need.carrier_id.in_(territories), Need.state == published)
        .order_by(Need.title)
    )
    offers = session.execute(
        select(Offer.id, Offer.title)
        .where(Offer.organization_id.in_(actors), Offer.state == published)
        .order_by(Offer.title)
    )
    return [(row.id, row.title) for row in needs], [(row.id, row.title) for row in offers]


def day_participants(session: Session, day: MeetupDay) -> Sequence[MeetupParticipant]:
    """Return those who come to a day, by name; one query."""
    return session.scalars(
        select(MeetupParticipant)
        .where(
            MeetupParticipant.day_id == day.id,
            MeetupParticipant.state == ParticipantState.CONFIRMED,
        )
        .order_by(MeetupParticipant.name_key, MeetupParticipant.id)
    ).all()


def _bodies(*participants: MeetupParticipant) -> Collection[tuple[Side, int | None]]:
    return [(one.side, one.organization_id) for one in participants]


def _said_of(participant: MeetupParticipant) -> str:
    places = " ".join(participant.territory_codes)
    return f"{participant.name_key} {name_key(participant.presentation)} {name_key(places)}"


def _with_finer(code: str) -> frozenset[str]:
    """Return a theme and, for an axis, the themes under it."""
    return frozenset({code, *(key for key, theme in all_themes().items() if theme.parent == code)})
