"""The page of a thread: who reads it, answers at the same time, what is unread, files given."""

import io
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.account import User
from models.document import Document
from models.introduction import Introduction, IntroductionMessage, ThreadReading
from models.membership import Membership
from tests.factories.accounts import make_membership, make_user, sign_in
from tests.factories.introductions import (
    THREADS,
    Table,
    contact_page,
    read_again,
    sent_introduction,
    thread_page,
)
from tests.factories.organizations import make_organization
from tests.factories.pages import csrf_token, submit
from vocabulary.exchanges import IntroductionState, Side
from vocabulary.kinds import MembershipState, UserRole


def test_a_double_click_writes_one_message(
    empty_session: Session, table: Table, maker: FlaskClient
) -> None:
    """THREATS C1."""
    introduction = sent_introduction(empty_session, table)
    fields = {"body": "Une question", "form_number": "b" * 32}
    for _ in range(2):
        assert submit(maker, f"{thread_page(introduction)}/messages", fields).status_code == 302
    empty_session.rollback()
    bodies = empty_session.scalars(select(IntroductionMessage.body)).all()
    assert bodies == ["Bonjour, parlons-en.", "Une question"]


@pytest.mark.parametrize("role", [UserRole.MEMBER, UserRole.STAFF, UserRole.ADMINISTRATOR])
def test_a_thread_is_missing_for_anybody_else(
    empty_app: Flask, empty_session: Session, table: Table, role: UserRole
) -> None:
    """THREATS Z2: neither strangers nor staff; the page is that of a thread that never was."""
    introduction = sent_introduction(empty_session, table)
    outsider = make_user(empty_session, role=role)
    empty_session.commit()
    client = sign_in(empty_app, outsider.email)
    theirs, missing = (client.get(f"{THREADS}/{number}") for number in (introduction.id, 999))
    assert (theirs.status_code, missing.status_code) == (404, 404)
    bodies = [re.sub(r'csrf_token" value="[^"]+"', "", page.text) for page in (theirs, missing)]
    assert bodies[0].replace(f"/{introduction.id}", "/999") == bodies[1]
    for action in ("messages", "accepter", "decliner", "retirer", "contact", "suite"):
        response = submit(client, f"{thread_page(introduction)}/{action}", {"body": "x"})
        assert response.status_code == 404, action
    assert client.get(contact_page(table)).status_code == 404
    assert read_again(empty_session, introduction).state is IntroductionState.SENT


def test_who_leaves_stops_reading_at_once_and_the_thread_stays(
    empty_session: Session, table: Table, buyer: FlaskClient, maker: FlaskClient
) -> None:
    """THREATS Z5."""
    introduction = sent_introduction(empty_session, table, from_side=Side.ACTOR, accepted=True)
    assert maker.get(thread_page(introduction)).status_code == 200
    empty_session.rollback()
    empty_session.scalars(
        select(Membership).where(Membership.user_id == table.maker.id)
    ).one().state = MembershipState.REFUSED
    empty_session.commit()
    assert maker.get(thread_page(introduction)).status_code == 404
    page = buyer.get(thread_page(introduction)).text
    assert "la personne n’est plus dans l’équipe" in page
    assert table.maker.email not in page


def test_a_deleted_account_reads_as_such(
    empty_session: Session, table: Table, buyer: FlaskClient
) -> None:
    introduction = sent_introduction(empty_session, table, from_side=Side.ACTOR, accepted=True)
    empty_session.delete(empty_session.get_one(User, table.maker.id))
    empty_session.commit()
    page = buyer.get(thread_page(introduction)).text
    assert "compte supprimé" in page
    assert "Bonjour, parlons-en." in page


def test_a_colleague_becomes_the_contact(
    empty_app: Flask, empty_session: Session, table: Table, buyer: FlaskClient
) -> None:
    colleague = make_user(empty_session)
    make_membership(empty_session, colleague, table.actor)
    introduction = sent_introduction(empty_session, table, accepted=True)
    client = sign_in(empty_app, colleague.email)
    submit(client, f"{thread_page(introduction)}/contact")
    page = buyer.get(thread_page(introduction)).text
    assert colleague.email in page
    assert table.maker.email not in page


def test_declining_needs_a_reason_that_the_other_side_reads(
    empty_session: Session, table: Table, buyer: FlaskClient, maker: FlaskClient
) -> None:
    introduction = sent_introduction(empty_session, table)
    address = f"{thread_page(introduction)}/decliner"
    refused = submit(maker, address, {"reason": "", "note": "Pas cette année."})
    assert refused.status_code == 422
    assert "Pas cette année." in refused.text
    submit(maker, address, {"reason": "calendrier", "note": "Pas cette année."})
    page = buyer.get(thread_page(introduction)).text
    assert "Le calendrier ne convient pas" in page
    assert "Pas cette année." in page
    assert 'id="repondre"' not in page
    assert "Accepter finalement" in maker.get(thread_page(introduction)).text


def test_two_members_answer_at_once_and_one_wins(
    empty_app: Flask, empty_session: Session, table: Table, maker: FlaskClient
) -> None:
    """THREATS C2: the second gets 409 and changes nothing."""
    colleague = make_user(empty_session)
    make_membership(empty_session, colleague, table.actor)
    introduction = sent_introduction(empty_session, table)
    other = sign_in(empty_app, colleague.email)
    for client in (maker, other):
        assert "attend votre réponse" in client.get(thread_page(introduction)).text
    submit(maker, f"{thread_page(introduction)}/accepter")
    typed = {"reason": "autre", "note": "Pas cette année."}
    second = submit(other, f"{thread_page(introduction)}/decliner", typed)
    assert second.status_code == 409
    assert "déjà reçu une réponse" in second.text
    assert "Pas cette année." in second.text
    stored = read_again(empty_session, introduction)
    assert (stored.state, stored.decline_reason) == (IntroductionState.ACCEPTED, None)


