"""The official geography that ships: complete, consistent, in the right part of the world."""

import json
from collections import Counter
from pathlib import Path

import pytest

from seed_data.build.tables import Row, read_table, split_list
from vocabulary.geography import department_of_commune, is_commune_code
from vocabulary.identifiers import is_siren

# South, north, west, east; one box per region overseas, one for the mainland and Corsica.
BOXES = {
    "01": (15.7, 16.7, -62, -60.9),
    "02": (14.3, 15, -61.4, -60.7),
    "03": (2, 6, -55, -51),
    "04": (-21.6, -20.7, 55, 56),
    "06": (-13.2, -12.5, 44.9, 45.4),
    "975": (46.6, 47.2, -56.5, -56),
    "977": (17.7, 18.1, -63, -62.7),
    "978": (17.9, 18.3, -63.3, -62.9),
    "984": (-78, -11, 39, 143),
    "986": (-15, -13, -179, -176),
    "987": (-28, -7, -155, -134),
    "988": (-23, -17, 158, 173),
    "989": (10, 11, -110, -109),
}
MAINLAND = (41.3, 51.2, -5.2, 9.7)
MAINLAND_REGIONS = {"11", "24", "27", "28", "32", "44", "52", "53", "75", "76", "84", "93", "94"}


def inside(row: Row, region: str) -> bool:
    south, north, west, east = BOXES.get(region, MAINLAND)
    return south <= float(row["lat"]) <= north and west <= float(row["lon"]) <= east


def table(seed: Path, name: str) -> list[Row]:
    return read_table(seed / "geography" / name)


def test_every_level_is_complete(seed: Path, communes: dict[str, Row]) -> None:
    regions = table(seed, "regions.csv")
    zones = Counter(row["zone"] for row in regions)
    assert zones == {"metro": 13, "drom": 5, "com": 8}
    assert len(table(seed, "departments.csv")) == 109
    kinds = Counter(row["kind"] for row in table(seed, "epci.csv"))
    assert kinds == {"CC": 989, "CA": 230, "METRO": 21, "CU": 14, "EPT": 11, "MET69": 1}
    assert len(communes) == 34_969
    assert len(table(seed, "municipal_districts.csv")) == 45
    assert len(table(seed, "former_communes.csv.gz")) == 4_240


def test_codes_are_unique_and_well_formed(seed: Path, communes: dict[str, Row]) -> None:
    assert len(table(seed, "communes.csv.gz")) == len(communes)
    assert [code for code in communes if not is_commune_code(code)] == []
    wrong = [c for c, row in communes.items() if department_of_commune(c) != row["department"]]
    assert wrong == []
    assert [row["siren"] for row in table(seed, "epci.csv") if not is_siren(row["siren"])] == []
    sirens = [row["siren"] for row in communes.values() if row["siren"]]
    assert [siren for siren in sirens if not is_siren(siren)] == []


def test_references_resolve(seed: Path, communes: dict[str, Row]) -> None:
    regions = {row["code"]: row for row in table(seed, "regions.csv")}
    departments = {row["code"]: row for row in table(seed, "departments.csv")}
    groups = {row["siren"]: row["kind"] for row in table(seed, "epci.csv")}
    seats = [*regions.values(), *departments.values()]
    assert [s["code"] for s in seats if s["chief_town"] and s["chief_town"] not in communes] == []
    assert {row["region"] for row in departments.values()} == set(regions)
    assert {row["department"] for row in communes.values()} == set(departments)
    for row in communes.values():
        assert departments[row["department"]]["region"] == row["region"]
    epci = {row["epci"] for row in communes.values()} - {""}
    ept = {row["ept"] for row in communes.values()} - {""}
    assert epci == {siren for siren, kind in groups.items() if kind != "EPT"}
    assert ept == {siren for siren, kind in groups.items() if kind == "EPT"}


