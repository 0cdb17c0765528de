"""Shapes of what is typed about a « retour d’expérience », its answer, and its moderation."""

from typing import Any, Final

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    TextAreaField,
)
from wtforms.validators import InputRequired

from forms.choices import Pairs, SelectChoice, choices_from, choices_of
from forms.entry_fields import LockedForm, year_field
from forms.seen import SeenForm
from forms.texts import line_field, text_field
from services.experience_contents import MAX_TEXT, MAX_TITLE, ExperienceContent
from services.experience_replies import MAX_REPLY
from services.freshness import LEAST_MONTHS, MOST_MONTHS
from services.moderation_reasons import MAX_COMMENT, ModerationReason

PUBLISH, CHANGES = "publier", "demander-des-modifications"
# What the author of an experience can mend.
REASONS: Final = (
    ModerationReason.VAGUE,
    ModerationReason.ADVERTISING,
    ModerationReason.UNPROVEN,
    ModerationReason.PERSONAL_DATA,
    ModerationReason.OUT_OF_SCOPE,
)


def _text(label: Any, help_text: Any) -> TextAreaField:  # noqa: ANN401 - lazy texts
    return text_field(label, MAX_TEXT, description=help_text)


class ExperienceForm(SeenForm):
    """What an authority says of a deployment or of a partnership."""

    organization = SelectField(_l("Organisme qui parle"))
    reference = SelectField(_l("À propos de"), default="")
    title = line_field(
        _l("Titre"),
        MAX_TITLE,
        description=_l("Ce que l’on retient, en une ligne, sans superlatif."),
        required=_l("Donnez un titre à ce retour."),
    )
    what = _text(
        _l("Ce qui a été fait"),
        _l("Le besoin de départ, ce qui a été mis en place, avec qui, comment."),
    )
    place = line_field(_l("Où"), MAX_TITLE, description=_l("Un quartier ou une commune."))
    year = year_field(_l("Année"), description=_l("En quatre chiffres."))
    result = _text(
        _l("Ce qui a été obtenu"),
        _l("Des faits, mesurés si possible, et comment ils l’ont été."),
    )
    limits = _text(
        _l("Limites"),
        _l("Ce qui a manqué, coûté plus que prévu ou n’a pas marché ; ce que vous referiez."),
    )

    def for_creation(self, organizations: Pairs, references: Pairs) -> None:
        """Ask who speaks, and of which deployment where there are several."""
        self.organization.choices = choices_from(organizations)
        if not self.is_submitted():
            self.organization.data = organizations[0][0]
        if len(references) > 1:
            self.reference.choices = choices_from(references)
        else:
            del self.reference

    def for_edition(self) -> None:
        """Who speaks, and of what, does not change."""
        del self.organization
        del self.reference

    def show(self, content: ExperienceContent, *, place: str) -> None:
        """Fill the fields from a content."""
        for name in ("title", "what", "year", "result", "limits"):
            self[name].data = getattr(content, name)
        self.place.data = place

    def content(self, place: str, territory_id: int | None) -> ExperienceContent:
        """Return what was typed."""
        return ExperienceContent(
            title=self.title.data or "",
            what=self.what.data or "",
            result=self.result.data or "",
            limits=self.limits.data or "",
            place=place,
            territory_id=territory_id,
            year=self.year.data,
        )


class ReplyForm(LockedForm):
    """The one answer of an actor."""

    text = text_field(
        _l("Votre réponse"),
        MAX_REPLY,
        description=_l("Une seule, relue avant publication. Des faits ; ni nom de personne."),
        required=_l("Écrivez votre réponse."),
    )


class DecisionForm(LockedForm):
    """Publish what was submitted, or say what to change."""

    decision = RadioField(
        _l("Décision"),
        choices=[
            SelectChoice(PUBLISH, _l("Publier")),
            SelectChoice(CHANGES, _l("Demander des modifications")),
        ],
        validators=[InputRequired(_l("Choisissez une décision."))],
    )
    reasons = SelectMultipleField(_l("Motifs"), choices=choices_of(REASONS))
    comment = text_field(
        _l("Précisions"), MAX_COMMENT, description=_l("Envoyées telles quelles à qui a écrit.")
    )

    def is_publication(self) -> bool:
        """Tell whether the decision is to publish."""
        return bool(self.decision.data == PUBLISH)


class HideForm(LockedForm):
    """Why a public experience is taken off."""

    comment = text_field(
        _l("Motif"),
        MAX_COMMENT,
        description=_l("Envoyé tel quel à l’organisme qui l’a écrit."),
        required=_l("Dites pourquoi ce retour est suspendu."),
    )


class ReviewMonthsForm(FlaskForm):
    """After how many months an entry is to be read again by its owner."""

    months = IntegerField(
        _l("Me le rappeler tous les"),
        validators=[InputRequired(_l("Choisissez un nombre de mois."))],
    )

    def chosen(self) -> int | None:
        """Return the number of months, nothing outside what is offered."""
        months = self.months.data
        return months if months is not None and LEAST_MONTHS <= months <= MOST_MONTHS else None
