"""Working groups of a partnership, their minutes, its steps and its documents."""

import io

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select

from models.partnership import WorkingGroup, WorkingGroupMeeting
from tests.factories.entries import make_partnership, make_territory
from tests.factories.forms import filled, press, write
from tests.factories.partnership_pages import SPACE, People, invite_and_accept, publish


def test_a_group_its_lead_and_its_minutes(app: Flask, people: People, keeper: FlaskClient) -> None:
    invite_and_accept(people, keeper)
    key = str(people.startup.id)
    write(
        keeper,
        f"{SPACE}/table-des-toits/groupes/nouveau",
        name="Groupe des toits",
        theme="solaire",
        members=[key],
        leads=[key],
    )
    publish(people, keeper)
    (group,) = people.page().working_groups
    founder = people.client(people.founder)
    new = f"{SPACE}/table-des-toits/groupes/{group.id}/reunions/nouvelle"
    assert 'name="is_public"' not in founder.get(new).text
    write(founder, new, held_on="2026-10-01", minutes="Secret de table", is_public="y")
    people.session.rollback()
    meeting = people.session.scalars(
        select(WorkingGroupMeeting).where(WorkingGroupMeeting.group_id == group.id)
    ).one()
    assert meeting.is_public is False
    page, visitor = "/partenariats/table-des-toits", app.test_client()
    for path in ("", "/feuille", "/groupes.csv", "/reunions.ics"):
        assert "Secret de table" not in visitor.get(page + path).text
    assert "Secret de table" in founder.get(page).text
    assert founder.get(f"{SPACE}/table-des-toits/groupes/{group.id}").status_code == 404
    write(keeper, f"{new.rsplit('/', 1)[0]}/{meeting.id}", is_public="y")
    assert "Secret de table" in visitor.get(page).text
    assert "Secret de table" in visitor.get(f"{page}/groupes.csv").text
    pdf = PdfReader(io.BytesIO(visitor.get(f"{page}/groupes.pdf").data))
    assert "Groupe des toits" in "".join(sheet.extract_text() for sheet in pdf.pages)


def test_another_partnerships_group_is_missing(people: People, keeper: FlaskClient) -> None:
    people.session.rollback()
    other = make_partnership(people.session, make_territory(people.session, "QN04299M"))
    group = WorkingGroup(partnership_id=other.id, name="Ailleurs")
    people.session.add(group)
    people.session.commit()
    page = f"{SPACE}/table-des-toits/groupes/{group.id}"
    assert keeper.get(page).status_code == 404
    assert keeper.get(f"{page}/reunions/nouvelle").status_code == 404


@pytest.mark.parametrize(
    ("precision", "shown"), [("day", "12 avril 2017"), ("month", "avril 2017"), ("year", "2017")]
)
def test_a_step_reads_as_exactly_as_it_is_known(
    keeper: FlaskClient, precision: str, shown: str
) -> None:
    write(
        keeper,
        f"{SPACE}/table-des-toits/etapes/nouvelle",
        title="Convention",
        happened_on="2017-04-12",
        precision=precision,
    )
    text = keeper.get("/partenariats/table-des-toits").text
    assert f'<p class="timeline-date">{shown}</p>' in text


def test_documents_for_members_and_for_all(app: Flask, people: People, keeper: FlaskClient) -> None:
    invite_and_accept(people, keeper)
    publish(people, keeper)
    page = f"{SPACE}/table-des-toits/documents"
    pdf = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
    fields = filled(keeper, page)
    fields.setlist("file", [(io.BytesIO(pdf), "note.pdf")])
    assert keeper.post(page, data=fields, content_type="multipart/form-data").status_code == 302
    (document,) = people.page().documents
    address = f"/partenariats/table-des-toits/documents/{document.id}"
    assert app.test_client().get(address).status_code == 404
    given = people.client(people.founder).get(address)
    assert given.data == pdf
    assert "sandbox" in given.headers["Content-Security-Policy"]
    assert given.headers["X-Content-Type-Options"] == "nosniff"
    assert given.headers["Cache-Control"] == "private, no-store"
    press(keeper, page, f"/{document.id}/retirer")
    assert people.client(people.founder).get(address).status_code == 404
    press(keeper, page, f"/{document.id}/rendre")
    assert people.client(people.founder).get(address).status_code == 200


def test_a_document_of_no_known_type_is_refused(keeper: FlaskClient) -> None:
    page = f"{SPACE}/table-des-toits/documents"
    fields = filled(keeper, page)
    fields.setlist("file", [(io.BytesIO(b"<script>"), "note.html")])
    assert keeper.post(page, data=fields, content_type="multipart/form-data").status_code == 422
