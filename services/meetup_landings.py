"""Where a meeting about a need and an offer of the directory lands: on their introduction.

What both bodies already have under way is taken up; otherwise an accepted introduction is opened,
so that its thread, the register of the need and the counts from need to contract all know of it
without anybody typing it again. No address is disclosed by it: nobody agreed to that.
"""

from datetime import datetime, time
from typing import Final

from sqlalchemy.orm import Session

from models.introduction import Introduction
from models.meetup_participant import MeetupParticipant
from models.meetup_plan import MeetupMeeting
from models.need import Need
from models.offer import Offer
from models.organization import Organization
from services.introductions import lock_introduction, open_introduction, pair_key
from services.need_documents import offer_documents_to
from services.register import record_event
from vocabulary.exchanges import IntroductionState, RegisterEvent, Side

# Of a meeting whose slot is gone: some hour of the right day.
_MORNING: Final = time(9)


def land_on_introduction(
    session: Session, meeting: MeetupMeeting, *, now: datetime
) -> Introduction | None:
    """Link a meeting that was held to the introduction of its need and offer; once.

    Nothing happens where one of the two bodies is not of the directory, or where the need or the
    offer of the meeting is not theirs any more.
    """
    if meeting.introduction is not None:
        return meeting.introduction
    need, offer = meeting.need, meeting.offer
    if need is None or offer is None:
        return None
    bodies = bodies_of(meeting)
    if bodies is None or (need.carrier_id, offer.organization_id) != tuple(
        one.id for one in bodies
    ):
        return None
    carrier, actor = bodies
    introduction = _under_way(session, need, offer) or _opened(meeting, need, offer, carrier, actor)
    session.add(introduction)
    meeting.introduction = introduction
    session.flush()
    _record(session, meeting, introduction, now)
    offer_documents_to(session, need, actor, now=now)
    return introduction


def bodies_of(meeting: MeetupMeeting) -> tuple[Organization, Organization] | None:
    """Return the carrier and the actor of a meeting between both sides of the directory."""
    if meeting.group_id is not None:
        return None
    by_side = {seat.participant.side: seat.participant for seat in meeting.seats}
    bodies = [_body(by_side.get(side)) for side in (Side.TERRITORY, Side.ACTOR)]
    carrier, actor = bodies
    return None if carrier is None or actor is None else (carrier, actor)


def _body(participant: MeetupParticipant | None) -> Organization | None:
    return participant.organization if participant is not None else None


def _under_way(session: Session, need: Need, offer: Offer) -> Introduction | None:
    """Return the request open about the pair, accepted from now on: the two bodies have met."""
    found = open_introduction(session, need.id, offer.id)
    if found is None:
        return None
    lock_introduction(session, found)
    if found.state == IntroductionState.SENT:
        found.state = IntroductionState.ACCEPTED
    # From now on the questions about the meeting ask the same, of both, on the same dates.
    found.inquiries = [one for one in found.inquiries if one.answered_at is not None]
    return found


def _opened(
    meeting: MeetupMeeting, need: Need, offer: Offer, carrier: Organization, actor: Organization
) -> Introduction:
    held_at = _held_at(meeting)
    return Introduction(
        need=need,
        offer=offer,
        offer_title=offer.title,
        carrier=carrier,
        actor=actor,
        from_side=Side.TERRITORY,
        state=IntroductionState.ACCEPTED,
        open_key=pair_key(need.id, offer.id),
        sent_at=held_at,
        decided_at=held_at,
        is_demo=need.is_demo,
    )


def _held_at(meeting: MeetupMeeting) -> datetime:
    day = meeting.day
    return meeting.slot.starts_at if meeting.slot else day.at(_MORNING)


def _record(
    session: Session, meeting: MeetupMeeting, introduction: Introduction, now: datetime
) -> None:
    held_at = _held_at(meeting)
    if introduction.decided_at is None:
        introduction.decided_at = held_at
    record_event(
        session,
        introduction.need,
        RegisterEvent.MEETING,
        now=now,
        organization=introduction.actor,
        offer_id=introduction.offer_id,
        facts={
            "introduction": introduction.id,
            "meetup": meeting.day_id,
            "happened_at": held_at.isoformat(timespec="minutes"),
        },
        words={"said": meeting.day.title},
    )
