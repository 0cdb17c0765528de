"""Teams that a body builds for the needs it carries: opening one, its size, weights and choices.

Every change is made against the version its author saw, and the last one can be taken back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from matching.consortium import MAX_MEMBERS, MAX_NEEDS
from models.account import User
from models.consortium import Consortium, ConsortiumChoice, ConsortiumInvitation, ConsortiumNeed
from models.need import Need
from models.organization import Organization
from models.partnership import Partnership
from models.territory import Territory
from services.consortium_boards import HOLDING
from services.contents import clean_line
from services.drafts import flush_or_conflict
from services.errors import Conflict, RuleViolation
from services.workspace import own_organizations
from vocabulary.exchanges import InvitationState, SeatChoice
from vocabulary.labels import N_

MAX_NAME: Final = 160
MAX_REASON: Final = 300
MAX_TEAMS: Final = 100
LIGHTEST, HEAVIEST = 1, 5
STALE: Final = N_("Quelqu’un de votre équipe a changé ce groupement entre-temps.")
BECAME: Final = N_("Ce groupement est devenu un partenariat : la suite se passe sur sa page.")
INVITED_STAYS: Final = N_(
    "« %(name)s » est invité : retirez d’abord l’invitation pour libérer sa place."
)
DECLINED_STAYS: Final = N_("« %(name)s » a décliné l’invitation : sa place reste libre.")


@dataclass(frozen=True, slots=True)
class Settings:
    """What a team is asked for, beside who must or must not be in it."""

    name: str
    max_members: int
    weights: Mapping[int, int]
    """Weight of each need, by its number."""


@dataclass(frozen=True, slots=True)
class Ground:
    """A territory where a body carries open needs, and how many."""

    organization: Organization
    territory: Territory
    needs: tuple[Need, ...]


def grounds_of(session: Session, person: User, today: date) -> list[Ground]:
    """Return where the organisations of ``person`` carry open needs, by body and territory."""
    bodies = {body.id: body for body in own_organizations(session, person)}
    if not bodies:
        return []
    found = session.scalars(
        Need.open_on(today)
        .where(Need.carrier_id.in_(bodies))
        .options(joinedload(Need.territory).selectinload(Territory.communes))
        .order_by(Need.id)
    )
    grouped: dict[tuple[int, int], list[Need]] = {}
    for need in found:
        if need.carrier_id is not None:
            grouped.setdefault((need.carrier_id, need.territory_id), []).append(need)
    grounds = [
        Ground(bodies[carrier_id], needs[0].territory, tuple(needs))
        for (carrier_id, _), needs in grouped.items()
    ]
    return sorted(
        grounds,
        key=lambda one: (one.organization.name_key, one.territory.name_key, one.territory.code),
    )


def create_consortium(
    session: Session, ground: Ground, settings: Settings, *, author: User, now: datetime
) -> Consortium:
    """Open a team for some needs of a territory.

    Raises:
        RuleViolation: no name, no need or too many, or the body has too many teams.
    """
    body = ground.organization
    count = session.scalar(select(func.count()).where(Consortium.organization_id == body.id)) or 0
    if count >= MAX_TEAMS:
        message = N_("Votre équipe a déjà %(most)s groupements : supprimez-en un d’abord.")
        raise RuleViolation(message, most=MAX_TEAMS)
    allowed = {need.id for need in ground.needs}
    _check(settings, allowed)
    consortium = Consortium(
        organization=body,
        territory=ground.territory,
        name=clean_line(settings.name, MAX_NAME),
        max_members=settings.max_members,
        seed=now.toordinal(),
        previous={},
        created_by_id=author.id,
        created_at=now,
        updated_at=now,
        is_demo=body.is_demo,
        needs=[
            ConsortiumNeed(need_id=key, weight=settings.weights[key])
            for key in allowed
            if key in settings.weights
        ],
    )
    session.add(consortium)
    session.flush()
    return consortium


def change_settings(
    session: Session, consortium: Consortium, settings: Settings, *, lock: int, now: datetime
) -> None:
    """Give the team another name, size or weights.

    Raises:
        Conflict: somebody changed the team since ``lock``.
        RuleViolation: a value is out of bounds, or the team became a partnership.
    """
    _check(settings, {line.need_id for line in consortium.needs})
    _begin_change(session, consortium, lock)
    consortium.name = clean_line(settings.name, MAX_NAME)
    consortium.max_members = settings.max_members
    for line in consortium.needs:
        line.weight = settings.weights.get(line.need_id, line.weight)
    _end_change(session, consortium, now)


def choose(
    session: Session,
    consortium: Consortium,
    actor: Organization,
    choice: SeatChoice | None,
    *,
    reason: str = "",
    instead: Organization | None = None,
    lock: int,
    now: datetime,
) -> None:
    """Keep an actor in the team, leave it out, or with ``None`` let the computation decide.

    With ``instead``, that actor takes the seat: it is kept, and ``actor`` left out.

    Raises:
        Conflict: somebody changed the team since ``lock``.
        RuleViolation: the actor is invited or declined, is not public, or is the body itself.
    """
    wanted = {actor: choice} if instead is None else {actor: choice, instead: SeatChoice.LOCKED}
    for one, what in wanted.items():
        _check_choice(consortium, one, what)
    _begin_change(session, consortium, lock)
    for one, what in wanted.items():
        _set_choice(consortium, one, what, clean_line(reason, MAX_REASON) if one is actor else "")
    _end_change(session, consortium, now)


def undo(session: Session, consortium: Consortium, *, lock: int, now: datetime) -> None:
    """Take back the last change of size, weights or choices; nothing to take back changes nothing.

    Raises:
        Conflict: somebody changed the team since ``lock``.
    """
    before: Mapping[str, Any] = consortium.previous
    _begin_change(session, consortium, lock)
    if before:
        consortium.name = str(before["name"])
        consortium.max_members = int(before["max_members"])
        weights = {int(key): int(value) for key, value in before["weights"].items()}
        for line in consortium.needs:
            line.weight = weights.get(line.need_id, line.weight)
        _restore_choices(session, consortium, before["choices"])
    consortium.previous = {}
    _end_change(session, consortium, now)


def delete_consortium(session: Session, consortium: Consortium) -> None:
    """Delete a team nobody is invited to; the registers of its needs keep their lines.

    Raises:
        RuleViolation: an invitation waits or was accepted, or the team became a partnership.
    """
    _check_open(session, consortium)
    if any(one.state in HOLDING for one in consortium.invitations):
        raise RuleViolation(N_("Retirez d’abord les invitations : un acteur compte sur ce projet."))
    session.delete(consortium)
    session.flush()


def partnership_of(session: Session, consortium_id: int) -> Partnership | None:
    """Return the partnership that a team became."""
    return session.scalar(select(Partnership).where(Partnership.consortium_id == consortium_id))


def consortiums_of(session: Session, person: User) -> Sequence[Consortium]:
    """Return the teams of the person's organisations, the last changed first."""
    bodies = [body.id for body in own_organizations(session, person)]
    return session.scalars(
        select(Consortium)
        .where(Consortium.organization_id.in_(bodies))
        .options(
            joinedload(Consortium.organization),
            joinedload(Consortium.territory),
            selectinload(Consortium.needs),
            selectinload(Consortium.invitations),
        )
        .order_by(Consortium.updated_at.desc(), Consortium.id.desc())
    ).all()


