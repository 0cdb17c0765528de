"""Which contract routes a purchase opens on a given day, and why: pure, dated, three-valued.

An unknown answer never opens nor closes a route, and neither does a rule that nobody checked: the
route is then « to verify ». Results hold codes and parameters; views put them into words.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Final

from matching.contract_rules import Rule, RuleBook, Threshold
from vocabulary.contracts import AlwaysOpen, BuyerKind, OpenPoint, Question, YesNo
from vocabulary.kinds import ContractRoute, NeedNature

_ROUTE_ORDER: Final = {route: place for place, route in enumerate(ContractRoute)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What is known of a purchase; ``None`` and absent answers are unknown.

    ``amount`` is the total of the homogeneous need in euros before tax, cents dropped;
    ``launched_on`` the day the consultation starts; ``answers`` hold the values of ``answers_to``.
    """

    buyer: BuyerKind | None = None
    amount: int | None = None
    nature: NeedNature | None = None
    launched_on: date | None = None
    answers: Mapping[Question, str] = field(default_factory=dict)


class Status(StrEnum):
    """What the rules say of a route."""

    ADMISSIBLE = "possible"
    TO_VERIFY = "a-verifier"
    EXCLUDED = "exclu"


class Effect(StrEnum):
    """What one finding does to a route."""

    OPENS = "opens"
    DOUBTS = "doubts"
    CLOSES = "closes"


class Code(StrEnum):
    """What was found when a rule met a case."""

    AMOUNT_UNDER = "amount-under"
    AMOUNT_NOT_UNDER = "amount-not-under"
    AMOUNT_OVER = "amount-over"
    AMOUNT_NOT_OVER = "amount-not-over"
    AMOUNT_UNKNOWN = "amount-unknown"
    AMOUNT_UNSURE = "amount-unsure"
    PROCEDURE_COMPULSORY = "procedure-compulsory"
    PROCEDURE_FREE = "procedure-free"
    NATURE_CLOSES = "nature-closes"
    NATURE_UNKNOWN = "nature-unknown"
    BUYER_CLOSES = "buyer-closes"
    BUYER_UNSURE = "buyer-unsure"
    BUYER_UNKNOWN = "buyer-unknown"
    ANSWER_OPENS = "answer-opens"
    ANSWER_CLOSES = "answer-closes"
    ANSWER_UNKNOWN = "answer-unknown"
    POINT_UNCHECKED = "point-unchecked"
    RULE_UNVERIFIED = "rule-unverified"
    THRESHOLD_UNVERIFIED = "threshold-unverified"
    DATE_UNKNOWN = "date-unknown"
    DATE_UNDESCRIBED = "date-undescribed"


@dataclass(frozen=True, slots=True)
class Finding:
    """One reason: its code, what it does, and the parameters that words need."""

    code: Code
    effect: Effect
    euros: int | None = None
    most_euros: int | None = None
    """The highest amount that may apply, where the buyer or the nature is unknown."""
    question: Question | None = None
    answer: str | None = None
    point: OpenPoint | None = None
    threshold: Threshold | None = None


@dataclass(frozen=True, slots=True)
class Ruling:
    """What is said of one route, by which version of which rule."""

    route: ContractRoute
    status: Status
    findings: tuple[Finding, ...]
    rule: Rule | None
    thresholds: tuple[Threshold, ...] = ()

    def because(self, effect: Effect) -> tuple[Finding, ...]:
        """Return the findings that do ``effect``."""
        return tuple(found for found in self.findings if found.effect is effect)

    @property
    def version_from(self) -> date | None:
        """Return the day since which the text that was applied holds, amounts included."""
        if self.rule is None:
            return None
        dated = (self.rule.provenance, *(found.provenance for found in self.thresholds))
        return max(text.valid_from for text in dated)


