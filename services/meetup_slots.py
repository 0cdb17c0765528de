"""Slots of a meetup day: laid out from a rhythm, written by hand, never over each other.

Hours are those of the place's clocks, and lengths are those of real time: on a Sunday when clocks
change, no slot is missing and none comes twice.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import pairwise
from typing import Final

from sqlalchemy.orm import Session

from models.account import User
from models.meetup import MeetupDay, MeetupSession, MeetupSlot
from services.errors import Conflict, RuleViolation
from services.meetup_availability import Stretch, overlap
from services.meetup_calendar import refresh_publication
from services.meetup_clock import instant_at_place
from services.meetup_day_notes import CHANGED_MEANWHILE, flush_day, note_day
from services.meetup_plans import check_still_possible
from services.meetup_uses import let_go
from vocabulary.labels import N_
from vocabulary.meetups import SHARED_SESSIONS
from vocabulary.periods import french_hour

MOST_SLOTS: Final = 60
LEAST_MINUTES: Final = 5
MOST_MINUTES: Final = 180
MOST_TABLES_USED: Final = 400


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How slots follow each other; ``breaks`` are hours between which none is laid."""

    first: time
    last: time
    minutes: int = 20
    pause: int = 5
    breaks: tuple[tuple[time, time], ...] = ()
    table_limit: int | None = None
    # Whether the shared parts of the programme are left free.
    avoids_programme: bool = True


@dataclass(frozen=True, slots=True)
class SlotRow:
    """One slot as it is typed; ``slot_id`` is nothing for a new one."""

    slot_id: int | None
    starts: time
    ends: time
    table_limit: int | None = None


def lay_out(day: MeetupDay, rhythm: Rhythm) -> list[Stretch]:
    """Return the slots of a rhythm, in order; one that a break would cut starts after it.

    Raises:
        RuleViolation: the rhythm makes no sense, gives no slot or too many.
    """
    _check_rhythm(rhythm)
    start = _instant(day, rhythm.first, "first")
    end = _instant(day, rhythm.last, "last")
    if end <= start:
        raise RuleViolation(N_("La fin vient avant le début."), field="last")
    length, pause = timedelta(minutes=rhythm.minutes), timedelta(minutes=rhythm.pause)
    holes = _holes(day, rhythm)
    found: list[Stretch] = []
    while start + length <= end:
        slot = Stretch(start, start + length)
        hole = next((one for one in holes if overlap(one, slot)), None)
        if hole is not None:
            start = hole.ends_at
            continue
        found.append(slot)
        if len(found) > MOST_SLOTS:
            raise RuleViolation(N_("Plus de %(most)s créneaux."), field="minutes", most=MOST_SLOTS)
        start = slot.ends_at + pause
    if not found:
        raise RuleViolation(N_("Aucun créneau ne tient entre ces heures."), field="last")
    return found


def _check_rhythm(rhythm: Rhythm) -> None:
    if not LEAST_MINUTES <= rhythm.minutes <= MOST_MINUTES:
        raise RuleViolation(
            N_("Un nombre de %(least)d à %(most)d."),
            field="minutes",
            least=LEAST_MINUTES,
            most=MOST_MINUTES,
        )
    if not 0 <= rhythm.pause <= MOST_MINUTES:
        raise RuleViolation(
            N_("Un nombre de %(least)d à %(most)d."), field="pause", least=0, most=MOST_MINUTES
        )


def _holes(day: MeetupDay, rhythm: Rhythm) -> list[Stretch]:
    holes = []
    for starts, ends in rhythm.breaks:
        if ends <= starts:
            raise RuleViolation(
                N_("La coupure de %(start)s à %(end)s finit avant de commencer."),
                field="breaks",
                start=french_hour(starts),
                end=french_hour(ends),
            )
        holes.append(Stretch(_instant(day, starts, "breaks"), _instant(day, ends, "breaks")))
    if rhythm.avoids_programme:
        holes += [Stretch(one.starts_at, one.ends_at) for one in shared_sessions(day)]
    return sorted(holes)


def shared_sessions(day: MeetupDay) -> list[MeetupSession]:
    """Return the parts of the programme that everybody attends."""
    return [one for one in day.sessions if one.kind in SHARED_SESSIONS]


def _instant(day: MeetupDay, moment: time, field: str) -> datetime:
    return instant_at_place(day.held_on, moment, day.zone, field=field)


def generate_slots(
    session: Session,
    day: MeetupDay,
    rhythm: Rhythm,
    *,
    replaces: bool = False,
    forgets_plans: bool = False,
    person: User,
    now: datetime,
) -> int:
    """Add the slots of a rhythm, instead of those there are when ``replaces``; return how many.

    Raises:
        RuleViolation: they would lie over others, or plans hang on those that go.
        Conflict: somebody changed the day meanwhile.
    """
    laid = lay_out(day, rhythm)
    if replaces:
        let_go(session, day, slots=[one.id for one in day.slots], forgets_plans=forgets_plans)
        day.slots.clear()
        session.flush()
    new = [
        MeetupSlot(starts_at=one.starts_at, ends_at=one.ends_at, table_limit=rhythm.table_limit)
        for one in laid
    ]
    _check_apart(day, [*day.slots, *new])
    day.slots.extend(new)
    _note(session, day, person, now)
    return len(new)


