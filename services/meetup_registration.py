"""Coming to a meetup day: registering a body, answering an invitation, changing what was said."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.account import User
from models.meetup import MeetupDay
from models.meetup_participant import MeetupParticipant
from models.membership import Membership
from models.organization import Organization
from services.contents import MAX_NAME, clean_line, clean_text, known_themes
from services.errors import RuleViolation
from services.meetup_availability import Timed, overlap, set_absences
from services.meetup_clock import takes_registrations
from services.meetup_notes import tell
from services.meetup_people import PersonContent, add_person, change_person, person_with_address
from services.meetup_places import lock_day, lock_participant, take_place
from services.meetup_wish_reserve import settle_around
from services.text_keys import name_key
from vocabulary.exchanges import Side
from vocabulary.kinds import INNOVATION_KINDS, OrganizationKind
from vocabulary.labels import N_
from vocabulary.meetups import ParticipantEvent, ParticipantState, ParticipantVisibility

PRESENTATION_LENGTH: Final = 1_000
NOTE_LENGTH: Final = 500
# From these, one may register (again).
MAY_REGISTER: Final = frozenset(
    {ParticipantState.INVITED, ParticipantState.DECLINED, ParticipantState.CANCELLED}
)
# These hold a place, or wait for one.
STANDING: Final = frozenset(
    {ParticipantState.PENDING, ParticipantState.CONFIRMED, ParticipantState.WAITING}
)
CLOSED_TO_CHANGES = N_("Les inscriptions sont closes : écrivez à l’équipe pour changer ce point.")
NOT_OPEN = N_("Les inscriptions à cette journée ne sont pas ouvertes.")


@dataclass(frozen=True, slots=True)
class Body:
    """Who comes: an organisation of the directory, or a name with its side and kind."""

    name: str
    side: Side
    kind: OrganizationKind | None = None
    organization: Organization | None = None

    @classmethod
    def of(cls, organization: Organization) -> "Body":
        """Return an organisation of the directory as a body that comes."""
        side = Side.ACTOR if organization.is_innovation_side else Side.TERRITORY
        return cls(organization.name, side, organization.kind, organization)

    @classmethod
    def named(cls, name: str, kind: OrganizationKind) -> "Body":
        """Return a body that is not of the directory; its kind says its side."""
        side = Side.ACTOR if kind in INNOVATION_KINDS else Side.TERRITORY
        return cls(clean_line(name, MAX_NAME), side, kind)


@dataclass(frozen=True, slots=True)
class RegistrationContent:
    """What a participant says of its coming, beside its people and its availability."""

    presentation: str = ""
    themes: tuple[str, ...] = ()
    visibility: ParticipantVisibility = ParticipantVisibility.PARTICIPANTS
    most_meetings: int | None = None
    needs_step_free: bool = False
    needs_hearing_loop: bool = False
    accessibility_note: str = ""


def is_editable(participant: MeetupParticipant, *, now: datetime) -> bool:
    """Tell whether the participant may still change everything: until registrations close."""
    return participant.state in STANDING and takes_registrations(participant.day, now)


def may_answer(participant: MeetupParticipant, *, now: datetime) -> bool:
    """Tell whether the participant may still register: invited, or having said no before."""
    return participant.state in MAY_REGISTER and takes_registrations(participant.day, now)


def new_participant(
    session: Session, day: MeetupDay, body: Body, *, actor: User | None, now: datetime
) -> MeetupParticipant:
    """Add a body to the day, as one that was not told anything; the caller holds the day."""
    key = name_key(body.name)
    organization = body.organization
    participant = MeetupParticipant(
        day=day,
        organization_id=organization.id if organization else None,
        name=clean_line(body.name, MAX_NAME),
        name_key=key,
        side=body.side,
        kind=body.kind,
        themes=list(organization.themes) if organization else [],
        state=ParticipantState.INVITED,
        link_key=uuid.uuid4().hex,
        created_at=now,
        created_by_id=actor.id if actor else None,
    )
    session.add(participant)
    session.flush()
    return participant


def participant_of_organization(
    session: Session, day: MeetupDay, organization_id: int
) -> MeetupParticipant | None:
    """Return what an organisation of the directory is at the day, whatever its state."""
    return session.scalar(
        select(MeetupParticipant).where(
            MeetupParticipant.day_id == day.id,
            MeetupParticipant.organization_id == organization_id,
        )
    )


def own_bodies(session: Session, day: MeetupDay, person: User) -> list[Organization]:
    """Return the organisations that a person may register: their own, not yet expected."""
    standing = select(MeetupParticipant.organization_id).where(
        MeetupParticipant.day_id == day.id,
        MeetupParticipant.organization_id.is_not(None),
        MeetupParticipant.state.not_in(MAY_REGISTER),
    )
    return list(
        session.scalars(
            Organization.published()
            .join(Membership, Membership.organization_id == Organization.id)
            .where(
                Membership.id.in_(Membership.active_of(person.id).with_only_columns(Membership.id)),
                Organization.id.not_in(standing),
            )
            .order_by(Organization.name_key, Organization.id)
        )
    )


def register(
    session: Session,
    day: MeetupDay,
    body: Body,
    person: PersonContent,
    content: RegistrationContent,
    *,
    user: User | None,
    now: datetime,
) -> MeetupParticipant:
    """Register a body with the first person it sends, whose address is proved.

    A body of the directory registers once. A name that is expected already waits for the
    organisers, who see that it is twice: nobody learns here who takes part.

    Raises:
        RuleViolation: registrations are closed, or the body or the person is expected already.
    """
    lock_day(session, day)
    if not takes_registrations(day, now):
        raise RuleViolation(NOT_OPEN)
    known = None
    if body.organization is not None:
        known = participant_of_organization(session, day, body.organization.id)
    if known is not None:
        return answer_invitation(session, known, person, content, user=user, now=now)
    name, is_twice = _free_name(session, day, body.name)
    body = Body(name, body.side, body.kind, body.organization)
    participant = new_participant(session, day, body, actor=user, now=now)
    add_person(session, participant, person, now=now, user=user)
    write_content(participant, content)
    participant.answered_at = now
    _enter(session, participant, must_wait=day.needs_approval or is_twice, now=now)
    return participant


def _free_name(session: Session, day: MeetupDay, name: str) -> tuple[str, bool]:
    keys = set(
        session.scalars(
            select(MeetupParticipant.name_key).where(MeetupParticipant.day_id == day.id)
        )
    )
    if name_key(name) not in keys:
        return name, False
    # What is stored is what is looked for: a long name loses its end to the number.
    number, stem = 2, name[: MAX_NAME - 6]
    while name_key(f"{stem} ({number})") in keys:
        number += 1
    return f"{stem} ({number})", True


def answer_invitation(
    session: Session,
    participant: MeetupParticipant,
    person: PersonContent,
    content: RegistrationContent,
    *,
    user: User | None,
    now: datetime,
) -> MeetupParticipant:
    """Register a body that was invited, or that had declined or cancelled.

    Whoever was invited was chosen: only those who come back on a cancellation are approved again.

    Raises:
        RuleViolation: registrations are closed, or it is registered already.
    """
    lock_participant(session, participant)
    if not takes_registrations(participant.day, now):
        raise RuleViolation(NOT_OPEN)
    if participant.state not in MAY_REGISTER:
        raise RuleViolation(N_("Cette structure est déjà inscrite."))
    was_invited = participant.invited_at is not None
    if participant.state == ParticipantState.CANCELLED:
        participant.link_key = uuid.uuid4().hex
        was_invited = False
    _write_first_person(session, participant, person, user=user, now=now)
    write_content(participant, content)
    participant.answered_at = now
    must_wait = participant.day.needs_approval and not was_invited
    _enter(session, participant, must_wait=must_wait, now=now)
    return participant


def _write_first_person(
    session: Session,
    participant: MeetupParticipant,
    person: PersonContent,
    *,
    user: User | None,
    now: datetime,
) -> None:
    """Write who answers over the person invited, else beside those known."""
    session.refresh(participant, ["attendees"])
    holder = person_with_address(session, participant, person.email) if person.email else None
    if holder is not None and holder.participant_id == participant.id:
        holder = change_person(session, holder, person, now=now)
    else:
        holder = add_person(session, participant, person, now=now, user=user)
    if user is not None and holder.user_id is None:
        holder.user_id = user.id


def _enter(
    session: Session, participant: MeetupParticipant, *, must_wait: bool, now: datetime
) -> None:
    if not must_wait:
        take_place(session, participant, actor=None, now=now)
        return
    participant.state = ParticipantState.PENDING
    session.flush()
    tell(session, [participant], ParticipantEvent.REGISTERED, actor=None, now=now)


def write_content(participant: MeetupParticipant, content: RegistrationContent) -> None:
    """Write what a participant says of its coming."""
    participant.presentation = clean_text(content.presentation, PRESENTATION_LENGTH)
    participant.themes = list(known_themes(content.themes))
    participant.visibility = content.visibility
    participant.most_meetings = content.most_meetings
    participant.needs_step_free = content.needs_step_free
    participant.needs_hearing_loop = content.needs_hearing_loop
    participant.accessibility_note = clean_text(content.accessibility_note, NOTE_LENGTH)


def content_of(participant: MeetupParticipant) -> RegistrationContent:
    """Return what a participant says of its coming."""
    return RegistrationContent(
        presentation=participant.presentation,
        themes=tuple(participant.themes),
        visibility=participant.visibility,
        most_meetings=participant.most_meetings,
        needs_step_free=participant.needs_step_free,
        needs_hearing_loop=participant.needs_hearing_loop,
        accessibility_note=participant.accessibility_note,
    )


def change_registration(
    session: Session,
    participant: MeetupParticipant,
    content: RegistrationContent,
    *,
    now: datetime,
) -> None:
    """Change what a participant says of its coming, until registrations close.

    Raises:
        RuleViolation: they are closed.
    """
    lock_participant(session, participant)
    if not is_editable(participant, now=now):
        raise RuleViolation(CLOSED_TO_CHANGES)
    most = participant.most_meetings
    write_content(participant, content)
    session.flush()
    if participant.most_meetings != most:
        settle_around(session, participant, now=now)


def change_availability(
    session: Session,
    participant: MeetupParticipant,
    away: Sequence[Timed],
    *,
    now: datetime,
    by_staff: bool = False,
) -> bool:
    """Change when a participant is away; tell whether anything changes.

    Raises:
        RuleViolation: registrations are closed, or no slot would be left to meet it.
    """
    lock_participant(session, participant)
    if not by_staff and not is_editable(participant, now=now):
        raise RuleViolation(CLOSED_TO_CHANGES)
    day = participant.day
    if day.slots and all(any(overlap(slot, one) for one in away) for slot in day.slots):
        raise RuleViolation(
            N_("Il faut au moins un créneau ; si personne ne vient, annulez l’inscription.")
        )
    changed = set_absences(participant, away)
    session.flush()
    return changed
