"""What the address of a match list asks for: filters, page, offers or actors, needs or quarters."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from matching.filters import NeedFilters, OfferFilters
from matching.ranking import Page
from search.analysis import clean
from services.documents import KIND, MATURITY, REGION, ROUTE, THEME
from views.facets import FacetGroup, Option, choice_groups, known_values
from vocabulary.kinds import ContractRoute, Maturity, OrganizationKind, ProjectPhase

PAGE_SIZE: Final = 10
MAX_PAGE: Final = 50
PHASE: Final = "phase"
OFFER_FACETS: Final = (THEME, KIND, MATURITY, ROUTE)
NEED_FACETS: Final = (THEME, REGION)
KEPT: Final = ("besoin", "lieu", "objet", "pourquoi", "tirage")
_PHASES: Final = frozenset(phase.value for phase in ProjectPhase)


def typed(arguments: MultiDict[str, str], name: str) -> str:
    """Return what somebody typed, on one line, without marks that are no text."""
    return " ".join(clean(arguments.get(name, "")).split())


@dataclass(frozen=True, slots=True)
class ListOptions:
    """The query parameters of a list, read; anything that makes no sense is ignored."""

    themes: frozenset[str]
    kinds: frozenset[str]
    maturities: frozenset[str]
    routes: frozenset[str]
    regions: frozenset[str]
    phases: frozenset[str]
    page: int
    by_actor: bool
    by_territory: bool

    @classmethod
    def from_arguments(cls, arguments: MultiDict[str, str]) -> "ListOptions":
        """Read the query parameters."""

        def chosen(facet: str, known: frozenset[str]) -> frozenset[str]:
            return frozenset(arguments.getlist(facet)) & known

        number = arguments.get("page", "1")
        page = int(number) if number.isascii() and number.isdigit() and len(number) < 4 else 1  # noqa: PLR2004
        return cls(
            themes=chosen(THEME, known_values(THEME)),
            kinds=chosen(KIND, known_values(KIND)),
            maturities=chosen(MATURITY, known_values(MATURITY)),
            routes=chosen(ROUTE, known_values(ROUTE)),
            regions=chosen(REGION, known_values(REGION)),
            phases=chosen(PHASE, _PHASES),
            page=min(max(page, 1), MAX_PAGE),
            by_actor=arguments.get("objet") == "acteurs",
            by_territory=arguments.get("objet") == "territoires",
        )

    @property
    def shown(self) -> Page:
        """Return the lines to explain."""
        return Page(limit=PAGE_SIZE, offset=(self.page - 1) * PAGE_SIZE)

    @property
    def offers(self) -> OfferFilters:
        """Return the filters of a list of offers or actors."""
        return OfferFilters(
            themes=self.themes,
            kinds=frozenset(OrganizationKind(value) for value in self.kinds),
            maturities=frozenset(Maturity(value) for value in self.maturities),
            routes=frozenset(ContractRoute(value) for value in self.routes),
        )

    @property
    def needs(self) -> NeedFilters:
        """Return the filters of a list of needs or quarters."""
        return NeedFilters(
            themes=self.themes,
            regions=self.regions,
            phases=frozenset(ProjectPhase(value) for value in self.phases),
        )

    @property
    def is_filtered(self) -> bool:
        """Tell whether a filter is ticked."""
        ticked = (self.themes, self.kinds, self.maturities, self.routes, self.regions, self.phases)
        return any(ticked)


def page_count(total: int) -> int:
    """Return how many pages a list has, deep ones left out."""
    return min(MAX_PAGE, -(-total // PAGE_SIZE))


def offer_groups(arguments: MultiDict[str, str]) -> list[FacetGroup]:
    """Return the filters of a list of offers."""
    return choice_groups(OFFER_FACETS, _ticked(OFFER_FACETS, arguments))


def need_groups(arguments: MultiDict[str, str]) -> list[FacetGroup]:
    """Return the filters of a list of needs: where they are, and how far the project is."""
    groups = choice_groups(NEED_FACETS, _ticked(NEED_FACETS, arguments))
    placed = [
        replace(group, title=gettext("Région")) if group.name == REGION else group
        for group in groups
    ]
    phases = frozenset(arguments.getlist(PHASE))
    options = tuple(
        Option(phase.value, gettext(phase.label), None, phase.value in phases)
        for phase in ProjectPhase
    )
    return [*placed, FacetGroup(PHASE, gettext("Phase du projet"), options)]


def kept_parameters(arguments: MultiDict[str, str]) -> dict[str, str]:
    """Return the parameters that the form of the filters sends again."""
    return {name: typed(arguments, name) for name in KEPT}


def _ticked(facets: Iterable[str], arguments: MultiDict[str, str]) -> dict[str, frozenset[str]]:
    return {facet: frozenset(arguments.getlist(facet)) for facet in facets}
