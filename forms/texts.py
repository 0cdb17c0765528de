"""Fields of free text: stripped, bounded, and asked for in words where they are required."""

from typing import Any, Final

from flask_babel import lazy_gettext as _l
from wtforms import StringField, TextAreaField
from wtforms.validators import InputRequired, Length

TOO_LONG: Final = _l("%(max)d caractères au plus.")


def strip(text: str | None) -> str:
    """Return the text without the blanks around it."""
    return (text or "").strip()


def line_field(label: Any, limit: int, *, description: Any = "", required: Any = "") -> StringField:  # noqa: ANN401 - lazy texts
    """Return a field of one line of ``limit`` characters; ``required`` asks for it in words."""
    return StringField(
        label,
        description=description,
        filters=[strip],
        validators=_validators(limit, required),
    )


def text_field(
    label: Any,  # noqa: ANN401 - lazy texts have no type of their own
    limit: int,
    *,
    description: Any = "",  # noqa: ANN401 - as above
    required: Any = "",  # noqa: ANN401 - as above
) -> TextAreaField:
    """Return a field of several lines of ``limit`` characters in all."""
    return TextAreaField(
        label,
        description=description,
        filters=[strip],
        validators=_validators(limit, required),
    )


def _validators(limit: int, required: Any) -> list[Any]:  # noqa: ANN401 - as above
    bounded = Length(max=limit, message=TOO_LONG)
    return [InputRequired(required), bounded] if required else [bounded]
