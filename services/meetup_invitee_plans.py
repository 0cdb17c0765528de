"""What each line of a file of invitees would do: its verdict, to which body, with which facts."""

from dataclasses import dataclass, field
from typing import Any, Final

from models.meetup_participant import MeetupAttendee, MeetupParticipant
from models.organization import Organization
from vocabulary.exchanges import Side
from vocabulary.labels import N_, LabelledEnum

Facts = dict[str, Any]
# Facts that are columns of a participant under the same or another name.
PARTICIPANT_COLUMNS: Final = {
    "themes": "themes",
    "territories": "territory_codes",
    "step_free": "needs_step_free",
    "hearing_loop": "needs_hearing_loop",
    "access_note": "accessibility_note",
    "most": "most_meetings",
    "presentation": "presentation",
    "visibility": "visibility",
    "staff_note": "staff_note",
}
PERSON_COLUMNS: Final = {
    "person": "name",
    "job": "job_title",
    "email": "email",
    "language": "language",
}


class InviteeVerdict(LabelledEnum):
    """What applying the file does with a line."""

    NEW = "new", N_("Nouveau")
    CHANGED = "changed", N_("Modifié")
    UNCHANGED = "unchanged", N_("Inchangé")
    DUPLICATE = "duplicate", N_("Ligne en double")
    REFUSED = "refused", N_("Ligne refusée")
    UNREAD = "", N_("Ligne non lue")


@dataclass(slots=True)
class KnownBody:
    """A body as the file finds it, then as its lines so far make it."""

    participant: MeetupParticipant | None
    organization: Organization | None
    side: Side | None
    name: str
    first_line: int
    # Keys of names of people, with the line that brought them (0: known before).
    people: dict[str, int] = field(default_factory=dict)
    is_confirmed: bool = False
    has_themes: bool = False


@dataclass(frozen=True, slots=True)
class InviteePlan:
    """What a line would do: to which body, to which of its people, with which facts."""

    verdict: InviteeVerdict
    notes: dict[str, Any]
    facts: Facts = field(default_factory=dict)
    body: KnownBody | None = None
    attendee: MeetupAttendee | None = None
    adds_person: bool = False
    changes: tuple[str, ...] = ()
