"""Files and pasted lists of invitees: read, bounded, kept as long as they can be undone."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Select, func, insert, select
from sqlalchemy.orm import Session

from models.account import User
from models.meetup import MeetupDay
from models.meetup_invitee import MeetupInviteeBatch, MeetupInviteeLine
from services.contents import clean_line
from services.errors import RuleViolation, UnreadableFile
from services.meetup_invitee_cells import InviteeField, fields_of_headers
from services.meetup_invitee_preview import InviteeVerdict, analyse_invitees
from services.organization_import import MAX_BYTES, MAX_FILENAME, MAX_ROWS, PAGE_SIZE
from services.tabular import read_table
from vocabulary.labels import N_

_STORED_AT_ONCE: Final = 1_000


def create_invitees(
    session: Session,
    day: MeetupDay,
    content: bytes,
    *,
    filename: str,
    author: User,
    now: datetime,
) -> MeetupInviteeBatch:
    """Read a file and compare it with the list of the day; nothing is applied.

    Columns that we do not know are left out before anything is stored.

    Raises:
        UnreadableFile: not a table, beyond a bound, or without a column for the bodies.
        RuleViolation: too large, or nothing under the header.
    """
    if len(content) > MAX_BYTES:
        raise RuleViolation(
            N_("Ce fichier dépasse %(count)s Mo : découpez-le."),
            field="file",
            count=MAX_BYTES // 1024 // 1024,
        )
    table = read_table(content, max_rows=MAX_ROWS)
    known = fields_of_headers(table.headers)
    if InviteeField.NAME not in known:
        raise UnreadableFile(
            N_("Aucune colonne ne donne la structure : écrivez « structure » en tête de la sienne.")
        )
    if not table.lines:
        raise RuleViolation(N_("Ce fichier n’a aucune ligne sous ses titres."))
    kept = sorted(known.values())
    name = clean_line(filename.replace("\\", "/").rpartition("/")[2], MAX_FILENAME)
    batch = MeetupInviteeBatch(
        day_id=day.id,
        filename=name,
        headers=[table.headers[at] for at in kept],
        ignored=[header for at, header in enumerate(table.headers) if at not in kept],
        created_at=now,
        created_by_id=author.id,
    )
    session.add(batch)
    session.flush()
    rows = [
        {
            "batch_id": batch.id,
            "number": line.number,
            "cells": [line.cells[at] for at in kept],
            "verdict": "",
            "notes": {},
            "before": {},
        }
        for line in table.lines
    ]
    for start in range(0, len(rows), _STORED_AT_ONCE):
        session.execute(insert(MeetupInviteeLine), rows[start : start + _STORED_AT_ONCE])
    analyse_invitees(session, day, batch)
    return batch


def discard_invitees(session: Session, batch: MeetupInviteeBatch) -> None:
    """Forget a file that was not applied.

    Raises:
        RuleViolation: it was; undo it instead.
    """
    if batch.applied_at is not None:
        raise RuleViolation(N_("Ce fichier est appliqué : annulez-le plutôt."))
    session.delete(batch)
    session.flush()


def batches_of(day: MeetupDay) -> Select[MeetupInviteeBatch]:
    """Select the files of a day, the last one first."""
    return (
        select(MeetupInviteeBatch)
        .where(MeetupInviteeBatch.day_id == day.id)
        .order_by(MeetupInviteeBatch.id.desc())
        .limit(30)
    )


def verdict_counts(session: Session, batch: MeetupInviteeBatch) -> dict[InviteeVerdict, int]:
    """Return how many lines have each verdict."""
    rows = session.execute(
        select(MeetupInviteeLine.verdict, func.count())
        .where(MeetupInviteeLine.batch_id == batch.id)
        .group_by(MeetupInviteeLine.verdict)
    )
    found = {row[0]: row[1] for row in rows}
    return {verdict: found.get(verdict.value, 0) for verdict in InviteeVerdict}


def lines_with(
    session: Session, batch: MeetupInviteeBatch, verdict: InviteeVerdict, *, page: int
) -> Sequence[MeetupInviteeLine]:
    """Return one page of the lines with a verdict, in the order of the file."""
    return session.scalars(
        select(MeetupInviteeLine)
        .where(MeetupInviteeLine.batch_id == batch.id, MeetupInviteeLine.verdict == verdict.value)
        .order_by(MeetupInviteeLine.number)
        .offset((page - 1) * PAGE_SIZE)
        .limit(PAGE_SIZE)
    ).all()
