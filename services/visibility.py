"""Hiding a public entry and bringing it back; deleting one that was never public."""

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from models.account import User
from models.organization import Organization
from models.revision import Revision
from services.drafts import Entry, flush_or_conflict, kind_of, open_revision, organization_id_of
from services.entry_notices import EntryEvent
from services.errors import Conflict, RuleViolation
from services.indexing import withdraw_from_search
from services.moderation_reasons import MAX_COMMENT, stated_reasons
from services.permissions import can_moderate
from services.publishing import (
    OWN_ENTRY,
    announce,
    documents_of_entry,
    lock_entry,
    record,
    reopen_revision,
    request_entry_indexing,
)
from vocabulary.kinds import PublicationState
from vocabulary.labels import N_

HIDDEN_STATES = frozenset({PublicationState.SUSPENDED, PublicationState.ARCHIVED})


def hide_entry(
    session: Session,
    entry: Entry,
    *,
    state: PublicationState,
    moderator: User,
    reasons: Iterable[str],
    comment: str,
    now: datetime,
) -> None:
    """Suspend or archive a public entry: it leaves pages and answers at once.

    Raises:
        Conflict: it is no longer public.
        RuleViolation: no reason is given, or it is the moderator's own entry.
    """
    if state not in HIDDEN_STATES:
        raise ValueError(state)
    _require_moderator(session, entry, moderator)
    lock_entry(session, entry)
    if entry.state is not PublicationState.PUBLISHED:
        raise Conflict(N_("Cette fiche n’est plus publiée : une autre personne l’a déjà retirée."))
    chosen = [reason.value for reason in stated_reasons(reasons, comment)]
    _hide(session, entry, state, now=now)
    details = {"reasons": chosen, "comment": comment[:MAX_COMMENT]}
    suspended = state is PublicationState.SUSPENDED
    action = "entry.suspended" if suspended else "entry.archived"
    line = record(session, action, entry, actor=moderator, now=now, details=details)
    event = EntryEvent.SUSPENDED if suspended else EntryEvent.ARCHIVED
    announce(session, event, entry, line=line, now=now)


def withdraw_entry(session: Session, entry: Entry, *, author: User, now: datetime) -> bool:
    """Take a public entry back from the public, by its own people; ``False`` if it was not public.

    What waits for a moderator becomes a draft again, so that nobody republishes it by mistake.
    """
    lock_entry(session, entry)
    if entry.state is not PublicationState.PUBLISHED:
        return False
    _hide(session, entry, PublicationState.ARCHIVED, now=now)
    revision = open_revision(session, entry)
    if revision is not None and revision.state is PublicationState.SUBMITTED:
        reopen_revision(session, entry, revision)
    line = record(session, "entry.withdrawn", entry, actor=author, now=now)
    announce(session, EntryEvent.WITHDRAWN, entry, line=line, author=author.id, now=now)
    return True


def restore_entry(session: Session, entry: Entry, *, moderator: User, now: datetime) -> None:
    """Make a hidden entry public again as it was.

    Raises:
        Conflict: it is not hidden any more.
        RuleViolation: it is the moderator's own entry.
    """
    _require_moderator(session, entry, moderator)
    lock_entry(session, entry)
    if entry.state not in HIDDEN_STATES or not entry.version:
        raise Conflict(N_("Cette fiche n’est pas retirée : une autre personne l’a déjà rétablie."))
    entry.state = PublicationState.PUBLISHED
    entry.updated_at = now
    request_entry_indexing(session, entry, now=now)
    line = record(session, "entry.restored", entry, actor=moderator, now=now)
    announce(session, EntryEvent.RESTORED, entry, line=line, now=now)


def delete_unpublished(session: Session, entry: Entry, *, author: User, now: datetime) -> None:
    """Delete an entry that was never public, with its drafts.

    Raises:
        RuleViolation: it was published once; it can be withdrawn, not deleted.
    """
    if entry.version:
        raise RuleViolation(N_("Une fiche déjà publiée ne se supprime pas : retirez-la."))
    record(session, "entry.deleted", entry, actor=author, now=now)
    if isinstance(entry, Organization):
        for offer in list(entry.offers):
            _delete_revisions(session, offer)
    _delete_revisions(session, entry)
    session.delete(entry)
    flush_or_conflict(session)


def _delete_revisions(session: Session, entry: Entry) -> None:
    session.execute(
        delete(Revision).where(
            Revision.subject_kind == kind_of(entry), Revision.subject_id == entry.id
        )
    )


def confirm_entry(
    session: Session, entry: Organization, *, author: User, today: date, now: datetime
) -> None:
    """Record that the owner read the entry again and found it right."""
    if entry.confirmed_on == today:
        return
    entry.confirmed_on = today
    entry.reminders, entry.reminded_on = 0, None
    record(session, "entry.confirmed", entry, actor=author, now=now)


def _require_moderator(session: Session, entry: Entry, moderator: User) -> None:
    if not can_moderate(session, moderator, organization_id_of(entry)):
        raise RuleViolation(OWN_ENTRY)


def _hide(session: Session, entry: Entry, state: PublicationState, *, now: datetime) -> None:
    entry.state = state
    entry.updated_at = now
    for kind, key in documents_of_entry(session, entry):
        withdraw_from_search(session, kind, key, now=now)
