"""From draft to public and back: submitting, deciding, hiding and restoring an entry."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.account import User
from models.audit import AuditEntry
from models.need import Need
from models.offer import Offer
from models.organization import Organization
from models.revision import Revision
from services.audit import record_action
from services.content_checks import Problem, problems_of
from services.contents import Content, NeedContent, OfferContent, OrganizationContent
from services.drafts import (
    Entry,
    flush_or_conflict,
    kind_of,
    label_of_entry,
    open_revision,
    organization_id_of,
    public_content,
    published_content,
    start_revision,
)
from services.entry_contents import revision_content, write_need, write_offer, write_organization
from services.entry_notices import EntryEvent, tell_people
from services.errors import Conflict, NotFound, RuleViolation
from services.indexing import request_indexing
from services.logos import request_logo_sweep
from services.moderation_reasons import MAX_COMMENT, stated_reasons
from services.need_publication import publish_elsewhere, record_publication, reopen_if_later
from services.permissions import can_moderate
from services.reference_requests import close_outdated
from services.references import reopen_corrected
from vocabulary.kinds import PublicationState, SubjectKind
from vocabulary.labels import N_

OWN_ENTRY = N_("Personne ne décide de sa propre fiche : une autre personne de l’équipe le fera.")


class IncompleteEntry(RuleViolation):
    """The content lacks something that a reader needs; ``problems`` say what."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(N_("Il manque encore des informations pour soumettre cette fiche."))
        self.problems = problems


class AlreadyDecided(Conflict):
    """Another moderator decided first; ``revision`` says who and what."""

    def __init__(self, revision: Revision) -> None:
        super().__init__(N_("Une décision a déjà été prise sur cette version."))
        self.revision = revision


def submit_entry(
    session: Session, entry: Entry, *, author: User, today: date, now: datetime
) -> bool:
    """Hand the draft to the moderators; return ``False`` when it was handed already.

    An archived or suspended entry may be submitted as it is, to come back.

    Raises:
        IncompleteEntry: something a reader needs is missing.
        RuleViolation: nothing differs from what is public.
    """
    revision = open_revision(session, entry)
    if revision is not None and revision.state is PublicationState.SUBMITTED:
        return False
    content = revision_content(revision) if revision else public_content(entry)
    if content == published_content(entry) and entry.state is PublicationState.PUBLISHED:
        raise RuleViolation(N_("Rien n’a changé depuis la dernière publication."))
    if problems := problems_of(content, today=today):
        raise IncompleteEntry(problems)
    if revision is None:
        revision = start_revision(session, entry, content, author=author, now=now)
    revision.state = PublicationState.SUBMITTED
    revision.submitted_at = revision.updated_at = now
    revision.author_id = author.id
    # The author read what it changes of the version that is public now.
    revision.base_version = entry.version
    if not entry.version:
        entry.state = PublicationState.SUBMITTED
    flush_or_conflict(session)
    line = record(session, "entry.submitted", entry, actor=author, now=now)
    announce(session, EntryEvent.SUBMITTED, entry, line=line, author=author.id, now=now)
    return True


def take_back(session: Session, entry: Entry, *, author: User, now: datetime) -> None:
    """Return what waits for a moderator to its author, who wants to change it."""
    revision = open_revision(session, entry)
    if revision is None or revision.state is not PublicationState.SUBMITTED:
        return
    reopen_revision(session, entry, revision)
    record(session, "entry.taken_back", entry, actor=author, now=now)


def reopen_revision(session: Session, entry: Entry, revision: Revision) -> None:
    """Turn what waits for a moderator into a draft again."""
    revision.state = PublicationState.DRAFT
    revision.submitted_at = None
    if not entry.version:
        entry.state = PublicationState.DRAFT
    flush_or_conflict(session)


def publish_revision(
    session: Session, revision: Revision, *, moderator: User, lock: int, today: date, now: datetime
) -> Entry:
    """Make the proposed content public.

    Raises:
        AlreadyDecided: another moderator was first.
        Conflict: the proposal, or the entry, changed since the page was shown.
        RuleViolation: it is the moderator's own entry.
    """
    entry = _decidable(session, revision, moderator=moderator, lock=lock)
    if revision.base_version != entry.version:
        raise Conflict(N_("La fiche publiée a changé depuis que cette version a été écrite."))
    former_logo = entry.logo if isinstance(entry, Organization) else ""
    _write(session, entry, revision_content(revision), today=today, now=now)
    entry.state = PublicationState.PUBLISHED
    entry.version += 1
    entry.published_at = entry.published_at or now
    _close(session, revision, PublicationState.PUBLISHED, moderator, now)
    request_entry_indexing(session, entry, now=now)
    if isinstance(entry, Need):
        _publish_need(session, entry, revision, moderator=moderator, today=today, now=now)
    if former_logo and isinstance(entry, Organization) and former_logo != entry.logo:
        request_logo_sweep(session, former_logo, now=now)
    details = {"version": entry.version, "revision": revision.id}
    line = record(session, "entry.published", entry, actor=moderator, now=now, details=details)
    author = revision.author_id
    announce(session, EntryEvent.PUBLISHED, entry, line=line, author=author, now=now)
    return entry


def _publish_need(
    session: Session,
    need: Need,
    revision: Revision,
    *,
    moderator: User,
    today: date,
    now: datetime,
) -> None:
    """Write the register, and publish the same need on the other quarters of its content."""
    reopen_if_later(session, need, today=today, now=now)
    record_publication(session, need, now=now)
    content = revision_content(revision)
    if not isinstance(content, NeedContent):
        return
    for sibling in publish_elsewhere(session, need, content, now=now):
        request_entry_indexing(session, sibling, now=now)
        details = {"version": sibling.version, "revision": revision.id}
        record(session, "entry.published", sibling, actor=moderator, now=now, details=details)


