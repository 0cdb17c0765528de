"""What the worker does about agendas: mails in small batches, a reminder the day before."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select

from extensions.meetup_agenda_mail import (
    AGENDA_REMINDER,
    write_agenda_mails,
    write_agenda_reminders,
)
from jobs.context import WorkerContext
from models.meetup import MeetupDay
from models.meetup_participant import MeetupParticipant
from models.outbox import OutboxMessage
from services.outbox import post_message
from vocabulary.meetups import DayState, ParticipantState
from vocabulary.periods import paris_day


def tell_agendas(context: WorkerContext, messages: Sequence[OutboxMessage]) -> None:
    """Tell the participants named what they do not know yet."""
    for day_id, participants in _by_day(messages).items():
        write_agenda_mails(context.session, day_id, participants, now=context.now)


def send_agenda_reminders(context: WorkerContext, messages: Sequence[OutboxMessage]) -> None:
    """Send the participants named their agenda as it stands."""
    for day_id, participants in _by_day(messages).items():
        write_agenda_reminders(context.session, day_id, participants, now=context.now)


def _by_day(messages: Sequence[OutboxMessage]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    for message in messages:
        found[message.payload["day_id"]].append(message.payload["participant_id"])
    return found


def remind_of_agendas(context: WorkerContext) -> None:
    """Ask for a reminder to each participant of the days held tomorrow, whose plan is published."""
    wanted = (
        select(MeetupDay.id, MeetupParticipant.id)
        .join(MeetupParticipant, MeetupParticipant.day_id == MeetupDay.id)
        .where(
            MeetupDay.held_on == paris_day(context.now) + timedelta(days=1),
            MeetupDay.published_plan_id.is_not(None),
            MeetupDay.state.not_in((DayState.DRAFT, DayState.CANCELLED)),
            MeetupParticipant.state == ParticipantState.CONFIRMED,
        )
        .order_by(MeetupParticipant.id)
    )
    for day_id, participant_id in context.session.execute(wanted):
        named = {"day_id": day_id, "participant_id": participant_id}
        post_message(context.session, AGENDA_REMINDER, named, now=context.now)
