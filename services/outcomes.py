"""What came of an introduction: asked of both sides on three dates, told by either at any time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, Protocol

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from models.account import User
from models.introduction import Introduction, OutcomeInquiry
from models.need import Need
from services.errors import Conflict
from services.introduction_notes import IntroductionEvent, team_members, tell_team
from services.introductions import lock_introduction
from services.outbox import post_message
from services.register import record_event
from services.workspace import own_organizations
from vocabulary.exchanges import IntroductionState, OutcomeStage, RegisterEvent, Side
from vocabulary.labels import N_
from vocabulary.periods import opening_of, paris_day

OUTCOME_ASK: Final = "outcomes.ask"
ASKED_AFTER: Final = (timedelta(days=30), timedelta(days=90), timedelta(days=180))
NOTE_LENGTH: Final = 500
# Two answers further apart than this do not speak of the same moment.
SAME_MOMENT: Final = timedelta(days=45)
# How far each answer says things have gone: of two that differ the lesser is kept.
_REACH: Final = {
    OutcomeStage.NO_FOLLOW_UP: 0,
    OutcomeStage.NOTHING_YET: 1,
    OutcomeStage.MEETING: 2,
    OutcomeStage.EXPERIMENT: 3,
    OutcomeStage.CONTRACT: 4,
}


class Answer(Protocol):
    """What one side says, and when; empty while it has not answered."""

    @property
    def answered_at(self) -> datetime | None:
        """Return when it was said."""

    @property
    def stage(self) -> OutcomeStage | None:
        """Return how far things have come."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What both sides' last answers amount to."""

    stage: OutcomeStage | None
    is_disputed: bool


def settle(territory: Answer | None, actor: Answer | None, *, was_disputed: bool) -> Settled:
    """Weigh the last answer of each side.

    Alone, an answer stands. Two equal ones agree. Two that differ and speak of the same moment are
    a disagreement, which lasts until the next agreement; otherwise the newer one stands until the
    other side says more.
    """
    given = [answer for answer in (territory, actor) if answer is not None and answer.answered_at]
    if len(given) < 2:  # noqa: PLR2004 - two sides
        return Settled(given[0].stage if given else None, is_disputed=False)
    older, newer = sorted(given, key=_when)
    if older.stage == newer.stage:
        return Settled(newer.stage, is_disputed=False)
    if was_disputed or _when(newer) - _when(older) <= SAME_MOMENT:
        return Settled(min((older.stage, newer.stage), key=_reach), is_disputed=True)
    return Settled(newer.stage, is_disputed=False)


def _when(answer: Answer) -> datetime:
    if answer.answered_at is None:
        message = "an inquiry without an answer"
        raise ValueError(message)
    return answer.answered_at


def _reach(stage: OutcomeStage | None) -> int:
    return _REACH[stage] if stage is not None else -1


def plan_inquiries(session: Session, introduction: Introduction, *, now: datetime) -> None:
    """Plan the questions to both sides from the day of the acceptance."""
    accepted_on = paris_day(now)
    for delay in ASKED_AFTER:
        due_on = accepted_on + delay
        for side in Side:
            introduction.inquiries.append(OutcomeInquiry(side=side, due_on=due_on))
        payload = {"introduction_id": introduction.id}
        post_message(session, OUTCOME_ASK, payload, now=now, due_at=opening_of(due_on))


@dataclass(frozen=True, slots=True)
class DueMail:
    """What one person is asked: the threads of all their organisations, in one mail."""

    person: User
    threads: int


def ask_what_is_due(session: Session, *, now: datetime) -> list[DueMail]:
    """Mark every question due and not yet asked as asked; return one mail for each person.

    Called again on the same day, or by a second worker, it finds nothing left.
    """
    waiting = session.scalars(
        select(OutcomeInquiry)
        .join(OutcomeInquiry.introduction)
        .where(
            OutcomeInquiry.due_on <= paris_day(now),
            OutcomeInquiry.asked_at.is_(None),
            OutcomeInquiry.answered_at.is_(None),
            Introduction.state == IntroductionState.ACCEPTED,
        )
        .options(joinedload(OutcomeInquiry.introduction))
        .order_by(OutcomeInquiry.id)
        .with_for_update(of=OutcomeInquiry, skip_locked=True)
    ).all()
    threads: dict[int, set[int]] = {}
    people: dict[int, User] = {}
    for inquiry in waiting:
        inquiry.asked_at = now
        body = inquiry.introduction.body_of(inquiry.side)
        for person in team_members(session, body.id):
            people[person.id] = person
            threads.setdefault(person.id, set()).add(inquiry.introduction_id)
    return [DueMail(people[key], len(threads[key])) for key in sorted(people)]


def last_answer(introduction: Introduction, side: Side) -> OutcomeInquiry | None:
    """Return what one side said last."""
    answered = [one for one in introduction.inquiries if one.side == side and one.answered_at]
    return max(answered, key=lambda one: (_when(one), one.due_on), default=None)


