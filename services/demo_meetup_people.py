"""The demonstration's participants of a meetup day: who comes, whom they send, whom they wish.

Deterministic: the same entries give the same day. Names of people are composed and belong to
nobody; every address ends in .example.
"""

import hashlib
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from models.account import User
from models.meetup import MeetupDay
from models.meetup_participant import (
    MeetupAbsence,
    MeetupAttendee,
    MeetupParticipant,
    MeetupParticipantEvent,
)
from models.meetup_wish import MeetupWish
from models.membership import Membership
from models.organization import Organization
from services.meetup_wish_rules import wishes_close_at
from services.seeding_files import Row
from services.text_keys import name_key, slugify
from vocabulary.exchanges import Side
from vocabulary.kinds import MembershipState
from vocabulary.meetups import (
    ParticipantEvent,
    ParticipantState,
    ParticipantVisibility,
    WishPriority,
    WishState,
)

_FIRST: Final = (
    "Alma", "Basile", "Camille", "Dounia", "Élias", "Fanta", "Gaspard", "Hélène", "Idris",
    "Jeanne", "Karim", "Léonie", "Malo", "Nour", "Octave", "Prune", "Quentin", "Rose", "Sami",
    "Théa", "Ulysse", "Violette", "Wassim", "Yuna", "Zélie",
)  # fmt: skip
_LAST: Final = (
    "Arvelande", "Bressonge", "Calmeroy", "Dorvaud", "Estrenel", "Fauquerin", "Grimolle",
    "Halvrin", "Isambel", "Jolivane", "Kerlouvic", "Lavergnol", "Mordanel", "Navazin", "Orgevin",
    "Pélissane", "Quervaut", "Ravanelle", "Sauvegrin", "Talmire", "Urvoline", "Vasselin",
    "Wambrechel", "Yvoirelle",
)  # fmt: skip
_JOBS: Final[Mapping[Side, Sequence[str]]] = {
    Side.TERRITORY: ("Responsable de projet", "Responsable de l’innovation", "Architecte-conseil"),
    Side.ACTOR: ("Membre de la direction", "Responsable des partenariats", "Responsable technique"),
}
_VISIBILITIES: Final = (
    ParticipantVisibility.EVERYONE,
    ParticipantVisibility.PARTICIPANTS,
    ParticipantVisibility.EVERYONE,
    ParticipantVisibility.EVERYONE,
    ParticipantVisibility.PARTICIPANTS,
    ParticipantVisibility.ORGANIZERS,
)
_PRIORITIES: Final = (
    WishPriority.ESSENTIAL,
    WishPriority.ESSENTIAL,
    WishPriority.IMPORTANT,
    WishPriority.IMPORTANT,
    WishPriority.IMPORTANT,
    WishPriority.WELCOME,
)
_OFFICE_HOURS: Final = 8
# Below what a participant may hold, so that nobody is promised more.
_MOST_ACCEPTED: Final = 7


@dataclass(frozen=True, slots=True)
class Body:
    """Somebody who comes: an organisation of the directory, or an invitee of the list."""

    name: str
    side: Side
    themes: tuple[str, ...]
    organization: Organization | None
    user: User | None


def demo_bodies(
    session: Session, invitees: Iterable[Mapping[str, str]], *, accounts: Sequence[str]
) -> list[Body]:
    """Return who may come, those of the demo ``accounts`` first, then in an order of chance."""
    users = {
        user.id: user for user in session.scalars(select(User).where(User.email.in_(accounts)))
    }
    members = session.execute(
        select(Membership.organization_id, Membership.user_id)
        .where(Membership.user_id.in_(users), Membership.state == MembershipState.APPROVED)
        .order_by(Membership.id)
    ).all()
    user_of = {
        organization_id: users[user_id]
        for organization_id, user_id in reversed(members)
        if user_id is not None
    }
    organizations = session.scalars(select(Organization).where(Organization.is_demo)).all()
    bodies = [
        Body(
            name=one.name,
            side=Side.ACTOR if one.is_innovation_side else Side.TERRITORY,
            themes=tuple(one.themes),
            organization=one,
            user=user_of.get(one.id),
        )
        for one in organizations
    ]
    bodies += [Body(one["name"], Side(one["side"]), (), None, None) for one in invitees]
    order = {address: rank for rank, address in enumerate(accounts)}
    return sorted(
        bodies,
        key=lambda one: (order.get(one.user.email, 9) if one.user else 9, _chance(one.name)),
    )


