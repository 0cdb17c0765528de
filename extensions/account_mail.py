"""Mails about an account: asked for in the transaction of their cause, written by the worker.

The request stores an empty message and a line of the outbox with identifiers. The worker issues
the token and fills the message, so that no token rests in the queue.
"""

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any, Final

from flask import Response, after_this_request, current_app, has_request_context
from flask_babel import force_locale, format_timedelta
from flask_security import MailUtil
from flask_security.confirmable import generate_confirmation_token
from flask_security.recoverable import generate_reset_password_token
from flask_security.utils import hash_data
from sqlalchemy.orm import Session

from extensions.clock import now
from extensions.database import db_session
from extensions.mailbox import SEND_MAIL, public_address, render_mail, reserve_mail
from models.account import User
from models.mail import StoredMail
from services.outbox import post_message

ACCOUNT_MAIL: Final = "mail.account"


class OutboxMailUtil(MailUtil):
    """Receives what Flask-Security wants to mail and leaves it to the worker."""

    def send_mail(
        self,
        template: str,
        subject: str,
        recipient: str | tuple[str, str],
        sender: str | tuple[str, str],
        body: str | None,
        html: str | None,
        **kwargs: Any,  # noqa: ANN401 - Flask-Security's signature
    ) -> None:
        """Ask the worker for the message; the view's transaction carries it."""
        del subject, sender, body, html
        ask_account_mail(PurePosixPath(template).name, kwargs["user"], str(recipient))
        if has_request_context():
            after_this_request(_commit)  # some views of the library send and do not commit


def _commit(response: Response) -> Response:
    db_session().commit()
    return response


def ask_account_mail(kind: str, person: User, recipient: str | None = None) -> None:
    """Ask for one mail of ``kind`` about ``person``, in the running transaction."""
    session = db_session()
    session.flush()  # a new account has no identifier yet
    mail = reserve_mail(session, recipient or person.email)
    payload = {"mail_id": mail.id, "user_id": person.id, "kind": kind}
    post_message(session, ACCOUNT_MAIL, payload, now=now())


def write_account_mail(session: Session, payload: Mapping[str, Any]) -> None:
    """Issue the token of one mail, write its text and hand it to the relay's queue."""
    mail = session.get(StoredMail, payload["mail_id"])
    person = session.get(User, payload["user_id"])
    if mail is None or person is None or mail.text_body:
        return
    with force_locale(person.language):
        context = _context(payload["kind"], person, mail.recipient)
        mail.subject, mail.text_body = render_mail(
            f"account/{payload['kind']}", person=person, **context
        )
    post_message(session, SEND_MAIL, {"mail_id": mail.id}, now=now())


def _context(kind: str, person: User, recipient: str) -> dict[str, str]:
    if kind == "change_email_instructions":
        return {
            "link": public_address(
                "security.change_email_confirm", token=_change_email_token(person, recipient)
            ),
            "within": _delay("CHANGE_EMAIL_WITHIN"),
        }
    context: dict[str, str] = {}
    if kind in {"welcome", "welcome_existing", "confirmation_instructions"}:
        context |= _confirmation(person)
    if kind in {"reset_instructions", "welcome_existing"}:
        context |= _reset(person)
    if kind in {"change_notice", "reset_notice", "second_factor_notice"}:
        context["reset_request"] = public_address("security.forgot_password")
    return context


def _confirmation(person: User) -> dict[str, str]:
    if person.confirmed_at is not None:
        return {}
    token = generate_confirmation_token(person)  # type: ignore[no-untyped-call]
    return {
        "confirmation_link": public_address("security.confirm_email", token=token),
        "confirmation_within": _delay("CONFIRM_EMAIL_WITHIN"),
    }


def _reset(person: User) -> dict[str, str]:
    token = generate_reset_password_token(person)  # type: ignore[no-untyped-call]
    return {
        "reset_link": public_address("security.reset_password", token=token),
        "reset_within": _delay("RESET_PASSWORD_WITHIN"),
    }


def _change_email_token(person: User, new_email: str) -> str:
    """Return what the library's own confirmation view reads; it dies when the address changes."""
    data = [str(person.fs_uniquifier), hash_data(person.email), new_email]
    return str(current_app.extensions["security"].change_email_serializer.dumps(data))


def _delay(setting: str) -> str:
    return str(format_timedelta(current_app.config[f"SECURITY_{setting}"], threshold=2))
