"""Drafts of entries: opened from what is public, saved step by step, never over one another."""

from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from models.account import User
from models.need import Need
from models.offer import Offer
from models.organization import Organization
from models.revision import OPEN_STATES, Revision
from services.contents import Content, NeedContent, OfferContent, OrganizationContent
from services.entry_contents import (
    need_content,
    offer_content,
    organization_content,
    place_need,
    revision_content,
)
from services.errors import Conflict, RuleViolation
from services.text_keys import name_key
from vocabulary.kinds import PublicationState, SubjectKind
from vocabulary.labels import N_

Entry = Organization | Offer | Need
# No organisation has this number: nobody's entry, which staff alone decide about.
NOBODY: Final = 0

STALE_DRAFT = N_("Cette fiche a été enregistrée entre-temps, par vous ou par une autre personne.")
UNDER_REVIEW = N_(
    "Cette fiche est en cours de relecture : reprenez-la d’abord pour la modifier de nouveau."
)


def kind_of(entry: Entry) -> SubjectKind:
    """Return what the revisions of ``entry`` are about."""
    if isinstance(entry, Need):
        return SubjectKind.NEED
    return SubjectKind.OFFER if isinstance(entry, Offer) else SubjectKind.ORGANIZATION


def label_of_entry(entry: Entry) -> str:
    """Return the name or the title of the entry."""
    return entry.name if isinstance(entry, Organization) else entry.title


def organization_id_of(entry: Entry) -> int:
    """Return the organisation from which the rights on ``entry`` are read; ``NOBODY`` without."""
    if isinstance(entry, Need):
        return entry.carrier_id or NOBODY
    return entry.organization_id if isinstance(entry, Offer) else entry.id


def public_content(entry: Entry) -> Content:
    """Return what the columns of the entry hold."""
    if isinstance(entry, Need):
        return need_content(entry)
    return offer_content(entry) if isinstance(entry, Offer) else organization_content(entry)


def published_content(entry: Entry) -> Content | None:
    """Return the content last published, ``None`` before the first time."""
    return public_content(entry) if entry.version else None


def open_revision(session: Session, entry: Entry) -> Revision | None:
    """Return the draft of the entry, or what waits for moderation, if any."""
    return session.scalar(Revision.open_for(kind_of(entry), entry.id))


def current_content(session: Session, entry: Entry) -> tuple[Content, int]:
    """Return the content under work with its lock: that of the draft, or of what is public."""
    return _content_and_lock(entry, open_revision(session, entry))


def _content_and_lock(entry: Entry, revision: Revision | None) -> tuple[Content, int]:
    """Tell a draft (a positive lock) from a published version (its number, negated)."""
    if revision is None:
        return public_content(entry), -entry.version
    return revision_content(revision), revision.lock


def current_organization_content(
    session: Session, entry: Organization
) -> tuple[OrganizationContent, int]:
    """Return the content under work of an organisation, with its lock."""
    content, lock = current_content(session, entry)
    if not isinstance(content, OrganizationContent):
        raise TypeError(type(content).__name__)
    return content, lock


def current_offer_content(session: Session, offer: Offer) -> tuple[OfferContent, int]:
    """Return the content under work of an offer, with its lock."""
    content, lock = current_content(session, offer)
    if not isinstance(content, OfferContent):
        raise TypeError(type(content).__name__)
    return content, lock


def current_need_content(session: Session, need: Need) -> tuple[NeedContent, int]:
    """Return the content under work of a need, with its lock."""
    content, lock = current_content(session, need)
    if not isinstance(content, NeedContent):
        raise TypeError(type(content).__name__)
    return content, lock


