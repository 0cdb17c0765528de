"""Fields that the forms of organisations and offers share: area, themes, the lock."""

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from flask_babel import lazy_gettext as _l
from wtforms import (
    FieldList,
    HiddenField,
    IntegerField,
    RadioField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import Optional
from wtforms.widgets import TextInput

from forms.choices import (
    SelectChoice,
    choices_of,
    department_choices,
    region_choices,
    theme_choices,
)
from forms.refusals import RefusableForm
from forms.texts import line_field, text_field
from services.contents import MAX_DESCRIPTION, MAX_PITCH, MAX_THEMES, known_area_codes
from vocabulary.kinds import AreaLevel
from vocabulary.themes import all_themes

# A draft's own lock, or the number of the published version with a minus sign.
_LOCK: Final = re.compile(r"-?[0-9]{1,8}")
_POSITION: Final = re.compile(r"[0-9]{1,4}")
NO_LOCK: Final = -(10**9)


class LockedForm(RefusableForm):
    """A form over a draft; ``lock`` is the one it was shown with."""

    lock = HiddenField()

    def known_lock(self) -> int:
        """Return the lock that was sent; a forged one is simply out of date."""
        sent = str(self.lock.data or "")
        return int(sent) if _LOCK.fullmatch(sent) else NO_LOCK

    def renew_lock(self, lock: int) -> None:
        """Show the form again over the version that is stored now."""
        self.lock.data = str(lock)
        self.lock.raw_data = [str(lock)]


class RowList(FieldList):  # type: ignore[type-arg]  # no generic at run time
    """Rows of a form; names that no page of ours makes (``rows-²-place``) name no row."""

    def _extract_indices(self, prefix: str, formdata: Iterable[str]) -> Iterator[int]:
        start = f"{prefix}-"
        for name in formdata:
            position = name.removeprefix(start).split("-", 1)[0]
            if name.startswith(start) and _POSITION.fullmatch(position):
                yield int(position)


class ThemesMixin:
    """Themes of both levels, a bounded number of them."""

    themes = SelectMultipleField(
        _l("Thèmes"),
        description=_l("Les quelques thèmes qui comptent vraiment : huit au plus."),
    )

    def fill_theme_choices(self) -> None:
        """Offer the themes in the language of the page."""
        self.themes.choices = theme_choices()

    def validate_themes(self, field: SelectMultipleField) -> None:
        """Refuse more themes than a reader would believe."""
        if len(field.data or ()) > MAX_THEMES:
            raise ValidationError(_l("Choisissez %(max)d thèmes au plus.", max=MAX_THEMES))

    def chosen_themes(self) -> tuple[str, ...]:
        """Return the themes chosen, in the order of the vocabulary."""
        chosen = set(self.themes.data or ())
        return tuple(code for code in all_themes() if code in chosen)


class AreaMixin:
    """Where an actor or an offer works: never guessed from an address."""

    area_level = RadioField(_l("Zone d’intervention"), validators=[Optional()])
    regions = SelectMultipleField(_l("Régions"))
    departments = SelectMultipleField(_l("Départements"))

    def fill_area_choices(self, *, unstated: Any) -> None:  # noqa: ANN401 - a lazy text
        """Offer the areas; ``unstated`` words the answer that declares nothing."""
        self.area_level.choices = [SelectChoice("", unstated), *choices_of(AreaLevel)]
        self.regions.choices = region_choices()
        self.departments.choices = department_choices()

    def show_area(self, level: AreaLevel | None, codes: Iterable[str]) -> None:
        """Fill the fields with a declared area."""
        self.area_level.data = level.value if level else ""
        chosen = list(codes)
        self.regions.data = chosen if level is AreaLevel.REGIONS else []
        self.departments.data = chosen if level is AreaLevel.DEPARTMENTS else []

    def area(self) -> tuple[AreaLevel | None, tuple[str, ...]]:
        """Return the level and the codes that go with it; the other list is set aside."""
        level = AreaLevel(self.area_level.data) if self.area_level.data else None
        chosen = self.departments.data if level is AreaLevel.DEPARTMENTS else self.regions.data
        return level, known_area_codes(level, chosen or ())


def pitch_field(description: Any) -> StringField:  # noqa: ANN401 - a lazy string
    """Return the sentence that lists show; ``description`` says what it should tell."""
    return line_field(_l("En une phrase"), MAX_PITCH, description=description)


def description_field() -> TextAreaField:
    """Return the presentation of an entry, in limited Markdown."""
    return text_field(
        _l("Description"),
        MAX_DESCRIPTION,
        description=_l(
            "Public, méthode, résultats, limites. Mise en forme possible : **gras**, *italique*, "
            "listes avec un tiret, [lien](https://…)."
        ),
    )


def year_field(label: Any, **options: Any) -> IntegerField:  # noqa: ANN401 - of WTForms
    """Return a field for a year, its error in words."""
    return YearField(label, validators=[Optional()], **options)


class YearField(IntegerField):
    """A year in figures; anything else stays as typed beside a French message."""

    # A number field would drop other characters silently, and change the year on a scroll.
    widget = TextInput()

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the year.

        Raises:
            ValueError: it is not four figures.
        """
        typed = valuelist[0].strip() if valuelist else ""
        if not typed:
            self.data = None
            return
        if not (typed.isascii() and typed.isdigit() and len(typed) == 4):  # noqa: PLR2004
            self.data = None
            raise ValueError(_l("Écrivez l’année en quatre chiffres, par exemple 2021."))
        self.data = int(typed)