def _chance(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def add_participants(
    session: Session,
    day: MeetupDay,
    bodies: Sequence[Body],
    counts: Mapping[str, int],
    *,
    invited_at: datetime,
    staff: User | None,
) -> list[MeetupParticipant]:
    """Add the participants of a day: so many of each side, one or two people each.

    ``invited_at``, a morning, is when the first was invited; the others follow in office hours.
    """
    wanted = {Side.TERRITORY: counts["territories"], Side.ACTOR: counts["actors"]}
    chosen = [one for side, most in wanted.items() for one in _of_side(bodies, side)[:most]]
    addresses: set[str] = set()
    made = []
    for rank, body in enumerate(chosen):
        participant = _participant(day, body, rank, _in_office_hours(invited_at, rank))
        participant.attendees.extend(_people(day, body, rank, addresses))
        made.append(participant)
    day.participants.extend(made)
    session.flush()
    _add_history(session, made, staff)
    return made


def _in_office_hours(morning: datetime, rank: int) -> datetime:
    days, hours = divmod(rank, _OFFICE_HOURS)
    return morning + timedelta(days=days, hours=hours, minutes=rank * 17 % 60)


def _add_history(
    session: Session, participants: Iterable[MeetupParticipant], staff: User | None
) -> None:
    """Write what the steps of each participation would have left in its history."""
    by_staff = staff.public_name[:120] if staff else ""
    session.execute(
        insert(MeetupParticipantEvent),
        [
            {
                "participant_id": one.id,
                "at": at,
                "event": event,
                "actor_name": actor,
                "recipients": len(one.attendees),
                "note": "",
            }
            for one in participants
            for event, at, actor in (
                (ParticipantEvent.INVITED, one.invited_at, by_staff),
                (ParticipantEvent.REGISTERED, one.answered_at, ""),
                (ParticipantEvent.CONFIRMED, one.confirmed_at, by_staff),
            )
        ],
    )


def _of_side(bodies: Sequence[Body], side: Side) -> list[Body]:
    return [one for one in bodies if one.side is side]


def _participant(day: MeetupDay, body: Body, rank: int, invited_at: datetime) -> MeetupParticipant:
    organization = body.organization
    return MeetupParticipant(
        organization_id=organization.id if organization else None,
        name=body.name,
        name_key=name_key(body.name),
        side=body.side,
        kind=organization.kind if organization else None,
        themes=list(body.themes),
        presentation=organization.pitch if organization else "",
        state=ParticipantState.CONFIRMED,
        visibility=_VISIBILITIES[rank % len(_VISIBILITIES)],
        needs_step_free=rank % 17 == 5,  # noqa: PLR2004 - three or four of sixty
        needs_hearing_loop=rank % 29 == 7,  # noqa: PLR2004 - one or two of sixty
        link_key=_key(day, "lien", body.name),
        invited_at=invited_at,
        answered_at=invited_at + timedelta(days=6, minutes=25),
        confirmed_at=invited_at + timedelta(days=7),
        created_at=invited_at,
    )


def _key(day: MeetupDay, purpose: str, text: str) -> str:
    """Return a key that differs from one installation of the demonstration to the next day."""
    return _chance(f"{day.id}/{day.held_on}/{day.created_at}/{purpose}/{text}")[:32]


def _people(day: MeetupDay, body: Body, rank: int, addresses: set[str]) -> Iterable[MeetupAttendee]:
    for position in range(1 + (rank % 3 == 0)):
        turn = rank * 2 + position
        first, last = _FIRST[turn % len(_FIRST)], _LAST[(turn * 7) % len(_LAST)]
        email = f"{slugify(first)}.{slugify(last)}@{slugify(body.name)[:40]}.example"
        user = body.user if position == 0 else None
        if user is not None and user.email not in addresses:
            first, _, last = user.display_name.partition(" ")
            email = user.email
        else:
            user = None
        addresses.add(email)
        yield MeetupAttendee(
            day_id=day.id,
            user_id=user.id if user else None,
            name=f"{first} {last}".strip(),
            job_title=_JOBS[body.side][turn % 3],
            email=email,
            badge_key=_key(day, "badge", f"{body.name}/{position}"),
        )


def add_absences(day: MeetupDay, participants: Sequence[MeetupParticipant]) -> None:
    """Let about one in six come late or leave early."""
    slots = list(day.slots)
    for rank, participant in enumerate(participants):
        if rank % 6 != 4 or len(slots) < 4:  # noqa: PLR2004 - about one in six, of a whole day
            continue
        gone = slots[:2] if rank % 12 == 4 else slots[-3:]  # noqa: PLR2004 - by turns
        participant.absences.append(
            MeetupAbsence(starts_at=gone[0].starts_at, ends_at=gone[-1].ends_at)
        )


def add_wishes(
    session: Session,
    day: MeetupDay,
    participants: Sequence[MeetupParticipant],
    *,
    made_at: datetime,
    are_answered: bool,
) -> int:
    """Let each wish to meet some of the other side, by what they have in common; return how many.

    While wishes are still open a part of them waits for an answer.
    """
    draw = random.Random(day.slug)  # noqa: S311 - a fictional day, the same every time
    chosen = {one.id: _wished(draw, one, participants) for one in participants}
    accepted: dict[int, int] = {one.id: 0 for one in participants}
    rows: list[Row] = []
    for wisher, wished in chosen.items():
        for rank, other in enumerate(wished):
            is_mutual = wisher in chosen[other]
            state = _state(draw, is_mutual=is_mutual, are_answered=are_answered)
            if state is WishState.ACCEPTED and max(accepted[wisher], accepted[other]) >= (
                _MOST_ACCEPTED
            ):
                state = WishState.RESERVE
            if state is WishState.ACCEPTED:
                accepted[wisher] += 1
                accepted[other] += 1
            at = made_at + timedelta(minutes=len(rows))
            rows.append(_wish(day, wisher, other, rank, state, at))
    session.execute(insert(MeetupWish), rows)
    return len(rows)


def _wished(
    draw: random.Random, one: MeetupParticipant, participants: Sequence[MeetupParticipant]
) -> list[int]:
    others = [other for other in participants if other.side is not one.side]
    own = set(one.themes)
    scored = [(len(own & set(other.themes)) + draw.random() * 1.5, other.id) for other in others]
    return [number for _score, number in sorted(scored, reverse=True)[: draw.randint(4, 8)]]


def _state(draw: random.Random, *, is_mutual: bool, are_answered: bool) -> WishState:
    chance = draw.random()
    if is_mutual or chance < (0.6 if are_answered else 0.35):
        return WishState.ACCEPTED
    if chance > 0.93:  # noqa: PLR2004 - idem
        return WishState.DECLINED
    return WishState.EXPIRED if are_answered else WishState.PROPOSED


def _wish(
    day: MeetupDay, wisher: int, wished: int, rank: int, state: WishState, at: datetime
) -> dict[str, Any]:
    is_open = state is WishState.PROPOSED
    return {
        "day_id": day.id,
        "wisher_id": wisher,
        "wished_id": wished,
        "priority": _PRIORITIES[min(rank, len(_PRIORITIES) - 1)],
        "rank": rank,
        "state": state,
        "created_at": at,
        "told_at": at,
        "answer_told_at": None if is_open else at,
        "decided_at": None if is_open else at,
        "expires_at": min(at + timedelta(days=90), wishes_close_at(day)) if is_open else None,
        "match_reasons": {},
    }
