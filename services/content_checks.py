"""What a content must hold before it is submitted, and why an answer is refused."""

from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field as with_default
from datetime import date
from typing import Any, Final
from urllib.parse import urlsplit

from services.contents import (
    MAX_AMOUNT,
    Content,
    NeedContent,
    OfferContent,
    OrganizationContent,
    ReferenceContent,
)
from vocabulary.identifiers import is_rnsr, is_siren, is_siret
from vocabulary.kinds import INNOVATION_KINDS, AreaLevel
from vocabulary.labels import N_

SHORTEST_DESCRIPTION: Final = 80
OLDEST_REFERENCE: Final = 1990
OLDEST_FOUNDATION: Final = 1200
MAX_URL: Final = 300
LONGEST_HOST_LABEL: Final = 63


@dataclass(frozen=True, slots=True)
class Problem:
    """One reason why a content cannot be submitted; ``message`` is a msgid with ``params``."""

    field: str
    message: str
    params: dict[str, Any] = with_default(default_factory=dict)


def normalise_website(typed: str) -> str | None:
    """Return the address with its scheme, or ``None`` when it is not a public web address.

    Only http and https are kept: ``javascript:`` and the like would run on a click. Names
    without a dot, numeric hosts, ports and credentials have no place on a public entry.
    """
    text = typed.strip()
    if any(ord(mark) <= ord(" ") for mark in text) or len(text) > MAX_URL:
        return None
    if "://" not in text:
        if ":" in text.split("/", 1)[0]:
            return None
        text = f"https://{text}"
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return None
    if parts.scheme.lower() not in {"http", "https"} or parts.username is not None:
        return None
    return text if port is None and _is_public_host(host) else None


def _is_public_host(host: str) -> bool:
    labels = host.rstrip(".").split(".")
    if len(labels) < 2 or labels[-1].isdigit():  # noqa: PLR2004 - a name and its domain
        return False
    return all(
        label and len(label) <= LONGEST_HOST_LABEL and label.replace("-", "").isalnum()
        for label in labels
    )


def website_host(address: str) -> str:
    """Return the host of a website without « www. », under which sites are compared."""
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:
        return ""
    return host.removeprefix("www.")


def organization_problems(content: OrganizationContent, *, today: date) -> list[Problem]:
    """Return what keeps the entry from being submitted, in the order of the steps."""
    return [
        *_identity_problems(content, today),
        *_description_problems(content),
        *_area_problems(content.area_level, content.area_codes),
        *(_missing_area(content)),
        *_website_problems(content.website),
    ]


def offer_problems(content: OfferContent, *, today: date) -> list[Problem]:
    """Return what keeps the offer from being submitted, in the order of its form."""
    problems: list[Problem] = []
    if not content.title:
        problems.append(Problem("title", N_("Donnez un titre à cette proposition.")))
    problems += _description_problems(content)
    problems += _area_problems(content.area_level, content.area_codes)
    for number, reference in enumerate(content.references, start=1):
        problems += _reference_problems(reference, number, today)
    return problems


def need_problems(content: NeedContent, *, today: date) -> list[Problem]:
    """Return what keeps the need from being submitted, in the order of its form."""
    problems: list[Problem] = []
    if not content.title:
        problems.append(Problem("title", N_("Dites en quelques mots ce que vous cherchez.")))
    if not content.quarters:
        problems.append(Problem("quarters", N_("Indiquez au moins un quartier.")))
    problems += _text_problems(content)
    return [*problems, *amount_problems(content), *calendar_problems(content, today=today)]


def amount_problems(content: NeedContent) -> Iterator[Problem]:
    """Yield what is wrong with the amounts of a need."""
    low, high = content.amount_min, content.amount_max
    for name, amount in (("amount_min", low), ("amount_max", high)):
        if amount is not None and not 0 <= amount <= MAX_AMOUNT:
            yield Problem(name, N_("Ce montant n’est pas vraisemblable."))
    if low is not None and high is not None and low > high:
        yield Problem("amount_max", N_("Le montant le plus haut est inférieur au plus bas."))


