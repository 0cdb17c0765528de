"""Files of public results: facts anyone may take away, never a demo need nor a personal datum."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import xlsxwriter
from sqlalchemy.orm import Session

from models.geography import Commune
from models.need import Need
from models.offer import Offer
from models.organization import Organization
from models.territory import Territory
from search.backend import SearchBackend
from search.query import SearchQuery
from services.areas import area_names
from services.carriers import carrier_name
from services.cells import neutralise
from services.lookup import MAX_EXPORT, Entry, look_up
from services.plain_text import plain_text
from vocabulary.kinds import ContractRoute, SubjectKind
from vocabulary.labels import N_
from vocabulary.regions import REGIONS
from vocabulary.themes import all_themes

EXPORT_COLUMNS: Final = (
    N_("objet"),
    N_("nom"),
    N_("porteur"),
    N_("type"),
    N_("identifiant"),
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
_ROUTES: Final[Mapping[str, str]] = {route.value: route.label for route in ContractRoute}
# What a cell of a workbook holds at most.
LONGEST_CELL: Final = 32_767
UrlOf = Callable[[SubjectKind, str], str]


def export_rows(
    session: Session, backend: SearchBackend, query: SearchQuery, *, url_of: UrlOf
) -> Iterator[list[str]]:
    """Yield one row of French text per result, in the order of the results, first page to last.

    A demo need is left out: no authority ever expressed it.
    """
    whole = replace(query, offset=0, limit=MAX_EXPORT, facets=(), excerpts=False)
    for result in look_up(session, backend, whole).results:
        if isinstance(result.entry, Need) and result.entry.is_demo:
            continue
        yield [neutralise(cell) for cell in _row(result.kind, result.entry, url_of)]


def _row(kind: SubjectKind, entry: Entry, url_of: UrlOf) -> list[str]:
    if isinstance(entry, Organization):
        key, cells = entry.slug, _organization_cells(entry)
    elif isinstance(entry, Offer):
        key, cells = entry.slug, _offer_cells(entry)
    elif isinstance(entry, Need):
        key, cells = str(entry.id), _need_cells(entry)
    else:
        key, cells = entry.code, _territory_cells(entry)
    cells |= {"objet": kind.label, "adresse": url_of(kind, key)}
    return [cells.get(column, "") for column in EXPORT_COLUMNS]


def _organization_cells(entry: Organization) -> dict[str, str]:
    return {
        "nom": entry.name,
        "type": entry.kind.label,
        "identifiant": entry.siren or entry.rnsr or "",
        "thèmes": _themes(entry.themes),
        **_place(entry.commune),
        "zone d’intervention": _area(entry),
        "présentation": entry.pitch,
        "exemple fictif": _yes(entry.is_demo),
    }


def _offer_cells(offer: Offer) -> dict[str, str]:
    actor = offer.organization
    return {
        "nom": offer.title,
        "porteur": actor.name,
        "type": offer.type.label,
        "thèmes": _themes(offer.themes),
        **_place(actor.commune),
        "zone d’intervention": _area(offer if offer.area_level else actor),
        "maturité": offer.maturity.label if offer.maturity else "",
        "montages": " | ".join(_ROUTES[route] for route in offer.routes if route in _ROUTES),
        "présentation": offer.pitch,
        "exemple fictif": _yes(offer.is_demo),
    }


def _need_cells(need: Need) -> dict[str, str]:
    return {
        "nom": need.title,
        "porteur": carrier_name(need),
        "type": need.kind.label,
        "thèmes": _themes(need.themes),
        **_places(need.territory),
        "présentation": plain_text(need.description),
        "exemple fictif": _yes(need.is_demo),
    }


def _territory_cells(territory: Territory) -> dict[str, str]:
    return {
        "nom": territory.name,
        "type": "NPNRU" if territory.is_npnru else "QPV",
        "identifiant": territory.code,
        **_places(territory),
    }


def _place(commune: Commune | None) -> dict[str, str]:
    if commune is None:
        return {}
    return {"commune": commune.name, "région": _region(commune.region_code)}


def _places(territory: Territory) -> dict[str, str]:
    communes = " | ".join(commune.name for commune in territory.communes)
    return {"commune": communes, "région": _region(territory.region_code)}


def _region(code: str) -> str:
    return REGIONS[code].name if code in REGIONS else code


def _themes(codes: Sequence[str]) -> str:
    known = all_themes()
    return " | ".join(known[code].label for code in codes if code in known)


def _area(entry: Organization | Offer) -> str:
    listed = " | ".join(area_names(entry.area_level, entry.area_codes))
    return listed or (entry.area_level.label if entry.area_level else "")


def _yes(flag: bool) -> str:  # noqa: FBT001 - the flag is the datum
    return "oui" if flag else ""


def write_csv(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Return what French spreadsheets open at once: semicolons, CRLF, UTF-8 with its mark."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return buffer.getvalue().encode("utf-8-sig")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of a workbook."""

    name: str
    columns: Sequence[str]
    rows: Iterable[Sequence[str]]


def write_xlsx(
    columns: Sequence[str], rows: Iterable[Sequence[str]], *, sheet_name: str = "Annuaire"
) -> bytes:
    """Return a workbook of one sheet: text cells only, so that nothing is run or guessed."""
    return write_workbook([Sheet(sheet_name, columns, rows)])


def write_workbook(sheets: Iterable[Sheet]) -> bytes:
    """Return a workbook of text cells only, each sheet with its first line in sight."""
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        bold = book.add_format({"bold": True})
        for sheet in sheets:
            page = book.add_worksheet(sheet.name)
            for column, title in enumerate(sheet.columns):
                page.write_string(0, column, title, bold)
            for line, row in enumerate(sheet.rows, start=1):
                for column, cell in enumerate(row):
                    page.write_string(line, column, cell[:LONGEST_CELL])
            page.freeze_panes(1, 0)
            page.autofilter(0, 0, 0, len(sheet.columns) - 1)
    return buffer.getvalue()