def start_revision(
    session: Session, entry: Entry, content: Content, *, author: User | None, now: datetime
) -> Revision:
    """Open the draft of an entry that has none.

    Raises:
        Conflict: somebody opened one at the same moment.
        RuleViolation: no organisation carries the entry.
    """
    if organization_id_of(entry) == NOBODY:
        raise RuleViolation(N_("Aucune structure inscrite ne porte ce besoin."))
    revision = Revision(
        subject_kind=kind_of(entry),
        subject_id=entry.id,
        organization_id=organization_id_of(entry),
        label=label_of_content(content),
        state=PublicationState.DRAFT,
        content=content.to_dict(),
        base_version=entry.version,
        author_id=author.id if author else None,
        created_at=now,
        updated_at=now,
    )
    session.add(revision)
    flush_or_conflict(session)
    return revision


def save_draft(
    session: Session,
    entry: Entry,
    content: Content,
    *,
    lock: int,
    author: User | None,
    now: datetime,
) -> bool:
    """Keep the content as the draft of the entry; return whether anything changed.

    ``lock`` is the one the form was shown with. Saving what is already there is no change,
    whatever the lock: a form sent twice is not a conflict.

    Raises:
        Conflict: the draft was saved since, with something else.
        RuleViolation: the draft waits for a moderator.
    """
    # Read once: another transaction may commit between two reads of the draft.
    revision = open_revision(session, entry)
    current, current_lock = _content_and_lock(entry, revision)
    if content == current:
        return False
    if revision is not None and revision.state is PublicationState.SUBMITTED:
        raise RuleViolation(UNDER_REVIEW)
    if lock != current_lock:
        raise Conflict(STALE_DRAFT)
    if revision is None:
        start_revision(session, entry, content, author=author, now=now)
    else:
        revision.content = content.to_dict()
        revision.label = label_of_content(content)
        revision.author_id = author.id if author else None
        revision.updated_at = now
        flush_or_conflict(session)
    _mirror_unpublished(session, entry, content, now=now)
    return True


def discard_draft(session: Session, entry: Entry, *, lock: int) -> None:
    """Forget the edits of a published entry; what is public stays as it is.

    Raises:
        Conflict: the draft changed since it was shown.
        RuleViolation: the entry was never published, so that nothing would be left.
    """
    revision = open_revision(session, entry)
    if revision is None:
        return
    if not entry.version:
        raise RuleViolation(N_("Cette fiche n’a jamais été publiée : supprimez-la si besoin."))
    if revision.lock != lock:
        raise Conflict(STALE_DRAFT)
    session.delete(revision)
    flush_or_conflict(session)


def label_of_content(content: Content) -> str:
    """Return the name or the title that the content gives."""
    return content.name if isinstance(content, OrganizationContent) else content.title


def flush_or_conflict(session: Session) -> None:
    """Write what is pending; a row that another transaction changed first is a conflict.

    Raises:
        Conflict: the version of a row, or its uniqueness, no longer holds.
    """
    try:
        session.flush()
    except (StaleDataError, IntegrityError) as error:
        session.rollback()
        raise Conflict(STALE_DRAFT) from error


def _mirror_unpublished(session: Session, entry: Entry, content: Content, *, now: datetime) -> None:
    """Show an entry never published under the name it has in its draft, to those who may see it."""
    if entry.version:
        return
    if isinstance(entry, Organization) and isinstance(content, OrganizationContent):
        entry.name, entry.name_key = content.name, name_key(content.name)
        entry.kind = content.kind
        entry.siret, entry.rnsr = content.siret, content.rnsr
        entry.siren = content.siret[:9] if content.siret else content.siren
    elif isinstance(entry, Offer) and isinstance(content, OfferContent):
        entry.title, entry.type = content.title, content.type
    elif isinstance(entry, Need) and isinstance(content, NeedContent):
        entry.title, entry.kind = content.title, content.kind
        place_need(session, entry, content)
    entry.updated_at = now


def open_revisions_of(session: Session, organization_id: int) -> dict[tuple[str, int], Revision]:
    """Return the open revisions of an organisation and its offers, by kind and subject."""
    found = session.scalars(
        select(Revision).where(
            Revision.organization_id == organization_id, Revision.state.in_(OPEN_STATES)
        )
    )
    return {(revision.subject_kind.value, revision.subject_id): revision for revision in found}
