"""Shapes of what is typed about the steps and the documents of a partnership."""

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, RadioField
from wtforms.validators import InputRequired

from forms.choices import SelectChoice
from forms.once import OnceForm
from forms.seen import DayField, SeenForm
from forms.texts import line_field, text_field
from services.contents import clean_line, clean_text
from services.partnership_contents import (
    MAX_LONG_TEXT,
    MAX_NAME,
    MAX_SOURCE,
    PRECISIONS,
    MilestoneContent,
)


class MilestoneForm(SeenForm):
    """A step of the timeline."""

    title = line_field(
        _l("Ce qui s’est passé"), MAX_NAME, required=_l("Donnez un titre à l’étape.")
    )
    happened_on = DayField(
        _l("Date"),
        description=_l("Si vous ne connaissez que le mois ou l’année, choisissez-en un jour."),
        validators=[InputRequired(_l("Donnez la date de l’étape."))],
    )
    precision = RadioField(
        _l("Ce que l’on sait de la date"),
        choices=[SelectChoice(value, _l(label)) for value, label in PRECISIONS.items()],
        default="day",
        validators=[InputRequired(_l("Choisissez la précision de la date."))],
    )
    text = text_field(_l("Précisions"), MAX_LONG_TEXT)
    source = line_field(_l("Source"), MAX_SOURCE)

    def show(self, content: MilestoneContent) -> None:
        """Fill the fields from a content."""
        for field in self:
            if hasattr(content, field.name):
                field.data = getattr(content, field.name)

    def content(self) -> MilestoneContent:
        """Return what was typed."""
        return MilestoneContent(
            happened_on=self.happened_on.data,
            precision=str(self.precision.data),
            title=clean_line(self.title.data or "", MAX_NAME),
            text=clean_text(self.text.data or "", MAX_LONG_TEXT),
            source=clean_line(self.source.data or "", MAX_SOURCE),
        )


class DocumentForm(OnceForm):
    """A document of the partnership, for its members or for everybody."""

    file = FileField(_l("Document"), validators=[FileRequired(_l("Choisissez un document."))])
    is_public = BooleanField(
        _l("Document public"),
        description=_l("Sinon, seuls les membres du partenariat peuvent l’ouvrir."),
    )
