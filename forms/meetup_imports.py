"""Shapes of the pages where staff import invitees: a file or a pasted list, and applying it."""

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import BooleanField, TextAreaField, ValidationError
from wtforms.validators import Length

from forms.once import RefusableForm
from forms.texts import TOO_LONG

PASTED_LENGTH = 1_000_000


class InviteesForm(RefusableForm):
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


class ApplyInviteesForm(RefusableForm):
    """The decision to apply a file."""

    tells = BooleanField(
        _l("Envoyer leur confirmation aux inscrits du fichier"),
        description=_l("Les invitations, elles, partent de la page « Inviter »."),
    )
