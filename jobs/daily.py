"""What the worker does once a day, each task on its own; every task may run twice safely."""

from collections.abc import Callable, Mapping, Sequence

from jobs.alert_jobs import (
    forget_dead_alerts,
    send_digests,
    send_match_notices,
    send_regular_alerts,
)
from jobs.context import WorkerContext
from jobs.document_jobs import sweep_documents
from jobs.evidence_jobs import forget_partner_addresses, remind_owners
from jobs.meetup_agenda_jobs import remind_of_agendas
from jobs.meetup_evening_jobs import plan_evenings_of_today
from jobs.meetup_people_jobs import erase_meetup_people
from jobs.meetup_print_jobs import forget_meetup_prints
from jobs.meetup_wish_jobs import ask_for_wishes
from jobs.need_jobs import close_needs
from jobs.steering_jobs import draw_the_day, look_over_all
from models.outbox import OutboxMessage
from services.calendar import open_day

DailyTask = Callable[[WorkerContext], None]

# Run every morning in this order; names are kept in the outbox, so that a renamed task of a day
# already open is left out rather than run under another name.
DAILY: tuple[DailyTask, ...] = (
    draw_the_day,
    close_needs,
    plan_evenings_of_today,
    remind_of_agendas,
    ask_for_wishes,
    sweep_documents,
    forget_dead_alerts,
    send_regular_alerts,
    send_match_notices,
    send_digests,
    forget_partner_addresses,
    erase_meetup_people,
    forget_meetup_prints,
    remind_owners,
    look_over_all,
)


def daily_tasks() -> Mapping[str, DailyTask]:
    """Return the tasks by the name that the outbox keeps.

    Raises:
        ValueError: two tasks have the same name.
    """
    tasks = {task.__name__: task for task in DAILY}
    if len(tasks) != len(DAILY):
        message = "two daily tasks have the same name"
        raise ValueError(message)
    return tasks


def open_days(context: WorkerContext, messages: Sequence[OutboxMessage]) -> None:
    """Open the present day, once however many openings wait."""
    del messages
    open_day(context.session, daily_tasks(), now=context.now)


def run_daily_tasks(context: WorkerContext, messages: Sequence[OutboxMessage]) -> None:
    """Run the tasks that the messages name."""
    tasks = daily_tasks()
    for message in messages:
        task = tasks.get(str(message.payload["task"]))
        if task is not None:
            task(context)
