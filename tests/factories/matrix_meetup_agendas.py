"""What the addresses of agendas name: a participant, its feed, a badge."""

from typing import Any

from sqlalchemy.orm import Session

from extensions.clock import now
from extensions.meetup_feed_links import feed_url, open_feed
from models.meetup import MeetupDay
from models.organization import Organization
from services.meetup_prints import request_print
from tests.factories.matrix_meetup_participants import matrix_participant
from vocabulary.prints import PrintKind

_OWN = ("show", "pdf", "calendar", "note", "subscribe")
_WHOLE = ("document", "prepare", "progress")


def agenda_examples(
    session: Session, day: MeetupDay, entry: Organization
) -> dict[str, dict[str, Any]]:
    """Return the values of the addresses around the agenda of ``entry``."""
    participant = matrix_participant(session, day, entry)
    open_feed(participant)
    session.flush()
    own = {"slug": day.slug, "participant_id": participant.id}
    token = feed_url(participant).rpartition("/")[2].removesuffix(".ics")
    attendee = participant.attendees[0]
    request_print(session, day, PrintKind.AGENDAS, now=now())
    return {
        "meetup_feeds.agenda": {"token": token},
        **{f"participation_agenda.{name}": own for name in _OWN},
        "meetup_prints.index": {"slug": day.slug},
        **{f"meetup_prints.{name}": {"slug": day.slug, "kind": "agendas"} for name in _WHOLE},
        "meetup_prints.agenda": own,
        "meetup_prints.agenda_on_paper": own,
        "meetup_prints.badge": {"slug": day.slug, "attendee_id": attendee.id},
    }
