"""Those who come without being registered, or with one more person: received at the door."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Final

from sqlalchemy import func, or_, select, union_all
from sqlalchemy.orm import Session

from models.account import User
from models.meetup import MeetupDay
from models.meetup_participant import MeetupAbsence, MeetupAttendee, MeetupParticipant
from models.meetup_wish import MeetupPairRule, MeetupWish
from services.contents import clean_line
from services.errors import RuleViolation
from services.meetup_absences import note_leaving
from services.meetup_clock import is_today
from services.meetup_people import NAME_LENGTH, PersonContent, add_person
from services.meetup_places import lock_day
from services.meetup_presence import check_in
from services.meetup_registration import Body, new_participant
from services.meetup_returns import note_return, tell_agenda
from services.text_keys import name_key
from vocabulary.labels import N_
from vocabulary.meetups import (
    DayState,
    PairRule,
    ParticipantState,
    WishOrigin,
    WishPriority,
    WishState,
)

MOST_WISHES: Final = 6
_MIDNIGHT: Final = time(0)


@dataclass(frozen=True, slots=True)
class WalkIn:
    """Who stands at the door: a body, its people, and until when they stay if not to the end."""

    body: Body
    people: tuple[str, ...]
    until: datetime | None = None


def welcome_walk_in(
    session: Session, day: MeetupDay, walk_in: WalkIn, *, person: User, now: datetime
) -> MeetupParticipant:
    """Register a body at the door, its people arrived; who was invited or waited comes in too.

    Raises:
        RuleViolation: not the day, the hall is full, nobody is named, or the body is registered.
    """
    lock_day(session, day)
    if day.state is DayState.CANCELLED or not is_today(day, now):
        raise RuleViolation(N_("On n’accueille sans inscription que le jour même."))
    names = _people(day, walk_in.people)
    participant = _known(session, day, walk_in.body)
    _check_room(session, day)
    if participant is None:
        participant = new_participant(session, day, walk_in.body, actor=person, now=now)
    elif participant.state is ParticipantState.CONFIRMED:
        raise RuleViolation(
            N_("« %(name)s » est déjà inscrit : ouvrez sa ligne pour noter l’arrivée."),
            field="name",
            name=participant.name,
        )
    participant.state, participant.is_walk_in = ParticipantState.CONFIRMED, True
    participant.confirmed_at, participant.queued_at = now, None
    if note_return(session, participant, now=now):
        tell_agenda(session, participant, now=now)
    session.flush()
    for name in names:
        check_in(session, _person(session, participant, name), person=person, now=now)
    _were_not_there(session, participant, now)
    if walk_in.until is not None:
        note_leaving(session, participant, since=walk_in.until, now=now)
    return participant


def welcome_person(
    session: Session, participant: MeetupParticipant, name: str, *, person: User, now: datetime
) -> MeetupAttendee:
    """Add somebody who comes for a registered body, arrived.

    Raises:
        RuleViolation: not the day, no seat is left, the name is missing or already there.
    """
    attendee = add_person(session, participant, PersonContent(name), now=now)
    check_in(session, attendee, person=person, now=now)
    return attendee


def _people(day: MeetupDay, typed: Sequence[str]) -> list[str]:
    cleaned = [clean_line(name, NAME_LENGTH) for name in typed]
    names = list({name_key(name): name for name in cleaned if name_key(name)}.values())
    if not names:
        raise RuleViolation(N_("Écrivez au moins un nom, un par ligne."), field="people")
    if len(names) > day.seats_per_organization:
        raise RuleViolation(
            N_("Cette journée accueille %(count)s personnes au plus par structure."),
            field="people",
            count=day.seats_per_organization,
        )
    return names


def _known(session: Session, day: MeetupDay, body: Body) -> MeetupParticipant | None:
    same = [MeetupParticipant.name_key == name_key(body.name)]
    if body.organization is not None:
        same.append(MeetupParticipant.organization_id == body.organization.id)
    return session.scalar(
        select(MeetupParticipant)
        .where(MeetupParticipant.day_id == day.id, or_(*same))
        .order_by(MeetupParticipant.id)
        .limit(1)
    )


def _check_room(session: Session, day: MeetupDay) -> None:
    """Count those who are there: the places of the absent are free."""
    if day.capacity is None:
        return
    there = session.scalar(
        select(func.count())
        .select_from(MeetupParticipant)
        .where(MeetupParticipant.day_id == day.id, MeetupParticipant.arrived_at.is_not(None))
    )
    if (there or 0) >= day.capacity:
        raise RuleViolation(
            N_("La salle est pleine : %(count)s structures sont déjà là."), count=day.capacity
        )


def _person(session: Session, participant: MeetupParticipant, name: str) -> MeetupAttendee:
    """Return the person of that name, added when the body had not announced it."""
    session.refresh(participant, ["attendees"])
    key = name_key(name)
    known = next((one for one in participant.attendees if name_key(one.name) == key), None)
    if known is not None:
        return known
    attendee = MeetupAttendee(
        day_id=participant.day_id, name=name, badge_key=uuid.uuid4().hex, participant=participant
    )
    session.add(attendee)
    session.flush()
    return attendee


def _were_not_there(session: Session, participant: MeetupParticipant, now: datetime) -> None:
    """Note that nothing of the day before now was theirs."""
    begins = participant.day.at(_MIDNIGHT)
    if begins < now:
        session.add(
            MeetupAbsence(participant_id=participant.id, starts_at=begins, ends_at=now, told_at=now)
        )
        session.flush()
        session.expire(participant, ["absences"])


def possible_partners(session: Session, participant: MeetupParticipant) -> list[MeetupParticipant]:
    """Return whom a body that has just come may meet: those of the other side who are there.

    Those with whom it shares most themes come first, then by name.
    """
    others = session.scalars(
        select(MeetupParticipant).where(
            MeetupParticipant.day_id == participant.day_id,
            MeetupParticipant.state == ParticipantState.CONFIRMED,
            MeetupParticipant.side != participant.side,
            MeetupParticipant.absent_at.is_(None),
        )
    ).all()
    apart = _kept_apart(session, participant)
    own = set(participant.themes)
    return sorted(
        (one for one in others if one.id not in apart),
        key=lambda one: (-len(own & set(one.themes)), one.name_key),
    )


def wished_by(session: Session, participant: MeetupParticipant) -> frozenset[int]:
    """Return whom a participant wishes to meet, or is wished by, as far as it counts."""
    rows = session.execute(
        select(MeetupWish.wisher_id, MeetupWish.wished_id).where(
            or_(
                MeetupWish.wisher_id == participant.id,
                MeetupWish.wished_id == participant.id,
            ),
            MeetupWish.state.not_in({WishState.WITHDRAWN, WishState.DECLINED}),
        )
    )
    return frozenset(one for pair in rows for one in pair) - {participant.id}


def wish_at_the_door(
    session: Session,
    participant: MeetupParticipant,
    others: Collection[int],
    *,
    person: User,
    now: datetime,
) -> int:
    """Note whom a body wishes to meet; nobody is asked: the repair offers the meetings at once.

    Returns how many wishes are new. Numbers of people who cannot be met are left out.

    Raises:
        RuleViolation: too many at once.
    """
    possible = {one.id for one in possible_partners(session, participant)}
    known = wished_by(session, participant)
    chosen = sorted(possible & set(others) - known)
    if len(chosen) > MOST_WISHES:
        raise RuleViolation(
            N_("Choisissez %(most)s rendez-vous au plus."), field="others", most=MOST_WISHES
        )
    for rank, number in enumerate(chosen, start=1):
        session.add(
            MeetupWish(
                day_id=participant.day_id,
                wisher_id=participant.id,
                wished_id=number,
                priority=WishPriority.IMPORTANT,
                origin=WishOrigin.STAFF,
                state=WishState.PROPOSED,
                rank=rank,
                created_at=now,
                told_at=now,
                created_by_id=person.id,
            )
        )
    session.flush()
    return len(chosen)


def _kept_apart(session: Session, participant: MeetupParticipant) -> frozenset[int]:
    """Return those with whom the organisers exclude a meeting, or who declined one."""
    rules = select(MeetupPairRule.first_id, MeetupPairRule.second_id).where(
        MeetupPairRule.rule == PairRule.FORBIDDEN,
        or_(
            MeetupPairRule.first_id == participant.id,
            MeetupPairRule.second_id == participant.id,
        ),
    )
    declined = select(MeetupWish.wisher_id, MeetupWish.wished_id).where(
        or_(MeetupWish.wisher_id == participant.id, MeetupWish.wished_id == participant.id),
        MeetupWish.state.in_({WishState.WITHDRAWN, WishState.DECLINED}),
    )
    pairs = session.execute(union_all(rules, declined)).all()
    return frozenset(one for pair in pairs for one in pair) - {participant.id}
