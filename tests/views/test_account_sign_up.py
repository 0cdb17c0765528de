"""Signing up: confirmation by mail, the same answer for every address, nothing else taken."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from extensions.clock import now
from models.account import User
from models.mail import StoredMail
from models.outbox import OutboxMessage
from tests.factories.accounts import make_user
from tests.factories.pages import (
    PASSWORD,
    is_signed_in,
    link_in,
    mails_to,
    sign_in_with,
    sign_up,
    submit,
    without_tokens,
)

EMAIL = "ada@essai.example"


def test_sign_up_confirm_sign_in(empty_app: Flask) -> None:
    client = empty_app.test_client()
    assert sign_up(client, EMAIL).headers["Location"] == "/inscription/courriel"
    assert not is_signed_in(client)
    [mail] = mails_to(empty_app, EMAIL)
    assert client.get(link_in(mail)).headers["Location"] == "/connexion"
    assert sign_in_with(client, EMAIL).headers["Location"] == "/mon-espace"
    assert is_signed_in(client)


def test_the_purpose_of_the_data_is_shown(empty_app: Flask) -> None:
    page = empty_app.test_client().get("/inscription").text
    assert "Ce que nous faisons de ces données" in page


def test_an_unconfirmed_account_stays_shut_and_says_why(empty_app: Flask) -> None:
    client = empty_app.test_client()
    sign_up(client, EMAIL)
    page = sign_in_with(client, EMAIL).text
    assert "Votre adresse n’est pas encore confirmée" in page
    assert not is_signed_in(client)


def test_a_known_address_gets_the_same_answer_and_another_mail(
    empty_app: Flask, empty_session: Session
) -> None:
    make_user(empty_session, email=EMAIL)
    empty_session.commit()
    client = empty_app.test_client()
    known, unknown = sign_up(client, EMAIL), sign_up(client, "autre@essai.example")
    assert (known.status_code, known.headers["Location"]) == (
        unknown.status_code,
        unknown.headers["Location"],
    )
    assert mails_to(empty_app, EMAIL)[0].startswith("Vous avez déjà un compte")


@pytest.mark.parametrize("url", ["/connexion/mot-de-passe-oublie", "/inscription/confirmer"])
def test_requests_for_a_mail_answer_alike(
    empty_app: Flask, empty_session: Session, url: str
) -> None:
    make_user(empty_session, email=EMAIL, password="x")
    empty_session.commit()
    client = empty_app.test_client()
    pages = [
        submit(client, url, {"email": email}).text.replace(email, "ADRESSE")
        for email in (EMAIL, "nobody@essai.example")
    ]
    assert without_tokens(pages[0]) == without_tokens(pages[1])


def test_the_queue_holds_numbers_and_no_token(empty_app: Flask, empty_session: Session) -> None:
    sign_up(empty_app.test_client(), EMAIL)
    message = empty_session.scalars(select(OutboxMessage)).one()
    mail = empty_session.scalars(select(StoredMail)).one()
    user = empty_session.scalars(select(User)).one()
    assert message.payload == {"mail_id": mail.id, "user_id": user.id, "kind": "welcome"}
    assert mail.text_body == ""


def test_extra_fields_are_not_taken(empty_app: Flask, empty_session: Session) -> None:
    sign_up(
        empty_app.test_client(),
        EMAIL,
        active="",
        roles="administrateur",
        role="administrateur",
        confirmed_at="2020-01-01",
        fs_uniquifier="mine",
        oidc_subject="mine",
    )
    user = empty_session.scalars(select(User)).one()
    assert (user.is_staff, user.confirmed_at, user.oidc_subject) == (False, None, None)
    assert user.fs_uniquifier != "mine"


def test_a_confirmation_link_serves_once_and_expires(empty_app: Flask) -> None:
    client = empty_app.test_client()
    sign_up(client, EMAIL)
    link = link_in(mails_to(empty_app, EMAIL)[0])
    with time_machine.travel(now() + timedelta(days=3)):
        assert client.get(link).headers["Location"] == "/inscription/confirmer"
    assert client.get(link).headers["Location"] == "/connexion"
    assert client.get(link).headers["Location"] == "/inscription/confirmer"


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("display_name", "Ada\x00Essai", "un caractère invisible interdit"),
        ("display_name", "Ada\u202egnirts", "un caractère invisible interdit"),
        ("display_name", " ", "Indiquez votre nom"),
        ("email", "ada@essai.example\r\nBcc: x@essai.example", "ne se lit pas"),
        ("email", "ada", "ne se lit pas"),
        ("password", "court", "au moins 12 caractères"),
    ],
)
def test_bad_input_is_refused_beside_its_field(
    empty_app: Flask, empty_session: Session, field: str, value: str, message: str
) -> None:
    page = sign_up(empty_app.test_client(), **{"email": EMAIL, field: value})
    assert page.status_code == 200
    assert f'id="{field}-erreur"' in page.text
    assert message in page.text
    assert empty_session.scalars(select(User)).all() == []


def test_texts_are_french_then_english(empty_app: Flask) -> None:
    client = empty_app.test_client()
    wrong = sign_in_with(client, EMAIL, PASSWORD).text
    assert "L’adresse ou le mot de passe ne convient pas." in wrong
