"""Shapes of sending a need to a federating structure, and of its answer."""

import re
from typing import Final

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectMultipleField, TextAreaField
from wtforms.validators import InputRequired, Length

from forms.entry_fields import TOO_LONG, strip
from forms.once import OnceForm
from services.need_relays import MAX_MESSAGE, MAX_NOTE

_KEY: Final = re.compile(r"[0-9]{1,9}")


class SendRelayForm(OnceForm):
    """To which structure, with which words."""

    federator = RadioField(
        _l("Structure"), validators=[InputRequired(_l("Choisissez une structure."))]
    )
    message = TextAreaField(
        _l("Message à la structure"),
        description=_l("Ce que vous attendez de son relais. Conservé avec le registre du besoin."),
        filters=[strip],
        validators=[Length(max=MAX_MESSAGE, message=TOO_LONG)],
    )


class AnswerRelayForm(OnceForm):
    """Which members the need is passed on to, or why to none."""

    members = SelectMultipleField(_l("Membres à qui relayer le besoin"))
    note = TextAreaField(
        _l("Un mot"),
        description=_l("Transmis aux membres choisis, ou à la collectivité si vous déclinez."),
        filters=[strip],
        validators=[Length(max=MAX_NOTE, message=TOO_LONG)],
    )

    def chosen_members(self) -> list[int]:
        """Return the numbers of the members chosen."""
        return [int(key) for key in self.members.data or () if _KEY.fullmatch(key)]
