"""Shapes of what is typed about a partnership: its page, members, groups, meetings, steps."""

from typing import Final

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    HiddenField,
    RadioField,
    SelectField,
)
from wtforms.validators import InputRequired, Optional

from forms.choices import Pairs, SelectChoice, choices_from
from forms.entry_fields import ThemesMixin
from forms.once import OnceForm
from forms.seen import DayField, SeenForm
from forms.texts import line_field, text_field
from services.moderation_reasons import MAX_COMMENT
from services.partnership_contents import (
    MAX_LONG_TEXT,
    MAX_NAME,
    MAX_SOURCE,
    PartnershipContent,
)
from services.partnership_members import MAX_ROLE

PUBLISH, CHANGES = "publier", "demander-des-modifications"


class PartnershipForm(ThemesMixin, SeenForm):
    """The page of a partnership; ``for_creation`` keeps the first questions only."""

    keeper = SelectField(
        _l("Structure qui tient la page"),
        description=_l("Elle en est membre, invite les autres et écrit la page."),
        validate_choice=True,
    )
    name = line_field(
        _l("Nom du partenariat"), MAX_NAME, required=_l("Donnez un nom au partenariat.")
    )
    quarter = line_field(
        _l("Quartier"), MAX_NAME, description=_l("Son nom ou son code, par exemple QN04212M.")
    )
    programme = line_field(
        _l("Programme"),
        MAX_NAME,
        description=_l("Le dispositif qui le porte ou le finance, s’il y en a un."),
    )
    summary = text_field(
        _l("De quoi il s’agit"),
        MAX_LONG_TEXT,
        description=_l("Qui fait quoi, pour qui, avec quel but."),
    )
    started_on = DayField(_l("Début"), validators=[Optional()])
    ended_on = DayField(_l("Fin"), validators=[Optional()])
    results = text_field(
        _l("Résultats"),
        MAX_LONG_TEXT,
        description=_l("Ce qui a été obtenu, mesuré ou abandonné. Rien tant qu’il n’y a rien."),
    )
    source = line_field(
        _l("Source publique"),
        MAX_SOURCE,
        description=_l("Le document qui établit ces faits : auteur, titre, date."),
    )
    source_checked_on = DayField(_l("Source vérifiée le"), validators=[Optional()])

    def for_creation(self, keepers: Pairs) -> None:
        """Ask who keeps the page, and leave what comes later for later."""
        self.keeper.choices = choices_from(keepers)
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
    role = line_field(_l("Rôle"), MAX_ROLE)
    is_cited = BooleanField(_l("Citée par la source de la page : ne pas l’inviter"))


class MemberRoleForm(FlaskForm):
    """What a member does in the partnership."""

    role = line_field(_l("Rôle"), MAX_ROLE)


class ReviewForm(SeenForm):
    """Publish what was submitted, or say what to change."""

    decision = RadioField(
        _l("Décision"),
        choices=[
            SelectChoice(PUBLISH, _l("Publier")),
            SelectChoice(CHANGES, _l("Demander des modifications")),
        ],
        validators=[InputRequired(_l("Choisissez une décision."))],
    )
    comment = text_field(
        _l("Précisions"),
        MAX_COMMENT,
        description=_l("Ce qu’il faut changer, en clair : envoyé tel quel à qui tient la page."),
    )

    def is_publication(self) -> bool:
        """Tell whether the decision is to publish."""
        return bool(self.decision.data == PUBLISH)


class SuspendForm(FlaskForm):
    """Why a public page is taken off."""

    comment = text_field(
        _l("Motif"),
        MAX_COMMENT,
        description=_l("Envoyé tel quel à qui tient la page."),
        required=_l("Dites pourquoi la page est suspendue."),
    )
