"""Addresses of entries, from their kind and their key."""

from typing import Any

from flask import current_app, url_for

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
}


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
