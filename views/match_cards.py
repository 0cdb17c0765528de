"""Match lines as the plain data that the match macros show."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from flask import url_for
from flask_babel import gettext

from extensions.match_reasons import SHOWN_REASONS, match_reasons
from extensions.match_words import (
    Written,
    component_label,
    phase_sentence,
    reason_sentence,
    unknown_sentence,
)
from matching.explain import Explanation, WhyNot
from matching.improve import Improvement
from matching.ranking import Match
from matching.score import PairScore
from matching.weights import Direction
from models.need import Need
from models.offer import Offer
from models.territory import Territory
from services.matching import Absence, Excluded, NeedMatches, OfferMatches
from views.gate_words import UNASKED, gate_sentence, improvement_sentence
from vocabulary.labels import LabelledEnum

Card = dict[str, Any]
HIGHEST: Final = 1_000
SHOWN_IMPROVEMENTS: Final = 3


def offer_cards(
    found: OfferMatches,
    written: Written,
    *,
    by_actor: bool,
    titles: Mapping[int, str] | None = None,
) -> list[Card]:
    """Return the cards of offers, or of actors by their best offer.

    ``titles`` names the needs of a list made for several: each card says which it answers best.
    """
    cards = []
    for rank, line in enumerate(found.ranking.matches, start=1):
        offer = found.offers.get(line.offer.id)
        if offer is not None:
            facts = _actor_facts(offer) if by_actor else _offer_facts(offer)
            if titles and line.need.id in titles:
                facts |= _answered(line.need.id, titles[line.need.id])
            cards.append({**facts, **_figures(line, written), "rank": rank})
    return cards


def _answered(need_id: int, title: str) -> Card:
    """Return the need that a card answers, where the list holds several."""
    return {
        "need_id": need_id,
        "need_title": title,
        "need_url": url_for("matches.need", need_id=need_id),
    }


def need_cards(
    found: NeedMatches, written: Written, *, name_offer: bool, by_territory: bool = False
) -> list[Card]:
    """Return the cards of needs, or of quarters by the need that is answered best.

    ``name_offer`` says which offer answers.
    """
    cards = []
    for rank, line in enumerate(found.ranking.matches, start=1):
        need = found.needs.get(line.need.id)
        if need is None:
            continue
        facts = _quarter_facts(need) if by_territory else _need_facts(need)
        offer = found.offers.get(line.offer.id)
        if offer is not None:
            facts["offer_slug"] = offer.slug
        if name_offer and offer is not None:
            facts["place"] = gettext("pour « %(title)s »", title=offer.title)
        cards.append({**facts, **_figures(line, written), "rank": rank})
    return cards


def excluded_cards(found: OfferMatches, written: Written) -> list[Card]:
    """Return the « pourquoi pas ? » lines of a list."""
    return [
        _named(found.offers[one.offer.id], _reasons_against(one, written))
        for one in found.excluded
        if one.offer.id in found.offers
    ]


def absence_card(absence: Absence, offer: Offer, written: Written) -> Card:
    """Return why the offer that a visitor names is absent from a list, or low in it."""
    why = absence.excluded.reasons
    card = _named(offer, _reasons_against(absence.excluded, written))
    if not why.gates and absence.is_filtered_out:
        card["reasons"].insert(0, gettext("Vos filtres la cachent"))
    card["is_listed"] = not why.gates and why.is_related
    card["level"] = why.score.level.value
    # Behind a closed gate, a theme more or less would change nothing.
    card["raises"] = [] if why.gates else _raises(why)
    return card


def _named(offer: Offer, reasons: list[str]) -> Card:
    return {
        "title": offer.title,
        "slug": offer.slug,
        "url": url_for("offers.show", slug=offer.slug),
        "subtitle": offer.organization.name,
        "reasons": reasons,
    }


def _reasons_against(one: Excluded, written: Written) -> list[str]:
    """Return the gates that close, else what weakens the pair."""
    why = one.reasons
    if why.gates:
        return [gate_sentence(failure) for failure in why.gates]
    weak = [reason_sentence(reason, written) for reason in why.weakest[:SHOWN_REASONS]]
    if why.is_related:
        return weak
    return [gettext("Ne partage avec ce besoin ni thème ni assez de mots"), *weak]


def _raises(source: Explanation | WhyNot) -> list[Card]:
    return [_raise(step) for step in _askable(source.improvements)[:SHOWN_IMPROVEMENTS]]


def _askable(steps: Iterable[Improvement]) -> list[Improvement]:
    return [step for step in steps if step.code not in UNASKED]


def _raise(step: Improvement) -> Card:
    exact = gettext("+%(points)s", points=step.points)
    most = gettext("jusqu’à +%(points)s", points=step.points)
    return {"text": improvement_sentence(step), "points": exact if step.is_exact else most}


def _offer_facts(offer: Offer) -> Card:
    return {
        "url": url_for("offers.show", slug=offer.slug),
        "parameter": "solution",
        "slug": offer.slug,
        "offer_slug": offer.slug,
        "title": offer.title,
        "subtitle": offer.organization.name,
        "subtitle_url": url_for("organizations.show", slug=offer.organization.slug),
        "kind": _label(offer.type),
        "is_demo": offer.is_demo,
    }


def _actor_facts(offer: Offer) -> Card:
    actor = offer.organization
    return {
        "url": url_for("organizations.show", slug=actor.slug),
        "parameter": "acteur",
        "slug": actor.slug,
        "offer_slug": offer.slug,
        "title": actor.name,
        "subtitle": offer.title,
        "subtitle_url": url_for("offers.show", slug=offer.slug),
        "kind": _label(actor.kind),
        "is_demo": actor.is_demo,
    }


def _need_facts(need: Need) -> Card:
    return {
        "url": url_for("needs.show", need_id=need.id),
        "need_id": need.id,
        "has_carrier": need.carrier_id is not None,
        "title": need.title,
        "subtitle": _territory_name(need.territory),
        "subtitle_url": url_for("territories.show", code=need.territory.code),
        "kind": _label(need.kind),
        "is_demo": need.is_demo,
        "demo_subject": "need",
    }


def _quarter_facts(need: Need) -> Card:
    """Return the quarter, and the need of it that is answered best."""
    territory = need.territory
    return {
        "url": url_for("territories.show", code=territory.code),
        "title": territory.name or territory.code,
        "subtitle": ", ".join(commune.name for commune in territory.communes),
        "kind": territory.code,
        "is_demo": need.is_demo,
        "demo_subject": "need",
        **_answered(need.id, need.title),
    }


def _territory_name(territory: Territory) -> str:
    communes = ", ".join(commune.name for commune in territory.communes)
    return f"{territory.name} ({communes})" if communes else territory.name or territory.code


def _figures(line: Match, written: Written) -> Card:
    return {
        "level": line.score.level.value,
        "reasons": match_reasons(line, written),
        "unknown": _unknown(line),
        "score": line.score.points,
        "highest": HIGHEST,
        "baseline": line.score.baseline,
        "contributions": score_lines(line.score, line.explanation, written),
        "raises": _raises(line.explanation),
        "reverse": _reverse(line),
        "weights_version": line.score.weights_version,
    }


def _unknown(line: Match) -> str:
    missing = [fact for part in line.score.contributions for fact in part.missing]
    return unknown_sentence(missing, line.score.direction)


def _reverse(line: Match) -> Card:
    """Return how the other side sees the pair; a territory's phase counts there."""
    text = f"({line.mirror.points})"
    moment = phase_sentence(line.need.phase)
    if moment and line.mirror.direction is Direction.OFFER_TO_NEED:
        text = f"{text}. {moment}"
    return {"level": line.mirror.level.value, "text": text}


def score_lines(score: PairScore, explanation: Explanation, written: Written) -> list[Card]:
    """Return the lines of the figures of a pair, as ``macros/match.html`` reads them."""
    return [
        {
            "label": component_label(part.component),
            "text": reason_sentence(reason, written),
            "points": part.points,
            "weight": part.weight,
            "neutral": part.neutral,
            "signed": part.signed,
            "is_unknown": part.is_unknown,
            "is_applicable": part.is_applicable,
        }
        for part, reason in zip(score.contributions, explanation.reasons, strict=True)
        if part.weight
    ]


def _label(member: LabelledEnum) -> str:
    return str(gettext(member.label))
