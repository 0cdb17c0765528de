"""Applies a file of invitees whole, and keeps what each line replaced."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, Final

from sqlalchemy import Select, insert, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from models.account import User
from models.meetup import MeetupDay
from models.meetup_invitee import MeetupInviteeBatch, MeetupInviteeLine
from models.meetup_participant import (
    MeetupAbsence,
    MeetupAttendee,
    MeetupParticipant,
    MeetupParticipantEvent,
)
from services.errors import Conflict, RuleViolation
from services.meetup_availability import Stretch, set_absences, union
from services.meetup_clock import is_past
from services.meetup_invitee_columns import has_bodies, positions_of
from services.meetup_invitee_plans import (
    PARTICIPANT_COLUMNS,
    PERSON_COLUMNS,
    InviteePlan,
    InviteeVerdict,
    KnownBody,
)
from services.meetup_invitee_preview import NO_THEME, analyse_invitees, mapping_of
from services.meetup_notes import tell
from services.meetup_places import CLOSED_DAY, lock_day
from services.meetup_returns import note_return
from services.text_keys import name_key
from vocabulary.labels import N_
from vocabulary.meetups import (
    DayState,
    ParticipantEvent,
    ParticipantState,
    ParticipantVisibility,
)

_WRITING: Final = frozenset({InviteeVerdict.NEW, InviteeVerdict.CHANGED})
_AT_ONCE: Final = 400
# Rows written together have the same columns: what a line may leave out.
_SAID_NOTHING: Final[Mapping[str, Any]] = {
    "territory_codes": [],
    "presentation": "",
    "visibility": ParticipantVisibility.PARTICIPANTS,
    "most_meetings": None,
    "needs_step_free": False,
    "needs_hearing_loop": False,
    "accessibility_note": "",
    "staff_note": "",
}
_NOBODY: Final[Mapping[str, Any]] = {"job_title": "", "email": None, "language": "fr"}


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
        RuleViolation: the file was applied already, no column gives its bodies, or the day is
            over.
        Conflict: the list changed since the preview; nothing was written.
    """
    lock_day(session, day)
    if batch.applied_at is not None:
        raise RuleViolation(N_("Ce fichier est déjà appliqué."))
    if day.state is DayState.CANCELLED or is_past(day, now):
        raise RuleViolation(CLOSED_DAY)
    if not has_bodies(mapping_of(batch)):
        raise RuleViolation(N_("Choisissez d’abord la colonne qui donne la structure."))
    shown = {line.id: _as_shown(line) for line in batch.lines}
    plans = analyse_invitees(session, day, batch)
    if any(shown[line.id] != _as_shown(line) for line in batch.lines):
        raise Conflict(N_("La liste a changé depuis la prévisualisation : relisez-la."))
    batch.applied_at = now
    _forget_unread(batch)
    writer = _Writer(session, day, actor, now)
    for line in batch.lines:
        if plans[line.id].verdict in _WRITING:
            writer.write(line, plans[line.id])
    return writer.finish(tells=tells)


def _as_shown(line: MeetupInviteeLine) -> tuple[str, dict[str, Any]]:
    """Return what the preview says a line does; that somebody gave its themes changes nothing."""
    return line.verdict, {name: note for name, note in line.notes.items() if name != NO_THEME}


def _forget_unread(batch: MeetupInviteeBatch) -> None:
    """Erase the cells of the columns that nothing reads."""
    read = sorted(positions_of(batch.headers, mapping_of(batch)).values())
    if len(read) == len(batch.headers):
        return
    unread = [header for at, header in enumerate(batch.headers) if at not in read]
    batch.ignored = [*batch.ignored, *unread]
    batch.headers = [batch.headers[at] for at in read]
    for line in batch.lines:
        line.cells = [line.cells[at] for at in read]


@dataclass(slots=True)
class _NewBody:
    """A body that the file adds, as a row to be."""

    line: MeetupInviteeLine
    row: dict[str, Any]
    away: tuple[Stretch, ...] = ()
    id: int = 0

    @property
    def is_registered(self) -> bool:
        """Tell whether the file registers it."""
        return self.row["state"] is ParticipantState.CONFIRMED


@dataclass(slots=True)
class _NewPerson:
    """A person whom the file adds to a body, new or known, as a row to be."""

    line: MeetupInviteeLine
    row: dict[str, Any]
    body: _NewBody | MeetupParticipant