def invitations_received(session: Session, person: User) -> Sequence[ConsortiumInvitation]:
    """Return the invitations to the person's organisations, the last sent first."""
    bodies = [body.id for body in own_organizations(session, person)]
    team = joinedload(ConsortiumInvitation.consortium)
    return session.scalars(
        select(ConsortiumInvitation)
        .where(ConsortiumInvitation.organization_id.in_(bodies))
        .options(
            team.joinedload(Consortium.organization),
            team.joinedload(Consortium.territory),
            joinedload(ConsortiumInvitation.organization),
        )
        .order_by(ConsortiumInvitation.sent_at.desc(), ConsortiumInvitation.id.desc())
    ).all()


def check_lock(consortium: Consortium, lock: int) -> None:
    """Refuse a change written against an older version.

    Raises:
        Conflict: the version is another one.
    """
    if consortium.lock != lock:
        raise Conflict(STALE)


def _check(settings: Settings, allowed: set[int]) -> None:
    if not clean_line(settings.name, MAX_NAME):
        raise RuleViolation(N_("Donnez un nom à ce groupement."), field="name")
    if not 1 <= settings.max_members <= MAX_MEMBERS:
        message = N_("Choisissez entre 1 et %(most)s membres.")
        raise RuleViolation(message, field="max_members", most=MAX_MEMBERS)
    chosen = set(settings.weights) & allowed
    if not chosen:
        raise RuleViolation(N_("Choisissez au moins un besoin."), field="needs")
    if len(chosen) > MAX_NEEDS:
        message = N_("Choisissez %(most)s besoins au plus.")
        raise RuleViolation(message, field="needs", most=MAX_NEEDS)
    if not all(LIGHTEST <= settings.weights[key] <= HEAVIEST for key in chosen):
        raise RuleViolation(N_("Un poids va de 1 à 5."), field="needs")


