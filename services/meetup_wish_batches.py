"""Batches of wishes that staff make at once: previewed, corrected, applied whole, undone."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from models.account import User
from models.meetup import MeetupDay
from models.meetup_wish import MeetupWish, MeetupWishBatch, MeetupWishLine
from services.contents import clean_line
from services.errors import Conflict, RuleViolation
from services.meetup_wish_lines import (
    Judged,
    KnownWishes,
    LineVerdict,
    Problem,
    asked_again,
    judge_cells,
    judge_wish,
    notes_of,
)
from services.meetup_wish_reading import COLUMNS, LONGEST_CELL, ReadLine, ReadList
from vocabulary.labels import N_
from vocabulary.meetups import WishBatchKind

PAGE_SIZE: Final = 50
MAX_NAME: Final = 200
_GONE: Final = Problem(N_("L’un des deux n’est plus un participant de cette journée."))
_KEPT_NOTES: Final = frozenset({"need", "offer", "score", "facts"})


@dataclass(frozen=True, slots=True)
class Source:
    """Where a batch comes from, and who sends it."""

    kind: WishBatchKind
    name: str
    author: User | None
    pasted: str = ""


def create_batch(
    session: Session, day: MeetupDay, source: Source, read: ReadList, *, now: datetime
) -> MeetupWishBatch:
    """Keep a list with a verdict on each line; nothing is applied."""
    batch = open_batch(session, day, source, now=now)
    batch.headers = list(read.titles)
    judged: list[tuple[ReadLine, dict[str, Any]]]
    if read.is_readable:
        known = KnownWishes(session, day)
        judged = [
            (line, _judgement(judge_cells(line.cells[: len(COLUMNS)], line.number, known)))
            for line in read.lines
        ]
    else:
        judged = [(line, {"verdict": LineVerdict.UNREAD.value, "notes": {}}) for line in read.lines]
    store_lines(
        session,
        batch,
        [{"line": line.number, "cells": list(line.cells), **found} for line, found in judged],
    )
    return batch


def _as_shown(pasted: str) -> str:
    """Return what was pasted, line by line and tab by tab, without what cannot be printed."""
    lines = (line.split("\t") for line in pasted.splitlines())
    return "\n".join("\t".join(clean_line(cell, len(cell)) for cell in cells) for cells in lines)


def open_batch(
    session: Session, day: MeetupDay, source: Source, *, now: datetime
) -> MeetupWishBatch:
    """Add a batch without lines yet."""
    batch = MeetupWishBatch(
        day_id=day.id,
        kind=source.kind,
        name=clean_line(source.name, MAX_NAME) or "liste",
        pasted=_as_shown(source.pasted),
        created_at=now,
        created_by_id=source.author.id if source.author else None,
    )
    session.add(batch)
    session.flush()
    return batch


def store_lines(
    session: Session, batch: MeetupWishBatch, lines: Iterable[Mapping[str, Any]]
) -> None:
    """Add the lines of a batch."""
    rows = [{"before": {}, **line, "batch_id": batch.id} for line in lines]
    if rows:
        session.execute(insert(MeetupWishLine), rows)


def judge_batch(
    session: Session, batch: MeetupWishBatch, known: KnownWishes | None = None
) -> list[tuple[MeetupWishLine, Judged]]:
    """Judge every line again over what the day is now; keep and return the verdicts."""
    known = known or KnownWishes(session, batch.day)
    judged = []
    for line in lines_of(session, batch):
        found = _judge(batch, line, known)
        kept = {name: value for name, value in line.notes.items() if name in _KEPT_NOTES}
        line.verdict, line.notes = found.verdict.value, notes_of(found, kept)
        judged.append((line, found))
    session.flush()
    return judged


def correct_lines(
    session: Session, batch: MeetupWishBatch, cells: Mapping[int, Sequence[str]]
) -> None:
    """Replace the cells of some lines, by number of row, and judge the whole list again.

    Raises:
        RuleViolation: the batch is applied.
    """
    refuse_applied(batch)
    for line in lines_of(session, batch):
        if line.id in cells:
            corrected = [clean_line(cell, LONGEST_CELL) for cell in cells[line.id]]
            line.cells = [*corrected, *line.cells[len(COLUMNS) :]]
    judge_batch(session, batch)


def check_unchanged(judged: Sequence[tuple[MeetupWishLine, Judged]], former: Sequence[str]) -> None:
    """Refuse to apply what the preview did not show.

    Raises:
        Conflict: a line that was good is refused by now.
    """
    refused = LineVerdict.REFUSED
    late = [
        line.line
        for (line, found), verdict in zip(judged, former, strict=True)
        if found.verdict is refused and verdict != refused.value
    ]
    if late:
        raise Conflict(
            N_(
                "La journée a changé depuis cet aperçu (ligne %(line)s et d’autres peut-être) : "
                "le voici refait, rien n’a été appliqué."
            ),
            line=late[0],
        )


def lines_of(session: Session, batch: MeetupWishBatch) -> Sequence[MeetupWishLine]:
    """Return every line of a batch, in the order it was sent."""
    return session.scalars(
        select(MeetupWishLine)
        .where(MeetupWishLine.batch_id == batch.id)
        .order_by(MeetupWishLine.line, MeetupWishLine.id)
    ).all()


def lines_with(
    session: Session, batch: MeetupWishBatch, verdict: LineVerdict, *, page: int
) -> Sequence[MeetupWishLine]:
    """Return one page of the lines with a verdict."""
    return session.scalars(
        select(MeetupWishLine)
        .where(MeetupWishLine.batch_id == batch.id, MeetupWishLine.verdict == verdict.value)
        .order_by(MeetupWishLine.line, MeetupWishLine.id)
        .offset((page - 1) * PAGE_SIZE)
        .limit(PAGE_SIZE)
    ).all()


def verdict_counts(session: Session, batch: MeetupWishBatch) -> dict[LineVerdict, int]:
    """Return how many lines have each verdict, every verdict named."""
    found = session.execute(
        select(MeetupWishLine.verdict, func.count(MeetupWishLine.id))
        .where(MeetupWishLine.batch_id == batch.id)
        .group_by(MeetupWishLine.verdict)
    )
    return {**dict.fromkeys(LineVerdict, 0), **{LineVerdict(name): count for name, count in found}}


def batches_of(session: Session, day: MeetupDay, *, limit: int = 50) -> Sequence[MeetupWishBatch]:
    """Return the last batches of a day, newest first."""
    return session.scalars(
        select(MeetupWishBatch)
        .where(MeetupWishBatch.day_id == day.id)
        .order_by(MeetupWishBatch.id.desc())
        .limit(limit)
    ).all()


def discard_batch(session: Session, batch: MeetupWishBatch) -> None:
    """Forget a batch that was never applied.

    Raises:
        RuleViolation: it was; undo it instead.
    """
    refuse_applied(batch)
    session.delete(batch)
    session.flush()


def refuse_applied(batch: MeetupWishBatch) -> None:
    """Refuse to change what was applied.

    Raises:
        RuleViolation: it was.
    """
    if batch.applied_at is not None:
        raise RuleViolation(N_("Cette liste est déjà appliquée."))


def link_wishes(
    session: Session, written: Iterable[tuple[MeetupWishLine, MeetupWish, dict[str, Any]]]
) -> None:
    """Note on each line the wish it wrote and how that wish stood before."""
    session.flush()
    rows = [{"id": line.id, "wish_id": wish.id, "before": before} for line, wish, before in written]
    if rows:
        session.execute(update(MeetupWishLine), rows)


def _judge(batch: MeetupWishBatch, line: MeetupWishLine, known: KnownWishes) -> Judged:
    if batch.kind is WishBatchKind.IMPORT:
        return judge_cells(line.cells[: len(COLUMNS)], line.line, known)
    asked = asked_again(line, known)
    if asked is None:
        return Judged(LineVerdict.REFUSED, problem=_GONE)
    return judge_wish(asked, line.line, known)


def _judgement(judged: Judged) -> dict[str, Any]:
    return {"verdict": judged.verdict.value, "notes": notes_of(judged)}
