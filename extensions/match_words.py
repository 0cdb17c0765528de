"""Words the codes of a match: what each criterion says of a pair, and what nobody stated."""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from flask_babel import gettext, ngettext

from extensions.template_context import theme_label
from extensions.wording import (
    as_lower,
    as_number,
    as_texts,
    label_of_value,
    listed,
    long_day,
    quoted,
    tied,
)
from matching.components import Fact
from matching.explain import Reason, ReasonCode
from matching.profiles import NeedProfile, OfferProfile
from matching.weights import Component, Direction
from vocabulary.kinds import (
    AreaLevel,
    ExperimentAppetite,
    Maturity,
    NeedNature,
    PriceRange,
    ProjectPhase,
)
from vocabulary.labels import N_
from vocabulary.regions import DEPARTMENTS, REGIONS

Written = Mapping[str, str]
"""Analysed word → the word as the need, or the name of one of its themes, writes it."""
SHOWN_WORDS: Final = 4
SHOWN_FACTS: Final = 2

COMPONENTS: Final[Mapping[Component, str]] = {
    Component.THEMES: N_("Thèmes"),
    Component.TEXT: N_("Mots du besoin"),
    Component.MATURITY: N_("Maturité"),
    Component.CONTRACT: N_("Contrat et montant"),
    Component.CALENDAR: N_("Calendrier"),
    Component.EVIDENCE: N_("Références"),
    Component.FRESHNESS: N_("Fiche à jour"),
}
# In the order of what is worth asking first.
FACTS: Final[Mapping[Fact, str]] = {
    Fact.NEED_AMOUNT: N_("le budget"),
    Fact.NEED_PHASE: N_("la phase du projet"),
    Fact.NEED_START: N_("la date de démarrage"),
    Fact.NEED_DEADLINE: N_("la date limite de réponse"),
    Fact.NEED_NATURE: N_("la nature de l’achat"),
    Fact.NEED_APPETITE: N_("le goût pour l’expérimentation"),
    Fact.NEED_THEMES: N_("les thèmes du besoin"),
    Fact.NEED_TEXT: N_("la description du besoin"),
    Fact.NEED_ROUTES: N_("les montages envisagés"),
    Fact.NEED_DATE: N_("la date du besoin"),
    Fact.OFFER_MATURITY: N_("la maturité de la solution"),
    Fact.OFFER_PRICE: N_("l’ordre de prix"),
    Fact.OFFER_ROUTES: N_("les montages acceptés"),
    Fact.OFFER_DATE: N_("la date de mise à jour de la fiche"),
    Fact.OFFER_AVAILABILITY: N_("la date de disponibilité"),
}
_OFFER_FACTS: Final = frozenset(fact for fact in Fact if fact.value.startswith("offer-"))
# No form asks for them yet: they stay neutral in the figures, and no card complains of them.
_UNASKED: Final = frozenset({Fact.OFFER_AVAILABILITY, Fact.NEED_ROUTES})
_GOOD_MOMENT: Final[Mapping[str, str]] = {
    ProjectPhase.STUDIES: N_("Bon moment : le projet de renouvellement en est aux études"),
    ProjectPhase.DESIGN: N_("Bon moment : le projet de renouvellement est en conception"),
}


def component_label(component: Component) -> str:
    """Return the name of a criterion."""
    return str(gettext(COMPONENTS[component]))


def reason_sentence(reason: Reason, written: Written) -> str:
    """Return what one criterion says of a pair, in one sentence."""
    return tied(_SENTENCES[reason.code](reason, written))


def area_sentence(need: NeedProfile, offer: OfferProfile) -> str:
    """Return that the actor declared to work where the need is; nothing without a place."""
    if need.region_code is None:
        return ""
    if offer.area_level is AreaLevel.NATIONAL:
        return str(gettext("Déclare intervenir partout en France"))
    by_department = offer.area_level is AreaLevel.DEPARTMENTS
    table = DEPARTMENTS if by_department else REGIONS
    code = (need.department_code if by_department else need.region_code) or ""
    if code not in offer.area_codes or code not in table:
        return ""
    return tied(gettext("Déclare intervenir ici : %(place)s", place=table[code].name))


