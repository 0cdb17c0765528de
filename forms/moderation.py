"""Shapes of the decisions of moderators, of the filters of the journal, of quarter facts."""

import re
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    DateField,
    Form,
    FormField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    ValidationError,
)
from wtforms.validators import InputRequired, Length, Optional

from forms.choices import SelectChoice, choices_of
from forms.entry_fields import LockedForm, RowList
from forms.texts import line_field, strip, text_field
from services.contents import clean_line, clean_text
from services.moderation_reasons import FOR_CHANGES, FOR_HIDING, MAX_COMMENT
from vocabulary.kinds import NpnruInterest, ProjectPhase, PublicationState

_KEY = re.compile(r"[0-9]{1,9}")
PUBLISH, CHANGES = "publier", "demander-des-modifications"


class DecisionForm(LockedForm):
    """Publish, or ask for changes with reasons."""

    decision = RadioField(
        _l("Décision"),
        choices=[
            SelectChoice(PUBLISH, _l("Publier")),
            SelectChoice(CHANGES, _l("Demander des modifications")),
        ],
        validators=[InputRequired(_l("Choisissez une décision."))],
    )
    reasons = SelectMultipleField(
        _l("Motifs"),
        description=_l("Envoyés tels quels au responsable de la fiche."),
        choices=lambda: choices_of(FOR_CHANGES),
    )
    comment = text_field(
        _l("Précisions"), MAX_COMMENT, description=_l("Ce qu’il faut changer, en clair.")
    )

    def is_publication(self) -> bool:
        """Tell whether the decision is to publish."""
        return bool(self.decision.data == PUBLISH)

    def words(self) -> str:
        """Return the words added to the reasons."""
        return clean_text(self.comment.data or "", MAX_COMMENT)


class HideForm(FlaskForm):
    """Suspend or archive a public entry, with reasons."""

    state = RadioField(
        _l("Ce que devient la fiche"),
        choices=[
            SelectChoice(
                PublicationState.SUSPENDED.value, _l("Suspendue : à corriger ou à vérifier")
            ),
            SelectChoice(
                PublicationState.ARCHIVED.value, _l("Archivée : elle n’a plus lieu d’être")
            ),
        ],
        validators=[InputRequired(_l("Choisissez ce que devient la fiche."))],
    )
    reasons = SelectMultipleField(
        _l("Motifs"),
        description=_l("Envoyés tels quels au responsable de la fiche."),
        choices=lambda: choices_of(FOR_HIDING),
    )
    comment = text_field(_l("Précisions"), MAX_COMMENT)

    def chosen_state(self) -> PublicationState:
        """Return the state chosen."""
        return PublicationState(self.state.data)

    def words(self) -> str:
        """Return the words added to the reasons."""
        return clean_text(self.comment.data or "", MAX_COMMENT)


class JournalForm(FlaskForm):
    """Filters of the audit log, in the address of the page."""

    class Meta:
        """A search changes nothing: it carries no token."""

        csrf = False

    objet = SelectField(_l("Objet"), validators=[Optional()])
    action = SelectField(_l("Action"), validators=[Optional()])
    personne = StringField(_l("Personne"), filters=[strip], validators=[Length(max=120)])
    fiche = StringField(_l("Fiche"), filters=[strip], validators=[Length(max=200)])
    depuis = DateField(_l("Depuis le"), validators=[Optional()])
    jusqu = DateField(_l("Jusqu’au"), validators=[Optional()])


class ProjectPhaseForm(Form):
    """The phase of one renewal project, with its date and its source."""

    project_id = HiddenField()
    phase = SelectField(
        _l("Phase du projet"),
        choices=lambda: choices_of(ProjectPhase),
        validators=[InputRequired()],
    )
    phase_on = DateField(_l("Constatée le"), validators=[Optional()])
    phase_source = line_field(_l("Source"), 300)

    def validate_phase_source(self, field: StringField) -> None:
        """Refuse a phase without its source: nothing is guessed."""
        if self.phase.data != ProjectPhase.UNSTATED.value and not field.data:
            raise ValidationError(_l("Indiquez la source de la phase."))


class TerritoryFactsForm(FlaskForm):
    """The NPNRU interest of a quarter and the phases of its projects, each with its source."""

    seen = HiddenField()
    interest = RadioField(
        _l("Intérêt du projet (NPNRU)"),
        choices=lambda: choices_of(NpnruInterest),
        validators=[InputRequired(_l("Choisissez une réponse."))],
    )
    source = line_field(
        _l("Source"), 300, description=_l("Par exemple : arrêté du 29 avril 2015, annexe.")
    )
    projects = RowList(FormField(ProjectPhaseForm))

    def validate_source(self, field: StringField) -> None:
        """Refuse an interest without its source: nothing is guessed."""
        if self.interest.data != NpnruInterest.UNSTATED.value and not field.data:
            raise ValidationError(_l("Indiquez la source de l’intérêt."))

    def phases(self) -> dict[int, tuple[ProjectPhase, date | None, str]]:
        """Return what was answered for each project, by its identifier."""
        answers: dict[int, tuple[ProjectPhase, date | None, str]] = {}
        for entry in self.projects.entries:
            row: Any = entry.form
            identifier = str(row.project_id.data or "")
            if _KEY.fullmatch(identifier):
                source = clean_line(row.phase_source.data or "", 300)
                answers[int(identifier)] = (
                    ProjectPhase(row.phase.data),
                    row.phase_on.data,
                    source,
                )
        return answers
