"""Official lists of actors, turned into tables of ours: research units (RNSR), i-Lab laureates.

Columns are taken by name: those on persons (heads of units, candidates, their addresses) are
never read. What is unclear is left blank rather than refused: the list is not ours to correct.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from services.content_checks import normalise_website
from services.contents import MAX_PITCH, clean_line
from services.errors import UnreadableFile
from services.import_cells import CommuneBook
from services.import_columns import ImportField
from services.tabular import Line, Table, read_table
from services.text_keys import name_key
from vocabulary.identifiers import compact, siren_of
from vocabulary.kinds import OrganizationKind
from vocabulary.labels import N_

MAX_ROWS: Final = 20_000
RNSR_SOURCE: Final = (
    "MESR, Répertoire national des structures de recherche, structures publiques actives "
    "· Licence Ouverte 2.0"
)
ILAB_SOURCE: Final = "MESR, lauréats du concours national d’innovation i-Lab · Licence Ouverte 2.0"
_CEDEX: Final = re.compile(r"\bcedex\b.*$", re.IGNORECASE)
_PERSON: Final = re.compile(
    r"\s*\((?:[A-ZÀ-Þ]{2,}\s+[A-ZÀ-Þ][a-zà-ÿ]+|[A-ZÀ-Þ][a-zà-ÿ]+\s+[A-ZÀ-Þ]{2,})\)"
)
_SHORT: Final = {"st": "saint", "ste": "sainte"}

Cells = Mapping[str, str]
OfficialReader = Callable[[bytes, CommuneBook], Table]


def read_rnsr(content: bytes, communes: CommuneBook) -> Table:
    """Read the directory of public research units.

    Raises:
        UnreadableFile: not that file.
    """
    fields = (
        ImportField.NAME,
        ImportField.KIND,
        ImportField.ACRONYM,
        ImportField.RNSR,
        ImportField.WEBSITE,
        ImportField.COMMUNE,
        ImportField.DESCRIPTION,
    )
    official = (
        "numero_national_de_structure",
        "libelle",
        "sigle",
        "type_de_structure",
        "site_web",
        "code_postal",
        "commune",
        "tutelles",
    )
    lines = []
    for line, cells in _official_lines(content, official):
        lines.append((line, _unit(cells, communes)))
    return _table(fields, lines)


def read_ilab(content: bytes, communes: CommuneBook) -> Table:
    """Read the laureates of i-Lab that are companies, each once.

    Raises:
        UnreadableFile: not that file.
    """
    del communes  # the file gives the region only, which is not where an actor works
    fields = (
        ImportField.NAME,
        ImportField.KIND,
        ImportField.SIREN,
        ImportField.WEBSITE,
        ImportField.PITCH,
    )
    official = ("Moto", "N° SIREN", "Libellé entreprise", "Site web entreprise")
    seen: set[str] = set()
    lines = []
    for line, cells in _official_lines(content, official):
        siren = siren_of(compact(cells["N° SIREN"])) or ""
        name = clean_line(cells["Libellé entreprise"])
        key = siren or name_key(name)
        if name_key(name) and key not in seen:
            seen.add(key)
            lines.append((line, _company(cells, name, siren)))
    return _table(fields, lines)


def _unit(cells: Cells, communes: CommuneBook) -> list[str]:
    supervisors = [part.strip() for part in cells["tutelles"].split(";") if part.strip()]
    facts = [cells["type_de_structure"].strip()] if cells["type_de_structure"].strip() else []
    if supervisors:
        facts.append(f"Tutelles : {', '.join(supervisors)}")
    return [
        _PERSON.sub("", cells["libelle"]),
        OrganizationKind.RESEARCH_LAB.value,
        cells["sigle"],
        cells["numero_national_de_structure"],
        normalise_website(cells["site_web"]) or "",
        postal_commune(cells["commune"], cells["code_postal"], communes),
        ". ".join(facts) + "." if facts else "",
    ]


def _company(cells: Cells, name: str, siren: str) -> list[str]:
    pitch = clean_line(cells["Moto"], MAX_PITCH + 1)
    return [
        name,
        OrganizationKind.STARTUP.value,
        siren,
        normalise_website(cells["Site web entreprise"]) or "",
        pitch if len(pitch) <= MAX_PITCH else "",
    ]


def postal_commune(town: str, postcode: str, communes: CommuneBook) -> str:
    """Return the INSEE code of a postal town, empty unless one commune of the department answers.

    « PERPIGNAN CEDEX 9 » and « St Priest » are how the post writes; the postcode of a cedex is no
    commune's, but it starts with the department.
    """
    words = name_key(_CEDEX.sub("", town)).split()
    found = communes.names.get(" ".join(_SHORT.get(word, word) for word in words), frozenset())
    prefix = postcode[:3] if postcode.startswith("97") else postcode[:2]
    here = [
        code for code in found if code.replace("2A", "20").replace("2B", "20").startswith(prefix)
    ]
    return here[0] if len(here) == 1 and prefix else ""


def _official_lines(content: bytes, names: Iterable[str]) -> list[tuple[int, Cells]]:
    table = read_table(content, max_rows=MAX_ROWS)
    positions = {name: table.column(name) for name in names}
    missing = [name for name, position in positions.items() if position is None]
    if missing:
        raise UnreadableFile(
            N_("Ce fichier n’a pas la forme officielle : il manque %(columns)s."),
            columns=", ".join(missing),
        )
    return [
        (
            line.number,
            {name: line.cells[at] for name, at in positions.items() if at is not None},
        )
        for line in table.lines
    ]


def _table(fields: Iterable[ImportField], lines: Iterable[tuple[int, list[str]]]) -> Table:
    headers = tuple(field.value for field in fields)
    return Table(headers, tuple(Line(number, tuple(cells)) for number, cells in lines))
