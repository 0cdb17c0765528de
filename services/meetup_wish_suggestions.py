"""Whom a participant could wish to meet: the need of one side against the offers of the other.

The suggested priority follows the level of the match, as the card words it: « forte » suggests
« indispensable », « moyenne » « importante », « partielle » « bienvenue ». What rests on a few
declared themes and words alone suggests « importante » at most (ADR 17).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from matching.profiles import OfferProfile
from matching.ranking import Match, Page, Ranking, rank_needs, rank_offers_for_any
from matching.weights import Level
from models.meetup_participant import MeetupParticipant
from models.need import Need
from models.offer import Offer
from services.contents import clean_text, known_themes
from services.match_profiles import need_text
from services.meetup_places import lock_participant
from services.meetup_profiles import (
    DayProfiles,
    declared_text,
    is_declared,
    on_declared_facts,
)
from services.meetup_registration import PRESENTATION_LENGTH
from services.meetup_wish_rules import check_open
from services.meetup_wishes import WishTerms
from services.theme_detection import theme_writings, written_words
from vocabulary.exchanges import Side
from vocabulary.meetups import ParticipantVisibility, WishPriority

SUGGESTED: Final[Mapping[Level, WishPriority]] = {
    Level.STRONG: WishPriority.ESSENTIAL,
    Level.MEDIUM: WishPriority.IMPORTANT,
    Level.PARTIAL: WishPriority.WELCOME,
}
_LEVELS: Final = list(SUGGESTED)
# How many one reads beside one's wishes.
MOST_SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Somebody to meet, the pair of need and offer that says why, and how much."""

    participant_id: int
    line: Match

    @property
    def is_declared(self) -> bool:
        """Tell whether it rests on what a participant declared, on either side."""
        return is_declared(self.line.need) or is_declared(self.line.offer)

    @property
    def level(self) -> Level:
        """Return the level of the match, seen by the participant to whom it is suggested."""
        return self.line.score.level

    @property
    def priority(self) -> WishPriority:
        """Return how much to wish it."""
        suggested = SUGGESTED[self.level]
        if self.is_declared and suggested is WishPriority.ESSENTIAL:
            return WishPriority.IMPORTANT
        return suggested

    @property
    def need_id(self) -> int | None:
        """Return the need of the directory that it is about."""
        return None if is_declared(self.line.need) else self.line.need.id

    @property
    def offer_id(self) -> int | None:
        """Return the offer of the directory that answers it."""
        return None if is_declared(self.line.offer) else self.line.offer.id

    def terms(self) -> WishTerms:
        """Return the wish as suggested, with what it was suggested from."""
        return WishTerms(
            self.priority,
            need_id=self.need_id,
            offer_id=self.offer_id,
            match_score=self.line.score.points,
            match_reasons=self.facts(),
        )

    def facts(self) -> dict[str, Any]:
        """Return what is kept of the suggestion: its level, its reasons as codes."""
        return {
            "level": self.level.value,
            "codes": [reason.code.value for reason in self.line.explanation.strongest],
        }


def change_subjects(
    session: Session,
    participant: MeetupParticipant,
    themes: Iterable[str],
    presentation: str,
    *,
    now: datetime,
) -> None:
    """Change what a participant comes for, as long as it may say whom it wishes to meet.

    Raises:
        RuleViolation: it may not.
    """
    lock_participant(session, participant)
    check_open(participant.day, participant, now)
    participant.themes = list(known_themes(themes))
    participant.presentation = clean_text(presentation, PRESENTATION_LENGTH)
    session.flush()


def suggestions(
    profiles: DayProfiles,
    participant: MeetupParticipant,
    others: Collection[int],
    *,
    limit: int,
    skipped: Collection[int] = (),
) -> list[Suggestion]:
    """Return the participants among ``others`` who match best, the best first.

    ``skipped`` are left out; for many participants at once, give the same ``others`` each time.
    """
    rank = _for_territory if participant.side is Side.TERRITORY else _for_actor
    most = limit + len(skipped)
    lines = [line for ranking in rank(profiles, participant.id, others, most) for line in ranking]
    found = (Suggestion(_other(line, participant.side), line) for line in lines)
    kept = (one for one in found if one.participant_id not in skipped)
    return sorted(kept, key=_order)[:limit]


