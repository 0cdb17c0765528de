"""Shapes of what is typed about a partnership: its page, members, groups, meetings, steps."""

from collections.abc import Iterable
from typing import Final

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Optional

from forms.entry_fields import TOO_LONG, Choices, ThemesMixin, strip, theme_choices
from forms.once import OnceForm
from services.contents import clean_line, clean_text
from services.moderation_reasons import MAX_COMMENT
from services.partnership_contents import (
    MAX_LONG_TEXT,
    MAX_NAME,
    MAX_SOURCE,
    PRECISIONS,
    GroupContent,
    MeetingContent,
    MilestoneContent,
    PartnershipContent,
    known_theme,
)
from services.partnership_members import MAX_ROLE

BAD_DAY: Final = _l("Cette date ne se lit pas : jour, mois, année.")
PUBLISH, CHANGES = "publier", "demander-des-modifications"


class DayField(DateField):
    """A day; anything else stays as typed beside a French message."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the day.

        Raises:
            ValueError: it is not one.
        """
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(BAD_DAY) from error


class SeenForm(OnceForm):
    """A form over something stored; ``seen`` is the digest of what it was shown with."""

    seen = HiddenField()

    def known_stamp(self) -> str:
        """Return the digest that was sent; a forged one is simply out of date."""
        return str(self.seen.data or "")

    def renew_stamp(self, stamp: str) -> None:
        """Show the form again over what is stored now."""
        self.seen.data = stamp
        self.seen.raw_data = [stamp]

    def show_error(self, name: str | None, message: str) -> None:
        """Put a refusal beside the field it is about, else above the form."""
        if name and name in self:
            self[name].errors = [*self[name].errors, message]
        else:
            self.form_errors.append(message)


class PartnershipForm(ThemesMixin, SeenForm):
    """The page of a partnership; ``for_creation`` keeps the first questions only."""

    keeper = SelectField(
        _l("Structure qui tient la page"),
        description=_l("Elle en est membre, invite les autres et écrit la page."),
        validate_choice=True,
    )
    name = StringField(
        _l("Nom du partenariat"),
        filters=[strip],
        validators=[
            InputRequired(_l("Donnez un nom au partenariat.")),
            Length(max=MAX_NAME, message=TOO_LONG),
        ],
    )
    quarter = StringField(
        _l("Quartier"),
        description=_l("Son nom ou son code, par exemple QN04212M."),
        filters=[strip],
        validators=[Length(max=MAX_NAME, message=TOO_LONG)],
    )
    programme = StringField(
        _l("Programme"),
        description=_l("Le dispositif qui le porte ou le finance, s’il y en a un."),
        filters=[strip],
        validators=[Length(max=MAX_NAME, message=TOO_LONG)],
    )
    summary = TextAreaField(
        _l("De quoi il s’agit"),
        description=_l("Qui fait quoi, pour qui, avec quel but."),
        filters=[strip],
        validators=[Length(max=MAX_LONG_TEXT, message=TOO_LONG)],
    )
    started_on = DayField(_l("Début"), validators=[Optional()])
    ended_on = DayField(_l("Fin"), validators=[Optional()])
    results = TextAreaField(
        _l("Résultats"),
        description=_l("Ce qui a été obtenu, mesuré ou abandonné. Rien tant qu’il n’y a rien."),
        filters=[strip],
        validators=[Length(max=MAX_LONG_TEXT, message=TOO_LONG)],
    )
    source = StringField(
        _l("Source publique"),
        description=_l("Le document qui établit ces faits : auteur, titre, date."),
        filters=[strip],
        validators=[Length(max=MAX_SOURCE, message=TOO_LONG)],
    )
    source_checked_on = DayField(_l("Source vérifiée le"), validators=[Optional()])

    def for_creation(self, keepers: Choices) -> None:
        """Ask who keeps the page, and leave what comes later for later."""
        self.keeper.choices = keepers
        if not self.is_submitted():
            self.keeper.data = keepers[0][0]
        for name in ("started_on", "ended_on", "results", "source", "source_checked_on"):
            del self[name]

    def for_edition(self) -> None:
        """The keeper does not change."""
        del self.keeper

    def show(self, content: PartnershipContent, *, quarter: str) -> None:
        """Fill the fields from a content."""
        for name in ("name", "programme", "summary", "started_on", "ended_on"):
            self[name].data = getattr(content, name)
        for name in ("results", "source", "source_checked_on"):
            self[name].data = getattr(content, name)
        self.themes.data = list(content.themes)
        self.quarter.data = quarter

    def content(self, territory_id: int | None) -> PartnershipContent:
        """Return what was typed; a question that was not asked is blank."""
        asked = {name: self[name].data for name in _PARTNERSHIP_FIELDS if name in self}
        return PartnershipContent.from_dict(
            {**asked, "themes": self.chosen_themes(), "territory_id": territory_id}
        )


