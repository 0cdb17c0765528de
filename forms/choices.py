"""What closed lists offer, as WTForms takes it: a vocabulary, pairs of a view, themes, places."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from flask_babel import get_locale
from flask_babel import lazy_gettext as _l

# types-wtforms describes WTForms 3.2, which has no such class.
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from services.text_keys import name_key
from vocabulary.labels import LabelledEnum
from vocabulary.regions import DEPARTMENTS, REGIONS
from vocabulary.themes import axes, children_of

__all__ = [
    "Choices",
    "Pairs",
    "SelectChoice",
    "choices_from",
    "choices_of",
    "department_choices",
    "region_choices",
    "theme_choices",
]

Choices = list[SelectChoice]
# What a view offers: values and their words; it knows nothing of WTForms.
Pairs = Sequence[tuple[Any, Any]]
# Terres australes et antarctiques françaises, île de Clipperton: nobody to work for.
_UNINHABITED: Final = frozenset({"984", "989"})


def choices_of(members: Iterable[LabelledEnum], *, group: str | None = None) -> Choices:
    """Return the choices of a closed list, under the heading ``group`` where there is one."""
    return [SelectChoice(member.value, _l(member.label), optgroup=group) for member in members]


def choices_from(pairs: Iterable[tuple[Any, Any]]) -> Choices:
    """Return the choices for pairs of a value and its words."""
    return [SelectChoice(value, words) for value, words in pairs]


def theme_choices() -> Choices:
    """Return the themes under their axes, the axis itself first: « all of this axis »."""
    english = str(get_locale()) == "en"
    return [
        SelectChoice(
            theme.code,
            theme.label_en if english else theme.label,
            optgroup=axis.label_en if english else axis.label,
        )
        for axis in axes()
        for theme in (axis, *children_of(axis.code))
    ]


def region_choices() -> Choices:
    """Return the regions by name."""
    return choices_from((code, REGIONS[code].name) for code in _inhabited())


def department_choices() -> Choices:
    """Return the departments under their regions."""
    return [
        SelectChoice(code, f"{department.name} ({code})", optgroup=REGIONS[region_code].name)
        for region_code in _inhabited()
        for code, department in DEPARTMENTS.items()
        if department.region_code == region_code
    ]


def _inhabited() -> list[str]:
    """Return regions as French readers sort them: « Île-de-France » among the I."""
    named = sorted(REGIONS.items(), key=lambda item: name_key(item[1].name))
    return [code for code, _region in named if code not in _UNINHABITED]
