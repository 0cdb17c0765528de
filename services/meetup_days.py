"""Meetup days: opened as drafts, copied from earlier ones, changed, moved, deleted."""

from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session, selectinload

from models.account import User
from models.meetup import MeetupDay, MeetupSession, MeetupSlot
from models.meetup_participant import MeetupAbsence, MeetupParticipant
from services.errors import Conflict, RuleViolation
from services.meetup_calendar import refresh_publication
from services.meetup_clock import carried_over
from services.meetup_copies import CopyChoices, copy_day
from services.meetup_day_contents import DayContent, day_problems, stamp
from services.meetup_day_notes import (
    CHANGED_MEANWHILE,
    DayEvent,
    flush_day,
    note_day,
    tell_everybody,
)
from services.meetup_places import offer_free_places
from services.meetup_wish_reserve import settle_reserve
from services.text_keys import unique_slug
from vocabulary.labels import N_
from vocabulary.meetups import DayState, ParticipantState

# Addresses under /rencontres and /pilotage/rencontres that are not days.
_RESERVED: Final = frozenset({"nouvelle", "acces", "abonnement", "calendrier"})
# What people must be told when it changes, because they would go elsewhere.
_WHERE_AND_WHEN: Final = ("held_on", "time_zone", "place", "address", "commune_code")


class StaleDay(Conflict):
    """The form was filled in over an older content; ``stored`` is the one there now."""

    def __init__(self, stored: DayContent) -> None:
        """Keep what is stored now."""
        super().__init__(CHANGED_MEANWHILE)
        self.stored = stored


def create_day(
    session: Session,
    content: DayContent,
    *,
    person: User,
    now: datetime,
    source: MeetupDay | None = None,
    choices: CopyChoices | None = None,
) -> MeetupDay:
    """Open the draft of a day, with what ``choices`` take over from ``source``.

    Raises:
        RuleViolation: the content cannot be saved, or an hour does not exist on the new date.
    """
    content = _checked(content, now=now, stored=None)
    day = MeetupDay(
        slug=unique_slug(content.title, lambda slug: _is_taken(session, slug)),
        state=DayState.DRAFT,
        created_by_id=person.id,
        created_at=now,
    )
    content.write_to(day)
    session.add(day)
    flush_day(session)
    if source is not None:
        copy_day(session, source, day, choices or CopyChoices(), person=person, now=now)
    note_day(session, "created", day, person=person, now=now)
    flush_day(session)
    return day


def _is_taken(session: Session, slug: str) -> bool:
    wanted = select(MeetupDay.id).where(MeetupDay.slug == slug)
    return slug in _RESERVED or session.scalar(wanted) is not None


def _checked(content: DayContent, *, now: datetime, stored: DayContent | None) -> DayContent:
    content = content.cleaned()
    problems = day_problems(content, now=now, stored=stored)
    if problems:
        first = problems[0]
        raise RuleViolation(first.message, field=first.field, **first.params)
    return content


def save_day(
    session: Session,
    day: MeetupDay,
    content: DayContent,
    *,
    seen: str,
    person: User,
    now: datetime,
) -> bool:
    """Keep what was written; return ``False`` when nothing differs.

    With another date or zone, slots, programme and absences keep their hours by the clocks of the
    place; agendas that are published follow, and everybody is told.

    Raises:
        StaleDay: somebody saved something else since the form was shown.
        RuleViolation: the content cannot be saved.
    """
    session.refresh(day, with_for_update={"of": MeetupDay})
    stored = DayContent.of(day)
    content = _checked(content, now=now, stored=stored)
    if content == stored:
        return False
    if stamp(stored) != seen:
        raise StaleDay(stored)
    _check_capacity(session, day, content)
    before = (day.held_on, day.zone)
    content.write_to(day)
    flush_day(session)
    if before != (day.held_on, day.zone):
        _carry_over(session, day, before)
    note_day(session, "edited", day, person=person, now=now)
    flush_day(session)
    if stored.capacity != content.capacity:
        offer_free_places(session, day, now=now)
    if stored.most_meetings != content.most_meetings:
        settle_reserve(session, day, now=now)
    if _is_moved(stored, content) and day.is_public:
        refresh_publication(session, day, now=now)
        tell_everybody(session, day, DayEvent.MOVED, now=now)
    return True


def _is_moved(before: DayContent, after: DayContent) -> bool:
    return any(getattr(before, name) != getattr(after, name) for name in _WHERE_AND_WHEN)


def _check_capacity(session: Session, day: MeetupDay, content: DayContent) -> None:
    coming = session.scalar(
        select(func.count(MeetupParticipant.id)).where(
            MeetupParticipant.day_id == day.id,
            MeetupParticipant.state == ParticipantState.CONFIRMED,
        )
    )
    if content.capacity is not None and content.capacity < (coming or 0):
        raise RuleViolation(
            N_("%(count)s participants sont déjà inscrits."), field="capacity", count=coming
        )


def _carry_over(session: Session, day: MeetupDay, before: tuple[date, ZoneInfo]) -> None:
    """Move everything that has hours: the clocks of the place show the same as before."""
    after = (day.held_on, day.zone)
    participants = session.scalars(
        select(MeetupParticipant)
        .where(MeetupParticipant.day_id == day.id)
        .options(selectinload(MeetupParticipant.absences))
    ).all()
    absences = [absence for one in participants for absence in one.absences]
    parts: list[MeetupSlot | MeetupSession | MeetupAbsence] = [
        *day.slots,
        *day.sessions,
        *absences,
    ]
    hours = [
        (carried_over(part.starts_at, before, after), part.ends_at - part.starts_at)
        for part in parts
    ]
    # Two steps: a slot may take the hour that another one is about to leave.
    for slot in day.slots:
        slot.starts_at -= timedelta(days=36_500)
    session.flush()
    for part, (start, length) in zip(parts, hours, strict=True):
        part.starts_at, part.ends_at = start, start + length
    session.flush()


def delete_draft(session: Session, day: MeetupDay, *, person: User, now: datetime) -> None:
    """Delete a day that was never announced, with all it holds.

    Raises:
        RuleViolation: it is public: it can be cancelled, with a reason.
    """
    if day.state is not DayState.DRAFT:
        raise RuleViolation(N_("Cette journée est publique : annulez-la, en disant pourquoi."))
    note_day(session, "deleted", day, person=person, now=now)
    flush_day(session)
    # By the database: it deletes plans before the slots and tables that they name.
    session.execute(delete(MeetupDay).where(MeetupDay.id == day.id))
    session.expunge_all()
