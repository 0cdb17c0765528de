"""The rules and thresholds of the contract routes as rows of the public table."""

from typing import Any

from flask_babel import gettext

from extensions.template_context import label_of, long_date
from extensions.wording import tied
from matching.contract_rules import Amount, Provenance, Rule, RuleBook
from views.contract_route_words import OPEN_POINTS, STEPS, euros, labels
from vocabulary.contracts import BuyerKind, answers_to
from vocabulary.kinds import ContractRoute, NeedNature
from vocabulary.labels import N_

Row = dict[str, Any]
THRESHOLDS = {
    "dispense": N_("Sans publicité ni mise en concurrence"),
    "achat-innovant": N_("Achat innovant"),
    "europeen": N_("Procédure formalisée (seuil européen)"),
    "europeen-concession": N_("Concessions (seuil européen)"),
    "marche-de-partenariat": N_("Marché de partenariat (minimum)"),
}


def rule_rows(book: RuleBook) -> list[Row]:
    """Return one row a version, in the order of the routes and of time."""
    order = list(ContractRoute)
    rules = sorted(book.rules, key=lambda r: (order.index(r.route), r.provenance.valid_from))
    return [
        _dated(rule.provenance)
        | {
            "label": label_of(rule.route),
            "conditions": _conditions(rule),
            "points": [tied(gettext(OPEN_POINTS[point])) for point in rule.unchecked],
            "burden": rule.burden,
        }
        for rule in rules
    ]


def threshold_rows(book: RuleBook) -> list[Row]:
    """Return one row a period, series by series."""
    return [
        _dated(threshold.provenance)
        | {
            "label": str(gettext(THRESHOLDS[threshold.name])),
            "amounts": [_amount(amount) for amount in threshold.amounts],
        }
        for threshold in book.thresholds
    ]


def step_rows(book: RuleBook) -> list[tuple[str, int]]:
    """Return what each step weighs, lightest first."""
    weights = sorted(
        book.step_weights.items(), key=lambda item: (item[1], list(STEPS).index(item[0]))
    )
    return [(str(gettext(STEPS[step])), weight) for step, weight in weights]


def _dated(text: Provenance) -> Row:
    """Return what every dated text shows."""
    period = (
        gettext(
            "du %(first)s au %(last)s",
            first=long_date(text.valid_from),
            last=long_date(text.valid_until),
        )
        if text.valid_until
        else gettext("depuis le %(first)s", first=long_date(text.valid_from))
    )
    return {
        "period": str(period),
        "articles": text.articles,
        "sources": text.sources,
        "checked_on": text.checked_on,
        "is_verified": text.is_verified,
    }


def _conditions(rule: Rule) -> list[str]:
    """Return what opens the route, one line a condition."""
    lines = []
    if rule.below:
        lines.append(gettext("montant sous le seuil « %(name)s »", name=_name(rule.below)))
    if rule.above:
        lines.append(gettext("montant au-dessus du seuil « %(name)s »", name=_name(rule.above)))
    if rule.natures:
        lines.append(gettext("nature : %(names)s", names=labels(rule.natures)))
    if rule.buyers:
        lines.append(gettext("acheteur : %(names)s", names=labels(rule.buyers)))
    for question, accepted in rule.requires.items():
        answers = labels(answers_to(question)(value) for value in accepted)
        lines.append(
            gettext(
                "« %(question)s » : %(answers)s",
                question=gettext(question.label),
                answers=answers,
            )
        )
    return [tied(line) for line in lines]


def _name(threshold: str) -> str:
    return str(gettext(THRESHOLDS[threshold]))


def _amount(amount: Amount) -> str:
    """Return an amount with whom and what it is for, where that is not everybody."""
    about = [
        labels(members)
        for members, everybody in (
            (amount.natures, frozenset(NeedNature)),
            (amount.buyers, frozenset(BuyerKind)),
        )
        if members != everybody
    ]
    if not about:
        return euros(amount.euros)
    return tied(f"{euros(amount.euros)} : {' ; '.join(about)}")
