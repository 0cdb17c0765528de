"""Offers of an organisation: opened as drafts, listed with what waits for each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager, selectinload

from models.account import User
from models.offer import Offer
from models.organization import Organization
from models.revision import Revision
from services.completeness import Surroundings
from services.contents import OfferContent, clean_line
from services.drafts import flush_or_conflict, open_revisions_of, start_revision
from services.entry_contents import offer_content
from services.errors import RuleViolation
from services.publishing import record
from services.text_keys import name_key, unique_slug
from vocabulary.kinds import OfferType, PublicationState, SubjectKind
from vocabulary.labels import N_


@dataclass(frozen=True, slots=True)
class OfferUnderWork:
    """An offer with the content its people see: the draft if there is one, else what is public."""

    offer: Offer
    content: OfferContent
    revision: Revision | None


def start_offer(
    session: Session,
    organization: Organization,
    *,
    type: OfferType,  # noqa: A002 - the word of the domain
    title: str,
    author: User,
    now: datetime,
) -> Offer:
    """Open the draft of an offer; the same title twice gives the one draft.

    Raises:
        RuleViolation: the title is blank, or the actor is one that states needs.
    """
    content = OfferContent(type=type, title=clean_line(title))
    if not name_key(content.title):
        raise RuleViolation(N_("Donnez un titre à cette proposition."), field="title")
    if not organization.is_innovation_side:
        raise RuleViolation(
            N_("Un acteur du territoire exprime des besoins : il ne dépose pas de proposition.")
        )
    session.refresh(organization, attribute_names=["version"], with_for_update=True)
    for offer in session.scalars(select(Offer).where(Offer.organization_id == organization.id)):
        if not offer.version and name_key(offer.title) == name_key(content.title):
            return offer
    offer = Offer(
        slug=unique_slug(content.title, lambda slug: _is_taken(session, slug)),
        organization_id=organization.id,
        type=content.type,
        title=content.title,
        is_demo=organization.is_demo,
        created_at=now,
        updated_at=now,
        version=0,
    )
    session.add(offer)
    flush_or_conflict(session)
    start_revision(session, offer, content, author=author, now=now)
    record(session, "entry.created", offer, actor=author, now=now)
    return offer


def offers_under_work(session: Session, organization: Organization) -> list[OfferUnderWork]:
    """Return the offers of an organisation, oldest first, with their drafts; two queries."""
    revisions = open_revisions_of(session, organization.id)
    offers: Sequence[Offer] = session.scalars(
        select(Offer)
        .where(Offer.organization_id == organization.id)
        .options(selectinload(Offer.references))
        .order_by(Offer.id)
    ).all()
    return [
        _under_work(offer, revisions.get((SubjectKind.OFFER.value, offer.id))) for offer in offers
    ]


def published_offers_of(session: Session, organization_ids: Sequence[int]) -> list[Offer]:
    """Return the published offers of some actors, with what matching and cards need."""
    statement = (
        Offer.published()
        .where(Offer.organization_id.in_(organization_ids))
        .options(
            contains_eager(Offer.organization).joinedload(Organization.commune),
            selectinload(Offer.references),
        )
        .order_by(Offer.title, Offer.id)
    )
    return list(session.scalars(statement))


def _under_work(offer: Offer, revision: Revision | None) -> OfferUnderWork:
    content = OfferContent.from_dict(revision.content) if revision else offer_content(offer)
    return OfferUnderWork(offer=offer, content=content, revision=revision)


def surroundings(offers: Sequence[OfferUnderWork], *, members: int) -> Surroundings:
    """Return what stands beside the content of the organisation; withdrawn offers do not count."""
    shown = [one for one in offers if one.offer.state is not PublicationState.ARCHIVED]
    return Surroundings(
        offers=len(shown),
        offers_with_references=sum(1 for one in shown if one.content.references),
        members=members,
    )


def _is_taken(session: Session, slug: str) -> bool:
    return session.scalar(select(Offer.id).where(Offer.slug == slug)) is not None