class _Writer:
    """Writes the lines of one file; new rows are written at the end, all at once."""

    def __init__(self, session: Session, day: MeetupDay, actor: User, now: datetime) -> None:
        self._session = session
        self._day = day
        self._actor = actor
        self._now = now
        self._made: dict[int, _NewBody] = {}
        self._people: list[_NewPerson] = []
        self._registered: list[MeetupParticipant] = []
        self._changed = 0

    def write(self, line: MeetupInviteeLine, plan: InviteePlan) -> None:
        """Write what one line says."""
        body = plan.body
        if body is None:
            return
        owner: _NewBody | MeetupParticipant
        if body.participant is None:
            owner = self._made.setdefault(id(body), _NewBody(line, self._row(body, plan.facts)))
            self._fill_row(owner, plan)
        else:
            owner = body.participant
            self._change(line, owner, plan)
        if plan.adds_person:
            row = {**_NOBODY, "day_id": self._day.id, "badge_key": uuid.uuid4().hex}
            row |= {
                at: plan.facts[name] for name, at in PERSON_COLUMNS.items() if name in plan.facts
            }
            self._people.append(_NewPerson(line, row, owner))

    def _row(self, body: KnownBody, facts: Mapping[str, Any]) -> dict[str, Any]:
        entry = body.organization
        return {
            **_SAID_NOTHING,
            "day_id": self._day.id,
            "organization_id": entry.id if entry else None,
            "name": body.name,
            "name_key": name_key(body.name),
            "side": body.side,
            "kind": entry.kind if entry else facts.get("kind"),
            "themes": list(entry.themes) if entry else [],
            "state": ParticipantState.INVITED,
            "link_key": uuid.uuid4().hex,
            "confirmed_at": None,
            "answered_at": None,
            "created_at": self._now,
            "created_by_id": self._actor.id,
        }

    def _fill_row(self, new: _NewBody, plan: InviteePlan) -> None:
        for name, column in PARTICIPANT_COLUMNS.items():
            if name in plan.changes:
                new.row[column] = plan.facts[name]
        if "away" in plan.changes:
            new.away = plan.facts["away"]
        if "state" in plan.changes:
            new.row["state"] = ParticipantState.CONFIRMED
            new.row["confirmed_at"] = new.row["answered_at"] = self._now

    def _change(
        self, line: MeetupInviteeLine, participant: MeetupParticipant, plan: InviteePlan
    ) -> None:
        """Write what one line changes of a body that was known, and keep what was there."""
        if not plan.changes:
            return
        self._changed += plan.verdict is InviteeVerdict.CHANGED
        former = _values(participant, plan)
        for name, column in PARTICIPANT_COLUMNS.items():
            if name in plan.changes:
                setattr(participant, column, plan.facts[name])
        if "away" in plan.changes:
            set_absences(participant, plan.facts["away"])
        if "state" in plan.changes:
            participant.state = ParticipantState.CONFIRMED
            participant.confirmed_at = participant.answered_at = self._now
            participant.queued_at = None
            note_return(self._session, participant, now=self._now)
            self._registered.append(participant)
        if plan.attendee is not None:
            _set_person(plan.attendee, plan.facts)
        line.before = {"changed": former, "after": _values(participant, plan)}

    def finish(self, *, tells: bool) -> Imported:
        """Write the new rows, keep what undoing needs, note the histories."""
        self._session.flush()
        bodies = list(self._made.values())
        self._add_bodies(bodies, tells=tells)
        self._add_people()
        self._add_rest(bodies)
        if tells:
            self._tell([one.id for one in bodies if one.is_registered])
        self._session.flush()
        self._session.expire(self._day, ["participants"])
        return Imported(len(bodies), len(self._people), self._changed)

    def _add_bodies(self, bodies: Sequence[_NewBody], *, tells: bool) -> None:
        if not bodies:
            return
        self._session.execute(insert(MeetupParticipant), [one.row for one in bodies])
        key = MeetupParticipant.link_key
        numbers = self._numbers(select(key, MeetupParticipant.id), MeetupParticipant.day_id)
        for one in bodies:
            one.id = numbers[one.row["link_key"]]
            is_told = tells and one.is_registered
            one.line.before = {**one.line.before, "participant": one.id, "told": is_told}

    def _add_people(self) -> None:
        if not self._people:
            return
        rows = [{**one.row, "participant_id": one.body.id} for one in self._people]
        self._session.execute(insert(MeetupAttendee), rows)
        key = MeetupAttendee.badge_key
        numbers = self._numbers(select(key, MeetupAttendee.id), MeetupAttendee.day_id)
        for one in self._people:
            badge = one.row["badge_key"]
            person = {"attendee": numbers[badge], "badge": badge}
            one.line.before = {**one.line.before, **person}
            if isinstance(one.body, MeetupParticipant):
                self._session.expire(one.body, ["attendees"])

    def _numbers(
        self, keyed: Select[str, int], day_id: InstrumentedAttribute[int]
    ) -> Mapping[str, int]:
        """Return the numbers that rows of the day were given, by the key we gave them.

        Asked in one query: numbers that come back with each row make SQLite insert one by one.
        """
        rows = self._session.execute(keyed.where(day_id == self._day.id))
        return {row[0]: row[1] for row in rows}

    def _add_rest(self, bodies: Sequence[_NewBody]) -> None:
        """Add when the new bodies are away, and the first line of their history."""
        absences = [
            {"participant_id": one.id, "starts_at": part.starts_at, "ends_at": part.ends_at}
            for one in bodies
            for part in one.away
        ]
        events = [
            {
                "participant_id": one.id,
                "at": self._now,
                "event": ParticipantEvent.IMPORTED,
                "actor_name": self._actor.public_name[:120],
            }
            for one in bodies
        ]
        if absences:
            self._session.execute(insert(MeetupAbsence), absences)
        if events:
            self._session.execute(insert(MeetupParticipantEvent), events)

    def _tell(self, numbers: Sequence[int]) -> None:
        """Mail their confirmation to those whom the file registers."""
        new = [
            one
            for start in range(0, len(numbers), _AT_ONCE)
            for one in self._session.scalars(
                select(MeetupParticipant)
                .where(MeetupParticipant.id.in_(numbers[start : start + _AT_ONCE]))
                .order_by(MeetupParticipant.id)
            )
        ]
        if told := [*self._registered, *new]:
            confirmed = ParticipantEvent.CONFIRMED
            tell(self._session, told, confirmed, actor=self._actor, now=self._now)


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
