"""Every free text of the database starts as a formula; no cell of any file of ours does (O3)."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from extensions.database import db_session
from models.base import Base
from models.meetup import MeetupDay
from models.need import Need
from tests.databases import site_from
from tests.factories.accounts import sign_in
from tests.factories.entries import index_all
from tests.factories.matrix_world import Examples, address_of, build_world
from tests.factories.meetups import publish_meetings
from tests.security.test_stored_scripts import poisoned
from vocabulary.exchanges import Side
from vocabulary.kinds import PublicationState

FORMULA: Final = '=HYPERLINK("http://evil.example";"x")'
FIRST: Final = ("=", "+", "-", "@", "\t", "\r")
# Each file, with a role that may have it.
FILES: Final = (
    ("directory.export", "owner"),
    ("comparison.export", "owner"),
    ("exposure.export", "public"),
    ("partnership_files.export", "public"),
    ("partnership_files.groups", "public"),
    ("shortlists.export", "owner"),
    ("introductions.export", "owner"),
    ("consortiums.export", "owner"),
    ("steering.radar_file", "staff"),
    ("steering.journey_file", "staff"),
    ("registers.export", "owner"),
    ("meetup_participants.export", "staff"),
    ("meetup_wishes_review.export", "staff"),
    ("meetup_attendance.export", "staff"),
    ("meetup_report.export", "staff"),
)
# These hold numbers and our own words, and nothing is compared in the address of this one.
COUNTS: Final = {
    *("exposure.export", "steering.radar_file", "steering.journey_file", "comparison.export"),
}


@pytest.fixture(scope="module")
def app(templates: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    with site_from(templates / "empty", tmp_path_factory.mktemp("formulas")) as made:
        made.config["WTF_CSRF_ENABLED"] = False  # files alone are looked at here
        yield made


@pytest.fixture(scope="module")
def examples(app: Flask) -> dict[str, Examples]:
    found = build_world(app)
    with app.app_context():
        session = db_session()
        _hold_a_meeting(session)
        for table in Base.metadata.sorted_tables:
            values = poisoned(table, FORMULA)
            if values:
                session.execute(update(table).values(values))
        session.execute(update(Need).values(state=PublicationState.PUBLISHED))
        session.commit()
    index_all(app)
    return found


def _hold_a_meeting(session: Session) -> None:
    """Publish a meeting at the day of the matrix: its report has a row."""
    day = session.scalars(select(MeetupDay)).one()
    by_side = {one.side: one for one in day.participants}
    pair = (by_side[Side.TERRITORY], by_side[Side.ACTOR])
    publish_meetings(session, day, [(day.slots[0], day.rooms[0].tables[0], pair)])


@pytest.mark.parametrize("file_type", ["csv", "xlsx"])
@pytest.mark.parametrize(("endpoint", "role"), FILES)
def test_no_cell_is_a_formula(
    app: Flask, examples: dict[str, Examples], endpoint: str, role: str, file_type: str
) -> None:
    rule = next(app.url_map.iter_rules(endpoint))
    values = dict(examples[role].get(endpoint) or {})
    if "file_type" in rule.arguments:
        values["file_type"] = file_type
    elif file_type != "csv":
        pytest.skip("this file has one sort")
    if endpoint in {"registers.export", "comparison.export"} and file_type != "csv":
        pytest.skip("this file has no workbook")
    client = app.test_client() if role == "public" else sign_in(app, address_of(role))
    method = "GET" if "GET" in (rule.methods or ()) else "POST"
    address = app.url_map.bind("localhost").build(endpoint, values)
    answer = client.open(address, method=method, buffered=True)
    assert answer.status_code == 200
    cells = _cells(answer.data, file_type)
    assert [cell for cell in cells if cell.startswith(FIRST)] == []
    assert any("HYPERLINK" in cell for cell in cells) or endpoint in COUNTS


def _cells(content: bytes, file_type: str) -> list[str]:
    if file_type == "xlsx":
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        pages = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]
        return [str(cell) for page in pages for row in page for cell in row]
    rows_read = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";")
    return [cell for row in rows_read for cell in row]
