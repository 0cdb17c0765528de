"""Shapes of the forms of a need: stating it, closing it, saying that one has the same."""

import re
from collections.abc import Sequence
from typing import Any, Final

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
)
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import TextInput

from forms.choices import SelectChoice, choices_of
from forms.entry_fields import LockedForm, RowList, ThemesMixin
from forms.once import OnceForm
from forms.seen import DayField
from forms.texts import TOO_LONG, line_field, strip, text_field
from services.contents import (
    MAX_DESCRIPTION,
    MAX_NAME,
    MAX_OUTCOME,
    MAX_QUARTERS,
    NeedContent,
    clean_line,
    clean_text,
)
from services.need_closing import CHOSEN_OUTCOMES, MAX_NOTE
from vocabulary.exchanges import ClosingOutcome
from vocabulary.kinds import (
    INNOVATION_KINDS,
    ExperimentAppetite,
    NeedKind,
    NeedNature,
    OrganizationKind,
)

UNSTATED: Final = SelectChoice("", _l("Non renseigné"))
KIND_HELP: Final = {
    NeedKind.SOURCING: _l(
        "Vous voulez savoir ce qui existe avant d’acheter. Les acteurs se présentent, vous "
        "échangez ; aucun prix n’est demandé, rien n’engage, tout est consigné dans un registre."
    ),
    NeedKind.CALL: _l(
        "Vous lancez un appel à projets ou à manifestation d’intérêt qui a son règlement : la page "
        "le fait connaître et y renvoie, elle ne le remplace pas."
    ),
}
_AMOUNT: Final = re.compile(r"\d{1,12}")


def _title_field() -> StringField:
    return line_field(
        _l("Ce que vous cherchez, en une ligne"),
        MAX_NAME,
        description=_l("L’usage plutôt que le produit : « Rafraîchir la cour de l’école »."),
        required=_l("Dites en quelques mots ce que vous cherchez."),
    )


def _kind_field() -> RadioField:
    return RadioField(
        _l("Votre démarche"),
        choices=lambda: choices_of(NeedKind),
        validators=[InputRequired(_l("Choisissez votre démarche."))],
    )


class QuartersMixin:
    """One quarter a row; a blank row is none."""

    quarters = RowList(
        StringField(filters=[strip], validators=[Length(max=MAX_NAME, message=TOO_LONG)]),
        label=_l("Quartiers concernés"),
        max_entries=MAX_QUARTERS,
    )

    def show_quarters(self, labels: Sequence[str]) -> None:
        """Fill the rows, one of them blank when there is no quarter yet."""
        for label in labels or [""]:
            self.quarters.append_entry(label)

    def add_quarter(self) -> None:
        """Show one more blank row, up to the limit."""
        if len(self.quarters.entries) < MAX_QUARTERS:
            self.quarters.append_entry("")


class StartNeedForm(QuartersMixin, OnceForm):
    """What the draft of a need needs to exist; ``own`` are quarters of the organisation."""

    kind = _kind_field()
    title = _title_field()
    own = SelectMultipleField(_l("Vos quartiers"))

    def chosen_kind(self) -> NeedKind:
        """Return the kind chosen."""
        return NeedKind(self.kind.data)


class SameNeedForm(QuartersMixin, OnceForm):
    """Who has the same need, and where."""

    carrier = RadioField(
        _l("Au nom de"),
        validators=[InputRequired(_l("Choisissez la structure qui porte le besoin."))],
    )
    own = SelectMultipleField(_l("Vos quartiers"))


