"""Forms that create something: numbered, so that a double click does its work once."""

import re
import uuid
from typing import Final

from flask_wtf import FlaskForm
from wtforms import HiddenField

_NUMBER: Final = re.compile(r"[0-9a-f]{32}")


class OnceForm(FlaskForm):
    """A form with a number of its own; ``receipt_key`` names it for one person."""

    form_number = HiddenField(default=lambda: uuid.uuid4().hex)

    def receipt_key(self, person_id: int) -> str:
        """Return the key of this form for one person; a number that is not ours is replaced."""
        number = self.form_number.data or ""
        if not _NUMBER.fullmatch(number):
            number = uuid.uuid4().hex
        return f"{person_id}:{number}"
