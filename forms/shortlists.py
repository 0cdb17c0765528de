"""Shapes of the forms of selections: opening one, adding to one, renaming, noting."""

from typing import Final

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from forms.choices import Pairs, SelectChoice, choices_from
from forms.once import OnceForm
from forms.texts import TOO_LONG, line_field, strip, text_field
from services.shortlists import MAX_NAME, MAX_NOTE

NEW_LIST: Final = "nouvelle"
_NO_NEED: Final = SelectChoice("", _l("Pour aucun besoin en particulier"))
_LONGEST_LOCK: Final = 9


def _name_field(label: str) -> StringField:
    return line_field(label, MAX_NAME, required=_l("Donnez un nom à cette sélection."))


def number_in(text: str | None) -> int | None:
    """Return the number of a row that a field holds, ``None`` for anything else."""
    typed = text or ""
    is_number = typed.isascii() and typed.isdigit() and len(typed) <= _LONGEST_LOCK
    return int(typed) if is_number else None


class ShortlistForm(OnceForm):
    """A new selection: its name, whose it is, and the need it is for."""

    name = _name_field(_l("Nom de la sélection"))
    organization = SelectField(_l("Partagée dans l’équipe de"))
    need = SelectField(_l("Pour le besoin"), default="")

    def offer_choices(self, organizations: Pairs, needs: Pairs) -> None:
        """Give the organisations and the needs that the person may choose."""
        self.organization.choices = choices_from(organizations)
        self.need.choices = [_NO_NEED, *choices_from(needs)]


class AddForm(OnceForm):
    """Where to add an offer or an actor: a selection of one's own, or a new one."""

    liste = RadioField(
        _l("Dans quelle sélection ?"), validators=[InputRequired(_l("Choisissez une sélection."))]
    )
    name = StringField(
        _l("Nom de la nouvelle sélection"),
        filters=[strip],
        validators=[Optional(), Length(max=MAX_NAME, message=TOO_LONG)],
    )
    organization = SelectField(_l("Partagée dans l’équipe de"), validators=[Optional()])
    solution = HiddenField()
    acteur = HiddenField()
    besoin = HiddenField()
    retour = HiddenField()

    def offer_choices(self, lists: Pairs, organizations: Pairs) -> None:
        """Give the selections and the organisations of the person; a new one comes last."""
        self.liste.choices = [
            *choices_from(lists),
            SelectChoice(NEW_LIST, _l("Une nouvelle sélection")),
        ]
        self.organization.choices = choices_from(organizations)


class RenameForm(FlaskForm):
    """Another name; ``known`` is the one the person saw."""

    name = _name_field(_l("Nom de la sélection"))
    known = HiddenField()


class NoteForm(FlaskForm):
    """The team's note on one item; ``lock`` is the version the person saw."""

    note = text_field(
        _l("Note de l’équipe"),
        MAX_NOTE,
        description=_l("Lue par votre équipe seulement, jamais par l’acteur."),
    )
    lock = HiddenField()

    def known_lock(self) -> int:
        """Return the version the person saw; one that is no number is no version."""
        return number_in(self.lock.data) or 0
