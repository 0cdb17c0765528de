"""Documents given to the actors contacted, withdrawn, refused; those of actors show a digest."""

import io

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.document import Document
from models.need import Need
from models.organization import Organization
from services.register import record_event
from tests.factories.accounts import NOW, sign_in
from tests.factories.pages import mails_to, submit
from tests.factories.registers import (
    MEMBER,
    OTHER_BUYER,
    export_register,
    give_document,
    log_call,
    register_lines,
    register_of,
)
from vocabulary.exchanges import RegisterEvent


def test_a_document_given_reaches_the_actor_contacted(
    empty_app: Flask, buyer: FlaskClient, need: Need, empty_session: Session
) -> None:
    log_call(buyer, need)
    assert give_document(buyer, need).status_code == 302
    document = empty_session.scalars(select(Document)).one()
    (mail,) = mails_to(empty_app, MEMBER)
    assert "cahier.txt" in mail
    assert f"/besoins/{need.id}/documents" in mail
    actor, stranger = sign_in(empty_app, MEMBER), sign_in(empty_app, OTHER_BUYER)
    assert "cahier.txt" in actor.get(f"/besoins/{need.id}/documents").text
    assert "cahier.txt" not in stranger.get(f"/besoins/{need.id}/documents").text
    assert "cahier.txt" not in empty_app.test_client().get(f"/besoins/{need.id}/documents").text
    assert actor.get(f"/documents/{document.id}").status_code == 200
    assert stranger.get(f"/documents/{document.id}").status_code == 404
    assert empty_app.test_client().get(f"/documents/{document.id}").status_code != 200
    table = buyer.get(f"/mon-espace/besoins/{need.id}/documents").text
    assert "Ouvert" in table
    events = [entry.event for entry in register_lines(empty_session, need)]
    assert events == [
        RegisterEvent.CALL,
        RegisterEvent.DOCUMENT_ISSUED,
        RegisterEvent.DOCUMENT_OFFERED,
        RegisterEvent.DOCUMENT_OPENED,
    ]


def test_a_document_withdrawn_is_given_no_more(
    empty_app: Flask, buyer: FlaskClient, need: Need, empty_session: Session
) -> None:
    log_call(buyer, need)
    give_document(buyer, need)
    document = empty_session.scalars(select(Document)).one()
    page = f"/mon-espace/besoins/{need.id}/documents/{document.id}/retirer"
    assert submit(sign_in(empty_app, OTHER_BUYER), page).status_code == 404
    assert submit(buyer, page).status_code == 302
    actor = sign_in(empty_app, MEMBER)
    assert actor.get(f"/documents/{document.id}").status_code == 404
    assert mails_to(empty_app, MEMBER) == []


@pytest.mark.parametrize(
    "file",
    [(b"", "vide.txt"), (b"<html><script>alert(1)</script></html>", "page.html")],
)
def test_a_file_that_is_no_document_is_refused(
    buyer: FlaskClient, need: Need, empty_session: Session, file: tuple[bytes, str]
) -> None:
    content, name = file
    response = give_document(buyer, need, file=(io.BytesIO(content), name))
    assert response.status_code == 422
    assert empty_session.scalars(select(Document)).all() == []


def test_an_actors_document_shows_its_digest_alone(
    buyer: FlaskClient, need: Need, empty_session: Session
) -> None:
    actor = empty_session.scalars(select(Organization).where(Organization.name == "Abeille")).one()
    record_event(
        empty_session,
        empty_session.get_one(Need, need.id),
        RegisterEvent.DOCUMENT_RECEIVED,
        now=NOW,
        organization=actor,
        facts={"digest": "abcdef123456" + "0" * 52, "side": "acteur"},
        words={"filename": "procede-secret.pdf"},
    )
    empty_session.commit()
    page = buyer.get(register_of(need)).text
    assert "Abeille remet un document confidentiel." in page
    assert "abcdef123456" in page
    files = [export_register(buyer, need, kind) for kind in ("csv", "pdf")]
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(files[1])).pages)
    assert [("procede-secret" in shown) for shown in (page, files[0].decode(), text)] == [False] * 3