@dataclass(frozen=True, slots=True)
class Advice:
    """Every route once: admissible ones lightest first, then those to verify, then the others."""

    case: Case
    version: str
    rulings: tuple[Ruling, ...]
    unknown: tuple[Question, ...]
    """Questions left unanswered on which at least one route still depends."""
    always_open: tuple[AlwaysOpen, ...]

    def of(self, status: Status) -> tuple[Ruling, ...]:
        """Return the rulings of one status, in order."""
        return tuple(ruling for ruling in self.rulings if ruling.status is status)

    @property
    def statuses(self) -> Mapping[ContractRoute, Status]:
        """Return the status of each route."""
        return {ruling.route: ruling.status for ruling in self.rulings}


def advise(case: Case, book: RuleBook) -> Advice:
    """Return what the rules of ``book`` say of every route for ``case``."""
    known = _with_implied(case)
    rulings = [_rule_route(route, known, book) for route in ContractRoute]
    depended_on = {
        found.question
        for ruling in rulings
        if ruling.status is Status.TO_VERIFY
        for found in ruling.findings
        if found.code is Code.ANSWER_UNKNOWN
    }
    return Advice(
        case=known,
        version=book.version,
        rulings=tuple(sorted(rulings, key=_place)),
        unknown=tuple(question for question in Question if question in depended_on),
        always_open=tuple(_always_open(known)),
    )


def _with_implied(case: Case) -> Case:
    """Buying research and development is having some to do."""
    if case.nature is not NeedNature.RESEARCH or Question.RESEARCH in case.answers:
        return case
    return replace(case, answers={**case.answers, Question.RESEARCH: YesNo.YES.value})


def _place(ruling: Ruling) -> tuple[int, int, int]:
    """Admissible first, and among those to verify or not the lightest; ties as in the list."""
    rank = (Status.ADMISSIBLE, Status.TO_VERIFY, Status.EXCLUDED).index(ruling.status)
    is_ranked = ruling.status is not Status.EXCLUDED and ruling.rule is not None
    burden = ruling.rule.burden if is_ranked and ruling.rule else 0
    return rank, burden, _ROUTE_ORDER[ruling.route]


def _always_open(case: Case) -> Iterator[AlwaysOpen]:
    yield AlwaysOpen.HOMOGENEOUS_NEED
    if case.answers.get(Question.INNOVATIVE) == YesNo.YES:
        yield AlwaysOpen.INNOVATION_EVIDENCE
    if case.buyer in (BuyerKind.BAILLEUR, BuyerKind.AMENAGEUR):
        yield AlwaysOpen.CONTRACTING_AUTHORITY
    yield AlwaysOpen.LOTS
    yield AlwaysOpen.OTHER_EXEMPTIONS


def _rule_route(route: ContractRoute, case: Case, book: RuleBook) -> Ruling:
    if case.launched_on is None:
        return _rule_undated(route, case, book)
    rule = book.rule_on(route, case.launched_on)
    if rule is None:
        finding = Finding(Code.DATE_UNDESCRIBED, Effect.DOUBTS)
        return Ruling(route, Status.TO_VERIFY, (finding,), None)
    named = {name: book.threshold_on(name, case.launched_on) for name in rule.threshold_names}
    thresholds = {name: found for name, found in named.items() if found is not None}
    findings = tuple(_findings(rule, case, thresholds))
    return Ruling(route, _status(findings), findings, rule, tuple(thresholds.values()))


def _rule_undated(route: ContractRoute, case: Case, book: RuleBook) -> Ruling:
    """Without a date a route is closed only if every version closes it, and never open."""
    days = book.change_days()
    rulings = [_rule_route(route, replace(case, launched_on=day), book) for day in days]
    latest = rulings[-1]
    if all(ruling.status is Status.EXCLUDED for ruling in rulings):
        return latest
    finding = Finding(Code.DATE_UNKNOWN, Effect.DOUBTS)
    doubts = (finding, *latest.because(Effect.DOUBTS))
    return replace(latest, status=Status.TO_VERIFY, findings=doubts)


def _status(findings: tuple[Finding, ...]) -> Status:
    """A rule that nobody checked decides first; then one closing reason is enough."""
    codes = {found.code for found in findings}
    if Code.RULE_UNVERIFIED in codes:
        return Status.TO_VERIFY
    effects = {found.effect for found in findings}
    if Effect.CLOSES in effects:
        return Status.EXCLUDED
    return Status.TO_VERIFY if Effect.DOUBTS in effects else Status.ADMISSIBLE


