"""Which actors a buyer was shown for its need: one line of the register per distinct list."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.account import User
from models.need import Need
from models.register import RegisterEntry
from services.outbox import post_message
from services.register import record_event
from vocabulary.exchanges import RegisterEvent

LIST_SHOWN: Final = "register.shown"
# What makes two lists the same one: the seed of the day may turn ties without moving a line.
_DISTINCT: Final = ("offers", "first", "by_actor", "filters", "weights")


@dataclass(frozen=True, slots=True)
class ShownList:
    """One page of a list: pairs of offer and actor numbers in order, and how to replay it."""

    lines: Sequence[tuple[int, int]]
    first: int
    by_actor: bool
    filters: Mapping[str, Sequence[str]]
    seed: int
    weights: str

    def facts(self) -> dict[str, Any]:
        """Return what the chain keeps of it: numbers and codes."""
        return {
            "offers": [offer for offer, _ in self.lines],
            "actors": [actor for _, actor in self.lines],
            "first": self.first,
            "by_actor": self.by_actor,
            "filters": {name: sorted(values) for name, values in self.filters.items() if values},
            "seed": self.seed,
            "weights": self.weights,
        }


def is_new_list(session: Session, need: Need, shown: ShownList) -> bool:
    """Tell whether the register does not hold this list yet; an empty list shows nobody."""
    if not shown.lines:
        return False
    known = session.scalars(
        select(RegisterEntry.facts).where(
            RegisterEntry.need_id == need.id, RegisterEntry.event == RegisterEvent.SHOWN
        )
    )
    wanted = _distinct(shown.facts())
    return all(_distinct(facts) != wanted for facts in known)


def post_list(
    session: Session, need_id: int, shown: ShownList, *, person_id: int, now: datetime
) -> None:
    """Hand the list to the worker, which writes the line: the page that shows it does not wait."""
    payload = {
        "need_id": need_id,
        "person_id": person_id,
        "at": now.isoformat(),
        "list": asdict(shown),
    }
    post_message(session, LIST_SHOWN, payload, now=now)


def record_posted_list(session: Session, payload: Mapping[str, Any]) -> bool:
    """Add the line of a posted list, at the instant it was shown, if the need is still there."""
    need = session.get(Need, payload["need_id"])
    if need is None:
        return False
    written = payload["list"]
    shown = ShownList(**{**written, "lines": [(offer, actor) for offer, actor in written["lines"]]})
    person = session.get(User, payload["person_id"])
    return record_list(
        session, need, shown, person=person, now=datetime.fromisoformat(payload["at"])
    )


def record_list(
    session: Session, need: Need, shown: ShownList, *, person: User | None, now: datetime
) -> bool:
    """Add the line unless it is there already; return whether it was added."""
    if not is_new_list(session, need, shown):
        return False
    record_event(session, need, RegisterEvent.SHOWN, now=now, person=person, facts=shown.facts())
    return True


def _distinct(facts: Mapping[str, Any]) -> list[Any]:
    return [facts.get(name) for name in _DISTINCT]
