"""French spacing: the blanks that must not break are put into sentences as they are shown.

Msgids are typed with plain blanks, because two kinds of blanks that look alike are typed wrong
sooner or later; what people see has the right one before « : ; ! ? » and inside the quotes.
"""

import re
from typing import Any

from babel.support import Translations
from flask_babel import Babel, Domain, get_locale

NO_BREAK = "\u00a0"
_BEFORE = re.compile(r" (?=[:;!?»])")
_AFTER = re.compile(r"(?<=«) ")


def french_spacing(text: str) -> str:
    """Return ``text`` with no-break blanks where French typography wants them."""
    return _AFTER.sub(NO_BREAK, _BEFORE.sub(NO_BREAK, text))


class FrenchSentences(Translations):
    """French msgids as they are shown: themselves, with the right blanks."""

    def gettext(self, message: str) -> str:
        """Return the sentence."""
        return french_spacing(super().gettext(message))

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Return the sentence for ``n``: in French, zero is singular."""
        return french_spacing(msgid1 if abs(n) < 2 else msgid2)  # noqa: PLR2004 - two is many

    ugettext = gettext
    ungettext = ngettext


class TypographicDomain(Domain):  # type: ignore[misc]  # the library is untyped
    """The catalogue of the page's language; French has none and is only spaced."""

    def get_translations(self) -> Any:  # noqa: ANN401 - what the library expects
        """Return the translations of the running request."""
        if str(get_locale() or "fr").startswith("fr"):
            return _FRENCH
        return super().get_translations()


class TypographicBabel(Babel):  # type: ignore[misc]  # idem
    """Flask-Babel whose French is spaced as French is."""

    _domain = TypographicDomain()

    @property
    def domain_instance(self) -> Domain:
        """Return the domain that every shortcut of the library asks."""
        return self._domain


_FRENCH = FrenchSentences()