def _findings(rule: Rule, case: Case, thresholds: Mapping[str, Threshold]) -> Iterator[Finding]:
    if not rule.provenance.is_verified:
        yield Finding(Code.RULE_UNVERIFIED, Effect.DOUBTS)
    yield from _buyer(rule, case)
    yield from _nature(rule, case)
    yield from _amount(rule, case, thresholds)
    for question, accepted in rule.requires.items():
        yield _answer(question, accepted, case)
    for point in rule.unchecked:
        yield Finding(Code.POINT_UNCHECKED, Effect.DOUBTS, point=point)


def _buyer(rule: Rule, case: Case) -> Iterator[Finding]:
    if not rule.buyers or case.buyer in rule.buyers:
        return
    if case.buyer is None:
        yield Finding(Code.BUYER_UNKNOWN, Effect.DOUBTS)
    elif case.buyer in rule.uncertain_buyers:
        yield Finding(Code.BUYER_UNSURE, Effect.DOUBTS)
    else:
        yield Finding(Code.BUYER_CLOSES, Effect.CLOSES)


def _nature(rule: Rule, case: Case) -> Iterator[Finding]:
    if not rule.natures or case.nature in rule.natures:
        return
    if case.nature is None:
        yield Finding(Code.NATURE_UNKNOWN, Effect.DOUBTS)
    else:
        yield Finding(Code.NATURE_CLOSES, Effect.CLOSES)


def _answer(question: Question, accepted: frozenset[str], case: Case) -> Finding:
    given = case.answers.get(question)
    if given is None:
        return Finding(Code.ANSWER_UNKNOWN, Effect.DOUBTS, question=question)
    if given in accepted:
        return Finding(Code.ANSWER_OPENS, Effect.OPENS, question=question, answer=given)
    return Finding(Code.ANSWER_CLOSES, Effect.CLOSES, question=question, answer=given)


def _amount(rule: Rule, case: Case, thresholds: Mapping[str, Threshold]) -> Iterator[Finding]:
    if rule.below:
        yield from _compare(thresholds[rule.below], case, must_exceed=False)
    if rule.above:
        yield from _compare(thresholds[rule.above], case, must_exceed=True)
    if rule.mandatory_from:
        yield from _compulsory(thresholds[rule.mandatory_from], case)


def _compare(threshold: Threshold, case: Case, *, must_exceed: bool) -> Iterator[Finding]:
    """Yield whether the need is on the right side, whatever amount may apply."""
    if not threshold.provenance.is_verified:
        yield Finding(Code.THRESHOLD_UNVERIFIED, Effect.DOUBTS, threshold=threshold)
        return
    possible = threshold.possible(case.nature, case.buyer)
    low, high = possible[0], possible[-1]
    opens, closes = (
        (Code.AMOUNT_OVER, Code.AMOUNT_NOT_OVER)
        if must_exceed
        else (Code.AMOUNT_UNDER, Code.AMOUNT_NOT_UNDER)
    )
    if case.amount is None:
        code, effect = Code.AMOUNT_UNKNOWN, Effect.DOUBTS
    else:
        amount = case.amount
        fits = {amount > limit if must_exceed else amount < limit for limit in possible}
        if len(fits) > 1:
            code, effect = Code.AMOUNT_UNSURE, Effect.DOUBTS
        elif fits == {True}:
            code, effect = opens, Effect.OPENS
        else:
            code, effect = closes, Effect.CLOSES
    yield Finding(code, effect, euros=low, most_euros=high, threshold=threshold)


def _compulsory(threshold: Threshold, case: Case) -> Iterator[Finding]:
    """Yield whether a formal procedure is compulsory: how to buy, not whether one may."""
    possible = threshold.possible(case.nature, case.buyer)
    low, high = possible[0], possible[-1]
    if not threshold.provenance.is_verified or case.amount is None or low <= case.amount < high:
        return
    is_due = case.amount >= high
    code = Code.PROCEDURE_COMPULSORY if is_due else Code.PROCEDURE_FREE
    yield Finding(code, Effect.OPENS, euros=high if is_due else low, threshold=threshold)
