"""The pages that the bench opens, and as whom: the demonstration's accounts, its richest rows."""

from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import quote

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from models.consortium import Consortium
from models.evidence import Experience
from models.introduction import Introduction, IntroductionMessage
from models.offer import Offer
from models.organization import Organization
from models.partnership import Partnership
from models.register import RegisterEntry
from models.shortlist import Shortlist
from vocabulary.kinds import PublicationState

VISITOR: Final = ""
STAFF: Final = "equipe@demo.example"
TERRITORY: Final = "collectivite@demo.example"
ACTOR: Final = "innovateur@demo.example"
SENTENCE: Final = quote("isoler une tour sans déloger les locataires")
QUARTER: Final = "QN04212M"
PURCHASE: Final = "acheteur=collectivite&montant=55000&nature=services&date=2026-04-15"


@dataclass(frozen=True, slots=True)
class Page:
    """One page, and the account that opens it; an empty one is a visitor's."""

    name: str
    address: str
    reader: str = VISITOR


PAGES: Final = (
    Page("home", "/"),
    Page("search, 3 words, facets", "/annuaire?q=renovation+energetique+logements&theme=batiment"),
    Page("organisation", "/acteurs/{organization}"),
    Page("offer", "/solutions/{offer}"),
    Page("territory", f"/territoires/{QUARTER}"),
    Page("match, sentence", f"/correspondances?besoin={SENTENCE}&lieu={QUARTER}"),
    Page("match, territory", f"/territoires/{QUARTER}/correspondances"),
    Page("match, offer", "/solutions/{offer}/correspondances"),
    Page("moderation queue", "/moderation", STAFF),
    Page("need", "/besoins/{need}"),
    Page("need, its carrier", "/besoins/{need}", TERRITORY),
    Page("match, need, its carrier", "/besoins/{need}/correspondances", TERRITORY),
    Page("need editing", "/mon-espace/besoins/{need}", TERRITORY),
    Page("my needs", "/mon-espace/besoins", TERRITORY),
    Page("my territories", "/mon-espace/territoires", TERRITORY),
    Page("needs for us", "/mon-espace/besoins-pour-nous", ACTOR),
    Page("shortlist", "/mon-espace/selections/{shortlist}", TERRITORY),
    Page("comparison of 3", "/comparaison?{three_offers}"),
    Page("comparison of 3, a need", "/comparaison?{three_offers}&besoin={need}"),
    Page("introductions", "/mon-espace/mises-en-relation", TERRITORY),
    Page("thread", "/mon-espace/mises-en-relation/{introduction}", TERRITORY),
    Page("request of a carrier", "/besoins/{need}/contacter/{offer}", TERRITORY),
    Page("outcomes due", "/mon-espace/suites", TERRITORY),
    Page("sourcing register", "/mon-espace/besoins/{registered}/registre", TERRITORY),
    Page("teams", "/mon-espace/groupements", TERRITORY),
    Page("team builder", "/mon-espace/groupements/{consortium}", TERRITORY),
    Page("contract advice, answered", f"/montages?{PURCHASE}"),
    Page("contract advice of a need", "/montages?besoin={need}"),
    Page("contract rules", "/montages/regles"),
    Page("alerts", "/mon-espace/alertes", TERRITORY),
    Page("partnerships", "/partenariats"),
    Page("partnership", "/partenariats/{partnership}"),
    Page("partnership editing", "/mon-espace/partenariats", TERRITORY),
    Page("experiences, mine", "/mon-espace/retours", TERRITORY),
    Page("experience", "/retours/{experience}"),
    Page("experiences to review", "/moderation/retours", STAFF),
    Page("references to grade", "/moderation/references", STAFF),
    Page("exposure", "/exposition"),
    Page("gap radar", "/pilotage", STAFF),
    Page("funnel", "/pilotage/parcours", STAFF),
)


def pages_of(session: Session) -> list[Page]:
    """Return the pages with rows that exist, those with most to show.

    A page whose row the demonstration does not have is left out.
    """
    rows = _rows(session)
    missing = {name for name, value in rows.items() if value is None}
    return [
        replace(page, address=page.address.format_map(rows))
        for page in PAGES
        if not any(f"{{{name}}}" in page.address for name in missing)
    ]


def _rows(session: Session) -> dict[str, str | int | None]:
    """Return what stands for each name in braces."""
    actor, offer = session.execute(_richest_actor()).tuples().one()
    registered = session.scalar(
        select(RegisterEntry.need_id)
        .group_by(RegisterEntry.need_id)
        .order_by(func.count().desc(), RegisterEntry.need_id)
        .limit(1)
    )
    three = session.scalars(Offer.published().order_by(Offer.slug).limit(3))
    return {
        "organization": actor,
        "offer": offer,
        "need": registered,
        "registered": registered,
        "three_offers": "&".join(f"solution={one.slug}" for one in three),
        "introduction": session.scalar(
            select(Introduction.id)
            .join(IntroductionMessage)
            .group_by(Introduction.id)
            .order_by(func.count(IntroductionMessage.id).desc(), Introduction.id)
            .limit(1)
        ),
        "shortlist": session.scalar(select(func.min(Shortlist.id))),
        "consortium": session.scalar(select(func.min(Consortium.id))),
        "partnership": session.scalar(select(func.min(Partnership.slug))),
        "experience": session.scalar(
            select(func.min(Experience.id)).where(Experience.state == PublicationState.PUBLISHED)
        ),
    }


def _richest_actor() -> Select[str, str]:
    return (
        select(Organization.slug, func.min(Offer.slug))
        .join(Offer, Offer.organization_id == Organization.id)
        .where(Offer.id.in_(Offer.published().with_only_columns(Offer.id)))
        .group_by(Organization.slug)
        .order_by(func.count(Offer.id).desc(), Organization.slug)
        .limit(1)
    )
