"""Shapes of what is typed about a working group of a partnership and its meetings."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField, SelectMultipleField
from wtforms.validators import InputRequired

from forms.choices import Pairs, SelectChoice, choices_from, theme_choices
from forms.seen import DayField, SeenForm
from forms.texts import line_field, text_field
from services.contents import clean_line, clean_text
from services.partnership_contents import (
    MAX_LONG_TEXT,
    MAX_NAME,
    GroupContent,
    MeetingContent,
    known_theme,
)


class GroupForm(SeenForm):
    """A working group: its theme, its members among those of the partnership, who leads it."""

    name = line_field(_l("Nom du groupe"), MAX_NAME, required=_l("Donnez un nom au groupe."))
    theme = SelectField(_l("Thème"), default="")
    description = text_field(_l("Ce que fait le groupe"), MAX_LONG_TEXT)
    members = SelectMultipleField(_l("Membres du groupe"), coerce=int)
    leads = SelectMultipleField(
        _l("Qui l’anime"),
        description=_l("Peut écrire l’ordre du jour et le compte rendu des réunions du groupe."),
        coerce=int,
    )

    def fill_choices(self, members: Pairs) -> None:
        """Offer the themes and the members of the partnership."""
        self.theme.choices = [
            SelectChoice("", _l("Non précisé"), optgroup=_l("Sans thème")),
            *theme_choices(),
        ]
        self.members.choices = self.leads.choices = choices_from(members)

    def show(self, content: GroupContent) -> None:
        """Fill the fields from a content."""
        self.name.data, self.theme.data = content.name, content.theme
        self.description.data = content.description
        self.members.data, self.leads.data = list(content.members), list(content.leads)

    def content(self) -> GroupContent:
        """Return what was typed; who leads the group is in it."""
        leads = set(self.leads.data or ())
        return GroupContent(
            name=clean_line(self.name.data or "", MAX_NAME),
            theme=known_theme(self.theme.data or ""),
            description=clean_text(self.description.data or "", MAX_LONG_TEXT),
            members=tuple(sorted({*(self.members.data or ()), *leads})),
            leads=tuple(sorted(leads)),
        )


class MeetingForm(SeenForm):
    """A meeting of a group; only the keeper's team decides whether its minutes are public."""

    held_on = DayField(_l("Date"), validators=[InputRequired(_l("Donnez la date de la réunion."))])
    place = line_field(_l("Lieu"), MAX_NAME)
    agenda = text_field(_l("Ordre du jour"), MAX_LONG_TEXT)
    minutes = text_field(
        _l("Compte rendu"),
        MAX_LONG_TEXT,
        description=_l("Ce qui a été dit et décidé. Nommez des structures, pas des personnes."),
    )
    is_public = BooleanField(
        _l("Ordre du jour et compte rendu publics"),
        description=_l("Sinon, seuls les membres du partenariat les lisent."),
    )

    def show(self, content: MeetingContent) -> None:
        """Fill the fields from a content."""
        for field in self:
            if hasattr(content, field.name):
                field.data = getattr(content, field.name)

    def content(self, *, is_public: bool) -> MeetingContent:
        """Return what was typed; ``is_public`` is kept where it was not asked."""
        asked = bool(self.is_public.data) if "is_public" in self else is_public
        return MeetingContent(
            held_on=self.held_on.data,
            place=clean_line(self.place.data or "", MAX_NAME),
            agenda=clean_text(self.agenda.data or "", MAX_LONG_TEXT),
            minutes=clean_text(self.minutes.data or "", MAX_LONG_TEXT),
            is_public=asked,
        )
