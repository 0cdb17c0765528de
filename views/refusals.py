"""Runs a service for a page: commits, or undoes what was begun and says why it was refused.

Somebody who was faster is never told in passing (THREATS C4). A form is shown again with the status
409, what was typed kept and what is stored now beside it; a button alone leads to the page 409.
"""

from collections.abc import Callable
from typing import Final

from flask import flash
from flask_babel import gettext as _

from extensions.database import db_session
from forms.refusals import RefusableForm
from services.errors import Conflict, RuleViolation

# Statuses of a page shown again: what was typed cannot be taken, or somebody was faster.
UNPROCESSABLE: Final = 422
CONFLICT: Final = 409


def refusal_words(refusal: RuleViolation) -> str:
    """Return why a service refused, in the reader's language."""
    return str(_(refusal.message, **refusal.params))


def refusal_status(refusal: RuleViolation) -> int:
    """Return the status of a form that is shown again because of a refusal."""
    return CONFLICT if isinstance(refusal, Conflict) else UNPROCESSABLE


def flash_refusal(refusal: RuleViolation) -> None:
    """Tell a refusal above the next page.

    Raises:
        Conflict: the refusal is one; it has a page of its own.
    """
    if isinstance(refusal, Conflict):
        raise refusal
    flash(refusal_words(refusal), "warning")


def commit_or_flash(action: Callable[[], object], done: str = "") -> bool:
    """Run a service and commit; a refusal is undone and told above the next page.

    ``done`` is told when it went through.

    Raises:
        Conflict: somebody was faster; it has a page of its own.
    """
    return _committed(action, flash_refusal, done)


def commit_or_show(form: RefusableForm, action: Callable[[], object], done: str = "") -> bool:
    """Run a service and commit; a refusal is undone and told by the form, which is shown again.

    ``done`` is told when it went through.

    Raises:
        Conflict: somebody was faster; it has a page of its own.
    """

    def show(refusal: RuleViolation) -> None:
        if isinstance(refusal, Conflict):
            raise refusal
        form.show_error(refusal.field, refusal_words(refusal))

    return _committed(action, show, done)


def _committed(
    action: Callable[[], object], tell: Callable[[RuleViolation], None], done: str
) -> bool:
    session = db_session()
    try:
        action()
        session.commit()
    except RuleViolation as refusal:
        session.rollback()
        tell(refusal)
        return False
    if done:
        flash(done, "success")
    return True
