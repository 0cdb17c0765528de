"""Files of public results: facts anyone may take away, never a demo need nor a personal datum."""

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

import xlsxwriter
from sqlalchemy.orm import Session

from models.need import Need
from models.offer import Offer
from models.organization import Organization
from models.territory import Territory
from search.backend import SearchBackend
from search.query import SearchQuery
from services.cells import neutralise
from services.lookup import Entry, look_up
from vocabulary.kinds import AreaLevel, SubjectKind
from vocabulary.labels import N_
from vocabulary.regions import DEPARTMENTS, REGIONS, DepartmentFacts, RegionFacts
from vocabulary.themes import all_themes

EXPORT_COLUMNS: Final = (
    N_("objet"),
    N_("nom"),
    N_("porteur"),
    N_("type"),
    N_("thèmes"),
    N_("commune"),
    N_("région"),
    N_("zone d’intervention"),
    N_("maturité"),
    N_("montages"),
    N_("présentation"),
    N_("exemple fictif"),
    N_("adresse"),
)
UrlOf = Callable[[SubjectKind, str], str]


def export_rows(
    session: Session, backend: SearchBackend, query: SearchQuery, *, url_of: UrlOf
) -> Iterator[list[str]]:
    """Yield one row of text per result, in the order of the results.

    A demo need is left out: no authority ever expressed it.
    """
    found = look_up(session, backend, query)
    for result in found.results:
        if isinstance(result.entry, Need) and result.entry.is_demo:
            continue
        yield [neutralise(cell) for cell in _row(result.kind, result.entry, url_of)]


def _row(kind: SubjectKind, entry: Entry, url_of: UrlOf) -> list[str]:
    if isinstance(entry, Organization):
        cells = _organization_cells(entry)
    elif isinstance(entry, Offer):
        cells = _offer_cells(entry)
    elif isinstance(entry, Need):
        cells = _need_cells(entry)
    else:
        cells = _territory_cells(entry)
    key = entry.slug if isinstance(entry, Organization | Offer) else _number_or_code(entry)
    return [kind.label, *cells, url_of(kind, key)]


def _number_or_code(entry: Need | Territory) -> str:
    return entry.code if isinstance(entry, Territory) else str(entry.id)


def _organization_cells(entry: Organization) -> list[str]:
    commune = entry.commune
    return [
        entry.name,
        "",
        entry.kind.label,
        _themes(entry.themes),
        commune.name if commune else "",
        REGIONS[commune.region_code].name if commune else "",
        _area(entry),
        "",
        "",
        entry.pitch,
        _yes(entry.is_demo),
    ]


def _offer_cells(offer: Offer) -> list[str]:
    actor = offer.organization
    return [
        offer.title,
        actor.name,
        offer.type.label,
        _themes(offer.themes),
        actor.commune.name if actor.commune else "",
        REGIONS[actor.commune.region_code].name if actor.commune else "",
        _area(offer if offer.area_level else actor),
        offer.maturity.label if offer.maturity else "",
        " | ".join(offer.routes),
        offer.pitch,
        _yes(offer.is_demo),
    ]


def _need_cells(need: Need) -> list[str]:
    territory = need.territory
    return [
        need.title,
        need.carrier.name if need.carrier else need.carrier_label,
        need.kind.label,
        _themes(need.themes),
        " | ".join(commune.name for commune in territory.communes),
        REGIONS[territory.region_code].name,
        "",
        need.appetite.label if need.appetite else "",
        "",
        need.description,
        _yes(need.is_demo),
    ]


def _territory_cells(territory: Territory) -> list[str]:
    return [
        territory.name,
        "",
        "NPNRU" if territory.is_npnru else "QPV",
        "",
        " | ".join(commune.name for commune in territory.communes),
        REGIONS[territory.region_code].name,
        "",
        "",
        "",
        territory.code,
        "",
    ]


def _themes(codes: Sequence[str]) -> str:
    known = all_themes()
    return " | ".join(known[code].label for code in codes if code in known)


def _area(entry: Organization | Offer) -> str:
    if entry.area_level is None:
        return ""
    # Region codes 01 to 06 collide with department codes: the level says which they are.
    table: Mapping[str, DepartmentFacts | RegionFacts] = (
        DEPARTMENTS if entry.area_level is AreaLevel.DEPARTMENTS else REGIONS
    )
    names = (table.get(code) for code in entry.area_codes)
    listed = " | ".join(place.name for place in names if place)
    return listed or entry.area_level.label


def _yes(flag: bool) -> str:  # noqa: FBT001 - the flag is the datum
    return "oui" if flag else ""


def write_xlsx(columns: Sequence[str], rows: Iterator[list[str]]) -> bytes:
    """Return a workbook of one sheet: text cells only, so that nothing is run or guessed."""
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        sheet = book.add_worksheet("Annuaire")
        bold = book.add_format({"bold": True})
        for column, title in enumerate(columns):
            sheet.write_string(0, column, title, bold)
        for line, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                sheet.write_string(line, column, cell[:32_767])
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, 0, len(columns) - 1)
    return buffer.getvalue()
