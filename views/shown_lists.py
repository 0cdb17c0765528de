"""Notes in the register which actors the carrier of a need was shown, once per distinct list."""

from extensions.clock import now
from extensions.database import db_session, short_write
from matching.ranking import Ranking
from models.account import User
from models.need import Need
from services.permissions import membership_of
from services.shown_lists import ShownList, is_new_list, record_list
from views.access import current_person
from views.match_options import PAGE_SIZE, ListOptions


def note_shown_list(need: Need, ranking: Ranking, options: ListOptions) -> None:
    """Record the page of a list that a member of the carrier opened; nobody else's reading is.

    The page itself only reads: the line goes in by a short transaction of its own, and a list
    that the register holds already writes nothing.
    """
    person = current_person()
    if person is None or need.carrier_id is None:
        return
    if membership_of(db_session(), person, need.carrier_id) is None:
        return
    shown = ShownList(
        lines=[(line.offer.id, line.offer.organization_id) for line in ranking.matches],
        first=(options.page - 1) * PAGE_SIZE + 1,
        by_actor=options.by_actor,
        filters={
            "themes": sorted(options.themes),
            "kinds": sorted(options.kinds),
            "maturities": sorted(options.maturities),
            "routes": sorted(options.routes),
        },
        seed=ranking.seed,
        weights=ranking.weights_version,
    )
    if not is_new_list(db_session(), need, shown):
        return
    with short_write() as session:
        here = session.get_one(Need, need.id)
        record_list(session, here, shown, person=session.get_one(User, person.id), now=now())
