"""What the addresses of the outcomes of a meetup day name."""

from typing import Any

from sqlalchemy.orm import Session

from models.meetup import MeetupDay
from models.organization import Organization
from tests.factories.matrix_meetup_participants import matrix_participant


def meetup_outcome_examples(
    session: Session, day: MeetupDay, entry: Organization
) -> dict[str, dict[str, Any]]:
    """Return the values of the report's addresses and of the participant's own page."""
    participant = matrix_participant(session, day, entry)
    slug = {"slug": day.slug}
    return {
        "meetup_report.show": slug,
        "meetup_report.close": slug,
        "meetup_report.export": {**slug, "file_type": "csv"},
        "participation_outcomes.index": {**slug, "participant_id": participant.id},
    }
