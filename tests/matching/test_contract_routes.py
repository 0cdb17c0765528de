"""The advice: both sides of every threshold and of every date of the file, and what never holds.

The tables are made from the rules file itself: a new rule or amount gets its tests.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.contract_changes import AmountChange, DateChange, amount_changes, date_changes
from matching.contract_routes import Advice, Case, Code, Effect, Status, advise
from matching.contract_rule_file import default_rules
from matching.contract_rules import Rule, Threshold
from vocabulary.contracts import BuyerKind, OpenPoint, Question, YesNo, answers_to
from vocabulary.kinds import ContractRoute, NeedNature

BOOK = default_rules()
PLAIN = {
    Question.PAYMENT: "prix",
    Question.OPERATOR: "acheteur",
    Question.INNOVATIVE: "non",
    Question.RESEARCH: "non",
}
SERVICES = Case(
    buyer=BuyerKind.COLLECTIVITE,
    amount=55_000,
    nature=NeedNature.SERVICES,
    launched_on=date(2026, 4, 15),
    answers=PLAIN,
)
DAYS = sorted(
    {
        day
        for changed in BOOK.change_days()
        for day in (changed, changed - timedelta(days=1))
        if day >= BOOK.since
    }
)


@dataclass(frozen=True, slots=True)
class Row:
    """One rule, one day, one buyer, one nature, and the amount of its threshold."""

    rule: Rule
    threshold: Threshold
    day: date
    buyer: BuyerKind
    nature: NeedNature
    euros: int
    is_ceiling: bool

    @property
    def name(self) -> str:
        """Return the words of a test."""
        return "-".join((self.rule.route.value, str(self.day), self.buyer.value, self.nature.value))

    def status(self, amount: int) -> Status:
        """Return what is said of the route when every other condition is met."""
        answers = {q: min(accepted) for q, accepted in self.rule.requires.items()}
        case = Case(
            buyer=self.buyer,
            amount=amount,
            nature=self.nature,
            launched_on=self.day,
            answers=answers,
        )
        return advise(case, BOOK).statuses[self.rule.route]


def rows() -> Iterator[Row]:
    """Yield every decisive amount on both sides of every date."""
    for day in DAYS:
        for route in ContractRoute:
            rule = BOOK.rule_on(route, day)
            assert rule is not None
            for name in filter(None, (rule.below, rule.above)):
                threshold = BOOK.threshold_on(name, day)
                assert threshold is not None
                for nature in rule.natures or frozenset(NeedNature):
                    for buyer in rule.buyers or frozenset(BuyerKind):
                        (euros,) = threshold.possible(nature, buyer)
                        yield Row(rule, threshold, day, buyer, nature, euros, name == rule.below)


ROWS = sorted(rows(), key=lambda row: row.name)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_both_sides_of_every_threshold_on_both_sides_of_every_date(row: Row) -> None:
    is_sure = row.rule.provenance.is_verified and row.threshold.provenance.is_verified
    inside = Status.ADMISSIBLE if is_sure and not row.rule.unchecked else Status.TO_VERIFY
    outside = Status.EXCLUDED if is_sure else Status.TO_VERIFY
    around = [row.status(row.euros + step) for step in (-1, 0, 1)]
    if row.is_ceiling:
        assert around == [inside, outside, outside]
    else:
        assert around == [outside, outside, inside]


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_the_version_cited_holds_on_the_day(day: date) -> None:
    for ruling in advise(replace(SERVICES, launched_on=day), BOOK).rulings:
        assert ruling.rule is not None
        assert ruling.version_from is not None
        assert ruling.version_from <= day
        assert ruling.rule.provenance.holds_on(day)
        assert all(found.provenance.holds_on(day) for found in ruling.thresholds)


@pytest.mark.parametrize("rule", BOOK.rules, ids=lambda rule: rule.route.value)
def test_each_condition_of_each_rule_closes_its_route_when_it_fails(rule: Rule) -> None:
    for question, accepted in rule.requires.items():
        for answer in answers_to(question):
            case = Case(launched_on=rule.provenance.valid_from, answers={question: answer.value})
            status = advise(case, BOOK).statuses[rule.route]
            assert (status is Status.EXCLUDED) == (answer.value not in accepted)


@pytest.mark.parametrize("route", ContractRoute)
@pytest.mark.parametrize("buyer", BuyerKind)
def test_a_buyer_that_a_rule_does_not_name_is_excluded_or_asked_to_check(
    route: ContractRoute, buyer: BuyerKind
) -> None:
    rule = BOOK.rule_on(route, date(2026, 11, 23))
    assert rule is not None
    answers = {q: min(accepted) for q, accepted in rule.requires.items()}
    case = Case(buyer=buyer, launched_on=date(2026, 11, 23), answers=answers)
    (ruling,) = (found for found in advise(case, BOOK).rulings if found.route is route)
    codes = {found.code for found in ruling.findings}
    assert (Code.BUYER_CLOSES in codes) == bool(
        rule.buyers and buyer not in rule.buyers | rule.uncertain_buyers
    )
    assert (Code.BUYER_UNSURE in codes) == (buyer in rule.uncertain_buyers)


def test_the_same_services_answer_differently_before_and_after_the_first_of_april() -> None:
    statuses = [
        advise(replace(SERVICES, launched_on=day), BOOK).statuses[ContractRoute.SMALL_CONTRACT]
        for day in (date(2026, 3, 15), date(2026, 4, 15))
    ]
    assert statuses == [Status.EXCLUDED, Status.ADMISSIBLE]


def test_admissible_routes_come_lightest_first_and_no_route_is_forgotten() -> None:
    advice = advise(SERVICES, BOOK)
    burdens = [found.rule.burden for found in advice.of(Status.ADMISSIBLE) if found.rule]
    assert burdens == sorted(burdens)
    assert {found.route for found in advice.rulings} == set(ContractRoute)


def test_a_point_that_nobody_read_keeps_a_route_from_concluding() -> None:
    answers = {Question.PAYMENT: "gratuit"}
    advice = advise(Case(launched_on=date(2026, 11, 23), answers=answers), BOOK)
    ruling = next(r for r in advice.rulings if r.route is ContractRoute.FREE_EXPERIMENT)
    assert ruling.status is Status.TO_VERIFY
    assert [f.point for f in ruling.because(Effect.DOUBTS)] == [OpenPoint.NO_DEDICATED_TEXT]


def test_an_unverified_threshold_concludes_neither_way() -> None:
    for amount in (1, 10**9):
        case = replace(SERVICES, amount=amount, launched_on=date(2028, 1, 1))
        assert advise(case, BOOK).statuses[ContractRoute.MAPA] is Status.TO_VERIFY


def test_an_unverified_rule_concludes_neither_way() -> None:
    rules = tuple(
        replace(rule, provenance=replace(rule.provenance, is_verified=False)) for rule in BOOK.rules
    )
    book = replace(BOOK, rules=rules)
    for amount in (1, 10**9):
        advice = advise(replace(SERVICES, amount=amount), book)
        assert set(advice.statuses.values()) == {Status.TO_VERIFY}


def test_buying_research_implies_that_there_is_some_to_do() -> None:
    case = replace(SERVICES, nature=NeedNature.RESEARCH, answers={})
    assert advise(case, BOOK).case.answers == {Question.RESEARCH: "oui"}


def test_a_formal_procedure_is_compulsory_from_the_threshold_on() -> None:
    found = []
    for amount in (215_999, 216_000):
        advice = advise(replace(SERVICES, amount=amount), BOOK)
        ruling = next(r for r in advice.rulings if r.route is ContractRoute.FORMAL_PROCEDURE)
        assert ruling.status is Status.ADMISSIBLE
        found.append(ruling.findings[0].code)
    assert found == [Code.PROCEDURE_FREE, Code.PROCEDURE_COMPULSORY]


def test_without_a_date_no_route_is_open() -> None:
    advice = advise(replace(SERVICES, launched_on=None), BOOK)
    assert advice.of(Status.ADMISSIBLE) == ()
    assert advice.statuses[ContractRoute.INNOVATIVE_PURCHASE] is Status.EXCLUDED


def test_before_the_first_day_described_nothing_is_said() -> None:
    advice = advise(replace(SERVICES, launched_on=date(2023, 12, 31)), BOOK)
    assert set(advice.statuses.values()) == {Status.TO_VERIFY}


def test_another_date_is_said_to_change_the_answer() -> None:
    (earlier, later) = date_changes(advise(SERVICES, BOOK), BOOK)
    assert (earlier.day, earlier.is_before) == (date(2026, 4, 1), True)
    assert [(c.route, c.then) for c in earlier.routes] == [
        (ContractRoute.SMALL_CONTRACT, Status.EXCLUDED)
    ]
    assert (later.day, later.is_before) == (date(2028, 1, 1), False)


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        (55_000, [(60_000, False)]),
        (59_999, [(60_000, False)]),
        (60_000, [(60_000, True)]),
        (72_000, [(60_000, True)]),
        (72_001, []),
        (47_999, []),
    ],
)
def test_an_amount_near_a_threshold_is_told_what_lies_across(
    amount: int, expected: list[tuple[int, bool]]
) -> None:
    changes = amount_changes(advise(replace(SERVICES, amount=amount), BOOK), BOOK)
    assert [(change.euros, change.is_below) for change in changes] == expected


def _answers() -> st.SearchStrategy[dict[Question, str]]:
    return st.fixed_dictionaries(
        {},
        optional={
            question: st.sampled_from([answer.value for answer in answers_to(question)])
            for question in Question
        },
    )


CASES = st.builds(
    Case,
    buyer=st.none() | st.sampled_from(BuyerKind),
    amount=st.none() | st.integers(0, 20_000_000),
    nature=st.none() | st.sampled_from(NeedNature),
    launched_on=st.none() | st.dates(date(2023, 1, 1), date(2030, 1, 1)),
    answers=_answers(),
)


def _forgotten(case: Case) -> Iterator[Case]:
    """Yield the case with one thing less known."""
    yield from (replace(case, buyer=None), replace(case, amount=None))
    if case.nature is not NeedNature.RESEARCH:  # its answer is implied: two things would go
        yield replace(case, nature=None)
    for question in case.answers:
        if question is not Question.RESEARCH or case.nature is not NeedNature.RESEARCH:
            kept = {q: value for q, value in case.answers.items() if q is not question}
            yield replace(case, answers=kept)


@given(CASES)
def test_knowing_less_never_concludes_more(case: Case) -> None:
    statuses = advise(case, BOOK).statuses
    for vaguer in _forgotten(case):
        for route, status in advise(vaguer, BOOK).statuses.items():
            assert status in (Status.TO_VERIFY, statuses[route])


@given(CASES)
def test_the_same_case_gets_the_same_answer_and_each_status_its_reason(case: Case) -> None:
    advice = advise(case, BOOK)
    assert advice == advise(case, BOOK)
    for ruling in advice.rulings:
        assert bool(ruling.because(Effect.CLOSES)) or ruling.status is not Status.EXCLUDED
        assert bool(ruling.because(Effect.DOUBTS)) or ruling.status is not Status.TO_VERIFY
        if ruling.status is Status.ADMISSIBLE:
            assert ruling.because(Effect.DOUBTS) == ruling.because(Effect.CLOSES) == ()


@given(CASES)
def test_what_is_said_to_change_does_change(case: Case) -> None:
    advice: Advice = advise(case, BOOK)
    changes: list[DateChange | AmountChange] = [
        *date_changes(advice, BOOK),
        *amount_changes(advice, BOOK),
    ]
    for change in changes:
        assert change.routes != ()
        for route in change.routes:
            assert route.now is advice.statuses[route.route]
            assert route.now is not route.then


@given(CASES)
def test_everything_unknown_is_verified_or_closed_by_what_is_known(case: Case) -> None:
    unknown_answer = replace(case, answers={})
    admissible = advise(unknown_answer, BOOK).of(Status.ADMISSIBLE)
    assert admissible == ()


def test_yes_and_no_are_the_answers_of_most_questions() -> None:
    plain = [question for question in Question if answers_to(question) is YesNo]
    assert len(plain) == len(Question) - 2
