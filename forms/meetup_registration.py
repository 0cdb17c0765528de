"""Shapes of what people type to come to a meetup day: a body, its people, when they can, a no."""

from collections.abc import Sequence
from typing import Final

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import DataRequired, Email, InputRequired, Length, NumberRange, Optional

from forms.choices import Choices, Pairs, SelectChoice, choices_from, choices_of
from forms.entry_fields import ThemesMixin
from forms.once import OnceForm
from forms.texts import TOO_LONG, strip
from services.meetup_people import NAME_LENGTH, PersonContent
from services.meetup_registration import (
    NOTE_LENGTH,
    PRESENTATION_LENGTH,
    RegistrationContent,
)
from vocabulary.kinds import INNOVATION_KINDS, TERRITORY_KINDS, OrganizationKind
from vocabulary.languages import LANGUAGES
from vocabulary.meetups import ParticipantVisibility

OTHER_BODY: Final = ""
ALL_DAY, PART, NOT_THERE = "tout", "partie", "pas"
UNREADABLE: Final = _l("Cette adresse ne se lit pas.")


def kind_choices() -> Choices:
    """Return the kinds of bodies under the two sides of the table."""
    innovation = [kind for kind in OrganizationKind if kind in INNOVATION_KINDS]
    territory = [kind for kind in OrganizationKind if kind in TERRITORY_KINDS]
    return [
        *choices_of(innovation, group=str(_l("Acteurs de l’innovation"))),
        *choices_of(territory, group=str(_l("Territoires"))),
    ]


class AskLinkForm(FlaskForm):
    """The address of somebody who has no account, or has lost its link."""

    email = StringField(
        _l("Votre adresse électronique"),
        filters=[strip],
        validators=[
            DataRequired(_l("Écrivez votre adresse.")),
            Length(max=254, message=TOO_LONG),
            Email(UNREADABLE),
        ],
        render_kw={"type": "email", "autocomplete": "email"},
    )


class ComingForm(ThemesMixin, OnceForm):
    """What a participant says of its coming; the same for it, and for staff on its behalf."""

    presentation = TextAreaField(
        _l("Ce que vous venez chercher ou proposer"),
        description=_l("Quelques phrases que liront ceux qui voient votre venue."),
        filters=[strip],
        validators=[Length(max=PRESENTATION_LENGTH, message=TOO_LONG)],
    )
    visibility = RadioField(
        _l("Qui voit que vous venez ?"),
        description=_l(
            "Votre adresse et vos besoins d’accessibilité ne sont jamais montrés aux participants."
        ),
        choices=choices_of(reversed(ParticipantVisibility)),
        default=ParticipantVisibility.PARTICIPANTS.value,
        validators=[InputRequired(_l("Choisissez qui le voit."))],
    )
    most_meetings = IntegerField(
        _l("Rendez-vous au plus"),
        description=_l("Laissez vide pour en avoir autant que la journée le permet."),
        validators=[
            Optional(),
            NumberRange(min=1, max=40, message=_l("Entre 1 et 40, ou rien.")),
        ],
    )
    needs_step_free = BooleanField(_l("Une table sans marche, accessible en fauteuil"))
    needs_hearing_loop = BooleanField(_l("Une boucle magnétique"))
    accessibility_note = TextAreaField(
        _l("Autre besoin d’accessibilité"),
        description=_l("Lu par l’équipe d’accueil seule, effacé une semaine après la journée."),
        filters=[strip],
        validators=[Length(max=NOTE_LENGTH, message=TOO_LONG)],
    )

    def content(self) -> RegistrationContent:
        """Return what was typed."""
        return RegistrationContent(
            presentation=self.presentation.data or "",
            themes=self.chosen_themes(),
            visibility=ParticipantVisibility(self.visibility.data),
            most_meetings=self.most_meetings.data,
            needs_step_free=bool(self.needs_step_free.data),
            needs_hearing_loop=bool(self.needs_hearing_loop.data),
            accessibility_note=self.accessibility_note.data or "",
        )

    def show(self, content: RegistrationContent) -> None:
        """Show what is stored."""
        self.presentation.data = content.presentation
        self.themes.data = list(content.themes)
        self.visibility.data = content.visibility.value
        self.most_meetings.data = content.most_meetings
        self.needs_step_free.data = content.needs_step_free
        self.needs_hearing_loop.data = content.needs_hearing_loop
        self.accessibility_note.data = content.accessibility_note