def request_changes(
    session: Session,
    revision: Revision,
    *,
    moderator: User,
    lock: int,
    reasons: Iterable[str],
    comment: str,
    now: datetime,
) -> Entry:
    """Return the proposal to its author with reasons; what is public stays public.

    Raises:
        AlreadyDecided: another moderator was first.
        Conflict: the proposal changed since the page was shown.
        RuleViolation: no reason is given, or it is the moderator's own entry.
    """
    entry = _decidable(session, revision, moderator=moderator, lock=lock)
    chosen = stated_reasons(reasons, comment)
    revision.reasons = [reason.value for reason in chosen]
    revision.comment = comment[:MAX_COMMENT]
    if not entry.version:
        entry.state = PublicationState.CHANGES_REQUESTED
    _close(session, revision, PublicationState.CHANGES_REQUESTED, moderator, now)
    details = {"reasons": revision.reasons, "comment": revision.comment}
    action = "entry.changes_requested"
    line = record(session, action, entry, actor=moderator, now=now, details=details)
    author = revision.author_id
    announce(session, EntryEvent.CHANGES_REQUESTED, entry, line=line, author=author, now=now)
    return entry


def entry_of(session: Session, revision: Revision) -> Entry:
    """Return the entry that the revision is about.

    Raises:
        NotFound: it was deleted meanwhile.
    """
    entry = _find(session, revision.subject_kind, revision.subject_id)
    if entry is None:
        raise NotFound(N_("Cette fiche n’existe plus."))
    return entry


def _find(session: Session, kind: SubjectKind, key: int) -> Entry | None:
    if kind is SubjectKind.NEED:
        return session.get(Need, key)
    if kind is SubjectKind.OFFER:
        return session.get(Offer, key)
    return session.get(Organization, key)


def can_decide(session: Session, revision: Revision, moderator: User) -> bool:
    """Tell whether ``moderator`` may decide: staff, neither of the entry nor its author."""
    if revision.author_id == moderator.id:
        return False
    return can_moderate(session, moderator, revision.organization_id)


def record(
    session: Session,
    action: str,
    entry: Entry,
    *,
    actor: User | None,
    now: datetime,
    details: Mapping[str, object] | None = None,
) -> AuditEntry:
    """Write one line about ``entry`` to the audit log."""
    return record_action(
        session,
        action,
        actor=actor,
        kind=kind_of(entry),
        subject_id=entry.id,
        label=label_of_entry(entry),
        now=now,
        details=details,
    )


def announce(
    session: Session,
    event: EntryEvent,
    entry: Entry,
    *,
    line: AuditEntry,
    now: datetime,
    author: int | None = None,
) -> None:
    """Tell the people of the entry what the line of the log records."""
    session.flush()
    tell_people(
        session,
        event,
        organization_id=organization_id_of(entry),
        kind=kind_of(entry),
        subject_id=entry.id,
        author_id=author,
        audit_id=line.id,
        now=now,
    )


def _decidable(session: Session, revision: Revision, *, moderator: User, lock: int) -> Entry:
    if not can_decide(session, revision, moderator):
        raise RuleViolation(OWN_ENTRY)
    if revision.state is not PublicationState.SUBMITTED:
        raise AlreadyDecided(revision)
    if revision.lock != lock:
        raise Conflict(N_("La proposition a été modifiée depuis que vous l’avez ouverte."))
    entry = entry_of(session, revision)
    lock_entry(session, entry)
    return entry


def lock_entry(session: Session, entry: Entry) -> None:
    """Read the row again, locked where the database can: two decisions follow one another."""
    session.flush()
    session.refresh(entry, attribute_names=["state", "version"], with_for_update=True)


def _write(session: Session, entry: Entry, content: Content, *, today: date, now: datetime) -> None:
    if isinstance(entry, Offer) and isinstance(content, OfferContent):
        write_offer(session, entry, content, now=now)
        session.flush()
        close_outdated(session, entry, now=now)
        reopen_corrected(session, entry, now=now)
    elif isinstance(entry, Need) and isinstance(content, NeedContent):
        write_need(session, entry, content, now=now)
    elif isinstance(entry, Organization) and isinstance(content, OrganizationContent):
        write_organization(session, entry, content, now=now)
        entry.confirmed_on = today
        entry.reminders, entry.reminded_on = 0, None


def _close(
    session: Session, revision: Revision, state: PublicationState, moderator: User, now: datetime
) -> None:
    revision.state = state
    revision.decided_at = revision.updated_at = now
    revision.decided_by_id = moderator.id
    flush_or_conflict(session)


def request_entry_indexing(session: Session, entry: Entry, *, now: datetime) -> None:
    """Ask for every document that holds something of the entry to be written again."""
    for kind, key in documents_of_entry(session, entry):
        request_indexing(session, kind, key, now=now)


def documents_of_entry(session: Session, entry: Entry) -> list[tuple[SubjectKind, int]]:
    """Return the documents that hold something of the entry: an actor's offers carry its name."""
    own = (kind_of(entry), entry.id)
    if not isinstance(entry, Organization):
        return [own]
    offers = session.scalars(
        select(Offer.id).where(
            Offer.organization_id == entry.id, Offer.state == PublicationState.PUBLISHED
        )
    )
    return [own, *((SubjectKind.OFFER, key) for key in offers)]
