"""Finds the published offer that somebody names, by its address or its title."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Select, func
from sqlalchemy.orm import Session, contains_eager

from models.offer import Offer
from services.text_keys import slugify

SHORTEST: Final = 2
SHOWN: Final = 8


@dataclass(frozen=True, slots=True)
class OfferAnswer:
    """What a text may name: the slug of one offer, else several offers, else nothing."""

    slug: str = ""
    choices: Sequence[Offer] = ()


def find_offer(session: Session, text: str) -> OfferAnswer:
    """Return the published offer whose address is ``text`` or whose title holds its words."""
    typed = slugify(text)
    exact = session.scalar(_published().where(Offer.slug == typed))
    if exact is not None:
        return OfferAnswer(slug=exact.slug)
    found = complete_offers(session, text)
    return OfferAnswer(slug=found[0].slug) if len(found) == 1 else OfferAnswer(choices=found)


def complete_offers(session: Session, text: str, limit: int = SHOWN) -> Sequence[Offer]:
    """Return the published offers whose title holds ``text``, the shortest titles first.

    A slug is the title without accents or capitals: it is what the text is looked for in.
    """
    typed = slugify(text)
    if len(text.strip()) < SHORTEST:
        return []
    found = _published().where(Offer.slug.contains(typed, autoescape=True))
    return session.scalars(found.order_by(func.length(Offer.title), Offer.id).limit(limit)).all()


def _published() -> Select[Offer]:
    return Offer.published().options(contains_eager(Offer.organization))