def calendar_problems(content: NeedContent, *, today: date) -> Iterator[Problem]:
    """Yield what is wrong with the calendar of a need: answers first, then the start."""
    closes_on, starts_on = content.closes_on, content.starts_on
    if closes_on is not None and closes_on < today:
        yield Problem("closes_on", N_("La date limite de réponse est déjà passée."))
    if starts_on is not None and starts_on < today:
        yield Problem("starts_on", N_("La date de démarrage est déjà passée."))
    if closes_on is not None and starts_on is not None and starts_on < closes_on:
        yield Problem("starts_on", N_("Le démarrage tomberait avant la fin des réponses."))


def problems_of(content: Content, *, today: date) -> list[Problem]:
    """Return what keeps the content from being submitted."""
    if isinstance(content, OfferContent):
        return offer_problems(content, today=today)
    if isinstance(content, NeedContent):
        return need_problems(content, today=today)
    return organization_problems(content, today=today)


def _identity_problems(content: OrganizationContent, today: date) -> Iterator[Problem]:
    if not content.name:
        yield Problem("name", N_("Donnez le nom de la structure."))
    if content.siret and not is_siret(content.siret):
        yield Problem("siret", N_("Le numéro SIRET n’est pas valide."))
    if content.siren and not is_siren(content.siren):
        yield Problem("siren", N_("Le numéro SIREN n’est pas valide."))
    if content.rnsr and not is_rnsr(content.rnsr):
        yield Problem("rnsr", N_("Le numéro RNSR n’est pas valide."))
    if not content.commune_code:
        yield Problem("commune_code", N_("Indiquez la commune de la structure."))
    year = content.founded_year
    if year is not None and not OLDEST_FOUNDATION <= year <= today.year:
        yield Problem(
            "founded_year",
            N_("L’année de création doit être comprise entre %(first)s et %(last)s."),
            {"first": OLDEST_FOUNDATION, "last": today.year},
        )


def _description_problems(content: OrganizationContent | OfferContent) -> Iterator[Problem]:
    if not content.pitch:
        yield Problem("pitch", N_("Résumez en une phrase ce qui est proposé."))
    yield from _text_problems(content)


def _text_problems(content: Content) -> Iterator[Problem]:
    if len(content.description) < SHORTEST_DESCRIPTION:
        yield Problem(
            "description",
            N_(
                "Description trop courte : %(least)s caractères au moins, %(count)s pour l’instant."
            ),
            {"count": len(content.description), "least": SHORTEST_DESCRIPTION},
        )
    if not content.themes:
        yield Problem("themes", N_("Choisissez au moins un thème."))


def _area_problems(level: AreaLevel | None, codes: tuple[str, ...]) -> Iterator[Problem]:
    if level is AreaLevel.REGIONS and not codes:
        yield Problem("area_codes", N_("Choisissez au moins une région d’intervention."))
    if level is AreaLevel.DEPARTMENTS and not codes:
        yield Problem("area_codes", N_("Choisissez au moins un département d’intervention."))


def _missing_area(content: OrganizationContent) -> Iterator[Problem]:
    # Without a declared area an innovator could be matched with no territory at all.
    if content.area_level is None and content.kind in INNOVATION_KINDS:
        yield Problem("area_level", N_("Indiquez où la structure intervient."))


def _website_problems(website: str) -> Iterator[Problem]:
    if website and normalise_website(website) is None:
        yield Problem("website", N_("L’adresse du site doit commencer par http:// ou https://."))


def _reference_problems(reference: ReferenceContent, number: int, today: date) -> Iterator[Problem]:
    if not reference.place:
        yield Problem(
            "references", N_("Référence %(number)s : indiquez le lieu."), {"number": number}
        )
    year = reference.year
    if year is not None and not OLDEST_REFERENCE <= year <= today.year:
        yield Problem(
            "references",
            N_("Référence %(number)s : l’année doit être comprise entre %(first)s et %(last)s."),
            {"number": number, "first": OLDEST_REFERENCE, "last": today.year},
        )
