"""Takes a file of invitees back whole, but for what somebody used since."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, selectinload

from models.meetup import MeetupDay
from models.meetup_invitee import MeetupInviteeBatch, MeetupInviteeLine
from models.meetup_participant import MeetupAttendee, MeetupParticipant
from models.meetup_wish import MeetupWish
from services.errors import RuleViolation
from services.meetup_availability import Stretch, set_absences, union
from services.meetup_invitee_apply import as_stored
from services.meetup_invitee_plans import PARTICIPANT_COLUMNS, PERSON_COLUMNS
from services.meetup_places import lock_day, offer_free_places
from services.meetup_returns import note_giving_up
from vocabulary.labels import N_
from vocabulary.meetups import ParticipantState, ParticipantVisibility

KEPT: Final = "kept"
_AT_ONCE: Final = 400


@dataclass(frozen=True, slots=True)
class TakenBack:
    """How many lines were taken back, and how many stay because somebody used them since."""

    undone: int
    kept: int


def undo_invitees(
    session: Session, day: MeetupDay, batch: MeetupInviteeBatch, *, now: datetime
) -> TakenBack:
    """Take back what the file wrote; a line that somebody used since stays, and says so.

    Used: written to, answered, wished, or changed since by anybody.

    Raises:
        RuleViolation: the file was not applied, or is undone already.
    """
    lock_day(session, day)
    if batch.applied_at is None:
        raise RuleViolation(N_("Ce fichier n’est pas appliqué."))
    if batch.undone_at is not None:
        raise RuleViolation(N_("Ce fichier est déjà annulé."))
    undoing = _Undoing(session, batch)
    # The last lines first: those of a body that its first line made leave before it.
    for line in reversed(batch.lines):
        undoing.take_back(line)
    batch.undone_at = now
    done = undoing.finish()
    offer_free_places(session, day, now=now)
    return done


class _Undoing:
    """Takes back the lines of one file; what leaves is deleted at the end, all at once."""

    def __init__(self, session: Session, batch: MeetupInviteeBatch) -> None:
        self._session = session
        self._applied_at = batch.applied_at
        self._undone = 0
        self._kept = 0
        coming = session.scalars(
            select(MeetupParticipant)
            .where(MeetupParticipant.day_id == batch.day_id)
            .options(
                selectinload(MeetupParticipant.attendees),
                selectinload(MeetupParticipant.absences),
            )
        ).all()
        self._bodies = {one.id: one for one in coming}
        self._people = {person.id: person for one in coming for person in one.attendees}
        self._left = {one.id: {person.id for person in one.attendees} for one in coming}
        self._leaving_people: set[int] = set()
        self._leaving_bodies: set[int] = set()
        wishes = select(MeetupWish.wisher_id, MeetupWish.wished_id).where(
            MeetupWish.day_id == batch.day_id
        )
        self._wished = {number for row in session.execute(wishes) for number in row}

    def take_back(self, line: MeetupInviteeLine) -> None:
        """Undo one line, or keep it."""
        if not line.before:
            return
        done = self._restore(line.before) if "changed" in line.before else True
        done = self._remove_person(line.before) and done
        done = self._remove_body(line.before) and done
        if done:
            self._undone += 1
        else:
            self._kept += 1
            line.notes = {**line.notes, KEPT: True}

    def finish(self) -> TakenBack:
        """Delete what leaves; what hangs on it goes with it."""
        self._session.flush()
        for model, numbers in (
            (MeetupAttendee, sorted(self._leaving_people)),
            (MeetupParticipant, sorted(self._leaving_bodies)),
        ):
            for start in range(0, len(numbers), _AT_ONCE):
                leaving = model.id.in_(numbers[start : start + _AT_ONCE])
                self._session.execute(
                    delete(model).where(leaving).execution_options(synchronize_session=False)
                )
        self._session.expire_all()
        return TakenBack(self._undone, self._kept)

    def _remove_person(self, before: Mapping[str, Any]) -> bool:
        attendee = self._people.get(before.get("attendee", 0))
        if attendee is None or attendee.badge_key != before["badge"]:
            return True
        participant = self._bodies[attendee.participant_id]
        if self._moved_on(participant) or attendee.arrived_at is not None:
            return False
        self._left[participant.id].discard(attendee.id)
        self._leaving_people.add(attendee.id)
        return True

    def _remove_body(self, before: Mapping[str, Any]) -> bool:
        participant = self._bodies.get(before.get("participant", 0))
        if participant is None:
            return True
        is_used = self._moved_on(participant) or participant.id in self._wished
        if is_used or before.get("told") or self._left[participant.id]:
            return False
        self._leaving_bodies.add(participant.id)
        return True

    def _moved_on(self, participant: MeetupParticipant) -> bool:
        """Tell whether it was written to, or answered, since the file was applied."""
        moments = (participant.invited_at, participant.reminded_at, participant.answered_at)
        return any(
            self._applied_at is not None and one is not None and one > self._applied_at
            for one in moments
        )

    def _restore(self, before: Mapping[str, Any]) -> bool:
        former, after = before["changed"], before["after"]
        participant_id, attendee_id = former["of"]
        participant = self._bodies.get(participant_id)
        attendee = self._people.get(attendee_id) if attendee_id else None
        if participant is None:
            return True
        done = True
        for name, value in former.items():
            if name != "of":
                done = _put_back(participant, attendee, name, value, after[name]) and done
        return done


def _put_back(
    participant: MeetupParticipant,
    attendee: MeetupAttendee | None,
    name: str,
    value: Any,  # noqa: ANN401 - whatever a column holds
    written: Any,  # noqa: ANN401
) -> bool:
    """Put one value back if it is still the one that the file wrote."""
    if name == "away":
        announced = union(one for one in participant.absences if one.told_at is None)
        if announced != _stretches(written):
            return False
        set_absences(participant, _stretches(value))
        return True
    if name == "state":
        if participant.state.value != written:
            return False
        participant.state = next(one for one in ParticipantState if one.value == value)
        participant.confirmed_at = None
        note_giving_up(participant)
        return True
    target: Any = participant if name in PARTICIPANT_COLUMNS else attendee
    column = {**PARTICIPANT_COLUMNS, **PERSON_COLUMNS}[name]
    if target is None or as_stored(getattr(target, column)) != written:
        return False
    known = {one.value: one for one in ParticipantVisibility}
    setattr(target, column, known[value] if name == "visibility" else value)
    return True


def _stretches(pairs: list[list[str]]) -> tuple[Stretch, ...]:
    return tuple(
        Stretch(datetime.fromisoformat(start), datetime.fromisoformat(end)) for start, end in pairs
    )
