"""The published meetings of a day one by one, with what both sides said: for the report's files."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from models.meetup import MeetupDay, MeetupTable
from models.meetup_participant import MeetupParticipant
from models.meetup_plan import MeetingInquiry, MeetingSeat, MeetupMeeting, PlannedMeeting
from vocabulary.exchanges import OutcomeStage, Side
from vocabulary.meetups import MeetingReport

# What a reader of the report wants to see one by one.
TELLING_STAGES = (OutcomeStage.EXPERIMENT, OutcomeStage.CONTRACT)


@dataclass(frozen=True, slots=True)
class Account:
    """All that one participant said of one meeting so far."""

    participant: MeetupParticipant
    report: MeetingReport | None
    satisfaction: int | None
    stage: OutcomeStage | None
    note: str


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One published meeting and its accounts, territories first."""

    meeting: MeetupMeeting
    accounts: tuple[Account, ...]

    def of(self, side: Side) -> tuple[Account, ...]:
        """Return the accounts of one side."""
        return tuple(one for one in self.accounts if one.participant.side == side)


def report_rows(
    session: Session, day: MeetupDay, *, only_telling: bool = False, limit: int | None = None
) -> list[ReportRow]:
    """Return the meetings of the published plan by slot and table, in four queries.

    ``only_telling`` keeps those that led to something and those whose accounts differ.
    """
    if day.published_plan_id is None:
        return []
    wanted = (
        select(MeetupMeeting)
        .join(PlannedMeeting, PlannedMeeting.meeting_id == MeetupMeeting.id)
        .where(PlannedMeeting.plan_id == day.published_plan_id)
        .options(
            joinedload(MeetupMeeting.slot),
            joinedload(MeetupMeeting.table).joinedload(MeetupTable.room),
            joinedload(MeetupMeeting.need),
            joinedload(MeetupMeeting.offer),
            joinedload(MeetupMeeting.group),
            selectinload(MeetupMeeting.seats).joinedload(MeetingSeat.participant),
        )
        .order_by(PlannedMeeting.slot_id, PlannedMeeting.table_id, MeetupMeeting.id)
    )
    if only_telling:
        wanted = wanted.where(
            or_(MeetupMeeting.stage.in_(TELLING_STAGES), MeetupMeeting.is_disputed)
        )
    meetings = session.scalars(wanted.limit(limit)).all()
    said = _accounts(session, meetings)
    rows = [
        ReportRow(
            meeting,
            tuple(
                _account(seat.participant, said.get((meeting.id, seat.participant_id), ()))
                for seat in _by_side(meeting)
            ),
        )
        for meeting in meetings
    ]
    return sorted(rows, key=_by_hour)


def _by_hour(row: ReportRow) -> tuple[float, int, int]:
    slot, table = row.meeting.slot, row.meeting.table
    return (
        slot.starts_at.timestamp() if slot else 0.0,
        table.rank if table else 0,
        row.meeting.id,
    )


def _by_side(meeting: MeetupMeeting) -> list[MeetingSeat]:
    return sorted(
        meeting.seats,
        key=lambda seat: (seat.participant.side != Side.TERRITORY, seat.participant.name),
    )


_Said = dict[tuple[int, int], list[MeetingInquiry]]


def _accounts(session: Session, meetings: Sequence[MeetupMeeting]) -> _Said:
    found: _Said = {}
    wanted = (
        select(MeetingInquiry)
        .where(
            MeetingInquiry.meeting_id.in_([meeting.id for meeting in meetings]),
            MeetingInquiry.answered_at.is_not(None),
        )
        .order_by(MeetingInquiry.answered_at, MeetingInquiry.days_after)
    )
    for one in session.scalars(wanted):
        found.setdefault((one.meeting_id, one.participant_id), []).append(one)
    return found


def _account(participant: MeetupParticipant, said: Sequence[MeetingInquiry]) -> Account:
    """Gather what was said over time: the last word on each thing."""
    newest = list(reversed(said))
    return Account(
        participant=participant,
        report=next((one.report for one in newest if one.report), None),
        satisfaction=next((one.satisfaction for one in newest if one.satisfaction), None),
        stage=next((one.stage for one in newest if one.stage), None),
        note=" / ".join(_notes(said)),
    )


def _notes(said: Iterable[MeetingInquiry]) -> list[str]:
    return list(dict.fromkeys(one.note for one in said if one.note))
