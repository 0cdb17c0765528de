"""A day that is over: one meeting of a carrier with an actor, about a need and an offer."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy.orm import Session

from models.meetup import MeetupDay
from models.meetup_participant import MeetupParticipant
from models.meetup_plan import MeetupMeeting
from services.meetup_outcomes import MeetingAnswer, meeting_lines, report_meetings
from tests.factories.introductions import Table, make_table
from tests.factories.meetups import (
    HELD_ON,
    make_attendee,
    make_day,
    make_participant,
    make_slots,
    make_tables,
    publish_meetings,
)
from vocabulary.exchanges import Side

EVENING_AT = datetime(2027, 3, 11, 18, tzinfo=UTC)


@dataclass
class Evening:
    """A day that is over, its two participants and their meeting."""

    day: MeetupDay
    table: Table
    territory: MeetupParticipant
    actor: MeetupParticipant
    meeting: MeetupMeeting

    def own(self, side: Side) -> MeetupParticipant:
        """Return the participant of one side."""
        return self.territory if side == Side.TERRITORY else self.actor

    def answer(
        self, session: Session, side: Side, answer: MeetingAnswer, *, at: datetime = EVENING_AT
    ) -> None:
        """Let one side say something of the meeting."""
        lines = meeting_lines(session, self.own(side), now=at)
        report_meetings(session, lines, {self.meeting.id: answer}, person=None, now=at)


def make_evening(
    session: Session, *, code: str = "QN00990M", mark: str = "", held_on: date = HELD_ON
) -> Evening:
    """Add a day with a published plan of one meeting; nobody has been asked yet."""
    table = make_table(session, mark, code=code)
    day = make_day(session, f"Journée du soir{mark}", held_on=held_on)
    slots, tables = make_slots(session, day, 2), make_tables(session, day, 2)
    territory = make_participant(
        session, day, table.carrier.name, side=Side.TERRITORY, organization_id=table.carrier.id
    )
    actor = make_participant(session, day, table.actor.name, organization_id=table.actor.id)
    for one in (territory, actor):
        make_attendee(session, one)
    (meeting,) = publish_meetings(session, day, [(slots[0], tables[0], (territory, actor))])
    meeting.need, meeting.offer = table.need, table.offer
    session.flush()
    return Evening(day, table, territory, actor, meeting)
