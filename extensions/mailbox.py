"""Puts messages into the outbox: stored with their cause, sent by the worker."""

from collections.abc import Mapping
from email.utils import make_msgid
from typing import Any
from urllib.parse import urlsplit

from flask import current_app, render_template
from flask_babel import force_locale
from sqlalchemy.orm import Session

from extensions.clock import now
from models.mail import StoredMail
from services.outbox import post_message

SEND_MAIL = "mail.send"
SUBJECT_LENGTH = 200
# Of the calendar that goes with a mail.
CALENDAR_NAME = "agenda.ics"


class UnsafeHeaderError(ValueError):
    """A recipient or a subject holds a line break: it would forge headers."""


def reserve_mail(session: Session, recipient: str) -> StoredMail:
    """Store a message whose text the worker will write, in the running transaction.

    Raises:
        UnsafeHeaderError: a line break in the recipient.
    """
    _refuse_line_breaks(recipient)
    domain = urlsplit(current_app.config["PUBLIC_URL"]).hostname or "localhost"
    mail = StoredMail(
        message_id=make_msgid(domain=domain),
        recipient=recipient,
        subject="",
        text_body="",
        created_at=now(),
    )
    session.add(mail)
    session.flush()
    return mail


def write_mail(
    session: Session, recipient: str, language: str, template: str, context: Mapping[str, Any]
) -> StoredMail:
    """Write one mail in the worker, in its reader's language, and hand it to the relay's queue.

    Raises:
        UnsafeHeaderError: a line break in the recipient.
    """
    with force_locale(language):
        subject, body = render_mail(template, **context)
    mail = reserve_mail(session, recipient)
    mail.subject, mail.text_body = subject, body
    post_message(session, SEND_MAIL, {"mail_id": mail.id}, now=now())
    return mail


def set_list_headers(mail: StoredMail, *, stop_url: str, list_name: str) -> None:
    """Give a message what lets its reader stop it in one click, without opening it (RFC 8058).

    ``list_name`` names the sort of message for filters (RFC 2919). Neither header is of use to
    anybody else than the reader: they leave with the text once the message is sent.

    Raises:
        UnsafeHeaderError: a line break in either.
    """
    domain = urlsplit(current_app.config["PUBLIC_URL"]).hostname or "localhost"
    headers = {
        "List-Unsubscribe": f"<{stop_url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "List-Id": f"<{list_name}.{domain}>",
    }
    for value in headers.values():
        _refuse_line_breaks(value)
    mail.headers = headers


def _refuse_line_breaks(header: str) -> None:
    if any(mark in header for mark in "\r\n"):
        message = "line break in a mail header"
        raise UnsafeHeaderError(message)


def public_address(endpoint: str, **values: object) -> str:
    """Return the address of a page for a mail: it starts with ours, whatever host was asked."""
    adapter = current_app.url_map.bind("localhost")
    return str(current_app.config["PUBLIC_URL"]) + adapter.build(endpoint, values)


def render_mail(template: str, **context: object) -> tuple[str, str]:
    """Render ``templates/email/<template>.txt``; return its first line, the subject, and the rest.

    Values are put in as they are: the message is plain text.
    """
    rendered = render_template(
        f"email/{template}.txt", public_url=current_app.config["PUBLIC_URL"], **context
    )
    subject, _, body = rendered.strip().partition("\n")
    return subject.strip()[:SUBJECT_LENGTH], body.strip() + "\n"
