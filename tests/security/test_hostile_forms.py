"""Forms sent as no browser of ours would: refused, ignored or stored safely, never a 5xx."""

import io
import zipfile
from datetime import date
from pathlib import Path
from typing import Any, Final

import pytest
import xlsxwriter
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from jobs.serve import MAX_SPOOLED_BYTES
from models.account import User
from models.import_batch import ImportBatch
from models.organization import Organization
from services.errors import RuleViolation
from services.journal import JournalFilter, read_journal
from services.organization_import import create_batch
from tests.factories.accounts import NOW, make_membership, make_user, sign_in
from tests.factories.forms import filled, forms_in, write
from tests.factories.organizations import make_offer, make_organization
from tests.factories.pages import csrf_token
from vocabulary.kinds import PublicationState, UserRole

MANY_FIGURES: Final = "9" * 5_000
SPACE: Final = "/mon-espace/organisations/entreprise-d-essai"
OFFER: Final = "/mon-espace/offres/offre-d-essai"


@pytest.fixture
def owner(empty_session: Session) -> User:
    person = make_user(empty_session, email="ada@essai.example")
    entry = make_organization(empty_session, is_claimed=True)
    make_membership(empty_session, person, entry)
    make_offer(empty_session, entry)
    empty_session.commit()
    return person


@pytest.fixture
def client(empty_app: Flask, owner: User) -> FlaskClient:
    return sign_in(empty_app, owner.email)


@pytest.fixture
def staff(empty_app: Flask, empty_session: Session) -> FlaskClient:
    person = make_user(empty_session, role=UserRole.STAFF)
    empty_session.commit()
    return sign_in(empty_app, person.email)


@pytest.mark.parametrize("position", ["²", "٣", MANY_FIGURES, "-1", "1e3", ""])
def test_rows_with_impossible_positions_are_no_rows(client: FlaskClient, position: str) -> None:
    name = f"references-{position}-place"
    assert write(client, OFFER, **{name: "Fausse ligne"}).status_code == 302
    assert "Fausse ligne" not in client.get(OFFER).text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("lock", MANY_FIGURES),
        ("founded_year", "²²²²"),
        ("kind", "roi"),
        ("number", "\x00"),
        ("commune", "\x00" * 50),
        ("name", "\x00\ud7ff\u202e"),
        ("name", "\u061cNom"),
        ("name", "x" * 100_000),
    ],
)
def test_impossible_answers_are_refused(client: FlaskClient, field: str, value: str) -> None:
    answer = write(client, f"{SPACE}/identite", **{field: value})
    assert answer.status_code in {302, 409, 422}
    page = client.get(f"{SPACE}/identite").text
    assert not {"\x00", "\u202e", "\u061c"} & set(page)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b'{"name": "x"}', "application/json"),
        (b"no boundary", "multipart/form-data"),
        (b"--x\r\nbroken", "multipart/form-data; boundary=x"),
        (b"<a/>", "text/xml; charset=none-such"),
        (b"csrf_token=\xff\xfe", "application/x-www-form-urlencoded; charset=utf-7"),
        (b"", ""),
    ],
)
def test_other_kinds_of_bodies_change_nothing(
    client: FlaskClient, body: bytes, content_type: str
) -> None:
    answer = client.post(f"{SPACE}/identite", data=body, content_type=content_type)
    assert answer.status_code == 400


def test_somebody_elses_token_is_refused(empty_app: Flask, client: FlaskClient) -> None:
    theirs = csrf_token(empty_app.test_client())
    answer = client.post(f"{SPACE}/retirer", data={"csrf_token": theirs})
    assert answer.status_code == 400


def test_fields_that_no_form_has_are_ignored(
    empty_app: Flask, empty_session: Session, client: FlaskClient
) -> None:
    extra: dict[str, Any] = {
        "state": "published",
        "is_demo": "1",
        "is_claimed": "",
        "version": "9",
        "owner": "1",
        "slug": "accueil",
        "on_behalf": "y",
        "created_by_id": "1",
    }
    answer = client.post(
        "/mon-espace/inscrire/fiche",
        data={"csrf_token": csrf_token(client), "name": "En trop", "kind": "startup", **extra},
    )
    assert answer.headers["Location"] == "/mon-espace/organisations/en-trop/identite"
    empty_session.rollback()
    entry = empty_session.scalars(select(Organization).where(Organization.slug == "en-trop")).one()
    found = (entry.state, entry.is_demo, entry.is_claimed, entry.version)
    assert found == (PublicationState.DRAFT, False, True, 0)
    assert empty_app.test_client().get("/acteurs/en-trop").status_code == 404


