"""Columns of a list of wishes: which one holds what, as its titles say or as staff choose.

The cells of a line are those of the four columns read, then the others; choosing changes places.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.meetup_wish import MeetupWishBatch, MeetupWishLine
from services.errors import RuleViolation
from services.meetup_wish_batches import judge_batch, lines_of, refuse_applied
from services.meetup_wish_reading import COLUMNS
from vocabulary.labels import N_

FOUR: Final = len(COLUMNS)


def is_readable(batch: MeetupWishBatch) -> bool:
    """Tell whether the columns of the wisher and of the wished are known."""
    return not any(batch.headers) or all(batch.headers[:2])


def column_choices(session: Session, batch: MeetupWishBatch) -> list[tuple[int, str]]:
    """Return the columns of a list: place, and title or else what their first line says."""
    query = select(MeetupWishLine.cells).where(MeetupWishLine.batch_id == batch.id)
    first = session.scalars(query.order_by(MeetupWishLine.line).limit(1)).first() or []
    named = batch.headers if any(batch.headers) else [cell and f"« {cell} »" for cell in first]
    return [(at, text) for at, text in enumerate(named) if text]


def choose_columns(session: Session, batch: MeetupWishBatch, chosen: Mapping[int, int]) -> None:
    """Say in which place each of the four columns stands, and judge the whole list again.

    Raises:
        RuleViolation: the list is applied, a column serves twice, or one that is needed is not
            chosen.
    """
    refuse_applied(batch)
    if not {0, 1} <= chosen.keys():
        raise RuleViolation(N_("Choisissez la colonne du demandeur et celle du souhaité."))
    if len(set(chosen.values())) < len(chosen):
        raise RuleViolation(N_("Une colonne ne peut servir qu’une fois."))
    lines = lines_of(session, batch)
    four = [chosen.get(column) for column in range(FOUR)]
    width = max((len(line.cells) for line in lines), default=0)
    others = [
        at for at in range(width) if at not in four and any(_at(line.cells, at) for line in lines)
    ]
    order = [*four, *others]
    batch.headers = [_at(batch.headers, at) for at in order]
    for line in lines:
        line.cells = [_at(line.cells, at) for at in order]
    judge_batch(session, batch)


def forget_others(session: Session, batch: MeetupWishBatch) -> None:
    """Erase the cells of the columns that nothing reads."""
    if len(batch.headers) <= FOUR:
        return
    batch.headers = batch.headers[:FOUR]
    for line in lines_of(session, batch):
        line.cells = line.cells[:FOUR]


def _at(cells: Sequence[str], at: int | None) -> str:
    return cells[at] if at is not None and at < len(cells) else ""
