"""The worker's part in steering: the day's draw, and the look over all needs and offers."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from extensions.matcher import matcher
from jobs.context import WorkerContext
from models.outbox import OutboxMessage
from services.exposure import draw_seed
from services.matching import Moment
from services.radar import has_looked, look_over, request_look
from vocabulary.periods import paris_day

# Numbers that a spreadsheet and a script keep exact.
SEED_BITS: Final = 48


def start_steering(session: Session, *, now: datetime) -> None:
    """Draw today's number and ask for a first look, when the worker starts."""
    _draw(session, now)
    if not has_looked(session):
        request_look(session, now=now)


def draw_the_day(context: WorkerContext) -> None:
    """Draw the number that orders equal scores today, unless it is drawn."""
    _draw(context.session, context.now)


def look_over_all(context: WorkerContext) -> None:
    """Ask for the look of the day; it is a message of its own, because it may be long."""
    request_look(context.session, now=context.now)


def take_looks(context: WorkerContext, messages: Sequence[OutboxMessage]) -> None:
    """Look over all needs and offers once, however many asked."""
    del messages
    day = paris_day(context.now)
    drawn = draw_seed(context.session, day, number=_number(), now=context.now).seed
    moment = Moment(now=context.now, today=day, drawn=drawn)
    look_over(context.session, matcher(), moment=moment)


def _draw(session: Session, now: datetime) -> None:
    draw_seed(session, paris_day(now), number=_number(), now=now)


def _number() -> int:
    return secrets.randbits(SEED_BITS)
