"""Explained matches: a sentence and a place, a need, a quarter, an offer or an actor."""

from dataclasses import dataclass
from typing import Any, Final

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from extensions.database import db_session
from extensions.matcher import matcher, moment
from matching.filters import NeedFilters, OfferFilters
from matching.profiles import NeedProfile
from matching.ranking import Page
from services.documents import KIND, MATURITY, REGION, ROUTE, THEME
from services.match_places import Place, find_place
from services.match_profiles import need_profile, need_text, sentence_profile, territory_profile
from services.pages import need_by_id, offer_ids_of, open_needs_of, territory_by_code
from services.theme_detection import LONGEST_SENTENCE, written_words
from views.access import offer_or_404, organization_or_404
from views.facets import choice_groups, known_values
from views.match_cards import excluded_card, excluded_cards, need_cards, offer_cards
from vocabulary.geography import normalise_quarter_code
from vocabulary.kinds import (
    ContractRoute,
    Maturity,
    OrganizationKind,
    ProjectPhase,
)

bp = Blueprint("matches", __name__)
PAGE_SIZE: Final = 10
MAX_PAGE: Final = 50
OFFER_FACETS: Final = (THEME, KIND, MATURITY, ROUTE)
NEED_FACETS: Final = (THEME, REGION)


@dataclass(frozen=True, slots=True)
class ListOptions:
    """What the address asks of a list: filters, page, offers or actors, needs or quarters."""

    themes: frozenset[str]
    kinds: frozenset[str]
    maturities: frozenset[str]
    routes: frozenset[str]
    regions: frozenset[str]
    page: int
    by_actor: bool
    by_territory: bool

    @classmethod
    def from_arguments(cls, arguments: MultiDict[str, str]) -> "ListOptions":
        """Read the query parameters; anything that makes no sense is ignored."""

        def chosen(facet: str) -> frozenset[str]:
            return frozenset(arguments.getlist(facet)) & known_values(facet)

        number = arguments.get("page", "1")
        page = int(number) if number.isascii() and number.isdigit() and len(number) < 4 else 1  # noqa: PLR2004
        return cls(
            themes=chosen("theme"),
            kinds=chosen("type"),
            maturities=chosen("maturite"),
            routes=chosen("montage"),
            regions=chosen("region"),
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
        return NeedFilters(themes=self.themes, regions=self.regions)


@bp.get("/correspondances")
def explore() -> ResponseReturnValue:
    """Match one sentence and a place, for anyone; nothing of it is published or kept."""
    sentence = " ".join(request.args.get("besoin", "").split())
    typed_place = " ".join(request.args.get("lieu", "").split())
    errors = _sentence_errors(sentence)
    answer = find_place(db_session(), typed_place) if typed_place else None
    if answer is not None and answer.place is None and not answer.choices:
        errors["lieu"] = gettext(
            "« %(place)s » ne correspond à aucune commune ni à aucun quartier : vérifiez "
            "l’orthographe, ou essayez un code postal.",
            place=typed_place[:80],
        )
    place = answer.place if answer else None
    choices = answer.choices if answer else ()
    found: dict[str, Any] = {}
    if sentence and not errors and not choices:
        found = _offer_list(_sentence_need(sentence, place), sentence)
    status = 400 if errors else 200
    return (
        render_template(
            "matches/explore.html",
            sentence=sentence,
            typed_place=typed_place,
            place=place,
            choices=choices,
            errors=errors,
            options=ListOptions.from_arguments(request.args),
            **found,
        ),
        status,
    )


@bp.get("/besoins/<int:need_id>/correspondances", endpoint="need")
def for_need(need_id: int) -> ResponseReturnValue:
    """Match a published need against offers and actors."""
    need = need_by_id(db_session(), need_id)
    if need is None:
        abort(404)
    return render_template(
        "matches/need.html",
        need=need,
        options=ListOptions.from_arguments(request.args),
        **_offer_list(need_profile(need), need_text(need)),
    )


@bp.get("/territoires/<code>/correspondances", endpoint="territory")
def for_territory(code: str) -> ResponseReturnValue:
    """Match a quarter, seen as the sum of its open needs, against offers and actors."""
    session = db_session()
    territory = territory_by_code(session, normalise_quarter_code(code))
    if territory is None:
        abort(404)
    needs = open_needs_of(session, territory, moment().today)
    words = " ".join(need_text(need) for need in needs)
    return render_template(
        "matches/territory.html",
        territory=territory,
        needs=needs,
        options=ListOptions.from_arguments(request.args),
        **_offer_list(territory_profile(territory, needs), words),
    )


@bp.get("/solutions/<slug>/correspondances", endpoint="offer")
def for_offer(slug: str) -> ResponseReturnValue:
    """Match an offer against the open needs and the quarters that state them."""
    offer = offer_or_404(slug)
    options = ListOptions.from_arguments(request.args)
    return render_template(
        "matches/offer.html",
        offer=offer,
        options=options,
        **_need_list([offer.id], options, name_offer=False),
    )


@bp.get("/acteurs/<slug>/correspondances", endpoint="organization")
def for_organization(slug: str) -> ResponseReturnValue:
    """Match all the offers of an actor against the open needs and the quarters."""
    entry = organization_or_404(slug)
    options = ListOptions.from_arguments(request.args)
    offers = offer_ids_of(db_session(), entry)
    return render_template(
        "matches/organization.html",
        entry=entry,
        options=options,
        has_offers=bool(offers),
        **_need_list(offers, options, name_offer=True),
    )


def _sentence_errors(sentence: str) -> dict[str, str]:
    if len(sentence) > LONGEST_SENTENCE:
        return {
            "besoin": gettext(
                "Votre phrase compte %(count)s caractères : gardez l’essentiel, %(most)s au plus.",
                count=len(sentence),
                most=LONGEST_SENTENCE,
            )
        }
    return {}


def _sentence_need(sentence: str, place: Place | None) -> NeedProfile:
    return sentence_profile(
        sentence,
        region_code=place.region_code if place else None,
        department_code=place.department_code if place else None,
        phase=place.phase if place else ProjectPhase.UNSTATED,
    )


def _offer_list(need: NeedProfile, words: str) -> dict[str, Any]:
    options = ListOptions.from_arguments(request.args)
    found = matcher().for_need(
        db_session(),
        need,
        moment=moment(),
        page=options.shown,
        filters=options.offers,
        by_actor=options.by_actor,
    )
    written = written_words(words)
    return {
        "cards": offer_cards(found, written, by_actor=options.by_actor),
        "excluded": excluded_cards(found, written),
        "excluded_total": found.excluded_total,
        "asked": _asked_absence(need, written),
        "ranking": found.ranking,
        "need_profile": need,
        "pages": _pages(found.ranking.total),
        **_filters(OFFER_FACETS),
    }


def _asked_absence(need: NeedProfile, written: dict[str, str]) -> dict[str, Any] | None:
    """Answer « pourquoi pas cette solution ? » when the address names one."""
    slug = request.args.get("pourquoi", "")
    if not slug:
        return None
    offer = offer_or_404(slug)
    absence = matcher().explain_absence(db_session(), need, offer.id, moment=moment())
    return excluded_card(absence, offer, written) if absence else None


def _need_list(offers: list[int], options: ListOptions, *, name_offer: bool) -> dict[str, Any]:
    found = matcher().for_offers(
        db_session(),
        offers,
        moment=moment(),
        page=options.shown,
        filters=options.needs,
        by_territory=options.by_territory,
    )
    words = " ".join(need_text(need) for need in found.needs.values())
    return {
        "cards": need_cards(found, written_words(words), name_offer=name_offer),
        "ranking": found.ranking,
        "pages": _pages(found.ranking.total),
        **_filters(NEED_FACETS),
    }


def _filters(facets: tuple[str, ...]) -> dict[str, Any]:
    """Return the filter groups of a list, and the parameters their form must keep."""
    ticked = {facet: frozenset(request.args.getlist(facet)) for facet in facets}
    kept = {name: request.args.get(name, "") for name in ("besoin", "lieu", "objet")}
    return {"groups": choice_groups(facets, ticked), "kept": kept}


def _pages(total: int) -> int:
    return min(MAX_PAGE, -(-total // PAGE_SIZE))
