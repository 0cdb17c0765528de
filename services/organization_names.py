"""Finds the published actor of the innovation side that somebody names."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Select, func
from sqlalchemy.orm import Session

from models.organization import Organization
from services.text_keys import name_key, slugify
from vocabulary.kinds import INNOVATION_KINDS

SHORTEST: Final = 2
SHOWN: Final = 8


@dataclass(frozen=True, slots=True)
class OrganizationAnswer:
    """What a text may name: the slug of one actor, else several actors, else nothing."""

    slug: str = ""
    choices: Sequence[Organization] = ()


def find_organization(session: Session, text: str) -> OrganizationAnswer:
    """Return the published actor whose address is ``text`` or whose name holds its words."""
    exact = session.scalar(_published().where(Organization.slug == slugify(text)))
    if exact is not None:
        return OrganizationAnswer(slug=exact.slug)
    found = complete_organizations(session, text)
    if len(found) == 1:
        return OrganizationAnswer(slug=found[0].slug)
    return OrganizationAnswer(choices=found)


def complete_organizations(
    session: Session, text: str, limit: int = SHOWN
) -> Sequence[Organization]:
    """Return the published actors whose name holds ``text``, the shortest names first."""
    key = name_key(text)
    if len(key) < SHORTEST:
        return []
    found = _published().where(Organization.name_key.contains(key, autoescape=True))
    shortest = func.length(Organization.name)
    return session.scalars(found.order_by(shortest, Organization.id).limit(limit)).all()


def _published() -> Select[Organization]:
    return Organization.published().where(Organization.kind.in_(INNOVATION_KINDS))
