"""From the draft of a partnership to its public page: saved, submitted, decided, hidden.

What its keeper edits on a public page waits as a proposal beside the columns, which stay as
they are until somebody else of the staff accepts it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models.account import User
from models.partnership import Partnership
from services.contents import clean_text
from services.errors import Conflict, RuleViolation
from services.moderation_reasons import MAX_COMMENT
from services.partnership_contents import AnyContent, PartnershipContent, as_json, stamp
from services.partnership_notes import PartnershipEvent, record_partnership, tell_owners
from services.partnerships import CHANGED_MEANWHILE, flush_partnership
from services.permissions import can_moderate
from services.text_keys import name_key
from vocabulary.exchanges import InvitationState
from vocabulary.kinds import PublicationState
from vocabulary.labels import N_

LEAST_MEMBERS: Final = 2
OWN_PAGE: Final = N_("Personne ne décide de sa propre page : une autre personne le fera.")
_HIDDEN: Final = frozenset({PublicationState.SUSPENDED, PublicationState.ARCHIVED})


class StaleContent(Conflict):
    """The form was filled in over an older content; ``stored`` is the one there now."""

    def __init__(self, stored: AnyContent) -> None:
        super().__init__(CHANGED_MEANWHILE)
        self.stored = stored


def current_content(partnership: Partnership) -> PartnershipContent:
    """Return what its keeper works on: the proposal if there is one, else the columns."""
    if partnership.proposal:
        return PartnershipContent.from_dict(partnership.proposal)
    return PartnershipContent.of(partnership)


def lock_partnership(session: Session, partnership: Partnership) -> None:
    """Read the row again, locked where the database can: two writers follow one another."""
    session.refresh(
        partnership,
        attribute_names=["lock", "state", "submitted_at", "proposal"],
        with_for_update=True,
    )


def save_content(
    session: Session,
    partnership: Partnership,
    content: PartnershipContent,
    *,
    seen: str,
    person: User,
    now: datetime,
) -> bool:
    """Keep what was written; return ``False`` when nothing differs.

    Raises:
        StaleContent: somebody saved since the form was shown.
        RuleViolation: no name, days in the wrong order, or the page waits for a moderator.
    """
    lock_partnership(session, partnership)
    stored = current_content(partnership)
    if partnership.submitted_at is not None:
        raise RuleViolation(N_("Cette page attend une relecture : reprenez-la d’abord."))
    if content == stored:
        return False
    if stamp(stored) != seen:
        raise StaleContent(stored)
    _check(content)
    if partnership.is_public:
        is_back = content == PartnershipContent.of(partnership)
        partnership.proposal = {} if is_back else as_json(content)
    else:
        content.write_to(partnership)
    partnership.updated_at = now
    flush_partnership(session)
    record_partnership(session, "edited", partnership, actor=person, now=now)
    return True


def _check(content: PartnershipContent) -> None:
    if not name_key(content.name):
        raise RuleViolation(N_("Donnez un nom au partenariat."), field="name")
    if content.started_on and content.ended_on and content.ended_on < content.started_on:
        raise RuleViolation(N_("La fin vient avant le début."), field="ended_on")
    if content.source_checked_on and not content.source:
        raise RuleViolation(N_("Indiquez la source que vous avez vérifiée."), field="source")


def submit_partnership(
    session: Session, partnership: Partnership, *, person: User, now: datetime
) -> bool:
    """Hand the page to the moderators; return ``False`` when it was handed already.

    Raises:
        RuleViolation: nothing changed, no text, or fewer than two members agreed.
    """
    lock_partnership(session, partnership)
    if partnership.submitted_at is not None:
        return False
    if partnership.is_public and not partnership.proposal:
        raise RuleViolation(N_("Rien n’a changé depuis la dernière publication."))
    if not current_content(partnership).summary:
        raise RuleViolation(N_("Dites d’abord de quoi il s’agit."), field="summary")
    agreed = [row for row in partnership.members if row.state is InvitationState.ACCEPTED]
    if len(agreed) < LEAST_MEMBERS:
        raise RuleViolation(
            N_("Un partenariat réunit au moins deux membres qui ont donné leur accord.")
        )
    if not partnership.is_public:
        partnership.state = PublicationState.SUBMITTED
    partnership.submitted_at = partnership.updated_at = now
    partnership.submitted_by_id = person.id
    flush_partnership(session)
    record_partnership(session, "submitted", partnership, actor=person, now=now)
    _tell_keeper(session, PartnershipEvent.SUBMITTED, partnership, now)
    return True


def take_back(session: Session, partnership: Partnership, *, person: User, now: datetime) -> None:
    """Return what waits for a moderator to its keeper."""
    lock_partnership(session, partnership)
    if partnership.submitted_at is None:
        return
    _close(partnership, now)
    if not partnership.is_public:
        partnership.state = PublicationState.DRAFT
    flush_partnership(session)
    record_partnership(session, "taken_back", partnership, actor=person, now=now)


def discard_proposal(
    session: Session, partnership: Partnership, *, seen: str, person: User, now: datetime
) -> None:
    """Forget what was edited since the page was published.

    Raises:
        StaleContent: somebody saved since the page was shown.
        RuleViolation: the page waits for a moderator.
    """
    lock_partnership(session, partnership)
    if partnership.submitted_at is not None:
        raise RuleViolation(N_("Cette page attend une relecture : reprenez-la d’abord."))
    if not partnership.proposal:
        return
    if stamp(current_content(partnership)) != seen:
        raise StaleContent(current_content(partnership))
    partnership.proposal = {}
    flush_partnership(session)
    record_partnership(session, "discarded", partnership, actor=person, now=now)


def waiting_partnerships(session: Session) -> Sequence[Partnership]:
    """Return what waits for a moderator, the longest wait first."""
    return session.scalars(
        select(Partnership)
        .where(Partnership.submitted_at.is_not(None))
        .options(joinedload(Partnership.organization), joinedload(Partnership.submitted_by))
        .order_by(Partnership.submitted_at, Partnership.id)
        .limit(100)
    ).all()


def hidden_partnerships(session: Session) -> Sequence[Partnership]:
    """Return the pages that were public and were taken off, the last one first."""
    return session.scalars(
        select(Partnership)
        .where(Partnership.state.in_(_HIDDEN), Partnership.published_at.is_not(None))
        .options(joinedload(Partnership.organization))
        .order_by(Partnership.updated_at.desc(), Partnership.id)
        .limit(100)
    ).all()


def can_decide_partnership(session: Session, partnership: Partnership, person: User) -> bool:
    """Tell whether ``person`` may decide: staff, neither of the keeper nor who submitted."""
    if not person.is_staff or partnership.submitted_by_id == person.id:
        return False
    keeper = partnership.organization_id
    return keeper is None or can_moderate(session, person, keeper)


def decide_partnership(
    session: Session,
    partnership: Partnership,
    *,
    publish: bool,
    comment: str,
    seen: str,
    moderator: User,
    now: datetime,
) -> None:
    """Publish what was submitted, or ask for changes in words.

    Raises:
        Conflict: somebody decided first, or the content changed since it was read.
        RuleViolation: it is the moderator's own page, or no word says what to change.
    """
    lock_partnership(session, partnership)
    if partnership.submitted_at is None:
        raise Conflict(N_("Une décision a déjà été prise sur cette version."))
    if not can_decide_partnership(session, partnership, moderator):
        raise RuleViolation(OWN_PAGE)
    content = current_content(partnership)
    if stamp(content) != seen:
        raise Conflict(N_("La proposition a été modifiée depuis que vous l’avez ouverte."))
    words = clean_text(comment, MAX_COMMENT)
    if not publish and not words:
        raise RuleViolation(N_("Dites ce qu’il faut changer."), field="comment")
    submitter = partnership.submitted_by_id
    _close(partnership, now)
    if publish:
        content.write_to(partnership)
        partnership.proposal = {}
        partnership.state = PublicationState.PUBLISHED
        partnership.published_at = partnership.published_at or now
    else:
        partnership.review_comment = words
        if not partnership.is_public:
            partnership.state = PublicationState.CHANGES_REQUESTED
    flush_partnership(session)
    event = PartnershipEvent.PUBLISHED if publish else PartnershipEvent.CHANGES_REQUESTED
    details = {"comment": words} if words else {}
    record_partnership(session, event.value, partnership, actor=moderator, now=now, details=details)
    _tell_keeper(session, event, partnership, now, besides=submitter)


def hide_partnership(
    session: Session,
    partnership: Partnership,
    *,
    state: PublicationState,
    comment: str,
    person: User,
    now: datetime,
) -> None:
    """Take a public page off at once: its keeper archives it, staff suspend it with a reason.

    Raises:
        Conflict: it is no longer public.
        RuleViolation: a suspension without a word.
    """
    if state not in _HIDDEN:
        raise ValueError(state)
    lock_partnership(session, partnership)
    if not partnership.is_public:
        raise Conflict(N_("Cette page n’est plus publiée : quelqu’un l’a déjà retirée."))
    words = clean_text(comment, MAX_COMMENT)
    is_suspension = state is PublicationState.SUSPENDED
    if is_suspension and not words:
        raise RuleViolation(N_("Dites pourquoi la page est suspendue."), field="comment")
    _close(partnership, now)
    partnership.state = state
    partnership.review_comment = words
    flush_partnership(session)
    action = "suspended" if is_suspension else "archived"
    record_partnership(
        session, action, partnership, actor=person, now=now, details={"comment": words}
    )
    if is_suspension:
        _tell_keeper(session, PartnershipEvent.SUSPENDED, partnership, now)


def restore_partnership(
    session: Session, partnership: Partnership, *, person: User, now: datetime
) -> None:
    """Make a page that was taken off public again: staff any, its keeper the one it archived.

    Raises:
        Conflict: it is not hidden any more.
        RuleViolation: it was never public, or only staff may bring it back.
    """
    lock_partnership(session, partnership)
    if partnership.state not in _HIDDEN:
        raise Conflict(N_("Cette page n’est plus retirée."))
    if partnership.published_at is None:
        raise RuleViolation(N_("Cette page n’a jamais été publique : soumettez-la."))
    if partnership.state is PublicationState.SUSPENDED and not person.is_staff:
        raise RuleViolation(N_("Seule l’équipe peut rétablir une page suspendue."))
    partnership.state = PublicationState.PUBLISHED
    partnership.review_comment = ""
    partnership.updated_at = now
    flush_partnership(session)
    record_partnership(session, "restored", partnership, actor=person, now=now)


def delete_draft(
    session: Session, partnership: Partnership, *, person: User, now: datetime
) -> None:
    """Delete a page that was never public.

    Raises:
        RuleViolation: it was public once: it can only be taken off.
    """
    if partnership.published_at is not None or partnership.is_public:
        raise RuleViolation(N_("Une page qui a été publique se retire, sans s’effacer."))
    record_partnership(session, "deleted", partnership, actor=person, now=now)
    session.delete(partnership)
    flush_partnership(session)


def _close(partnership: Partnership, now: datetime) -> None:
    """End the wait for a moderator, whatever comes of it."""
    partnership.submitted_at = partnership.submitted_by_id = None
    partnership.review_comment = ""
    partnership.updated_at = now


def _tell_keeper(
    session: Session,
    event: PartnershipEvent,
    partnership: Partnership,
    now: datetime,
    *,
    besides: int | None = None,
) -> None:
    tell_owners(
        session,
        event,
        partnership,
        of=[partnership.organization_id],
        besides=[besides],
        now=now,
    )
