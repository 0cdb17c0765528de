"""The file of the renewal programme: interest never guessed, heirs, what staff filled in."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.territory import Territory
from services.import_report import Refusal
from services.npnru_import import import_npnru
from tests.factories.quarter_files import LIST, NOW, listing, load, quarter, row
from tests.factories.shared_data import shared_file
from vocabulary.kinds import NpnruInterest


def npnru(*rows: str) -> bytes:
    header = "code_qp2015,codes_qpv_2024,nom_2024,insee,code_departement,interet,interet_source"
    return "\n".join([header, *rows]).encode()


def test_the_real_programme_is_what_the_seed_holds(session: Session) -> None:
    content = shared_file("territories/npnru_qp2015.csv").read_bytes()
    report = import_npnru(session, content, now=NOW)
    assert (report.added, report.changed, report.refused) == ([], [], [])
    assert len(report.unchanged) == 453 + 9


def test_the_real_programme_on_nothing_but_geography(session: Session) -> None:
    content = shared_file("territories/npnru_qp2015.csv").read_bytes()
    listed = shared_file(LIST).read_bytes()
    before = {
        found.code: (found.npnru_interest, sorted(old.code for old in found.former_codes))
        for found in session.scalars(select(Territory).where(Territory.npnru_source != ""))
    }
    for found in session.scalars(select(Territory)):
        found.npnru_interest, found.npnru_source, found.is_npnru = None, "", False
        found.former_codes.clear()
    session.flush()
    load(session, listed)
    report = import_npnru(session, content, now=NOW)
    assert (len(report.changed), report.refused) == (453 + 9, [])
    after = {
        found.code: (found.npnru_interest, sorted(old.code for old in found.former_codes))
        for found in session.scalars(select(Territory).where(Territory.npnru_source != ""))
    }
    assert after == before
    assert import_npnru(session, content, now=NOW).changed == []


def test_interest_is_never_guessed(session: Session) -> None:
    load(session, listing(row("QN99998M"), row("QN99999M")))
    report = import_npnru(
        session,
        npnru(
            "QP042901,QN99998M,,,42,national,Arrêté",
            "QP042902,QN99998M,,,42,regional,Arrêté",
            "QP042903,QN99999M,,,42,national,Arrêté",
            "QP042904,QN99999M,,,42,non_precise,",
        ),
        now=NOW,
    )
    reason = "les quartiers d’origine n’ont pas le même intérêt"
    assert report.refused == [
        Refusal(2, "QP042901 → QN99998M", reason),
        Refusal(3, "QP042902 → QN99998M", reason),
    ]
    assert quarter(session, "QN99998M").npnru_interest == NpnruInterest.UNSTATED
    assert quarter(session, "QN99999M").npnru_interest == NpnruInterest.UNSTATED
    assert [old.code for old in quarter(session, "QN99999M").former_codes] == [
        "QP042903",
        "QP042904",
    ]


def test_what_staff_filled_in_stays_where_the_file_is_silent(session: Session) -> None:
    known = quarter(session, "QN00103M")
    known.npnru_interest, known.npnru_source = NpnruInterest.REGIONAL, "Arrêté du 15/01/2019"
    report = import_npnru(session, npnru("QP001005,QN00103M,,,01,non_precise,"), now=NOW)
    assert report.unchanged == ["QN00103M"]
    assert known.npnru_interest == NpnruInterest.REGIONAL


def test_a_quarter_that_left_the_list_stands_alone(session: Session) -> None:
    report = import_npnru(session, npnru("QP042999,,,,42,regional,Arrêté"), now=NOW)
    assert report.added == ["QP042999"]
    alone = quarter(session, "QP042999")
    assert (alone.name, alone.region_code, alone.is_npnru) == ("QP042999", "84", True)
    assert alone.npnru_interest == NpnruInterest.REGIONAL
    assert (alone.former_codes, alone.communes) == ([], [])


def test_an_unknown_heir_is_made_or_asked_for(session: Session) -> None:
    report = import_npnru(
        session,
        npnru(
            "QP042997,QN99999M,Nouveau,42218,42,non_precise,",
            "QP042998,QN99997M|QN99998M,Un / Deux,42218,42,non_precise,",
        ),
        now=NOW,
    )
    assert report.added == ["QN99999M"]
    assert [refusal.reason for refusal in report.refused] == [
        "QN99997M n’est pas encore chargé : importez d’abord la liste des quartiers",
        "QN99998M n’est pas encore chargé : importez d’abord la liste des quartiers",
    ]


def test_refused_lines_of_the_programme(session: Session) -> None:
    report = import_npnru(
        session,
        npnru(
            "QN04212M,,,,42,national,",
            "QP042901,QP042902,,,42,national,",
            "QP042903,,,,99,national,",
            "QP042904,,,,42,très fort,",
            "QP042905,,,,42,,",
            "QP042905,,,,42,,",
        ),
        now=NOW,
    )
    assert report.refused == [
        Refusal(2, "QN04212M", "code de 2015 illisible"),
        Refusal(3, "QP042901", "code de 2024 illisible : QP042902"),
        Refusal(4, "QP042903", "département inconnu : 99"),
        Refusal(5, "QP042904", "intérêt inconnu : très fort"),
        Refusal(7, "QP042905", "déjà lu ligne 6"),
    ]
    assert report.added == ["QP042905"]
