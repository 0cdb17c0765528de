"""Writes the mails about agendas, in the worker: the first one, what changes in it, the day before.

Each carries the whole agenda as a calendar; opened, it replaces the events of the former mails.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from flask_babel import force_locale
from sqlalchemy.orm import Session

from extensions.mailbox import write_mail
from extensions.meetup_ics import agenda_calendar
from extensions.participation_links import participation_url
from models.mail import StoredMail
from models.meetup import MeetupDay
from models.meetup_participant import MeetupAttendee, MeetupParticipant
from services.meetup_agenda_lines import Agenda
from services.meetup_agenda_news import (
    AgendaChange,
    AgendaNews,
    Knowledge,
    Telling,
    participants_to_tell,
    tell_participant,
)
from services.meetup_agendas import agenda_of, agendas_of_day
from services.meetup_calendar import ChangeKind
from services.meetup_notes import Recipient, recipients_of
from services.meetup_returns import AGENDA_MAIL
from services.outbox import post_message
from vocabulary.meetups import DayState
from vocabulary.periods import paris_day

AGENDA_REMINDER: Final = "meetup.agenda_reminder"
_PAGE: Final = "participation_agenda.show"


def spread_agenda_news(session: Session, payload: Mapping[str, Any], *, now: datetime) -> None:
    """Ask for a mail to each participant that has something to be told, and to no other."""
    day = session.get(MeetupDay, payload["day_id"])
    if day is None:
        return
    for participant_id in participants_to_tell(session, day):
        named = {"day_id": day.id, "participant_id": participant_id}
        post_message(session, AGENDA_MAIL, named, now=now)


def write_agenda_mails(
    session: Session, day_id: int, participants: Collection[int], *, now: datetime
) -> None:
    """Tell some participants of a day what they do not know yet, in one mail to each person.

    Called again, or after another worker, it finds nothing left to tell.
    """
    writing = _Writing.of(session, day_id, participants)
    # A cancelled day has a mail of its own, some time later: the calendar goes with that one.
    if writing is None or writing.day.state is DayState.CANCELLED:
        return
    is_published = writing.day.published_plan_id is not None
    for agenda in writing.agendas:
        participant = agenda.participant
        if participant.agenda_told_at is None and not is_published:
            continue
        telling = tell_participant(writing.news, participant, now=now)
        template = _template(agenda, telling)
        if template:
            writing.write(agenda, template, telling.changes)


def write_agenda_reminders(
    session: Session, day_id: int, participants: Collection[int], *, now: datetime
) -> None:
    """Send some participants their agenda as it stands the day before; later it says nothing.

    A worker that was stopped meanwhile tells nobody of a day called « tomorrow » that is over,
    nor of one that was cancelled or moved.
    """
    writing = _Writing.of(session, day_id, participants)
    if writing is None or writing.day.state is DayState.CANCELLED:
        return
    if writing.day.held_on != paris_day(now) + timedelta(days=1):
        return
    for agenda in writing.agendas:
        if agenda.meetings and agenda.participant.absent_at is None:
            writing.write(agenda, "meetups/agenda_reminder", ())


def attach_agenda(
    session: Session, mail: StoredMail, participant: MeetupParticipant, language: str
) -> None:
    """Put a participant's agenda as it stands with a mail of the day, if it ever had one.

    What it cancels counts as told: should the day be held after all, a new agenda follows.
    """
    if participant.agenda_told_at is None:
        return
    day = participant.day
    news = AgendaNews(session, day, [participant.id])
    with force_locale(language):
        agenda = agenda_of(session, day, participant)
        mail.calendar = agenda_calendar(agenda, news.dropped(participant.id)).decode()
    news.note(participant.id, Knowledge.TOLD)


def _template(agenda: Agenda, telling: Telling) -> str:
    if not agenda.is_published:
        return "meetups/agenda_withdrawn" if telling.changes else ""
    all_new = all(change.kind is ChangeKind.NEW for change in telling.changes)
    is_whole = all_new and len(telling.changes) == len(agenda.meetings)
    if telling.is_first or (telling.changes and is_whole):
        return "meetups/agenda"
    return "meetups/agenda_changed" if telling.changes else ""


@dataclass(frozen=True, slots=True)
class _Writing:
    """What the mails to some participants of a day are made of, read once."""

    session: Session
    day: MeetupDay
    agendas: list[Agenda]
    news: AgendaNews
    recipients: Mapping[int, list[Recipient]]

    @classmethod
    def of(cls, session: Session, day_id: int, participants: Collection[int]) -> "_Writing | None":
        day = session.get(MeetupDay, day_id)
        if day is None:
            return None
        agendas = agendas_of_day(session, day, only=participants)
        people = [agenda.participant for agenda in agendas]
        news = AgendaNews(session, day, [one.id for one in people])
        return cls(session, day, agendas, news, recipients_of(session, people))

    def write(self, agenda: Agenda, template: str, changes: tuple[AgendaChange, ...]) -> None:
        """Write to each person of a participant, in their language, with the calendar."""
        participant = agenda.participant
        for reader in self.recipients[participant.id]:
            context = {
                "agenda": agenda,
                "day": self.day,
                "participant": participant,
                "name": reader.name,
                "changes": changes,
                "link": participation_url(
                    participant, _PAGE, attendee=_attendee(participant, reader)
                ),
            }
            mail = write_mail(self.session, reader.email, reader.language, template, context)
            with force_locale(reader.language):
                content = agenda_calendar(agenda, self.news.dropped(participant.id))
            mail.calendar = content.decode()


def _attendee(participant: MeetupParticipant, reader: Recipient) -> MeetupAttendee | None:
    return next((one for one in participant.attendees if one.id == reader.attendee_id), None)
