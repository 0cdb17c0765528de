"""The rules of the contract routes, read from ``contract_routes.toml`` and checked.

Everything that is law is in the file; this module only refuses a file that would answer wrongly:
a period missing or told twice, an amount missing for a buyer, a word that nothing knows.
"""

import tomllib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, NoReturn, TypeVar

from matching.contract_rules import Amount, Provenance, Rule, RuleBook, Threshold
from vocabulary.contracts import (
    BuyerKind,
    Duty,
    OpenPoint,
    Question,
    Remark,
    Step,
    answers_to,
)
from vocabulary.kinds import ContractRoute, NeedNature

RULES_FILE: Final = Path(__file__).resolve().parent / "contract_routes.toml"
HEAVIEST_STEP: Final = 5
_ALL_NATURES: Final = frozenset(NeedNature)
_ALL_BUYERS: Final = frozenset(BuyerKind)
Coded = TypeVar("Coded", bound=StrEnum)


class RulesError(ValueError):
    """The rules file is wrong; the message says where and what."""


def _refuse(where: str, what: str) -> NoReturn:
    message = f"{where}: {what}"
    raise RulesError(message)


@cache
def default_rules() -> RuleBook:
    """Return the rules in force."""
    return read_rules(RULES_FILE.read_text(encoding="utf-8"))


def read_rules(text: str) -> RuleBook:
    """Read and check a rules file.

    Raises:
        RulesError: a key, a word or a date is wrong or missing, two periods overlap, a day is
            covered by none, a route has no rule, a threshold has no amount for somebody.
    """
    raw = tomllib.loads(text)
    _know_keys(raw, {"version", "since", "near_percent", "steps", "threshold", "rule"}, "file")
    weights = {
        _member(Step, name, "steps"): _number(raw["steps"], name, "steps", most=HEAVIEST_STEP)
        for name in raw["steps"]
    }
    _know_all(weights.keys(), Step, "steps")
    book = RuleBook(
        version=str(raw["version"]),
        since=_day(raw, "since", "file"),
        near_percent=_number(raw, "near_percent", "file", most=100),
        step_weights=weights,
        rules=tuple(_rule(item, weights) for item in raw["rule"]),
        thresholds=tuple(_threshold(item) for item in raw["threshold"]),
    )
    _check_book(book)
    return book


_PROVENANCE_KEYS: Final = {
    "valid_from",
    "valid_until",
    "articles",
    "sources",
    "checked_on",
    "is_verified",
}
_RULE_KEYS: Final = {
    *_PROVENANCE_KEYS,
    "route",
    "natures",
    "buyers",
    "uncertain_buyers",
    "below",
    "above",
    "mandatory_from",
    "requires",
    "unchecked",
    "steps",
    "duties",
    "remarks",
    "longest_years",
}


def _rule(raw: Mapping[str, Any], weights: Mapping[Step, int]) -> Rule:
    where = f"rule « {raw.get('route')} » from {raw.get('valid_from')}"
    _know_keys(raw, _RULE_KEYS, where)
    steps = _members(Step, raw.get("steps", ()), where)
    if not steps:
        _refuse(where, "a route without any step has no burden to be ranked by")
    return Rule(
        route=_member(ContractRoute, raw.get("route"), where),
        provenance=_provenance(raw, where),
        natures=frozenset(_members(NeedNature, raw.get("natures", ()), where)),
        buyers=frozenset(_members(BuyerKind, raw.get("buyers", ()), where)),
        uncertain_buyers=frozenset(_members(BuyerKind, raw.get("uncertain_buyers", ()), where)),
        below=raw.get("below"),
        above=raw.get("above"),
        mandatory_from=raw.get("mandatory_from"),
        requires=_requirements(raw.get("requires", {}), where),
        unchecked=_members(OpenPoint, raw.get("unchecked", ()), where),
        steps=steps,
        duties=_members(Duty, raw.get("duties", ()), where),
        remarks=_members(Remark, raw.get("remarks", ()), where),
        longest_years=raw.get("longest_years"),
        burden=sum(weights[step] for step in steps),
    )


def _requirements(raw: Mapping[str, Any], where: str) -> Mapping[Question, frozenset[str]]:
    wanted = {}
    for name, accepted in raw.items():
        question = _member(Question, name, where)
        answers = _members(answers_to(question), accepted, f"{where}, {name}")
        if not answers:
            _refuse(f"{where}, {name}", "no answer is accepted")
        wanted[question] = frozenset(str(answer.value) for answer in answers)
    return wanted


