"""Why a pair matches, and why another does not: codes and figures, never a sentence."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from matching.components import Fact, theme_coverage, theme_credit
from matching.gates import GateFailure, failed_gates
from matching.improve import Improvement, improvements
from matching.profiles import NeedProfile, OfferProfile
from matching.score import Contribution, PairScore, ScoringContext, points_of, score_pair
from matching.text import TextStatistics
from matching.weights import FULL, Component, Direction

Params = Mapping[str, str | int | tuple[str, ...]]
SHOWN_REASONS: Final = 3
SHOWN_WORDS: Final = 5


class ReasonCode(StrEnum):
    """What one component says of a pair."""

    THEMES_ALL = "themes-all"
    THEMES_SOME = "themes-some"
    THEMES_NONE = "themes-none"
    WORDS_SHARED = "words-shared"
    WORDS_FEW = "words-few"
    MATURITY_SUITS = "maturity-suits"
    MATURITY_DIFFERS = "maturity-differs"
    CONTRACT_FITS = "contract-fits"
    CONTRACT_STRAINED = "contract-strained"
    CALENDAR_FITS = "calendar-fits"
    CALENDAR_TIGHT = "calendar-tight"
    REFERENCES = "references"
    REFERENCES_FEW = "references-few"
    RECENT = "recent"
    STALE = "stale"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not-applicable"


# What somebody who has a minute should read first: the subject, then what was done, and last that
# the entry is looked after, which says nothing of the pair.
_SUBJECT_FIRST: Final = (Component.THEMES, Component.TEXT)
_WORTH_SAYING: Final = frozenset({ReasonCode.THEMES_SOME, ReasonCode.WORDS_SHARED})

# Worded by whether the component lifts the score above neutral or not.
_CODES: Final = {
    Component.MATURITY: (ReasonCode.MATURITY_SUITS, ReasonCode.MATURITY_DIFFERS),
    Component.CONTRACT: (ReasonCode.CONTRACT_FITS, ReasonCode.CONTRACT_STRAINED),
    Component.CALENDAR: (ReasonCode.CALENDAR_FITS, ReasonCode.CALENDAR_TIGHT),
    Component.EVIDENCE: (ReasonCode.REFERENCES, ReasonCode.REFERENCES_FEW),
    Component.FRESHNESS: (ReasonCode.RECENT, ReasonCode.STALE),
}


@dataclass(frozen=True, slots=True)
class Reason:
    """What one contribution means, with the facts a sentence about it needs."""

    component: Component
    code: ReasonCode
    points: int
    signed: int
    """Points above or below what the component brings when nothing is known."""
    missing: tuple[Fact, ...]
    params: Params


@dataclass(frozen=True, slots=True)
class ThemeMarginal:
    """What the score loses if the offer stops citing ``theme``, parent credit included."""

    theme: str
    points: int


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything a card and its unfolded view say of a pair."""

    reasons: tuple[Reason, ...]
    """One per contribution, in their order."""
    strongest: tuple[Reason, ...]
    """At most three: themes, words, then the most points; freshness last."""
    unknown: Reason | None
    """The weightiest contribution that lacks a fact."""
    theme_marginals: tuple[ThemeMarginal, ...]
    improvements: tuple[Improvement, ...]
    """What would raise the score, the most first."""


@dataclass(frozen=True, slots=True)
class WhyNot:
    """Why an offer is absent from a list, or low in it."""

    gates: tuple[GateFailure, ...]
    """Empty when the pair may match."""
    is_related: bool
    """False when neither a theme nor enough words are shared."""
    score: PairScore
    weakest: tuple[Reason, ...]
    """The known contributions below neutral, the worst first."""
    improvements: tuple[Improvement, ...]


def explain(
    need: NeedProfile,
    offer: OfferProfile,
    score: PairScore,
    *,
    context: ScoringContext,
    statistics: TextStatistics,
) -> Explanation:
    """Explain a score already made with ``context``."""
    pair = _Pair(need, offer, score.direction, context, statistics)
    reasons = tuple(_reason(pair, contribution) for contribution in score.contributions)
    return Explanation(
        reasons=reasons,
        strongest=_strongest(reasons),
        unknown=_weightiest_unknown(score, reasons),
        theme_marginals=theme_marginals(need, offer, score.direction, context),
        improvements=improvements(need, offer, score, context),
    )


def why_not(
    need: NeedProfile,
    offer: OfferProfile,
    *,
    direction: Direction,
    context: ScoringContext,
    statistics: TextStatistics,
) -> WhyNot:
    """Say what keeps a pair out of a list or low in it: failed gates, weak contributions."""
    text = statistics.value(need.tokens, offer.tokens, need.related)
    score = score_pair(need, offer, direction=direction, text=text, context=context)
    explanation = explain(need, offer, score, context=context, statistics=statistics)
    weak = [reason for reason in explanation.reasons if reason.signed < 0]
    return WhyNot(
        gates=failed_gates(need, offer, context.today),
        is_related=is_related(score, context),
        score=score,
        weakest=tuple(sorted(weak, key=lambda reason: reason.signed)),
        improvements=explanation.improvements,
    )


def is_related(score: PairScore, context: ScoringContext) -> bool:
    """Tell whether a pair is about the same thing: a theme in common, or enough words.

    When neither themes nor words of the need are known, nothing says that it is not.
    """
    by_component = {part.component: part for part in score.contributions}
    themes, text = by_component[Component.THEMES], by_component[Component.TEXT]
    if themes.is_unknown and text.is_unknown:
        return True
    if not themes.is_unknown and themes.value > 0:
        return True
    return not text.is_unknown and text.value >= context.weights.text.related