def test_an_answer_to_a_request_taken_back_is_a_conflict(
    empty_session: Session, table: Table, buyer: FlaskClient, maker: FlaskClient
) -> None:
    """THREATS C4."""
    introduction = sent_introduction(empty_session, table)
    submit(buyer, f"{thread_page(introduction)}/retirer")
    assert submit(maker, f"{thread_page(introduction)}/accepter").status_code == 409
    response = submit(maker, f"{thread_page(introduction)}/messages", {"body": "Trop tard"})
    assert (response.status_code, "Trop tard" in response.text) == (409, True)


def test_reading_clears_what_is_unread_for_that_person_only(
    empty_app: Flask, empty_session: Session, table: Table, maker: FlaskClient
) -> None:
    colleague = make_user(empty_session)
    make_membership(empty_session, colleague, table.actor)
    introduction = sent_introduction(empty_session, table)
    other = sign_in(empty_app, colleague.email)
    badge = "1 message non lu"
    assert badge in maker.get(THREADS).text
    assert "1 mise en relation a des messages à lire" in maker.get("/mon-espace").text
    assert "nouveau" in maker.get(thread_page(introduction)).text
    assert badge not in maker.get(THREADS).text
    assert "messages à lire" not in maker.get("/mon-espace").text
    assert badge in other.get(THREADS).text
    empty_session.rollback()
    rows = empty_session.scalars(select(ThreadReading.user_id)).all()
    assert rows == [table.maker.id]


def test_a_head_request_reads_nothing(
    empty_session: Session, table: Table, maker: FlaskClient
) -> None:
    introduction = sent_introduction(empty_session, table)
    assert maker.head(thread_page(introduction)).status_code == 200
    empty_session.rollback()
    assert empty_session.scalars(select(ThreadReading)).all() == []


def attach(client: FlaskClient, introduction: Introduction, *files: tuple[bytes, str]) -> int:
    """Send a message with files; return the status."""
    data = {
        "csrf_token": csrf_token(client),
        "body": "Voici",
        "files": [(io.BytesIO(content), name) for content, name in files],
    }
    response = client.post(f"{thread_page(introduction)}/messages", data=data)
    return response.status_code


def test_a_file_is_given_to_both_teams_and_nobody_else(
    empty_app: Flask, empty_session: Session, table: Table, buyer: FlaskClient, maker: FlaskClient
) -> None:
    introduction = sent_introduction(empty_session, table, accepted=True)
    assert attach(maker, introduction, (b"a;b\n1;2\n", "..\\..\\tari\u202ff.csv")) == 302
    empty_session.rollback()
    document = empty_session.scalars(select(Document)).one()
    address = f"/documents/{document.id}"
    response = buyer.get(address)
    assert response.get_data() == b"a;b\n1;2\n"
    assert response.headers["Content-Disposition"].startswith("attachment; filename=")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response.headers["Content-Security-Policy"]
    assert response.headers["Cache-Control"] == "private, no-store"
    staff = make_user(empty_session, role=UserRole.ADMINISTRATOR)
    rival = make_organization(empty_session, "Rivale", is_claimed=True)
    outsider = make_user(empty_session)
    make_membership(empty_session, outsider, rival)
    empty_session.commit()
    for person in (staff, outsider):
        assert sign_in(empty_app, person.email).get(address).status_code == 404
    assert empty_app.test_client().get(address).status_code == 404
    assert maker.get("/documents/999").status_code == 404


def test_a_refused_file_sends_nothing(
    empty_session: Session, table: Table, maker: FlaskClient
) -> None:
    introduction = sent_introduction(empty_session, table)
    page = {
        "csrf_token": csrf_token(maker),
        "body": "Mon texte",
        "files": [(io.BytesIO(b"MZ\x90\x00"), "outil.exe")],
    }
    response = maker.post(f"{thread_page(introduction)}/messages", data=page)
    assert response.status_code == 422
    assert "n’est pas d’un type accepté" in response.text
    assert "Mon texte" in response.text
    assert len(read_again(empty_session, introduction).messages) == 1
    too_many = [(b"x", f"{number}.txt") for number in range(4)]
    assert attach(maker, introduction, *too_many) == 422


def test_a_buyers_file_reaches_the_actor_contacted_and_its_opening_is_noted(
    empty_session: Session, table: Table, buyer: FlaskClient, maker: FlaskClient
) -> None:
    introduction = sent_introduction(empty_session, table, accepted=True)
    assert attach(buyer, introduction, (b"Cahier", "cahier.txt")) == 302
    page = maker.get(thread_page(introduction)).text
    assert "remis à tous les acteurs contactés" in page
    empty_session.rollback()
    document = empty_session.scalars(select(Document)).one()
    assert maker.get(f"/documents/{document.id}").get_data() == b"Cahier"
    empty_session.rollback()
    empty_session.expire_all()
    (delivery,) = empty_session.get_one(Document, document.id).deliveries
    assert delivery.opened_at is not None
