"""Suggestions of people to meet as plain rows: a level in words, reasons, what it is about."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from extensions.database import db_session
from extensions.matcher import matcher, moment
from extensions.meetup_reasons import meeting_reasons
from models.meetup_participant import MeetupParticipant
from services.meetup_profiles import DayProfiles, day_profiles
from services.meetup_wish_suggestions import Subjects, Suggestion, load_subjects, suggestions

Row = dict[str, Any]


def profiles_of(participants: Sequence[MeetupParticipant]) -> DayProfiles:
    """Return what the participants stand for, compared at this moment."""
    at = moment()
    base = matcher().base(db_session(), at)
    return day_profiles(participants, base, seed=at.seed)


def suggestion_rows(
    participant: MeetupParticipant,
    others: Sequence[MeetupParticipant],
    *,
    limit: int,
    skipped: Collection[int] = (),
) -> list[Row]:
    """Return the rows of those who match best among ``others``, the best first."""
    people = [participant, *others]
    found = suggestions(
        profiles_of(people),
        participant,
        [one.id for one in others],
        limit=limit,
        skipped=skipped,
    )
    return worded(found, people)


def worded(found: Sequence[Suggestion], people: Sequence[MeetupParticipant]) -> list[Row]:
    """Return suggestions as rows; ``people`` are those they are about."""
    subjects = load_subjects(db_session(), found, people)
    by_number = {one.id: one for one in people}
    return [_row(one, by_number, subjects) for one in found]


def _row(one: Suggestion, people: Mapping[int, MeetupParticipant], subjects: Subjects) -> Row:
    written = subjects.written.get(one.line.need.id, {})
    return {
        "other": people[one.participant_id],
        "level": one.level.value,
        "priority": one.priority,
        "reasons": meeting_reasons(one.line, written, is_declared=one.is_declared),
        "is_declared": one.is_declared,
        "need": subjects.needs.get(one.need_id or 0, ""),
        "offer": subjects.offers.get(one.offer_id or 0, ""),
        "suggestion": one,
    }
