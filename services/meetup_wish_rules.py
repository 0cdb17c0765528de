"""Who may wish to meet whom at a meetup day, until when, and how many times (ADR 17)."""

from collections import Counter
from collections.abc import Collection
from datetime import UTC, datetime, time, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session

from models.meetup import MeetupDay
from models.meetup_participant import MeetupParticipant
from models.meetup_wish import MeetupPairRule, MeetupWish
from services.errors import RuleViolation
from services.meetup_clock import is_past, takes_wishes
from services.meetup_wish_worth import pair_of
from vocabulary.labels import N_
from vocabulary.meetups import (
    DayState,
    PairRule,
    ParticipantState,
    ParticipantVisibility,
    WishState,
)

# What takes one of the wishes that a participant may make: a refusal, a withdrawal or a silence
# gives it back.
HELD: Final = frozenset({WishState.PROPOSED, WishState.ACCEPTED, WishState.RESERVE})


def wishes_close_at(day: MeetupDay) -> datetime:
    """Return the instant from which wishes are only read: at the latest when the day is over."""
    over = datetime.combine(day.held_on + timedelta(days=1), time(0), tzinfo=day.zone)
    return min(day.wishes_close_at or over, over).astimezone(UTC)


def why_closed(day: MeetupDay, participant: MeetupParticipant, now: datetime) -> str | None:
    """Return why the participant may only read its wishes, a msgid; nothing while it may write."""
    if day.state is DayState.CANCELLED:
        return N_("La journée est annulée : les souhaits ne changent plus.")
    if is_past(day, now):
        return N_("La journée est passée : les souhaits restent lisibles et ne changent plus.")
    if now >= wishes_close_at(day):
        return N_(
            "Les souhaits sont clos : l’équipe d’organisation compose les rendez-vous avec "
            "ceux que vous lisez ici. Pour un changement, écrivez-lui."
        )
    if not takes_wishes(day, now):
        return N_("Les souhaits ouvriront avec les inscriptions.")
    if participant.state is ParticipantState.CONFIRMED:
        return None
    return _WHY_NOT_CONFIRMED.get(participant.state, _NOT_COMING)


_NOT_COMING: Final = N_("Les souhaits sont réservés à ceux qui viennent à la journée.")
_WHY_NOT_CONFIRMED: Final = {
    ParticipantState.INVITED: N_("Répondez d’abord à l’invitation : vos souhaits viendront après."),
    ParticipantState.PENDING: N_(
        "Votre inscription attend d’être validée : vous ferez vos souhaits dès qu’elle le sera."
    ),
    ParticipantState.WAITING: N_(
        "Vous êtes sur liste d’attente : vous ferez vos souhaits si une place se libère."
    ),
}


def check_open(day: MeetupDay, participant: MeetupParticipant, now: datetime) -> None:
    """Refuse what a participant asks once its wishes are only read.

    Raises:
        RuleViolation: they are.
    """
    reason = why_closed(day, participant, now)
    if reason is not None:
        raise RuleViolation(reason)


def can_wish_side(day: MeetupDay, one: MeetupParticipant, other: MeetupParticipant) -> bool:
    """Tell whether a participant may wish another by their sides alone."""
    return day.same_side_wishes or one.side is not other.side


def check_pair(
    session: Session,
    day: MeetupDay,
    wisher: MeetupParticipant,
    wished: MeetupParticipant,
    *,
    any_side: bool,
) -> None:
    """Refuse a wish between two participants that may not meet.

    With ``any_side``, two of one side may: staff decide so, pair by pair.

    Raises:
        RuleViolation: it is oneself, somebody who does not come, of one's own side, or a pair
            that the organisers keep apart; their reason is theirs.
    """
    if wisher.id == wished.id:
        raise RuleViolation(N_("On ne se souhaite pas soi-même : choisissez un autre participant."))
    if wished.state is not ParticipantState.CONFIRMED or wished.day_id != day.id:
        raise RuleViolation(N_("« %(name)s » n’est pas inscrit à cette journée."), name=wished.name)
    if not any_side and not can_wish_side(day, wisher, wished):
        raise RuleViolation(
            N_(
                "À cette journée, un territoire rencontre des acteurs de l’innovation : "
                "« %(name)s » est de votre côté de la table."
            ),
            name=wished.name,
        )
    if is_excluded(session, wisher.id, wished.id):
        raise RuleViolation(
            N_("Le rendez-vous avec « %(name)s » ne peut pas être demandé à cette journée."),
            name=wished.name,
        )