def suggestions_by_wisher(
    profiles: DayProfiles,
    wishers: Iterable[MeetupParticipant],
    people: Collection[MeetupParticipant],
    *,
    limit: int,
    skipped: Mapping[int, Collection[int]],
) -> dict[int, list[Suggestion]]:
    """Return by wisher whom to suggest among ``people``; ``skipped`` are left out for each.

    Whoever is known to the organisers only is not made known by a suggestion.
    """
    shown = [one for one in people if one.visibility is not ParticipantVisibility.ORGANIZERS]
    facing = {side: [one.id for one in shown if one.side is not side] for side in Side}
    return {
        one.id: suggestions(
            profiles, one, facing[one.side], limit=limit, skipped=skipped.get(one.id, ())
        )
        for one in wishers
    }


@dataclass(frozen=True, slots=True)
class Subjects:
    """The titles of needs and offers that some suggestions are about, and their words."""

    needs: Mapping[int, str]
    offers: Mapping[int, str]
    written: Mapping[int, Mapping[str, str]]
    """By number of need, declared ones included: analysed word → the word as written."""


def load_subjects(
    session: Session,
    found: Iterable[Suggestion],
    participants: Iterable[MeetupParticipant],
) -> Subjects:
    """Return what is needed to word suggestions; two queries."""
    lines = list(found)
    needs = session.scalars(
        select(Need).where(Need.id.in_({one.need_id for one in lines if one.need_id}))
    ).all()
    offers = session.execute(
        select(Offer.id, Offer.title).where(
            Offer.id.in_({one.offer_id for one in lines if one.offer_id})
        )
    )
    themes = {one.line.need.id: one.line.need.themes for one in lines}
    texts = {need.id: need_text(need) for need in needs}
    texts |= {-one.id: declared_text(one) for one in participants if -one.id in themes}
    return Subjects(
        needs={need.id: need.title for need in needs},
        offers={row.id: row.title for row in offers},
        written={
            key: {**theme_writings(codes), **written_words(texts.get(key, ""))}
            for key, codes in themes.items()
        },
    )


def _for_territory(
    profiles: DayProfiles, own: int, others: Collection[int], limit: int
) -> Iterable[Sequence[Match]]:
    needs = list(profiles.needs.get(own, ()))
    if not needs:
        return
    offers = [offer for key in others for offer in profiles.offers.get(key, ())]
    reduced = [on_declared_facts(need) for need in needs]
    for rows, asked in ((_listed(offers), needs), (_declared(offers), reduced)):
        if rows:
            yield rank_offers_for_any(
                asked,
                profiles.columns_of_offers(rows),
                context=profiles.context,
                page=Page(limit=limit, seed=profiles.seed),
                by_organization=True,
            ).matches


def _for_actor(
    profiles: DayProfiles, own: int, others: Collection[int], limit: int
) -> Iterable[Sequence[Match]]:
    offers = list(profiles.offers.get(own, ()))
    needs = [need for key in others for need in profiles.needs.get(key, ())]
    if not offers or not needs:
        return
    if is_declared(offers[0]):
        needs = [on_declared_facts(need) for need in needs]
    ranking: Ranking = rank_needs(
        offers,
        profiles.columns_of_needs(needs),
        context=profiles.context,
        page=Page(limit=limit, seed=profiles.seed),
        by_territory=True,
    )
    yield ranking.matches


def _listed(offers: Iterable[OfferProfile]) -> list[OfferProfile]:
    return [offer for offer in offers if not is_declared(offer)]


def _declared(offers: Iterable[OfferProfile]) -> list[OfferProfile]:
    return [offer for offer in offers if is_declared(offer)]


def _other(line: Match, side: Side) -> int:
    if side is Side.TERRITORY:
        return line.offer.organization_id
    return line.need.territory_id or 0


def _order(one: Suggestion) -> tuple[int, int]:
    """Go by level, then by points; the sort keeps the order of each list, where ties turn."""
    return (_LEVELS.index(one.level), -one.line.score.points)
