"""Words why a pair is not proposed, and what the author of an offer could do about its score."""

from collections.abc import Callable, Mapping
from typing import Final

from flask_babel import gettext

from extensions.template_context import theme_label
from extensions.wording import as_lower, as_texts, label_of_value, listed, long_day, tied
from matching.gates import GateCode, GateFailure
from matching.improve import Improvement, ImprovementCode
from vocabulary.kinds import AreaLevel, OrganizationKind
from vocabulary.labels import N_
from vocabulary.regions import DEPARTMENTS, REGIONS

SHOWN_PLACES: Final = 6
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
# No form asks for a date of availability: nobody is told to state one.
UNASKED: Final = frozenset({ImprovementCode.STATE_AVAILABILITY})


def improvement_sentence(improvement: Improvement) -> str:
    """Return one thing the author of the offer could do."""
    if improvement.code is ImprovementCode.ADD_THEME and improvement.theme:
        label = theme_label(improvement.theme)
        return tied(gettext("traiter aussi le thème « %(theme)s », si c’est le cas", theme=label))
    return tied(gettext(_IMPROVEMENTS[improvement.code]))


def gate_sentence(failure: GateFailure) -> str:
    """Return why a pair is not proposed at all."""
    return tied(_GATES[failure.code](failure))


def _area(failure: GateFailure) -> str:
    codes = as_texts(failure.params.get("codes"))
    if not codes:
        return str(gettext("L’acteur n’a pas déclaré de zone d’intervention"))
    table = DEPARTMENTS if failure.params.get("level") == AreaLevel.DEPARTMENTS else REGIONS
    names = sorted(table[code].name for code in codes if code in table)
    if len(names) > SHOWN_PLACES:
        more = len(names) - SHOWN_PLACES
        names = [*names[:SHOWN_PLACES], gettext("%(num)s autres", num=more)]
    return str(gettext("N’intervient pas ici, mais en : %(places)s", places=listed(names)))


def _kind(failure: GateFailure) -> str:
    wanted = as_texts(failure.params.get("wanted"))
    labels = [as_lower(label_of_value(OrganizationKind, one)) for one in wanted]
    kind = as_lower(label_of_value(OrganizationKind, failure.params.get("kind")))
    return str(
        gettext(
            "Le besoin s’adresse à un autre type d’acteur : %(wanted)s, et non %(kind)s",
            wanted=listed(labels),
            kind=kind,
        )
    )


def _closed(failure: GateFailure) -> str:
    day = long_day(failure.params.get("closes_on"))
    return str(gettext("Le besoin est clos depuis le %(day)s", day=day))


def _plain(message: str) -> Callable[[GateFailure], str]:
    return lambda _failure: str(gettext(message))


_GATES: Final[Mapping[GateCode, Callable[[GateFailure], str]]] = {
    GateCode.OFFER_UNPUBLISHED: _plain(N_("La fiche n’est pas publiée")),
    GateCode.NEED_UNPUBLISHED: _plain(N_("Le besoin n’est pas publié")),
    GateCode.NEED_CLOSED: _closed,
    GateCode.CONSENT: _plain(N_("L’acteur ne souhaite pas être proposé")),
    GateCode.AREA: _area,
    GateCode.SAME_ORGANIZATION: _plain(N_("L’acteur porte lui-même le besoin")),
    GateCode.EXCLUDED_BY_NEED: _plain(N_("Écarté par le porteur du besoin")),
    GateCode.EXCLUDED_BY_OFFER: _plain(N_("L’acteur a écarté ce porteur")),
    GateCode.KIND: _kind,
}
