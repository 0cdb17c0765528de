"""Asking to be put in touch about a need and an offer: what must hold, and sending the request."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.account import User
from models.federation import FederationMember
from models.introduction import Introduction, IntroductionMessage
from models.membership import Membership
from models.need import Need
from models.offer import Offer
from models.organization import Organization
from services.errors import RuleViolation
from services.introduction_caps import check_caps
from services.introduction_notes import IntroductionEvent, plan_due_steps, tell_team
from services.need_documents import offer_documents_to
from services.permissions import membership_of
from services.register import record_event
from vocabulary.exchanges import IntroductionState, RegisterEvent, Side
from vocabulary.kinds import FederationState, MembershipState, PublicationState
from vocabulary.labels import N_
from vocabulary.periods import paris_day

MESSAGE_LENGTH: Final = 4_000
# After a refusal the same side may not ask again about the same pair for so long.
COOLING_OFF: Final = timedelta(days=90)


class NobodyThere(RuleViolation):
    """Nobody looks after the entry asked: there is no one to whom to relay anything."""


class AlreadyOpen(RuleViolation):
    """A request about this pair is under way: ``introduction_id`` says where."""

    def __init__(self, message: str, *, introduction_id: int) -> None:
        """Keep the message and the number of the request under way."""
        super().__init__(message)
        self.introduction_id = introduction_id


NO_CARRIER: Final = N_(
    "Ce besoin n’est pas encore porté par un acteur inscrit : personne ne peut recevoir de message."
)
NO_TEAM: Final = N_(
    "Personne ne s’occupe encore de la fiche « %(name)s » : un message n’arriverait à personne."
)


def pair_key(need_id: int, offer_id: int) -> str:
    """Return what names a pair while a request about it is open."""
    return f"{need_id}:{offer_id}"


def lock_introduction(session: Session, introduction: Introduction) -> None:
    """Read the row afresh and keep it: of two answers at once the second sees the first."""
    # « of » names the one table: what was loaded beside it by outer joins cannot be locked.
    session.refresh(introduction, with_for_update={"of": Introduction})


def has_team(session: Session, organization: Organization) -> bool:
    """Tell whether somebody looks after the entry."""
    return organization.is_claimed and (
        session.scalar(
            select(Membership.id)
            .where(
                Membership.organization_id == organization.id,
                Membership.state == MembershipState.APPROVED,
            )
            .limit(1)
        )
        is not None
    )


def check_target(session: Session, need: Need, offer: Offer, from_side: Side) -> None:
    """Refuse a request that could reach nobody, before anything is typed.

    Raises:
        NobodyThere: the entry asked has no team.
    """
    target = offer.organization if from_side == Side.TERRITORY else need.carrier
    if target is None:
        raise NobodyThere(NO_CARRIER)
    if not has_team(session, target):
        raise NobodyThere(NO_TEAM, name=target.name)


def open_introduction(session: Session, need_id: int, offer_id: int) -> Introduction | None:
    """Return the request under way about a pair."""
    return session.scalar(
        select(Introduction).where(Introduction.open_key == pair_key(need_id, offer_id))
    )


def relay_choices(session: Session, actor: Organization) -> list[Organization]:
    """Return the federating structures that the actor agreed to be listed by."""
    return list(
        session.scalars(
            Organization.published()
            .join(FederationMember, FederationMember.federator_id == Organization.id)
            .where(
                FederationMember.member_id == actor.id,
                FederationMember.state == FederationState.CONSENTED,
            )
            .order_by(Organization.name_key, Organization.id)
        )
    )


def request_introduction(
    session: Session,
    need: Need,
    offer: Offer,
    *,
    from_side: Side,
    sender: User,
    message: str,
    now: datetime,
    relay: Organization | None = None,
) -> Introduction:
    """Send a request from one side to the other; ``sender`` acts for the side that asks.

    Raises:
        NobodyThere: the entry asked has no team.
        AlreadyOpen: a request about this pair is under way.
        TooManyRequests: a cap is reached.
        RuleViolation: the need or the offer is not open to it, or the pair was declined lately.
    """
    actor = offer.organization
    _check_pair(need, offer, now)
    check_target(session, need, offer, from_side)
    carrier = need.carrier
    if carrier is None:
        raise NobodyThere(NO_CARRIER)
    source, target = (carrier, actor) if from_side == Side.TERRITORY else (actor, carrier)
    _check_sender(session, source, target, sender)
    if relay is not None and relay.id not in {one.id for one in relay_choices(session, actor)}:
        raise RuleViolation(
            N_("Cette structure ne fédère pas l’acteur : choisissez-en une autre."), field="relay"
        )
    _check_history(session, need, offer, from_side, now)
    check_caps(session, sender=sender, source=source, target=target, from_side=from_side, now=now)
    introduction = Introduction(
        need=need,
        offer=offer,
        offer_title=offer.title,
        carrier=carrier,
        actor=actor,
        relay=relay,
        from_side=from_side,
        state=IntroductionState.SENT,
        open_key=pair_key(need.id, offer.id),
        sent_at=now,
        sent_by_id=sender.id,
        last_message_at=now,
        is_demo=need.is_demo,
        messages=[IntroductionMessage(side=from_side, author=sender, body=message, created_at=now)],
    )
    introduction.set_contact(from_side, sender)
    session.add(introduction)
    session.flush()
    _record(session, introduction, sender, now)
    if from_side == Side.TERRITORY:
        offer_documents_to(session, need, actor, now=now)
    plan_due_steps(session, introduction, now=now)
    tell_team(session, introduction, IntroductionEvent.REQUESTED, introduction.to_side, now=now)
    return introduction


def _record(session: Session, introduction: Introduction, sender: User, now: datetime) -> None:
    is_territory = introduction.from_side == Side.TERRITORY
    facts: dict[str, int] = {"introduction": introduction.id}
    if introduction.relay is not None:
        facts["relay"] = introduction.relay.id
    record_event(
        session,
        introduction.need,
        RegisterEvent.CONTACTED if is_territory else RegisterEvent.APPROACHED,
        now=now,
        organization=introduction.actor,
        offer_id=introduction.offer_id,
        person=sender,
        facts=facts,
    )


def _check_pair(need: Need, offer: Offer, now: datetime) -> None:
    if need.state != PublicationState.PUBLISHED or not need.is_open_on(paris_day(now)):
        raise RuleViolation(N_("Ce besoin n’est plus ouvert aux réponses."))
    if not offer.is_public:
        raise RuleViolation(N_("Cette proposition n’est pas publiée."))


def _check_sender(
    session: Session, source: Organization, target: Organization, sender: User
) -> None:
    if source.id == target.id:
        raise RuleViolation(N_("Ce besoin et cette proposition sont du même acteur."))
    if membership_of(session, sender, source.id) is None:
        raise RuleViolation(
            N_("Seule l’équipe de « %(name)s » peut envoyer cette demande."), name=source.name
        )


def _check_history(
    session: Session, need: Need, offer: Offer, from_side: Side, now: datetime
) -> None:
    running = open_introduction(session, need.id, offer.id)
    if running is not None:
        raise AlreadyOpen(
            N_("Une mise en relation est déjà ouverte sur ce besoin et cette proposition."),
            introduction_id=running.id,
        )
    declined_at = session.scalar(
        select(Introduction.decided_at)
        .where(
            Introduction.need_id == need.id,
            Introduction.offer_id == offer.id,
            Introduction.from_side == from_side,
            Introduction.state == IntroductionState.DECLINED,
            Introduction.decided_at > now - COOLING_OFF,
        )
        .order_by(Introduction.decided_at.desc())
        .limit(1)
    )
    if declined_at is not None:
        again = paris_day(declined_at + COOLING_OFF)
        raise RuleViolation(
            N_(
                "Cette demande a été déclinée : vous pourrez la renouveler le %(day)s. "
                "L’autre partie peut vous écrire avant."
            ),
            day=f"{again:%d/%m/%Y}",
        )
