"""The place a sentence is about: a commune or a quarter somebody typed."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from models.geography import Commune
from models.territory import Territory
from services.match_profiles import project_phase
from services.places import exact_commune_label, find_quarters, place_key, resolve_commune
from vocabulary.geography import is_quarter_code, normalise_quarter_code
from vocabulary.kinds import ProjectPhase
from vocabulary.regions import DEPARTMENTS

# « Tarentaize Beaubrun Couriot (QN04212M) », as a form shows a quarter that was chosen.
_LABEL: Final = re.compile(r"\(\s*(Q[NP]\w{6})\s*\)\s*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Place:
    """A commune or a quarter; ``code`` is what an address may carry, ``quarter`` its own code."""

    code: str
    name: str
    detail: str
    region_code: str
    department_code: str
    phase: ProjectPhase = ProjectPhase.UNSTATED
    quarter: str | None = None

    @property
    def label(self) -> str:
        """Return the place as a form shows it and ``find_place`` reads it back."""
        return f"{self.name} ({self.code})" if self.quarter else self.code


@dataclass(frozen=True, slots=True)
class PlaceAnswer:
    """What a text may mean: one place when it is certain, else the choices, else nothing."""

    place: Place | None = None
    choices: tuple[Place, ...] = ()


def find_place(session: Session, text: str) -> PlaceAnswer:
    """Return the place that ``text`` names: quarter code, then exact names, then the rest."""
    named = _LABEL.search(text)
    code = normalise_quarter_code(named[1] if named else text)[:10]
    if is_quarter_code(code):
        return _answer(_quarters(session, find_quarters(session, code)))
    communes = resolve_commune(session, text)
    quarters = find_quarters(session, text)
    key = place_key(text)
    exact = [found for found in quarters if found.name_key == key]
    if exact and not any(commune.name_key == key for commune in communes):
        return _answer(_quarters(session, exact))
    return _answer([_commune(found) for found in communes] or _quarters(session, quarters))


def _answer(places: Sequence[Place]) -> PlaceAnswer:
    if len(places) == 1:
        return PlaceAnswer(place=places[0])
    return PlaceAnswer(choices=tuple(places))


def _commune(commune: Commune) -> Place:
    return Place(
        code=exact_commune_label(commune),
        name=commune.name,
        detail=DEPARTMENTS[commune.department_code].name,
        region_code=commune.region_code,
        department_code=commune.department_code,
    )


def _quarters(session: Session, found: Sequence[Territory]) -> list[Place]:
    statement = (
        select(Territory)
        .where(Territory.id.in_([territory.id for territory in found]))
        .options(selectinload(Territory.communes), selectinload(Territory.projects))
        .order_by(Territory.name_key, Territory.code)
    )
    return [
        Place(
            code=territory.code,
            name=territory.name,
            detail=", ".join(commune.name for commune in territory.communes),
            region_code=territory.region_code,
            department_code=territory.department_code,
            phase=project_phase(territory),
            quarter=territory.code,
        )
        for territory in session.scalars(statement)
    ]
