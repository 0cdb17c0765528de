"""Time zones of the French territories, by the department of a place.

Source: the IANA time zone database, names of the zones of France's departments and collectivities.
"""

from typing import Final

from vocabulary.labels import N_

METROPOLE: Final = "Europe/Paris"
TIME_ZONES: Final[dict[str, str]] = {
    METROPOLE: N_("Hexagone et Corse"),
    "America/Guadeloupe": N_("Guadeloupe"),
    "America/Martinique": N_("Martinique"),
    "America/Cayenne": N_("Guyane"),
    "Indian/Reunion": N_("La Réunion"),
    "America/Miquelon": N_("Saint-Pierre-et-Miquelon"),
    "Indian/Mayotte": N_("Mayotte"),
    "America/St_Barthelemy": N_("Saint-Barthélemy"),
    "America/Marigot": N_("Saint-Martin"),
    "Pacific/Wallis": N_("Wallis-et-Futuna"),
    "Pacific/Tahiti": N_("Polynésie française, îles de la Société"),
    "Pacific/Marquesas": N_("Polynésie française, îles Marquises"),
    "Pacific/Gambier": N_("Polynésie française, îles Gambier"),
    "Pacific/Noumea": N_("Nouvelle-Calédonie"),
}
_OVERSEAS: Final[dict[str, frozenset[str]]] = {
    "971": frozenset({"America/Guadeloupe"}),
    "972": frozenset({"America/Martinique"}),
    "973": frozenset({"America/Cayenne"}),
    "974": frozenset({"Indian/Reunion"}),
    "975": frozenset({"America/Miquelon"}),
    "976": frozenset({"Indian/Mayotte"}),
    "977": frozenset({"America/St_Barthelemy"}),
    "978": frozenset({"America/Marigot"}),
    "986": frozenset({"Pacific/Wallis"}),
    "987": frozenset({"Pacific/Tahiti", "Pacific/Marquesas", "Pacific/Gambier"}),
    "988": frozenset({"Pacific/Noumea"}),
}
_METROPOLITAN: Final = frozenset({METROPOLE})


def zones_of_commune(code: str) -> frozenset[str]:
    """Return the zones that a commune may live in, from its INSEE code (97411, 42218)."""
    return _OVERSEAS.get(code[:3], _METROPOLITAN)
