"""Shapes of what is typed at the door: a badge code, somebody who comes unannounced, an absence."""

from datetime import datetime
from typing import Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional

from forms.account import plain_line, squeeze
from forms.choices import Pairs, SelectChoice, choices_from
from forms.once import OnceForm
from forms.texts import TOO_LONG, strip
from services.contents import MAX_NAME
from services.meetup_people import NAME_LENGTH
from vocabulary.exchanges import Side

TO_THE_END: Final = "fin"
NOW: Final = "maintenant"
_CODE_LENGTH: Final = 300
_PEOPLE_LENGTH: Final = 2_000


class BadgeForm(FlaskForm):
    """The code of a badge, typed or written by a hand-held scanner."""

    code = StringField(
        _l("Code du badge"),
        description=_l("Imprimé sous le carré, par exemple 3F0A 91BC. Une douchette convient."),
        filters=[squeeze],
        validators=[
            DataRequired(_l("Recopiez le code du badge.")),
            Length(max=_CODE_LENGTH, message=TOO_LONG),
        ],
    )


class WalkInForm(OnceForm):
    """Who stands at the door without being registered."""

    name = StringField(
        _l("Structure"),
        description=_l("Connue de l’annuaire, ou un nouveau nom."),
        filters=[squeeze],
        validators=[
            DataRequired(_l("Écrivez le nom de la structure.")),
            Length(max=MAX_NAME, message=TOO_LONG),
            plain_line,
        ],
    )
    side = RadioField(
        _l("De quel côté de la table"),
        description=_l("Inutile si l’annuaire connaît la structure."),
        choices=[
            SelectChoice(Side.ACTOR.value, _l("Acteur de l’innovation")),
            SelectChoice(Side.TERRITORY.value, _l("Territoire")),
        ],
        validators=[Optional()],
    )
    people = TextAreaField(
        _l("Qui est là"),
        description=_l("Prénom et nom, une personne par ligne."),
        filters=[strip],
        validators=[
            DataRequired(_l("Écrivez au moins un nom, un par ligne.")),
            Length(max=_PEOPLE_LENGTH, message=TOO_LONG),
        ],
    )
    until = SelectField(_l("Jusqu’à quand"), default=TO_THE_END, validators=[Optional()])

    def offer_ends(self, ends: Pairs) -> None:
        """Offer the ends of the slots still to come: the instant, and its hour."""
        self.until.choices = [SelectChoice(TO_THE_END, _("Toute la journée")), *choices_from(ends)]

    def names(self) -> tuple[str, ...]:
        """Return the people, one a line."""
        return tuple((self.people.data or "").splitlines())

    def leaves_at(self) -> datetime | None:
        """Return when they leave; nothing when they stay."""
        chosen = self.until.data or TO_THE_END
        return None if chosen == TO_THE_END else datetime.fromisoformat(chosen)

    def chosen_side(self) -> Side | None:
        """Return the side chosen, if any."""
        return Side(self.side.data) if self.side.data else None


class PersonForm(OnceForm):
    """One more person of a registered body."""

    name = StringField(
        _l("Prénom et nom"),
        filters=[squeeze],
        validators=[
            DataRequired(_l("Écrivez le nom de la personne.")),
            Length(max=NAME_LENGTH, message=TOO_LONG),
            plain_line,
        ],
    )


class MomentForm(FlaskForm):
    """From when, or until when, somebody is away: a slot of the day that is not over."""

    moment = SelectField(_l("À partir de"))

    def offer_starts(self, starts: Pairs) -> None:
        """Offer the present moment, then the starts of the slots to come and their hours."""
        self.moment.choices = [SelectChoice(NOW, _("Maintenant")), *choices_from(starts)]

    def instant(self, now: datetime) -> datetime:
        """Return the instant chosen."""
        chosen = self.moment.data or NOW
        return now if chosen == NOW else datetime.fromisoformat(chosen)
