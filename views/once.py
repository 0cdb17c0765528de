"""Carries out a numbered form: commits once, redirects, and answers a double click alike."""

from collections.abc import Callable

from flask import redirect
from flask.typing import ResponseReturnValue

from extensions.clock import now
from extensions.database import db_session
from forms.once import OnceForm
from services.errors import Conflict, RuleViolation
from services.receipts import earlier_result, open_receipt
from views.access import signed_in_person
from views.refusals import flash_refusal, refusal_words


def earlier_answer(form: OnceForm, sender: str) -> ResponseReturnValue | None:
    """Return where a form led that was carried out before; ``None`` when it was not.

    For forms whose sender is nobody any more once they are carried out.
    """
    location = earlier_result(db_session(), form.receipt_key(sender))
    return redirect(location) if location else None


def carry_out(
    form: OnceForm, action: Callable[[], str], *, sender: str = ""
) -> ResponseReturnValue:
    """Run ``action``, which returns the address to go to, commit, and redirect there.

    The same form sent again only redirects; without ``sender`` it is the signed-in person's. The
    receipt is written first: of two sendings at one moment the second waits for the first,
    whatever either writes. ``action`` may raise ``RuleViolation``: the caller rolls back, the
    receipt goes too, and shows it.
    """
    session = db_session()
    key = form.receipt_key(sender or signed_in_person().id)
    location = earlier_result(session, key)
    if location is None:
        try:
            receipt = open_receipt(session, key, now=now())
            location = receipt.location = action()
            session.commit()
        except Conflict:
            session.rollback()
            location = earlier_result(session, key)
            if location is None:
                raise
    return redirect(location)


def carried_out(
    form: OnceForm, action: Callable[[], str], *, sender: str = ""
) -> ResponseReturnValue | None:
    """Carry a form out; ``None`` when it was refused: the form says why, and is shown again.

    Raises:
        Conflict: somebody was faster; it has a page of its own.
    """
    try:
        return carry_out(form, action, sender=sender)
    except Conflict:
        raise
    except RuleViolation as refusal:
        db_session().rollback()
        form.show_error(refusal.field, refusal_words(refusal))
        return None


def carried_out_or_told(
    form: OnceForm, action: Callable[[], str], *, otherwise: str, sender: str = ""
) -> ResponseReturnValue:
    """Carry out a form that is a button alone; a refusal is told above the page ``otherwise``.

    Raises:
        Conflict: somebody was faster; it has a page of its own.
    """
    try:
        return carry_out(form, action, sender=sender)
    except RuleViolation as refusal:
        db_session().rollback()
        flash_refusal(refusal)
        return redirect(otherwise)
