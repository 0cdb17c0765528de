"""The quarters of the signed-in carrier, shown first wherever one chooses a quarter."""

from collections.abc import Sequence
from typing import Final

from extensions.database import db_session
from models.territory import Territory
from services.my_territories import own_territories
from services.needs import carriers_of
from views.access import current_person

MOST: Final = 6


def own_quarters(limit: int = MOST) -> Sequence[Territory]:
    """Return the first quarters of the person's territory-side organisations, none for others."""
    person = current_person()
    if person is None:
        return ()
    session = db_session()
    carriers = [carrier.id for carrier in carriers_of(session, person)]
    return own_territories(session, carriers, limit=limit)
