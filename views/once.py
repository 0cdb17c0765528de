"""Carries out a numbered form: commits once, redirects, and answers a double click alike."""

from collections.abc import Callable

from flask import redirect
from flask.typing import ResponseReturnValue

from extensions.clock import now
from extensions.database import db_session
from forms.once import OnceForm
from services.errors import Conflict
from services.receipts import earlier_result, keep_receipt
from views.access import signed_in_person


def carry_out(form: OnceForm, action: Callable[[], str]) -> ResponseReturnValue:
    """Run ``action``, which returns the address to go to, commit, and redirect there.

    The same form sent again only redirects. ``action`` may raise ``RuleViolation``: the caller
    rolls back and shows it.
    """
    session = db_session()
    key = form.receipt_key(signed_in_person().id)
    location = earlier_result(session, key)
    if location is None:
        try:
            location = action()
            keep_receipt(session, key, location, now=now())
            session.commit()
        except Conflict:
            session.rollback()
            location = earlier_result(session, key)
            if location is None:
                raise
    return redirect(location)
