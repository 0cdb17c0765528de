"""The answer of the contract-route advisor as its page, its note and its PDF show it."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from flask_babel import gettext

from extensions.template_context import label_of, long_date
from extensions.wording import tied
from forms.contract_routes import LAUNCH
from matching.contract_changes import RouteChange
from matching.contract_routes import Case, Effect, Ruling, Status
from matching.contract_rules import Provenance
from services.contract_routes import Consultation
from views.contract_route_words import (
    ALWAYS_OPEN,
    DUTIES,
    REMARKS,
    STATUSES,
    STEPS,
    euros,
    finding_sentence,
)
from vocabulary.contracts import Question, answers_to
from vocabulary.kinds import ContractRoute

Shown = dict[str, Any]
_DECIDES: Final = {
    Status.ADMISSIBLE: Effect.OPENS,
    Status.TO_VERIFY: Effect.DOUBTS,
    Status.EXCLUDED: Effect.CLOSES,
}


def answer_of(consultation: Consultation, declared: frozenset[ContractRoute]) -> Shown:
    """Return the whole answer in words; ``declared`` are the routes an actor accepts."""
    advice = consultation.advice
    amount = advice.case.amount

    def shown(status: Status) -> list[Shown]:
        return [_route(ruling, amount, declared) for ruling in advice.of(status)]

    return {
        "version": advice.version,
        "launched_on": advice.case.launched_on,
        "admissible": shown(Status.ADMISSIBLE),
        "to_verify": shown(Status.TO_VERIFY),
        "excluded": shown(Status.EXCLUDED),
        "changes": _changes(consultation),
        "unknown": [str(gettext(question.label)) for question in advice.unknown],
        "always_open": [str(gettext(ALWAYS_OPEN[point])) for point in advice.always_open],
    }


def _route(ruling: Ruling, amount: int | None, declared: frozenset[ContractRoute]) -> Shown:
    rule = ruling.rule
    decisive = ruling.because(_DECIDES[ruling.status])
    shown: Shown = {
        "code": ruling.route.value,
        "label": label_of(ruling.route),
        "is_declared": ruling.route in declared,
        "reasons": [finding_sentence(found, ruling, amount) for found in decisive],
        "version_from": ruling.version_from,
        "articles": [],
        "sources": [],
    }
    if rule is None:
        return shown
    texts = [rule.provenance, *(found.provenance for found in ruling.thresholds)]
    return shown | {
        "articles": _each_once(article for text in texts for article in text.articles),
        "sources": [provenance_line(text) for text in texts],
        "duties": [str(gettext(DUTIES[duty])) for duty in rule.duties],
        "steps": [str(gettext(STEPS[step])) for step in rule.steps],
        "remarks": [tied(gettext(REMARKS[remark])) for remark in rule.remarks],
        "burden": rule.burden,
        "years": rule.longest_years,
    }


def _each_once(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(texts))


def provenance_line(text: Provenance) -> str:
    """Return where a text was read and when, or that nobody did."""
    if not text.is_verified or text.checked_on is None:
        return str(gettext("Non vérifié : %(articles)s", articles=" ; ".join(text.articles)))
    return tied(
        gettext(
            "%(articles)s : vérifié le %(day)s (%(sources)s)",
            articles=" ; ".join(text.articles),
            day=long_date(text.checked_on),
            sources=" ; ".join(text.sources),
        )
    )


def _changes(consultation: Consultation) -> list[Shown]:
    lines = []
    for change in consultation.dates:
        sentence = (
            gettext("Consultation lancée avant le %(day)s", day=long_date(change.day))
            if change.is_before
            else gettext("Consultation lancée à partir du %(day)s", day=long_date(change.day))
        )
        lines.append({"when": str(sentence), "routes": _route_changes(change.routes)})
    for limit in consultation.amounts:
        values = {"limit": euros(limit.euros)}
        if limit.is_strict:
            sentence = (
                gettext("Besoin de %(limit)s au plus", **values)
                if limit.is_below
                else gettext("Besoin de plus de %(limit)s", **values)
            )
        else:
            sentence = (
                gettext("Besoin de moins de %(limit)s", **values)
                if limit.is_below
                else gettext("Besoin de %(limit)s ou plus", **values)
            )
        lines.append({"when": str(sentence), "routes": _route_changes(limit.routes)})
    return lines


def _route_changes(routes: Iterable[RouteChange]) -> list[str]:
    return [
        tied(
            gettext(
                "%(route)s : %(then)s",
                route=label_of(change.route),
                then=str(gettext(STATUSES[change.then])).lower(),
            )
        )
        for change in routes
    ]


def case_facts(case: Case, supposed: Iterable[str]) -> list[tuple[str, str]]:
    """Return what was answered, as facts; what was only supposed says so."""
    unknown = str(gettext("je ne sais pas"))
    assumed = frozenset(supposed)

    def said(name: str, answer: str) -> str:
        return str(gettext("%(answer)s (supposé)", answer=answer)) if name in assumed else answer

    facts = [
        (str(gettext("Acheteur")), label_of(case.buyer) if case.buyer else unknown),
        (
            str(gettext("Montant total du besoin homogène")),
            euros(case.amount) if case.amount is not None else unknown,
        ),
        (str(gettext("Nature de l’achat")), label_of(case.nature) if case.nature else unknown),
        (
            str(gettext("Lancement de la consultation")),
            said(LAUNCH, long_date(case.launched_on)) if case.launched_on else unknown,
        ),
    ]
    given: Mapping[Question, str] = case.answers
    for question in Question:
        if question in given:
            answer = label_of(answers_to(question)(given[question]))
            facts.append((str(gettext(question.label)), said(question.value, answer)))
    return facts
