"""Shapes of the pages where staff import invitees: a file, its columns, and applying it."""

from collections.abc import Mapping, Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import BooleanField, SelectField, TextAreaField, ValidationError
from wtforms.validators import Length

from forms.choices import SelectChoice
from forms.once import OnceForm
from forms.texts import TOO_LONG

PASTED_LENGTH = 1_000_000
SHOWN_TITLE = 60


class InviteesForm(OnceForm):
    """A file, or lines pasted from a spreadsheet."""

    file = FileField(
        _l("Fichier XLSX ou CSV"),
        description=_l(
            "5 000 lignes et 5 Mo au plus. Une ligne de titres, une personne par ligne."
        ),
        render_kw={"accept": ".csv,.xlsx,text/csv"},
    )
    pasted = TextAreaField(
        _l("Ou des lignes collées depuis un tableur"),
        description=_l("Avec la ligne de titres."),
        validators=[Length(max=PASTED_LENGTH, message=TOO_LONG)],
    )

    def validate_pasted(self, field: TextAreaField) -> None:
        """Ask for one of the two."""
        if not self.file.data and not (field.data or "").strip():
            raise ValidationError(_l("Choisissez un fichier, ou collez des lignes."))

    def content(self) -> tuple[bytes, str]:
        """Return what was sent and what to call it; the file when there are both."""
        if self.file.data:
            return self.file.data.read(), self.file.data.filename or ""
        return (self.pasted.data or "").encode(), ""


class ApplyInviteesForm(OnceForm):
    """The decision to apply a file."""

    tells = BooleanField(
        _l("Envoyer leur confirmation aux inscrits du fichier"),
        description=_l("Les invitations, elles, partent de la page « Inviter »."),
    )


class ColumnsForm(FlaskForm):
    """One choice of column of a list for each thing read; built for one list."""

    offered: frozenset[str] = frozenset()

    def choices(self) -> Mapping[str, str]:
        """Return the column chosen for each thing read, among those of the list."""
        return {
            field.name: field.data
            for field in self
            if isinstance(field, SelectField) and field.data in self.offered
        }


def columns_form(
    wanted: Sequence[tuple[str, str]],
    columns: Sequence[tuple[str, str]],
    chosen: Mapping[str, str],
) -> ColumnsForm:
    """Return the form of one list: what is read, among which columns, as it stands."""

    class OneList(ColumnsForm):
        """The fields of this list."""

        offered = frozenset(value for value, _text in columns)

    options = [
        SelectChoice("", _("Aucune")),
        *(SelectChoice(value, text[:SHOWN_TITLE]) for value, text in columns),
    ]
    for name, label in wanted:
        chooser = SelectField(_(label), choices=options, default=chosen.get(name, ""))
        setattr(OneList, name, chooser)
    return OneList()
