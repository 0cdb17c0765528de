"""What changes between two contents of one entry, field by field and word by word."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any, Final

from services.contents import Content, NeedContent, OfferContent, OrganizationContent
from vocabulary.labels import N_

# A word with the blanks after it: blanks alone would match everywhere and shred the sentence.
_WORDS = re.compile(r"\S+\s*|\s+")
# Under this likeness the text was written anew: both versions are read whole.
REWRITTEN: Final = 0.45
# Comparing word by word takes quadratic time at worst: longer texts are shown whole.
MAX_COMPARED: Final = 12_000


class Change(StrEnum):
    """What happened to a run of text or to an element of a list."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"


class Shape(StrEnum):
    """How a value is worded on a page."""

    TEXT = "text"
    PROSE = "prose"
    LABELLED = "labelled"
    LIST = "list"
    THEMES = "themes"
    AREAS = "areas"
    ROUTES = "routes"
    COMMUNE = "commune"
    LOGO = "logo"
    REFERENCES = "references"
    KINDS = "kinds"
    QUARTERS = "quarters"
    AMOUNT = "amount"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Run:
    """A run of text, or one element, and what happened to it."""

    change: Change
    value: Any


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field that differs; ``runs`` detail it where the shape allows."""

    field: str
    label: str
    shape: Shape
    before: Any
    after: Any
    runs: tuple[Run, ...] = ()


ORGANIZATION_FIELDS: Final[Mapping[str, tuple[str, Shape]]] = {
    "kind": (N_("Type de structure"), Shape.LABELLED),
    "name": (N_("Nom"), Shape.TEXT),
    "acronym": (N_("Sigle"), Shape.TEXT),
    "siret": (N_("SIRET"), Shape.TEXT),
    "siren": (N_("SIREN"), Shape.TEXT),
    "rnsr": (N_("Numéro RNSR"), Shape.TEXT),
    "commune_code": (N_("Commune"), Shape.COMMUNE),
    "founded_year": (N_("Année de création"), Shape.TEXT),
    "size": (N_("Effectif"), Shape.TEXT),
    "labels": (N_("Labels et statuts"), Shape.LIST),
    "pitch": (N_("En une phrase"), Shape.PROSE),
    "description": (N_("Description"), Shape.PROSE),
    "themes": (N_("Thèmes"), Shape.THEMES),
    "area_level": (N_("Zone d’intervention"), Shape.LABELLED),
    "area_codes": (N_("Territoires d’intervention"), Shape.AREAS),
    "logo": (N_("Logo"), Shape.LOGO),
    "website": (N_("Site internet"), Shape.TEXT),
}
OFFER_FIELDS: Final[Mapping[str, tuple[str, Shape]]] = {
    "type": (N_("Type de proposition"), Shape.LABELLED),
    "title": (N_("Titre"), Shape.TEXT),
    "pitch": (N_("En une phrase"), Shape.PROSE),
    "description": (N_("Description"), Shape.PROSE),
    "themes": (N_("Thèmes"), Shape.THEMES),
    "maturity": (N_("Maturité"), Shape.LABELLED),
    "routes": (N_("Montages possibles"), Shape.ROUTES),
    "price_range": (N_("Ordre de prix"), Shape.LABELLED),
    "area_level": (N_("Zone d’intervention"), Shape.LABELLED),
    "area_codes": (N_("Territoires d’intervention"), Shape.AREAS),
    "references": (N_("Références"), Shape.REFERENCES),
}
NEED_FIELDS: Final[Mapping[str, tuple[str, Shape]]] = {
    "kind": (N_("Type de besoin"), Shape.LABELLED),
    "title": (N_("Titre"), Shape.TEXT),
    "quarters": (N_("Quartiers"), Shape.QUARTERS),
    "description": (N_("Description"), Shape.PROSE),
    "outcome": (N_("Résultat attendu"), Shape.PROSE),
    "themes": (N_("Thèmes"), Shape.THEMES),
    "wanted_kinds": (N_("Types d’acteurs cherchés"), Shape.KINDS),
    "appetite": (N_("Place pour l’expérimentation"), Shape.LABELLED),
    "nature": (N_("Nature de l’achat"), Shape.LABELLED),
    "amount_min": (N_("Montant, au moins"), Shape.AMOUNT),
    "amount_max": (N_("Montant, au plus"), Shape.AMOUNT),
    "closes_on": (N_("Réponse attendue avant le"), Shape.DAY),
    "starts_on": (N_("Démarrage souhaité"), Shape.DAY),
}
_FIELDS: Final[Mapping[type[Content], Mapping[str, tuple[str, Shape]]]] = {
    OrganizationContent: ORGANIZATION_FIELDS,
    OfferContent: OFFER_FIELDS,
    NeedContent: NEED_FIELDS,
}
# Values that are compared element by element.
LISTS: Final = frozenset(
    {
        Shape.LIST,
        Shape.THEMES,
        Shape.AREAS,
        Shape.ROUTES,
        Shape.REFERENCES,
        Shape.KINDS,
        Shape.QUARTERS,
    }
)


def content_changes(before: Content | None, after: Content) -> list[FieldChange]:
    """Return the fields that differ, in the order of the forms.

    Without a ``before`` (an entry never published), every field that is filled is a change.
    """
    changes: list[FieldChange] = []
    for name, (label, shape) in _FIELDS[type(after)].items():
        old = getattr(before, name) if before is not None else None
        new = getattr(after, name)
        if (old or None) != (new or None):
            changes.append(FieldChange(name, label, shape, old, new, _runs(shape, old, new)))
    return changes


def _runs(shape: Shape, old: Any, new: Any) -> tuple[Run, ...]:  # noqa: ANN401 - any field
    if shape is Shape.PROSE:
        return word_runs(old or "", new or "")
    if shape in LISTS:
        return element_runs(old or (), new or ())
    return ()


def word_runs(old: str, new: str) -> tuple[Run, ...]:
    """Return ``old`` and ``new`` merged word by word, each run kept, added or removed."""
    if not old or not new or len(old) + len(new) > MAX_COMPARED:
        return _whole(old, new)
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    runs: list[Run] = []
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    if matcher.ratio() < REWRITTEN:
        return _whole(old, new)
    for tag, start, end, new_start, new_end in matcher.get_opcodes():
        if tag == "equal":
            runs.append(Run(Change.SAME, "".join(before[start:end])))
            continue
        if end > start:
            runs.append(Run(Change.REMOVED, "".join(before[start:end])))
        if new_end > new_start:
            runs.append(Run(Change.ADDED, "".join(after[new_start:new_end])))
    return tuple(runs)


def _whole(old: str, new: str) -> tuple[Run, ...]:
    both = ((Change.REMOVED, old), (Change.ADDED, f"\n{new}" if old and new else new))
    return tuple(Run(change, text) for change, text in both if text)


def element_runs(old: tuple[Any, ...], new: tuple[Any, ...]) -> tuple[Run, ...]:
    """Return the elements of both lists: those kept, those added, then those removed."""
    kept = [
        Run(Change.SAME if element in old else Change.ADDED, element)  # order has no meaning
        for element in new
    ]
    return (*kept, *(Run(Change.REMOVED, element) for element in old if element not in new))