class AmountField(IntegerField):
    """Whole euros, spaces and the sign allowed; anything else stays as typed with its message."""

    widget = TextInput()

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the amount.

        Raises:
            ValueError: it is not a whole number of euros.
        """
        typed = (
            "".join(valuelist[0].split()).removesuffix("HT").removesuffix("€") if valuelist else ""
        )
        self.data = None
        if not typed:
            return
        if not (typed.isascii() and _AMOUNT.fullmatch(typed)):
            raise ValueError(_l("Écrivez le montant en euros, en chiffres, par exemple 40 000."))
        self.data = int(typed)


class NeedForm(QuartersMixin, ThemesMixin, LockedForm):
    """A need on one page, in five parts."""

    kind = _kind_field()
    title = _title_field()
    description = text_field(
        _l("Le besoin et son contexte"),
        MAX_DESCRIPTION,
        description=_l(
            "Qui est concerné, ce qui existe, ce qui a été essayé, les contraintes. Ne désignez ni "
            "produit ni acteur. Mise en forme possible : **gras**, listes avec un tiret."
        ),
    )
    outcome = text_field(
        _l("Résultat attendu"),
        MAX_OUTCOME,
        description=_l("À quoi verrez-vous que c’est réussi ? Un chiffre, une date, un usage."),
    )
    wanted_kinds = SelectMultipleField(
        _l("Types d’acteurs cherchés"),
        description=_l("Rien de coché : tous. Un acteur d’un autre type ne sera pas proposé."),
        choices=lambda: choices_of(kind for kind in OrganizationKind if kind in INNOVATION_KINDS),
    )
    appetite = SelectField(
        _l("Place pour l’expérimentation"),
        choices=lambda: [UNSTATED, *choices_of(ExperimentAppetite)],
        default="",
    )
    nature = SelectField(
        _l("Nature de l’achat"), choices=lambda: [UNSTATED, *choices_of(NeedNature)], default=""
    )
    amount_min = AmountField(_l("Montant envisagé, au moins (€ HT)"), validators=[Optional()])
    amount_max = AmountField(_l("Montant envisagé, au plus (€ HT)"), validators=[Optional()])
    closes_on = DayField(
        _l("Réponse attendue avant le"),
        description=_l("Après ce jour, le besoin se clôt de lui-même."),
        validators=[Optional()],
    )
    starts_on = DayField(_l("Démarrage souhaité"), validators=[Optional()])

    def show(self, content: NeedContent, *, quarters: Sequence[str]) -> None:
        """Fill the fields with a content; ``quarters`` are the words of its places."""
        self.kind.data = content.kind.value
        for name in ("title", "description", "outcome", "amount_min", "amount_max"):
            self[name].data = getattr(content, name)
        self.closes_on.data, self.starts_on.data = content.closes_on, content.starts_on
        self.themes.data = list(content.themes)
        self.wanted_kinds.data = list(content.wanted_kinds)
        self.appetite.data = content.appetite.value if content.appetite else ""
        self.nature.data = content.nature.value if content.nature else ""
        self.show_quarters(quarters)

    def values(self) -> dict[str, Any]:
        """Return the fields of the content, the quarters apart."""
        return {
            "kind": NeedKind(self.kind.data),
            "title": clean_line(self.title.data or ""),
            "description": clean_text(self.description.data or ""),
            "outcome": clean_text(self.outcome.data or "", MAX_OUTCOME),
            "themes": self.chosen_themes(),
            "wanted_kinds": tuple(self.wanted_kinds.data or ()),
            "appetite": ExperimentAppetite(self.appetite.data) if self.appetite.data else None,
            "nature": NeedNature(self.nature.data) if self.nature.data else None,
            "amount_min": self.amount_min.data,
            "amount_max": self.amount_max.data,
            "closes_on": self.closes_on.data,
            "starts_on": self.starts_on.data,
        }


class CloseNeedForm(FlaskForm):
    """What became of a need, in a choice and a few words."""

    outcome = RadioField(
        _l("Ce qu’il advient du besoin"),
        choices=lambda: choices_of(CHOSEN_OUTCOMES),
        validators=[InputRequired(_l("Choisissez ce qu’il advient du besoin."))],
    )
    note = text_field(
        _l("Un mot pour ceux qui y ont répondu"),
        MAX_NOTE,
        description=_l("Public. Ne nommez ni personne ni entreprise."),
    )

    def chosen_outcome(self) -> ClosingOutcome:
        """Return the outcome chosen."""
        return ClosingOutcome(self.outcome.data)


class GroupForm(FlaskForm):
    """Which need is the same as this one."""

    other = StringField(
        _l("Numéro de l’autre besoin"),
        description=_l("Le nombre à la fin de l’adresse de sa page."),
        filters=[strip],
        validators=[InputRequired(_l("Indiquez un autre besoin."))],
    )
