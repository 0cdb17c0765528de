"""The one answer of the actor that an experience concerns, moderated like the text it answers."""

from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.account import User
from models.evidence import Experience
from models.membership import Membership
from models.organization import Organization
from services.contents import clean_text
from services.errors import Conflict, RuleViolation
from services.experience_notes import record_experience
from services.experiences import actor_ids, flush_experience, lock_experience, subject_of
from vocabulary.kinds import MembershipState, PublicationState
from vocabulary.labels import N_

MAX_REPLY: Final = 2_000
_OPEN: Final = frozenset({None, PublicationState.DRAFT, PublicationState.CHANGES_REQUESTED})


def replying_organization(
    session: Session, experience: Experience, person: User
) -> Organization | None:
    """Return the actor in whose name ``person`` may answer, or has answered, if there is one."""
    wanted = (
        {experience.answering_id} if experience.answering_id else actor_ids(subject_of(experience))
    )
    return session.scalars(
        select(Organization)
        .join(Membership, Membership.organization_id == Organization.id)
        .where(
            Membership.user_id == person.id,
            Membership.state == MembershipState.APPROVED,
            Organization.id.in_(wanted),
        )
        .order_by(Organization.id)
        .limit(1)
    ).first()


def can_reply(experience: Experience) -> bool:
    """Tell whether an answer may be written now: the text is public, and nobody answered yet."""
    return experience.state is PublicationState.PUBLISHED and experience.answer_state in _OPEN


def submit_reply(
    session: Session,
    experience: Experience,
    organization: Organization,
    text: str,
    *,
    seen_lock: int,
    person: User,
    now: datetime,
) -> None:
    """Hand the answer of the actor to the moderators.

    Raises:
        Conflict: the experience or its answer changed since the page was shown.
        RuleViolation: nothing is written.
    """
    lock_experience(session, experience)
    if experience.lock != seen_lock or not can_reply(experience):
        raise Conflict(
            N_("Ce retour ou sa réponse a changé entre-temps : relisez avant d’envoyer.")
        )
    words = clean_text(text, MAX_REPLY)
    if not words:
        raise RuleViolation(N_("Écrivez votre réponse."), field="text")
    experience.answer, experience.answer_comment = words, ""
    experience.answer_state = PublicationState.SUBMITTED
    experience.answering_id, experience.answered_by_id = organization.id, person.id
    experience.answered_at = now
    flush_experience(session)
    record_experience(session, "replied", experience, actor=person, now=now)


def withdraw_reply(
    session: Session, experience: Experience, *, person: User, now: datetime
) -> None:
    """Hide the answer at once; it becomes a draft again, to be read again."""
    lock_experience(session, experience)
    if experience.answer_state not in {PublicationState.PUBLISHED, PublicationState.SUBMITTED}:
        return
    experience.answer_state = PublicationState.DRAFT
    flush_experience(session)
    record_experience(session, "reply_withdrawn", experience, actor=person, now=now)
