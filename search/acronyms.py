"""Acronyms of urban renewal and what they stand for, searched one as the other.

The list is written for this project; the pairs inside the theme vocabulary (« DPE » beside
« diagnostic de performance énergétique ») are recognised by their initials.
"""

from collections.abc import Iterator
from functools import cache
from itertools import permutations
from typing import Final

from search.analysis import Token, clean, fold, units
from vocabulary.themes import all_themes

_KNOWN: Final = {
    "ACC": "autoconsommation collective",
    "AMI": "appel à manifestation d’intérêt",
    "AMO": "assistance à maîtrise d’ouvrage",
    "ANRU": "agence nationale pour la rénovation urbaine",
    "BBC": "bâtiment basse consommation",
    "BTP": "bâtiment et travaux publics",
    "CEE": "certificats d’économies d’énergie",
    "DPE": "diagnostic de performance énergétique",
    "ENR": "énergies renouvelables",
    "EPCI": "établissement public de coopération intercommunale",
    "ESH": "entreprise sociale pour l’habitat",
    "ESS": "économie sociale et solidaire",
    "ETI": "entreprises de taille intermédiaire",
    "GUP": "gestion urbaine de proximité",
    "HLM": "habitations à loyer modéré",
    "IA": "intelligence artificielle",
    "IAE": "insertion par l’activité économique",
    "IRVE": "infrastructures de recharge pour véhicules électriques",
    "MAPA": "marché à procédure adaptée",
    "NPNRU": "nouveau programme national de renouvellement urbain",
    "OPH": "office public de l’habitat",
    "PME": "petites et moyennes entreprises",
    "PNRU": "programme national de rénovation urbaine",
    "QPV": "quartiers prioritaires de la politique de la ville",
    "SEM": "société d’économie mixte",
    "TPE": "très petites entreprises",
    "ZAC": "zone d’aménagement concerté",
}
_SHORTEST_SEQUENCE: Final = 2


def tokens_of(text: str) -> tuple[Token, ...]:
    """Return the words of ``text`` without joined forms."""
    return tuple(part for unit in units(clean(text)) for part in unit.parts)


@cache
def expansions() -> dict[str, tuple[tuple[Token, ...], ...]]:
    """Return what each acronym, folded, stands for."""
    found: dict[str, dict[tuple[str, ...], tuple[Token, ...]]] = {}
    for short, long in (*_KNOWN.items(), *_pairs_of_themes()):
        words = tokens_of(long)
        found.setdefault(fold(short), {})[tuple(word.stem for word in words)] = words
    return {short: tuple(longs.values()) for short, longs in found.items()}


@cache
def acronyms_by_stems() -> dict[tuple[str, ...], str]:
    """Return the acronym, folded, of each sequence of stems."""
    return {
        stems: short
        for short, longs in expansions().items()
        for words in longs
        if len(stems := tuple(word.stem for word in words)) >= _SHORTEST_SEQUENCE
    }


@cache
def longest_expansion() -> int:
    """Return the number of words of the longest sequence that has an acronym."""
    return max(len(stems) for stems in acronyms_by_stems())


def _pairs_of_themes() -> Iterator[tuple[str, str]]:
    for theme in all_themes().values():
        for short, long in permutations((theme.label, *theme.synonyms), 2):
            if short.isupper() and fold(short) == _initials(long):
                yield short, long


def _initials(text: str) -> str:
    return "".join(token.folded[0] for token in tokens_of(text))
