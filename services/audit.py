"""The audit log: who did what to which entry."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from models.account import User
from models.audit import AuditEntry
from vocabulary.kinds import SubjectKind

SYSTEM_NAME = "application"


def record_action(
    session: Session,
    action: str,
    *,
    actor: User | None,
    kind: SubjectKind,
    subject_id: int,
    label: str,
    now: datetime,
    details: Mapping[str, Any] | None = None,
) -> AuditEntry:
    """Add one line to the log, in the transaction of what it records."""
    entry = AuditEntry(
        at=now,
        actor_id=actor.id if actor else None,
        actor_name=actor.public_name if actor else SYSTEM_NAME,
        action=action,
        subject_kind=kind,
        subject_id=subject_id,
        subject_label=label[:200],
        details=dict(details or {}),
    )
    session.add(entry)
    return entry
