"""How many invitations may leave and arrive in a day: to a team, to the page of a partnership."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from models.organization import Organization
from services.errors import RuleViolation
from services.rate_limits import Limit, count_attempt
from vocabulary.labels import N_

DAY: Final = timedelta(days=1)
# Whoever sends them: one actor does not receive more, one body does not send more to it.
PER_TARGET: Final = Limit(10, DAY)
PER_PAIR: Final = Limit(3, DAY)


def check_invitation_caps(
    session: Session, target: Organization, *, sender_id: int | None, now: datetime
) -> None:
    """Count one invitation to ``target``, in the running transaction, and refuse one too many.

    Counted as it is sent: one taken back has been mailed all the same. ``sender_id`` is the body
    that invites, none for the agency's staff.

    Raises:
        RuleViolation: a cap is reached; the message says which and what to do.
    """
    pair = f"invited:{sender_id or 0}:{target.id}"
    if count_attempt(session, pair, PER_PAIR, now=now) is not None:
        message = N_("Vous avez déjà invité « %(name)s » %(most)s fois en un jour.")
        raise RuleViolation(message, name=target.name, most=PER_PAIR.count)
    if count_attempt(session, f"invited:{target.id}", PER_TARGET, now=now) is not None:
        message = N_("« %(name)s » a reçu beaucoup d’invitations aujourd’hui : reprenez demain.")
        raise RuleViolation(message, name=target.name)