def test_intercommunal_bodies_count_their_members(seed: Path, communes: dict[str, Row]) -> None:
    members = Counter(row["epci"] for row in communes.values())
    members.update(row["ept"] for row in communes.values())
    stated = {row["siren"]: int(row["communes"]) for row in table(seed, "epci.csv")}
    assert {siren: members[siren] for siren in stated} == stated


def test_former_codes_lead_once_to_a_commune_in_force(seed: Path, communes: dict[str, Row]) -> None:
    former = table(seed, "former_communes.csv.gz")
    codes = [row["code"] for row in former]
    assert len(codes) == len(set(codes))
    assert set(codes) & set(communes) == set()
    assert [row["code"] for row in former if row["current_code"] not in communes] == []
    assert {row["code"]: row["current_code"] for row in former}["93059"] == "93066"


def test_communes_lie_where_their_region_is(communes: dict[str, Row]) -> None:
    known = MAINLAND_REGIONS | set(BOXES)
    assert {row["region"] for row in communes.values()} == known
    astray = [c for c, row in communes.items() if not inside(row, row["region"])]
    assert astray == []


def test_only_uninhabited_lands_lack_population(communes: dict[str, Row]) -> None:
    lacking = sorted(code for code, row in communes.items() if not row["population"])
    assert lacking == ["98411", "98412", "98413", "98414", "98415", "98901"]
    total = sum(int(row["population"] or 0) for row in communes.values())
    assert 68_000_000 < total < 70_000_000


@pytest.mark.parametrize(
    ("code", "name", "postcode"),
    [
        ("01053", "Bourg-en-Bresse", "01000"),
        ("2A004", "Ajaccio", "20000"),
        ("42218", "Saint-Étienne", "42100"),
        ("97411", "Saint-Denis", "97400"),
    ],
)
def test_well_known_communes(communes: dict[str, Row], code: str, name: str, postcode: str) -> None:
    assert communes[code]["name"] == name
    assert postcode in split_list(communes[code]["postcodes"])


def test_districts_belong_to_three_cities(seed: Path) -> None:
    cities = Counter(row["commune"] for row in table(seed, "municipal_districts.csv"))
    assert cities == {"75056": 20, "69123": 9, "13055": 16}


def test_outline_draws_the_mainland_and_overseas(seed: Path) -> None:
    path = seed / "geography" / "outline.geojson"
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    codes = [feature["properties"]["code"] for feature in features]
    assert codes == [
        "hexagone", "94", "01", "02", "03", "04", "06",
        "975", "977", "978", "986", "987", "988",
    ]  # fmt: skip
    for feature in features:
        south, north, west, east = BOXES.get(feature["properties"]["code"], MAINLAND)
        left, bottom, right, top = feature["bbox"]
        assert west <= left < right <= east
        assert south <= bottom < top <= north
        rings = [polygon[0] for polygon in feature["geometry"]["coordinates"]]
        assert [ring for ring in rings if ring[0] != ring[-1] or len(ring) < 4] == []
    assert path.stat().st_size < 150_000


def test_geography_stays_small(seed: Path) -> None:
    files = (seed / "geography").iterdir()
    assert sum(path.stat().st_size for path in files) < 2_000_000


def test_geography_agrees_with_the_reference(shared: Path, communes: dict[str, Row]) -> None:
    reference = {row["code"]: row for row in read_table(shared / "geography" / "communes.csv")}
    pairs = {
        "nom": "name",
        "code_departement": "department",
        "code_region": "region",
        "siren_epci": "epci",
        "siren_ept": "ept",
        "population": "population",
        "codes_postaux": "postcodes",
    }
    for code, row in communes.items():
        theirs = reference[code]
        assert {ours: row[ours] for ours in pairs.values()} == {
            ours: theirs[name] for name, ours in pairs.items()
        }
        assert abs(float(row["lat"]) - float(theirs["lat"])) < 0.0001
        assert abs(float(row["lon"]) - float(theirs["lon"])) < 0.0001
