"""What another launch date or a slightly different amount would change in an advice."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from matching.contract_routes import Advice, Case, Status, advise
from matching.contract_rules import RuleBook
from vocabulary.kinds import ContractRoute


@dataclass(frozen=True, slots=True)
class RouteChange:
    """One route that would be ruled otherwise."""

    route: ContractRoute
    now: Status
    then: Status


@dataclass(frozen=True, slots=True)
class DateChange:
    """What a consultation launched before ``day`` (or from it on) would change."""

    day: date
    is_before: bool
    routes: tuple[RouteChange, ...]


@dataclass(frozen=True, slots=True)
class AmountChange:
    """What a need of less than ``euros`` (or of that much at least) would change.

    With ``is_strict`` the limit itself belongs to the lower side.
    """

    euros: int
    is_below: bool
    is_strict: bool
    routes: tuple[RouteChange, ...]


def date_changes(advice: Advice, book: RuleBook) -> tuple[DateChange, ...]:
    """Return the nearest day before and after the launch that changes the answer."""
    launched_on = advice.case.launched_on
    if launched_on is None or launched_on < book.since:
        return ()
    days = [day for day in book.change_days() if day > book.since]
    earlier = sorted((day for day in days if day <= launched_on), reverse=True)
    later = [day for day in days if day > launched_on]
    found = []
    for is_before, candidates in ((True, earlier), (False, later)):
        for day in candidates:
            other = day - timedelta(days=1) if is_before else day
            routes = _differences(advice, replace(advice.case, launched_on=other), book)
            if routes:
                found.append(DateChange(day, is_before, routes))
                break
    return tuple(found)


def amount_changes(advice: Advice, book: RuleBook) -> tuple[AmountChange, ...]:
    """Return what lies on the other side of each threshold near the amount, lowest first."""
    amount = advice.case.amount
    if amount is None:
        return ()
    found = []
    for euros, is_strict in sorted(set(_limits(advice))):
        if abs(amount - euros) * 100 > euros * book.near_percent:
            continue
        is_below = amount > euros if is_strict else amount >= euros
        other = (euros if is_below else euros + 1) if is_strict else euros - is_below
        routes = _differences(advice, replace(advice.case, amount=other), book)
        if routes:
            found.append(AmountChange(euros, is_below, is_strict, routes))
    return tuple(found)


def _limits(advice: Advice) -> Iterator[tuple[int, bool]]:
    """Yield the amounts that open or close a route, and whether the limit itself is closed."""
    case = advice.case
    for ruling in advice.rulings:
        rule = ruling.rule
        for threshold in ruling.thresholds:
            is_decisive = rule is not None and threshold.name in (rule.below, rule.above)
            if is_decisive and threshold.provenance.is_verified:
                is_strict = rule is not None and threshold.name == rule.above
                for euros in threshold.possible(case.nature, case.buyer):
                    yield euros, is_strict


def _differences(advice: Advice, other: Case, book: RuleBook) -> tuple[RouteChange, ...]:
    then: Mapping[ContractRoute, Status] = advise(other, book).statuses
    now = advice.statuses
    return tuple(
        RouteChange(route, now[route], then[route])
        for route in ContractRoute
        if now[route] is not then[route]
    )
