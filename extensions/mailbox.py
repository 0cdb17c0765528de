"""Puts messages into the outbox: stored with their cause, sent by the worker."""

from email.utils import make_msgid
from urllib.parse import urlsplit

from flask import current_app, render_template
from flask_babel import force_locale

from extensions.clock import now
from extensions.database import db_session
from models.mail import StoredMail
from services.outbox import post_message

SEND_MAIL = "mail.send"


class UnsafeHeaderError(ValueError):
    """A recipient or a subject holds a line break: it would forge headers."""


def store_mail(recipient: str, subject: str, text: str, html: str = "") -> StoredMail:
    """Store one message in the running transaction and ask the worker to send it.

    Raises:
        UnsafeHeaderError: a line break in the recipient or the subject.
    """
    if any(mark in recipient + subject for mark in "\r\n"):
        message = "line break in a mail header"
        raise UnsafeHeaderError(message)
    session = db_session()
    domain = urlsplit(current_app.config["PUBLIC_URL"]).hostname or "localhost"
    mail = StoredMail(
        message_id=make_msgid(domain=domain),
        recipient=recipient,
        subject=subject[:200],
        text_body=text,
        html_body=html,
        created_at=now(),
    )
    session.add(mail)
    session.flush()
    post_message(session, SEND_MAIL, {"mail_id": mail.id}, now=now())
    return mail


def store_template_mail(
    recipient: str, template: str, *, language: str = "fr", **context: object
) -> StoredMail:
    """Render ``templates/email/<template>.txt`` (first line: the subject) and store it."""
    with force_locale(language):
        rendered = render_template(
            f"email/{template}.txt", public_url=current_app.config["PUBLIC_URL"], **context
        )
    subject, _, body = rendered.strip().partition("\n")
    return store_mail(recipient, subject.strip(), body.strip() + "\n")
