"""Which view an address asks to watch: its parameters made canonical, and how it is called."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from flask_babel import gettext
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from extensions.wording import quoted
from models.organization import Organization
from services.alert_views import (
    DEPARTMENT_OF_PLACE,
    ENTRY,
    PAGE,
    PHASE,
    PLACE,
    REGION_OF_PLACE,
    SENTENCE,
    TEXT,
)
from services.alerts import View
from services.documents import FACETS, KIND, MATURITY, REGION, ROUTE, THEME
from services.match_places import find_place
from services.pages import need_by_id, offer_by_slug, territory_by_code
from services.theme_detection import LONGEST_SENTENCE
from views.addresses import LARGEST_KEY
from views.facets import value_label
from views.match_options import ListOptions, typed
from views.question import Question
from vocabulary.exchanges import AlertSubject
from vocabulary.geography import normalise_quarter_code
from vocabulary.kinds import ProjectPhase

Arguments = MultiDict[str, str]
Parameters = dict[str, Any]
SUBJECT: Final = "sujet"
KEY: Final = "cle"
# Beyond, the title says how many filters there are rather than which.
NAMED_FILTERS: Final = 3


def view_asked(session: Session, arguments: Arguments) -> View | None:
    """Return the view that the parameters name; nothing for one that makes no sense."""
    try:
        subject = AlertSubject(arguments.get(SUBJECT, ""))
    except ValueError:
        return None
    found = _READERS[subject](session, arguments)
    if found is None:
        return None
    parameters, title = found
    return View(subject, parameters, " ".join(title.split()))


Read = tuple[Parameters, str] | None


def _search(_: Session, arguments: Arguments) -> Read:
    question = Question.from_arguments(arguments)
    parameters: Parameters = {TEXT: question.text} if question.text else {}
    parameters |= {
        facet: sorted(question.filters[facet]) for facet in FACETS if facet in question.filters
    }
    labels = _filter_labels(parameters, FACETS)
    words = [quoted(question.text)] if question.text else []
    title = " · ".join([*words, *labels]) or gettext("Tout l’annuaire")
    return parameters, gettext("Recherche : %(what)s", what=title)


def _sentence(session: Session, arguments: Arguments) -> Read:
    sentence = typed(arguments, "besoin")
    if not sentence or len(sentence) > LONGEST_SENTENCE:
        return None
    parameters: Parameters = {SENTENCE: sentence, **_offer_filters(arguments)}
    named = typed(arguments, "lieu")
    place = find_place(session, named).place if named else None
    if named and place is None:
        return None
    where = ""
    if place is not None:
        parameters |= {
            PLACE: place.code,
            REGION_OF_PLACE: place.region_code,
            DEPARTMENT_OF_PLACE: place.department_code,
        }
        where = f", {place.name}"
    short = sentence if len(sentence) <= 90 else f"{sentence[:90].rsplit(' ', 1)[0]} …"  # noqa: PLR2004 - fits a subject line
    return parameters, gettext("Offres pour %(what)s", what=f"{quoted(short)}{where}")


def _need(session: Session, arguments: Arguments) -> Read:
    key = arguments.get(KEY, "")
    number = int(key) if key.isascii() and key.isdigit() and len(key) < 11 else 0  # noqa: PLR2004 - digits of a key
    need = need_by_id(session, number) if 0 < number <= LARGEST_KEY else None
    if need is None:
        return None
    parameters = {ENTRY: need.id, PAGE: need.id, **_offer_filters(arguments)}
    return parameters, _titled(gettext("Offres pour le besoin"), need.title, parameters)


def _territory(session: Session, arguments: Arguments) -> Read:
    code = normalise_quarter_code(arguments.get(KEY, "")[:20])
    territory = territory_by_code(session, code)
    if territory is None:
        return None
    parameters = {ENTRY: territory.id, PAGE: territory.code, **_offer_filters(arguments)}
    name = territory.name or territory.code
    return parameters, _titled(gettext("Offres pour le quartier"), name, parameters)


def _offer(session: Session, arguments: Arguments) -> Read:
    offer = offer_by_slug(session, arguments.get(KEY, "")[:120])
    if offer is None or not offer.is_public:
        return None
    parameters = {ENTRY: offer.id, PAGE: offer.slug, **_need_filters(arguments)}
    return parameters, _titled(gettext("Besoins pour l’offre"), offer.title, parameters)


def _organization(session: Session, arguments: Arguments) -> Read:
    slug = arguments.get(KEY, "")[:120]
    entry = session.scalar(Organization.published().where(Organization.slug == slug))
    if entry is None:
        return None
    parameters = {ENTRY: entry.id, PAGE: entry.slug, **_need_filters(arguments)}
    return parameters, _titled(gettext("Besoins pour les offres de"), entry.name, parameters)


_READERS: Final[Mapping[AlertSubject, Callable[[Session, Arguments], Read]]] = {
    AlertSubject.SEARCH: _search,
    AlertSubject.SENTENCE: _sentence,
    AlertSubject.NEED_MATCHES: _need,
    AlertSubject.TERRITORY_MATCHES: _territory,
    AlertSubject.OFFER_MATCHES: _offer,
    AlertSubject.ORGANIZATION_MATCHES: _organization,
}


def _offer_filters(arguments: Arguments) -> Parameters:
    options = ListOptions.from_arguments(arguments)
    chosen = {
        THEME: options.themes,
        KIND: options.kinds,
        MATURITY: options.maturities,
        ROUTE: options.routes,
    }
    return {name: sorted(values) for name, values in chosen.items() if values}


def _need_filters(arguments: Arguments) -> Parameters:
    options = ListOptions.from_arguments(arguments)
    chosen = {THEME: options.themes, REGION: options.regions, PHASE: options.phases}
    return {name: sorted(values) for name, values in chosen.items() if values}


def _titled(what: str, name: str, parameters: Parameters) -> str:
    labels = _filter_labels(parameters, (*FACETS, PHASE))
    return " · ".join([f"{what} {quoted(name)}", *labels])


def _filter_labels(parameters: Parameters, names: Iterable[str]) -> list[str]:
    labels = [_value(name, value) for name in names for value in parameters.get(name, ())]
    if len(labels) <= NAMED_FILTERS:
        return labels
    return [gettext("%(count)s filtres", count=len(labels))]


def _value(name: str, value: str) -> str:
    if name == PHASE:
        return str(gettext(ProjectPhase(value).label))
    return value_label(name, value)
