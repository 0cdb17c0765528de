"""Two organisations with a person each, a need of the one, an offer of the other, and requests."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from models.account import User
from models.introduction import Introduction
from models.need import Need
from models.offer import Offer
from models.organization import Organization
from models.register import RegisterEntry
from services.introduction_decisions import accept_introduction, decline_introduction
from services.introductions import request_introduction
from tests.factories.accounts import NOW, make_membership, make_user
from tests.factories.entries import make_need, make_territory
from tests.factories.organizations import make_offer, make_organization
from vocabulary.exchanges import DeclineReason, RegisterEvent, Side
from vocabulary.kinds import AreaLevel, OrganizationKind

THREADS = "/mon-espace/mises-en-relation"


@dataclass(frozen=True)
class Table:
    """Both sides of one table."""

    carrier: Organization
    actor: Organization
    buyer: User
    maker: User
    need: Need
    offer: Offer

    def sender(self, side: Side) -> User:
        """Return who asks for one side."""
        return self.buyer if side == Side.TERRITORY else self.maker

    def asked(self, side: Side) -> User:
        """Return who answers a request that comes from ``side``."""
        return self.maker if side == Side.TERRITORY else self.buyer


def make_table(session: Session, mark: str = "", **need: Any) -> Table:
    """Add a carrier with its need and an actor with its offer, each with one member."""
    carrier = make_organization(
        session,
        f"Ville d’essai{mark}",
        kind=OrganizationKind.COLLECTIVITE,
        is_claimed=True,
    )
    actor = make_organization(
        session, f"Jeune pousse d’essai{mark}", is_claimed=True, area_level=AreaLevel.NATIONAL
    )
    buyer, maker = make_user(session), make_user(session)
    buyer.display_name, maker.display_name = "Claire Acheteuse", "Marc Inventeur"
    make_membership(session, buyer, carrier)
    make_membership(session, maker, actor)
    code = need.pop("code", "QN04212M")
    wanted = make_need(
        session, make_territory(session, code), f"Besoin{mark}", carrier_id=carrier.id, **need
    )
    offer = make_offer(session, actor, f"Offre{mark}")
    session.flush()
    return Table(carrier, actor, buyer, maker, wanted, offer)


def make_introduction(
    session: Session,
    table: Table,
    *,
    from_side: Side = Side.TERRITORY,
    now: datetime = NOW,
    accepted: bool = False,
    offer: Offer | None = None,
    message: str = "Bonjour, parlons-en.",
) -> Introduction:
    """Send a request over the table, accepted on request."""
    introduction = request_introduction(
        session,
        table.need,
        offer or table.offer,
        from_side=from_side,
        sender=table.sender(from_side),
        message=message,
        now=now,
    )
    if accepted:
        accept_introduction(session, introduction, table.asked(from_side), now=now)
    session.flush()
    return introduction


def register_events(session: Session, table: Table) -> list[RegisterEvent]:
    """Return what the register of the need holds, in order."""
    return [entry.event for entry in session.scalars(RegisterEntry.of_need(table.need.id))]


def decline(
    session: Session, introduction: Introduction, table: Table, *, now: datetime = NOW
) -> None:
    """Decline for the side that was asked."""
    decline_introduction(
        session,
        introduction,
        table.asked(introduction.from_side),
        reason=DeclineReason.CALENDAR,
        note="Pas avant l’été.",
        now=now,
    )


def sent_introduction(session: Session, table: Table, **options: object) -> Introduction:
    """Return a committed request."""
    introduction = make_introduction(session, table, **options)  # type: ignore[arg-type]
    session.commit()
    return introduction


def contact_page(table: Table) -> str:
    """Return the address of the request from the carrier."""
    return f"/besoins/{table.need.id}/contacter/{table.offer.slug}"


def thread_page(introduction: Introduction) -> str:
    """Return the address of a thread."""
    return f"{THREADS}/{introduction.id}"


def read_again(session: Session, introduction: Introduction) -> Introduction:
    """Return the introduction as it is stored now."""
    session.rollback()
    session.expire_all()
    return session.get_one(Introduction, introduction.id)
