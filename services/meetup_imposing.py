"""A meeting imposed from the page that says why it has no place."""

from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.account import User
from models.meetup import MeetupDay
from models.meetup_plan import MeetupPlan
from models.meetup_wish import MeetupPairRule
from services.errors import RuleViolation
from services.meetup_why import unplaced_meetings
from services.meetup_wish_worth import pair_of
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
        RuleViolation: it is not such a pair, its people cannot meet, or they are kept apart.
    """
    meeting = next((one for one in unplaced_meetings(plan) if one.key == key), None)
    if meeting is None or len(meeting.participants) != _PAIR or not meeting.can_be_imposed:
        raise RuleViolation(N_("Cette rencontre ne peut pas être imposée."))
    first, second = pair_of(*meeting.participants)
    known = session.scalar(
        select(MeetupPairRule).where(
            MeetupPairRule.first_id == first, MeetupPairRule.second_id == second
        )
    )
    if known is None:
        session.add(
            MeetupPairRule(
                day_id=day.id,
                first_id=first,
                second_id=second,
                rule=PairRule.REQUIRED,
                created_by_id=person.id if person else None,
                created_at=now,
            )
        )
    elif known.rule is PairRule.FORBIDDEN:
        raise RuleViolation(N_("Cette rencontre est exclue par l’équipe : levez d’abord la règle."))
