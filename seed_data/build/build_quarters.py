"""Rebuild ``seed_data/territories/npnru_quarters.csv`` from the public lists of quarters.

    python -m seed_data.build.build_quarters --npnru FILE --quarters FILE

``--npnru`` is the layout that ``flask import npnru`` reads: one line per quarter of the new
national renewal programme, by its 2015 code, with the 2024 codes it became. ``--quarters`` has
one line per quarter of 2024 with its communes, EPCI, point and evolution. Communes are checked
against ``seed_data/geography``, which also gives the intercommunalities of those that the
official list does not name (it names one per quarter).
"""

import argparse
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from seed_data.build.build_geography import GEOGRAPHY
from seed_data.build.tables import Row, degrees, join_list, read_table, split_list, write_table

QUARTERS: Final = GEOGRAPHY.parent / "territories" / "npnru_quarters.csv"
COLUMNS: Final = (
    "code_2024", "codes_2015", "name", "communes", "epci", "ept", "department", "region",
    "lat", "lon", "area_km2", "interest", "interest_source", "evolution", "note",
)  # fmt: skip

_EVOLUTIONS: Final = {
    "inchange": "inchange",
    "modifie": "modifie",
    "nouveau": "nouveau",
    "commune_entiere": "commune-entiere",
}
_INTERESTS: Final = {"national": "national", "regional": "regional", "non_precise": "non-precise"}
# The sources as a reader would look for them; all but one report ANRU's list before the decree.
_SOURCES: Final = {
    "france3-regions.francetvinfo.fr 16/12/2014 (préliste Anru)": (
        "France 3 Régions, 16/12/2014, liste préliminaire de l’ANRU"
    ),
    "maire-info.com 16/12/2014 (préliste Anru)": (
        "Maire-info, 16/12/2014, liste préliminaire de l’ANRU"
    ),
    "adu-montbeliard.fr 12/2014 (préliste Anru)": (
        "ADU du pays de Montbéliard, décembre 2014, liste préliminaire de l’ANRU"
    ),
    "lessor42.fr 2019 ; journal-du-btp.com 2017": (
        "L’Essor, lessor42.fr, 2019 ; Journal du BTP, 09/03/2017"
    ),
}
# Since 2025 every commune of Mayotte is one quarter. The list of the programme gives the 2015
# codes there without saying which commune each lies in; the press names the communes of two.
_SAID_TO_HOLD: Final = {
    "QN97660C": "Majicavo Koropa",
    "QN97661C": "Kawéni",
}
_SAID_BY: Final = "Le Journal de Mayotte, 09/08/2021"
_ABSORBED: Final = "absorbé"


def build(npnru: Sequence[Row], quarters: Iterable[Row], communes: Mapping[str, Row]) -> list[Row]:
    """Return one row per 2024 quarter of the programme, then one per 2015 code without heir."""
    old_by_new: dict[str, list[Row]] = {}
    for row in npnru:
        for code in split_list(row["codes_qpv_2024"]):
            old_by_new.setdefault(code, []).append(row)
    kept = [
        _current(row, old_by_new.get(row["code_qpv"], []), communes)
        for row in quarters
        if row["code_qpv"] in old_by_new or row["code_qpv"] in _SAID_TO_HOLD
    ]
    return sorted(kept, key=lambda row: row["code_2024"]) + list(_without_heir(npnru))


def _current(quarter: Row, origins: Sequence[Row], communes: Mapping[str, Row]) -> Row:
    codes = split_list(quarter["insee"])
    members = [communes[code] for code in codes]
    interest, source = _interest(origins)
    return {
        "code_2024": quarter["code_qpv"],
        "codes_2015": join_list(sorted(row["code_qp2015"] for row in origins)),
        "name": " ".join(quarter["nom"].split()),
        "communes": join_list(codes),
        "epci": join_list([quarter["siren_epci"], *(row["epci"] for row in members)]),
        "ept": join_list([quarter["siren_ept"], *(row["ept"] for row in members)]),
        "department": quarter["code_departement"],
        "region": quarter["code_region"],
        "lat": degrees(quarter["lat"]),
        "lon": degrees(quarter["lon"]),
        "area_km2": quarter["superficie_km2"],
        "interest": interest,
        "interest_source": source,
        "evolution": _EVOLUTIONS[quarter["evolution_2024"]],
        "note": _note(quarter["code_qpv"], origins),
    }


def _note(code: str, origins: Sequence[Row]) -> str:
    if code in _SAID_TO_HOLD:
        held = _SAID_TO_HOLD[code]
        return f"Comprend {held}, quartier du NPNRU ({_SAID_BY}) ; code de 2015 non établi"
    split = [row["code_qp2015"] for row in origins if "|" in row["codes_qpv_2024"]]
    return f"Issu du partage de {', '.join(split)} en plusieurs quartiers" if split else ""


def _interest(origins: Sequence[Row]) -> tuple[str, str]:
    """Return what the sources state; two that disagree state nothing."""
    stated = {
        (_INTERESTS[row["interet"]], _SOURCES.get(row["interet_source"], row["interet_source"]))
        for row in origins
    }
    return stated.pop() if len(stated) == 1 else (_INTERESTS["non_precise"], "")


def _without_heir(npnru: Iterable[Row]) -> Iterator[Row]:
    for row in npnru:
        if row["codes_qpv_2024"]:
            continue
        interest, source = _interest([row])
        absorbed = _ABSORBED in row["note"]
        yield {
            **dict.fromkeys(COLUMNS, ""),
            "codes_2015": row["code_qp2015"],
            "department": row["code_departement"],
            "region": row["code_region"],
            "interest": interest,
            "interest_source": source,
            "evolution": "absorbe" if absorbed else "sans-suite",
            "note": (
                "Absorbé en 2024 par un quartier étendu à toute la commune"
                if absorbed
                else "Sans correspondance dans la géographie de 2024"
            ),
        }


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the script."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--npnru", type=Path, required=True)
    parser.add_argument("--quarters", type=Path, required=True)
    parser.add_argument("--target", type=Path, default=QUARTERS)
    options = parser.parse_args(arguments)
    communes = {row["code"]: row for row in read_table(GEOGRAPHY / "communes.csv.gz")}
    rows = build(read_table(options.npnru), read_table(options.quarters), communes)
    count = write_table(options.target, COLUMNS, rows)
    sys.stdout.write(f"{options.target.name}: {count} rows\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