def _threshold(raw: Mapping[str, Any]) -> Threshold:
    where = f"threshold « {raw.get('name')} » from {raw.get('valid_from')}"
    _know_keys(raw, {*_PROVENANCE_KEYS, "name", "amounts"}, where)
    found = Threshold(
        name=str(raw["name"]),
        provenance=_provenance(raw, where),
        amounts=tuple(_amount(item, where) for item in raw["amounts"]),
    )
    for nature in NeedNature:
        for buyer in BuyerKind:
            amounts = [a for a in found.amounts if nature in a.natures and buyer in a.buyers]
            if len(amounts) != 1:
                _refuse(
                    where,
                    f"{len(amounts)} amounts for {nature.value} bought by {buyer.value}, "
                    "one expected",
                )
    return found


def _amount(raw: Mapping[str, Any], where: str) -> Amount:
    _know_keys(raw, {"natures", "buyers", "euros"}, where)
    return Amount(
        natures=frozenset(_members(NeedNature, raw.get("natures", ()), where)) or _ALL_NATURES,
        buyers=frozenset(_members(BuyerKind, raw.get("buyers", ()), where)) or _ALL_BUYERS,
        euros=_number(raw, "euros", where),
    )


def _provenance(raw: Mapping[str, Any], where: str) -> Provenance:
    until = _day(raw, "valid_until", where) if "valid_until" in raw else None
    made = Provenance(
        valid_from=_day(raw, "valid_from", where),
        valid_until=until,
        articles=tuple(raw.get("articles", ())),
        sources=tuple(raw.get("sources", ())),
        checked_on=_day(raw, "checked_on", where) if "checked_on" in raw else None,
        is_verified=raw.get("is_verified") is True,
    )
    if not isinstance(raw.get("is_verified"), bool):
        _refuse(where, "is_verified must say true or false")
    if not made.articles:
        _refuse(where, "no article")
    if made.is_verified and not (made.sources and made.checked_on):
        _refuse(where, "verified without a source and the day it was checked")
    if until and until < made.valid_from:
        _refuse(where, "ends before it starts")
    return made


def _check_book(book: RuleBook) -> None:
    _know_all({rule.route for rule in book.rules}, ContractRoute, "rules")
    for route in ContractRoute:
        periods = [rule.provenance for rule in book.rules if rule.route is route]
        _check_periods(periods, book.since, f"rule « {route.value} »")
    names = {found.name for found in book.thresholds}
    for name in sorted(names):
        periods = [found.provenance for found in book.thresholds if found.name == name]
        _check_periods(periods, book.since, f"threshold « {name} »")
    used = {name for rule in book.rules for name in rule.threshold_names}
    for name in sorted(used ^ names):
        _refuse(f"threshold « {name} »", "unknown" if name in used else "never used")


def _check_periods(periods: Sequence[Provenance], since: date, where: str) -> None:
    """Refuse periods that do not cover every day from ``since`` on exactly once."""
    ordered = sorted(periods, key=lambda period: period.valid_from)
    if ordered[0].valid_from != since:
        _refuse(where, f"starts on {ordered[0].valid_from}, {since} expected")
    for earlier, later in pairwise(ordered):
        if earlier.valid_until is None or earlier.valid_until >= later.valid_from:
            _refuse(where, f"two versions hold on {later.valid_from}")
        following = earlier.valid_until + timedelta(days=1)
        if following != later.valid_from:
            _refuse(where, f"no version holds on {following}")
    if ordered[-1].valid_until is not None:
        _refuse(where, f"no version holds after {ordered[-1].valid_until}")


def _know_keys(raw: Mapping[str, Any], known: Collection[str], where: str) -> None:
    for name in sorted(raw.keys() - known):
        _refuse(where, f"unknown key « {name} »")


def _know_all(given: Collection[StrEnum], kind: type[StrEnum], where: str) -> None:
    for member in kind:
        if member not in given:
            _refuse(where, f"nothing for « {member.value} »")


def _members(kind: type[Coded], names: Iterable[str], where: str) -> tuple[Coded, ...]:
    return tuple(_member(kind, name, where) for name in names)


def _member(kind: Callable[[Any], Coded], name: object, where: str) -> Coded:
    try:
        return kind(name)
    except ValueError:
        _refuse(where, f"unknown word « {name} »")


def _number(raw: Mapping[str, Any], name: str, where: str, most: int | None = None) -> int:
    value = raw.get(name)
    if not isinstance(value, int) or value < 1 or (most is not None and value > most):
        _refuse(where, f"{name} must be a whole number from 1 to {most or '…'}")
    return value


def _day(raw: Mapping[str, Any], name: str, where: str) -> date:
    value = raw.get(name)
    if type(value) is not date:
        _refuse(where, f"{name} must be a date, as 2026-04-01")
    return value
