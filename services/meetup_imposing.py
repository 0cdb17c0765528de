"""A meeting imposed from the page that says why it has no place."""

from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.account import User
from models.meetup import MeetupDay
from models.meetup_participant import MeetupParticipant
from models.meetup_plan import MeetupPlan
from services.errors import RuleViolation
from services.meetup_rules import RuleTerms, set_rule
from services.meetup_why import unplaced_meetings
from vocabulary.labels import N_
from vocabulary.meetups import PairRule

_PAIR: Final = 2


def impose_meeting(
    session: Session,
    day: MeetupDay,
    plan: MeetupPlan,
    key: str,
    *,
    person: User | None,
    now: datetime,
) -> None:
    """Impose on the next calculations a wished pair that ``plan`` does not hold.

    Raises:
        RuleViolation: it is not such a pair, or the pair cannot be imposed.
    """
    meeting = next((one for one in unplaced_meetings(plan) if one.key == key), None)
    if meeting is None or len(meeting.participants) != _PAIR or not meeting.can_be_imposed:
        raise RuleViolation(N_("Ce rendez-vous ne peut pas être imposé."))
    wanted = select(MeetupParticipant).where(
        MeetupParticipant.day_id == day.id, MeetupParticipant.id.in_(meeting.participants)
    )
    people = session.scalars(wanted.order_by(MeetupParticipant.id)).all()
    if len(people) != _PAIR:
        raise RuleViolation(N_("Ce rendez-vous ne peut pas être imposé."))
    terms = RuleTerms(PairRule.REQUIRED)
    set_rule(session, day, (people[0], people[1]), terms, person=person, now=now)
