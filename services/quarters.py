"""The quarters as a whole: how many in each region, and the partnerships known on them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from models.partnership import Partnership, PartnershipMember
from models.territory import Territory

LISTED: Final = 6


@dataclass(frozen=True, slots=True)
class RegionTally:
    """How many quarters a region has, and how many of them are in the renewal programme."""

    code: str
    quarters: int
    renewal_quarters: int


def quarters_by_region(session: Session) -> list[RegionTally]:
    """Count the quarters of each region that has some."""
    rows = session.execute(
        select(
            Territory.region_code,
            func.count(),
            func.count().filter(Territory.is_npnru),
        ).group_by(Territory.region_code)
    )
    return [RegionTally(*row) for row in rows]


def latest_partnerships(session: Session) -> Sequence[Partnership]:
    """Return the latest public partnerships, quarter and members loaded, real ones first."""
    return session.scalars(
        Partnership.published()
        .options(
            joinedload(Partnership.territory).selectinload(Territory.communes),
            selectinload(Partnership.members).joinedload(PartnershipMember.organization),
        )
        .order_by(Partnership.is_demo, Partnership.published_at.desc(), Partnership.name)
        .limit(LISTED)
    ).all()
