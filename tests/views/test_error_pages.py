"""Refusals in plain words: whatever breaks, the page says so and shows nothing of the inside."""

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.factories.accounts import make_user, sign_in


@pytest.mark.parametrize("path", ["/nulle-part", "/acteurs/personne", "/langue/tlh"])
def test_what_does_not_exist_is_said_in_plain_words(empty_app: Flask, path: str) -> None:
    answer = empty_app.test_client().get(path)
    assert answer.status_code == 404
    assert "Il n’y a personne à cette place" in answer.text


def test_a_broken_database_still_gives_a_page_to_a_signed_in_person(
    empty_app: Flask, empty_session: Session
) -> None:
    email = make_user(empty_session).email
    empty_session.commit()
    client = sign_in(empty_app, email)
    empty_session.execute(text('ALTER TABLE "user" RENAME TO user_gone'))
    empty_session.commit()
    answer = client.get("/a-propos")
    assert answer.status_code == 500
    assert "Quelque chose s’est cassé de notre côté" in answer.text
    assert "user_gone" not in answer.text
    assert "SELECT" not in answer.text
