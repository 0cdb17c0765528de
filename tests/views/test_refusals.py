"""What a button is told of a refusal: a rule above the next page, somebody faster by a 409."""

import pytest
from flask import Flask, get_flashed_messages

from services.errors import Conflict, RuleViolation
from views.refusals import commit_or_flash, flash_refusal


def _refuse(refusal: RuleViolation) -> None:
    raise refusal


def test_a_rule_is_told_above_the_next_page(empty_app: Flask) -> None:
    with empty_app.test_request_context():
        assert not commit_or_flash(lambda: _refuse(RuleViolation("Trop de %(what)s.", what="mots")))
        assert get_flashed_messages() == ["Trop de mots."]


def test_a_conflict_is_told_by_a_page_of_its_own(empty_app: Flask) -> None:
    refusal = Conflict("Quelqu’un est passé avant vous.")
    with empty_app.test_request_context():
        with pytest.raises(Conflict):
            flash_refusal(refusal)
        with pytest.raises(Conflict):
            commit_or_flash(lambda: _refuse(refusal))
        assert get_flashed_messages() == []
