"""Applies a batch whole: created entries are unclaimed, and wait for moderation unless published.

What undoing needs is kept on each row (``before``): the content it replaced, or the proposal it
made. An entry counts as edited since when its ``updated_at`` is no longer that of the batch.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.account import User
from models.import_batch import ImportBatch, ImportRow
from models.organization import Organization
from models.revision import Revision
from services.audit import record_action
from services.bulk_indexing import request_indexing_of
from services.contents import OrganizationContent
from services.drafts import flush_or_conflict, label_of_content
from services.entry_contents import organization_content, write_organization
from services.errors import Conflict
from services.import_preview import Decision, Plan, Verdict, analyse_batch
from services.organization_import import record_batch, refuse_applied
from services.publishing import documents_of_entry
from services.text_keys import name_key, unique_slug
from vocabulary.kinds import PublicationState, SubjectKind
from vocabulary.labels import N_


@dataclass(frozen=True, slots=True)
class Applied:
    """How many entries a batch created and changed, or proposed to change."""

    created: int
    changed: int


def apply_batch(
    session: Session,
    batch: ImportBatch,
    *,
    publish: bool,
    actor: User | None,
    today: date,
    now: datetime,
) -> Applied:
    """Write every new and changed entry of the batch, in the running transaction.

    Without ``publish`` they become proposals in the moderation queue, which somebody else than
    ``actor`` decides on; with it, they are public at once and the log says who chose so.

    Raises:
        RuleViolation: the batch was applied already.
        Conflict: the directory changed since the preview; nothing was written.
    """
    refuse_applied(batch)
    shown = {row.id: (row.verdict, row.notes, row.organization_id) for row in batch.rows}
    plans = analyse_batch(session, batch, today=today)
    if any(shown[row.id] != (row.verdict, row.notes, row.organization_id) for row in batch.rows):
        raise Conflict(N_("L’annuaire a changé depuis la prévisualisation : relisez-la."))
    batch.applied_at, batch.is_published = now, publish
    writer = _Writer(session, batch, actor=actor, today=today, now=now)
    created = [row for row in batch.rows if creates(plans[row.id])]
    changed = [row for row in batch.rows if changes(plans[row.id])]
    writer.create([(row, _content(plans[row.id])) for row in created])
    for row in changed:
        writer.change(row, plans[row.id])
    writer.finish()
    counts = {"created": len(created), "changed": len(changed), "published": publish}
    record_batch(session, "import.applied", batch, actor=actor, now=now, details=counts)
    return Applied(len(created), len(changed))


def creates(plan: Plan) -> bool:
    """Tell whether applying the plan makes an entry."""
    decided = plan.notes.get("decision") == Decision.CREATE.value
    return plan.verdict is Verdict.NEW or (plan.verdict is Verdict.DUPLICATE and decided)


def changes(plan: Plan) -> bool:
    """Tell whether applying the plan changes an entry."""
    return (
        plan.verdict in {Verdict.CHANGED, Verdict.DUPLICATE}
        and plan.entry is not None
        and plan.content is not None
    )


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _content(plan: Plan) -> OrganizationContent:
    if plan.content is None:
        message = "a plan that writes has a content"
        raise ValueError(message)
    return plan.content


class _Writer:
    """Writes the rows of one batch; ``batch.is_published`` tells where they go."""

    def __init__(
        self,
        session: Session,
        batch: ImportBatch,
        *,
        actor: User | None,
        today: date,
        now: datetime,
    ) -> None:
        self._session = session
        self._batch = batch
        self._actor = actor
        self._today = today
        self._now = now
        self._documents: dict[SubjectKind, list[int]] = {}
        self._slugs = set(session.scalars(select(Organization.slug)))

    def create(self, lines: list[tuple[ImportRow, OrganizationContent]]) -> None:
        """Create unclaimed entries, and their proposals unless they are published."""
        entries = [(row, content, self._entry(content)) for row, content in lines]
        self._session.add_all(entry for _row, _content, entry in entries)
        flush_or_conflict(self._session)
        for row, content, entry in entries:
            row.organization_id = entry.id
            if self._batch.is_published:
                self._index(entry)
            else:
                self._propose(entry, content)
            self._record("entry.imported", row, entry)
        flush_or_conflict(self._session)

    def change(self, row: ImportRow, plan: Plan) -> None:
        """Change a published entry, or propose the change."""
        entry, content = plan.entry, _content(plan)
        if entry is None:
            return
        row.organization_id = entry.id
        if self._batch.is_published:
            row.before = {
                "content": organization_content(entry).to_dict(),
                "source": entry.source,
                "source_checked_on": _iso(entry.source_checked_on),
                "updated_at": entry.updated_at.isoformat(),
            }
            write_organization(self._session, entry, content, now=self._now)
            entry.source, entry.source_checked_on = self._batch.source, self._today
            entry.version += 1
            self._index(entry)
        else:
            self._propose(entry, content)
        self._record("entry.imported", row, entry)

    def finish(self) -> None:
        """Write what is pending and ask for what is public to be indexed."""
        flush_or_conflict(self._session)
        for kind, keys in self._documents.items():
            request_indexing_of(self._session, kind, keys, now=self._now)

    def _entry(self, content: OrganizationContent) -> Organization:
        published = self._batch.is_published
        slug = unique_slug(content.name, self._slugs.__contains__)
        self._slugs.add(slug)
        entry = Organization(
            slug=slug,
            kind=content.kind,
            name=content.name,
            name_key=name_key(content.name),
            state=PublicationState.PUBLISHED if published else PublicationState.SUBMITTED,
            is_claimed=False,
            source=self._batch.source,
            source_checked_on=self._today,
            created_at=self._now,
            published_at=self._now if published else None,
            version=1 if published else 0,
        )
        write_organization(self._session, entry, content, now=self._now)
        return entry

    def _propose(self, entry: Organization, content: OrganizationContent) -> None:
        self._session.add(
            Revision(
                subject_kind=SubjectKind.ORGANIZATION,
                subject_id=entry.id,
                organization_id=entry.id,
                label=label_of_content(content),
                state=PublicationState.SUBMITTED,
                content=content.to_dict(),
                base_version=entry.version,
                author_id=self._actor.id if self._actor else None,
                created_at=self._now,
                updated_at=self._now,
                submitted_at=self._now,
            )
        )

    def _index(self, entry: Organization) -> None:
        for kind, key in documents_of_entry(self._session, entry):
            self._documents.setdefault(kind, []).append(key)

    def _record(self, action: str, row: ImportRow, entry: Organization) -> None:
        details: dict[str, Any] = {
            "batch": self._batch.id,
            "line": row.line,
            "published": self._batch.is_published,
        }
        record_action(
            self._session,
            action,
            actor=self._actor,
            kind=SubjectKind.ORGANIZATION,
            subject_id=entry.id,
            label=entry.name,
            now=self._now,
            details=details,
        )
