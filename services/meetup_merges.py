"""Two participants of a day that are one body: people and wishes go to the one that is kept."""

from datetime import datetime

from sqlalchemy import ColumnElement, exists, or_, select, update
from sqlalchemy.orm import Session

from models.account import User
from models.meetup_participant import MeetupAttendee, MeetupParticipant
from models.meetup_plan import MeetingSeat
from models.meetup_wish import MeetupGroupSeat, MeetupPairRule, MeetupWish
from services.errors import RuleViolation
from services.meetup_notes import note_event
from services.meetup_places import lock_participant, offer_free_places
from services.text_keys import name_key
from vocabulary.labels import N_
from vocabulary.meetups import ParticipantEvent, ParticipantState

MET = N_(
    "« %(name)s » est déjà dans un planning, un groupe ou une règle : retirez-l’en, puis fusionnez."
)


def merge_into(
    session: Session,
    kept: MeetupParticipant,
    other: MeetupParticipant,
    *,
    actor: User,
    now: datetime,
) -> None:
    """Move the people and the wishes of ``other`` to ``kept``, which gains what it lacks.

    Of two wishes about the same body that of ``kept`` stays. ``other`` leaves the list, and its
    links die with it.

    Raises:
        RuleViolation: the two are one, of different sides, met already, or too many people.
    """
    lock_participant(session, kept)
    session.refresh(other, with_for_update={"of": MeetupParticipant})
    _check(session, kept, other)
    held_a_place = other.state == ParticipantState.CONFIRMED
    _move_people(session, kept, other)
    _move_wishes(session, kept, other)
    for name in ("presentation", "accessibility_note", "staff_note"):
        if not getattr(kept, name):
            setattr(kept, name, getattr(other, name))
    kept.needs_step_free = kept.needs_step_free or other.needs_step_free
    kept.needs_hearing_loop = kept.needs_hearing_loop or other.needs_hearing_loop
    kept.themes = list(dict.fromkeys([*kept.themes, *other.themes]))
    kept.territory_codes = list(dict.fromkeys([*kept.territory_codes, *other.territory_codes]))
    organization_id, name, day = other.organization_id, other.name, kept.day
    session.delete(other)
    session.flush()
    kept.organization_id = kept.organization_id or organization_id
    note_event(session, kept, ParticipantEvent.MERGED, actor=actor, now=now, note=name)
    session.flush()
    if held_a_place and kept.state == ParticipantState.CONFIRMED:
        offer_free_places(session, day, now=now)


def _check(session: Session, kept: MeetupParticipant, other: MeetupParticipant) -> None:
    if kept is other or kept.day_id != other.day_id:
        raise RuleViolation(
            N_("Choisissez un autre participant de la même journée."), field="other"
        )
    if kept.side != other.side:
        raise RuleViolation(
            N_("Les deux ne sont pas du même côté : corrigez d’abord l’un des deux."), field="other"
        )
    both = {kept.organization_id, other.organization_id} - {None}
    if len(both) > 1:
        raise RuleViolation(N_("Ce sont deux structures différentes de l’annuaire."), field="other")
    if session.scalar(select(_is_used(other.id))):
        raise RuleViolation(MET, field="other", name=other.name)
    people = {name_key(one.name) for one in (*kept.attendees, *other.attendees)}
    if len(people) > kept.day.seats_per_organization:
        raise RuleViolation(
            N_("Cette journée accueille %(count)s personnes au plus par structure."),
            field="other",
            count=kept.day.seats_per_organization,
        )


def _is_used(participant_id: int) -> ColumnElement[bool]:
    rules = exists().where(
        or_(MeetupPairRule.first_id == participant_id, MeetupPairRule.second_id == participant_id)
    )
    seats = exists().where(MeetingSeat.participant_id == participant_id)
    groups = exists().where(MeetupGroupSeat.participant_id == participant_id)
    return or_(rules, seats, groups)


def _move_people(session: Session, kept: MeetupParticipant, other: MeetupParticipant) -> None:
    known = {name_key(one.name): one for one in kept.attendees}
    for person in list(other.attendees):
        twin = known.get(name_key(person.name))
        if twin is None:
            session.execute(
                update(MeetupAttendee)
                .where(MeetupAttendee.id == person.id)
                .values(participant_id=kept.id)
                .execution_options(synchronize_session=False)
            )
            continue
        email, job_title = person.email, person.job_title
        other.attendees.remove(person)
        session.flush()
        twin.email = twin.email or email
        twin.job_title = twin.job_title or job_title
    session.flush()
    session.refresh(other, ["attendees"])
    session.refresh(kept, ["attendees"])


def _move_wishes(session: Session, kept: MeetupParticipant, other: MeetupParticipant) -> None:
    wishes = session.scalars(
        select(MeetupWish).where(
            or_(
                MeetupWish.wisher_id.in_((kept.id, other.id)),
                MeetupWish.wished_id.in_((kept.id, other.id)),
            )
        )
    ).all()
    pairs = {(one.wisher_id, one.wished_id) for one in wishes}
    for wish in wishes:
        wisher = kept.id if wish.wisher_id == other.id else wish.wisher_id
        wished = kept.id if wish.wished_id == other.id else wish.wished_id
        if (wisher, wished) == (wish.wisher_id, wish.wished_id):
            continue
        if wisher == wished or (wisher, wished) in pairs:
            session.delete(wish)
            continue
        pairs.add((wisher, wished))
        wish.wisher_id, wish.wished_id = wisher, wished
    session.flush()
