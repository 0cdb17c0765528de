"""The worker: claims due messages of the outbox and runs their handlers, for ever or once."""

import os
import signal
import socket
import threading
from types import FrameType

import structlog
from sqlalchemy.orm import Session, sessionmaker

from config import Settings
from extensions.clock import now
from jobs.context import WorkerContext
from jobs.handlers import TOPICS
from jobs.mailer import RELAY_DOWN_WAIT, RelayUnavailable
from jobs.plan_processes import PlanProcesses
from jobs.print_processes import PrintProcesses
from jobs.steering_jobs import start_steering
from models.outbox import OutboxMessage
from search.backend import SearchBackend
from services.calendar import start_calendar
from services.outbox import claim_messages, complete_message, postpone_message, retry_message

log = structlog.get_logger()
IDLE_SECONDS = 0.5


class Worker:
    """One worker process over one database and one index."""

    def __init__(
        self, sessions: sessionmaker[Session], backend: SearchBackend, settings: Settings
    ) -> None:
        self._sessions = sessions
        self._backend = backend
        self._settings = settings
        self._name = f"{socket.gethostname()}:{os.getpid()}"
        self._stopping = threading.Event()
        self._plans = PlanProcesses()
        self._prints = PrintProcesses()

    def run_forever(self, *, parent: int | None = None) -> None:
        """Work until a signal asks to stop; the batch under way is finished first.

        With ``parent``, also stop when that process is gone: nobody would end us.
        """
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, self._stop)
        self.start_calendar()
        while not self._stopping.is_set() and parent in {None, os.getppid()}:
            try:
                busy = self.run_once()
                self._plans.watch(self._sessions)
                self._prints.watch(self._sessions)
            except Exception:
                log.exception("worker round failed")
                busy = False
            if not busy:
                self._stopping.wait(IDLE_SECONDS)
        self._plans.stop(self._sessions)
        self._prints.stop(self._sessions)

    def start_calendar(self) -> None:
        """Make sure that the next day will open, whatever ended the worker before."""
        with self._sessions() as session:
            start_calendar(session, now=now())
            start_steering(session, now=now())
            session.commit()

    def run_once(self) -> int:
        """Handle what is due now; return how many messages were claimed."""
        return sum(self._run_turns(topic) for topic in TOPICS)

    def drain(self) -> None:
        """Work until nothing is due, no calculation and no document under way."""
        self._plans.watch(self._sessions)
        self._prints.watch(self._sessions)
        while self.run_once() or self._wait():
            pass

    def _wait(self) -> bool:
        return self._plans.wait(self._sessions) or self._prints.wait(self._sessions)

    def _run_turns(self, topic: str) -> int:
        """Handle a topic up to its number of turns; return how many messages were claimed."""
        total = 0
        for _turn in range(TOPICS[topic].turns):
            claimed = self._run_topic(topic)
            total += claimed
            if not claimed or self._stopping.is_set():
                break
        return total

    def _run_topic(self, topic: str) -> int:
        with self._sessions() as session:
            messages = claim_messages(
                session,
                worker=self._name,
                now=now(),
                limit=TOPICS[topic].batch,
                topics=frozenset({topic}),
            )
            session.commit()
            if messages:
                self._handle(session, topic, messages)
            return len(messages)

    def _handle(self, session: Session, topic: str, messages: list[OutboxMessage]) -> None:
        context = WorkerContext(
            session, self._settings, self._backend, now(), self._plans, self._prints
        )
        identifiers = [message.id for message in messages]
        try:
            TOPICS[topic].handle(context, messages)
            for message in messages:
                complete_message(message, now=now())
            session.commit()
        except RelayUnavailable:
            session.rollback()
            for message in self._again(session, identifiers):
                postpone_message(message, until=now() + RELAY_DOWN_WAIT)
            session.commit()
        except Exception as error:
            log.exception("handler failed", topic=topic, messages=identifiers)
            session.rollback()
            for message in self._again(session, identifiers):
                retry_message(message, type(error).__name__, now=now())
            session.commit()

    @staticmethod
    def _again(session: Session, identifiers: list[int]) -> list[OutboxMessage]:
        found = (session.get(OutboxMessage, identifier) for identifier in identifiers)
        return [message for message in found if message is not None]

    def _stop(self, _signal: int, _frame: FrameType | None) -> None:
        self._stopping.set()
