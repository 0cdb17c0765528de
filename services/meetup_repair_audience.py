"""Whom a repair or a publication is told to: those whose agenda it changes, by as many mails.

Somebody who is away is told too: nobody waits for them any more, and their calendar says so.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.account import User
from models.meetup_participant import MeetupAttendee, MeetupParticipant
from models.membership import Membership
from services.meetup_plan_diff import Difference, MeetingDifference, compare
from services.meetup_planning import Placement
from vocabulary.kinds import MembershipState

Changes = Mapping[int, tuple[MeetingDifference, ...]]


@dataclass(frozen=True, slots=True)
class Audience:
    """The structures that a repair is told to, by number, and how many mails that makes."""

    changes: Changes
    """What changes for each; nothing for one that gets its first agenda on this occasion."""
    mails: Mapping[int, int]
    absent: frozenset[int]
    """Those among them who are not there."""

    @property
    def mail_count(self) -> int:
        """Return how many mails leave: one to each person of each structure."""
        return sum(self.mails.values())

    @property
    def silent(self) -> tuple[int, ...]:
        """Return the structures that nobody can be written to: they are told in person."""
        return tuple(who for who in self.changes if not self.mails.get(who))


def changed_agendas(before: Iterable[Placement], after: Sequence[Placement]) -> Changes:
    """Return what differs for each participant from one planning to the other.

    The members of a group that meets without one of them are concerned as well.
    """
    held = list(before)
    moved = compare(held, after).meetings
    found: dict[int, list[MeetingDifference]] = {}
    for one in (*moved, *_regrouped(held, after)):
        sides = (spot.participants for spot in (one.before, one.after) if spot is not None)
        for number in sorted({who for side in sides for who in side}):
            found.setdefault(number, []).append(one)
    return {number: tuple(own) for number, own in found.items()}


def _regrouped(
    before: Iterable[Placement], after: Iterable[Placement]
) -> Iterable[MeetingDifference]:
    """Yield the meetings that stay where they are with other people."""
    old = {one.key: one for one in before}
    for one in after:
        was = old.get(one.key)
        if was is None or set(was.participants) == set(one.participants):
            continue
        if (was.slot_id, was.table_id) == (one.slot_id, one.table_id):
            yield MeetingDifference(Difference.RESEATED, was, one)


def audience_of(
    changes: Changes, people: Iterable[MeetupParticipant], mails: Mapping[int, int]
) -> Audience:
    """Return whom a repair is told to, of the registered ``people``.

    Publishing also sends their agenda to those who never got one.
    """
    registered = {one.id: one for one in people}
    told = {who: own for who, own in changes.items() if who in registered}
    told |= {
        who: () for who, one in registered.items() if one.agenda_told_at is None and who not in told
    }
    return Audience(
        changes=told,
        mails={who: mails.get(who, 0) for who in told},
        absent=frozenset(who for who in told if registered[who].absent_at is not None),
    )


def mails_by_participant(session: Session, people: Collection[MeetupParticipant]) -> dict[int, int]:
    """Return how many people are written to about each participant, in one query.

    They are those of ``services.meetup_notes.recipients_of``: the people it sends who gave an
    address; while there are none, the team of its organisation.
    """
    attending = (
        select(func.count())
        .where(
            MeetupAttendee.participant_id == MeetupParticipant.id,
            MeetupAttendee.email.is_not(None),
            MeetupAttendee.email != "",
        )
        .scalar_subquery()
    )
    team = (
        select(func.count())
        .select_from(Membership)
        .join(User, User.id == Membership.user_id)
        .where(
            Membership.organization_id == MeetupParticipant.organization_id,
            Membership.state == MembershipState.APPROVED,
            User.active.is_(True),
        )
        .scalar_subquery()
    )
    wanted = select(MeetupParticipant.id, attending, team).where(
        MeetupParticipant.id.in_([one.id for one in people])
    )
    return {number: own or others for number, own, others in session.execute(wanted)}
