"""Sends stored messages through the relay, or leaves them in the demo mailbox."""

import smtplib
import ssl
from collections.abc import Sequence
from datetime import timedelta
from email.message import EmailMessage
from email.policy import EmailPolicy

from config import Settings
from extensions.mailbox import CALENDAR_NAME
from jobs.context import WorkerContext
from models.mail import StoredMail
from models.outbox import OutboxMessage

TIMEOUT_SECONDS = 20
RELAY_DOWN_WAIT = timedelta(minutes=1)
PERMANENT = 500
LIST_HEADERS = "list-"


class _WholeLinks(EmailPolicy):
    """The usual policy, but for the headers of lists: a link in them is neither cut nor encoded.

    RFC 5322 allows lines of 998 characters; ours are far shorter.
    """

    def fold_binary(self, name: str, value: str) -> bytes:
        """Return one header as it is sent."""
        if name.lower().startswith(LIST_HEADERS):
            return f"{name}: {value}{self.linesep}".encode("ascii")
        folded: bytes = super().fold_binary(name, value)
        return folded


class RelayUnavailable(Exception):  # noqa: N818 - a state of the relay
    """The relay cannot be reached or put the message off: try again later."""


def compose(mail: StoredMail, sender: str) -> EmailMessage:
    """Build the message; its ``Message-ID`` is the stored one, the same on every attempt."""
    message = EmailMessage(policy=_WholeLinks())
    message["Message-ID"] = mail.message_id
    message["From"] = sender
    message["To"] = mail.recipient
    message["Subject"] = mail.subject
    message["Date"] = mail.created_at
    message["Auto-Submitted"] = "auto-generated"
    for name, value in mail.headers.items():
        message[name] = value
    message.set_content(mail.text_body)
    if mail.html_body:
        message.add_alternative(mail.html_body, subtype="html")
    if mail.calendar:
        _attach_calendar(message, mail.calendar)
    return message


def _attach_calendar(message: EmailMessage, calendar: str) -> None:
    """Add events that calendar programs offer to take in; its method is that of the object."""
    message.add_attachment(
        calendar.encode(),
        maintype="text",
        subtype="calendar",
        filename=CALENDAR_NAME,
        params={"method": "PUBLISH", "charset": "utf-8"},
    )


def send_stored_mails(context: WorkerContext, messages: Sequence[OutboxMessage]) -> None:
    """Send the messages named, once each; without a relay, the demo mailbox is where they arrive.

    Raises:
        RelayUnavailable: the messages must wait.
    """
    for message in messages:
        mail = context.session.get(StoredMail, message.payload["mail_id"])
        if mail is None or mail.sent_at is not None or mail.is_refused:
            continue
        if not context.settings.mail_server:
            mail.sent_at = context.now
        elif send_mail(mail, context.settings):
            mail.sent_at = context.now
            # The links of a message are not kept here.
            mail.text_body = mail.html_body = mail.calendar = ""
            mail.headers = {}


def send_mail(mail: StoredMail, settings: Settings) -> bool:
    """Send one message; return whether the relay took it.

    A permanent refusal is kept on the message and ends the attempts.

    Raises:
        RelayUnavailable: nothing is known of the recipient; the message must wait.
    """
    try:
        with _connect(settings) as relay:
            relay.send_message(compose(mail, settings.mail_sender))
    except smtplib.SMTPRecipientsRefused as refusal:
        code, reason = next(iter(refusal.recipients.values()))
        return _refused(mail, code, reason)
    except smtplib.SMTPResponseException as refusal:
        return _refused(mail, refusal.smtp_code, refusal.smtp_error)
    except (OSError, smtplib.SMTPException) as error:
        raise RelayUnavailable(type(error).__name__) from error
    return True


def _refused(mail: StoredMail, code: int, reason: bytes | str) -> bool:
    words = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else reason
    if code < PERMANENT:
        raise RelayUnavailable(str(code))
    mail.failure = f"{code} {words}"[:300]
    mail.is_refused = True
    return False


def _connect(settings: Settings) -> smtplib.SMTP:
    relay = smtplib.SMTP(settings.mail_server, settings.mail_port, timeout=TIMEOUT_SECONDS)
    if settings.mail_use_tls:
        relay.starttls(context=ssl.create_default_context())
    if settings.mail_username:
        relay.login(settings.mail_username, settings.mail_password)
    return relay
