"""The renewal quarters that ship: both generations of codes, every region, nothing guessed."""

import tomllib
from collections import Counter
from pathlib import Path

from seed_data.build.tables import Row, read_table, split_list
from vocabulary.geography import QPV_2015, QPV_2024
from vocabulary.kinds import NpnruInterest, ProjectPhase

WITHOUT_HEIR = [
    "QP022003", "QP025002", "QP067007", "QP071010", "QP073003",
    "QP976017", "QP976020", "QP976023", "QP976032",
]  # fmt: skip


def test_quarters_cover_the_eighteen_regions(seed: Path, quarters: list[Row]) -> None:
    regions = read_table(seed / "geography" / "regions.csv")
    assert len(quarters) == 464
    eighteen = {row["code"] for row in regions if row["zone"] != "com"}
    assert {row["region"] for row in quarters if row["code_2024"]} == eighteen


def test_codes_of_both_generations_are_well_formed(quarters: list[Row]) -> None:
    current = [row["code_2024"] for row in quarters if row["code_2024"]]
    assert len(current) == len(set(current)) == 455
    assert [code for code in current if not QPV_2024.fullmatch(code)] == []
    old = {code for row in quarters for code in split_list(row["codes_2015"])}
    assert len(old) == 448
    assert [code for code in old if not QPV_2015.fullmatch(code)] == []
    assert [row["name"] for row in quarters if not row["codes_2015"]] == ["Koungou", "Mamoudzou"]


def test_the_nine_without_a_2024_code_are_kept(quarters: list[Row]) -> None:
    alone = [row for row in quarters if not row["code_2024"]]
    assert [row["codes_2015"] for row in alone] == WITHOUT_HEIR
    assert {row["evolution"] for row in alone} == {"absorbe", "sans-suite"}
    assert {row["name"] + row["communes"] + row["lat"] for row in alone} == {""}


def test_places_of_quarters_resolve(
    seed: Path, quarters: list[Row], communes: dict[str, Row]
) -> None:
    groups = {row["siren"]: row["kind"] for row in read_table(seed / "geography" / "epci.csv")}
    for row in quarters:
        codes = split_list(row["communes"])
        assert set(codes) <= set(communes)
        assert row["department"] in {communes[code]["department"] for code in codes} or not codes
        assert {groups[siren] for siren in split_list(row["ept"])} <= {"EPT"}
        assert "EPT" not in {groups[siren] for siren in split_list(row["epci"])}


def test_points_lie_near_one_of_their_communes(
    quarters: list[Row], communes: dict[str, Row]
) -> None:
    far = []
    for row in quarters:
        if not row["code_2024"]:
            continue
        gaps = [
            max(
                abs(float(row["lat"]) - float(communes[code]["lat"])),
                abs(float(row["lon"]) - float(communes[code]["lon"])),
            )
            for code in split_list(row["communes"])
        ]
        # Communes of Guyane are as large as departments elsewhere.
        if min(gaps) > (0.6 if row["region"] == "03" else 0.15):
            far.append(row["code_2024"])
        decimals = [len(value.partition(".")[2]) for value in (row["lat"], row["lon"])]
        assert max(decimals) <= 4
    assert far == []


def test_interest_is_stated_only_with_its_source(quarters: list[Row]) -> None:
    assert {row["interest"] for row in quarters} <= {interest.value for interest in NpnruInterest}
    for row in quarters:
        assert (row["interest"] == NpnruInterest.UNSTATED) is (row["interest_source"] == "")
    stated = Counter(row["interest"] for row in quarters)
    assert stated == {"non-precise": 431, "national": 23, "regional": 10}


def test_the_reference_quarter_is_there(quarters: list[Row]) -> None:
    found = {row["code_2024"]: row for row in quarters}["QN04212M"]
    assert found["codes_2015"] == "QP042012"
    assert found["name"] == "Tardy Tarentaize Beaubrun Couriot"
    assert (found["communes"], found["epci"], found["region"]) == ("42218", "244200770", "84")
    assert found["interest"] == "national"


def test_evolution_follows_the_letter_of_the_code(quarters: list[Row]) -> None:
    expected = {"I": "inchange", "M": "modifie", "N": "nouveau", "C": "commune-entiere"}
    odd = [
        row["code_2024"]
        for row in quarters
        if row["code_2024"] and expected[row["code_2024"][-1]] != row["evolution"]
    ]
    assert odd == []


def test_projects_name_real_quarters_and_their_source(seed: Path, quarters: list[Row]) -> None:
    text = (seed / "territories" / "renewal_projects.toml").read_text(encoding="utf-8")
    projects = tomllib.loads(text)["project"]
    known = {row["code_2024"] for row in quarters}
    assert len({project["slug"] for project in projects}) == len(projects)
    for project in projects:
        assert set(project["quarters"]) <= known
        assert ProjectPhase(project["phase"]) == project["phase"]
        assert project["source"]
        assert project["licence"]
        assert project["dated_on"] <= project["checked_on"]
    assert any("QN04212M" in project["quarters"] for project in projects)


def test_quarters_agree_with_the_reference(shared: Path, quarters: list[Row]) -> None:
    territories = shared / "territories"
    reference = {
        row["code_qpv"]: row
        for row in read_table(territories / "qpv_2024.csv")
        if row["npnru"] == "oui"
    }
    ours = {row["code_2024"]: row for row in quarters if row["code_2024"] and row["codes_2015"]}
    assert set(ours) == set(reference)
    for code, row in ours.items():
        theirs = reference[code]
        assert row["name"] == " ".join(theirs["nom"].split())
        assert split_list(row["communes"]) == split_list(theirs["insee"])
        assert (row["department"], row["region"]) == (
            theirs["code_departement"],
            theirs["code_region"],
        )
        assert split_list(row["epci"])[:1] == split_list(theirs["siren_epci"])[:1]
        assert row["interest"] == theirs["npnru_interet"].replace("_", "-")
