"""The register of a need as a file of cells: everything a later check needs, nothing secret."""

import json
from collections.abc import Iterator
from datetime import UTC
from typing import Final

from services.cells import neutralise
from services.register_reading import RegisterLine, RegisterReading
from vocabulary.labels import N_

REGISTER_COLUMNS: Final = (
    N_("ligne"),
    N_("instant (UTC)"),
    N_("événement"),
    N_("acteur"),
    N_("numéro de l’acteur"),
    N_("offre"),
    N_("numéro de l’offre"),
    N_("personne"),
    N_("mots"),
    N_("faits"),
    N_("empreinte des noms et des mots"),
    N_("empreinte de la ligne précédente"),
    N_("empreinte de la ligne"),
    N_("contrôle"),
)
INTACT: Final = "conforme"


def register_rows(reading: RegisterReading) -> Iterator[list[str]]:
    """Yield one row of French text per line, safe to open in a spreadsheet."""
    for line in reading.lines:
        yield [neutralise(cell) for cell in _row(line)]


def _row(line: RegisterLine) -> list[str]:
    return [
        str(line.sequence),
        line.at.astimezone(UTC).isoformat(timespec="microseconds"),
        line.event.label,
        line.organization,
        _number(line.organization_number),
        line.offer,
        _number(line.offer_number),
        line.person,
        " | ".join(line.words.values()),
        json.dumps(line.facts, ensure_ascii=False, sort_keys=True),
        line.part_digest,
        line.previous_hash,
        line.hash,
        " ; ".join(line.flaws) or INTACT,
    ]


def _number(value: int | None) -> str:
    return "" if value is None else str(value)
