"""Applies a file of invitees whole, and keeps what each line replaced."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, Final

from sqlalchemy.orm import Session

from models.account import User
from models.meetup import MeetupDay
from models.meetup_invitee import MeetupInviteeBatch, MeetupInviteeLine
from models.meetup_participant import MeetupAttendee, MeetupParticipant
from services.errors import Conflict, RuleViolation
from services.meetup_availability import set_absences, union
from services.meetup_clock import is_past
from services.meetup_invitee_preview import (
    PARTICIPANT_COLUMNS,
    PERSON_COLUMNS,
    InviteePlan,
    InviteeVerdict,
    KnownBody,
    analyse_invitees,
)
from services.meetup_notes import note_event, tell
from services.meetup_places import CLOSED_DAY, lock_day
from services.text_keys import name_key
from vocabulary.labels import N_
from vocabulary.meetups import (
    DayState,
    ParticipantEvent,
    ParticipantState,
)

_WRITING: Final = frozenset({InviteeVerdict.NEW, InviteeVerdict.CHANGED})


@dataclass(frozen=True, slots=True)
class Imported:
    """How many bodies and people a file added, and how many lines changed something."""

    bodies: int
    people: int
    changed: int


def apply_invitees(
    session: Session,
    day: MeetupDay,
    batch: MeetupInviteeBatch,
    *,
    tells: bool,
    actor: User,
    now: datetime,
) -> Imported:
    """Write every line that was not refused, in the running transaction.

    ``tells`` mails their confirmation to those the file registers; invitations are sent apart.

    Raises:
        RuleViolation: the file was applied already, or the day is over.
        Conflict: the list changed since the preview; nothing was written.
    """
    lock_day(session, day)
    if batch.applied_at is not None:
        raise RuleViolation(N_("Ce fichier est déjà appliqué."))
    if day.state is DayState.CANCELLED or is_past(day, now):
        raise RuleViolation(CLOSED_DAY)
    shown = {line.id: (line.verdict, line.notes) for line in batch.lines}
    plans = analyse_invitees(session, day, batch)
    if any(shown[line.id] != (line.verdict, line.notes) for line in batch.lines):
        raise Conflict(N_("La liste a changé depuis la prévisualisation : relisez-la."))
    batch.applied_at = now
    writer = _Writer(session, day, actor, now)
    for line in batch.lines:
        if plans[line.id].verdict in _WRITING:
            writer.write(line, plans[line.id])
    return writer.finish(tells=tells)


class _Writer:
    """Writes the lines of one file; rows get their numbers at the end, all at once."""

    def __init__(self, session: Session, day: MeetupDay, actor: User, now: datetime) -> None:
        self._session = session
        self._day = day
        self._actor = actor
        self._now = now
        self._made: dict[int, MeetupParticipant] = {}
        self._created: list[tuple[MeetupInviteeLine, MeetupParticipant]] = []
        self._people: list[tuple[MeetupInviteeLine, MeetupAttendee]] = []
        self._registered: list[MeetupParticipant] = []
        self._changed = 0

    def write(self, line: MeetupInviteeLine, plan: InviteePlan) -> None:
        """Write what one line says."""
        body = plan.body
        if body is None:
            return
        participant = body.participant or self._made.get(id(body))
        before: dict[str, Any] = {}
        if participant is None:
            participant = self._create(body, plan.facts)
            self._made[id(body)] = participant
            self._created.append((line, participant))
        elif body.participant is not None and plan.changes:
            self._changed += plan.verdict is InviteeVerdict.CHANGED
            before["changed"] = _values(participant, plan)
        self._fill(participant, plan)
        if plan.adds_person:
            self._add_person(line, participant, plan.facts)
        elif plan.attendee is not None:
            _set_person(plan.attendee, plan.facts)
        line.before = {**before, "after": _values(participant, plan)} if before else {}

    def _create(self, body: KnownBody, facts: Mapping[str, Any]) -> MeetupParticipant:
        entry = body.organization
        participant = MeetupParticipant(
            day=self._day,
            organization_id=entry.id if entry else None,
            name=body.name,
            name_key=name_key(body.name),
            side=body.side,
            kind=entry.kind if entry else facts.get("kind"),
            themes=list(entry.themes) if entry else [],
            territory_codes=[],
            state=ParticipantState.INVITED,
            link_key=uuid.uuid4().hex,
            created_at=self._now,
            created_by_id=self._actor.id,
        )
        self._session.add(participant)
        return participant

    def _fill(self, participant: MeetupParticipant, plan: InviteePlan) -> None:
        for name, column in PARTICIPANT_COLUMNS.items():
            if name in plan.facts and name in plan.changes:
                setattr(participant, column, plan.facts[name])
        if "away" in plan.changes:
            set_absences(participant, plan.facts["away"])
        if "state" in plan.changes:
            participant.state = ParticipantState.CONFIRMED
            participant.confirmed_at = participant.answered_at = self._now
            participant.queued_at = None
            self._registered.append(participant)

    def _add_person(
        self, line: MeetupInviteeLine, participant: MeetupParticipant, facts: Mapping[str, Any]
    ) -> None:
        attendee = MeetupAttendee(day_id=self._day.id, badge_key=uuid.uuid4().hex)
        _set_person(attendee, facts)
        participant.attendees.append(attendee)
        self._people.append((line, attendee))

    def finish(self, *, tells: bool) -> Imported:
        """Number the rows, keep what undoing needs, note the histories."""
        self._session.flush()
        for line, participant in self._created:
            is_told = tells and participant in self._registered
            line.before = {**line.before, "participant": participant.id, "told": is_told}
            self._note(participant)
        for line, attendee in self._people:
            line.before = {**line.before, "attendee": attendee.id, "badge": attendee.badge_key}
        if tells and self._registered:
            tell(
                self._session,
                self._registered,
                ParticipantEvent.CONFIRMED,
                actor=self._actor,
                now=self._now,
            )
        self._session.flush()
        return Imported(len(self._created), len(self._people), self._changed)

    def _note(self, participant: MeetupParticipant) -> None:
        note_event(
            self._session,
            participant,
            ParticipantEvent.IMPORTED,
            actor=self._actor,
            now=self._now,
        )


def _set_person(attendee: MeetupAttendee, facts: Mapping[str, Any]) -> None:
    for name, column in PERSON_COLUMNS.items():
        if name in facts:
            setattr(attendee, column, facts[name])


def _values(participant: MeetupParticipant, plan: InviteePlan) -> dict[str, Any]:
    """Return, as JSON, what is stored of the facts that the line changes."""
    found: dict[str, Any] = {}
    for name in plan.changes:
        if name in PARTICIPANT_COLUMNS:
            found[name] = as_stored(getattr(participant, PARTICIPANT_COLUMNS[name]))
        elif name in PERSON_COLUMNS and plan.attendee is not None:
            found[name] = getattr(plan.attendee, PERSON_COLUMNS[name])
    if "away" in plan.changes:
        announced = [one for one in participant.absences if one.told_at is None]
        found["away"] = [
            [one.starts_at.isoformat(), one.ends_at.isoformat()] for one in union(announced)
        ]
    if "state" in plan.changes:
        found["state"] = participant.state.value
    found["of"] = [participant.id, plan.attendee.id if plan.attendee else None]
    return found


def as_stored(value: Any) -> Any:  # noqa: ANN401 - whatever a column holds
    """Return the value of a column as the batch keeps it: plain JSON."""
    if isinstance(value, Enum):
        return value.value
    return list(value) if isinstance(value, list) else value
