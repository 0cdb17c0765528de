"""What the organisers decide about participants of a meetup day: accept, refuse, add, correct."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from models.account import User
from models.meetup import MeetupDay
from models.meetup_participant import MeetupParticipant
from services.contents import MAX_NAME, clean_line, clean_text
from services.errors import RuleViolation
from services.meetup_clock import is_past
from services.meetup_leaving import cancel
from services.meetup_notes import note_event, tell
from services.meetup_people import PersonContent, add_person
from services.meetup_places import (
    CLOSED_DAY,
    lock_day,
    lock_participant,
    offer_free_places,
    take_place,
)
from services.meetup_registration import (
    NOTE_LENGTH,
    Body,
    RegistrationContent,
    new_participant,
    participant_of_organization,
    write_content,
)
from services.text_keys import name_key
from vocabulary.exchanges import Side
from vocabulary.labels import N_, LabelledEnum
from vocabulary.meetups import DayState, ParticipantEvent, ParticipantState


class Refusal(LabelledEnum):
    """Why a registration is refused, in words ready to be sent."""

    FULL = "complet", N_("Les places de votre côté de la table sont toutes prises.")
    THEME = "theme", N_("Le programme de cette journée ne porte pas sur votre domaine.")
    AREA = "territoire", N_("Cette journée est réservée aux acteurs de son territoire.")
    TWICE = "doublon", N_("Votre structure est déjà inscrite par une autre personne.")
    UNKNOWN = "inconnu", N_("Nous n’avons pas pu établir que vous parlez pour cette structure.")
    OTHER = "autre", N_("Nous ne pouvons pas vous accueillir à cette journée.")


class Decision(LabelledEnum):
    """What is done with several participants at once."""

    ACCEPT = "accepter", N_("Accepter l’inscription")
    REFUSE = "refuser", N_("Refuser l’inscription")
    CANCEL = "annuler", N_("Annuler l’inscription")
    REMOVE = "retirer", N_("Retirer de la liste (jamais invité)")


@dataclass(frozen=True, slots=True)
class Decided:
    """What came of a decision on several: those concerned, and those it could not be taken on."""

    done: int
    left: int


NOT_WAITING = N_("Cette inscription n’attend pas de décision.")


def accept(
    session: Session, participant: MeetupParticipant, *, actor: User, now: datetime
) -> ParticipantState:
    """Accept a registration: it takes a place, or waits for one.

    Raises:
        RuleViolation: it does not wait for a decision, or the day is over.
    """
    lock_participant(session, participant)
    _check_running(participant.day, now)
    if participant.state not in {ParticipantState.PENDING, ParticipantState.REFUSED}:
        raise RuleViolation(NOT_WAITING)
    participant.decision_note = ""
    return take_place(session, participant, actor=actor, now=now)


def refuse(
    session: Session,
    participant: MeetupParticipant,
    reason: Refusal,
    *,
    words: str,
    actor: User,
    now: datetime,
) -> None:
    """Refuse a registration with a reason that is sent, and words of one's own after it.

    Raises:
        RuleViolation: it does not wait for a decision, or the day is over.
    """
    lock_participant(session, participant)
    _check_running(participant.day, now)
    if participant.state not in {ParticipantState.PENDING, ParticipantState.WAITING}:
        raise RuleViolation(NOT_WAITING)
    participant.state = ParticipantState.REFUSED
    participant.queued_at = None
    participant.session_seats.clear()
    own = clean_text(words, NOTE_LENGTH - len(reason.label) - 1)
    participant.decision_note = f"{reason.label} {own}".strip()
    session.flush()
    tell(session, [participant], ParticipantEvent.REFUSED, actor=actor, now=now, note=reason.label)


def remove(session: Session, participant: MeetupParticipant) -> None:
    """Take a body off the list that was told nothing yet.

    Raises:
        RuleViolation: it was invited, or it registered.
    """
    lock_participant(session, participant)
    is_untold = participant.state == ParticipantState.INVITED and participant.invited_at is None
    if not is_untold:
        raise RuleViolation(
            N_("« %(name)s » a déjà été invité : annulez plutôt."), name=participant.name
        )
    session.delete(participant)
    session.flush()


def decide_all(
    session: Session,
    participants: Sequence[MeetupParticipant],
    decision: Decision,
    *,
    reason: Refusal,
    words: str,
    actor: User,
    now: datetime,
) -> Decided:
    """Take one decision on several; those on which it cannot be taken are left as they are.

    Accepted registrations take the places in the order in which they arrived.
    """
    acts: dict[Decision, Callable[[MeetupParticipant], object]] = {
        Decision.ACCEPT: lambda one: accept(session, one, actor=actor, now=now),
        Decision.REFUSE: lambda one: refuse(
            session, one, reason, words=words, actor=actor, now=now
        ),
        Decision.CANCEL: lambda one: cancel(session, one, note=words, actor=actor, now=now),
        Decision.REMOVE: lambda one: remove(session, one),
    }
    in_order = sorted(participants, key=lambda one: (one.answered_at or one.created_at, one.id))
    done = 0
    for participant in in_order:
        try:
            acts[decision](participant)
        except RuleViolation:
            continue
        done += 1
    return Decided(done, len(in_order) - done)


def add_by_hand(
    session: Session,
    day: MeetupDay,
    body: Body,
    person: PersonContent | None,
    *,
    registers: bool,
    actor: User,
    now: datetime,
) -> MeetupParticipant:
    """Add a body for somebody: to be invited, or registered at once.

    Raises:
        RuleViolation: it is on the list already, or the person is.
    """
    lock_day(session, day)
    _check_running(day, now)
    known = None
    if body.organization is not None:
        known = participant_of_organization(session, day, body.organization.id)
    if known is not None or _is_named(session, day, body.name):
        raise RuleViolation(N_("« %(name)s » est déjà sur la liste."), field="name", name=body.name)
    participant = new_participant(session, day, body, actor=actor, now=now)
    note_event(session, participant, ParticipantEvent.ADDED, actor=actor, now=now)
    if person is not None:
        add_person(session, participant, person, now=now)
    if registers:
        participant.answered_at = now
        take_place(session, participant, actor=actor, now=now)
    return participant


@dataclass(frozen=True, slots=True)
class Correction:
    """What staff may correct beside what the participant says itself."""

    name: str
    side: Side
    staff_note: str
    territory_codes: tuple[str, ...] = ()


def correction_of(participant: MeetupParticipant) -> Correction:
    """Return what is stored of what staff may correct."""
    return Correction(
        name=participant.name,
        side=participant.side,
        staff_note=participant.staff_note,
        territory_codes=tuple(participant.territory_codes),
    )


def correct(
    session: Session,
    participant: MeetupParticipant,
    correction: Correction,
    content: RegistrationContent,
    *,
    actor: User,
    now: datetime,
) -> None:
    """Correct a participant for somebody, at any time before the day is over.

    Raises:
        RuleViolation: another one has that name.
    """
    lock_participant(session, participant)
    _check_running(participant.day, now)
    key = name_key(correction.name)
    if not key:
        raise RuleViolation(N_("Ce nom ne contient ni lettre ni chiffre."), field="name")
    if key != participant.name_key and _is_named(session, participant.day, correction.name):
        raise RuleViolation(
            N_("« %(name)s » est déjà sur la liste : fusionnez les deux."),
            field="name",
            name=correction.name,
        )
    participant.name, participant.name_key = clean_line(correction.name, MAX_NAME), key
    participant.side = correction.side
    participant.staff_note = clean_text(correction.staff_note, NOTE_LENGTH)
    participant.territory_codes = list(correction.territory_codes)
    write_content(participant, content)
    note_event(session, participant, ParticipantEvent.EDITED, actor=actor, now=now)
    session.flush()


def renew_link(
    session: Session, participant: MeetupParticipant, *, actor: User, now: datetime
) -> None:
    """Make every link mailed so far worthless, as when a mail went to the wrong person.

    Whoever had the link may have had an address made for a calendar: it is closed too.
    """
    lock_participant(session, participant)
    participant.link_key, participant.calendar_key = uuid.uuid4().hex, ""
    note_event(session, participant, ParticipantEvent.LINK_RENEWED, actor=actor, now=now)
    session.flush()


def give_free_places(session: Session, day: MeetupDay, *, now: datetime) -> int:
    """Give the free places to those who wait; return how many got one."""
    return len(offer_free_places(session, day, now=now))


def _is_named(session: Session, day: MeetupDay, name: str) -> bool:
    found = session.scalar(
        MeetupParticipant.named(day.id, name_key(name)).with_only_columns(MeetupParticipant.id)
    )
    return found is not None


def _check_running(day: MeetupDay, now: datetime) -> None:
    if day.state is DayState.CANCELLED or is_past(day, now):
        raise RuleViolation(CLOSED_DAY)
