"""Match lines as the plain data that the match macros show."""

from typing import Any

from flask import url_for
from flask_babel import gettext

from matching.explain import Explanation
from matching.ranking import Match
from matching.score import PairScore
from models.need import Need
from models.offer import Offer
from models.territory import Territory
from services.matching import Excluded, NeedMatches, OfferMatches
from views.match_words import (
    Written,
    component_label,
    gate_sentence,
    improvement_sentence,
    missing_sentence,
    reason_sentence,
)
from vocabulary.labels import LabelledEnum

Card = dict[str, Any]
HIGHEST = 1_000
SHOWN_IMPROVEMENTS = 4


def offer_cards(found: OfferMatches, written: Written, *, by_actor: bool) -> list[Card]:
    """Return the cards of offers, or of actors by their best offer."""
    cards = []
    for rank, line in enumerate(found.ranking.matches, start=1):
        offer = found.offers.get(line.offer.id)
        if offer is not None:
            facts = _actor_facts(offer) if by_actor else _offer_facts(offer)
            cards.append({**facts, **_figures(line, written), "rank": rank})
    return cards


def need_cards(found: NeedMatches, written: Written, *, name_offer: bool) -> list[Card]:
    """Return the cards of needs or quarters; ``name_offer`` says which offer answers best."""
    cards = []
    for rank, line in enumerate(found.ranking.matches, start=1):
        facts = _target_facts(found, line)
        if facts is None:
            continue
        offer = found.offers.get(line.offer.id)
        if name_offer and offer is not None:
            facts["place"] = offer.title
        cards.append({**facts, **_figures(line, written), "rank": rank})
    return cards


def excluded_cards(found: OfferMatches, written: Written) -> list[Card]:
    """Return the « pourquoi pas ? » lines."""
    return [
        excluded_card(one, found.offers[one.offer.id], written)
        for one in found.excluded
        if one.offer.id in found.offers
    ]


def excluded_card(one: Excluded, offer: Offer, written: Written) -> Card:
    """Return why one offer is absent, or low: gates first, else what weakens it."""
    reasons = [gate_sentence(failure) for failure in one.reasons.gates]
    weak = [reason_sentence(reason, written) for reason in one.reasons.weakest[:3]]
    return {
        "title": offer.title,
        "url": url_for("offers.show", slug=offer.slug),
        "subtitle": offer.organization.name,
        "reasons": reasons or weak,
    }


def _offer_facts(offer: Offer) -> Card:
    return {
        "url": url_for("offers.show", slug=offer.slug),
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
        "title": actor.name,
        "subtitle": offer.title,
        "subtitle_url": url_for("offers.show", slug=offer.slug),
        "kind": _label(actor.kind),
        "is_demo": actor.is_demo,
    }


def _target_facts(found: NeedMatches, line: Match) -> Card | None:
    if line.need.is_territory:
        territory = found.territories.get(line.need.id)
        return _territory_facts(territory) if territory else None
    need = found.needs.get(line.need.id)
    return _need_facts(need) if need else None


def _need_facts(need: Need) -> Card:
    return {
        "url": url_for("needs.show", need_id=need.id),
        "title": need.title,
        "subtitle": _territory_name(need.territory),
        "subtitle_url": url_for("territories.show", code=need.territory.code),
        "kind": _label(need.kind),
        "is_demo": need.is_demo,
        "demo_subject": "need",
    }


def _territory_facts(territory: Territory) -> Card:
    return {
        "url": url_for("territories.show", code=territory.code),
        "title": territory.name or territory.code,
        "subtitle": ", ".join(commune.name for commune in territory.communes),
        "kind": territory.code,
        "is_demo": False,
    }


def _territory_name(territory: Territory) -> str:
    communes = ", ".join(commune.name for commune in territory.communes)
    return f"{territory.name} ({communes})" if communes else territory.name or territory.code


def _figures(line: Match, written: Written) -> Card:
    explanation = line.explanation
    return {
        "level": line.score.level.value,
        "reasons": [reason_sentence(reason, written) for reason in explanation.strongest],
        "unknown": missing_sentence(explanation.unknown.missing) if explanation.unknown else "",
        "score": line.score.points,
        "highest": HIGHEST,
        "baseline": line.score.baseline,
        "contributions": _contributions(line.score, explanation, written),
        "raises": [
            {"text": improvement_sentence(step), "points": step.points}
            for step in explanation.improvements[:SHOWN_IMPROVEMENTS]
        ],
        "reverse": {"level": line.mirror.level.value, "text": f"({line.mirror.points})"},
        "weights_version": line.score.weights_version,
    }


def _contributions(score: PairScore, explanation: Explanation, written: Written) -> list[Card]:
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
