"""What the addresses of participants of a meetup day name: the entry of the matrix comes to it."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from extensions.participation_links import participation_url, sign_request
from models.meetup import MeetupDay
from models.meetup_invitee import MeetupInviteeBatch
from models.meetup_participant import MeetupParticipant
from models.organization import Organization
from services.meetup_requests import ask_link
from tests.factories.accounts import NOW
from tests.factories.meetups import make_attendee, make_participant

_LIST_PAGES = ("index", "decide", "add", "queue")
_ONE_PAGES = ("show", "edit", "add_attendee", "availability", "sessions")


def matrix_participant(session: Session, day: MeetupDay, entry: Organization) -> MeetupParticipant:
    """Return the participant of ``entry`` at the day of the matrix, added the first time."""
    wanted = select(MeetupParticipant).where(
        MeetupParticipant.day_id == day.id, MeetupParticipant.organization_id == entry.id
    )
    found = session.scalar(wanted)
    if found is not None:
        return found
    participant = make_participant(session, day, entry.name, organization_id=entry.id)
    make_attendee(session, participant)
    return participant


def participant_examples(
    session: Session, day: MeetupDay, entry: Organization
) -> dict[str, dict[str, Any]]:
    """Register ``entry`` at the day and name its own pages."""
    participant = matrix_participant(session, day, entry)
    own = {"slug": day.slug, "participant_id": participant.id}
    person = {**own, "attendee_id": participant.attendees[0].id}
    token = participation_url(participant).rpartition("/")[2]
    request = ask_link(session, day, "demande@matrice.example", language="fr", now=NOW)
    # The link of an address that asked today: it proves it for two days.
    request.created_at = datetime.now(UTC)
    session.flush()
    batch = MeetupInviteeBatch(day_id=day.id, filename="invites.csv", created_at=NOW)
    session.add(batch)
    session.flush()
    of_batch = {"slug": day.slug, "batch_id": batch.id}
    pages = ("show", "register", "edit", "add", "availability", "sessions", "decline", "cancel")
    return {
        "participation_access.enter": {"token": token},
        **{f"participations.{name}": own for name in pages},
        "participations.person": person,
        "participations.remove": person,
        **{f"meetup_participants.{name}": {"slug": day.slug} for name in _LIST_PAGES},
        **{f"meetup_participants.{name}": own for name in _ONE_PAGES},
        "meetup_merges.merge": own,
        "meetup_participants.attendee": person,
        "meetup_participants.remove_attendee": person,
        "meetup_participants.act": {**own, "action": "lien"},
        "meetup_participants.export": {"slug": day.slug, "file_type": "csv"},
        **{
            f"meetup_invitations.{name}": {"slug": day.slug}
            for name in ("compose", "prepare", "send", "remind")
        },
        "meetup_imports.index": {"slug": day.slug},
        "meetup_imports.model": {"slug": day.slug, "file_type": "csv"},
        **{
            f"meetup_imports.{name}": of_batch
            for name in ("show", "map_columns", "apply", "undo", "discard", "refusals")
        },
        "meetup_registration.start": {"slug": day.slug},
        "meetup_registration.asked": {"slug": day.slug},
        "meetup_registration.proved": {"slug": day.slug, "token": sign_request(request)},
    }
