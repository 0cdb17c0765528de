"""What the handlers and the daily tasks of the worker may use."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from config import Settings
from search.backend import SearchBackend


@dataclass(frozen=True, slots=True)
class WorkerContext:
    """The session of the running transaction, the settings, the index and the present moment."""

    session: Session
    settings: Settings
    backend: SearchBackend
    now: datetime
