"""The filters of a list as the page shows them: groups, labels, counts, what is ticked."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from flask_babel import gettext

from extensions.template_context import theme_label
from services.documents import AREA, KIND, MATURITY, REGION, ROUTE, THEME, WHAT
from services.text_keys import name_key
from vocabulary.kinds import ContractRoute, Maturity, OrganizationKind, SubjectKind
from vocabulary.labels import N_, LabelledEnum
from vocabulary.regions import REGIONS
from vocabulary.themes import all_themes


@dataclass(frozen=True, slots=True)
class Option:
    """One value of a facet; ``level`` 1 is a theme under its axis."""

    value: str
    label: str
    count: int | None
    is_selected: bool
    level: int = 0


@dataclass(frozen=True, slots=True)
class FacetGroup:
    """One facet with the values that occur, and those ticked even when they count zero."""

    name: str
    title: str
    options: tuple[Option, ...]
    open: bool = False

    @property
    def selected(self) -> tuple[Option, ...]:
        """Return the ticked values."""
        return tuple(option for option in self.options if option.is_selected)


def _enum_label(kind: type[LabelledEnum]) -> Callable[[str], str]:
    labels = {member.value: member.label for member in kind}
    return lambda value: str(gettext(labels[value])) if value in labels else value


def _region_label(code: str) -> str:
    return REGIONS[code].name if code in REGIONS else code


TITLES: Final[Mapping[str, str]] = {
    WHAT: N_("Objet"),
    KIND: N_("Type d’acteur"),
    THEME: N_("Thème"),
    REGION: N_("Région d’implantation"),
    MATURITY: N_("Maturité"),
    AREA: N_("Zone d’intervention"),
    ROUTE: N_("Montage contractuel"),
}
_OPENED: Final = frozenset({WHAT, THEME})
_ORDERED: Final[Mapping[str, tuple[str, ...]]] = {
    WHAT: (
        SubjectKind.OFFER,
        SubjectKind.ORGANIZATION,
        SubjectKind.NEED,
        SubjectKind.TERRITORY,
    ),
    KIND: tuple(OrganizationKind),
    THEME: tuple(all_themes()),
    MATURITY: tuple(Maturity),
    ROUTE: tuple(ContractRoute),
}


def value_label(facet: str, value: str) -> str:
    """Return the label of one value of a facet."""
    return _label(facet)(value)


def _label(facet: str) -> Callable[[str], str]:
    return {
        WHAT: _enum_label(SubjectKind),
        KIND: _enum_label(OrganizationKind),
        THEME: theme_label,
        REGION: _region_label,
        MATURITY: _enum_label(Maturity),
        AREA: _region_label,
        ROUTE: _enum_label(ContractRoute),
    }[facet]


def known_values(facet: str) -> frozenset[str]:
    """Return the values a facet may be filtered by; others are ignored."""
    if facet in _ORDERED:
        return frozenset(_ORDERED[facet])
    return frozenset(REGIONS)


def facet_groups(
    counts: Mapping[str, Mapping[str, int]], selected: Mapping[str, frozenset[str]]
) -> list[FacetGroup]:
    """Return the groups of the page, in the order of ``TITLES``; an empty group is left out."""
    groups = []
    for facet, title in TITLES.items():
        ticked = selected.get(facet, frozenset())
        found = counts.get(facet, {})
        options = tuple(_options(facet, found, ticked))
        if options:
            groups.append(FacetGroup(facet, str(gettext(title)), options, facet in _OPENED))
    return groups


def choice_groups(
    facets: Iterable[str], selected: Mapping[str, frozenset[str]]
) -> list[FacetGroup]:
    """Return the groups of a list that counts nothing: every value may be ticked."""
    return [
        FacetGroup(
            facet,
            str(gettext(TITLES[facet])),
            tuple(
                replace(option, count=None)
                for option in _options(
                    facet,
                    dict.fromkeys(known_values(facet), 0),
                    selected.get(facet, frozenset()) & known_values(facet),
                )
            ),
        )
        for facet in facets
    ]


def _options(facet: str, found: Mapping[str, int], ticked: frozenset[str]) -> Iterable[Option]:
    label = _label(facet)
    values = [value for value in _values(facet, found, ticked) if value in found or value in ticked]
    for value in values:
        theme = all_themes().get(value) if facet == THEME else None
        is_nested = theme is not None and theme.parent is not None
        yield Option(value, label(value), found.get(value, 0), value in ticked, is_nested)


def _values(facet: str, found: Mapping[str, int], ticked: frozenset[str]) -> Iterable[str]:
    if facet not in _ORDERED:
        return sorted({*found, *ticked}, key=lambda code: (name_key(_region_label(code)), code))
    if facet != THEME:
        return _ORDERED[facet]
    # A theme shows under its axis once the axis, or one of its themes, is ticked.
    themes = all_themes()
    opened = {theme.parent or code for code, theme in themes.items() if code in ticked}
    return [
        code for code, theme in themes.items() if theme.parent is None or theme.parent in opened
    ]
