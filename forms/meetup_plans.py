"""Shapes of the forms of plans: asking for one, naming one, choosing two to compare."""

from typing import Final

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, IntegerField, SelectField, StringField
from wtforms.validators import InputRequired, Length, NumberRange
from wtforms.widgets import TextInput

from forms.choices import Pairs, SelectChoice, choices_from
from forms.once import OnceForm
from forms.texts import TOO_LONG, strip

MAX_NAME: Final = 120
LARGEST_SEED: Final = 999_999
_SECONDS: Final = [
    SelectChoice("5", _l("5 secondes : un premier aperçu")),
    SelectChoice("30", _l("30 secondes : l’usage courant")),
    SelectChoice("120", _l("2 minutes : moins d’attentes encore")),
    SelectChoice("300", _l("5 minutes : si vous demandez une preuve")),
    SelectChoice("600", _l("10 minutes")),
]
_NO_LOCKS: Final = SelectChoice("", _l("Aucun : tout peut bouger"))


def _name_field() -> StringField:
    return StringField(
        _l("Nom du planning"),
        description=_l("Pour vous y retrouver : « Avec la salle B », « Après les désistements »."),
        filters=[strip],
        validators=[Length(max=MAX_NAME, message=TOO_LONG)],
    )


class LaunchForm(OnceForm):
    """A calculation to begin: how long, from what, with or without a proof."""

    name = _name_field()
    seconds = SelectField(_l("Temps de calcul au plus"), choices=_SECONDS, default="30")
    locks = SelectField(
        _l("Rendez-vous verrouillés à garder"),
        description=_l("Ils restent à leur créneau et à leur table ; le reste est recalculé."),
        default="",
    )
    close = BooleanField(
        _l("Rester proche du planning publié"),
        description=_l(
            "Un rendez-vous déjà annoncé garde son heure, sauf si en changer laisse la place à un "
            "souhait de plus ou supprime un trou dans les agendas."
        ),
    )
    proof = BooleanField(
        _l("Chercher aussi la preuve qu’on ne peut pas attendre moins"),
        description=_l("Utile aux petites journées ; au-delà, le temps est mieux employé sans."),
    )
    seed = IntegerField(
        _l("Numéro de tirage"),
        description=_l(
            "Départage les solutions de même valeur. Le même numéro redonne le même planning."
        ),
        default=1,
        widget=TextInput(),
        validators=[
            InputRequired(_l("Donnez un nombre, par exemple 1.")),
            NumberRange(0, LARGEST_SEED, _l("Donnez un nombre entre 0 et 999 999.")),
        ],
    )

    def offer_locks(self, plans: Pairs) -> None:
        """Give the plans whose locked meetings may be kept."""
        self.locks.choices = [_NO_LOCKS, *choices_from(plans)]


class NameForm(FlaskForm):
    """Another name for a plan."""

    name = _name_field()
