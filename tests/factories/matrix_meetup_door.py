"""What the addresses of the welcome desk name: a person with a badge, a meeting, a repair."""

import uuid
from typing import Any

from sqlalchemy.orm import Session

from models.meetup import MeetupDay
from models.meetup_plan import MeetupMeeting, MeetupPlan
from tests.factories.meetups import NOW, make_attendee, make_participant
from vocabulary.meetups import PlanOrigin, PlanState

_OF_THE_DAY = (
    "meetup_presence.index",
    "meetup_presence.check",
    "meetup_presence.state",
    "meetup_presence.late",
    "meetup_presence.reader",
    "meetup_door.walk_in",
    "meetup_repairs.show",
    "meetup_repairs.apply",
    "meetup_seating.show",
    "meetup_attendance.show",
)


def door_examples(session: Session, day: MeetupDay) -> dict[str, dict[str, Any]]:
    """Add somebody expected, a meeting and a repair; name the pages of the welcome desk."""
    participant = make_participant(session, day, "Attendue de la matrice")
    attendee = make_attendee(session, participant)
    meeting = MeetupMeeting(day_id=day.id, key="p0-0", uid=uuid.uuid4().hex)
    repair = MeetupPlan(
        day_id=day.id,
        number=900,
        origin=PlanOrigin.REPAIR,
        state=PlanState.READY,
        created_at=NOW,
    )
    session.add_all([meeting, repair])
    session.flush()
    slug = {"slug": day.slug}
    own = {**slug, "participant_id": participant.id}
    return {
        **dict.fromkeys(_OF_THE_DAY, slug),
        "meetup_presence.scan": {**slug, "badge_key": attendee.badge_key},
        "meetup_door.show": own,
        "meetup_door.add_person": own,
        "meetup_door.note": {**own, "kind": "absent"},
        "meetup_door.wish": own,
        "meetup_repairs.undo": {**slug, "plan_id": repair.id},
        "meetup_seating.mark": {**slug, "meeting_id": meeting.id},
        "meetup_attendance.export": {**slug, "file_type": "csv"},
    }
