"""Forms that create something: numbered, so that a double click does its work once."""

import re
import uuid
from typing import Final

from wtforms import HiddenField

from forms.refusals import RefusableForm

_NUMBER: Final = re.compile(r"[0-9a-f]{32}")


class OnceForm(RefusableForm):
    """A form with a number of its own; ``receipt_key`` names it for its sender."""

    form_number = HiddenField(default=lambda: uuid.uuid4().hex)

    def receipt_key(self, sender: int | str) -> str:
        """Return the key of this form for who sends it; a number that is not ours is replaced.

        A sender is an account by its number, or somebody without one (``acting_key``).
        """
        number = self.form_number.data or ""
        if not _NUMBER.fullmatch(number):
            number = uuid.uuid4().hex
        return f"{sender}:{number}"
