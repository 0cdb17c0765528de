"""Addresses of entries, from their kind and their key."""

from typing import Any
from urllib.parse import urlsplit

from flask import current_app, url_for
from werkzeug.routing import BaseConverter, IntegerConverter, Map

from models.need import Need
from models.offer import Offer
from models.organization import Organization
from models.territory import Territory
from vocabulary.kinds import SubjectKind

_ENDPOINTS = {
    SubjectKind.ORGANIZATION: ("organizations.show", "slug"),
    SubjectKind.OFFER: ("offers.show", "slug"),
    SubjectKind.NEED: ("needs.show", "need_id"),
    SubjectKind.TERRITORY: ("territories.show", "code"),
    SubjectKind.PARTNERSHIP: ("partnerships.show", "slug"),
    SubjectKind.MEETUP: ("meetups.show", "slug"),
}
# The largest key of PostgreSQL's integer columns; SQLite refuses numbers beyond 64 bits.
LARGEST_KEY = 2**31 - 1
LOGO_PAGE = "logos.show"


class SlugConverter(BaseConverter):
    """Part of an address that ``slugify`` can make: anything else is not found, unasked."""

    regex = "[a-z0-9][a-z0-9-]{0,119}"


class KeyConverter(IntegerConverter):
    """The number of a row in an address: one that no row can have is not found, unasked."""

    regex = "[0-9]{1,10}"

    def __init__(self, map: Map, max: int = LARGEST_KEY) -> None:  # noqa: A002 - Werkzeug's names
        super().__init__(map, max=max)


def entry_url(kind: SubjectKind, key: str, *, absolute: bool = False) -> str:
    """Return the address of an entry; ``key`` is its slug, number or code."""
    endpoint, name = _ENDPOINTS[kind]
    values: dict[str, Any] = {name: key}
    path = url_for(endpoint, **values)
    return f"{current_app.config['PUBLIC_URL']}{path}" if absolute else path


def entry_key(entry: Organization | Offer | Need | Territory) -> str:
    """Return what names an entry in its address."""
    if isinstance(entry, Organization | Offer):
        return entry.slug
    return entry.code if isinstance(entry, Territory) else str(entry.id)


def logo_url(entry: Organization) -> str | None:
    """Return the address of an actor's logo; the digest makes a new picture a new address."""
    if not entry.logo or LOGO_PAGE not in current_app.view_functions:
        return None
    return url_for(LOGO_PAGE, slug=entry.slug, v=entry.logo)


def public_website(address: str) -> str | None:
    """Return ``address`` if a page may link to it: on the web, with a host; else nothing."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    return address if parts.scheme in {"http", "https"} and parts.netloc else None
