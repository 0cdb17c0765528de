"""Shapes of the steps by which an organisation is registered."""

from typing import Any, Final

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    HiddenField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import InputRequired, Length

from forms.choices import Choices, SelectChoice, choices_from, choices_of
from forms.entry_fields import (
    AreaMixin,
    LockedForm,
    ThemesMixin,
    description_field,
    pitch_field,
    year_field,
)
from forms.texts import TOO_LONG, strip
from services.content_checks import normalise_website
from services.contents import (
    MAX_NAME,
    MAX_PITCH,
    SIZES,
    OrganizationContent,
    clean_line,
    clean_text,
    known_labels,
)
from services.errors import RuleViolation
from services.registration import read_number
from vocabulary.identifiers import compact, is_rnsr, is_siren, is_siret
from vocabulary.kinds import INNOVATION_KINDS, OrganizationKind

SIZE_LABELS: Final = {
    "1-9": _l("1 à 9 personnes"),
    "10-49": _l("10 à 49 personnes"),
    "50-249": _l("50 à 249 personnes"),
    "250-4999": _l("250 à 4 999 personnes"),
    "5000+": _l("5 000 personnes ou plus"),
}


def _kind_choices() -> Choices:
    innovation = [kind for kind in OrganizationKind if kind in INNOVATION_KINDS]
    territory = [kind for kind in OrganizationKind if kind not in INNOVATION_KINDS]
    return [*choices_of(innovation), *choices_of(territory)]


class NumberForm(FlaskForm):
    """The number that identifies the organisation, asked first."""

    number = StringField(
        _l("Numéro SIRET, SIREN ou RNSR"),
        description=_l(
            "14 chiffres (SIRET), 9 chiffres (SIREN), ou 9 chiffres et une lettre pour un "
            "laboratoire (RNSR). Les espaces ne comptent pas."
        ),
        filters=[strip],
        validators=[
            InputRequired(_l("Saisissez un numéro, ou continuez sans numéro.")),
            Length(max=40, message=TOO_LONG),
        ],
        render_kw={"autocomplete": "off", "inputmode": "text", "spellcheck": "false"},
    )


class StartForm(FlaskForm):
    """What a draft needs to exist: a kind and a name."""

    number = HiddenField()
    name = StringField(
        _l("Nom de la structure"),
        filters=[strip],
        validators=[
            InputRequired(_l("Donnez le nom de la structure.")),
            Length(max=MAX_NAME, message=TOO_LONG),
        ],
        render_kw={"autocomplete": "organization"},
    )
    kind = SelectField(
        _l("Type de structure"),
        choices=lambda: [SelectChoice("", _l("Choisissez")), *_kind_choices()],
        validators=[InputRequired(_l("Choisissez le type de structure."))],
    )
    on_behalf = BooleanField(
        _l("J’inscris cette structure pour son compte, elle revendiquera sa fiche ensuite")
    )

    def chosen_kind(self) -> OrganizationKind:
        """Return the kind chosen."""
        return OrganizationKind(self.kind.data)