@dataclass(frozen=True, slots=True)
class DueLine:
    """One thread whose outcome is asked of one side: since when, and what was said so far."""

    introduction: Introduction
    side: Side
    due_on: date

    @property
    def key(self) -> tuple[int, Side]:
        """Return what names the line in a form."""
        return self.introduction.id, self.side

    @property
    def other(self) -> Side:
        """Return the side that is asked the same."""
        return Side.ACTOR if self.side == Side.TERRITORY else Side.TERRITORY

    def said_by(self, side: Side) -> OutcomeInquiry | None:
        """Return what one side said last."""
        return last_answer(self.introduction, side)


def due_lines(session: Session, person: User, *, today: date) -> list[DueLine]:
    """Return what is asked of the organisations of ``person``, oldest first, in three queries.

    A thread stands once for each side the person acts for, however many dates are due.
    """
    own = [body.id for body in own_organizations(session, person)]
    rows = session.execute(
        _waiting(own, today)
        .options(
            joinedload(Introduction.need).joinedload(Need.territory),
            joinedload(Introduction.carrier),
            joinedload(Introduction.actor),
            selectinload(Introduction.inquiries),
        )
        .order_by(OutcomeInquiry.due_on, Introduction.id)
    )
    found: dict[tuple[int, Side], DueLine] = {}
    for introduction, side, due_on in rows:
        found.setdefault((introduction.id, side), DueLine(introduction, side, due_on))
    return list(found.values())


def due_outcomes(own: Select[Any], today: date) -> Select[int, Side]:
    """Select one row for each line that ``due_lines`` would hold for the organisations ``own``."""
    waiting = _waiting(own, today).with_only_columns(Introduction.id, OutcomeInquiry.side)
    return waiting.distinct()


def _waiting(own: Sequence[int] | Select[Any], today: date) -> Select[Introduction, Side, date]:
    return (
        select(Introduction, OutcomeInquiry.side, OutcomeInquiry.due_on)
        .join(OutcomeInquiry, OutcomeInquiry.introduction_id == Introduction.id)
        .where(
            Introduction.state == IntroductionState.ACCEPTED,
            OutcomeInquiry.due_on <= today,
            OutcomeInquiry.answered_at.is_(None),
            or_(
                and_(OutcomeInquiry.side == Side.TERRITORY, Introduction.carrier_id.in_(own)),
                and_(OutcomeInquiry.side == Side.ACTOR, Introduction.actor_id.in_(own)),
            ),
        )
    )


def report_stage(
    session: Session,
    introduction: Introduction,
    person: User | None,
    side: Side,
    *,
    stage: OutcomeStage,
    note: str,
    now: datetime,
) -> None:
    """Say for one side what came of it: answers all that was due, or adds a line of today.

    ``person`` is empty for somebody without an account, who answers for a body after a meetup day.

    Raises:
        Conflict: the request is not accepted.
    """
    lock_introduction(session, introduction)
    if introduction.state != IntroductionState.ACCEPTED:
        raise Conflict(N_("Une suite ne se note que sur une demande acceptée."))
    was_disputed = introduction.is_disputed
    for inquiry in _inquiries_to_answer(introduction, side, paris_day(now)):
        inquiry.answered_at, inquiry.answered_by_id = now, person.id if person else None
        inquiry.stage, inquiry.note = stage, note
    _settle(introduction)
    session.flush()
    record_event(
        session,
        introduction.need,
        RegisterEvent.OUTCOME,
        now=now,
        organization=introduction.actor,
        offer_id=introduction.offer_id,
        person=person,
        facts={
            "introduction": introduction.id,
            "side": side.value,
            "stage": stage.value,
            "disputed": introduction.is_disputed,
        },
        words={"note": note} if note else None,
    )
    if introduction.is_disputed and not was_disputed:
        other = Side.ACTOR if side == Side.TERRITORY else Side.TERRITORY
        tell_team(session, introduction, IntroductionEvent.DISPUTED, other, now=now)


def _inquiries_to_answer(
    introduction: Introduction, side: Side, today: date
) -> Iterable[OutcomeInquiry]:
    """Return the inquiries of one side that are due; without any, a new line of today."""
    own = [one for one in introduction.inquiries if one.side == side and one.due_on <= today]
    due = [one for one in own if one.answered_at is None]
    if due:
        return due
    same_day = [one for one in own if one.due_on == today]
    if same_day:
        return same_day
    added = OutcomeInquiry(side=side, due_on=today)
    introduction.inquiries.append(added)
    return [added]


def _settle(introduction: Introduction) -> None:
    settled = settle(
        last_answer(introduction, Side.TERRITORY),
        last_answer(introduction, Side.ACTOR),
        was_disputed=introduction.is_disputed,
    )
    introduction.stage, introduction.is_disputed = settled.stage, settled.is_disputed
