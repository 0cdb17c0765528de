"""Files of organisations that staff import: read, mapped, decided upon; nothing is applied here."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from models.account import User
from models.import_batch import ImportBatch, ImportRow
from services.audit import record_action
from services.contents import clean_line
from services.errors import NotFound, RuleViolation
from services.import_columns import (
    checked_mapping,
    drop_personal_columns,
    guess_mapping,
)
from services.import_preview import Decision, Verdict, analyse_batch, missing_columns
from services.tabular import Table, read_table
from vocabulary.kinds import SubjectKind
from vocabulary.labels import N_

MAX_BYTES: Final = 5 * 1024 * 1024
MAX_ROWS: Final = 5_000
MAX_FILENAME: Final = 200
MAX_SOURCE: Final = 300
PAGE_SIZE: Final = 100
_KEY: Final = re.compile(r"[0-9]{1,9}")


def create_batch(
    session: Session,
    content: bytes,
    *,
    filename: str,
    source: str,
    author: User | None,
    today: date,
    now: datetime,
) -> ImportBatch:
    """Read a file, guess its columns and compare it with the directory; nothing is applied.

    Columns with names or addresses of persons are left out before anything is stored.

    Raises:
        UnreadableFile: not a table, or beyond a bound.
        RuleViolation: too large, or nothing under the header.
    """
    if len(content) > MAX_BYTES:
        raise RuleViolation(
            N_("Ce fichier dépasse %(count)s Mo : découpez-le."), count=MAX_BYTES // 1024 // 1024
        )
    table = read_table(content, max_rows=MAX_ROWS)
    return store_table(
        session, table, filename=filename, source=source, author=author, today=today, now=now
    )


def store_table(
    session: Session,
    table: Table,
    *,
    filename: str,
    source: str,
    author: User | None,
    today: date,
    now: datetime,
) -> ImportBatch:
    """Keep a table as a batch, guess its columns and compare it with the directory.

    Raises:
        RuleViolation: nothing under the header.
    """
    kept = drop_personal_columns(table)
    if not kept.table.lines:
        raise RuleViolation(N_("Ce fichier n’a aucune ligne sous ses titres."))
    name = clean_line(filename.replace("\\", "/").rpartition("/")[2], MAX_FILENAME)
    batch = ImportBatch(
        filename=name or "fichier",
        source=clean_line(source, MAX_SOURCE) or name or "fichier",
        created_at=now,
        created_by_id=author.id if author else None,
        headers=list(kept.table.headers),
        dropped=list(kept.dropped),
        mapping=guess_mapping(kept.table.headers),
    )
    session.add(batch)
    session.flush()
    session.execute(
        insert(ImportRow),
        [
            {"batch_id": batch.id, "line": line.number, "cells": list(line.cells)}
            for line in kept.table.lines
        ],
    )
    details = {"lines": len(kept.table.lines)}
    record_batch(session, "import.uploaded", batch, actor=author, now=now, details=details)
    analyse_batch(session, batch, today=today)
    return batch


def set_mapping(
    session: Session, batch: ImportBatch, choices: Mapping[str, str], *, today: date
) -> None:
    """Say which column holds what, and compare again.

    Raises:
        RuleViolation: the batch is applied, a column serves twice, or the name has none.
    """
    refuse_applied(batch)
    mapping = checked_mapping(choices, batch.headers)
    if len(set(mapping.values())) < len(mapping):
        raise RuleViolation(N_("Une colonne ne peut servir qu’une fois."))
    if missing_columns(mapping):
        raise RuleViolation(N_("Choisissez la colonne qui donne le nom."))
    batch.mapping = mapping
    analyse_batch(session, batch, today=today)


def decide_duplicates(
    session: Session, batch: ImportBatch, choices: Mapping[int, str], *, today: date
) -> None:
    """Keep what staff chose for possible duplicates, by row: skip, create, or update an entry.

    ``update:12`` names the entry; a choice that no longer makes sense falls back to skipping.

    Raises:
        RuleViolation: the batch is applied.
    """
    refuse_applied(batch)
    for row in batch.rows:
        if row.id in choices and "duplicates" in row.notes:
            decision, _, target = choices[row.id].partition(":")
            known = decision in {choice.value for choice in Decision}
            row.notes = {
                **row.notes,
                "decision": decision if known else Decision.SKIP.value,
                "target": int(target) if _KEY.fullmatch(target) else None,
            }
    analyse_batch(session, batch, today=today)


def discard_batch(session: Session, batch: ImportBatch, *, actor: User, now: datetime) -> None:
    """Forget a file that was never applied.

    Raises:
        RuleViolation: it was applied; undo it instead.
    """
    refuse_applied(batch)
    record_batch(session, "import.discarded", batch, actor=actor, now=now)
    session.delete(batch)
    session.flush()


def batch_or_refuse(session: Session, batch_id: int) -> ImportBatch:
    """Return a batch.

    Raises:
        NotFound: there is none.
    """
    batch = session.get(ImportBatch, batch_id)
    if batch is None:
        raise NotFound(N_("Cet import n’existe pas."))
    return batch


def recent_batches(session: Session, limit: int = 50) -> list[ImportBatch]:
    """Return the last files, newest first."""
    return list(session.scalars(select(ImportBatch).order_by(ImportBatch.id.desc()).limit(limit)))


def rows_with(
    session: Session, batch: ImportBatch, verdict: Verdict, *, page: int = 1
) -> list[ImportRow]:
    """Return one page of the lines with a verdict, in the order of the file."""
    return list(
        session.scalars(
            select(ImportRow)
            .where(ImportRow.batch_id == batch.id, ImportRow.verdict == verdict.value)
            .order_by(ImportRow.line)
            .offset((page - 1) * PAGE_SIZE)
            .limit(PAGE_SIZE)
        )
    )


def verdict_counts(session: Session, batch: ImportBatch) -> dict[Verdict, int]:
    """Return how many lines have each verdict, every verdict named."""
    found = session.execute(
        select(ImportRow.verdict, func.count(ImportRow.id))
        .where(ImportRow.batch_id == batch.id)
        .group_by(ImportRow.verdict)
    )
    return {**dict.fromkeys(Verdict, 0), **{Verdict(verdict): count for verdict, count in found}}


def refuse_applied(batch: ImportBatch) -> None:
    """Refuse to change a batch that was applied.

    Raises:
        RuleViolation: it was.
    """
    if batch.applied_at is not None:
        raise RuleViolation(N_("Cet import est déjà appliqué."))


def record_batch(
    session: Session,
    action: str,
    batch: ImportBatch,
    *,
    actor: User | None,
    now: datetime,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Write one line about the batch to the audit log."""
    record_action(
        session,
        action,
        actor=actor,
        kind=SubjectKind.IMPORT,
        subject_id=batch.id,
        label=batch.filename,
        now=now,
        details=details,
    )
