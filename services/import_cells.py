"""Turns the cells of one line into facts of an organisation, or says what is wrong with them."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.geography import Commune, CommunePostcode, FormerCommune
from services.content_checks import OLDEST_FOUNDATION, normalise_website
from services.contents import (
    MAX_DESCRIPTION,
    MAX_NAME,
    MAX_PITCH,
    SIZES,
    clean_line,
    clean_text,
    known_labels,
)
from services.errors import RuleViolation
from services.import_columns import ImportField
from services.quarter_files import clean_code
from services.registration import SIREN_LENGTH, SIRET_LENGTH, read_number
from services.text_keys import name_key
from vocabulary.identifiers import compact, is_rnsr
from vocabulary.kinds import AreaLevel, OrganizationKind
from vocabulary.labels import N_
from vocabulary.regions import DEPARTMENTS, REGIONS
from vocabulary.themes import all_themes

Facts = dict[str, Any]
_HEADCOUNT: Final = re.compile(r"[0-9]{1,7}")
_SEPARATORS: Final = (";", "|", "\n")
_KIND_WORDS: Final[Mapping[str, OrganizationKind]] = {
    "start up": OrganizationKind.STARTUP,
    "jeune pousse": OrganizationKind.STARTUP,
    "entreprise": OrganizationKind.PME,
    "tpe": OrganizationKind.PME,
    "petite et moyenne entreprise": OrganizationKind.PME,
    "grande entreprise": OrganizationKind.GRAND_GROUPE,
    "pole": OrganizationKind.POLE_COMPETITIVITE,
    "association": OrganizationKind.ESS,
    "economie sociale et solidaire": OrganizationKind.ESS,
    "cooperative": OrganizationKind.ESS,
    "scop": OrganizationKind.ESS,
    "scic": OrganizationKind.ESS,
    "labo": OrganizationKind.RESEARCH_LAB,
    "laboratoire": OrganizationKind.RESEARCH_LAB,
    "unite de recherche": OrganizationKind.RESEARCH_LAB,
    "ecole": OrganizationKind.TRAINING_BODY,
    "universite": OrganizationKind.TRAINING_BODY,
    "organisme de formation": OrganizationKind.TRAINING_BODY,
    "commune": OrganizationKind.COLLECTIVITE,
    "ville": OrganizationKind.COLLECTIVITE,
    "bailleur": OrganizationKind.BAILLEUR_SOCIAL,
    "organisme hlm": OrganizationKind.BAILLEUR_SOCIAL,
}
_WHOLE_COUNTRY: Final = frozenset(
    {"france", "france entiere", "national", "nationale", "toute la france"}
)


class WrongCell(Exception):  # noqa: N818 - carries a message to the line
    """A cell that cannot be read; ``message`` is a msgid with ``params``."""

    def __init__(self, message: str, **params: str) -> None:
        """Keep the msgid and its parameters."""
        super().__init__(message)
        self.message = message
        self.params = params


@dataclass(frozen=True, slots=True)
class CommuneBook:
    """The communes by code, name and postcode, read once for a whole file."""

    codes: Mapping[str, str]
    names: Mapping[str, frozenset[str]]
    postcodes: Mapping[str, frozenset[str]]


@dataclass(slots=True)
class ParsedLine:
    """What one line says: only the facts it gives, and the problems of its cells."""

    facts: Facts = field(default_factory=dict)
    problems: list[dict[str, Any]] = field(default_factory=list)


def load_communes(session: Session) -> CommuneBook:
    """Read the communes, the merged ones and the districts."""
    codes: dict[str, str] = {}
    names: dict[str, set[str]] = {}
    postcodes: dict[str, set[str]] = {}
    for code, key in session.execute(select(Commune.code, Commune.name_key)):
        codes[code] = code
        names.setdefault(key, set()).add(code)
    former = select(FormerCommune.code, FormerCommune.name_key, FormerCommune.commune_code)
    for code, key, current in session.execute(former):
        codes.setdefault(code, current)
        names.setdefault(key, set()).add(current)
    pairs = select(CommunePostcode.postcode, CommunePostcode.commune_code)
    for postcode, code in session.execute(pairs):
        postcodes.setdefault(postcode, set()).add(code)
    return CommuneBook(
        codes,
        {key: frozenset(found) for key, found in names.items()},
        {key: frozenset(found) for key, found in postcodes.items()},
    )


def parse_line(
    cells: Mapping[ImportField, str], communes: CommuneBook, *, this_year: int
) -> ParsedLine:
    """Read the cells of one line; an empty cell says nothing and erases nothing."""
    line = ParsedLine()
    readers: Mapping[ImportField, Callable[[str], Facts]] = {
        ImportField.NAME: _name,
        ImportField.KIND: read_kind,
        ImportField.ACRONYM: lambda cell: {"acronym": clean_line(cell, 60)},
        ImportField.SIREN: lambda cell: read_number_cell(cell, SIREN_LENGTH),
        ImportField.SIRET: lambda cell: read_number_cell(cell, SIRET_LENGTH),
        ImportField.RNSR: _rnsr,
        ImportField.PITCH: _pitch,
        ImportField.DESCRIPTION: _description,
        ImportField.THEMES: read_themes,
        ImportField.LABELS: lambda cell: {"labels": known_labels(_split(cell))},
        ImportField.WEBSITE: _website,
        ImportField.FOUNDED_YEAR: lambda cell: _year(cell, this_year),
        ImportField.SIZE: _size,
        ImportField.AREA: _area,
    }
    for column, read in readers.items():
        if cells.get(column):
            _read(line, column, partial(read, cells[column]))
    _read(line, ImportField.COMMUNE, partial(_commune, cells, communes))
    if not cells.get(ImportField.NAME):
        _refuse(line, ImportField.NAME, WrongCell(N_("Le nom manque.")))
    return line


def _read(line: ParsedLine, column: ImportField, read: Callable[[], Facts]) -> None:
    try:
        facts = read()
        line.facts.update({name: fact for name, fact in facts.items() if fact not in {"", None}})
    except WrongCell as problem:
        _refuse(line, column, problem)


def _refuse(line: ParsedLine, column: ImportField, problem: WrongCell) -> None:
    line.problems.append(
        {"field": column.value, "message": problem.message, "params": problem.params}
    )


def _name(cell: str) -> Facts:
    name = clean_line(cell, MAX_NAME + 1)
    if not name_key(name):
        raise WrongCell(N_("Ce nom ne contient ni lettre ni chiffre."))
    if len(name) > MAX_NAME:
        raise WrongCell(N_("Le nom dépasse %(count)s caractères."), count=str(MAX_NAME))
    return {"name": name}


@cache
def _kinds() -> Mapping[str, OrganizationKind]:
    by_label = {name_key(kind.label): kind for kind in OrganizationKind}
    by_code = {name_key(kind.value): kind for kind in OrganizationKind}
    return {**_KIND_WORDS, **by_label, **by_code}


def read_kind(cell: str) -> Facts:
    """Read a kind of organisation, in our words or those of the files that circulate."""
    kind = _kinds().get(name_key(cell))
    if kind is None:
        raise WrongCell(N_("Type de structure inconnu : « %(value)s »."), value=cell[:60])
    return {"kind": kind}


def read_number_cell(cell: str, length: int) -> Facts:
    """Read a SIREN or SIRET; spreadsheets take the leading zero away."""
    typed = compact(cell)
    typed = typed.zfill(length) if typed.isdigit() and len(typed) == length - 1 else typed
    try:
        number = read_number(typed)
    except RuleViolation as refusal:
        params = {name: str(value) for name, value in refusal.params.items()}
        raise WrongCell(refusal.message, **params) from refusal
    if number.rnsr:
        raise WrongCell(N_("Ce numéro est un RNSR : sa colonne est une autre."))
    return (
        {"siret": number.siret, "siren": number.siren} if number.siret else {"siren": number.siren}
    )


def _rnsr(cell: str) -> Facts:
    number = compact(cell)
    if not is_rnsr(number):
        raise WrongCell(N_("Le numéro RNSR n’est pas valide."))
    return {"rnsr": number}


def _pitch(cell: str) -> Facts:
    pitch = clean_line(cell, MAX_PITCH + 1)
    if len(pitch) > MAX_PITCH:
        raise WrongCell(N_("La présentation dépasse %(count)s caractères."), count=str(MAX_PITCH))
    return {"pitch": pitch}


def _description(cell: str) -> Facts:
    text = clean_text(cell, MAX_DESCRIPTION + 1)
    if len(text) > MAX_DESCRIPTION:
        raise WrongCell(
            N_("La description dépasse %(count)s caractères."), count=str(MAX_DESCRIPTION)
        )
    return {"description": text}


@cache
def _theme_words() -> Mapping[str, str]:
    """Return the theme of each code, label and synonym; what names two themes names none."""
    words: dict[str, set[str]] = {}
    for theme in all_themes().values():
        for word in (theme.code, theme.label, *theme.synonyms):
            words.setdefault(name_key(word), set()).add(theme.code)
    named = {word: next(iter(codes)) for word, codes in words.items() if len(codes) == 1}
    own = {name_key(word): theme.code for theme in all_themes().values() for word in (theme.code,)}
    return {**named, **own}


def read_themes(cell: str) -> Facts:
    """Read themes by code, label or synonym, several in a cell."""
    words = _theme_words()
    parts = _split(cell)
    if len(parts) == 1 and name_key(cell) not in words:
        parts = [part.strip() for part in cell.split(",") if part.strip()]
    unknown = [part for part in parts if name_key(part) not in words]
    if unknown:
        raise WrongCell(N_("Thème inconnu : « %(value)s »."), value=unknown[0][:60])
    return {"themes": tuple(dict.fromkeys(words[name_key(part)] for part in parts))}


def _website(cell: str) -> Facts:
    address = normalise_website(cell)
    if address is None:
        raise WrongCell(N_("L’adresse du site n’est pas une adresse publique http:// ou https://."))
    return {"website": address}


def _year(cell: str, this_year: int) -> Facts:
    year = int(cell) if cell.isascii() and cell.isdigit() and len(cell) == 4 else 0  # noqa: PLR2004
    if not OLDEST_FOUNDATION <= year <= this_year:
        raise WrongCell(N_("Année de création illisible : « %(value)s »."), value=cell[:20])
    return {"founded_year": year}


def _size(cell: str) -> Facts:
    """Read a range of ours, or a headcount."""
    text = "".join(cell.split()).replace("à", "-")
    if text in SIZES:
        return {"size": text}
    if not _HEADCOUNT.fullmatch(text) or not int(text):
        raise WrongCell(N_("Effectif illisible : « %(value)s »."), value=cell[:20])
    limits = ((9, "1-9"), (49, "10-49"), (249, "50-249"), (4_999, "250-4999"))
    return {"size": next((size for limit, size in limits if int(text) <= limit), "5000+")}


def _commune(cells: Mapping[ImportField, str], communes: CommuneBook) -> Facts:
    typed = cells.get(ImportField.COMMUNE, "")
    if not typed:
        return {}
    code = communes.codes.get(clean_code(typed, 5))
    if code:
        return {"commune_code": code}
    found = communes.names.get(name_key(typed), frozenset())
    postcode = clean_code(cells.get(ImportField.POSTCODE, ""), 5)
    if postcode and len(found) > 1:
        found &= communes.postcodes.get(postcode, frozenset())
    if len(found) == 1:
        return {"commune_code": next(iter(found))}
    if found:
        raise WrongCell(
            N_("Plusieurs communes s’appellent « %(value)s » : donnez le code INSEE."),
            value=typed[:60],
        )
    raise WrongCell(N_("Commune inconnue : « %(value)s »."), value=typed[:60])


@cache
def _area_names() -> Mapping[str, tuple[AreaLevel, str]]:
    """Return regions by name, departments by name and code: codes of regions would collide."""
    regions = {
        name_key(region.name): (AreaLevel.REGIONS, region.code) for region in REGIONS.values()
    }
    departments = {
        key: (AreaLevel.DEPARTMENTS, department.code)
        for department in DEPARTMENTS.values()
        for key in (name_key(department.name), name_key(department.code))
    }
    return {**departments, **regions}  # an overseas department is read as its region


def _area(cell: str) -> Facts:
    if name_key(cell) in _WHOLE_COUNTRY:
        return {"area_level": AreaLevel.NATIONAL, "area_codes": ()}
    names = _area_names()
    parts = _split(cell)
    if len(parts) == 1:
        parts = [part.strip() for part in cell.split(",") if part.strip()]
    keys = [name_key(clean_code(part, 2)) if part.isdigit() else name_key(part) for part in parts]
    unknown = [part for part, key in zip(parts, keys, strict=True) if key not in names]
    if unknown:
        raise WrongCell(N_("Zone d’intervention inconnue : « %(value)s »."), value=unknown[0][:60])
    found = [names[key] for key in keys]
    levels = {level for level, _code in found}
    if len(levels) > 1:
        raise WrongCell(N_("La zone d’intervention mêle régions et départements."))
    return {"area_level": levels.pop(), "area_codes": tuple(sorted(code for _, code in found))}


def _split(cell: str) -> list[str]:
    text = cell
    for mark in _SEPARATORS[1:]:
        text = text.replace(mark, _SEPARATORS[0])
    return [part.strip() for part in text.split(_SEPARATORS[0]) if part.strip()]
