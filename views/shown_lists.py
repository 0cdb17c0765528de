"""Notes in the register which actors the carrier of a need was shown, once per distinct list."""

from extensions.clock import now
from extensions.database import db_session, short_write
from matching.ranking import Ranking
from models.need import Need
from services.permissions import membership_of
from services.shown_lists import ShownList, is_new_list, post_list
from views.access import current_person
from views.match_options import PAGE_SIZE, ListOptions


def note_shown_list(need: Need, ranking: Ranking, options: ListOptions) -> None:
    """Record the page of a list that a member of the carrier opened; nobody else's reading is.

    The page itself only reads: the worker writes the line, asked by a short transaction of its
    own, and a list that the register holds already asks nothing.
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
        post_list(session, need.id, shown, person_id=person.id, now=now())
