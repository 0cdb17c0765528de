"""A real SMTP relay of the tests: it keeps what it takes and can refuse, as relays do."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from typing import cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope
from aiosmtpd.smtp import Session as SmtpSession


class Sink:
    """What arrived, in order; ``refusal`` is what it answers to every recipient."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.messages: list[EmailMessage] = []
        self.refusal = ""

    def messages_to(self, address: str) -> list[EmailMessage]:
        """Return the messages that arrived for an address, oldest first."""
        return [message for message in list(self.messages) if message["To"] == address]

    def wait_for(
        self, address: str, count: int = 1, *, seconds: float = 10.0
    ) -> list[EmailMessage]:
        """Return the messages for an address once there are ``count``, or those there in time."""
        limit = time.monotonic() + seconds
        while time.monotonic() < limit and len(self.messages_to(address)) < count:
            time.sleep(0.1)
        return self.messages_to(address)

    def wait_about(self, address: str, words: str, *, seconds: float = 20.0) -> list[EmailMessage]:
        """Return the messages for an address with ``words`` in their subject, once one came."""
        limit = time.monotonic() + seconds
        while not (found := self._about(address, words)) and time.monotonic() < limit:
            time.sleep(0.1)
        return found

    def _about(self, address: str, words: str) -> list[EmailMessage]:
        return [one for one in self.messages_to(address) if words in subject_of(one)]

    async def handle_RCPT(  # noqa: N802 - aiosmtpd names it
        self,
        server: SMTP,
        session: SmtpSession,
        envelope: Envelope,
        address: str,
        options: list[str],
    ) -> str:
        """Take or refuse a recipient."""
        del server, session, options
        if self.refusal:
            return self.refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd names it
        self, server: SMTP, session: SmtpSession, envelope: Envelope
    ) -> str:
        """Keep a message."""
        del server, session
        content = cast("bytes", envelope.content)
        message = BytesParser(policy=default).parsebytes(content)
        self.messages.append(message)
        return "250 OK"


def subject_of(message: EmailMessage) -> str:
    """Return the subject of a message, its no-break blanks made plain."""
    return str(message["Subject"]).replace("\u00a0", " ").replace("\u202f", " ")


def text_of(message: EmailMessage) -> str:
    """Return the text of a message, its no-break blanks made plain."""
    return str(message.get_content()).replace("\u00a0", " ").replace("\u202f", " ")


@contextmanager
def open_sink(port: int = 0) -> Iterator[Sink]:
    """Run a relay on a port of this machine: a free one, unless one is named."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        sink = Sink(port or probe.getsockname()[1])
    controller = Controller(sink, hostname="127.0.0.1", port=sink.port)
    controller.start()
    try:
        yield sink
    finally:
        controller.stop()
