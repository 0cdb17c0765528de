"""Making a list again with the draw of another day: what a reader was shown can be checked."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from werkzeug.datastructures import MultiDict

from extensions.clock import today
from extensions.database import db_session
from extensions.matcher import moment
from forms.contract_routes import parse_day
from services.exposure import seed_of
from services.matching import Moment
from views.match_options import typed

DRAW: Final = "tirage"


@dataclass(frozen=True, slots=True)
class Replay:
    """The moment of a list, and the day whose draw orders its equals if another was asked for."""

    moment: Moment
    asked: str = ""
    day: date | None = None

    @property
    def is_unknown(self) -> bool:
        """Tell whether the day asked for has no draw."""
        return bool(self.asked) and self.day is None


def replay_of(arguments: MultiDict[str, str]) -> Replay:
    """Read ``tirage=2026-11-20``: equals in that day's order, everything else as it is now."""
    present = moment()
    asked = typed(arguments, DRAW)[:20]
    day = parse_day(asked) if asked else None
    if day is None or day > today():
        return Replay(present, asked)
    seed = seed_of(db_session(), day)
    if seed is None:
        return Replay(present, asked)
    return Replay(replace(present, drawn=seed), asked, day)
