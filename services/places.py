"""Finds the commune or the quarter that somebody typed: by name, postcode or official code."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session, selectinload

from models.geography import Commune, CommunePostcode, FormerCommune
from models.territory import Territory, TerritoryCode
from services.text_keys import name_key
from vocabulary.geography import is_quarter_code, normalise_quarter_code
from vocabulary.kinds import SubjectKind
from vocabulary.regions import DEPARTMENTS

MAX_COMMUNES: Final = 20
MAX_TYPED: Final = 120
SHORTEST_NAME: Final = 2
_FIVE = re.compile(r"\d{5}|2[AB]\d{3}")
_FIGURES = re.compile(r"(?:\d|2[AB])\d{1,4}")
# « Saint-Étienne (42) », « Saint-Étienne (42218) », « 42000 Saint-Étienne » or the reverse.
_IN_BRACKETS = re.compile(r"^(?P<name>.+?)\s*\(\s*(?P<code>[0-9AB]{2,5})\s*\)$")
_CODE_FIRST = re.compile(r"^(?P<code>\d{5}|2[AB]\d{3})[\s,]+(?P<name>\D.*)$")
_CODE_LAST = re.compile(r"^(?P<name>\D.*?)[\s,]+(?P<code>\d{5}|2[AB]\d{3})$")
_SAINT = re.compile(r"\b(st|ste)\b")


@dataclass(frozen=True, slots=True)
class PlaceSuggestion:
    """A commune or a quarter offered while somebody types; ``code`` is its official code.

    ``value`` is what a form sends: this module reads it back as that very place, whereas an
    INSEE code may also be somebody else's postcode.
    """

    kind: str
    code: str
    label: str
    detail: str
    value: str


COMMUNE: Final = "commune"
QUARTER: Final = SubjectKind.TERRITORY.value


def place_key(text: str) -> str:
    """Return the key under which a place name is compared: « St » and « Ste » spelt out."""
    return _SAINT.sub(lambda found: "sainte" if found[1] == "ste" else "saint", name_key(text))


def commune_label(commune: Commune) -> str:
    """Return the name and department, in the form that ``resolve_commune`` reads back."""
    return f"{commune.name} ({commune.department_code})"


def exact_commune_label(commune: Commune) -> str:
    """Return the name and INSEE code: unambiguous even between homonyms."""
    return f"{commune.name} ({commune.code})"


def resolve_commune(session: Session, text: str) -> list[Commune]:
    """Return the communes that ``text`` may mean, the likeliest first; one when it is certain.

    Understood: a name with or without accents and hyphens, « St » for « Saint », a postcode, an
    INSEE code (a merged commune gives the one in force), and a name with its department, code
    or postcode. An exact name hides the names that merely start with it.
    """
    typed = " ".join(text.split())[:MAX_TYPED]
    figures = typed.replace(" ", "").upper()
    if _FIVE.fullmatch(figures):
        return _with_figures(session, figures)
    for pattern in (_IN_BRACKETS, _CODE_FIRST, _CODE_LAST):
        if found := pattern.match(typed.replace("2a", "2A").replace("2b", "2B")):
            return _name_and_code(session, found["name"], found["code"])
    return _named(session, typed)


def complete_places(session: Session, text: str, limit: int = 8) -> list[PlaceSuggestion]:
    """Return the communes and quarters whose name, postcode or code starts with ``text``."""
    typed = " ".join(text.split())[:MAX_TYPED]
    figures = typed.replace(" ", "").upper()
    if _FIGURES.fullmatch(figures):
        return [_of_commune(found) for found in _starting_with_figures(session, figures, limit)]
    if is_quarter_code(normalise_quarter_code(typed)) or figures[:2] in {"QN", "QP"}:
        return [_of_quarter(found) for found in _quarters_with_code(session, figures, limit)]
    key = place_key(typed)
    if len(key) < SHORTEST_NAME:
        return []
    communes = _communes_starting_with(session, key, limit) or resolve_commune(session, typed)
    quarters = _quarters_starting_with(session, key, limit)
    # Half of the places for each kind, and what one kind leaves free goes to the other.
    kept_quarters = quarters[: max(limit // 2, limit - len(communes))]
    kept = [_of_commune(found) for found in communes[: limit - len(kept_quarters)]]
    return kept + [_of_quarter(found) for found in kept_quarters]


def find_quarters(session: Session, text: str, limit: int = 8) -> list[Territory]:
    """Return the quarters that ``text`` may mean: a code of either generation, or a name."""
    code = normalise_quarter_code(text)[:10]
    if is_quarter_code(code):
        return _quarters_with_code(session, code, limit)
    key = place_key(text[:MAX_TYPED])
    return _quarters_starting_with(session, key, limit) if len(key) >= SHORTEST_NAME else []


def quarters_of_place(session: Session, text: str, limit: int = 20) -> list[Territory]:
    """Return the quarters that ``text`` names, or those of the commune that it names."""
    named = find_quarters(session, text, limit)
    communes = [commune.code for commune in resolve_commune(session, text)]
    if not communes:
        return named
    statement = select(Territory).where(Territory.communes.any(Commune.code.in_(communes)))
    within = _quarters(session, statement, limit)
    return list({found.id: found for found in [*named, *within]}.values())[:limit]


def _with_figures(session: Session, figures: str) -> list[Commune]:
    """A postcode is what people type; an INSEE code, in force or not, comes after it."""
    by_postcode = session.scalars(Commune.with_postcode(figures).limit(MAX_COMMUNES)).all()
    return _distinct([*by_postcode, *_with_code(session, figures)])


def _with_code(session: Session, code: str) -> list[Commune]:
    commune = session.get(Commune, code)
    if commune is not None:
        return [commune]
    former = session.get(FormerCommune, code)
    return [former.commune] if former else []


def _name_and_code(session: Session, name: str, code: str) -> list[Commune]:
    if code in DEPARTMENTS:
        return [found for found in _named(session, name) if found.department_code == code]
    key = place_key(name)
    candidates = _with_figures(session, code)
    named = [found for found in candidates if found.name_key == key]
    return named or candidates


def _named(session: Session, name: str) -> list[Commune]:
    key = place_key(name)
    if len(key) < SHORTEST_NAME:
        return []
    exact = session.scalars(_by_size(select(Commune).where(Commune.name_key == key))).all()
    merged = session.scalars(
        select(Commune)
        .join(FormerCommune, FormerCommune.commune_code == Commune.code)
        .where(FormerCommune.name_key == key)
        .order_by(Commune.code)
        .limit(MAX_COMMUNES)
    ).all()
    return _distinct([*exact, *merged]) or _communes_starting_with(session, key, MAX_COMMUNES)


def _communes_starting_with(session: Session, key: str, limit: int) -> list[Commune]:
    """Return exact names first, then the most peopled among those that start with the key."""
    statement = select(Commune).where(Commune.name_key.startswith(key, autoescape=True))
    exact = statement.where(Commune.name_key == key)
    first = list(session.scalars(_by_size(exact, limit)))
    return _distinct([*first, *session.scalars(_by_size(statement, limit))])[:limit]


def _starting_with_figures(session: Session, figures: str, limit: int) -> list[Commune]:
    postcodes = select(CommunePostcode.commune_code).where(
        CommunePostcode.postcode.startswith(figures, autoescape=True)
    )
    statement = select(Commune).where(
        or_(Commune.code.in_(postcodes), Commune.code.startswith(figures, autoescape=True))
    )
    found = list(session.scalars(_by_size(statement, limit)))
    return _distinct([*found, *_with_code(session, figures)])[:limit]


def _quarters_with_code(session: Session, code: str, limit: int) -> list[Territory]:
    former = select(TerritoryCode.territory_id).where(
        TerritoryCode.code.startswith(code, autoescape=True)
    )
    statement = select(Territory).where(
        or_(Territory.code.startswith(code, autoescape=True), Territory.id.in_(former))
    )
    return _quarters(session, statement, limit)


def _quarters_starting_with(session: Session, key: str, limit: int) -> list[Territory]:
    """Return the quarters with a word that starts with the key: « Tarentaize » inside a name."""
    statement = select(Territory).where(
        or_(
            Territory.name_key.startswith(key, autoescape=True),
            Territory.name_key.contains(f" {key}", autoescape=True),
        )
    )
    return _quarters(session, statement, limit)


def _quarters(session: Session, statement: Select[Territory], limit: int) -> list[Territory]:
    ordered = (
        statement.options(selectinload(Territory.communes))
        .order_by(Territory.is_npnru.desc(), Territory.name_key, Territory.code)
        .limit(limit)
    )
    return list(session.scalars(ordered))


def _by_size(statement: Select[Commune], limit: int = MAX_COMMUNES) -> Select[Commune]:
    return statement.order_by(Commune.population.desc().nulls_last(), Commune.code).limit(limit)


def _distinct(communes: Iterable[Commune]) -> list[Commune]:
    return list({commune.code: commune for commune in communes}.values())


def _of_commune(commune: Commune) -> PlaceSuggestion:
    return PlaceSuggestion(
        kind=COMMUNE,
        code=commune.code,
        label=commune_label(commune),
        detail=DEPARTMENTS[commune.department_code].name,
        value=exact_commune_label(commune),
    )


def _of_quarter(territory: Territory) -> PlaceSuggestion:
    where = ", ".join(commune.name for commune in territory.communes)
    return PlaceSuggestion(
        kind=QUARTER,
        code=territory.code,
        label=territory.name,
        detail=where,
        value=territory.code,
    )
