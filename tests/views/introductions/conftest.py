"""A table of two organisations, and a browser of a person of each side."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.factories.accounts import sign_in
from tests.factories.introductions import Table, make_table


@pytest.fixture
def table(empty_session: Session) -> Table:
    made = make_table(empty_session)
    empty_session.commit()
    return made


@pytest.fixture
def buyer(empty_app: Flask, table: Table) -> FlaskClient:
    return sign_in(empty_app, table.buyer.email)


@pytest.fixture
def maker(empty_app: Flask, table: Table) -> FlaskClient:
    return sign_in(empty_app, table.maker.email)
