"""Shapes of the form of an offer: each type asks only what it has."""

from typing import Any, Final

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    Form,
    FormField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
)
from wtforms.validators import InputRequired

from forms.choices import SelectChoice, choices_of
from forms.entry_fields import (
    AreaMixin,
    LockedForm,
    RowList,
    ThemesMixin,
    description_field,
    pitch_field,
    year_field,
)
from forms.texts import line_field, text_field
from services.contents import (
    MAX_NAME,
    MAX_PITCH,
    MAX_REFERENCES,
    MAX_RESULT,
    OfferContent,
    clean_line,
    clean_text,
    new_uid,
)
from vocabulary.kinds import (
    TYPES_WITH_MATURITY,
    TYPES_WITH_PRICE,
    TYPES_WITH_ROUTES,
    ContractRoute,
    Maturity,
    OfferType,
    PriceRange,
)

UNSTATED: Final = SelectChoice("", _l("Non renseigné"))
TYPE_HELP: Final = {
    OfferType.SOLUTION: _l("Un produit ou un service à mettre en œuvre dans un quartier."),
    OfferType.SUPPORT: _l("Un accompagnement : conseil, incubation, ingénierie, animation."),
    OfferType.RESEARCH: _l("Une recherche, une expertise, une évaluation."),
    OfferType.TRAINING: _l("Une formation pour des équipes ou des habitants."),
    OfferType.TEST_GROUND: _l("Un lieu, un équipement ou un terrain où essayer."),
}


class StartOfferForm(FlaskForm):
    """What the draft of an offer needs to exist."""

    type = RadioField(
        _l("Ce que vous proposez"),
        choices=lambda: choices_of(OfferType),
        validators=[InputRequired(_l("Choisissez ce que vous proposez."))],
    )
    title = line_field(_l("Titre"), MAX_NAME, required=_l("Donnez un titre à cette proposition."))

    def chosen_type(self) -> OfferType:
        """Return the type chosen."""
        return OfferType(self.type.data)


class ReferenceForm(Form):
    """One deployment; a reference left blank is no reference."""

    uid = HiddenField()
    place = line_field(
        _l("Lieu"), MAX_NAME, description=_l("Commune, code postal ou code de quartier.")
    )
    year = year_field(_l("Année"), render_kw={"inputmode": "numeric"})
    client = line_field(_l("Client ou partenaire"), MAX_NAME)
    result = text_field(
        _l("Résultat"), MAX_RESULT, description=_l("Un chiffre, une limite, ce qui a changé.")
    )


class OfferForm(ThemesMixin, AreaMixin, LockedForm):
    """An offer, its references included; ``for_type`` keeps the questions of its type."""

    title = line_field(_l("Titre"), MAX_NAME, required=_l("Donnez un titre à cette proposition."))
    pitch = pitch_field(_l("Ce que c’est, pour qui : la phrase des listes."))
    description = description_field()
    maturity = SelectField(
        _l("Maturité"), choices=lambda: [UNSTATED, *choices_of(Maturity)], default=""
    )
    routes = SelectMultipleField(
        _l("Montages possibles"),
        description=_l("Les façons de contracter que vous avez pratiquées ou que vous acceptez."),
        choices=lambda: choices_of(ContractRoute),
    )
    price_range = SelectField(
        _l("Ordre de prix d’un premier contrat"),
        choices=lambda: [UNSTATED, *choices_of(PriceRange)],
        default="",
    )
    references = RowList(
        FormField(ReferenceForm), label=_l("Références"), max_entries=MAX_REFERENCES
    )

    def for_type(self, kind: OfferType) -> None:
        """Forget the questions that this type of offer does not ask."""
        for name, types in (
            ("maturity", TYPES_WITH_MATURITY),
            ("routes", TYPES_WITH_ROUTES),
            ("price_range", TYPES_WITH_PRICE),
        ):
            if kind not in types and name in self:
                del self[name]

    def show(self, content: OfferContent, *, places: dict[str, str]) -> None:
        """Fill the fields from a content; ``places`` gives the words of each reference's place."""
        self.title.data, self.pitch.data = content.title, content.pitch
        self.description.data, self.themes.data = content.description, list(content.themes)
        self.show_area(content.area_level, content.area_codes)
        if "maturity" in self:
            self.maturity.data = content.maturity.value if content.maturity else ""
        if "routes" in self:
            self.routes.data = list(content.routes)
        if "price_range" in self:
            self.price_range.data = content.price_range.value if content.price_range else ""
        for reference in content.references:
            self.references.append_entry(
                {
                    "uid": reference.uid,
                    "place": places.get(reference.uid, reference.place),
                    "year": reference.year,
                    "client": reference.client,
                    "result": reference.result,
                }
            )

    def add_reference(self) -> None:
        """Show one more blank reference, up to the limit."""
        if len(self.references.entries) < MAX_REFERENCES:
            self.references.append_entry({"uid": new_uid()})

    def values(self) -> dict[str, Any]:
        """Return the fields of the content, the references apart."""
        level, codes = self.area()
        maturity = self.maturity.data if "maturity" in self else ""
        price = self.price_range.data if "price_range" in self else ""
        return {
            "title": clean_line(self.title.data or ""),
            "pitch": clean_line(self.pitch.data or "", MAX_PITCH),
            "description": clean_text(self.description.data or ""),
            "themes": self.chosen_themes(),
            "area_level": level,
            "area_codes": codes,
            "maturity": Maturity(maturity) if maturity else None,
            "routes": tuple(self.routes.data or ()) if "routes" in self else (),
            "price_range": PriceRange(price) if price else None,
        }
