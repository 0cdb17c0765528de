"""Shapes of sending a need to a federating structure, and of its answer."""

import re
from typing import Final

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectMultipleField
from wtforms.validators import InputRequired

from forms.once import OnceForm
from forms.texts import text_field
from services.need_relays import MAX_MESSAGE, MAX_NOTE

_KEY: Final = re.compile(r"[0-9]{1,9}")


class SendRelayForm(OnceForm):
    """To which structure, with which words."""

    federator = RadioField(
        _l("Structure"), validators=[InputRequired(_l("Choisissez une structure."))]
    )
    message = text_field(
        _l("Message à la structure"),
        MAX_MESSAGE,
        description=_l("Ce que vous attendez de son relais. Conservé avec le registre du besoin."),
    )


class AnswerRelayForm(OnceForm):
    """Which members the need is passed on to, or why to none."""

    members = SelectMultipleField(_l("Membres à qui relayer le besoin"))
    note = text_field(
        _l("Un mot"),
        MAX_NOTE,
        description=_l("Transmis aux membres choisis, ou à la collectivité si vous déclinez."),
    )

    def chosen_members(self) -> list[int]:
        """Return the numbers of the members chosen."""
        return [int(key) for key in self.members.data or () if _KEY.fullmatch(key)]