def _check_open(session: Session, consortium: Consortium) -> None:
    if partnership_of(session, consortium.id) is not None:
        raise RuleViolation(BECAME)


def _check_choice(consortium: Consortium, actor: Organization, choice: SeatChoice | None) -> None:
    if actor.id == consortium.organization_id:
        raise RuleViolation(N_("La structure qui porte les besoins n’occupe pas de place."))
    if choice is not None and not actor.is_public:
        raise RuleViolation(N_("La fiche « %(name)s » n’est plus publiée."), name=actor.name)
    if choice is None:
        return
    states = {one.organization_id: one.state for one in consortium.invitations}
    state = states.get(actor.id)
    if state in HOLDING and choice is SeatChoice.EXCLUDED:
        raise RuleViolation(INVITED_STAYS, name=actor.name)
    if state is InvitationState.DECLINED and choice is SeatChoice.LOCKED:
        raise RuleViolation(DECLINED_STAYS, name=actor.name)


def _begin_change(session: Session, consortium: Consortium, lock: int) -> None:
    check_lock(consortium, lock)
    _check_open(session, consortium)
    consortium.previous = {
        "name": consortium.name,
        "max_members": consortium.max_members,
        "weights": {str(line.need_id): line.weight for line in consortium.needs},
        "choices": [
            [one.organization_id, one.choice.value, one.reason] for one in consortium.choices
        ],
    }


def _end_change(session: Session, consortium: Consortium, now: datetime) -> None:
    # Written whatever else changed: it raises the version, which guards the rows below it too.
    consortium.updated_at = now
    flush_or_conflict(session)


def _set_choice(
    consortium: Consortium, actor: Organization, choice: SeatChoice | None, reason: str
) -> None:
    known = next((one for one in consortium.choices if one.organization_id == actor.id), None)
    if choice is None:
        if known is not None:
            consortium.choices.remove(known)
    elif known is not None:
        known.choice, known.reason = choice, reason
    else:
        consortium.choices.append(
            ConsortiumChoice(organization=actor, choice=choice, reason=reason)
        )


def _restore_choices(
    session: Session, consortium: Consortium, before: Sequence[tuple[int, str, str]]
) -> None:
    wanted = {int(key): (SeatChoice(choice), reason) for key, choice, reason in before}
    for one in list(consortium.choices):
        if one.organization_id not in wanted:
            consortium.choices.remove(one)
    actors = session.scalars(select(Organization).where(Organization.id.in_(wanted))).all()
    for actor in actors:
        choice, reason = wanted[actor.id]
        _set_choice(consortium, actor, choice, reason)
