"""Words the codes of a match: reasons, gates, unknown facts and what would raise the score."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Final

from flask_babel import format_date, gettext, ngettext

from extensions.template_context import theme_label
from matching.components import Fact
from matching.explain import Reason, ReasonCode
from matching.gates import GateCode, GateFailure
from matching.improve import Improvement, ImprovementCode
from matching.weights import Component
from vocabulary.kinds import (
    AreaLevel,
    ExperimentAppetite,
    Maturity,
    OrganizationKind,
    PriceRange,
    ProjectPhase,
)
from vocabulary.labels import N_, LabelledEnum
from vocabulary.regions import DEPARTMENTS, REGIONS

Written = Mapping[str, str]
"""Analysed word → the word as the need writes it."""

COMPONENTS: Final[Mapping[Component, str]] = {
    Component.THEMES: N_("Thèmes"),
    Component.TEXT: N_("Mots du besoin"),
    Component.MATURITY: N_("Maturité"),
    Component.CONTRACT: N_("Contrat et montant"),
    Component.CALENDAR: N_("Calendrier"),
    Component.EVIDENCE: N_("Références"),
    Component.FRESHNESS: N_("Fiche à jour"),
}
FACTS: Final[Mapping[Fact, str]] = {
    Fact.NEED_THEMES: N_("les thèmes du besoin"),
    Fact.NEED_TEXT: N_("la description du besoin"),
    Fact.NEED_APPETITE: N_("le goût du territoire pour l’expérimentation"),
    Fact.NEED_NATURE: N_("la nature de l’achat"),
    Fact.NEED_ROUTES: N_("les montages envisagés par l’acheteur"),
    Fact.NEED_AMOUNT: N_("le montant du besoin"),
    Fact.NEED_START: N_("la date de démarrage souhaitée"),
    Fact.NEED_DEADLINE: N_("la date limite de réponse"),
    Fact.NEED_PHASE: N_("la phase du projet de renouvellement"),
    Fact.NEED_DATE: N_("la date du besoin"),
    Fact.OFFER_MATURITY: N_("la maturité de la solution"),
    Fact.OFFER_ROUTES: N_("les montages acceptés par l’acteur"),
    Fact.OFFER_PRICE: N_("l’ordre de prix"),
    Fact.OFFER_AVAILABILITY: N_("la disponibilité de l’acteur"),
    Fact.OFFER_DATE: N_("la date de mise à jour de la fiche"),
}
_IMPROVEMENTS: Final[Mapping[ImprovementCode, str]] = {
    ImprovementCode.STATE_MATURITY: N_("indiquer la maturité de la solution"),
    ImprovementCode.STATE_ROUTES: N_("indiquer les montages contractuels acceptés"),
    ImprovementCode.ACCEPT_ROUTE: N_("accepter un montage envisagé par l’acheteur"),
    ImprovementCode.STATE_PRICE: N_("indiquer un ordre de prix"),
    ImprovementCode.STATE_AVAILABILITY: N_("indiquer une date de disponibilité"),
    ImprovementCode.ADD_REFERENCE: N_("citer une référence de plus"),
    ImprovementCode.CONFIRM_REFERENCE: N_("faire confirmer une référence par le partenaire"),
    ImprovementCode.CONFIRM_ENTRY: N_("confirmer que la fiche est à jour"),
}


def component_label(component: Component) -> str:
    """Return the name of a criterion."""
    return str(gettext(COMPONENTS[component]))


def reason_sentence(reason: Reason, written: Written) -> str:
    """Return what one criterion says of a pair, in one sentence."""
    return _SENTENCES[reason.code](reason, written)


def missing_sentence(facts: Iterable[Fact]) -> str:
    """Return which facts nobody stated."""
    listed = ", ".join(str(gettext(FACTS[fact])) for fact in facts)
    return str(gettext("Non renseigné : %(facts)s", facts=listed))


def improvement_sentence(improvement: Improvement) -> str:
    """Return one thing the author of the offer could do."""
    if improvement.code is ImprovementCode.ADD_THEME and improvement.theme:
        return str(
            gettext("couvrir aussi le thème « %(theme)s »", theme=theme_label(improvement.theme))
        )
    return str(gettext(_IMPROVEMENTS[improvement.code]))


def gate_sentence(failure: GateFailure) -> str:
    """Return why a pair is not proposed at all."""
    return _GATES[failure.code](failure)


def _themes(codes: object) -> str:
    return ", ".join(f"« {theme_label(code)} »" for code in _texts(codes))


def _texts(value: object) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else ()


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def _label(kind: type[LabelledEnum], value: object) -> str:
    return str(gettext(kind(str(value)).label)) if value else ""


def _day(value: object) -> str:
    return str(format_date(date.fromisoformat(str(value)), "d MMMM y")) if value else ""


def _all_themes(reason: Reason, _: Written) -> str:
    covered = _texts(reason.params.get("covered"))
    return str(
        ngettext(
            "Répond au thème %(themes)s",
            "Répond à tous les thèmes : %(themes)s",
            len(covered),
            themes=_themes(covered),
        )
    )


def _some_themes(reason: Reason, _: Written) -> str:
    covered, partly = (_texts(reason.params.get(name)) for name in ("covered", "partly"))
    left = _texts(reason.params.get("uncovered"))
    parts = []
    if covered:
        parts.append(str(gettext("répond à %(themes)s", themes=_themes(covered))))
    if partly:
        parts.append(str(gettext("touche de près %(themes)s", themes=_themes(partly))))
    if left:
        parts.append(str(gettext("ne traite pas %(themes)s", themes=_themes(left))))
    sentence = " ; ".join(parts)
    return sentence[:1].upper() + sentence[1:]


def _no_theme(reason: Reason, _: Written) -> str:
    left = _themes(reason.params.get("uncovered"))
    return str(gettext("Ne cite aucun des thèmes demandés : %(themes)s", themes=left))


def _words(reason: Reason, written: Written) -> str:
    stems = _texts(reason.params.get("words"))
    words = ", ".join(f"« {written[stem]} »" for stem in stems if stem in written)
    if not words:
        return str(gettext("Emploie peu des mots du besoin"))
    return str(gettext("Parle de la même chose : %(words)s", words=words))


def _few_words(reason: Reason, written: Written) -> str:
    stems = _texts(reason.params.get("words"))
    words = ", ".join(f"« {written[stem]} »" for stem in stems if stem in written)
    if not words:
        return str(gettext("N’emploie aucun des mots du besoin"))
    return str(gettext("Peu de mots communs : %(words)s", words=words))


def _maturity(reason: Reason, _: Written) -> str:
    return str(
        gettext(
            "Maturité adaptée : « %(maturity)s » pour « %(appetite)s »",
            maturity=_label(Maturity, reason.params.get("maturity")).lower(),
            appetite=_label(ExperimentAppetite, reason.params.get("appetite")).lower(),
        )
    )


def _maturity_differs(reason: Reason, _: Written) -> str:
    return str(
        gettext(
            "Maturité en décalage : « %(maturity)s » pour « %(appetite)s »",
            maturity=_label(Maturity, reason.params.get("maturity")).lower(),
            appetite=_label(ExperimentAppetite, reason.params.get("appetite")).lower(),
        )
    )


def _contract(reason: Reason, _: Written) -> str:
    price = _label(PriceRange, reason.params.get("price_range"))
    if price:
        return str(gettext("Contrat et budget compatibles (%(price)s)", price=price.lower()))
    return str(gettext("Contrat et budget compatibles"))


def _contract_strained(reason: Reason, _: Written) -> str:
    price = _label(PriceRange, reason.params.get("price_range"))
    if price:
        return str(gettext("Contrat ou budget en décalage (%(price)s)", price=price.lower()))
    return str(gettext("Contrat ou budget en décalage"))


def _calendar(reason: Reason, _: Written) -> str:
    phase = reason.params.get("phase")
    if phase and phase != ProjectPhase.UNSTATED:
        label = _label(ProjectPhase, phase).lower()
        return str(gettext("Bon moment : le projet est en phase « %(phase)s »", phase=label))
    closes = _day(reason.params.get("closes_on"))
    if closes:
        return str(gettext("Calendrier compatible : réponse attendue au %(day)s", day=closes))
    return str(gettext("Calendrier compatible"))


def _calendar_tight(reason: Reason, _: Written) -> str:
    closes = _day(reason.params.get("closes_on"))
    if closes:
        return str(gettext("Calendrier serré : réponse attendue au %(day)s", day=closes))
    return str(gettext("Calendrier serré"))


def _references(reason: Reason, _: Written) -> str:
    counts = [_number(reason.params.get(name)) for name in ("declared", "confirmed", "official")]
    total, sure = sum(counts), counts[1] + counts[2]
    sentence = str(ngettext("%(num)s déploiement cité", "%(num)s déploiements cités", total))
    if not sure:
        return sentence
    checked = str(ngettext("dont %(num)s vérifié", "dont %(num)s vérifiés", sure))
    return f"{sentence}, {checked}"


def _few_references(reason: Reason, written: Written) -> str:
    if sum(_number(value) for value in reason.params.values()):
        return _references(reason, written)
    return str(gettext("Aucun déploiement cité pour l’instant"))


def _recent(reason: Reason, _: Written) -> str:
    day = _day(reason.params.get("confirmed_on"))
    return str(gettext("Fiche confirmée le %(day)s", day=day)) if day else str(gettext("À jour"))


def _stale(reason: Reason, _: Written) -> str:
    day = _day(reason.params.get("confirmed_on"))
    return str(gettext("Fiche non confirmée depuis le %(day)s", day=day))


def _unknown(reason: Reason, _: Written) -> str:
    return missing_sentence(reason.missing)


def _not_applicable(_: Reason, __: Written) -> str:
    return str(gettext("Sans objet pour ce type d’offre"))


_SENTENCES: Final[Mapping[ReasonCode, Callable[[Reason, Written], str]]] = {
    ReasonCode.THEMES_ALL: _all_themes,
    ReasonCode.THEMES_SOME: _some_themes,
    ReasonCode.THEMES_NONE: _no_theme,
    ReasonCode.WORDS_SHARED: _words,
    ReasonCode.WORDS_FEW: _few_words,
    ReasonCode.MATURITY_SUITS: _maturity,
    ReasonCode.MATURITY_DIFFERS: _maturity_differs,
    ReasonCode.CONTRACT_FITS: _contract,
    ReasonCode.CONTRACT_STRAINED: _contract_strained,
    ReasonCode.CALENDAR_FITS: _calendar,
    ReasonCode.CALENDAR_TIGHT: _calendar_tight,
    ReasonCode.REFERENCES: _references,
    ReasonCode.REFERENCES_FEW: _few_references,
    ReasonCode.RECENT: _recent,
    ReasonCode.STALE: _stale,
    ReasonCode.UNKNOWN: _unknown,
    ReasonCode.NOT_APPLICABLE: _not_applicable,
}


def _area_gate(failure: GateFailure) -> str:
    codes = _texts(failure.params.get("codes"))
    if not codes:
        return str(gettext("N’a pas déclaré de zone d’intervention"))
    table = DEPARTMENTS if failure.params.get("level") == AreaLevel.DEPARTMENTS else REGIONS
    names = ", ".join(table[code].name for code in codes if code in table)
    return str(gettext("N’intervient pas ici, seulement en : %(places)s", places=names))


def _kind_gate(failure: GateFailure) -> str:
    kind = _label(OrganizationKind, failure.params.get("kind")).lower()
    wanted = _texts(failure.params.get("wanted"))
    labels = ", ".join(_label(OrganizationKind, value).lower() for value in wanted)
    return str(
        gettext(
            "Type d’acteur non demandé : « %(kind)s » ; le besoin s’adresse à : %(wanted)s",
            kind=kind,
            wanted=labels,
        )
    )


def _closed_gate(failure: GateFailure) -> str:
    day = _day(failure.params.get("closes_on"))
    return str(gettext("Le besoin est clos depuis le %(day)s", day=day))


def _plain(message: str) -> Callable[[GateFailure], str]:
    return lambda _failure: str(gettext(message))


_GATES: Final[Mapping[GateCode, Callable[[GateFailure], str]]] = {
    GateCode.OFFER_UNPUBLISHED: _plain(N_("La fiche n’est pas publiée")),
    GateCode.NEED_UNPUBLISHED: _plain(N_("Le besoin n’est pas publié")),
    GateCode.NEED_CLOSED: _closed_gate,
    GateCode.CONSENT: _plain(N_("L’acteur ne souhaite pas être proposé")),
    GateCode.AREA: _area_gate,
    GateCode.SAME_ORGANIZATION: _plain(N_("L’acteur porte lui-même le besoin")),
    GateCode.EXCLUDED_BY_NEED: _plain(N_("Écarté par le porteur du besoin")),
    GateCode.EXCLUDED_BY_OFFER: _plain(N_("L’acteur a écarté ce porteur")),
    GateCode.KIND: _kind_gate,
}
