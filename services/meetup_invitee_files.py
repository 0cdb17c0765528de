"""Files and pasted lists of invitees: read, bounded, kept as long as they can be undone."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Select, func, insert, select
from sqlalchemy.orm import Session

from models.account import User
from models.meetup import MeetupDay
from models.meetup_invitee import MeetupInviteeBatch, MeetupInviteeLine
from services.contents import clean_line
from services.errors import RuleViolation
from services.meetup_import_models import is_example
from services.meetup_invitee_columns import choose_columns, guess_columns, kept_positions
from services.meetup_invitee_plans import InviteePlan, InviteeVerdict
from services.meetup_invitee_preview import FULL, NO_THEME, analyse_invitees, judge_invitees
from services.organization_import import MAX_BYTES, MAX_FILENAME, MAX_ROWS, PAGE_SIZE
from services.tabular import Table, read_table
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

    Columns that nothing reads are kept until the file is applied: staff may say what they hold.
    The line that the model gives as an example is left out.

    Raises:
        UnreadableFile: not a table, or beyond a bound.
        RuleViolation: too large, or nothing under the header.
    """
    if len(content) > MAX_BYTES:
        raise RuleViolation(
            N_("Ce fichier dépasse %(count)s Mo : découpez-le."),
            field="file",
            count=MAX_BYTES // 1024 // 1024,
        )
    table = _without_example(read_table(content, max_rows=MAX_ROWS))
    kept = kept_positions(table)
    headers = [table.headers[at] for at in kept]
    name = clean_line(filename.replace("\\", "/").rpartition("/")[2], MAX_FILENAME)
    batch = MeetupInviteeBatch(
        day_id=day.id,
        filename=name,
        headers=headers,
        mapping=guess_columns(headers),
        ignored=[header for at, header in enumerate(table.headers) if at not in kept],
        created_at=now,
        created_by_id=author.id,
    )
    session.add(batch)
    session.flush()
    rows = [(line.number, [line.cells[at] for at in kept]) for line in table.lines]
    plans = judge_invitees(session, day, rows, headers, batch.mapping)
    _store(session, batch, rows, plans)
    return batch


def choose_invitee_columns(
    session: Session, day: MeetupDay, batch: MeetupInviteeBatch, choices: Mapping[str, str]
) -> None:
    """Say which column holds what, and compare again.

    Raises:
        RuleViolation: the file is applied, a column serves twice, or none gives the bodies.
    """
    if batch.applied_at is not None:
        raise RuleViolation(N_("Ce fichier est déjà appliqué."))
    batch.mapping = choose_columns(choices, batch.headers)
    analyse_invitees(session, day, batch)


def _without_example(table: Table) -> Table:
    lines = tuple(line for line in table.lines if not is_example(line.cells))
    if not table.lines:
        raise RuleViolation(N_("Ce fichier n’a aucune ligne sous ses titres."))
    if not lines:
        raise RuleViolation(
            N_("Ce fichier n’a que la ligne d’exemple du modèle : écrivez les vôtres dessous.")
        )
    return Table(table.headers, lines)


def _store(
    session: Session,
    batch: MeetupInviteeBatch,
    rows: Sequence[tuple[int, list[str]]],
    plans: Sequence[InviteePlan],
) -> None:
    lines = [
        {
            "batch_id": batch.id,
            "number": row[0],
            "cells": row[1],
            "verdict": plan.verdict.value,
            "notes": plan.notes,
            "before": {},
        }
        for row, plan in zip(rows, plans, strict=True)
    ]
    for start in range(0, len(lines), _STORED_AT_ONCE):
        session.execute(insert(MeetupInviteeLine), lines[start : start + _STORED_AT_ONCE])


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


def lines_not_fitting(session: Session, batch: MeetupInviteeBatch) -> dict[str, list[int]]:
    """Return the numbers of the lines that a setting of the day refuses, by the setting."""
    reason = MeetupInviteeLine.notes[FULL].as_string()
    rows = session.execute(
        select(reason, MeetupInviteeLine.number)
        .where(
            MeetupInviteeLine.batch_id == batch.id,
            MeetupInviteeLine.verdict == InviteeVerdict.REFUSED.value,
            reason.is_not(None),
        )
        .order_by(MeetupInviteeLine.number)
    )
    found: dict[str, list[int]] = {}
    for setting, number in rows:
        found.setdefault(setting, []).append(number)
    return found


def count_without_themes(session: Session, batch: MeetupInviteeBatch) -> int:
    """Return how many bodies of the file have no theme: neither in it, nor known before."""
    return (
        session.scalar(
            select(func.count())
            .select_from(MeetupInviteeLine)
            .where(
                MeetupInviteeLine.batch_id == batch.id,
                MeetupInviteeLine.notes[NO_THEME].as_boolean().is_(True),
            )
        )
        or 0
    )
