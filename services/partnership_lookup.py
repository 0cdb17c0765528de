"""The list of partnerships: filtered by theme, region, programme and kind of member, counted."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from models.organization import Organization
from models.partnership import Partnership, PartnershipMember
from models.territory import Territory
from services.text_keys import name_key
from vocabulary.exchanges import InvitationState
from vocabulary.kinds import PublicationState
from vocabulary.themes import all_themes

PAGE_SIZE: Final = 20
FACETS: Final = ("theme", "region", "programme", "type")


@dataclass(frozen=True, slots=True)
class PartnershipQuery:
    """What is asked for; a blank field filters nothing."""

    text: str = ""
    quarter: str = ""
    chosen: Mapping[str, frozenset[str]] = field(default_factory=dict)
    page: int = 1

    def without(self, facet: str) -> "PartnershipQuery":
        """Return the question without one filter: its own counts ignore it."""
        return replace(
            self, chosen={key: kept for key, kept in self.chosen.items() if key != facet}
        )


@dataclass(frozen=True, slots=True)
class PartnershipList:
    """One page of answers, how many there are in all, and the counts of each filter."""

    items: Sequence[Partnership]
    total: int
    pages: int
    facets: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class _Line:
    """What is compared of one partnership; ``values`` are its values for each filter."""

    id: int
    key: str
    quarter: str
    values: Mapping[str, frozenset[str]]


def look_up_partnerships(session: Session, query: PartnershipQuery) -> PartnershipList:
    """Return the public partnerships asked for, by name, in a fixed number of queries."""
    lines = _lines(session)
    found = [line for line in lines if _answers(line, query)]
    pages = max(1, -(-len(found) // PAGE_SIZE))
    start = (query.page - 1) * PAGE_SIZE
    return PartnershipList(
        items=_load(session, [line.id for line in found[start : start + PAGE_SIZE]]),
        total=len(found),
        pages=pages,
        facets={facet: _counts(lines, query.without(facet), facet) for facet in FACETS},
    )


def all_answers(session: Session, query: PartnershipQuery) -> Sequence[Partnership]:
    """Return every partnership asked for, for a file."""
    return _load(session, [line.id for line in _lines(session) if _answers(line, query)])


def _lines(session: Session) -> list[_Line]:
    rows = session.execute(
        select(
            Partnership.id,
            Partnership.name,
            Partnership.programme,
            Partnership.themes,
            Territory.code,
            Territory.name_key,
            Territory.region_code,
        )
        .outerjoin(Territory, Territory.id == Partnership.territory_id)
        .where(Partnership.state == PublicationState.PUBLISHED)
        .order_by(Partnership.is_demo, Partnership.name, Partnership.id)
    ).all()
    kinds: dict[int, set[str]] = {}
    for key, kind in session.execute(
        select(PartnershipMember.partnership_id, Organization.kind)
        .join(Organization, Organization.id == PartnershipMember.organization_id)
        .where(
            PartnershipMember.state == InvitationState.ACCEPTED,
            Organization.state == PublicationState.PUBLISHED,
        )
        .distinct()
    ):
        kinds.setdefault(key, set()).add(kind.value)
    return [
        _Line(
            id=row.id,
            key=f"{name_key(row.name)} {name_key(row.programme)} {row.name_key or ''}",
            quarter=row.code or "",
            values={
                "theme": frozenset(_with_axes(row.themes)),
                "region": frozenset({row.region_code} if row.region_code else ()),
                "programme": frozenset({row.programme} if row.programme else ()),
                "type": frozenset(kinds.get(row.id, ())),
            },
        )
        for row in rows
    ]


def _with_axes(codes: Iterable[str]) -> set[str]:
    """Return the themes and their axes: an axis finds all that is under it."""
    known = [all_themes()[code] for code in codes if code in all_themes()]
    return {theme.code for theme in known} | {theme.parent for theme in known if theme.parent}


def _answers(line: _Line, query: PartnershipQuery) -> bool:
    if query.quarter and line.quarter != query.quarter:
        return False
    if not all(word in line.key for word in name_key(query.text).split()):
        return False
    return all(line.values[facet] & wanted for facet, wanted in query.chosen.items() if wanted)


def _counts(lines: Iterable[_Line], query: PartnershipQuery, facet: str) -> Mapping[str, int]:
    counted: Counter[str] = Counter()
    for line in lines:
        if _answers(line, query):
            counted.update(line.values[facet])
    return counted


def _load(session: Session, keys: Sequence[int]) -> Sequence[Partnership]:
    found = session.scalars(
        select(Partnership)
        .where(Partnership.id.in_(keys))
        .options(
            joinedload(Partnership.territory).selectinload(Territory.communes),
            selectinload(Partnership.members).joinedload(PartnershipMember.organization),
        )
    )
    by_key = {partnership.id: partnership for partnership in found}
    return [by_key[key] for key in keys if key in by_key]
