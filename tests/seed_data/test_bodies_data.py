"""The real bodies that ship: known kinds and themes, valid numbers, a source, and no person."""

import re
import tomllib
from pathlib import Path

import pytest

from seed_data.build.tables import Row, read_table, split_list
from vocabulary.identifiers import is_rnsr, is_siren, is_siret
from vocabulary.kinds import OrganizationKind, ProjectPhase
from vocabulary.themes import all_themes

TABLES = {"institutions.csv": 7, "poles.csv": 43, "laboratories.csv": 128}


@pytest.fixture(scope="module")
def bodies(seed: Path) -> list[Row]:
    return [row for name in TABLES for row in read_table(seed / "bodies" / name)]


def test_every_table_has_its_rows(seed: Path) -> None:
    counts = {name: len(read_table(seed / "bodies" / name)) for name in TABLES}
    assert counts == TABLES


def test_slugs_are_unique_and_fit_an_address(bodies: list[Row]) -> None:
    slugs = [row["slug"] for row in bodies]
    assert len(slugs) == len(set(slugs))
    assert [slug for slug in slugs if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug)] == []


def test_kinds_themes_and_communes_exist(bodies: list[Row], communes: dict[str, Row]) -> None:
    for row in bodies:
        assert row["kind"] in set(OrganizationKind)
        assert set(split_list(row["themes"])) <= set(all_themes())
        assert row.get("commune", "") in {"", *communes}
        assert row.get("website", "") == "" or row["website"].startswith(("http://", "https://"))


def test_numbers_are_valid(bodies: list[Row]) -> None:
    units = [row["rnsr"] for row in bodies if row["kind"] == OrganizationKind.RESEARCH_LAB]
    assert len(units) == len(set(units)) == 128
    assert [number for number in units if not is_rnsr(number)] == []
    assert [row["slug"] for row in bodies if row.get("siren") and not is_siren(row["siren"])] == []
    assert [row["slug"] for row in bodies if row.get("siret") and not is_siret(row["siret"])] == []


def test_most_units_have_a_commune(seed: Path) -> None:
    units = read_table(seed / "bodies" / "laboratories.csv")
    assert sum(1 for row in units if row["commune"]) == 114


def test_pole_regions_exist(seed: Path) -> None:
    regions = {row["code"] for row in read_table(seed / "geography" / "regions.csv")}
    for row in read_table(seed / "bodies" / "poles.csv"):
        assert set(split_list(row["regions"])) <= regions


def test_every_body_names_its_source_licence_and_date(bodies: list[Row]) -> None:
    for row in bodies:
        assert row["source"]
        assert len(row["source"]) <= 300
        assert row["licence"]
        assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", row["dated_on"])


def test_no_column_and_no_name_is_about_a_person(seed: Path, bodies: list[Row]) -> None:
    columns = {name for row in bodies for name in row}
    columns |= {
        name for path in (seed / "territories").glob("*.csv") for name in read_table(path)[0]
    }
    personal = re.compile(r"responsable|prenom|first_?name|last_?name|director|email|phone|contact")
    assert [name for name in columns if personal.search(name)] == []
    # The register puts heads of units in brackets: « (DUPONT Jeanne) », « (Jeanne DUPONT) ».
    person = re.compile(r"\((?:[A-ZÀ-Þ]{2,} [A-ZÀ-Þ][a-zà-ÿ]+|[A-ZÀ-Þ][a-zà-ÿ]+ [A-ZÀ-Þ]{2,})\)")
    assert [row["name"] for row in bodies if person.search(row["name"])] == []
    assert [row["slug"] for row in bodies if "@" in row["name"].replace("Infr@2050", "")] == []


def test_e_declic_says_what_the_article_says_and_no_more(
    seed: Path, bodies: list[Row], quarters: list[Row]
) -> None:
    text = (seed / "bodies" / "partnerships.toml").read_text(encoding="utf-8")
    (e_declic,) = tomllib.loads(text)["partnership"]
    members = [member["organization"] for member in e_declic["members"]]
    assert members == [
        "ville-de-saint-etienne",
        "saint-etienne-metropole",
        "suez",
        "philips",
        "cite-du-design",
        "ecole-des-mines-de-saint-etienne",
    ]
    assert set(members) <= {row["slug"] for row in bodies}
    assert e_declic["territory"] in {row["code_2024"] for row in quarters}
    assert set(e_declic["themes"]) <= set(all_themes())
    assert e_declic["entry_phase"] == ProjectPhase.DESIGN
    assert "n° 7, avril 2017" in e_declic["source"]
    (groups,) = e_declic["working_group"]
    assert set(groups) == {"name"}


@pytest.mark.parametrize("folder", ["geography", "territories", "bodies"])
def test_every_file_has_a_source_a_licence_and_a_date(seed: Path, folder: str) -> None:
    text = (seed / folder / "SOURCES.toml").read_text(encoding="utf-8")
    entries = tomllib.loads(text)["source"]
    named = {name for entry in entries for name in entry["files"]}
    present = {path.name for path in (seed / folder).iterdir()} - {"SOURCES.toml"}
    assert named == present
    for entry in entries:
        assert entry["source"]
        assert entry["licence"]
        assert entry["url"].startswith("https://")
        assert entry["date"] <= entry["checked_on"]
        assert (seed.parent / entry.get("script", "seed_data")).exists()