def theme_marginals(
    need: NeedProfile, offer: OfferProfile, direction: Direction, context: ScoringContext
) -> tuple[ThemeMarginal, ...]:
    """Return what each cited theme brings that no other does, the most first.

    Removing the theme from the offer, with the rarity table and the text value held fixed, lowers
    the score by exactly these points. Themes that bring nothing of their own are left out.
    """
    weight = context.weights.points[direction][Component.THEMES]

    def points(themes: frozenset[str]) -> int:
        part = theme_coverage(need.themes, themes, context.rarity, context.parents, context.weights)
        return points_of(part.value, weight)

    full = points(offer.themes)
    marginals = (
        ThemeMarginal(theme, full - points(offer.themes - {theme})) for theme in offer.themes
    )
    kept = [marginal for marginal in marginals if marginal.points]
    return tuple(sorted(kept, key=lambda marginal: (-marginal.points, marginal.theme)))


def _strongest(reasons: tuple[Reason, ...]) -> tuple[Reason, ...]:
    """Return what lifts the score, with what both sides share and any reference, best said first.

    A theme or words in common, or one deployment, are reasons even where they bring less than
    what is assumed of an unknown.
    """
    worth_saying = [reason for reason in reasons if _is_worth_saying(reason)]
    return tuple(sorted(worth_saying, key=_order_of_saying)[:SHOWN_REASONS])


def _is_worth_saying(reason: Reason) -> bool:
    has_reference = reason.component is Component.EVIDENCE and any(reason.params.values())
    return reason.signed > 0 or reason.code in _WORTH_SAYING or has_reference


def _order_of_saying(reason: Reason) -> tuple[int, int]:
    if reason.component in _SUBJECT_FIRST:
        return (_SUBJECT_FIRST.index(reason.component), 0)
    if reason.component is Component.FRESHNESS:
        return (4, 0)
    return (2 if reason.signed > 0 else 3, -reason.points)


def _weightiest_unknown(score: PairScore, reasons: tuple[Reason, ...]) -> Reason | None:
    lacking = [
        (-contribution.weight, position)
        for position, contribution in enumerate(score.contributions)
        if contribution.missing
    ]
    return reasons[min(lacking)[1]] if lacking else None


@dataclass(frozen=True, slots=True)
class _Pair:
    """A need and an offer with what they are compared by, seen by one side."""

    need: NeedProfile
    offer: OfferProfile
    direction: Direction
    context: ScoringContext
    statistics: TextStatistics


def _reason(pair: _Pair, contribution: Contribution) -> Reason:
    return Reason(
        component=contribution.component,
        code=_code(contribution, pair.context),
        points=contribution.points,
        signed=contribution.signed,
        missing=contribution.missing,
        params=_params(pair, contribution.component),
    )


def _code(contribution: Contribution, context: ScoringContext) -> ReasonCode:
    if not contribution.is_applicable:
        return ReasonCode.NOT_APPLICABLE
    if contribution.is_unknown:
        return ReasonCode.UNKNOWN
    if contribution.component is Component.THEMES:
        if contribution.value == FULL:
            return ReasonCode.THEMES_ALL
        return ReasonCode.THEMES_SOME if contribution.value else ReasonCode.THEMES_NONE
    if contribution.component is Component.TEXT:
        enough = contribution.value >= context.weights.text.related
        return ReasonCode.WORDS_SHARED if enough else ReasonCode.WORDS_FEW
    lifting, other = _CODES[contribution.component]
    return lifting if contribution.signed > 0 else other


def _params(pair: _Pair, component: Component) -> Params:
    need, offer = pair.need, pair.offer
    match component:
        case Component.THEMES:
            params: Params = _theme_params(need, offer, pair.context)
        case Component.TEXT:
            words = pair.statistics.shared_words(
                need.tokens, offer.tokens, need.related, limit=SHOWN_WORDS
            )
            params = {"words": words}
        case Component.MATURITY:
            params = {"maturity": offer.maturity or "", "appetite": need.appetite or ""}
        case Component.CONTRACT:
            params = _contract_params(need, offer)
        case Component.CALENDAR:
            params = _calendar_params(need, offer)
        case Component.EVIDENCE:
            params = asdict(offer.references)
        case Component.FRESHNESS:
            params = _freshness_params(pair)
    return params


def _freshness_params(pair: _Pair) -> Params:
    """Return the date that counts: of the entry that is looked at."""
    if pair.direction is Direction.NEED_TO_OFFER:
        return {"confirmed_on": _iso(pair.offer.confirmed_on)}
    return {"updated_on": _iso(pair.need.updated_on)}


def _theme_params(need: NeedProfile, offer: OfferProfile, context: ScoringContext) -> Params:
    by_theme = {
        theme: theme_credit(theme, offer.themes, context.parents, context.weights.themes)
        for theme in sorted(need.themes & context.rarity.keys())
    }
    return {
        "covered": tuple(theme for theme, credit in by_theme.items() if credit == FULL),
        "partly": tuple(theme for theme, credit in by_theme.items() if 0 < credit < FULL),
        "uncovered": tuple(theme for theme, credit in by_theme.items() if not credit),
    }


def _contract_params(need: NeedProfile, offer: OfferProfile) -> Params:
    return {
        "routes": tuple(sorted(offer.routes & need.routes)),
        "price_range": offer.price_range or "",
        "nature": need.nature or "",
    }


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def _calendar_params(need: NeedProfile, offer: OfferProfile) -> Params:
    return {
        "available_from": _iso(offer.available_from),
        "starts_on": _iso(need.starts_on),
        "closes_on": _iso(need.closes_on),
        "phase": need.phase.value,
    }
