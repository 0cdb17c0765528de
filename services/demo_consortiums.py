"""The demonstration’s team: a quarter, one actor kept, one left out, two invited."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from models.account import User
from models.consortium import Consortium, ConsortiumChoice, ConsortiumInvitation, ConsortiumNeed
from models.need import Need
from models.offer import Offer
from models.organization import Organization
from services.need_documents import offer_documents_to
from services.register import record_event
from services.workspace import own_organizations
from vocabulary.exchanges import InvitationState, RegisterEvent, SeatChoice
from vocabulary.periods import paris_day

QUARTER: Final = "QN04212M"
NAME: Final = "Tarentaize Beaubrun Couriot, premiers partenaires"
SEATS: Final = 5
# In the order of the needs; the first counts most.
WEIGHTS: Final = (4, 3, 5, 2, 3, 4, 3)
KEPT: Final = "la-ravaudelle"
LEFT_OUT: Final = ("pisuelle", "Plan de charge complet jusqu’à l’été, dit au téléphone.")
ACCEPTED: Final = ("quartergie", "Suivi des consommations, avec les locataires volontaires")
INVITED_ROLE: Final = "Mesures dans les logements et tableau de bord du quartier"
MESSAGE: Final = (
    "Nous préparons la phase de conception et voulons les partenaires autour de la table avant "
    "le cahier des charges. Une première réunion de deux heures, sur place, en début d’année."
)


def seed_demo_consortium(session: Session, *, builder: str, innovator: str, now: datetime) -> int:
    """Give the account ``builder`` one team, with ``innovator`` invited; return how many.

    Nothing is made where an entry it names is missing from the demonstration.
    """
    person, guest = (session.scalar(User.by_email(email)) for email in (builder, innovator))
    if person is None or guest is None:
        return 0
    bodies, guests = own_organizations(session, person), own_organizations(session, guest)
    slugs = (KEPT, LEFT_OUT[0], ACCEPTED[0])
    actors = {
        one.slug: one
        for one in session.scalars(select(Organization).where(Organization.slug.in_(slugs)))
    }
    if not bodies or not guests or set(actors) != set(slugs):
        return 0
    needs = _needs(session, bodies[0], now)
    if not needs or session.scalar(select(Consortium.id).where(Consortium.is_demo).limit(1)):
        return 0
    consortium = _consortium(bodies[0], needs, actors, now)
    consortium.created_by_id = person.id
    accepted = _invitation(session, actors[ACCEPTED[0]], ACCEPTED[1], person, now)
    accepted.state = InvitationState.ACCEPTED
    accepted.answered_at = now - timedelta(hours=5)
    waiting = _invitation(session, guests[0], INVITED_ROLE, person, now)
    consortium.invitations = [accepted, waiting]
    session.add(consortium)
    session.flush()
    for need in needs:
        for invitation, event in (
            (accepted, RegisterEvent.INVITED),
            (waiting, RegisterEvent.INVITED),
            (accepted, RegisterEvent.ACCEPTED),
        ):
            record_event(
                session,
                need,
                event,
                now=now,
                organization=invitation.organization,
                offer_id=invitation.offer_id,
                person=person if event is RegisterEvent.INVITED else None,
                facts={"team": consortium.id},
            )
        for invitation in (accepted, waiting):
            # As on a real invitation: whoever is asked receives what the others received.
            offer_documents_to(session, need, invitation.organization, now=now)
    return 1


def remove_demo_consortiums(session: Session) -> None:
    """Remove the teams of the demonstration with their invitations."""
    session.execute(delete(Consortium).where(Consortium.is_demo))


def _needs(session: Session, carrier: Organization, now: datetime) -> list[Need]:
    found = session.scalars(
        Need.open_on(paris_day(now))
        .where(Need.carrier_id == carrier.id, Need.territory.has(code=QUARTER))
        .order_by(Need.id)
    )
    return list(found)[: len(WEIGHTS)]


def _consortium(
    carrier: Organization, needs: list[Need], actors: dict[str, Organization], now: datetime
) -> Consortium:
    left_out, reason = LEFT_OUT
    made_at = now - timedelta(days=2)
    return Consortium(
        organization=carrier,
        territory_id=needs[0].territory_id,
        name=NAME,
        max_members=SEATS,
        seed=made_at.toordinal(),
        previous={},
        created_at=made_at,
        updated_at=now - timedelta(days=1),
        is_demo=True,
        needs=[
            ConsortiumNeed(need=need, weight=weight)
            for need, weight in zip(needs, WEIGHTS, strict=False)
        ],
        choices=[
            ConsortiumChoice(organization=actors[KEPT], choice=SeatChoice.LOCKED),
            ConsortiumChoice(
                organization=actors[left_out], choice=SeatChoice.EXCLUDED, reason=reason
            ),
        ],
    )


def _invitation(
    session: Session, actor: Organization, role: str, person: User, now: datetime
) -> ConsortiumInvitation:
    offer_id = session.scalar(
        Offer.published()
        .with_only_columns(Offer.id)
        .where(Offer.organization_id == actor.id)
        .order_by(Offer.id)
        .limit(1)
    )
    return ConsortiumInvitation(
        organization=actor,
        offer_id=offer_id,
        role=role,
        message=MESSAGE,
        sent_at=now - timedelta(days=1),
        sent_by_id=person.id,
    )
