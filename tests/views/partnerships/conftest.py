"""The people of a partnership, and a browser of the one who has just begun it."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.factories.forms import write
from tests.factories.partnership_pages import SPACE, People


@pytest.fixture
def people(app: Flask, session: Session) -> People:
    return People(app, session)


@pytest.fixture
def keeper(people: People) -> FlaskClient:
    client = people.client(people.keeper)
    answer = write(
        client,
        f"{SPACE}/nouveau",
        name="Table des toits",
        summary="Des toits partagés.",
        quarter="QN04212M",
        themes=["solaire"],
    )
    assert answer.headers["Location"] == f"{SPACE}/table-des-toits/membres"
    return client
