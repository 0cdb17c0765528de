"""What participants say came of their meetings: reports, stages, disagreements, introductions."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, joinedload, selectinload

from models.account import User
from models.meetup_participant import MeetupParticipant
from models.meetup_plan import MeetingInquiry, MeetingSeat, MeetupMeeting
from models.need import Need
from models.offer import Offer
from services.errors import RuleViolation
from services.meetup_evenings import still_open
from services.meetup_landings import land_on_introduction
from services.outcomes import report_stage, settle
from vocabulary.exchanges import IntroductionState, OutcomeStage, Side
from vocabulary.labels import N_
from vocabulary.meetups import MeetingReport

NOTE_LENGTH: Final = 500
NO_LINE: Final = N_("Répondez pour un rendez-vous au moins.")
TOO_EARLY: Final = N_("Ce rendez-vous n’a pas encore eu lieu.")


@dataclass(frozen=True, slots=True)
class MeetingAnswer:
    """What a participant says of one meeting; empty parts are left as they were."""

    report: MeetingReport | None = None
    satisfaction: int | None = None
    stage: OutcomeStage | None = None
    note: str = ""
    subject: tuple[Need, Offer] | None = None
    """What the territory says it was about, when nothing said so before."""


@dataclass(frozen=True, slots=True)
class MeetingLine:
    """One meeting of a participant: with whom, what is asked, what each has said."""

    meeting: MeetupMeeting
    participant: MeetupParticipant
    inquiries: tuple[MeetingInquiry, ...]
    """Of all its participants, the first asked first."""
    due: tuple[MeetingInquiry, ...]
    """Of this participant, waiting for an answer."""

    @property
    def others(self) -> tuple[MeetupParticipant, ...]:
        """Return whom it was with."""
        seats = self.meeting.seats
        return tuple(one.participant for one in seats if one.participant_id != self.participant.id)

    @property
    def asks_report(self) -> bool:
        """Tell whether it is still to be said that the meeting was held."""
        return self.own_report is None and self.meeting.is_held is not False

    @property
    def asks_stage(self) -> bool:
        """Tell whether what came of it is asked too: of a pair, not of a group."""
        return self.meeting.group_id is None

    @property
    def own(self) -> tuple[MeetingInquiry, ...]:
        """Return the questions to this participant, answered or not."""
        return tuple(one for one in self.inquiries if one.participant_id == self.participant.id)

    @property
    def own_report(self) -> MeetingReport | None:
        """Return what the participant said of the meeting itself."""
        return next((one.report for one in self.own if one.report is not None), None)

    @property
    def own_satisfaction(self) -> int | None:
        """Return how useful the participant found it, 1 to 5."""
        return next((one.satisfaction for one in self.own if one.satisfaction is not None), None)

    @property
    def last_own(self) -> MeetingInquiry | None:
        """Return what the participant said last."""
        return _last(self.own)

    def last_of(self, participant_id: int) -> MeetingInquiry | None:
        """Return what another participant said last."""
        return _last(one for one in self.inquiries if one.participant_id == participant_id)


def meeting_lines(
    session: Session, participant: MeetupParticipant, *, now: datetime
) -> list[MeetingLine]:
    """Return the meetings that were asked about, in the order of the day, in five queries."""
    meetings = session.scalars(
        select(MeetupMeeting)
        .join(MeetingSeat, MeetingSeat.meeting_id == MeetupMeeting.id)
        .where(MeetingSeat.participant_id == participant.id, _was_asked(participant.id))
        .options(
            selectinload(MeetupMeeting.seats).joinedload(MeetingSeat.participant),
            joinedload(MeetupMeeting.slot),
            joinedload(MeetupMeeting.group),
            joinedload(MeetupMeeting.need),
            joinedload(MeetupMeeting.offer),
        )
    ).all()
    numbers = [meeting.id for meeting in meetings]
    inquiries: dict[int, list[MeetingInquiry]] = {number: [] for number in numbers}
    for inquiry in session.scalars(
        select(MeetingInquiry)
        .where(MeetingInquiry.meeting_id.in_(numbers))
        .order_by(MeetingInquiry.days_after, MeetingInquiry.id)
    ):
        inquiries[inquiry.meeting_id].append(inquiry)
    due = _due(session, participant, now)
    lines = [
        MeetingLine(
            meeting=meeting,
            participant=participant,
            inquiries=tuple(inquiries[meeting.id]),
            due=tuple(one for one in inquiries[meeting.id] if one.id in due),
        )
        for meeting in meetings
    ]
    return sorted(lines, key=_by_hour)


def _by_hour(line: MeetingLine) -> tuple[bool, float, int]:
    slot = line.meeting.slot
    return slot is None, slot.starts_at.timestamp() if slot else 0.0, line.meeting.id


def _was_asked(participant_id: int) -> ColumnElement[bool]:
    return (
        select(MeetingInquiry.id)
        .where(
            MeetingInquiry.meeting_id == MeetupMeeting.id,
            MeetingInquiry.participant_id == participant_id,
        )
        .exists()
    )


def _due(session: Session, participant: MeetupParticipant, now: datetime) -> frozenset[int]:
    wanted = (
        select(MeetingInquiry.id)
        .join(MeetingInquiry.meeting)
        .where(MeetingInquiry.participant_id == participant.id, still_open(now))
    )
    return frozenset(session.scalars(wanted))


def report_meetings(
    session: Session,
    lines: Sequence[MeetingLine],
    answers: Mapping[int, MeetingAnswer],
    *,
    person: User | None,
    now: datetime,
) -> int:
    """Write down the answers by number of the meeting; return how many meetings were answered.

    A meeting held about a need and an offer of the directory lands on the introduction of both.

    Raises:
        RuleViolation: nothing is answered.
    """
    given = [line for line in lines if line.meeting.id in answers]
    if not given:
        raise RuleViolation(NO_LINE)
    for line in sorted(given, key=lambda line: line.meeting.id):
        # Kept: both sides answer on the same evening, and each account weighs on the other.
        session.execute(
            select(MeetupMeeting.id).where(MeetupMeeting.id == line.meeting.id).with_for_update()
        )
        _write(session, line, answers[line.meeting.id], now)
        inquiries = _fresh(session, line.meeting)
        _settle(line.meeting, inquiries)
        _tell_introduction(session, line, answers[line.meeting.id], person, now)
    session.flush()
    return len(given)


def _write(session: Session, line: MeetingLine, answer: MeetingAnswer, now: datetime) -> None:
    inquiries = list(line.due) or [_spontaneous(session, line, now)]
    for inquiry in inquiries:
        inquiry.answered_at = now
        inquiry.stage, inquiry.note = answer.stage, answer.note[:NOTE_LENGTH]
    evening = next((one for one in line.own if one.days_after == 0), inquiries[0])
    evening.answered_at = evening.answered_at or now
    if answer.report is not None:
        evening.report = answer.report
    if answer.satisfaction is not None:
        evening.satisfaction = answer.satisfaction
    session.flush()


def _spontaneous(session: Session, line: MeetingLine, now: datetime) -> MeetingInquiry:
    """Return the line of today for what is said without being asked."""
    day = line.meeting.day
    days = (now.astimezone(day.zone).date() - day.held_on).days
    if days < 0:
        raise RuleViolation(TOO_EARLY)
    known = next((one for one in line.own if one.days_after == days), None)
    if known is not None:
        return known
    added = MeetingInquiry(
        meeting_id=line.meeting.id,
        participant_id=line.participant.id,
        days_after=days,
        due_at=now,
        asked_at=now,
    )
    session.add(added)
    return added


def _fresh(session: Session, meeting: MeetupMeeting) -> Sequence[MeetingInquiry]:
    wanted = select(MeetingInquiry).where(MeetingInquiry.meeting_id == meeting.id)
    return session.scalars(wanted.execution_options(populate_existing=True)).all()


def _settle(meeting: MeetupMeeting, inquiries: Sequence[MeetingInquiry]) -> None:
    """Weigh the accounts: whether the meeting was held, how far it led, whether they differ."""
    reports = {one.report == MeetingReport.HELD for one in inquiries if one.report is not None}
    reached = any(one.stage in _AFTER_A_MEETING for one in inquiries if one.answered_at)
    if len(reports) == 1:
        meeting.is_held = reports == {True} or reached
    elif reports:
        meeting.is_held = None
    elif reached:
        meeting.is_held = True
    differs = len(reports) > 1
    if meeting.group_id is None:
        sides = [_last_with_stage(inquiries, seat.participant_id) for seat in meeting.seats]
        settled = settle(*sides[:2], was_disputed=meeting.is_disputed)
        meeting.stage = settled.stage
        differs = differs or settled.is_disputed
    meeting.is_disputed = differs


_AFTER_A_MEETING: Final = frozenset(
    {OutcomeStage.MEETING, OutcomeStage.EXPERIMENT, OutcomeStage.CONTRACT}
)


def _last(inquiries: Iterable[MeetingInquiry]) -> MeetingInquiry | None:
    answered = [one for one in inquiries if one.answered_at is not None]
    return max(answered, key=lambda one: (one.answered_at, one.days_after), default=None)


def _last_with_stage(
    inquiries: Iterable[MeetingInquiry], participant_id: int
) -> MeetingInquiry | None:
    return _last(
        one for one in inquiries if one.participant_id == participant_id and one.stage is not None
    )


def _tell_introduction(
    session: Session,
    line: MeetingLine,
    answer: MeetingAnswer,
    person: User | None,
    now: datetime,
) -> None:
    meeting = line.meeting
    if answer.subject is not None and _may_have_subject(line):
        meeting.need, meeting.offer = answer.subject
    if meeting.is_held:
        land_on_introduction(session, meeting, now=now)
    introduction = meeting.introduction
    if introduction is None or introduction.state != IntroductionState.ACCEPTED:
        return
    if answer.stage is not None:
        side = line.participant.side
        report_stage(
            session, introduction, person, side, stage=answer.stage, note=answer.note, now=now
        )


@dataclass(frozen=True, slots=True)
class Subjects:
    """What a territory may say a meeting was about: its needs, and the other body's offers."""

    needs: tuple[Need, ...]
    offers: tuple[Offer, ...]

    def __bool__(self) -> bool:
        """Tell whether there is something to choose on both sides."""
        return bool(self.needs and self.offers)


