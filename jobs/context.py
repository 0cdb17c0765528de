"""What the handlers and the daily tasks of the worker may use."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from config import Settings
from jobs.plan_processes import PlanProcesses
from jobs.print_processes import PrintProcesses
from search.backend import SearchBackend


@dataclass(frozen=True, slots=True)
class WorkerContext:
    """The session of the running transaction, the settings, the index, the present moment.

    ``plans`` are the processes in which the worker has plans computed, ``prints`` those in which
    it has whole days printed.
    """

    session: Session
    settings: Settings
    backend: SearchBackend
    now: datetime
    plans: PlanProcesses = field(default_factory=PlanProcesses)
    prints: PrintProcesses = field(default_factory=PrintProcesses)
