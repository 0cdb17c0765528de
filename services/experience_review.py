"""Moderators decide on experiences and on the answers to them; nobody on their own."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from models.account import User
from models.evidence import Experience
from services.contents import clean_text
from services.errors import Conflict, RuleViolation
from services.experience_notes import ExperienceEvent, record_experience, tell
from services.experiences import (
    actor_ids,
    experience_options,
    flush_experience,
    lock_experience,
    subject_of,
)
from services.moderation_reasons import MAX_COMMENT, stated_reasons
from services.seats import teams_of
from vocabulary.kinds import PublicationState
from vocabulary.labels import N_

OWN: Final = N_("Personne ne décide de ce qui concerne sa propre structure.")
DECIDED: Final = N_("Une décision a déjà été prise sur cette version.")
MODIFIED: Final = N_("Le texte a été modifié depuis que vous l’avez ouvert.")


def waiting_experiences(session: Session) -> Sequence[Experience]:
    """Return the experiences and the answers that wait, the longest wait first."""
    submitted = PublicationState.SUBMITTED
    since = func.coalesce(Experience.submitted_at, Experience.answered_at)
    return session.scalars(
        select(Experience)
        .where(or_(Experience.state == submitted, Experience.answer_state == submitted))
        .options(*experience_options())
        .order_by(since, Experience.id)
        .limit(100)
    ).all()


def hidden_experiences(session: Session) -> Sequence[Experience]:
    """Return the experiences that were suspended, the last one first."""
    return session.scalars(
        select(Experience)
        .where(Experience.state == PublicationState.SUSPENDED)
        .options(*experience_options())
        .order_by(Experience.updated_at.desc(), Experience.id)
        .limit(100)
    ).all()


def may_decide(session: Session, experience: Experience, person: User) -> bool:
    """Tell whether ``person`` may decide: staff, neither of the authority nor of an actor."""
    if not person.is_staff or person.id in {experience.author_id, experience.answered_by_id}:
        return False
    sides = {experience.organization_id, *actor_ids(subject_of(experience))}
    own = teams_of(person.id)
    return not sides & set(session.scalars(own))


def decide_experience(
    session: Session,
    experience: Experience,
    *,
    publish: bool,
    reasons: Iterable[str],
    comment: str,
    lock: int,
    moderator: User,
    now: datetime,
) -> None:
    """Publish what was submitted, or ask for changes with reasons.

    Raises:
        Conflict: somebody decided first, or the text changed since it was read.
        RuleViolation: it is the moderator's own, its subject is hidden, or no reason is given.
    """
    _require(session, experience, moderator, lock, experience_waits=True)
    words = clean_text(comment, MAX_COMMENT)
    if publish:
        _publish(experience, now=now)
    else:
        chosen = stated_reasons(reasons, words)
        experience.reasons = [reason.value for reason in chosen]
        experience.comment = words
        experience.state = PublicationState.CHANGES_REQUESTED
    experience.decided_at, experience.decided_by_id = now, moderator.id
    flush_experience(session)
    event = ExperienceEvent.PUBLISHED if publish else ExperienceEvent.CHANGES_REQUESTED
    details = {"reasons": experience.reasons, "comment": words}
    record_experience(session, event.value, experience, actor=moderator, now=now, details=details)
    author = experience.author_id
    tell(session, event, experience, [experience.organization_id], author_id=author, now=now)
    if publish:
        actors = actor_ids(subject_of(experience))
        tell(session, ExperienceEvent.ABOUT_YOU, experience, actors, now=now)


def _publish(experience: Experience, *, now: datetime) -> None:
    if not subject_of(experience).is_public:
        raise RuleViolation(N_("Ce dont parle ce retour n’est plus public."))
    experience.state = PublicationState.PUBLISHED
    experience.published_at = experience.published_at or now
    experience.reasons, experience.comment = [], ""


def decide_reply(
    session: Session,
    experience: Experience,
    *,
    publish: bool,
    comment: str,
    lock: int,
    moderator: User,
    now: datetime,
) -> None:
    """Publish the answer of the actor, or ask for changes in words.

    Raises:
        Conflict: somebody decided first, or the text changed since it was read.
        RuleViolation: it is the moderator's own, or no word says what to change.
    """
    _require(session, experience, moderator, lock, experience_waits=False)
    words = clean_text(comment, MAX_COMMENT)
    if not publish and not words:
        raise RuleViolation(N_("Dites ce qu’il faut changer."), field="comment")
    experience.answer_state = (
        PublicationState.PUBLISHED if publish else PublicationState.CHANGES_REQUESTED
    )
    experience.answer_comment = "" if publish else words
    flush_experience(session)
    event = ExperienceEvent.REPLY_PUBLISHED if publish else ExperienceEvent.REPLY_RETURNED
    record_experience(session, event.value, experience, actor=moderator, now=now)
    by = experience.answered_by_id
    if experience.answering_id is not None:
        tell(session, event, experience, [experience.answering_id], author_id=by, now=now)
    if publish:
        told = [experience.organization_id]
        author = experience.author_id
        tell(session, ExperienceEvent.REPLIED, experience, told, author_id=author, now=now)


def hide_experience(
    session: Session, experience: Experience, *, comment: str, moderator: User, now: datetime
) -> None:
    """Take a public experience off at once, with a reason.

    Raises:
        Conflict: it is no longer public.
        RuleViolation: it is the moderator's own, or not a word says why.
    """
    lock_experience(session, experience)
    if experience.state is not PublicationState.PUBLISHED:
        raise Conflict(N_("Ce retour n’est plus publié : quelqu’un l’a déjà retiré."))
    if not may_decide(session, experience, moderator):
        raise RuleViolation(OWN)
    words = clean_text(comment, MAX_COMMENT)
    if not words:
        raise RuleViolation(N_("Dites pourquoi ce retour est suspendu."), field="comment")
    experience.state, experience.comment = PublicationState.SUSPENDED, words
    flush_experience(session)
    _tell_author(session, ExperienceEvent.SUSPENDED, experience, moderator, now)


def restore_experience(
    session: Session, experience: Experience, *, moderator: User, now: datetime
) -> None:
    """Make a suspended experience public again.

    Raises:
        RuleViolation: it is not suspended, its subject is hidden, or it is the moderator's own.
    """
    lock_experience(session, experience)
    if experience.state is not PublicationState.SUSPENDED:
        raise RuleViolation(N_("Ce retour n’est pas suspendu."))
    if not may_decide(session, experience, moderator):
        raise RuleViolation(OWN)
    _publish(experience, now=now)
    flush_experience(session)
    _tell_author(session, ExperienceEvent.RESTORED, experience, moderator, now)


def _tell_author(
    session: Session, event: ExperienceEvent, experience: Experience, actor: User, now: datetime
) -> None:
    details = {"comment": experience.comment} if experience.comment else {}
    record_experience(session, event.value, experience, actor=actor, now=now, details=details)
    told = [experience.organization_id]
    tell(session, event, experience, told, author_id=experience.author_id, now=now)


def _require(
    session: Session, experience: Experience, moderator: User, lock: int, *, experience_waits: bool
) -> None:
    lock_experience(session, experience)
    state = experience.state if experience_waits else experience.answer_state
    if state is not PublicationState.SUBMITTED:
        raise Conflict(DECIDED)
    if experience.lock != lock:
        raise Conflict(MODIFIED)
    if not may_decide(session, experience, moderator):
        raise RuleViolation(OWN)
