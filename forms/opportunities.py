"""Shape of the reason for which an actor sets a need aside."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, TextAreaField
from wtforms.validators import InputRequired, Length

from forms.choices import choices_of
from vocabulary.exchanges import DeclineReason

NOTE_LENGTH = 500


def _strip(text: str | None) -> str:
    return (text or "").strip()


class DismissForm(FlaskForm):
    """Why a need is not for us."""

    motif = RadioField(
        _l("Pourquoi ce besoin n’est-il pas pour vous ?"),
        choices=choices_of(DeclineReason),
        validators=[InputRequired(_l("Choisissez une raison."))],
    )
    precision = TextAreaField(
        _l("Une précision, pour vous et vos collègues"),
        filters=[_strip],
        validators=[Length(max=NOTE_LENGTH, message=_l("%(max)d caractères au plus."))],
    )

    def reason(self) -> DeclineReason:
        """Return the reason chosen."""
        return DeclineReason(self.motif.data)

    def note(self) -> str:
        """Return the note."""
        return self.precision.data or ""
