"""Forms over something stored, which say what they were shown with; days as people type them."""

from typing import Final

from flask_babel import lazy_gettext as _l
from wtforms import DateField, HiddenField

from forms.once import OnceForm

BAD_DAY: Final = _l("Cette date n’existe pas : écrivez-la jour, mois, année.")


class DayField(DateField):
    """A day; anything else stays as typed beside a French message."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the day.

        Raises:
            ValueError: it is not one.
        """
        try:
            super().process_formdata([value for value in valuelist if value.strip()])
        except ValueError as error:
            raise ValueError(BAD_DAY) from error


class SeenForm(OnceForm):
    """A form over something stored; ``seen`` is the digest of what it was shown with."""

    seen = HiddenField()

    def known_stamp(self) -> str:
        """Return the digest that was sent; a forged one is simply out of date."""
        return str(self.seen.data or "")

    def renew_stamp(self, stamp: str) -> None:
        """Show the form again over what is stored now."""
        self.seen.data = stamp
        self.seen.raw_data = [stamp]
