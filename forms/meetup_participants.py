"""Shapes of what staff type about participants of a meetup day, and to invite others."""

from typing import Final

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, Email, InputRequired, Length, Optional

from forms.choices import SelectChoice, choices_of, department_choices
from forms.entry_fields import ThemesMixin
from forms.meetup_registration import UNREADABLE, ComingForm, kind_choices
from forms.once import OnceForm
from forms.texts import TOO_LONG, strip
from services.meetup_candidates import Criteria
from services.meetup_decisions import Correction, Decision, Refusal
from services.meetup_people import NAME_LENGTH, PersonContent
from services.meetup_registration import NOTE_LENGTH, RegistrationContent
from services.quarter_files import clean_codes
from vocabulary.exchanges import Side
from vocabulary.kinds import OrganizationKind

QUARTER_CODE_LENGTH: Final = 8


class DecisionForm(OnceForm):
    """One decision on the participants ticked."""

    decision = SelectField(_l("Pour les participants cochés"))
    reason = SelectField(_l("Raison d’un refus"), choices=choices_of(Refusal))
    words = StringField(
        _l("Mots ajoutés"),
        filters=[strip],
        validators=[Length(max=300, message=TOO_LONG)],
    )

    def for_states(self) -> None:
        """Offer every decision; those that a participant cannot have are left out of it."""
        self.decision.choices = choices_of(Decision)

    def chosen(self) -> Decision:
        """Return the decision."""
        return Decision(self.decision.data)

    def refusal(self) -> Refusal:
        """Return why, in words ready to be sent."""
        return Refusal(self.reason.data)


class AddForm(OnceForm):
    """A body added by hand, with one of its people."""

    organization = StringField(
        _l("Fiche de l’annuaire"),
        description=_l("Son nom ou la fin de son adresse ; laissez vide si elle n’en a pas."),
        filters=[strip],
        validators=[Length(max=200, message=TOO_LONG)],
    )
    body_name = StringField(
        _l("Nom de la structure, sans fiche"),
        filters=[strip],
        validators=[Length(max=200, message=TOO_LONG)],
    )
    kind = SelectField(_l("Type de structure"))
    person_name = StringField(
        _l("Prénom et nom de la personne"),
        filters=[strip],
        validators=[Length(max=NAME_LENGTH, message=TOO_LONG)],
    )
    job_title = StringField(
        _l("Fonction"), filters=[strip], validators=[Length(max=NAME_LENGTH, message=TOO_LONG)]
    )
    email = StringField(
        _l("Adresse électronique"),
        filters=[strip],
        validators=[Optional(), Length(max=254, message=TOO_LONG), Email(UNREADABLE)],
        render_kw={"type": "email"},
    )
    registers = RadioField(
        _l("Et ensuite"),
        choices=[
            SelectChoice("invite", _l("À inviter : l’invitation part avec les prochaines")),
            SelectChoice("inscrit", _l("Inscrire tout de suite, dans la limite des places")),
        ],
        default="invite",
        validators=[InputRequired(_l("Choisissez."))],
    )

    def for_kinds(self) -> None:
        """Offer the kinds of bodies."""
        self.kind.choices = kind_choices()

    def chosen_kind(self) -> OrganizationKind:
        """Return the kind of a body without entry."""
        return OrganizationKind(self.kind.data)

    def person(self) -> PersonContent | None:
        """Return who comes, nothing when nobody is named."""
        if not self.person_name.data:
            return None
        return PersonContent(
            self.person_name.data, self.job_title.data or "", self.email.data or ""
        )


class CorrectionForm(ComingForm):
    """What staff may correct for somebody."""

    name = StringField(
        _l("Nom de la structure"),
        filters=[strip],
        validators=[
            DataRequired(_l("Écrivez le nom.")),
            Length(max=200, message=TOO_LONG),
        ],
    )
    side = RadioField(_l("Côté de la table"), choices=choices_of(Side))
    territories = StringField(
        _l("Codes des quartiers dont elle parle"),
        description=_l("Séparés par des virgules."),
        filters=[strip],
        validators=[Length(max=300, message=TOO_LONG)],
    )
    staff_note = TextAreaField(
        _l("Note de l’équipe"),
        description=_l("Elle n’est jamais montrée aux participants."),
        filters=[strip],
        validators=[Length(max=NOTE_LENGTH, message=TOO_LONG)],
    )

    def correction(self) -> Correction:
        """Return what was typed."""
        return Correction(
            name=self.name.data or "",
            side=Side(self.side.data),
            staff_note=self.staff_note.data or "",
            territory_codes=clean_codes((self.territories.data or "").upper(), QUARTER_CODE_LENGTH),
        )

    def show_correction(self, known: Correction, content: RegistrationContent) -> None:
        """Show what is stored."""
        self.show(content)
        self.name.data = known.name
        self.side.data = known.side.value
        self.territories.data = ", ".join(known.territory_codes)
        self.staff_note.data = known.staff_note


class SearchForm(ThemesMixin, OnceForm):
    """Whom to look for in the directory; read from the address of the page."""

    class Meta:
        """The search changes nothing: no token, so that its address can be kept."""

        csrf = False

    place = StringField(
        _l("Quartier ou commune"),
        filters=[strip],
        validators=[Length(max=120, message=TOO_LONG)],
    )
    department = SelectField(_l("Département"), default="")
    kinds = SelectMultipleField(_l("Types de structures"))
    text = StringField(_l("Nom"), filters=[strip], validators=[Length(max=120, message=TOO_LONG)])

    def fill(self) -> None:
        """Offer places, themes and kinds."""
        self.fill_theme_choices()
        self.department.choices = [
            SelectChoice("", _l("Tous"), optgroup=""),
            *department_choices(),
        ]
        self.kinds.choices = kind_choices()

    def criteria(self) -> Criteria:
        """Return what is looked for."""
        return Criteria(
            place=self.place.data or "",
            department=self.department.data or "",
            themes=self.chosen_themes(),
            kinds=frozenset(OrganizationKind(one) for one in self.kinds.data or ()),
            text=self.text.data or "",
        )


class PrepareForm(OnceForm):
    """The bodies kept of a search, and a reason of one's own."""

    words = TextAreaField(
        _l("Pourquoi eux, en vos mots"),
        description=_l("Une phrase ou deux, mises dans l’invitation avant les raisons trouvées."),
        filters=[strip],
        validators=[Length(max=NOTE_LENGTH, message=TOO_LONG)],
    )


class SendForm(OnceForm):
    """Sending what the page has counted."""

    sure = BooleanField(_l("J’ai relu la liste"))


class MergeForm(OnceForm):
    """Which other participant is the same."""

    other = SelectField(
        _l("Est le même que"), validators=[InputRequired(_l("Choisissez l’autre."))]
    )
