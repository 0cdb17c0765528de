"""Rebuild ``seed_data/bodies/laboratories.csv`` from the RNSR, the directory of public research.

    python -m seed_data.build.build_laboratories FILE [FILE …]

Source: MESR, Répertoire national des structures de recherche, Licence Ouverte 2.0. The files
are extracts with its official column names and ``;`` between cells, or with the short names
given in ``_SHORT_NAMES`` and commas. ``laboratories.csv`` beside this script names the units
kept, whose official name bears on the city, and the themes that this name states plainly.
Heads of units are never read, and a person's name inside a unit's name is dropped.
"""

import argparse
import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from seed_data.build.build_geography import GEOGRAPHY
from seed_data.build.tables import Row, join_list, read_table, split_list, write_table

LABORATORIES: Final = GEOGRAPHY.parent / "bodies" / "laboratories.csv"
SELECTION: Final = Path(__file__).with_name("laboratories.csv")
EXTRACTED_ON: Final = "2022-02-08"  # at the latest
COLUMNS: Final = (
    "slug", "kind", "name", "acronym", "rnsr", "structure", "commune", "website", "supervisors",
    "domains", "themes", "source", "source_url", "licence", "dated_on",
)  # fmt: skip

_SHORT_NAMES: Final = {
    "numero_national_de_structure": "rnsr_id",
    "libelle": "nom",
    "sigle": "sigle",
    "type_de_structure": "type",
    "site_web": "site_web",
    "code_postal": "code_postal",
    "commune": "commune",
    "tutelles": "tutelles",
    "domaine_scientifique": "domaine_scientifique",
}
_PERSON: Final = re.compile(
    r"\s*\((?:[A-ZÀ-Þ]{2,}\s+[A-ZÀ-Þ][a-zà-ÿ]+|[A-ZÀ-Þ][a-zà-ÿ]+\s+[A-ZÀ-Þ]{2,})\)"
)
_CEDEX: Final = re.compile(r"\bcedex\b.*$|\s+-\s+.*$")
_SLUG_LENGTH: Final = 70


def build(records: Iterable[Row], themes: Mapping[str, str], communes: Sequence[Row]) -> list[Row]:
    """Return one row per unit of ``themes`` found in ``records``, ordered by RNSR number."""
    found = {record["numero_national_de_structure"]: record for record in records}
    places = _communes_by_name(communes)
    return [
        _laboratory(found[number], themes[number], places)
        for number in sorted(themes)
        if number in found
    ]


def read_records(paths: Iterable[Path]) -> Iterator[Row]:
    """Yield the columns that are kept, under their official names, from files of both layouts."""
    for path in paths:
        header = path.read_text(encoding="utf-8-sig").splitlines()[0]
        official = "numero_national_de_structure" in header
        for row in read_table(path, delimiter=";" if official else ","):
            yield {name: row[name if official else short] for name, short in _SHORT_NAMES.items()}


def _laboratory(record: Row, themes: str, places: Mapping[tuple[str, str], list[str]]) -> Row:
    number = record["numero_national_de_structure"]
    name = " ".join(_PERSON.sub("", record["libelle"]).split())
    acronym = " ".join(record["sigle"].split())
    return {
        "slug": _slug(f"{acronym} {name}"),
        "kind": "laboratoire",
        "name": name,
        "acronym": acronym,
        "rnsr": number,
        "structure": record["type_de_structure"],
        "commune": _commune_code(record["commune"], record["code_postal"], places),
        "website": _website(record["site_web"]),
        "supervisors": join_list(part.strip() for part in record["tutelles"].split(";")),
        "domains": join_list(part.strip() for part in record["domaine_scientifique"].split(";")),
        "themes": join_list(split_list(themes)),
        "source": f"MESR, Répertoire national des structures de recherche, structure {number}",
        "source_url": "https://appliweb.dgri.education.fr/rnsr/PresenteStruct.jsp"
        f"?numNatStruct={number}&PUBLIC=OK",
        "licence": "Licence Ouverte 2.0",
        "dated_on": EXTRACTED_ON,
    }


def _website(address: str) -> str:
    address = address.strip()
    if not address or any(blank in address for blank in " ;,"):
        return ""
    return address if address.startswith(("http://", "https://")) else f"http://{address}"


def _plain(text: str) -> str:
    """Return ``text`` in lower case, without accents, with single blanks for other signs."""
    letters = unicodedata.normalize("NFKD", text.lower().replace("œ", "oe"))
    kept = "".join(sign for sign in letters if not unicodedata.combining(sign))
    return " ".join(re.sub(r"[^a-z0-9]+", " ", kept).split())


def _slug(text: str) -> str:
    words = _plain(text).split()
    while len("-".join(words)) > _SLUG_LENGTH:
        words.pop()
    return "-".join(words)


def _communes_by_name(communes: Iterable[Row]) -> dict[tuple[str, str], list[str]]:
    places: dict[tuple[str, str], list[str]] = {}
    for commune in communes:
        department = commune["department"].replace("2A", "20").replace("2B", "20")
        places.setdefault((department, _plain(commune["name"])), []).append(commune["code"])
    return places


def _commune_code(name: str, postcode: str, places: Mapping[tuple[str, str], list[str]]) -> str:
    """Return the INSEE code of a postal town, empty unless exactly one commune answers."""
    words = _plain(_CEDEX.sub("", name.lower())).split()
    full = " ".join({"st": "saint", "ste": "sainte"}.get(word, word) for word in words)
    department = postcode[:3] if postcode.startswith("97") else postcode[:2]
    codes = places.get((department, full), [])
    return codes[0] if len(codes) == 1 else ""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the script."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--target", type=Path, default=LABORATORIES)
    options = parser.parse_args(arguments)
    themes = {row["rnsr"]: row["themes"] for row in read_table(SELECTION)}
    rows = build(read_records(options.files), themes, read_table(GEOGRAPHY / "communes.csv.gz"))
    count = write_table(options.target, COLUMNS, rows)
    missing = sorted(set(themes) - {row["rnsr"] for row in rows})
    sys.stdout.write(f"{options.target.name}: {count} rows, not found: {join_list(missing)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