_PARTNERSHIP_FIELDS: Final = (
    *("name", "programme", "summary", "started_on", "ended_on"),
    *("results", "source", "source_checked_on"),
)


class InviteMemberForm(OnceForm):
    """One organisation asked to be a member, and what it would do."""

    member = HiddenField()
    role = StringField(
        _l("Rôle"),
        filters=[strip],
        validators=[Length(max=MAX_ROLE, message=TOO_LONG)],
    )
    is_cited = BooleanField(_l("Citée par la source de la page : ne pas l’inviter"))


class MemberRoleForm(FlaskForm):
    """What a member does in the partnership."""

    role = StringField(
        _l("Rôle"), filters=[strip], validators=[Length(max=MAX_ROLE, message=TOO_LONG)]
    )


class GroupForm(SeenForm):
    """A working group: its theme, its members among those of the partnership, who leads it."""

    name = StringField(
        _l("Nom du groupe"),
        filters=[strip],
        validators=[
            InputRequired(_l("Donnez un nom au groupe.")),
            Length(max=MAX_NAME, message=TOO_LONG),
        ],
    )
    theme = SelectField(_l("Thème"), default="")
    description = TextAreaField(
        _l("Ce que fait le groupe"),
        filters=[strip],
        validators=[Length(max=MAX_LONG_TEXT, message=TOO_LONG)],
    )
    members = SelectMultipleField(_l("Membres du groupe"), coerce=int)
    leads = SelectMultipleField(
        _l("Qui l’anime"),
        description=_l("Peut écrire l’ordre du jour et le compte rendu des réunions du groupe."),
        coerce=int,
    )

    def fill_choices(self, members: Iterable[tuple[int, str]]) -> None:
        """Offer the themes and the members of the partnership."""
        self.theme.choices = {_l("Sans thème"): [("", _l("Non précisé"))], **theme_choices()}
        self.members.choices = self.leads.choices = list(members)

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
    place = StringField(
        _l("Lieu"), filters=[strip], validators=[Length(max=MAX_NAME, message=TOO_LONG)]
    )
    agenda = TextAreaField(
        _l("Ordre du jour"),
        filters=[strip],
        validators=[Length(max=MAX_LONG_TEXT, message=TOO_LONG)],
    )
    minutes = TextAreaField(
        _l("Compte rendu"),
        description=_l("Ce qui a été dit et décidé. Nommez des structures, pas des personnes."),
        filters=[strip],
        validators=[Length(max=MAX_LONG_TEXT, message=TOO_LONG)],
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


class MilestoneForm(SeenForm):
    """A step of the timeline."""

    title = StringField(
        _l("Ce qui s’est passé"),
        filters=[strip],
        validators=[
            InputRequired(_l("Donnez un titre à l’étape.")),
            Length(max=MAX_NAME, message=TOO_LONG),
        ],
    )
    happened_on = DayField(
        _l("Date"),
        description=_l("Si vous ne connaissez que le mois ou l’année, choisissez-en un jour."),
        validators=[InputRequired(_l("Donnez la date de l’étape."))],
    )
    precision = RadioField(
        _l("Ce que l’on sait de la date"),
        choices=[(value, _l(label)) for value, label in PRECISIONS.items()],
        default="day",
        validators=[InputRequired(_l("Choisissez la précision de la date."))],
    )
    text = TextAreaField(
        _l("Précisions"),
        filters=[strip],
        validators=[Length(max=MAX_LONG_TEXT, message=TOO_LONG)],
    )
    source = StringField(
        _l("Source"), filters=[strip], validators=[Length(max=MAX_SOURCE, message=TOO_LONG)]
    )

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


class ReviewForm(SeenForm):
    """Publish what was submitted, or say what to change."""

    decision = RadioField(
        _l("Décision"),
        choices=[(PUBLISH, _l("Publier")), (CHANGES, _l("Demander des modifications"))],
        validators=[InputRequired(_l("Choisissez une décision."))],
    )
    comment = TextAreaField(
        _l("Précisions"),
        description=_l("Ce qu’il faut changer, en clair : envoyé tel quel à qui tient la page."),
        filters=[strip],
        validators=[Length(max=MAX_COMMENT, message=TOO_LONG)],
    )

    def is_publication(self) -> bool:
        """Tell whether the decision is to publish."""
        return bool(self.decision.data == PUBLISH)


class SuspendForm(FlaskForm):
    """Why a public page is taken off."""

    comment = TextAreaField(
        _l("Motif"),
        description=_l("Envoyé tel quel à qui tient la page."),
        filters=[strip],
        validators=[
            InputRequired(_l("Dites pourquoi la page est suspendue.")),
            Length(max=MAX_COMMENT, message=TOO_LONG),
        ],
    )
