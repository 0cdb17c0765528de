"""Contract routes for a need, an offer or a purchase described by hand, by the rules in force."""

from dataclasses import dataclass
from typing import Final

from matching.contract_changes import AmountChange, DateChange, amount_changes, date_changes
from matching.contract_routes import Advice, Case, advise
from matching.contract_rule_file import default_rules
from matching.contract_rules import RuleBook
from models.need import Need
from models.offer import Offer
from vocabulary.contracts import BUYER_OF_KIND, Payment, Question
from vocabulary.kinds import ContractRoute, PriceRange

_ROUTES: Final = {route.value: route for route in ContractRoute}


@dataclass(frozen=True, slots=True)
class Consultation:
    """An advice with what another date or amount would change in it."""

    advice: Advice
    dates: tuple[DateChange, ...]
    amounts: tuple[AmountChange, ...]


def rule_book() -> RuleBook:
    """Return the rules in force, for the page that shows them all."""
    return default_rules()


def consult(case: Case) -> Consultation:
    """Return what the rules say of ``case``, and what would change it."""
    book = default_rules()
    advice = advise(case, book)
    return Consultation(advice, date_changes(advice, book), amount_changes(advice, book))


def case_of_need(need: Need) -> Case:
    """Return what a need already says: who carries it, the most it may cost, its nature.

    Whether it is innovative in the sense of the code is for the buyer to say: wanting to
    experiment is not it.
    """
    carrier = need.carrier
    amount = need.amount_max if need.amount_max is not None else need.amount_min
    return Case(
        buyer=BUYER_OF_KIND.get(carrier.kind) if carrier else None,
        amount=amount,
        nature=need.nature,
    )


def case_of_offer(offer: Offer) -> Case:
    """Return what an offer already says: only that it costs nothing, when it does."""
    if offer.price_range is PriceRange.FREE:
        return Case(answers={Question.PAYMENT: Payment.FREE.value})
    return Case()


def declared_routes(offer: Offer) -> frozenset[ContractRoute]:
    """Return the routes that the actor says it accepts."""
    return frozenset(_ROUTES[code] for code in offer.routes if code in _ROUTES)
