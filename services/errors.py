"""The refusals a service may raise; their messages are French msgids with parameters."""

from typing import Any


class RuleViolation(Exception):  # noqa: N818 - a refusal, not a fault
    """A rule of the product forbids what was asked; nothing was changed."""

    def __init__(self, message: str, *, field: str | None = None, **params: Any) -> None:  # noqa: ANN401
        """Keep the msgid ``message``, its ``params``, and the ``field`` it is about if any."""
        super().__init__(message % params if params else message)
        self.message = message
        self.field = field
        self.params = params


class Conflict(RuleViolation):
    """Somebody else changed the same thing meanwhile: 409, and nothing is lost."""


class NotFound(RuleViolation):
    """The subject does not exist, or not for this person: the page is the same 404."""


class UnreadableFile(RuleViolation):
    """A file cannot be read as what it should be; the message says why in one sentence."""
