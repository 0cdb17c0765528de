"""Official files of quarters: their traps, their order, and saying what was refused."""

import csv
import gzip
import json
import time

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.outbox import OutboxMessage
from models.territory import Territory
from search.documents import document_id
from services.errors import UnreadableFile
from services.import_report import Refusal
from services.indexing import INDEX_ENTRY
from services.territory_import import OUTLINE_SOURCE
from tests.factories.quarter_files import LIST, OUTLINES, listing, load, outlines, quarter, row
from tests.factories.shared_data import shared_file
from vocabulary.kinds import SubjectKind

COUNTED = (1584, 0)


@pytest.mark.parametrize(
    ("cell", "communes"),
    [
        ('"=""01053"""', ["01053"]),
        ("1053", ["01053"]),
        ('"02571; 02691"', ["02571", "02691"]),
        ("93059", ["93066"]),
        ('"93059;93066"', ["93066"]),
        ("2A004", ["2A004"]),
        ("97302", ["97302"]),
        ("13203", ["13055"]),
    ],
    ids=[
        "excel",
        "zero lost",
        "several",
        "merged",
        "merged twice",
        "corsica",
        "overseas",
        "district",
    ],
)
def test_commune_cells_of_every_shape(session: Session, cell: str, communes: list[str]) -> None:
    report = load(session, listing(row(communes=cell)))
    assert (report.added, report.refused) == (["QN99999M"], [])
    assert [commune.code for commune in quarter(session, "QN99999M").communes] == communes


def test_places_follow_the_commune(session: Session) -> None:
    load(session, listing(row("QN02A99M", communes="2A004"), row("QN97399M", communes="97302")))
    corsica, guiana = quarter(session, "QN02A99M"), quarter(session, "QN97399M")
    assert (corsica.department_code, corsica.region_code) == ("2A", "94")
    assert (guiana.department_code, guiana.region_code) == ("973", "03")


def test_greater_paris_has_a_territorial_body(session: Session) -> None:
    load(session, listing(row("QN09399M", communes="93066")))
    found = quarter(session, "QN09399M")
    assert (found.epci_siren, found.ept_siren) == ("200054781", "200057867")


def test_same_names_are_two_quarters(session: Session) -> None:
    report = load(session, listing(row("QN99998M"), row("QN99999M")))
    assert report.added == ["QN99998M", "QN99999M"]


def test_refused_lines_say_their_number_and_reason(session: Session) -> None:
    report = load(
        session,
        listing(
            row("QN99999M"),
            row("QP042012"),
            row("nimporte"),
            row("QN99998M", communes="99999"),
            row("QN99997M", communes=""),
            row("QN99996M", name=""),
            row("QN99999M", name="Autre"),
        ),
    )
    assert report.added == ["QN99999M"]
    assert sorted(report.refused, key=lambda refusal: refusal.line) == [
        Refusal(3, "QP042012", "code de 2015 : ce fichier attend ceux de 2024"),
        Refusal(4, "NIMPORTE", "code de quartier illisible"),
        Refusal(5, "QN99998M", "commune inconnue : 99999"),
        Refusal(6, "QN99997M", "aucune commune"),
        Refusal(7, "QN99996M", "nom absent"),
        Refusal(8, "QN99999M", "autre nom que la ligne 2 : « Centre Ville »"),
    ]


def test_a_dry_run_says_the_same_and_writes_nothing(session: Session) -> None:
    before = session.scalar(select(func.count(Territory.id)))
    assert load(session, listing(row()), dry_run=True) == load(session, listing(row()))
    assert session.scalar(select(func.count(Territory.id))) == (before or 0) + 1


def test_a_second_time_changes_nothing(session: Session) -> None:
    load(session, listing(row()))
    posted = session.scalar(select(func.count(OutboxMessage.id)))
    assert load(session, listing(row())).unchanged == ["QN99999M"]
    assert session.scalar(select(func.count(OutboxMessage.id))) == posted


def test_what_changed_is_indexed_again(session: Session) -> None:
    load(session, listing(row()))
    assert load(session, listing(row(name="Crêt de Roch"))).changed == ["QN99999M"]
    key = quarter(session, "QN99999M").id
    wanted = select(OutboxMessage.payload).where(OutboxMessage.topic == INDEX_ENTRY)
    about = [one for one in session.scalars(wanted) if "territoires" in one["document_id"]]
    assert about == [{"document_id": document_id(SubjectKind.TERRITORY, key)}] * 2


