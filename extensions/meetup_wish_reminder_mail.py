"""Writes the mails that ask for wishes, in the worker: the day is read once for many of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from extensions.mailbox import write_mail
from extensions.meetup_participant_mail import Reader, reader_of
from extensions.participation_links import participation_url
from models.meetup import MeetupDay
from models.meetup_participant import MeetupParticipant
from services.matching import Matcher, Moment
from services.meetup_notes import recipients_of
from services.meetup_profiles import day_profiles
from services.meetup_wish_lines import KnownWishes
from services.meetup_wish_pages import day_participants
from services.meetup_wish_reminders import why_no_reminder, without_own_wish
from services.meetup_wish_suggestions import MOST_SHOWN, suggestions_by_wisher

_TEMPLATE: Final = "meetup_participants/wishes_asked"
Payloads = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Row:
    """A body that wishes nobody yet, with the links of its reader."""

    participant: MeetupParticipant
    link: str
    cancel_link: str
    suggested: int
    """How many suggestions the page shows."""


def write_wish_reminders(
    session: Session, payloads: Payloads, *, matcher: Matcher, moment: Moment
) -> None:
    """Write one mail to each person; who made a wish meanwhile, or cannot any more, gets none."""
    named = {key for payload in payloads for key in payload["participant_ids"]}
    days = session.scalars(
        select(MeetupDay).where(
            MeetupDay.id.in_(
                select(MeetupParticipant.day_id).where(MeetupParticipant.id.in_(named))
            )
        )
    ).all()
    for day in days:
        if why_no_reminder(day, moment.now) is None:
            writing = _Writing(session, day, named)
            writing.count_suggestions(matcher, moment)
            writing.write(payloads)


class _Writing:
    """What the mails to some participants of a day are made of, read once."""

    def __init__(self, session: Session, day: MeetupDay, named: set[int]) -> None:
        self._session, self._day = session, day
        silent = without_own_wish(day).where(MeetupParticipant.id.in_(named))
        self._asked = {one.id: one for one in session.scalars(silent)}
        self._addresses = {
            key: {person.email.casefold() for person in people}
            for key, people in recipients_of(session, self._asked.values()).items()
        }
        self._suggested: dict[int, int] = {}

    def count_suggestions(self, matcher: Matcher, moment: Moment) -> None:
        """Count what each reads on its page, where those who ask it are listed already."""
        if not self._asked:
            return
        people = day_participants(self._session, self._day)
        known = KnownWishes(self._session, self._day)
        apart, askers = known.apart(), known.askers()
        base = matcher.exact_base(self._session, moment)
        found = suggestions_by_wisher(
            day_profiles(people, base, seed=moment.seed),
            self._asked.values(),
            people,
            limit=MOST_SHOWN,
            skipped={key: apart.get(key, set()) | askers.get(key, set()) for key in self._asked},
        )
        self._suggested = {key: len(own) for key, own in found.items()}

    def write(self, payloads: Payloads) -> None:
        """Write the mails of this day."""
        for payload in payloads:
            numbers = [key for key in payload["participant_ids"] if key in self._asked]
            reader = reader_of(self._session, payload) if numbers else None
            if reader is None:
                continue
            email = reader.email.casefold()
            rows = [self._row(key, reader) for key in numbers if email in self._addresses[key]]
            if rows:
                context = {"day": self._day, "rows": rows}
                write_mail(self._session, reader.email, reader.language, _TEMPLATE, context)

    def _row(self, key: int, reader: Reader) -> Row:
        participant = self._asked[key]
        attendee = reader.attendee
        own = attendee if attendee and attendee.participant_id == key else None
        return Row(
            participant,
            participation_url(participant, "participation_wishes.index", attendee=own),
            participation_url(participant, "participations.cancel", attendee=own),
            self._suggested[key],
        )
