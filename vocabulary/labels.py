"""Enumerations whose members carry the French label shown for them."""

from enum import StrEnum
from typing import Self


def N_(message: str) -> str:  # noqa: N802 - the gettext convention for "mark, translate later"
    """Mark ``message`` for translation without translating it here."""
    return message


class LabelledEnum(StrEnum):
    """A string enumeration: the value goes into URLs and the database, the label on pages."""

    label: str

    def __new__(cls, value: str, label: str = "") -> Self:
        """Build a member from its stored ``value`` and its French ``label`` (a msgid)."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member
