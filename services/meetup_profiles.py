"""What the participants of a meetup day look for and propose, as the matching core reads it.

A body of the directory stands for its published needs or offers. Any other stands for what it
declared when it registered: its themes, its words, its places; nothing else is made up, and what
it is compared on is reduced to these.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from sqlalchemy import ColumnElement, and_, func

from matching.columns import Basis, NeedColumns, OfferColumns
from matching.profiles import NeedProfile, OfferProfile
from matching.score import ScoringContext
from models.meetup_participant import MeetupParticipant
from models.need import Need
from models.offer import Offer
from services.match_base import MatchBase
from services.telling_words import telling_stems
from services.theme_detection import theme_words
from vocabulary.exchanges import Side
from vocabulary.geography import department_of_commune, is_commune_code, is_quarter_code
from vocabulary.kinds import AreaLevel, OfferType, OrganizationKind
from vocabulary.regions import DEPARTMENTS
from vocabulary.themes import all_themes

# What a declared body is taken for where the core wants a kind; no reason rests on it.
_ANY_KIND: Final = OrganizationKind.PME
_ANY_TYPE: Final = OfferType.SUPPORT


@dataclass(frozen=True, slots=True)
class DayProfiles:
    """The needs and the offers of a day, by participant; their bodies are participant numbers."""

    needs: Mapping[int, Sequence[NeedProfile]]
    offers: Mapping[int, Sequence[OfferProfile]]
    basis: Basis
    context: ScoringContext
    seed: int
    offer_columns: dict[frozenset[OfferProfile], OfferColumns] = field(default_factory=dict)
    need_columns: dict[frozenset[NeedProfile], NeedColumns] = field(default_factory=dict)
    """Laid out once for a whole side: many participants are compared with the same others."""

    def columns_of_offers(self, rows: Sequence[OfferProfile]) -> OfferColumns:
        """Return some offers by column."""
        key = frozenset(rows)
        if key not in self.offer_columns:
            self.offer_columns[key] = OfferColumns.build(rows, self.basis)
        return self.offer_columns[key]

    def columns_of_needs(self, rows: Sequence[NeedProfile]) -> NeedColumns:
        """Return some needs by column."""
        key = frozenset(rows)
        if key not in self.need_columns:
            self.need_columns[key] = NeedColumns.build(rows, self.basis)
        return self.need_columns[key]


def day_profiles(
    participants: Iterable[MeetupParticipant], base: MatchBase, *, seed: int
) -> DayProfiles:
    """Return what each participant stands for; those that said nothing stand for nothing."""
    coming = list(participants)
    bodies = {one.organization_id: one.id for one in coming if one.organization_id is not None}
    needs, offers = _published(base, bodies)
    for one in coming:
        if one.side is Side.TERRITORY and one.id not in needs and _says_something(one):
            needs[one.id].append(_declared_need(one))
        if one.side is Side.ACTOR and one.id not in offers and _says_something(one):
            offers[one.id].append(_declared_offer(one))
    context = base.offers.basis.context(base.day)
    return DayProfiles(needs, offers, base.offers.basis, context, seed)


def stands_for_nothing(*, today: date) -> ColumnElement[bool]:
    """Return the condition of the participants for whom ``day_profiles`` has nothing.

    They declared nothing, and their body publishes nothing that is read on their side.
    """
    one = MeetupParticipant
    needs = Need.open_on(today).where(Need.carrier_id == one.organization_id)
    offers = Offer.published().where(Offer.organization_id == one.organization_id)
    return and_(
        func.json_array_length(one.themes) == 0,
        func.trim(one.presentation) == "",
        ~and_(one.side == Side.TERRITORY, needs.exists()),
        ~and_(one.side == Side.ACTOR, offers.exists()),
    )


def is_declared(profile: NeedProfile | OfferProfile) -> bool:
    """Tell whether a profile is what a participant declared, not an entry of the directory."""
    return profile.id < 0


def on_declared_facts(need: NeedProfile) -> NeedProfile:
    """Return a need reduced to its subject: a declared offer says nothing of the rest."""
    return replace(
        need,
        region_code=None,
        department_code=None,
        appetite=None,
        amount_min=None,
        amount_max=None,
        nature=None,
        wanted_kinds=frozenset(),
    )


def declared_text(participant: MeetupParticipant) -> str:
    """Return the words of what a participant declared: its themes by name, then its own."""
    known = all_themes()
    labels = [known[code].label for code in participant.themes if code in known]
    return " . ".join([*labels, participant.presentation])


def _published(
    base: MatchBase, bodies: Mapping[int, int]
) -> tuple[dict[int, list[NeedProfile]], dict[int, list[OfferProfile]]]:
    needs: dict[int, list[NeedProfile]] = defaultdict(list)
    offers: dict[int, list[OfferProfile]] = defaultdict(list)
    for need in base.needs.needs:
        key = bodies.get(need.organization_id or 0)
        if key is not None:
            needs[key].append(replace(need, organization_id=key, territory_id=key))
    for offer in base.offers.offers:
        key = bodies.get(offer.organization_id)
        if key is not None:
            offers[key].append(replace(offer, organization_id=key))
    return needs, offers


def _says_something(participant: MeetupParticipant) -> bool:
    return bool(participant.themes or participant.presentation.strip())


def _declared_need(participant: MeetupParticipant) -> NeedProfile:
    themes = frozenset(participant.themes)
    department = _department(participant.territory_codes)
    return NeedProfile(
        id=-participant.id,
        territory_id=participant.id,
        organization_id=participant.id,
        themes=themes,
        tokens=telling_stems(declared_text(participant)),
        related=theme_words(themes),
        department_code=department,
        region_code=DEPARTMENTS[department].region_code if department else None,
    )


def _declared_offer(participant: MeetupParticipant) -> OfferProfile:
    return OfferProfile(
        id=-participant.id,
        organization_id=participant.id,
        organization_kind=participant.kind or _ANY_KIND,
        type=_ANY_TYPE,
        themes=frozenset(participant.themes),
        tokens=telling_stems(declared_text(participant)),
        area_level=AreaLevel.NATIONAL,
    )


def _department(codes: Iterable[str]) -> str | None:
    """Return the one department of some quarters and communes; nothing where they differ."""
    found = {
        department for code in codes if (department := department_of_code(code)) in DEPARTMENTS
    }
    return found.pop() if len(found) == 1 else None


def department_of_code(code: str) -> str | None:
    """Return the department inside a code: three characters in a quarter's, « 075 » for Paris."""
    if is_quarter_code(code):
        return code[2:5].removeprefix("0")
    return department_of_commune(code) if is_commune_code(code) else None
