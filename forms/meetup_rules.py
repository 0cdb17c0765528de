"""Shapes of the pages where organisers impose or exclude meetings, and ask for group meetings."""

from collections.abc import Sequence
from typing import Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, SelectField, StringField
from wtforms.validators import InputRequired, Length

from forms.choices import SelectChoice, choices_of
from forms.meetup_days import SAME_SIDE_HELP
from forms.once import OnceForm
from services.contents import clean_line
from services.meetup_groups import MOST, TITLE_LENGTH
from services.meetup_rules import REASON_LENGTH, RuleTerms
from vocabulary.meetups import PairRule

ANY_SLOT: Final = ""
LONGEST_NAME: Final = 255
SEATS: Final = tuple(f"person_{number}" for number in range(1, MOST + 1))


class PairRuleForm(OnceForm):
    """What is decided of two participants."""

    one = StringField(
        _l("Premier participant"),
        validators=[InputRequired(_l("Nommez un participant.")), Length(max=LONGEST_NAME)],
    )
    other = StringField(
        _l("Second participant"),
        validators=[InputRequired(_l("Nommez un participant.")), Length(max=LONGEST_NAME)],
    )
    rule = RadioField(
        _l("Décision"),
        choices=choices_of(PairRule),
        validators=[InputRequired(_l("Imposez ou excluez ce rendez-vous."))],
    )
    slot = SelectField(_l("Créneau, s’il est imposé"), default=ANY_SLOT)
    reason = StringField(
        _l("Raison"),
        description=_l("Seule l’équipe d’organisation la lit."),
        validators=[Length(max=REASON_LENGTH)],
    )

    def offer_slots(self, slots: Sequence[tuple[int, str]]) -> None:
        """Propose the slots of the day, or none in particular."""
        none = SelectChoice(ANY_SLOT, _("N’importe lequel"))
        self.slot.choices = [none, *(SelectChoice(str(key), text) for key, text in slots)]

    def terms(self) -> RuleTerms:
        """Return the decision."""
        return RuleTerms(
            PairRule(self.rule.data),
            slot_id=int(self.slot.data) if self.slot.data else None,
            reason=clean_line(self.reason.data or "", REASON_LENGTH),
        )


class SameSideForm(FlaskForm):
    """Whether participants may wish those of their own side."""

    is_allowed = BooleanField(
        _l("Permettre aux participants de souhaiter rencontrer quelqu’un de leur côté"),
        description=SAME_SIDE_HELP,
    )


class GroupForm(OnceForm):
    """A meeting of three to eight participants; built by ``group_form``."""

    title = StringField(
        _l("Titre"),
        validators=[InputRequired(_l("Donnez un titre à ce groupe.")), Length(max=TITLE_LENGTH)],
    )
    slot = SelectField(_l("Créneau"), default=ANY_SLOT)

    def offer_slots(self, slots: Sequence[tuple[int, str]]) -> None:
        """Propose the slots of the day, or none in particular."""
        none = SelectChoice(ANY_SLOT, _("N’importe lequel"))
        self.slot.choices = [none, *(SelectChoice(str(key), text) for key, text in slots)]

    def chosen_slot(self) -> int | None:
        """Return the slot, nothing for any."""
        return int(self.slot.data) if self.slot.data else None

    def seats(self) -> list[StringField]:
        """Return the fields that name the participants, in order."""
        return [self[name] for name in SEATS]

    def named(self) -> list[StringField]:
        """Return those that are filled in."""
        return [field for field in self.seats() if (field.data or "").strip()]


for _number, _name in enumerate(SEATS, start=1):
    setattr(
        GroupForm,
        _name,
        StringField(_l("Participant %(number)s", number=_number), [Length(max=LONGEST_NAME)]),
    )
