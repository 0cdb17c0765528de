"""Shapes of the forms of a team: opening it, size and weights, choices, invitations, answers."""

from collections.abc import Iterable, Mapping
from typing import Final

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
)
from wtforms.validators import AnyOf, InputRequired, Length, NumberRange, Optional

from forms.choices import SelectChoice, choices_of
from forms.once import OnceForm
from forms.texts import TOO_LONG, line_field, strip, text_field
from matching.consortium import MAX_MEMBERS
from services.consortium_invitations import MAX_MESSAGE, MAX_NOTE, MAX_ROLE
from services.consortiums import MAX_NAME, MAX_REASON
from vocabulary.exchanges import DeclineReason

DEFAULT_MEMBERS: Final = 4
DEFAULT_WEIGHT: Final = 3
WEIGHTS: Final = (
    (5, _l("5, indispensable")),
    (4, _l("4")),
    (3, _l("3, utile")),
    (2, _l("2")),
    (1, _l("1, secondaire")),
)
KEEP, LEAVE_OUT, RELEASE, REPLACE = "garder", "ecarter", "rendre", "remplacer"


class SizeMixin:
    """A name and a number of seats: when a team opens, and when it changes."""

    name = line_field(
        _l("Nom du groupement"), MAX_NAME, required=_l("Donnez un nom à ce groupement.")
    )
    max_members = IntegerField(
        _l("Nombre de places"),
        description=_l("Au plus : une équipe plus petite qui couvre autant est préférée."),
        default=DEFAULT_MEMBERS,
        validators=[
            InputRequired(_l("Indiquez un nombre de places.")),
            NumberRange(1, MAX_MEMBERS, message=_l("Choisissez entre 1 et 12 places.")),
        ],
        render_kw={"inputmode": "numeric"},
    )


class CreateForm(SizeMixin, OnceForm):
    """A new team; its needs and their weights are read by ``ticked_weights``."""


class SettingsForm(SizeMixin, FlaskForm):
    """Name, size and weights of a team, written against the version that was shown."""

    lock = HiddenField()

    def known_lock(self) -> int:
        """Return the version that was shown."""
        return number_or_zero(self.lock.data)


class ChoiceForm(FlaskForm):
    """Keep, leave out, release or replace one actor."""

    action = HiddenField(validators=[AnyOf((KEEP, LEAVE_OUT, RELEASE, REPLACE))])
    acteur = HiddenField(validators=[InputRequired()])
    remplacant = HiddenField()
    reason = StringField(
        _l("Raison"),
        filters=[strip],
        validators=[Optional(), Length(max=MAX_REASON, message=TOO_LONG)],
    )
    lock = HiddenField()

    def actor_id(self) -> int:
        """Return the number of the actor."""
        return number_or_zero(self.acteur.data)

    def replacement_id(self) -> int:
        """Return the number of the actor that takes the seat, 0 without one."""
        return number_or_zero(self.remplacant.data) if self.action.data == REPLACE else 0

    def known_lock(self) -> int:
        """Return the version that was shown."""
        return number_or_zero(self.lock.data)


class InvitationsForm(OnceForm):
    """A message to the actors ticked; each has a role of its own (``ticked_roles``)."""

    message = text_field(
        _l("Votre message"),
        MAX_MESSAGE,
        description=_l(
            "Le même pour tous : ce que vous préparez, pour quand, et ce qui est attendu."
        ),
        required=_l("Écrivez un message : il est lu avant de répondre."),
    )


class AnswerForm(OnceForm):
    """Yes, or no with a reason."""

    decision = RadioField(
        _l("Votre réponse"),
        choices=[
            SelectChoice("accepter", _l("Nous acceptons d’être du groupement")),
            SelectChoice("decliner", _l("Nous déclinons")),
        ],
        validators=[InputRequired(_l("Choisissez d’accepter ou de décliner."))],
    )
    reason = SelectField(
        _l("Si vous déclinez, la raison"),
        choices=lambda: [SelectChoice("", _l("Choisir une raison")), *choices_of(DeclineReason)],
        default="",
    )
    note = text_field(
        _l("Une précision"), MAX_NOTE, description=_l("La collectivité la lit avec votre réponse.")
    )

    def is_yes(self) -> bool:
        """Tell whether the answer is yes."""
        return bool(self.decision.data == "accepter")

    def decline_reason(self) -> DeclineReason | None:
        """Return the reason of a refusal, ``None`` when none was chosen or the answer is yes."""
        if self.is_yes() or not self.reason.data:
            return None
        return DeclineReason(self.reason.data)


def number_or_zero(text: object) -> int:
    """Return a number that a form holds; 0 for anything else, or beyond what a key may be."""
    typed = str(text or "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0  # noqa: PLR2004


def weight_of(data: Mapping[str, str], need_id: int, default: int = DEFAULT_WEIGHT) -> int:
    """Return the weight chosen for a need; one out of bounds is kept, for the service to refuse."""
    typed = data.get(f"poids-{need_id}")
    return default if typed is None else number_or_zero(typed)


def ticked(values: Iterable[str], allowed: Iterable[int]) -> list[int]:
    """Return the numbers ticked that are on offer, in the order of the offer."""
    wanted = {number_or_zero(value) for value in values}
    return [number for number in allowed if number in wanted]


def role_of(data: Mapping[str, str], actor_id: int) -> str:
    """Return the role typed for an actor."""
    return strip(data.get(f"role-{actor_id}", ""))[:MAX_ROLE]