class PersonMixin:
    """The person who registers, or one who comes."""

    name = StringField(
        _l("Prénom et nom"),
        filters=[strip],
        validators=[
            DataRequired(_l("Écrivez le nom de la personne.")),
            Length(max=NAME_LENGTH, message=TOO_LONG),
        ],
        render_kw={"autocomplete": "name"},
    )
    job_title = StringField(
        _l("Fonction"),
        filters=[strip],
        validators=[Length(max=NAME_LENGTH, message=TOO_LONG)],
        render_kw={"autocomplete": "organization-title"},
    )
    language = SelectField(
        _l("Langue des courriels"), choices=choices_from(LANGUAGES.items()), default="fr"
    )

    def person(self, email: str) -> PersonContent:
        """Return who was typed, with an address that is known."""
        return PersonContent(
            name=self.name.data or "",
            job_title=self.job_title.data or "",
            email=email,
            language=str(self.language.data),
        )

    def show_person(self, person: PersonContent) -> None:
        """Show who is stored."""
        self.name.data = person.name
        self.job_title.data = person.job_title
        self.language.data = person.language


class RegistrationForm(PersonMixin, ComingForm):
    """A registration: which body, who writes, what it comes for."""

    body = RadioField(_l("Pour quelle structure ?"), default=OTHER_BODY)
    body_name = StringField(
        _l("Nom de la structure"),
        filters=[strip],
        validators=[Length(max=200, message=TOO_LONG)],
        render_kw={"autocomplete": "organization"},
    )
    kind = SelectField(_l("Type de structure"))

    def for_bodies(self, bodies: Pairs) -> None:
        """Offer one's organisations of the directory; none: a body is named."""
        self.fill_theme_choices()
        self.kind.choices = kind_choices()
        if bodies:
            self.body.choices = [
                *choices_from(bodies),
                SelectChoice(OTHER_BODY, _l("Une autre, absente de l’annuaire")),
            ]
            self.body.validators = [InputRequired(_l("Choisissez la structure."))]
            if not self.is_submitted():
                self.body.data = bodies[0][0]
        else:
            del self.body

    def for_known_body(self) -> None:
        """Ask for no body: it is known."""
        self.fill_theme_choices()
        del self.body, self.body_name, self.kind

    @property
    def chosen_slug(self) -> str:
        """Return the organisation of the directory chosen; empty: the body is named."""
        return str(self.body.data or "") if "body" in self else ""

    def validate_body_name(self, field: StringField) -> None:
        """Ask for a name where the body is not of the directory."""
        if not self.chosen_slug and not field.data:
            raise ValidationError(_l("Écrivez le nom de la structure."))


class PersonForm(PersonMixin, OnceForm):
    """One of the people who come."""

    email = StringField(
        _l("Adresse électronique"),
        description=_l(
            "Pour lui envoyer son agenda et son badge. Seule l’équipe d’organisation la lit."
        ),
        filters=[strip],
        validators=[Optional(), Length(max=254, message=TOO_LONG), Email(UNREADABLE)],
        render_kw={"type": "email"},
    )

    def content(self) -> PersonContent:
        """Return who was typed."""
        return self.person(self.email.data or "")

    def show(self, person: PersonContent) -> None:
        """Show who is stored."""
        self.show_person(person)
        self.email.data = person.email


class AvailabilityForm(OnceForm):
    """Half-days, and the slots of those one is there for in part."""

    morning = RadioField(_l("Le matin"), default=ALL_DAY)
    afternoon = RadioField(_l("L’après-midi"), default=ALL_DAY)
    slots = SelectMultipleField(_l("Créneaux où l’on peut vous rencontrer"), coerce=str)

    def for_slots(self, morning: Sequence[str], afternoon: Sequence[str]) -> None:
        """Offer the slots of each half-day; one without slots is not asked about."""
        self.slots.choices = [SelectChoice(one) for one in (*morning, *afternoon)]
        halves = ((self.morning, "morning", morning), (self.afternoon, "afternoon", afternoon))
        for field, name, slots in halves:
            if not slots:
                delattr(self, name)
                continue
            whole = _l("Toute la matinée") if name == "morning" else _l("Tout l’après-midi")
            field.choices = [
                SelectChoice(ALL_DAY, whole),
                SelectChoice(PART, _l("Une partie : les créneaux cochés")),
                SelectChoice(NOT_THERE, _l("Pas là")),
            ]


class SessionsForm(OnceForm):
    """The sessions that one chooses to attend."""

    sessions = SelectMultipleField(_l("Ateliers et présentations"), coerce=str)


class ReasonForm(OnceForm):
    """A few words with a no or a cancellation."""

    note = TextAreaField(
        _l("Un mot pour l’équipe d’organisation"),
        filters=[strip],
        validators=[Length(max=NOTE_LENGTH, message=TOO_LONG)],
    )