class IdentityForm(LockedForm):
    """First step: who the organisation is."""

    kind = SelectField(_l("Type de structure"), choices=_kind_choices, validators=[InputRequired()])
    name = StringField(
        _l("Nom"),
        filters=[strip],
        validators=[
            InputRequired(_l("Donnez le nom de la structure.")),
            Length(max=MAX_NAME, message=TOO_LONG),
        ],
        render_kw={"autocomplete": "organization"},
    )
    acronym = StringField(_l("Sigle"), filters=[strip], validators=[Length(max=60)])
    number = StringField(
        _l("Numéro SIRET ou SIREN"),
        filters=[strip],
        validators=[Length(max=40)],
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )
    rnsr = StringField(
        _l("Numéro RNSR"),
        description=_l("Pour un laboratoire de recherche seulement, par exemple 201622148J."),
        filters=[strip],
        validators=[Length(max=40)],
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )
    commune = StringField(
        _l("Commune"),
        description=_l("Par son nom, son code postal ou son code INSEE."),
        filters=[strip],
        validators=[Length(max=120)],
    )
    founded_year = year_field(_l("Année de création"), render_kw={"inputmode": "numeric"})
    size = SelectField(
        _l("Effectif"),
        choices=lambda: [
            SelectChoice("", _l("Non renseigné")),
            *choices_from((size, SIZE_LABELS[size]) for size in SIZES),
        ],
    )
    labels = TextAreaField(
        _l("Labels et statuts"),
        description=_l("Un par ligne, par exemple : ESUS, Cap Digital, French Tech."),
        filters=[strip],
        validators=[Length(max=1_000)],
    )

    def validate_number(self, field: StringField) -> None:
        """Refuse a number that is neither a SIRET nor a SIREN; the service words why."""
        if not field.data:
            return
        try:
            number = read_number(field.data)
        except RuleViolation as refusal:
            raise ValidationError(_l(refusal.message, **refusal.params)) from refusal
        if number.rnsr:
            raise ValidationError(_l("Ce numéro est un RNSR : écrivez-le dans le champ RNSR."))

    def validate_rnsr(self, field: StringField) -> None:
        """Refuse what does not have the shape of an RNSR number."""
        if field.data and not is_rnsr(compact(field.data)):
            raise ValidationError(
                _l("Un RNSR a une année, cinq chiffres et une lettre, par exemple 201622148J.")
            )

    def show(self, content: OrganizationContent, *, commune: str) -> None:
        """Fill the fields from a content."""
        self.kind.data, self.name.data = content.kind.value, content.name
        self.acronym.data = content.acronym
        self.number.data, self.rnsr.data = content.siret or content.siren, content.rnsr
        self.commune.data, self.founded_year.data = commune, content.founded_year
        self.size.data, self.labels.data = content.size, "\n".join(content.labels)

    def values(self) -> dict[str, Any]:
        """Return the fields of the content, the commune apart."""
        number = compact(self.number.data or "")
        return {
            "kind": OrganizationKind(self.kind.data),
            "name": clean_line(self.name.data or ""),
            "acronym": clean_line(self.acronym.data or "", 60),
            "siret": number if is_siret(number) else None,
            "siren": number[:9] if is_siret(number) or is_siren(number) else None,
            "rnsr": compact(self.rnsr.data or "") or None,
            "founded_year": self.founded_year.data,
            "size": self.size.data or "",
            "labels": known_labels((self.labels.data or "").splitlines()),
        }


class TextsForm(ThemesMixin, LockedForm):
    """Second step: what the organisation does, in words and themes."""

    pitch = pitch_field(_l("Ce que la structure fait, pour qui : la phrase des listes."))
    description = description_field()

    def show(self, content: OrganizationContent) -> None:
        """Fill the fields from a content."""
        self.pitch.data, self.description.data = content.pitch, content.description
        self.themes.data = list(content.themes)

    def values(self) -> dict[str, Any]:
        """Return the fields of the content."""
        return {
            "pitch": clean_line(self.pitch.data or "", MAX_PITCH),
            "description": clean_text(self.description.data or ""),
            "themes": self.chosen_themes(),
        }


class AreaForm(AreaMixin, LockedForm):
    """Third step: where the organisation works."""

    def show(self, content: OrganizationContent) -> None:
        """Fill the fields from a content."""
        self.show_area(content.area_level, content.area_codes)

    def values(self) -> dict[str, Any]:
        """Return the fields of the content."""
        level, codes = self.area()
        return {"area_level": level, "area_codes": codes}


class PresenceForm(LockedForm):
    """Fifth step: logo and website."""

    website = StringField(
        _l("Site internet"),
        description=_l("Une adresse en http:// ou https://."),
        filters=[strip],
        validators=[Length(max=300, message=TOO_LONG)],
        render_kw={"inputmode": "url", "autocomplete": "url"},
    )
    picture = FileField(
        _l("Logo"),
        description=_l("PNG, JPEG, GIF ou WebP, 2 Mo au plus. Il sera réduit et réenregistré."),
        render_kw={"accept": "image/png,image/jpeg,image/gif,image/webp"},
    )
    remove_logo = BooleanField(_l("Retirer le logo actuel"))

    def validate_website(self, field: StringField) -> None:
        """Refuse what is not a public web address."""
        if field.data and normalise_website(field.data) is None:
            raise ValidationError(
                _l("Écrivez une adresse complète, par exemple https://www.exemple.fr.")
            )

    def show(self, content: OrganizationContent) -> None:
        """Fill the fields from a content."""
        self.website.data = content.website

    def values(self) -> dict[str, Any]:
        """Return the fields of the content, the logo apart."""
        return {"website": normalise_website(self.website.data or "") or ""}


class ReviewForm(FlaskForm):
    """Last step: what is handed to the moderators together."""

    offers = SelectMultipleField(_l("Propositions à soumettre avec la fiche"), coerce=int)
