"""How many offers answer each of several needs, from the columns already built."""

from collections.abc import Sequence

import numpy as np
from sqlalchemy.orm import Session

from matching.column_scores import score_offers
from models.need import Need
from services.match_base import withdrawn_offers
from services.match_profiles import need_profile
from services.matching import Matcher, Moment


def count_answers(
    session: Session, matcher: Matcher, needs: Sequence[Need], *, moment: Moment
) -> dict[int, int]:
    """Return by need how many public offers pass its gates and have a tie with it.

    The needs come with their quarters and the projects of these.
    """
    if not needs:
        return {}
    base = matcher.base(session, moment)
    hidden = np.array(sorted(withdrawn_offers(session, base)), dtype=base.offers.ids.dtype)
    shown = ~np.isin(base.offers.ids, hidden)
    context = base.offers.basis.context(moment.today)
    counts: dict[int, int] = {}
    for need in needs:
        scores = score_offers(need_profile(need), base.offers, context)
        counts[need.id] = int(np.count_nonzero(scores.passed & scores.related & shown))
    return counts
