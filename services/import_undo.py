"""Undoes a batch: created entries go, changed ones come back, unless somebody edited them since."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, exists, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from models.account import User
from models.federation import FederationMember
from models.import_batch import ImportBatch, ImportRow
from models.membership import Membership
from models.need import Need
from models.offer import Offer
from models.organization import Organization
from models.partnership import PartnershipMember
from models.revision import Revision
from models.territory import RenewalProject
from services.audit import record_action
from services.bulk_indexing import request_indexing_of, withdraw_all
from services.contents import OrganizationContent
from services.drafts import flush_or_conflict
from services.entry_contents import write_organization
from services.errors import RuleViolation
from services.import_preview import Verdict
from services.organization_import import record_batch
from services.publishing import documents_of_entry
from vocabulary.kinds import PublicationState, SubjectKind
from vocabulary.labels import N_

KEPT = "kept"
WRITING = (Verdict.NEW.value, Verdict.CHANGED.value, Verdict.DUPLICATE.value)
USED_BY: tuple[InstrumentedAttribute[int] | InstrumentedAttribute[int | None], ...] = (
    Membership.organization_id,
    Offer.organization_id,
    FederationMember.federator_id,
    FederationMember.member_id,
    PartnershipMember.organization_id,
    Need.carrier_id,
    RenewalProject.carrier_id,
)


@dataclass(frozen=True, slots=True)
class Undone:
    """What undoing did; ``kept`` are the rows whose entry was edited since and stays."""

    removed: int
    restored: int
    kept: tuple[ImportRow, ...]


def undo_batch(
    session: Session, batch: ImportBatch, *, actor: User | None, now: datetime
) -> Undone:
    """Take back what the batch wrote; a row that stays says so in its notes.

    Raises:
        RuleViolation: the batch was not applied, or is undone already.
    """
    if batch.applied_at is None:
        raise RuleViolation(N_("Cet import n’est pas appliqué."))
    if batch.undone_at is not None:
        raise RuleViolation(N_("Cet import est déjà annulé."))
    undoing = _Undoing(session, batch, actor=actor, now=now)
    for row in batch.rows:
        undoing.take_back(row)
    undone = undoing.finish()
    batch.undone_at = now
    counts = {
        "removed": undone.removed,
        "restored": undone.restored,
        "kept": [row.line for row in undone.kept],
    }
    record_batch(session, "import.undone", batch, actor=actor, now=now, details=counts)
    return undone


class _Undoing:
    """Takes back the rows of one batch, and remembers what must leave or re-enter the index."""

    def __init__(
        self, session: Session, batch: ImportBatch, *, actor: User | None, now: datetime
    ) -> None:
        self._session = session
        self._batch = batch
        self._actor = actor
        self._now = now
        self._removed: list[int] = []
        self._restored = 0
        self._kept: list[ImportRow] = []
        self._shown: dict[SubjectKind, list[int]] = {}
        self._entries = _entries_by_row(session, batch)

    def take_back(self, row: ImportRow) -> None:
        """Undo one row, or keep it when its entry was edited since."""
        entry = self._entries.get(row.id)
        if entry is None:
            return
        proposal = self._proposal(entry)
        if self._was_edited(row, entry, proposal):
            row.notes = {**row.notes, KEPT: True}
            self._kept.append(row)
            return
        self._record(row, entry)
        if proposal is not None:
            self._session.delete(proposal)
        if entry.created_at == self._batch.applied_at:
            self._remove(row, entry)
        elif row.before:
            self._restore(row, entry)
        else:
            self._restored += 1  # the proposal was all there was

    def finish(self) -> Undone:
        """Write what is pending, remove the entries and bring the index in line."""
        flush_or_conflict(self._session)
        if self._removed:
            gone = Organization.id.in_(self._removed)
            self._session.execute(
                delete(Revision).where(Revision.organization_id.in_(self._removed))
            )
            self._session.execute(delete(Organization).where(gone))
            if self._batch.is_published:
                withdraw_all(self._session, SubjectKind.ORGANIZATION, self._removed, now=self._now)
        for kind, keys in self._shown.items():
            request_indexing_of(self._session, kind, keys, now=self._now)
        return Undone(len(self._removed), self._restored, tuple(self._kept))

    def _proposal(self, entry: Organization) -> Revision | None:
        """Return the proposal that the batch made and nobody has touched."""
        return self._session.scalar(
            select(Revision).where(
                Revision.subject_kind == SubjectKind.ORGANIZATION,
                Revision.subject_id == entry.id,
                Revision.state == PublicationState.SUBMITTED,
                Revision.updated_at == self._batch.applied_at,
            )
        )

    def _was_edited(self, row: ImportRow, entry: Organization, proposal: Revision | None) -> bool:
        if not self._batch.is_published:
            untouched = proposal is not None
        else:
            untouched = entry.updated_at == self._batch.applied_at
        if entry.created_at == self._batch.applied_at:
            return not untouched or entry.is_claimed or self._is_used(entry.id)
        return not untouched or (bool(row.before) and entry.is_claimed)

    def _is_used(self, key: int) -> bool:
        uses: Iterable[InstrumentedAttribute[int] | InstrumentedAttribute[int | None]] = USED_BY
        return bool(
            self._session.scalar(select(or_(*(exists().where(column == key) for column in uses))))
        )

    def _remove(self, row: ImportRow, entry: Organization) -> None:
        row.organization_id = None
        self._removed.append(entry.id)

    def _restore(self, row: ImportRow, entry: Organization) -> None:
        content = OrganizationContent.from_dict(row.before["content"])
        write_organization(self._session, entry, content, now=self._now)
        entry.source = row.before["source"]
        checked_on = row.before["source_checked_on"]
        entry.source_checked_on = date.fromisoformat(checked_on) if checked_on else None
        entry.updated_at = datetime.fromisoformat(row.before["updated_at"])
        entry.version += 1
        self._restored += 1
        for kind, key in documents_of_entry(self._session, entry):
            self._shown.setdefault(kind, []).append(key)

    def _record(self, row: ImportRow, entry: Organization) -> None:
        record_action(
            self._session,
            "entry.import_undone",
            actor=self._actor,
            kind=SubjectKind.ORGANIZATION,
            subject_id=entry.id,
            label=entry.name,
            now=self._now,
            details={"batch": self._batch.id, "line": row.line},
        )


def _entries_by_row(session: Session, batch: ImportBatch) -> dict[int, Organization]:
    """Return the entry of each row that wrote one, in one query."""
    written = select(ImportRow.id, Organization).join(
        Organization, Organization.id == ImportRow.organization_id
    )
    found = session.execute(
        written.where(ImportRow.batch_id == batch.id, ImportRow.verdict.in_(WRITING))
    )
    return {row.id: row.Organization for row in found}
