"""How complete a profile is, and which answers would help a territory most."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from services.content_checks import SHORTEST_DESCRIPTION
from services.contents import OrganizationContent
from vocabulary.kinds import FEDERATING_KINDS, INNOVATION_KINDS
from vocabulary.labels import N_

FULL_DESCRIPTION: Final = 400
ENOUGH_THEMES: Final = 2


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What stands beside the content of an organisation: its offers and its members."""

    offers: int = 0
    offers_with_references: int = 0
    members: int = 0


@dataclass(frozen=True, slots=True)
class Advice:
    """One answer that is missing: what it would add, why it matters, where to give it."""

    code: str
    message: str
    points: int
    step: str


@dataclass(frozen=True, slots=True)
class Completeness:
    """Points out of 100 for what is filled, and what is missing, the heaviest first."""

    percent: int
    advice: tuple[Advice, ...]


@dataclass(frozen=True, slots=True)
class _Criterion:
    advice: Advice
    is_met: Callable[[OrganizationContent, Surroundings], bool]
    concerns: Callable[[OrganizationContent], bool] = lambda _content: True


def _proposes_offers(content: OrganizationContent) -> bool:
    return content.kind in INNOVATION_KINDS


def _brings_members(content: OrganizationContent) -> bool:
    return content.kind in FEDERATING_KINDS


# Points say how much an answer weighs in a match or in the trust of a reader; they are scaled
# so that the criteria that concern an actor always make 100.
_CRITERIA: Final = (
    _Criterion(
        Advice(
            "themes",
            N_("Choisissez au moins deux thèmes : on vous trouve d’abord par eux."),
            15,
            "texts",
        ),
        lambda content, _around: len(content.themes) >= ENOUGH_THEMES,
    ),
    _Criterion(
        Advice(
            "area",
            N_("Déclarez la zone d’intervention : elle décide des quartiers où vous apparaissez."),
            15,
            "area",
        ),
        lambda content, _around: content.area_level is not None,
        _proposes_offers,
    ),
    _Criterion(
        Advice("offer", N_("Décrivez une première proposition."), 15, "offers"),
        lambda _content, around: around.offers > 0,
        _proposes_offers,
    ),
    _Criterion(
        Advice("pitch", N_("Résumez l’activité en une phrase."), 10, "texts"),
        lambda content, _around: bool(content.pitch),
    ),
    _Criterion(
        Advice("description", N_("Décrivez l’activité en quelques lignes."), 10, "texts"),
        lambda content, _around: len(content.description) >= SHORTEST_DESCRIPTION,
    ),
    _Criterion(
        Advice(
            "references",
            N_("Citez une référence : lieu, année, client, résultat."),
            10,
            "offers",
        ),
        lambda _content, around: around.offers_with_references > 0,
        _proposes_offers,
    ),
    _Criterion(
        Advice("members", N_("Listez les membres que la structure fédère."), 10, "members"),
        lambda _content, around: around.members > 0,
        _brings_members,
    ),
    _Criterion(
        Advice("commune", N_("Indiquez la commune."), 5, "identity"),
        lambda content, _around: content.commune_code is not None,
    ),
    _Criterion(
        Advice("number", N_("Donnez le numéro SIRET, SIREN ou RNSR."), 5, "identity"),
        lambda content, _around: bool(content.siret or content.siren or content.rnsr),
    ),
    _Criterion(
        Advice(
            "details",
            N_("Développez la description : public, méthode, limites (400 caractères)."),
            5,
            "texts",
        ),
        lambda content, _around: len(content.description) >= FULL_DESCRIPTION,
    ),
    _Criterion(
        Advice("website", N_("Ajoutez l’adresse du site."), 5, "presence"),
        lambda content, _around: bool(content.website),
    ),
    _Criterion(
        Advice("logo", N_("Ajoutez un logo."), 5, "presence"),
        lambda content, _around: bool(content.logo),
    ),
    _Criterion(
        Advice("size", N_("Indiquez l’effectif."), 3, "identity"),
        lambda content, _around: bool(content.size),
    ),
    _Criterion(
        Advice("founded", N_("Indiquez l’année de création."), 2, "identity"),
        lambda content, _around: content.founded_year is not None,
    ),
)


def completeness_of(content: OrganizationContent, around: Surroundings) -> Completeness:
    """Return how much of what concerns this kind of actor is filled, and what is missing."""
    asked = [criterion for criterion in _CRITERIA if criterion.concerns(content)]
    total = sum(criterion.advice.points for criterion in asked)
    missing = [criterion.advice for criterion in asked if not criterion.is_met(content, around)]
    lost = sum(advice.points for advice in missing)
    scaled = (
        Advice(advice.code, advice.message, max(1, advice.points * 100 // total), advice.step)
        for advice in missing
    )
    return Completeness(
        percent=(total - lost) * 100 // total,
        advice=tuple(sorted(scaled, key=lambda advice: (-advice.points, advice.code))),
    )
