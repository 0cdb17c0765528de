"""How many requests may leave and arrive: counted in the database, whatever the process."""

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from models.account import User
from models.introduction import Introduction
from models.organization import Organization
from services.errors import RuleViolation
from vocabulary.exchanges import IntroductionState, Side
from vocabulary.labels import N_

DAY: Final = timedelta(days=1)
PER_PERSON: Final = 15
PER_SENDER: Final = 30
PER_TARGET: Final = 10
# From one organisation to another: one sender alone must not fill what a target may receive.
PER_PAIR: Final = 3
MOST_PENDING: Final = 40


class TooManyRequests(RuleViolation):
    """The sender or the target has had its share for now."""


def check_caps(
    session: Session,
    *,
    sender: User,
    source: Organization,
    target: Organization,
    from_side: Side,
    now: datetime,
) -> None:
    """Refuse one request too many.

    The rows of both organisations are locked first: two requests at once cannot both be the last.

    Raises:
        TooManyRequests: a cap is reached; the message says which and what to do.
    """
    both = Organization.id.in_((source.id, target.id))
    session.execute(select(Organization.id).where(both).order_by(Organization.id).with_for_update())
    is_territory = from_side == Side.TERRITORY
    source_key = Introduction.carrier_id if is_territory else Introduction.actor_id
    target_key = Introduction.actor_id if is_territory else Introduction.carrier_id
    sent = (Introduction.from_side == from_side, source_key == source.id)
    received = (Introduction.from_side == from_side, target_key == target.id)
    today = Introduction.sent_at > now - DAY
    pending = Introduction.state == IntroductionState.SENT
    caps: tuple[tuple[int, tuple[ColumnElement[bool], ...], str], ...] = (
        (PER_PERSON, (Introduction.sent_by_id == sender.id, today), _PERSON),
        (PER_SENDER, (*sent, today), _SENDER),
        (MOST_PENDING, (*sent, pending), _PENDING),
        (PER_PAIR, (*sent, target_key == target.id, today), _PAIR),
        (PER_TARGET, (*received, today), _TARGET),
    )
    for most, where, message in caps:
        if _count(session, *where) >= most:
            raise TooManyRequests(message, most=most, name=target.name)


def _count(session: Session, *where: ColumnElement[Any]) -> int:
    return session.scalar(select(func.count()).select_from(Introduction).where(*where)) or 0


_PERSON: Final = N_(
    "Vous avez envoyé %(most)s demandes en un jour : c’est le plus possible. Reprenez demain."
)
_SENDER: Final = N_(
    "Votre organisation a envoyé %(most)s demandes en un jour : c’est le plus possible. "
    "Reprenez demain."
)
_PENDING: Final = N_(
    "%(most)s de vos demandes attendent encore une réponse : retirez celles qui n’ont plus lieu "
    "d’être avant d’en envoyer d’autres."
)
_PAIR: Final = N_(
    "Votre organisation a déjà envoyé %(most)s demandes à « %(name)s » en un jour : attendez sa "
    "réponse, ou reprenez demain."
)
_TARGET: Final = N_(
    "« %(name)s » a reçu beaucoup de demandes aujourd’hui : la vôtre pourra partir demain."
)
