"""The demonstration's selection: four fictional offers set aside by a city, two with a note."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from matching.filters import OfferFilters
from matching.ranking import Page
from models.account import User
from models.need import Need
from models.offer import Offer
from models.organization import Organization
from models.shortlist import Shortlist
from services.match_profiles import need_profile
from services.matching import Matcher, Moment
from services.shortlists import add_entry, create_shortlist, items_of, write_note
from services.workspace import own_organizations
from vocabulary.periods import paris_day

NAME: Final = "À rencontrer avant l’été"
NOTES: Final = (
    "Déjà essayé dans une commune voisine : demander le bilan et ce qui n’a pas marché.",
    "Intéressant dès les études. Vérifier qui s’occupe de l’entretien après la première année.",
)
HELD: Final = 4
LOOKED_AT: Final = 20


def seed_demo_shortlist(session: Session, *, email: str, now: datetime) -> int:
    """Give the team of the demo account ``email`` one selection; return how many were made."""
    person = session.scalar(User.by_email(email))
    if person is None:
        return 0
    for organization in own_organizations(session, person):
        need = _need_of(session, organization)
        is_new = not session.scalars(Shortlist.of_organizations([organization.id])).first()
        if need is not None and is_new:
            _fill(session, organization, need, person=person, now=now)
            return 1
    return 0


def _need_of(session: Session, organization: Organization) -> Need | None:
    return session.scalar(
        Need.published()
        .where(Need.carrier_id == organization.id, Need.is_demo)
        # The last: the registers of the first ones have a story of their own.
        .order_by(Need.id.desc())
        .limit(1)
    )


def _fill(
    session: Session, organization: Organization, need: Need, *, person: User, now: datetime
) -> None:
    made_at = (now - timedelta(days=9)).replace(hour=8, minute=40)
    shortlist = create_shortlist(
        session, organization, name=NAME, need=need, author=person, now=made_at
    )
    for place, offer in enumerate(_answers(session, need, now)):
        moment = made_at + timedelta(minutes=7 * (place + 1))
        add_entry(session, shortlist, offer, author=person, now=moment)
    for item, note in zip(items_of(session, shortlist), NOTES, strict=False):
        later = made_at + timedelta(days=2)
        write_note(session, item, text=note, lock=item.lock, author=person, now=later)


def _answers(session: Session, need: Need, now: datetime) -> Sequence[Offer]:
    """Return what the match list proposes first, one offer for each actor."""
    found = Matcher().for_need(
        session,
        need_profile(need),
        moment=Moment(now=now, today=paris_day(now)),
        page=Page(limit=LOOKED_AT),
        filters=OfferFilters(),
    )
    by_actor: dict[int, Offer] = {}
    for line in found.ranking.matches:
        offer = found.offers[line.offer.id]
        by_actor.setdefault(offer.organization_id, offer)
    return list(by_actor.values())[:HELD]
