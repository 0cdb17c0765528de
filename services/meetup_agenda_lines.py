"""What an agenda is made of: its lines, whom one meets in them, who wanted the meeting."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from models.meetup import MeetupDay, MeetupSession
from models.meetup_participant import MeetupAttendee, MeetupParticipant
from models.meetup_plan import MeetupMeeting
from models.meetup_wish import MeetupWish
from models.need import Need
from models.offer import Offer
from services.meetup_clock import is_today
from vocabulary.kinds import PublicationState
from vocabulary.meetups import ParticipantVisibility, SessionKind, WishOrigin


class ItemKind(StrEnum):
    """What one does for a stretch of the day."""

    MEETING = "rendez-vous"
    GROUP = "groupe"
    SESSION = "choisi"
    SHARED = "commun"
    WAIT = "attente"
    ABSENCE = "absence"


class WishedBy(StrEnum):
    """Who wanted a meeting."""

    BOTH = "tous-deux"
    ONESELF = "soi"
    OTHER = "autre"
    STAFF = "organisateurs"


@dataclass(frozen=True, slots=True)
class Met:
    """A body that one meets, and the people it sends where it lets them be named."""

    participant: MeetupParticipant
    people: tuple[MeetupAttendee, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AgendaItem:
    """One line of an agenda; its instants are in the zone of the place."""

    kind: ItemKind
    starts_at: datetime
    ends_at: datetime
    title: str = ""
    text: str = ""
    room: str = ""
    table: str = ""
    session: MeetupSession | None = None
    meeting: MeetupMeeting | None = None
    others: tuple[Met, ...] = ()
    wished_by: WishedBy | None = None
    wish: MeetupWish | None = None
    """The wish whose match and message say why the two meet."""

    @property
    def need(self) -> Need | None:
        """Return the need that is talked about, when everybody may read it."""
        found = self.meeting.need if self.meeting else None
        is_public = found is not None and found.state is PublicationState.PUBLISHED
        return found if is_public else None

    @property
    def offer(self) -> Offer | None:
        """Return the offer that is talked about, when everybody may read it."""
        found = self.meeting.offer if self.meeting else None
        return found if found is not None and found.is_public else None


MET_KINDS: Final = frozenset({ItemKind.MEETING, ItemKind.GROUP})
# Nothing is done in these: they are not what comes next.
_IDLE: Final = frozenset({ItemKind.WAIT, ItemKind.ABSENCE})


@dataclass(frozen=True, slots=True)
class Agenda:
    """The day of one participant, line after line."""

    day: MeetupDay
    participant: MeetupParticipant
    items: tuple[AgendaItem, ...]
    is_published: bool
    """Whether the meetings are known; before, the parts of the programme alone are."""

    @property
    def meetings(self) -> tuple[AgendaItem, ...]:
        """Return the lines in which somebody is met."""
        return tuple(item for item in self.items if item.kind in MET_KINDS)

    def current(self, now: datetime) -> AgendaItem | None:
        """Return what is under way at ``now``, on the day itself."""
        if not is_today(self.day, now):
            return None
        return next((one for one in self.items if one.starts_at <= now < one.ends_at), None)

    def following(self, now: datetime) -> AgendaItem | None:
        """Return what comes next at ``now``, on the day itself."""
        if not is_today(self.day, now):
            return None
        coming = (one for one in self.items if one.starts_at > now and one.kind not in _IDLE)
        return next(coming, None)


def visible_people(participant: MeetupParticipant) -> tuple[MeetupAttendee, ...]:
    """Return the people of ``participant`` whom those it meets may read the names of."""
    if participant.visibility is ParticipantVisibility.ORGANIZERS:
        return ()
    return tuple(participant.attendees)


def wished_by(participant_id: int, wishes: Iterable[MeetupWish]) -> WishedBy | None:
    """Return who wanted the meeting, as one of its two participants reads it."""
    kept = list(wishes)
    own = any(wish.wisher_id == participant_id for wish in kept if not _is_staff(wish))
    other = any(wish.wished_id == participant_id for wish in kept if not _is_staff(wish))
    if own and other:
        return WishedBy.BOTH
    if own:
        return WishedBy.ONESELF
    if other:
        return WishedBy.OTHER
    return WishedBy.STAFF if kept else None


def _is_staff(wish: MeetupWish) -> bool:
    return wish.origin is WishOrigin.STAFF


def is_pause(item: AgendaItem) -> bool:
    """Tell whether a line is a break or a meal of everybody."""
    return item.session is not None and item.session.kind in {SessionKind.BREAK, SessionKind.MEAL}
