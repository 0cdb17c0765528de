"""A table of two organisations that may be put in touch."""

import pytest
from sqlalchemy.orm import Session

from tests.factories.introductions import Table, make_table


@pytest.fixture
def table(empty_session: Session) -> Table:
    return make_table(empty_session)
