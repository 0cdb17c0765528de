"""Shapes of what people choose of their alerts: how often, and where to write."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import EmailField, SelectField
from wtforms.validators import DataRequired, Email, InputRequired, Length

from forms.account import plain_line, squeeze
from forms.choices import SelectChoice, choices_of
from vocabulary.exchanges import AlertFrequency

ADDRESS_LENGTH = 255
NEVER = "jamais"


class FrequencyForm(FlaskForm):
    """How often an alert may write."""

    frequence = SelectField(
        _l("Fréquence"),
        choices=choices_of(AlertFrequency),
        default=AlertFrequency.DAILY.value,
        validators=[InputRequired(_l("Choisissez une fréquence."))],
    )

    def frequency(self) -> AlertFrequency:
        """Return the frequency chosen."""
        return AlertFrequency(self.frequence.data)


class VisitorAlertForm(FrequencyForm):
    """An alert asked without account: the address confirms it by mail."""

    email = EmailField(
        _l("Adresse électronique"),
        filters=[squeeze],
        validators=[
            DataRequired(_l("Indiquez une adresse électronique.")),
            Email(_l("Cette adresse ne se lit pas.")),
            Length(max=ADDRESS_LENGTH, message=_l("%(max)d caractères au plus.")),
            plain_line,
        ],
        render_kw={"autocomplete": "email"},
    )

    def address(self) -> str:
        """Return the address typed."""
        return self.email.data or ""


class DigestForm(FlaskForm):
    """How often the summary comes, if at all."""

    frequence = SelectField(
        _l("Résumé de ce qui attend mes organisations"),
        choices=[
            SelectChoice(AlertFrequency.DAILY.value, _l(AlertFrequency.DAILY.label)),
            SelectChoice(AlertFrequency.WEEKLY.value, _l(AlertFrequency.WEEKLY.label)),
            SelectChoice(NEVER, _l("Jamais")),
        ],
        validators=[InputRequired(_l("Choisissez une fréquence."))],
    )

    def frequency(self) -> AlertFrequency | None:
        """Return the frequency chosen, ``None`` for never."""
        return None if self.frequence.data == NEVER else AlertFrequency(self.frequence.data)