def phase_sentence(phase: object) -> str:
    """Return that the project is early enough to bring partners in; nothing otherwise."""
    sentence = _GOOD_MOMENT.get(str(phase))
    return tied(gettext(sentence)) if sentence else ""


def unknown_sentence(missing: Iterable[Fact], direction: Direction) -> str:
    """Return what nobody stated, the other side's part first: that is what a viewer can ask."""
    unstated = frozenset(missing) - _UNASKED
    facts = [fact for fact in FACTS if fact in unstated]
    of_offer = [fact for fact in facts if fact in _OFFER_FACTS]
    of_need = [fact for fact in facts if fact not in _OFFER_FACTS]
    if of_offer and (direction is Direction.NEED_TO_OFFER or not of_need):
        names = _facts(of_offer)
        return tied(gettext("L’acteur n’a pas renseigné : %(facts)s", facts=names))
    if of_need:
        return tied(gettext("Le besoin ne précise pas : %(facts)s", facts=_facts(of_need)))
    return ""


def _facts(facts: Iterable[Fact]) -> str:
    return listed([str(gettext(FACTS[fact])) for fact in list(facts)[:SHOWN_FACTS]])


def _themes(codes: object) -> str:
    return listed([quoted(theme_label(code)) for code in as_texts(codes)])


def _all_themes(reason: Reason, _: Written) -> str:
    covered = as_texts(reason.params.get("covered"))
    return str(
        ngettext(
            "Répond au thème %(themes)s",
            "Répond aux %(num)s thèmes : %(themes)s",
            len(covered),
            themes=_themes(covered),
        )
    )


def _some_themes(reason: Reason, _: Written) -> str:
    covered, partly = (as_texts(reason.params.get(name)) for name in ("covered", "partly"))
    left = as_texts(reason.params.get("uncovered"))
    if not covered:
        return str(
            ngettext(
                "Touche de près au thème %(themes)s",
                "Touche de près à %(num)s thèmes : %(themes)s",
                len(partly),
                themes=_themes(partly),
            )
        )
    return str(
        ngettext(
            "Répond à %(num)s thème sur %(all)s : %(themes)s",
            "Répond à %(num)s thèmes sur %(all)s : %(themes)s",
            len(covered),
            themes=_themes(covered),
            all=len(covered) + len(partly) + len(left),
        )
    )


def _no_theme(reason: Reason, _: Written) -> str:
    left = as_texts(reason.params.get("uncovered"))
    return str(
        ngettext(
            "Ne traite pas le thème %(themes)s",
            "Ne traite aucun des thèmes %(themes)s",
            len(left),
            themes=_themes(left),
        )
    )


def _shown_words(reason: Reason, written: Written) -> str:
    stems = as_texts(reason.params.get("words"))
    words = dict.fromkeys(written[stem].lower() for stem in stems if stem in written)
    return ", ".join(quoted(word) for word in list(words)[:SHOWN_WORDS])


def _words(reason: Reason, written: Written) -> str:
    words = _shown_words(reason, written)
    if not words:
        return str(gettext("Emploie des mots du besoin"))
    return str(gettext("Parle de la même chose : %(words)s", words=words))


def _few_words(reason: Reason, written: Written) -> str:
    words = _shown_words(reason, written)
    if not words:
        return str(gettext("N’emploie aucun des mots du besoin"))
    return str(gettext("Peu de mots en commun : %(words)s", words=words))


def _maturities(reason: Reason) -> dict[str, str]:
    maturity = label_of_value(Maturity, reason.params.get("maturity"))
    appetite = label_of_value(ExperimentAppetite, reason.params.get("appetite"))
    return {"maturity": quoted(as_lower(maturity)), "appetite": quoted(as_lower(appetite))}