def test_a_profile_gives_no_role(empty_session: Session, client: FlaskClient) -> None:
    action, fields = forms_in(client.get("/mon-compte").text)[0]
    extra = {"roles": "administrator", "role": "administrator", "email": "autre@essai.example"}
    answer = client.post(action or "/mon-compte", data={**fields, **extra})
    assert answer.status_code == 302
    assert client.get("/administration/personnes").status_code == 404
    known = empty_session.scalars(User.by_email("autre@essai.example")).one_or_none()
    assert known is None


@pytest.mark.parametrize(
    "query", ["avant=-99999999999999999999", "avant=0", "depuis=0001-01-01", "jusqu=9999-12-31"]
)
def test_the_log_reads_any_bound(staff: FlaskClient, query: str) -> None:
    assert staff.get(f"/moderation/journal?{query}").status_code == 200


def test_a_bound_at_the_end_of_the_calendar_hides_nothing(empty_session: Session) -> None:
    wanted = JournalFilter(since=date.min, until=date.max)
    assert (
        read_journal(empty_session, wanted).lines
        == read_journal(empty_session, JournalFilter()).lines
    )


@pytest.mark.parametrize(
    "choice",
    [
        {"ligne-" + MANY_FIGURES: "create"},
        {"ligne-²": "create"},
        {"ligne-1": "update:" + MANY_FIGURES},
        {"ligne-1": f"update:{2**70}"},
    ],
)
def test_impossible_choices_on_an_import_are_set_aside(
    staff: FlaskClient, empty_session: Session, choice: dict[str, str]
) -> None:
    make_organization(empty_session, "Façades Vives", commune_code=None)
    empty_session.commit()
    csv = b"nom;type\nFacades Vive;Startup\n"
    fields = filled(staff, "/imports")
    fields["source"] = "Essai"
    fields["file"] = FileStorage(io.BytesIO(csv), filename="../../x.csv")
    page = staff.post("/imports", data=fields, content_type="multipart/form-data")
    address = page.headers["Location"]
    batch = empty_session.scalars(select(ImportBatch)).one()
    assert batch.filename == "x.csv"
    assert [row.verdict for row in batch.rows] == ["duplicate"]
    for step, data in (("doublons", choice), ("appliquer", {})):
        sent = {"csrf_token": csrf_token(staff), **data}
        assert staff.post(f"{address}/{step}", data=sent).status_code == 302
    assert staff.get(address).status_code == 200


@pytest.mark.parametrize("cell", ["²", MANY_FIGURES, "-1", "1e99"])
def test_impossible_headcounts_refuse_their_line(empty_session: Session, cell: str) -> None:
    batch = create_batch(
        empty_session,
        f"nom;type;effectif\nUne;Startup;{cell}\n".encode(),
        filename="x.csv",
        source="Essai",
        author=None,
        today=NOW.date(),
        now=NOW,
    )
    assert [row.verdict for row in batch.rows] == ["refused"]


@pytest.mark.parametrize("number", [MANY_FIGURES, "9" * 20, "²"])
def test_impossible_row_numbers_of_a_workbook_are_counted_instead(
    empty_session: Session, tmp_path: Path, number: str
) -> None:
    content = _workbook_with_row_number(tmp_path, number)
    try:
        batch = create_batch(
            empty_session,
            content,
            filename="x.xlsx",
            source="Essai",
            author=None,
            today=NOW.date(),
            now=NOW,
        )
    except RuleViolation:
        return
    assert [row.line for row in batch.rows] == [2]


def _workbook_with_row_number(folder: Path, number: str) -> bytes:
    """Return a workbook of two rows whose second one bears ``number``."""
    path = folder / "x.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["nom", "type"])
        sheet.write_row(1, 0, ["Une", "Startup"])
    out = io.BytesIO()
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            if name.endswith("sheet1.xml"):
                data = data.replace(b'<row r="2"', f'<row r="{number}"'.encode())
            target.writestr(name, data)
    return out.getvalue()


def test_too_many_parts_are_refused_before_they_are_read(client: FlaskClient) -> None:
    part = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n'
    answer = client.post(
        f"{SPACE}/identite",
        data=part * 100_000 + b"--x--\r\n",
        content_type="multipart/form-data; boundary=x",
    )
    assert answer.status_code == 413


def test_the_server_keeps_little_of_a_body_that_is_refused(empty_app: Flask) -> None:
    assert empty_app.config["MAX_CONTENT_LENGTH"] < MAX_SPOOLED_BYTES < 3 * 8 * 1024 * 1024


def test_a_refusal_leads_back_to_a_page_of_ours(client: FlaskClient) -> None:
    answer = client.post(f"{SPACE}/identite", headers={"Referer": "http://localhost/annuaire"})
    assert 'href="http://localhost/annuaire"' in answer.text


@pytest.mark.parametrize("referrer", ["https://evil.example/", "http://localhost.evil.example/"])
def test_a_refusal_leads_nowhere_else(client: FlaskClient, referrer: str) -> None:
    answer = client.post(f"{SPACE}/identite", headers={"Referer": referrer})
    assert "evil.example" not in answer.text