def subjects_of(
    session: Session, lines: Sequence[MeetingLine], participant: MeetupParticipant
) -> dict[int, Subjects]:
    """Return the choices by number of the meeting, in two queries.

    The territory says what was talked about, since a line of its register comes of it; what the
    wishes already said is kept.
    """
    if participant.side != Side.TERRITORY or participant.organization_id is None:
        return {}
    open_lines = [line for line in lines if _may_have_subject(line)]
    others = {body for line in open_lines if (body := line.others[0].organization_id)}
    if not others:
        return {}
    wanted = Need.published().where(Need.carrier_id == participant.organization_id)
    needs = tuple(session.scalars(wanted.order_by(Need.title, Need.id)))
    offers: dict[int, list[Offer]] = {}
    for offer in session.scalars(
        Offer.published().where(Offer.organization_id.in_(others)).order_by(Offer.title, Offer.id)
    ):
        offers.setdefault(offer.organization_id, []).append(offer)
    return {
        line.meeting.id: Subjects(needs, tuple(offers.get(line.others[0].organization_id or 0, ())))
        for line in open_lines
    }


def _may_have_subject(line: MeetingLine) -> bool:
    meeting = line.meeting
    is_open = meeting.group_id is None and meeting.introduction_id is None
    return is_open and (meeting.need_id is None or meeting.offer_id is None)