def _maturity(reason: Reason, _: Written) -> str:
    return str(
        gettext(
            "Maturité qui convient : %(maturity)s, pour un besoin qui dit %(appetite)s",
            **_maturities(reason),
        )
    )


def _maturity_differs(reason: Reason, _: Written) -> str:
    return str(
        gettext(
            "Maturité en décalage : %(maturity)s, pour un besoin qui dit %(appetite)s",
            **_maturities(reason),
        )
    )


def _contract_facts(reason: Reason) -> str:
    """Return what the two sides stated of the purchase: its nature, the order of price."""
    nature = as_lower(label_of_value(NeedNature, reason.params.get("nature")))
    price = as_lower(label_of_value(PriceRange, reason.params.get("price_range")))
    compared = price if Fact.NEED_AMOUNT not in reason.missing else ""
    return ", ".join(text for text in (nature, compared) if text)


def _contract(reason: Reason, _: Written) -> str:
    facts = _contract_facts(reason)
    if not facts:
        return str(gettext("Type d’achat compatible"))
    return str(gettext("Achat compatible : %(facts)s", facts=facts))


def _contract_strained(reason: Reason, _: Written) -> str:
    facts = _contract_facts(reason)
    if not facts:
        return str(gettext("Type d’achat en décalage"))
    return str(gettext("Achat en décalage : %(facts)s", facts=facts))


def _calendar(reason: Reason, _: Written) -> str:
    moment = phase_sentence(reason.params.get("phase"))
    if moment:
        return moment
    closes = long_day(reason.params.get("closes_on"))
    if closes:
        return str(gettext("Le temps de répondre : jusqu’au %(day)s", day=closes))
    return str(gettext("Calendrier compatible"))


def _calendar_tight(reason: Reason, _: Written) -> str:
    phase = reason.params.get("phase")
    if phase in {ProjectPhase.WORKS, ProjectPhase.DELIVERED}:
        label = as_lower(label_of_value(ProjectPhase, phase))
        return str(gettext("Le projet est déjà avancé : %(phase)s", phase=label))
    closes = long_day(reason.params.get("closes_on"))
    if closes:
        return str(gettext("Calendrier serré : réponse attendue au %(day)s", day=closes))
    return str(gettext("Calendrier serré"))


def _references(reason: Reason, _: Written) -> str:
    counts = [as_number(reason.params.get(name)) for name in ("declared", "confirmed", "official")]
    total, sure = sum(counts), counts[1] + counts[2]
    if not total:
        return str(gettext("Aucune réalisation citée pour l’instant"))
    done = ngettext(
        "Déjà fait ailleurs : %(num)s réalisation citée",
        "Déjà fait ailleurs : %(num)s réalisations citées",
        total,
    )
    if not sure:
        return str(done)
    checked = ngettext("dont %(num)s vérifiée", "dont %(num)s vérifiées", sure)
    return f"{done}, {checked}"


def _recent(reason: Reason, _: Written) -> str:
    if "updated_on" in reason.params:
        day = long_day(reason.params["updated_on"])
        return str(gettext("Besoin à jour au %(day)s", day=day))
    return str(gettext("Fiche à jour au %(day)s", day=long_day(reason.params.get("confirmed_on"))))


def _stale(reason: Reason, _: Written) -> str:
    if "updated_on" in reason.params:
        day = long_day(reason.params["updated_on"])
        return str(gettext("Besoin inchangé depuis le %(day)s", day=day))
    day = long_day(reason.params.get("confirmed_on"))
    return str(gettext("Fiche inchangée depuis le %(day)s", day=day))


def _unknown(_: Reason, __: Written) -> str:
    return str(gettext("non renseigné"))


def _not_applicable(_: Reason, __: Written) -> str:
    return str(gettext("sans objet pour ce type d’offre"))


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
    ReasonCode.REFERENCES_FEW: _references,
    ReasonCode.RECENT: _recent,
    ReasonCode.STALE: _stale,
    ReasonCode.UNKNOWN: _unknown,
    ReasonCode.NOT_APPLICABLE: _not_applicable,
}