def test_outlines_alone_make_a_quarter(session: Session) -> None:
    load(
        session,
        outlines(("QN99999M", "Rives", "42218"), ("QN99999M", "Rives", "42095")),
    )
    found = quarter(session, "QN99999M")
    assert [commune.code for commune in found.communes] == ["42095", "42218"]
    assert (found.latitude, found.longitude, found.area_km2) == (45.435, 4.385, 0.87)
    assert found.source == OUTLINE_SOURCE


@pytest.mark.parametrize("first", ["list", "outlines"])
def test_both_files_in_any_order(session: Session, first: str) -> None:
    files = [
        listing(row("QN99999M", name="De la liste", communes="42218")),
        outlines(("QN99999M", "Du contour", "42095")),
    ]
    for content in files if first == "list" else files[::-1]:
        load(session, content)
    found = quarter(session, "QN99999M")
    assert (found.name, found.area_km2) == ("De la liste", 0.87)
    assert [commune.code for commune in found.communes] == ["42218"]
    for content in files:
        assert load(session, content).unchanged == ["QN99999M"]


def test_npnru_facts_are_left_alone(session: Session) -> None:
    known = quarter(session, "QN04212M")
    interest, codes = known.npnru_interest, [former.code for former in known.former_codes]
    load(session, listing(row("QN04212M", name="Renommé")))
    known = quarter(session, "QN04212M")
    assert (known.name, known.is_npnru, known.npnru_interest) == ("Renommé", True, interest)
    assert [former.code for former in known.former_codes] == codes


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (
            b"a;b\n1;2\n",
            "Ce fichier n’est pas la liste des quartiers : colonnes code_qp, lib_qp, insee_com.",
        ),
        (b'{"type": ', "Ce fichier GeoJSON est abîmé."),
        (b'{"type": "Topology"}', "Ce fichier JSON n’est pas une collection d’entités GeoJSON."),
        (b"\x1f\x8b\x08 broken", "Ce fichier compressé est abîmé."),
    ],
)
def test_another_file_is_refused_whole(session: Session, content: bytes, sentence: str) -> None:
    with pytest.raises(UnreadableFile) as refusal:
        load(session, content)
    assert str(refusal.value) == sentence


def test_a_feature_without_outline_is_refused(session: Session) -> None:
    content = json.dumps(
        {
            "type": "FeatureCollection",
            "features": [{"type": "Feature", "properties": {"code_qp": "QN99999M"}}, None],
        }
    )
    assert load(session, gzip.compress(content.encode())).refused == [
        Refusal(1, "QN99999M", "contour absent ou qui n’est pas un polygone"),
        Refusal(2, "", "code de quartier illisible"),
    ]


def test_the_whole_country_in_time_and_equal(session: Session) -> None:
    listed = shared_file(LIST).read_bytes()
    shapes = shared_file(OUTLINES).read_bytes()
    expected = shared_file("territories/qpv_2024.csv").read_text(encoding="utf-8")
    started = time.perf_counter()
    report = load(session, listed)
    assert time.perf_counter() - started < 20
    assert (len(report.added) + len(report.unchanged), len(report.refused)) == COUNTED
    assert len(load(session, shapes).changed) == 1584
    assert len(load(session, listed).unchanged) == 1584
    assert len(load(session, shapes).unchanged) == 1584
    loaded = {found.code: found for found in session.scalars(select(Territory))}
    for wanted in csv.DictReader(expected.splitlines()):
        found = loaded[wanted["code_qpv"]]
        assert {commune.code for commune in found.communes} == set(wanted["insee"].split("|"))
        assert (
            found.name,
            found.department_code,
            found.region_code,
            found.epci_siren or "",
            found.ept_siren or "",
        ) == (
            " ".join(wanted["nom"].split()),
            wanted["code_departement"],
            wanted["code_region"],
            wanted["siren_epci"],
            wanted["siren_ept"],
        )
        assert found.latitude == pytest.approx(float(wanted["lat"]), abs=0.01)
        assert found.longitude == pytest.approx(float(wanted["lon"]), abs=0.01)
        assert found.area_km2 == pytest.approx(float(wanted["superficie_km2"]), rel=0.02, abs=0.002)
