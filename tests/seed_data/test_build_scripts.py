"""The scripts that rebuild the ground data: same input, same bytes; nothing invented on the way."""

import gzip
from pathlib import Path

import pytest

from seed_data.build import build_geography, build_laboratories, build_outline, build_quarters
from seed_data.build.npm_package import PackageUnavailableError, fetch_package
from seed_data.build.polylines import simplify_ring
from seed_data.build.tables import degrees, join_list, read_table, split_list, write_table


def content(path: Path) -> bytes:
    """Return what a file holds: compressors may differ from one machine to another."""
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


def fetched(name: str, version: str, folder: Path) -> Path:
    try:
        return fetch_package(name, version, folder)
    except PackageUnavailableError as failure:
        pytest.skip(str(failure))


def test_a_table_reads_back_as_written_and_has_no_date(tmp_path: Path) -> None:
    rows = [{"code": "01053", "names": "a|b"}, {"code": "2A004", "names": 'virgule, guillemet "'}]
    for name in ("plain.csv", "packed.csv.gz"):
        assert write_table(tmp_path / name, ("code", "names"), rows) == 2
        assert read_table(tmp_path / name) == rows
        first = (tmp_path / name).read_bytes()
        write_table(tmp_path / name, ("code", "names"), rows)
        assert (tmp_path / name).read_bytes() == first


def test_cells_hold_lists_and_short_degrees() -> None:
    assert join_list(["b", "", "a", "b"]) == "b|a"
    assert split_list("") == []
    assert split_list("b|a") == ["b", "a"]
    assert [degrees(value) for value in ("46.15170", "-0.00001", "", 2.0)] == [
        "46.1517",
        "0",
        "",
        "2",
    ]


def test_simplifying_keeps_corners_and_islets() -> None:
    square = [(0.0, 0.0), (0.5, 0.001), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0), (0.0, 0.0)]
    assert simplify_ring(square, 0.01) == [
        (0.0, 0.0),
        (1.0, 0.0),
        (1.0, 1.0),
        (0.0, 1.0),
        (0.0, 0.0),
    ]
    islet = [(0.0, 0.0), (0.001, 0.0), (0.001, 0.001), (0.0, 0.001), (0.0, 0.0)]
    assert len(simplify_ring(islet, 1.0)) == 4


def test_geography_rebuilds_to_what_ships(seed: Path, tmp_path: Path) -> None:
    package = fetched(build_geography.PACKAGE, build_geography.VERSION, tmp_path)
    points = tmp_path / "points.csv"
    kept = build_geography.kept_points(seed / "geography")
    rows = [{"code": code, "lat": lat, "lon": lon} for code, (lat, lon) in kept.items()]
    write_table(points, ("code", "lat", "lon"), rows)
    target = tmp_path / "geography"
    counts = build_geography.build(package / "data", target, points)
    first = {name: (target / name).read_bytes() for name in counts}
    assert build_geography.build(package / "data", target, None) == counts
    assert {name: (target / name).read_bytes() for name in counts} == first
    shipped = {name: content(seed / "geography" / name) for name in counts}
    assert {name: content(target / name) for name in counts} == shipped


def test_outline_rebuilds_to_what_ships(seed: Path, tmp_path: Path) -> None:
    package = fetched(build_outline.PACKAGE, build_outline.VERSION, tmp_path)
    target = tmp_path / "outline.geojson"
    assert build_outline.main(["--package", str(package), "--target", str(target)]) == 0
    assert target.read_bytes() == (seed / "geography" / "outline.geojson").read_bytes()


def test_quarters_rebuild_to_what_ships(seed: Path, shared: Path, tmp_path: Path) -> None:
    lists = shared / "territories"
    target = tmp_path / "quarters.csv"
    arguments = ["--npnru", str(lists / "npnru_qp2015.csv")]
    arguments += ["--quarters", str(lists / "qpv_2024.csv"), "--target", str(target)]
    assert build_quarters.main(arguments) == 0
    shipped = seed / "territories" / "npnru_quarters.csv"
    assert target.read_bytes() == shipped.read_bytes()


def test_laboratories_rebuild_to_what_ships(seed: Path, shared: Path, tmp_path: Path) -> None:
    actors = shared / "actors"
    target = tmp_path / "laboratories.csv"
    files = [str(actors / "rnsr_extrait.csv"), str(actors / "rnsr_thematique_urbaine.csv")]
    assert build_laboratories.main([*files, "--target", str(target)]) == 0
    assert target.read_bytes() == (seed / "bodies" / "laboratories.csv").read_bytes()


def test_a_person_in_the_name_of_a_unit_is_dropped() -> None:
    record = {
        "numero_national_de_structure": "202612345A",
        "libelle": "Fédération  Transports (DUPONT Jeanne)",
        "sigle": "FT",
        "type_de_structure": "Unité propre",
        "site_web": "www.exemple.fr",
        "code_postal": "42023",
        "commune": "ST ETIENNE CEDEX 2",
        "tutelles": "Université A;CNRS",
        "domaine_scientifique": "",
    }
    place = {"code": "42218", "name": "Saint-Étienne", "department": "42"}
    (row,) = build_laboratories.build([record], {"202612345A": "mobilite"}, [place])
    assert row["name"] == "Fédération Transports"
    assert row["slug"] == "ft-federation-transports"
    assert row["commune"] == "42218"
    assert row["supervisors"] == "Université A|CNRS"
    assert row["website"] == "http://www.exemple.fr"


def test_sources_that_disagree_on_the_interest_state_nothing() -> None:
    origin = {"codes_qpv_2024": "QN04212M", "interet_source": "a", "note": ""}
    national = {**origin, "code_qp2015": "QP042012", "interet": "national"}
    regional = {**origin, "code_qp2015": "QP042013", "interet": "regional"}
    quarter = {
        "code_qpv": "QN04212M",
        "nom": "Tardy",
        "insee": "42218",
        "siren_epci": "244200770",
        "siren_ept": "",
        "code_departement": "42",
        "code_region": "84",
        "lat": "45.43409",
        "lon": "4.38056",
        "superficie_km2": "0.75",
        "evolution_2024": "modifie",
    }
    communes = {"42218": {"epci": "244200770", "ept": ""}}
    (row,) = build_quarters.build([national, regional], [quarter], communes)
    assert (row["interest"], row["interest_source"]) == ("non-precise", "")
    assert row["codes_2015"] == "QP042012|QP042013"
    (alone,) = build_quarters.build([national], [quarter], communes)
    assert (alone["interest"], alone["interest_source"]) == ("national", "a")
