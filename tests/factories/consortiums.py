"""A small directory where who covers what is known, and a team over three needs."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.account import User
from models.consortium import Consortium, ConsortiumInvitation, ConsortiumNeed
from models.need import Need
from models.organization import Organization
from models.territory import Territory
from services.consortium_boards import Board, build_board, whole_consortium
from services.consortium_invitations import Call
from services.matching import Matcher, Moment
from tests.factories.accounts import make_membership, make_user
from tests.factories.entries import make_need, make_territory
from tests.factories.organizations import NOW, make_offer, make_organization
from tests.factories.pages import submit
from vocabulary.kinds import AreaLevel, OrganizationKind
from vocabulary.periods import paris_day

BUILDER = "batisseuse@ville.example"
GUEST = "invitee@velo.example"


@dataclass(frozen=True, slots=True)
class Scene:
    """The rows of the small directory."""

    carrier: Organization
    territory: Territory
    bikes: Need
    heat: Need
    alone: Need
    cyclist: Organization
    insulator: Organization
    distant: Organization
    builder: User
    guest: User


def make_scene(session: Session) -> Scene:
    """Two needs that one actor each covers, one that nobody covers, one actor from elsewhere."""
    territory = make_territory(session)
    carrier = make_organization(
        session, "Ville d’essai", kind=OrganizationKind.COLLECTIVITE, is_claimed=True
    )
    builder, guest = make_user(session, email=BUILDER), make_user(session, email=GUEST)
    make_membership(session, builder, carrier)
    cyclist = make_organization(session, "Vélo pour tous", is_claimed=True)
    make_membership(session, guest, cyclist)
    insulator = make_organization(session, "Murs frais")
    distant = make_organization(session, "Loin d’ici")
    words = "ateliers pour réparer des bicyclettes et apprendre le vélo"
    _offer(session, cyclist, "Ateliers vélo", words)
    _offer(session, distant, "Ateliers vélo lointains", words, area_codes=["93"])
    _offer(session, insulator, "Isolation fraîche", "volets isolants contre la canicule")
    return Scene(
        carrier=carrier,
        territory=territory,
        bikes=_need(session, territory, carrier, "Apprendre le vélo et réparer des bicyclettes"),
        heat=_need(session, territory, carrier, "Volets isolants contre la canicule"),
        alone=_need(session, territory, carrier, "Sanisettes gratuites", themes=["numerique"]),
        cyclist=cyclist,
        insulator=insulator,
        distant=distant,
        builder=builder,
        guest=guest,
    )


def make_team(session: Session, scene: Scene, *needs: Need, **columns: Any) -> Consortium:
    """Add a team of the scene, for all its needs unless some are named."""
    team = Consortium(
        organization=scene.carrier,
        territory=scene.territory,
        created_by_id=scene.builder.id,
        created_at=NOW,
        updated_at=NOW,
        needs=[
            ConsortiumNeed(need=need, weight=3)
            for need in needs or (scene.bikes, scene.heat, scene.alone)
        ],
        **{"name": "Première équipe", "max_members": 2, "seed": 7, "previous": {}, **columns},
    )
    session.add(team)
    session.flush()
    return team


def _offer(session: Session, actor: Organization, title: str, pitch: str, **columns: Any) -> None:
    area = {"area_level": AreaLevel.REGIONS, "area_codes": ["84"], **columns}
    make_offer(session, actor, title, pitch=pitch, **area)


def _need(
    session: Session, territory: Territory, carrier: Organization, title: str, **columns: Any
) -> Need:
    return make_need(
        session,
        territory,
        title,
        carrier_id=carrier.id,
        description=f"{title}.",
        closes_on=date(2027, 12, 31),
        **columns,
    )


TEAMS = "/mon-espace/groupements"


def team_again(session: Session, team: Consortium) -> Consortium:
    session.rollback()
    session.expire_all()
    return session.get_one(Consortium, team.id)


def choice(team: Consortium, actor_id: int, action: str, **more: Any) -> dict[str, Any]:
    return {"acteur": actor_id, "action": action, "lock": team.lock, **more}


def invite_actors(client: FlaskClient, team: Consortium, *actors: int, **more: Any) -> Any:
    data = {"acteur": list(actors), "message": "Une réunion en janvier ?", **more}
    return submit(client, f"{TEAMS}/{team.id}/inviter", data)


def sole_invitation(session: Session) -> ConsortiumInvitation:
    session.rollback()
    session.expire_all()
    return session.scalars(select(ConsortiumInvitation)).one()


MOMENT = Moment(now=NOW, today=paris_day(NOW))


def board_of(session: Session, team: Consortium) -> Board:
    session.flush()
    session.expire(team)
    found = session.scalars(whole_consortium(team.id)).one()
    return build_board(session, found, matcher=Matcher(), moment=MOMENT)


def members(board: Board) -> set[int]:
    return {seat.id for seat in board.team.seats}


def call(actor: Organization) -> Call:
    return Call(actor, None, "Rôle")