def save_slots(
    session: Session,
    day: MeetupDay,
    rows: Sequence[SlotRow],
    *,
    seen: int,
    forgets_plans: bool = False,
    person: User,
    now: datetime,
) -> None:
    """Keep the slots as typed: those that are no longer there go, the others are moved or added.

    With a published plan its meetings follow their slot, where everybody concerned still can.

    Raises:
        RuleViolation: two slots lie over each other, or plans hang on one that goes.
        FaultyPlan: somebody of a published meeting cannot come at its new hour.
        Conflict: somebody changed the day since the page was shown.
    """
    session.refresh(day, with_for_update={"of": MeetupDay})
    if day.lock != seen:
        raise Conflict(CHANGED_MEANWHILE)
    own = {slot.id: slot for slot in day.slots}
    wanted = [(row, *_hours(day, row)) for row in rows]
    kept = {row.slot_id for row in rows}
    gone = own.keys() - kept
    let_go(session, day, slots=gone, forgets_plans=forgets_plans)
    for number in gone:
        day.slots.remove(own[number])
    moved = _write_rows(session, day, own, wanted)
    _note(session, day, person, now)
    if moved and day.published_plan is not None:
        check_still_possible(session, day, day.published_plan)
        refresh_publication(session, day, now=now)


def _hours(day: MeetupDay, row: SlotRow) -> tuple[datetime, datetime]:
    start, end = _instant(day, row.starts, "rows"), _instant(day, row.ends, "rows")
    minutes = (end - start) / timedelta(minutes=1)
    if not LEAST_MINUTES <= minutes <= MOST_MINUTES:
        raise RuleViolation(
            N_("Le créneau de %(start)s à %(end)s doit durer de %(least)d à %(most)d minutes."),
            field="rows",
            start=french_hour(row.starts),
            end=french_hour(row.ends),
            least=LEAST_MINUTES,
            most=MOST_MINUTES,
        )
    if row.table_limit is not None and not 1 <= row.table_limit <= MOST_TABLES_USED:
        raise RuleViolation(
            N_("Le créneau de %(start)s doit pouvoir servir au moins une table."),
            field="rows",
            start=french_hour(row.starts),
        )
    return start, end


def _write_rows(
    session: Session,
    day: MeetupDay,
    own: dict[int, MeetupSlot],
    wanted: Sequence[tuple[SlotRow, datetime, datetime]],
) -> bool:
    """Write the rows; return whether a slot that was there changes its hours."""
    _check_apart(day, [Stretch(start, end) for _row, start, end in wanted])
    changed = [
        (own[row.slot_id], start, end)
        for row, start, end in wanted
        if row.slot_id in own
        and (own[row.slot_id].starts_at, own[row.slot_id].ends_at) != (start, end)
    ]
    # Two steps: a slot may take the hour that another one is about to leave.
    for slot, _start, _end in changed:
        slot.starts_at -= timedelta(days=36_500)
    session.flush()
    for slot, start, end in changed:
        slot.starts_at, slot.ends_at = start, end
    for row, start, end in wanted:
        if row.slot_id in own:
            own[row.slot_id].table_limit = row.table_limit
        else:
            day.slots.append(MeetupSlot(starts_at=start, ends_at=end, table_limit=row.table_limit))
    return bool(changed)


def _check_apart(day: MeetupDay, slots: Iterable[MeetupSlot | Stretch]) -> None:
    """Refuse two slots that share an instant, naming both."""
    ordered = sorted(slots, key=lambda one: (one.starts_at, one.ends_at))
    if len(ordered) > MOST_SLOTS:
        raise RuleViolation(N_("Plus de %(most)s créneaux."), most=MOST_SLOTS)
    for one, other in pairwise(ordered):
        if other.starts_at < one.ends_at:
            raise RuleViolation(
                N_("Les créneaux de %(one)s et de %(other)s se chevauchent."),
                field="rows",
                one=span_words(day, one),
                other=span_words(day, other),
            )


def span_words(day: MeetupDay, part: MeetupSlot | MeetupSession | Stretch) -> str:
    """Return « 9 h – 9 h 20 » by the clocks of the place."""
    start, end = part.starts_at.astimezone(day.zone), part.ends_at.astimezone(day.zone)
    return f"{french_hour(start.time())} – {french_hour(end.time())}"


def _note(session: Session, day: MeetupDay, person: User, now: datetime) -> None:
    details = {"slots": len(day.slots)}
    note_day(session, "slots_changed", day, person=person, now=now, details=details)
    flush_day(session)
    session.expire(day, ["slots"])
