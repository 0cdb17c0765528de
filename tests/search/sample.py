"""A small directory everybody can read."""

from datetime import date
from typing import Any

from search.documents import SearchDocument


def document(number: int, title: str, body: str = "", **values: Any) -> SearchDocument:
    """Build one document; facets are given as ``region=("11",)``."""
    kind = values.pop("kind", "solutions")
    keywords = values.pop("keywords", ())
    updated_on = values.pop("updated_on", date(2026, 1, 1))
    return SearchDocument(
        id=f"{kind}:{number}",
        kind=kind,
        title=title,
        body=body,
        keywords=keywords,
        facets=values,
        updated_on=updated_on,
    )


DIRECTORY = (
    document(
        1,
        "Rénovation énergétique en site occupé",
        "Isolation par l’extérieur des façades de logements sociaux, menée avec des PME locales.",
        region=("11",),
        theme=("renovation", "batiment"),
        updated_on=date(2026, 3, 1),
    ),
    document(
        2,
        "Éclairage public sobre",
        "Des lampadaires pour un écoquartier, avec mesure de la consommation d’énergie.",
        region=("84", "11"),
        theme=("eclairage",),
        updated_on=date(2026, 5, 1),
    ),
    document(
        3,
        "Bureau d’études de l’Œuvre",
        "Accompagne les H.L.M. et les petites et moyennes entreprises vers le confort d’été.",
        kind="acteurs",
        region=("84",),
        theme=("renovation",),
        updated_on=date(2026, 4, 1),
    ),
    document(
        4,
        "Jardins partagés de l’éco-quartier",
        "Agriculture urbaine et compost : les habitants cultivent le maïs et la tomate.",
        kind="besoins",
        keywords=("Agriculture urbaine", "Saint-Denis"),
        region=("11",),
        theme=("agriculture",),
        updated_on=date(2026, 2, 1),
    ),
    document(
        5,
        "Réseau de chaleur",
        "Géothermie et chaleur fatale pour rénover l’énergie d’un quartier entier.",
        kind="besoins",
        region=("93",),
        theme=("energie", "renovation"),
        updated_on=date(2026, 6, 1),
    ),
)
