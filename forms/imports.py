"""Shapes of the pages where staff import organisations."""

from collections.abc import Mapping, Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, SelectField, StringField
from wtforms.validators import InputRequired, Length

from forms.choices import SelectChoice
from services.import_columns import ImportField


class UploadForm(FlaskForm):
    """The file, and where its facts come from."""

    file = FileField(
        _l("Fichier XLSX ou CSV"),
        description=_l(
            "5 000 lignes et 5 Mo au plus. Une ligne de titres, une structure par ligne."
        ),
        validators=[FileRequired(_l("Choisissez un fichier."))],
        render_kw={"accept": ".csv,.xlsx,text/csv"},
    )
    source = StringField(
        _l("Source des informations"),
        description=_l("Elle est écrite sur chaque fiche, par exemple : annuaire régional 2026."),
        validators=[InputRequired(_l("Dites d’où viennent ces informations.")), Length(max=300)],
    )


class MappingForm(FlaskForm):
    """One choice of column for each field; built for one file by ``mapping_form``."""

    def choices(self) -> Mapping[str, str]:
        """Return the header chosen for each field."""
        return {
            column.value: self[column.value].data for column in ImportField if column.value in self
        }


def mapping_form(headers: Sequence[str], mapping: Mapping[str, str]) -> MappingForm:
    """Return the form of one file, with the columns guessed or chosen so far."""

    class OneFile(MappingForm):
        """The fields of this file."""

    choices = [SelectChoice("", _("Aucune")), *(SelectChoice(header) for header in headers)]
    for column in ImportField:
        chooser = SelectField(
            _(column.label), choices=choices, default=mapping.get(column.value, "")
        )
        setattr(OneFile, column.value, chooser)
    return OneFile()


class ApplyForm(FlaskForm):
    """The decision to apply a file."""

    publish = BooleanField(
        _l("Publier tout de suite, sans relecture"),
        description=_l(
            "Sinon, les fiches attendent la relecture d’une autre personne de l’équipe. "
            "Le journal garde ce choix."
        ),
    )
