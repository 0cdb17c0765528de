"""Columns of a file of organisations: which field each holds, and which are never read."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from services.tabular import Line, Table
from services.text_keys import name_key
from vocabulary.labels import N_, LabelledEnum


class ImportField(LabelledEnum):
    """What a column may hold; contacts of persons are not among them."""

    NAME = "name", N_("Nom")
    KIND = "kind", N_("Type de structure")
    ACRONYM = "acronym", N_("Sigle")
    SIREN = "siren", N_("SIREN")
    SIRET = "siret", N_("SIRET")
    RNSR = "rnsr", N_("Numéro RNSR")
    PITCH = "pitch", N_("Présentation en une phrase")
    DESCRIPTION = "description", N_("Description")
    THEMES = "themes", N_("Thèmes")
    LABELS = "labels", N_("Labels et statuts")
    WEBSITE = "website", N_("Site internet")
    FOUNDED_YEAR = "founded_year", N_("Année de création")
    SIZE = "size", N_("Effectif")
    COMMUNE = "commune", N_("Commune (nom ou code INSEE)")
    POSTCODE = "postcode", N_("Code postal")
    AREA = "area", N_("Zone d’intervention")


REQUIRED: Final = (ImportField.NAME,)
# What headers say, in the words of the files that circulate; compared without case or accents.
_NAMES: Final[Mapping[ImportField, frozenset[str]]] = {
    ImportField.NAME: frozenset(
        {
            "nom",
            "denomination",
            "raison sociale",
            "structure",
            "entreprise",
            "organisme",
            "libelle",
            "name",
            "nom de la structure",
            "nom de l entreprise",
            "societe",
        }
    ),
    ImportField.KIND: frozenset(
        {"type", "type de structure", "type d acteur", "categorie", "nature", "kind"}
    ),
    ImportField.ACRONYM: frozenset({"sigle", "acronyme", "acronym"}),
    ImportField.SIREN: frozenset({"siren", "numero siren", "n siren"}),
    ImportField.SIRET: frozenset({"siret", "numero siret", "n siret", "siret siege"}),
    ImportField.RNSR: frozenset({"rnsr", "numero rnsr", "numero national de structure"}),
    ImportField.PITCH: frozenset(
        {"presentation", "accroche", "resume", "pitch", "presentation en une phrase"}
    ),
    ImportField.DESCRIPTION: frozenset({"description", "activite", "descriptif", "projet"}),
    ImportField.THEMES: frozenset({"theme", "themes", "thematique", "thematiques", "domaines"}),
    ImportField.LABELS: frozenset(
        {"label", "labels", "statut", "statuts", "forme juridique", "labels et statuts"}
    ),
    ImportField.WEBSITE: frozenset(
        {"site", "site web", "site internet", "url", "website", "adresse du site"}
    ),
    ImportField.FOUNDED_YEAR: frozenset({"annee de creation", "creation", "annee", "founded year"}),
    ImportField.SIZE: frozenset({"effectif", "effectifs", "taille", "salaries", "size"}),
    ImportField.COMMUNE: frozenset(
        {"commune", "ville", "code insee", "insee", "code commune", "city"}
    ),
    ImportField.POSTCODE: frozenset({"code postal", "cp", "postcode", "zip"}),
    ImportField.AREA: frozenset(
        {"zone", "zone d intervention", "territoire d intervention", "intervient en", "area"}
    ),
}
_PERSONAL: Final = frozenset(
    {
        "mail",
        "mails",
        "email",
        "emails",
        "courriel",
        "courriels",
        "telephone",
        "telephones",
        "tel",
        "mobile",
        "portable",
        "phone",
        "fax",
        "contact",
        "contacts",
        "prenom",
        "prenoms",
        "civilite",
        "dirigeant",
        "dirigeante",
        "dirigeants",
        "president",
        "presidente",
        "gerant",
        "gerante",
        "referent",
        "referente",
        "responsable",
        "directeur",
        "directrice",
        "interlocuteur",
        "fonction",
        "linkedin",
        "fondateur",
        "fondatrice",
        "fondateurs",
        "auteur",
        "laureat",
        "candidat",
        "naissance",
    }
)
_ADDRESS: Final = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_PHONE: Final = re.compile(r"(?:(?:\+|00)33\s?|0)[1-9](?:[\s.\-]?\d{2}){4}")


@dataclass(frozen=True, slots=True)
class KeptTable:
    """A table without its personal columns; ``dropped`` names them."""

    table: Table
    dropped: tuple[str, ...]


def drop_personal_columns(table: Table) -> KeptTable:
    """Return the table without the columns that name persons or tell how to reach them.

    They are known by their header, or by what they hold when most of their cells are addresses
    or telephone numbers; such a cell in another column is blanked. Nothing of it is kept.
    """
    kept = [
        position
        for position, header in enumerate(table.headers)
        if not (_is_personal_header(header) or _holds_contacts(table.lines, position))
    ]
    dropped = [name for at, name in enumerate(table.headers) if at not in kept]
    lines = tuple(
        Line(line.number, tuple(_blanked(line.cells[at]) for at in kept)) for line in table.lines
    )
    return KeptTable(Table(tuple(table.headers[at] for at in kept), lines), tuple(dropped))


def guess_mapping(headers: Sequence[str]) -> dict[str, str]:
    """Return the header that seems to hold each field, by field; each header once."""
    mapping: dict[str, str] = {}
    for field, names in _NAMES.items():
        found = next((header for header in headers if name_key(header) in names), None)
        found = found or next((header for header in headers if name_key(header) == field), None)
        if found is not None and found not in mapping.values():
            mapping[field.value] = found
    return mapping


def checked_mapping(choices: Mapping[str, str], headers: Iterable[str]) -> dict[str, str]:
    """Return the choices that name a field and a header of the file."""
    known = set(headers)
    return {field.value: choice for field in ImportField if (choice := choices.get(field)) in known}


def cells_by_field(
    cells: Sequence[str], headers: Sequence[str], mapping: Mapping[str, str]
) -> dict[ImportField, str]:
    """Return the cell of each mapped field, trimmed."""
    positions = {header: position for position, header in enumerate(headers)}
    return {
        field: cells[positions[header]].strip()
        for field in ImportField
        if (header := mapping.get(field.value, "")) in positions
    }


def _is_personal_header(header: str) -> bool:
    return not _PERSONAL.isdisjoint(name_key(header).split())


def _is_contact(cell: str) -> bool:
    text = cell.strip()
    return _ADDRESS.fullmatch(text) is not None or _PHONE.fullmatch(text) is not None


def _blanked(cell: str) -> str:
    return "" if _is_contact(cell) else cell


def _holds_contacts(lines: Iterable[Line], position: int) -> bool:
    filled = [cell for line in lines if (cell := line.cells[position].strip())]
    return 2 * sum(map(_is_contact, filled)) > len(filled)
