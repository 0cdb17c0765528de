"""« Retours d’expérience » of identified authorities: written, submitted, withdrawn.

A published one that its author edits is hidden until somebody has read it again: what readers
see was always read by a moderator.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.orm.exc import StaleDataError
from sqlalchemy.sql.base import ExecutableOption

from models.account import User
from models.evidence import Experience
from models.membership import Membership
from models.offer import Offer
from models.organization import Organization
from models.partnership import Partnership, PartnershipMember
from services.errors import Conflict, RuleViolation
from services.experience_contents import CHANGED, ExperienceContent, StaleExperience
from services.experience_notes import record_experience
from services.seats import teams_of
from vocabulary.exchanges import InvitationState
from vocabulary.kinds import MembershipState, PublicationState
from vocabulary.labels import N_

FIRST_YEAR: Final = 1990
# Of one organisation about one subject, and over a day whatever the subject (THREATS B4).
MAX_PER_SUBJECT: Final = 3
MAX_PER_DAY: Final = 10
NOT_YOURS: Final = N_(
    "Seul un organisme du territoire, à la fiche publique et tenue, peut écrire un retour."
)
BOTH_SIDES: Final = N_(
    "Vous êtes aussi de la structure concernée : quelqu’un d’autre doit écrire ce retour."
)
NOT_A_MEMBER: Final = N_("Votre organisme ne prend pas part à ce partenariat.")
WAITS: Final = N_("Ce retour attend une relecture : reprenez-le d’abord.")
_FORGETS_ANSWER: Final = frozenset({PublicationState.PUBLISHED, PublicationState.SUBMITTED})


@dataclass(frozen=True, slots=True)
class Subject:
    """What an experience is about: an offer, perhaps one deployment of it, or a partnership."""

    offer: Offer | None = None
    partnership: Partnership | None = None
    reference_uid: str = ""

    @property
    def is_public(self) -> bool:
        """Tell whether anyone may read what it is about."""
        if self.offer is not None:
            return self.offer.is_public
        return self.partnership is not None and self.partnership.is_public


def subject_of(experience: Experience) -> Subject:
    """Return what an experience is about."""
    return Subject(experience.offer, experience.partnership, experience.reference_uid)


def actor_ids(subject: Subject) -> frozenset[int]:
    """Return the actors that an experience concerns, who may answer it."""
    if subject.offer is not None:
        return frozenset({subject.offer.organization_id})
    if subject.partnership is None:
        return frozenset()
    return frozenset(
        row.organization_id
        for row in subject.partnership.members
        if row.state is InvitationState.ACCEPTED and row.organization.is_innovation_side
    )


def load_experience(session: Session, experience_id: int) -> Experience | None:
    """Load an experience with what its pages show, whatever its state."""
    return session.scalar(
        select(Experience).where(Experience.id == experience_id).options(*experience_options())
    )


def experience_options(*, partnership_at_hand: bool = False) -> tuple[ExecutableOption, ...]:
    """Return how an experience is loaded with what it is about.

    ``partnership_at_hand`` spares the query of a partnership already loaded with its members.
    """
    options: tuple[ExecutableOption, ...] = (
        joinedload(Experience.organization),
        joinedload(Experience.answering),
        joinedload(Experience.territory),
        joinedload(Experience.offer).joinedload(Offer.organization),
    )
    if partnership_at_hand:
        return options
    members = joinedload(Experience.partnership).selectinload(Partnership.members)
    return (*options, members.joinedload(PartnershipMember.organization))


def speaking_organizations(session: Session, person: User) -> Sequence[Organization]:
    """Return the identified authorities in whose name ``person`` may write."""
    rows = session.scalars(
        select(Organization)
        .join(Membership, Membership.organization_id == Organization.id)
        .where(
            Membership.user_id == person.id,
            Membership.state == MembershipState.APPROVED,
            Organization.state == PublicationState.PUBLISHED,
            Organization.is_claimed.is_(True),
        )
        .order_by(Organization.name_key, Organization.id)
    )
    return [row for row in rows if not row.is_innovation_side]


def start_experience(
    session: Session,
    organization: Organization,
    subject: Subject,
    content: ExperienceContent,
    *,
    person: User,
    today: date,
    now: datetime,
) -> Experience:
    """Open the draft of an experience.

    Raises:
        RuleViolation: not for this organisation, not of this subject, or one too many.
    """
    _require_right(session, organization, subject, person)
    _require_room(session, organization, subject, now=now)
    typed = content.cleaned()
    _check(typed, today=today)
    experience = Experience(
        offer=subject.offer,
        partnership=subject.partnership,
        reference_uid=subject.reference_uid,
        organization=organization,
        author_id=person.id,
        is_demo=organization.is_demo,
        created_at=now,
        updated_at=now,
    )
    typed.write_to(experience)
    session.add(experience)
    session.flush()
    record_experience(session, "created", experience, actor=person, now=now)
    return experience


def _require_right(
    session: Session, organization: Organization, subject: Subject, person: User
) -> None:
    if organization not in speaking_organizations(session, person):
        raise RuleViolation(NOT_YOURS)
    if not subject.is_public:
        raise RuleViolation(N_("Ce dont parle ce retour n’est plus public."))
    if subject.partnership is not None:
        seats = {
            row.organization_id
            for row in subject.partnership.members
            if row.state is InvitationState.ACCEPTED
        }
        if organization.id not in seats:
            raise RuleViolation(NOT_A_MEMBER)
    own = teams_of(person.id)
    if actor_ids(subject) & set(session.scalars(own)):
        raise RuleViolation(BOTH_SIDES)


def _require_room(
    session: Session, organization: Organization, subject: Subject, *, now: datetime
) -> None:
    mine = Experience.organization_id == organization.id
    same = (
        Experience.offer_id == subject.offer.id
        if subject.offer is not None
        else Experience.partnership_id == (subject.partnership.id if subject.partnership else 0)
    )
    count = select(func.count()).select_from(Experience)
    if (session.scalar(count.where(mine, same)) or 0) >= MAX_PER_SUBJECT:
        raise RuleViolation(
            N_("Votre organisme a déjà %(count)d retours sur ce sujet : complétez l’un d’eux."),
            count=MAX_PER_SUBJECT,
        )
    recent = Experience.created_at > now - timedelta(days=1)
    if (session.scalar(count.where(mine, recent)) or 0) >= MAX_PER_DAY:
        raise RuleViolation(N_("Votre organisme a ouvert beaucoup de retours aujourd’hui."))


def _check(content: ExperienceContent, *, today: date) -> None:
    if not content.title:
        raise RuleViolation(N_("Donnez un titre à ce retour."), field="title")
    if content.year is not None and not FIRST_YEAR <= content.year <= today.year:
        raise RuleViolation(
            N_("L’année est entre %(first)d et %(last)d."),
            field="year",
            first=FIRST_YEAR,
            last=today.year,
        )


def save_experience(
    session: Session,
    experience: Experience,
    content: ExperienceContent,
    *,
    seen: str,
    person: User,
    today: date,
    now: datetime,
) -> bool:
    """Keep what was written; return ``False`` when nothing differs.

    A published one leaves the public pages, and its answer waits for what it will answer.

    Raises:
        StaleExperience: somebody saved since the form was shown.
        RuleViolation: a moderator is to read it, no title, or a year that cannot be.
    """
    lock_experience(session, experience)
    if experience.state is PublicationState.SUBMITTED:
        raise RuleViolation(WAITS)
    stored, typed = ExperienceContent.of(experience), content.cleaned()
    if typed == stored:
        return False
    if stored.stamp() != seen:
        raise StaleExperience(stored)
    _check(typed, today=today)
    typed.write_to(experience)
    if experience.state is not PublicationState.CHANGES_REQUESTED:
        experience.state = PublicationState.DRAFT
    if experience.answer_state in _FORGETS_ANSWER:
        experience.answer_state = PublicationState.DRAFT
    experience.updated_at = now
    flush_experience(session)
    record_experience(session, "edited", experience, actor=person, now=now)
    return True


def submit_experience(
    session: Session, experience: Experience, *, person: User, now: datetime
) -> bool:
    """Hand the experience to the moderators; return ``False`` when it was handed already.

    Raises:
        RuleViolation: already public as it is, or a part of it is missing.
    """
    lock_experience(session, experience)
    if experience.state is PublicationState.SUBMITTED:
        return False
    if experience.state is PublicationState.PUBLISHED:
        raise RuleViolation(N_("Rien n’a changé depuis la dernière publication."))
    _require_right(session, experience.organization, subject_of(experience), person)
    for name, message in _NEEDED.items():
        if not getattr(experience, name):
            raise RuleViolation(message, field=name)
    experience.state = PublicationState.SUBMITTED
    experience.submitted_at = experience.updated_at = now
    experience.author_id = person.id
    flush_experience(session)
    record_experience(session, "submitted", experience, actor=person, now=now)
    return True


_NEEDED: Final = {
    "what": N_("Dites ce qui a été fait."),
    "place": N_("Dites où : un quartier, une commune."),
    "year": N_("Dites en quelle année."),
    "result": N_("Dites ce qui a été obtenu, même si c’est peu."),
    "limits": N_("Dites aussi ce qui a manqué : c’est ce qui sert à d’autres."),
}


def take_back_experience(
    session: Session, experience: Experience, *, person: User, now: datetime
) -> None:
    """Return what waits for a moderator to its author."""
    lock_experience(session, experience)
    if experience.state is not PublicationState.SUBMITTED:
        return
    experience.state, experience.submitted_at = PublicationState.DRAFT, None
    flush_experience(session)
    record_experience(session, "taken_back", experience, actor=person, now=now)


def withdraw_experience(
    session: Session, experience: Experience, *, person: User, now: datetime
) -> None:
    """Hide a published experience at once, everywhere. A second call does nothing."""
    lock_experience(session, experience)
    if experience.state is not PublicationState.PUBLISHED:
        return
    experience.state, experience.updated_at = PublicationState.ARCHIVED, now
    flush_experience(session)
    record_experience(session, "withdrawn", experience, actor=person, now=now)


def delete_experience(
    session: Session, experience: Experience, *, person: User, now: datetime
) -> None:
    """Delete a draft that was never public.

    Raises:
        RuleViolation: it was published once; it can be withdrawn, not deleted.
    """
    if experience.published_at is not None:
        raise RuleViolation(N_("Un retour déjà publié ne se supprime pas : retirez-le."))
    record_experience(session, "deleted", experience, actor=person, now=now)
    session.delete(experience)
    flush_experience(session)


def lock_experience(session: Session, experience: Experience) -> None:
    """Read the row again, locked where the database can: two writers follow one another."""
    names = ["lock", "state", "answer_state", "submitted_at"]
    session.flush()
    session.refresh(experience, attribute_names=names, with_for_update=True)


def flush_experience(session: Session) -> None:
    """Write what changed.

    Raises:
        Conflict: another request wrote the same row meanwhile.
    """
    try:
        session.flush()
    except StaleDataError as error:
        raise Conflict(CHANGED) from error
