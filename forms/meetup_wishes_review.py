"""Shapes of the pages where organisers look through wishes, add some, send lists of them."""

from typing import Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from werkzeug.datastructures import FileStorage
from wtforms import IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange

from forms.choices import choices_of
from forms.once import OnceForm
from services.meetup_wish_reading import LONGEST_CELL, ReadList, read_file, read_pasted
from services.meetup_wishes import MESSAGE_LENGTH
from vocabulary.meetups import WishPriority

MOST_SUGGESTED: Final = 10
LONGEST_NAME: Final = 255
_FIGURES: Final = 9


class StaffWishForm(OnceForm):
    """A wish made for a participant."""

    wisher = StringField(
        _l("Qui souhaite"),
        description=_l("Le nom d’un participant, ou l’adresse d’une personne qui vient."),
        validators=[InputRequired(_l("Dites qui souhaite.")), Length(max=LONGEST_NAME)],
    )
    wished = StringField(
        _l("Qui rencontrer"),
        validators=[InputRequired(_l("Dites qui rencontrer.")), Length(max=LONGEST_NAME)],
    )
    priority = SelectField(
        _l("Priorité"),
        choices=choices_of(WishPriority),
        default=WishPriority.IMPORTANT.value,
    )
    message = TextAreaField(_l("Message"), validators=[Length(max=MESSAGE_LENGTH)])

    def chosen_priority(self) -> WishPriority:
        """Return the priority."""
        return WishPriority(self.priority.data)


class WishListForm(OnceForm):
    """A list of wishes: pasted, or a file."""

    pasted = TextAreaField(
        _l("Coller les lignes d’un tableur"),
        description=_l(
            "Une ligne par souhait : demandeur, participant souhaité, priorité (indispensable, "
            "importante, bienvenue, ou 1, 2, 3 ; rien vaut importante), message. 5 000 lignes au "
            "plus, avec ou sans ligne de titres ; avec des titres, dans l’ordre que vous voulez."
        ),
    )
    file = FileField(_l("Ou un fichier XLSX ou CSV"), render_kw={"accept": ".csv,.xlsx,text/csv"})

    def read(self) -> tuple[str, ReadList]:
        """Return the name of what was sent and the list; a file goes before what was pasted.

        Raises:
            RuleViolation: nothing can be read of it.
        """
        sent = self.file.data
        if isinstance(sent, FileStorage) and sent.filename:
            return sent.filename, read_file(sent.read())
        return str(_("Lignes collées")), read_pasted(self.pasted.data or "")


class SuggestForm(OnceForm):
    """How many people to suggest to each participant who wishes nobody."""

    count = IntegerField(
        _l("Rendez-vous proposés à chacun"),
        default=5,
        validators=[
            InputRequired(_l("Donnez un nombre.")),
            NumberRange(1, MOST_SUGGESTED, _l("Entre 1 et %(most)s.", most=MOST_SUGGESTED)),
        ],
    )

    def chosen_count(self) -> int:
        """Return the number."""
        return int(self.count.data or 0)


def sent_cells(fields: dict[str, str]) -> dict[int, list[str]]:
    """Return the corrected cells of the lines sent, by number of row."""
    found: dict[int, list[str]] = {}
    for name in fields:
        kind, _dash, number = name.partition("-")
        if (
            kind == "demandeur"
            and number.isascii()
            and number.isdigit()
            and len(number) <= _FIGURES
        ):
            names = (f"{column}-{number}" for column in ("demandeur", "souhaite", "priorite"))
            cells = [fields.get(name, "")[:LONGEST_CELL] for name in names]
            found[int(number)] = [*cells, fields.get(f"message-{number}", "")[:LONGEST_CELL]]
    return found