def is_excluded(session: Session, one: int, other: int) -> bool:
    """Tell whether the organisers keep two participants apart."""
    first, second = pair_of(one, other)
    rule = session.scalar(
        select(MeetupPairRule.rule).where(
            MeetupPairRule.first_id == first, MeetupPairRule.second_id == second
        )
    )
    return rule is PairRule.FORBIDDEN


def excluded_with(participant: MeetupParticipant) -> Select[int]:
    """Select the participants whom the organisers keep apart from this one."""
    other = case(
        (MeetupPairRule.first_id == participant.id, MeetupPairRule.second_id),
        else_=MeetupPairRule.first_id,
    )
    return select(other).where(
        MeetupPairRule.day_id == participant.day_id,
        MeetupPairRule.rule == PairRule.FORBIDDEN,
        or_(
            MeetupPairRule.first_id == participant.id,
            MeetupPairRule.second_id == participant.id,
        ),
    )


def shown_to(participant: MeetupParticipant, *, same_side: bool) -> ColumnElement[bool]:
    """Return the condition of those whom a participant may choose: they come, and show it.

    Somebody who chose to be known to the organisers only is not listed; whoever it wishes reads
    its name there, since it made itself known.
    """
    listed = and_(
        MeetupParticipant.day_id == participant.day_id,
        MeetupParticipant.id != participant.id,
        MeetupParticipant.state == ParticipantState.CONFIRMED,
        MeetupParticipant.visibility != ParticipantVisibility.ORGANIZERS,
    )
    return listed if same_side else and_(listed, MeetupParticipant.side != participant.side)


def wishes_held(session: Session, participant_id: int) -> int:
    """Return how many of its wishes a participant uses."""
    counted = select(func.count(MeetupWish.id)).where(
        MeetupWish.wisher_id == participant_id, MeetupWish.state.in_(HELD)
    )
    return session.scalar(counted) or 0


def check_quota(session: Session, day: MeetupDay, wisher: MeetupParticipant) -> None:
    """Refuse one more wish than the day allows each participant.

    Raises:
        RuleViolation: all are used.
    """
    if wishes_held(session, wisher.id) >= day.wishes_per_participant:
        raise RuleViolation(
            N_(
                "« %(name)s » a déjà %(count)s souhaits, le plus possible à cette journée : "
                "retirez-en un pour en ajouter un autre."
            ),
            name=wisher.name,
            count=day.wishes_per_participant,
        )


def meeting_cap(day: MeetupDay, participant: MeetupParticipant) -> int:
    """Return how many meetings a participant may agree to."""
    own = participant.most_meetings
    return day.most_meetings if own is None else min(own, day.most_meetings)


def agreed_counts(
    session: Session, day: MeetupDay, participant_ids: Collection[int] | None = None
) -> Counter[int]:
    """Return how many participants each has agreed to meet, in one query.

    A pair counts once, whoever wished; those who no longer come do not count.
    """
    coming = select(MeetupParticipant.id).where(
        MeetupParticipant.day_id == day.id,
        MeetupParticipant.state == ParticipantState.CONFIRMED,
    )
    wanted = select(MeetupWish.wisher_id, MeetupWish.wished_id).where(
        MeetupWish.day_id == day.id,
        MeetupWish.state == WishState.ACCEPTED,
        MeetupWish.wisher_id.in_(coming),
        MeetupWish.wished_id.in_(coming),
    )
    if participant_ids is not None:
        wanted = wanted.where(
            or_(
                MeetupWish.wisher_id.in_(participant_ids),
                MeetupWish.wished_id.in_(participant_ids),
            )
        )
    pairs = {pair_of(wisher, wished) for wisher, wished in session.execute(wanted)}
    return Counter(key for pair in pairs for key in pair)
