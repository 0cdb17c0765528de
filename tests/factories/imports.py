"""Files of organisations: uploaded, applied, and what their lines became."""

from datetime import UTC, date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.account import User
from models.import_batch import ImportBatch, ImportRow
from models.organization import Organization
from services.import_apply import Applied, apply_batch
from services.organization_import import create_batch

NOW = datetime(2026, 11, 22, 15, tzinfo=UTC)
TODAY = date(2026, 11, 22)
HEADER = "Nom;Type;SIREN;Ville;Site web;Thèmes;Zone d'intervention"


def upload(session: Session, *lines: str, header: str = HEADER) -> ImportBatch:
    content = "\r\n".join([header, *lines]).encode("utf-8-sig")
    return create_batch(
        session,
        content,
        filename="../../annuaire.csv",
        source="Annuaire régional 2026",
        author=None,
        today=TODAY,
        now=NOW,
    )


def apply(session: Session, batch: ImportBatch, staff: User, *, publish: bool = False) -> Applied:
    return apply_batch(session, batch, publish=publish, actor=staff, today=TODAY, now=NOW)


def verdicts(batch: ImportBatch) -> list[str]:
    return [row.verdict for row in batch.rows]


def messages(row: ImportRow) -> list[str]:
    return [problem["message"] % problem["params"] for problem in row.notes["problems"]]


def entry_named(session: Session, name: str) -> Organization:
    return session.scalars(select(Organization).where(Organization.name == name)).one()


def count_organizations(session: Session) -> int:
    return session.scalar(select(func.count(Organization.id))) or 0
