"""Suggestions of people to meet as plain rows: a level in words, reasons, what it is about."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from flask_babel import gettext as _

from extensions.database import db_session
from extensions.matcher import matcher, moment
from extensions.meetup_reasons import meeting_reasons
from models.meetup import MeetupDay
from models.meetup_participant import MeetupParticipant
from services.meetup_profiles import DayProfiles, day_profiles
from services.meetup_wish_lines import KnownWishes, LineVerdict
from services.meetup_wish_pages import day_participants
from services.meetup_wish_review import without_wish
from services.meetup_wish_suggestions import (
    Subjects,
    Suggestion,
    load_subjects,
    suggestions,
    suggestions_by_wisher,
)

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


def suggested_rows(day: MeetupDay, count: int) -> list[tuple[MeetupParticipant, Row]]:
    """Return whom to suggest to each who wishes nobody, with the reasons in words."""
    session = db_session()
    people, wishers = day_participants(session, day), without_wish(session, day)
    apart = KnownWishes(session, day).apart()
    best = suggestions_by_wisher(profiles_of(people), wishers, people, limit=count, skipped=apart)
    found = [(one, suggestion) for one in wishers for suggestion in best[one.id]]
    rows = worded([suggestion for _, suggestion in found], people)
    return [(one, row) for (one, _), row in zip(found, rows, strict=True)]


def suggested_lines(rows: Sequence[tuple[MeetupParticipant, Row]]) -> list[dict[str, Any]]:
    """Return suggestions as lines of a batch of wishes."""
    return [_line(number, *row) for number, row in enumerate(rows, start=1)]


def _line(number: int, wisher: MeetupParticipant, row: Row) -> dict[str, Any]:
    suggestion = row["suggestion"]
    cells = [
        wisher.name,
        row["other"].name,
        _(row["priority"].label),
        " ; ".join(row["reasons"]),
    ]
    return {
        "line": number,
        "cells": cells,
        "verdict": LineVerdict.NEW.value,
        "notes": {
            "wisher": wisher.id,
            "wished": row["other"].id,
            "priority": row["priority"].value,
            "message": "",
            "need": suggestion.need_id,
            "offer": suggestion.offer_id,
            "score": suggestion.line.score.points,
            "facts": suggestion.facts(),
        },
    }
