"""The published experiences that each page shows, in a fixed number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session, aliased
from sqlalchemy.sql.base import ExecutableOption

from models.account import User
from models.evidence import Experience
from models.offer import Offer
from models.organization import Organization
from models.partnership import Partnership, PartnershipMember
from models.register import InterestDeclaration
from services.experiences import actor_ids, experience_options, subject_of
from services.seats import teams_of
from vocabulary.exchanges import InvitationState
from vocabulary.kinds import PublicationState

SHOWN: Final = 10


@dataclass(frozen=True, slots=True)
class ExperienceView:
    """An experience as readers see it; ``has_interest`` when the authority declared a tie."""

    row: Experience
    has_interest: bool = False

    @property
    def has_answer(self) -> bool:
        """Tell whether the actor's answer is public."""
        return self.row.answer_state is PublicationState.PUBLISHED


def experiences_of_offer(session: Session, offer_id: int) -> list[ExperienceView]:
    """Return what authorities say of an offer."""
    return _views(session, Experience.offer_id == offer_id)


def experiences_of_partnership(session: Session, partnership_id: int) -> list[ExperienceView]:
    """Return what authorities say of a partnership, which the caller loaded with its members."""
    options = experience_options(partnership_at_hand=True)
    return _views(session, Experience.partnership_id == partnership_id, options)


def experiences_of_organization(session: Session, organization_id: int) -> list[ExperienceView]:
    """Return what an organisation wrote, and what others wrote of what it proposes."""
    return _views(
        session,
        or_(
            Experience.organization_id == organization_id,
            Offer.organization_id == organization_id,
        ),
    )


def experiences_on_territory(session: Session, territory_id: int) -> list[ExperienceView]:
    """Return what was lived on a quarter."""
    return _views(session, Experience.territory_id == territory_id)


def public_experience(session: Session, experience_id: int) -> ExperienceView | None:
    """Return one public experience."""
    found = _views(session, Experience.id == experience_id)
    return found[0] if found else None


def view_of(session: Session, row: Experience) -> ExperienceView:
    """Return an experience, whatever its state, as readers would see it."""
    return ExperienceView(row, bool(_interests(session, [row])))


def _views(
    session: Session,
    where: ColumnElement[bool],
    options: Sequence[ExecutableOption] | None = None,
) -> list[ExperienceView]:
    rows = session.scalars(
        _visible()
        .where(where)
        .options(*(experience_options() if options is None else options))
        .order_by(Experience.published_at.desc(), Experience.id.desc())
        .limit(SHOWN)
    ).all()
    tied = _interests(session, rows)
    return [ExperienceView(row, row.id in tied) for row in rows]


def _visible() -> Select[Experience]:
    """Select what anyone may read: of a public authority, about something public."""
    published = PublicationState.PUBLISHED
    author, actor = aliased(Organization), aliased(Organization)
    return (
        select(Experience)
        .join(author, author.id == Experience.organization_id)
        .outerjoin(Offer, Offer.id == Experience.offer_id)
        .outerjoin(actor, actor.id == Offer.organization_id)
        .outerjoin(Partnership, Partnership.id == Experience.partnership_id)
        .where(
            Experience.state == published,
            author.state == published,
            or_(
                (Offer.state == published) & (actor.state == published),
                Partnership.state == published,
            ),
        )
    )


def _interests(session: Session, rows: Sequence[Experience]) -> set[int]:
    """Return the experiences whose authority declared a tie in force with an actor concerned."""
    if not rows:
        return set()
    pairs = set(
        session.execute(
            select(InterestDeclaration.organization_id, InterestDeclaration.about_id).where(
                InterestDeclaration.organization_id.in_({row.organization_id for row in rows}),
                InterestDeclaration.ended_at.is_(None),
            )
        ).all()
    )
    return {
        row.id
        for row in rows
        if any((row.organization_id, actor_id) in pairs for actor_id in actor_ids(subject_of(row)))
    }


def written_by(session: Session, person: User) -> Sequence[Experience]:
    """Return what the authorities of ``person`` wrote, the last first."""
    return session.scalars(
        select(Experience)
        .where(Experience.organization_id.in_(_own(person)))
        .options(*experience_options())
        .order_by(Experience.updated_at.desc(), Experience.id.desc())
        .limit(100)
    ).all()


def concerning(session: Session, person: User) -> Sequence[Experience]:
    """Return the public experiences that the actors of ``person`` may answer."""
    seats = select(PartnershipMember.partnership_id).where(
        PartnershipMember.organization_id.in_(_own(person)),
        PartnershipMember.state == InvitationState.ACCEPTED,
    )
    rows = session.scalars(
        _visible()
        .where(
            or_(Offer.organization_id.in_(_own(person)), Experience.partnership_id.in_(seats)),
        )
        .options(*experience_options())
        .order_by(Experience.published_at.desc(), Experience.id.desc())
        .limit(100)
    ).all()
    own = set(session.scalars(_own(person)))
    return [row for row in rows if own & actor_ids(subject_of(row))]


def _own(person: User) -> Select[int]:
    return teams_of(person.id)
