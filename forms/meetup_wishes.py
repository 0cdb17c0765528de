"""Shapes of the pages where participants of a meetup day say whom they wish to meet."""

from collections.abc import Mapping, Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import RadioField, SelectField, TextAreaField
from wtforms.validators import InputRequired, Length

from forms.choices import SelectChoice, choices_of
from forms.entry_fields import ThemesMixin
from forms.once import OnceForm
from forms.texts import TOO_LONG, strip
from services.meetup_registration import PRESENTATION_LENGTH
from services.meetup_wishes import MESSAGE_LENGTH, WishTerms
from vocabulary.meetups import WishPriority, WishRefusal

NOTHING = ""
PRIORITY_CHOICES = choices_of(WishPriority)
REFUSAL_CHOICES = choices_of(WishRefusal)


class SubjectsForm(ThemesMixin, FlaskForm):
    """What one comes for: suggestions of people to meet start from it."""

    presentation = TextAreaField(
        _l("Ce que vous venez chercher ou proposer"),
        description=_l("Quelques phrases que liront ceux qui voient votre venue."),
        filters=[strip],
        validators=[Length(max=PRESENTATION_LENGTH, message=TOO_LONG)],
    )


class WishForm(OnceForm):
    """How much one wishes to meet somebody, about what, in which words."""

    priority = RadioField(
        _l("Priorité"),
        choices=PRIORITY_CHOICES,
        validators=[InputRequired(_l("Dites à quel point ce rendez-vous compte pour vous."))],
    )
    need = SelectField(_l("À propos du besoin"), default=NOTHING)
    offer = SelectField(_l("À propos de la proposition"), default=NOTHING)
    message = TextAreaField(
        _l("Message"),
        description=_l("L’autre participant le lit avec votre demande."),
        validators=[Length(max=MESSAGE_LENGTH)],
    )

    def offer_subjects(
        self, needs: Sequence[tuple[int, str]], offers: Sequence[tuple[int, str]]
    ) -> None:
        """Propose what the meeting may be about; a field without choice goes."""
        for name, subjects in (("need", needs), ("offer", offers)):
            if not subjects:
                del self[name]
                continue
            none = SelectChoice(NOTHING, _("Rien de précis"))
            self[name].choices = [none, *(SelectChoice(str(key), title) for key, title in subjects)]

    def terms(self) -> WishTerms:
        """Return what the wish says."""
        return WishTerms(
            WishPriority(self.priority.data),
            message=(self.message.data or "").strip(),
            need_id=self._subject("need"),
            offer_id=self._subject("offer"),
        )

    def _subject(self, name: str) -> int | None:
        return int(self[name].data) if name in self and self[name].data else None


class AnswerForm(FlaskForm):
    """The answer to what somebody wishes: yes, or no with a reason."""

    decision = SelectField(
        _l("Réponse"),
        choices=[
            SelectChoice("accepter", _l("Accepter")),
            SelectChoice("decliner", _l("Décliner")),
        ],
        validators=[InputRequired(_l("Acceptez ou déclinez."))],
    )
    reason = SelectField(
        _l("Raison"),
        choices=[SelectChoice(NOTHING, _l("Choisissez une raison")), *REFUSAL_CHOICES],
        default=NOTHING,
    )

    @property
    def accepts(self) -> bool:
        """Tell whether the answer is yes."""
        return bool(self.decision.data == "accepter")

    def refusal(self) -> WishRefusal | None:
        """Return why the answer is no; nothing while no reason is chosen."""
        return WishRefusal(self.reason.data) if self.reason.data else None


def sent_priorities(fields: MultiDict[str, str], keys: Sequence[int]) -> Mapping[int, WishPriority]:
    """Return the priority chosen for each wish, by number; what is no priority is left out."""
    known = {one.value: one for one in WishPriority}
    chosen = {key: known.get(fields.get(f"priorite-{key}", "")) for key in keys}
    return {key: priority for key, priority in chosen.items() if priority is not None}


def sent_move(fields: MultiDict[str, str]) -> int:
    """Return the wish to move: its number up, minus its number down, 0 for none."""
    for name, sign in (("monter", 1), ("descendre", -1)):
        number = fields.get(name, "")
        if number.isascii() and number.isdigit() and len(number) < len(str(2**31)):
            return sign * int(number)
    return 0
