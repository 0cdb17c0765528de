"""What alerts watch, read from their parameters: a search, or a list of matches."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

import numpy as np
from sqlalchemy.orm import Session

from matching.column_scores import ColumnScores, score_needs, score_offers
from matching.columns import Booleans, Integers, NeedColumns, OfferColumns
from matching.filters import NeedFilters, OfferFilters, kept_needs, kept_offers
from matching.profiles import NeedProfile, OfferProfile
from matching.score import score_pair
from matching.weights import Direction, Level
from search.backend import SearchBackend
from search.documents import document_id
from search.query import SearchQuery, SortOrder
from services.documents import FACETS, KIND, MATURITY, REGION, ROUTE, THEME
from services.errors import RuleViolation
from services.indexing import withdrawn_ids
from services.match_base import MatchBase
from services.match_profiles import sentence_profile
from services.matching import Matcher, Moment
from vocabulary.exchanges import AlertSubject
from vocabulary.kinds import (
    ContractRoute,
    Maturity,
    OrganizationKind,
    ProjectPhase,
    SubjectKind,
)
from vocabulary.labels import N_

# Names of the parameters that no filter has; those with « @ » are ours, not of an address.
TEXT, SENTENCE, PLACE, PHASE = "q", "besoin", "lieu", "phase"
ENTRY, PAGE, REGION_OF_PLACE, DEPARTMENT_OF_PLACE = "@entry", "@page", "@region", "@department"
# What is there when an alert starts counts as known: beyond this, nobody could have read it.
MAX_KNOWN: Final = 5_000
# « Partielle » is a list to browse, not news.
TOLD_LEVELS: Final = frozenset({Level.STRONG, Level.MEDIUM})
FOR_OFFERS: Final = frozenset({AlertSubject.OFFER_MATCHES, AlertSubject.ORGANIZATION_MATCHES})
Parameters = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Engines:
    """What answers the saved views: the index for searches, the matcher for matches."""

    backend: SearchBackend
    matcher: Matcher


def saved_search(parameters: Parameters) -> SearchQuery:
    """Return the question of a saved search, without page nor excerpts."""
    return SearchQuery(
        text=str(parameters.get(TEXT, "")),
        filters={facet: frozenset(parameters[facet]) for facet in FACETS if facet in parameters},
        sort=SortOrder.RECENT,
        limit=MAX_KNOWN,
        excerpts=False,
    )


def saved_offer_filters(parameters: Parameters) -> OfferFilters:
    """Return the filters of a saved list of offers."""
    return OfferFilters(
        themes=_values(parameters, THEME),
        kinds=frozenset(OrganizationKind(value) for value in _values(parameters, KIND)),
        maturities=frozenset(Maturity(value) for value in _values(parameters, MATURITY)),
        routes=frozenset(ContractRoute(value) for value in _values(parameters, ROUTE)),
    )


def saved_need_filters(parameters: Parameters) -> NeedFilters:
    """Return the filters of a saved list of needs."""
    return NeedFilters(
        themes=_values(parameters, THEME),
        regions=_values(parameters, REGION),
        phases=frozenset(ProjectPhase(value) for value in _values(parameters, PHASE)),
    )


def _values(parameters: Parameters, name: str) -> frozenset[str]:
    return frozenset(str(value) for value in parameters.get(name, ()))


class MatchLists:
    """The lists of matches of one generation of columns, by what alerts watch."""

    def __init__(self, base: MatchBase, day: date) -> None:
        self.base = base
        self.context = base.offers.basis.context(day)
        self._needs = {need.id: need for need in base.needs.needs}
        self._territories = {one.id: one for one in base.territories.needs}
        self._by_actor: dict[int, list[OfferProfile]] = {}
        self._offers = {offer.id: offer for offer in base.offers.offers}
        for offer in base.offers.offers:
            self._by_actor.setdefault(offer.organization_id, []).append(offer)

    def need_of(self, subject: AlertSubject, parameters: Parameters) -> NeedProfile | None:
        """Return the need whose answers are watched; nothing once it is closed."""
        if subject is AlertSubject.SENTENCE:
            return sentence_profile(
                str(parameters[SENTENCE]),
                region_code=parameters.get(REGION_OF_PLACE),
                department_code=parameters.get(DEPARTMENT_OF_PLACE),
                phase=ProjectPhase.UNSTATED,
            )
        known = self._needs if subject is AlertSubject.NEED_MATCHES else self._territories
        return known.get(int(parameters[ENTRY]))

    def offers_of(self, subject: AlertSubject, parameters: Parameters) -> Sequence[OfferProfile]:
        """Return the offers whose needs are watched; none once they are withdrawn."""
        key = int(parameters[ENTRY])
        if subject is AlertSubject.ORGANIZATION_MATCHES:
            return self._by_actor.get(key, ())
        offer = self._offers.get(key)
        return (offer,) if offer else ()

    def offers_for(
        self, need: NeedProfile, columns: OfferColumns, filters: OfferFilters, *, told: bool
    ) -> set[int]:
        """Return the offers of ``columns`` that the list of ``need`` holds.

        With ``told``, only those that an alert tells of.
        """
        scores = score_offers(need, columns, self.context)
        rows = _rows(scores, kept_offers(columns, filters))
        if told:
            rows = [
                row
                for row in rows
                if self._is_told(need, columns.offers[row], scores.text_of(row), _TO_OFFER)
            ]
        return _ids(columns.ids, rows)

    def needs_for(
        self,
        offers: Iterable[OfferProfile],
        columns: NeedColumns,
        filters: NeedFilters,
        *,
        told: bool,
    ) -> set[int]:
        """Return the needs of ``columns`` that the list of any of these offers holds."""
        found: set[int] = set()
        kept = kept_needs(columns, filters)
        for offer in offers:
            scores = score_needs(offer, columns, self.context)
            rows = _rows(scores, kept)
            if told:
                rows = [
                    row
                    for row in rows
                    if self._is_told(columns.needs[row], offer, scores.text_of(row), _TO_NEED)
                ]
            found |= _ids(columns.ids, rows)
        return found

    def _is_told(
        self, need: NeedProfile, offer: OfferProfile, text: int | None, direction: Direction
    ) -> bool:
        score = score_pair(need, offer, direction=direction, text=text, context=self.context)
        return score.level in TOLD_LEVELS


_TO_OFFER: Final = Direction.NEED_TO_OFFER
_TO_NEED: Final = Direction.OFFER_TO_NEED


def _rows(scores: ColumnScores, kept: Booleans) -> list[int]:
    rows: list[int] = np.flatnonzero(scores.passed & scores.related & kept).tolist()
    return rows


def _ids(ids: Integers, rows: Sequence[int]) -> set[int]:
    return {int(ids[row]) for row in rows}


def items_now(
    session: Session,
    engines: Engines,
    subject: AlertSubject,
    parameters: Parameters,
    *,
    moment: Moment,
) -> frozenset[str]:
    """Return what the view holds now, as identifiers of documents.

    Raises:
        RuleViolation: a search that holds more than ``MAX_KNOWN`` entries.
    """
    if subject is AlertSubject.SEARCH:
        query = replace(saved_search(parameters), excluded=withdrawn_ids(session))
        page = engines.backend.search(query)
        if page.total > MAX_KNOWN:
            raise RuleViolation(
                N_(
                    "Cette recherche compte %(total)s résultats : ajoutez un filtre ou un mot pour "
                    "qu’une alerte ait un sens (%(most)s au plus)."
                ),
                total=page.total,
                most=MAX_KNOWN,
            )
        return frozenset(hit.id for hit in page.hits)
    lists = MatchLists(engines.matcher.base(session, moment), moment.today)
    return listed_items(lists, subject, parameters)


def listed_items(
    lists: MatchLists, subject: AlertSubject, parameters: Parameters
) -> frozenset[str]:
    """Return every line of a list of matches, « partielle » ones included."""
    if subject in FOR_OFFERS:
        offers = lists.offers_of(subject, parameters)
        filters = saved_need_filters(parameters)
        return need_items(lists.needs_for(offers, lists.base.needs, filters, told=False))
    need = lists.need_of(subject, parameters)
    if need is None:
        return frozenset()
    chosen = saved_offer_filters(parameters)
    return offer_items(lists.offers_for(need, lists.base.offers, chosen, told=False))


def offer_items(ids: Iterable[int]) -> frozenset[str]:
    """Return the identifiers of these offers' documents."""
    return frozenset(document_id(SubjectKind.OFFER, key) for key in ids)


def need_items(ids: Iterable[int]) -> frozenset[str]:
    """Return the identifiers of these needs' documents."""
    return frozenset(document_id(SubjectKind.NEED, key) for key in ids)
