"""Runs a service for a page: commits, or undoes what was begun and says why it was refused."""

from collections.abc import Callable
from typing import Final

from flask import flash
from flask_babel import gettext as _

from extensions.database import db_session
from services.errors import Conflict, RuleViolation

# Statuses of a page shown again: what was typed cannot be taken, or somebody was faster.
UNPROCESSABLE: Final = 422
CONFLICT: Final = 409


def refusal_words(refusal: RuleViolation) -> str:
    """Return why a service refused, in the reader's language."""
    return str(_(refusal.message, **refusal.params))


def flash_refusal(refusal: RuleViolation) -> None:
    """Tell a refusal above the next page."""
    flash(refusal_words(refusal), "warning")


def commit_or_flash(action: Callable[[], object], done: str = "") -> bool:
    """Run a service and commit; a refusal is undone and told above the next page.

    ``done`` is told when it went through.

    Raises:
        Conflict: somebody was faster; it has a page of its own.
    """
    session = db_session()
    try:
        action()
        session.commit()
    except Conflict:
        raise
    except RuleViolation as refusal:
        session.rollback()
        flash_refusal(refusal)
        return False
    if done:
        flash(done, "success")
    return True
