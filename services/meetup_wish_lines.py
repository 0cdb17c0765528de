"""What each line of a batch of wishes would do: a verdict and, where it is refused, why.

A line's ``notes`` hold ``wisher`` and ``wished`` (participants by number), ``priority`` and
``message``; for a suggestion also ``need``, ``offer``, ``score`` and ``facts``; where it is
refused ``problem`` (msgid and parameters) and ``names`` (the nearest names to an unknown one).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from rapidfuzz import fuzz, process
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.meetup import MeetupDay
from models.meetup_participant import MeetupAttendee, MeetupParticipant
from models.meetup_wish import MeetupPairRule, MeetupWish, MeetupWishLine
from services.meetup_wish_rules import HELD, can_wish_side
from services.meetup_wish_worth import Pair, pair_of
from services.meetup_wishes import LIVE, MESSAGE_LENGTH
from services.text_keys import name_key
from vocabulary.labels import N_, LabelledEnum
from vocabulary.meetups import PairRule, ParticipantState, WishPriority, WishState

SHOWN_NAMES: Final = 3
NEAR: Final = 60
# What a priority may be called in a list; nothing said is « importante ».
PRIORITIES: Final[Mapping[str, WishPriority]] = {
    "": WishPriority.IMPORTANT,
    "1": WishPriority.ESSENTIAL,
    "2": WishPriority.IMPORTANT,
    "3": WishPriority.WELCOME,
    "indispensable": WishPriority.ESSENTIAL,
    "essentielle": WishPriority.ESSENTIAL,
    "essentiel": WishPriority.ESSENTIAL,
    "haute": WishPriority.ESSENTIAL,
    "importante": WishPriority.IMPORTANT,
    "important": WishPriority.IMPORTANT,
    "moyenne": WishPriority.IMPORTANT,
    "bienvenue": WishPriority.WELCOME,
    "bienvenu": WishPriority.WELCOME,
    "basse": WishPriority.WELCOME,
}


class LineVerdict(LabelledEnum):
    """What applying the batch does with a line."""

    NEW = "new", N_("Nouveau souhait")
    CHANGED = "changed", N_("Souhait modifié")
    UNCHANGED = "unchanged", N_("Souhait inchangé")
    REFUSED = "refused", N_("Ligne refusée")
    UNREAD = "", N_("Ligne non lue")


@dataclass(frozen=True, slots=True)
class Asked:
    """The wish that a line asks for."""

    wisher: MeetupParticipant
    wished: MeetupParticipant
    priority: WishPriority
    message: str


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a line is refused, and the names that somebody may have meant."""

    message: str
    params: Mapping[str, Any] = field(default_factory=dict)
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Judged:
    """What a line does, with the wish it asks for where there is one."""

    verdict: LineVerdict
    asked: Asked | None = None
    problem: Problem | None = None


class KnownWishes:
    """The participants, rules and wishes of a day, read once for a whole list; five queries."""

    def __init__(self, session: Session, day: MeetupDay) -> None:
        self.day = day
        everybody = session.scalars(
            select(MeetupParticipant).where(MeetupParticipant.day_id == day.id)
        ).all()
        self.participants = {one.id: one for one in everybody}
        self.by_name = {one.name_key: one for one in everybody}
        self._words = {one.id: _sorted(one.name_key) for one in everybody}
        self._near: dict[str, tuple[str, ...]] = {}
        attending = select(MeetupAttendee.email, MeetupAttendee.participant_id).where(
            MeetupAttendee.day_id == day.id, MeetupAttendee.email.is_not(None)
        )
        self._by_email = {row.email: row.participant_id for row in session.execute(attending)}
        self.wishes = {
            (wish.wisher_id, wish.wished_id): wish
            for wish in session.scalars(select(MeetupWish).where(MeetupWish.day_id == day.id))
        }
        self.excluded: frozenset[Pair] = frozenset(
            (row.first_id, row.second_id)
            for row in session.execute(
                select(MeetupPairRule.first_id, MeetupPairRule.second_id).where(
                    MeetupPairRule.day_id == day.id, MeetupPairRule.rule == PairRule.FORBIDDEN
                )
            )
        )
        self.held = Counter(wish.wisher_id for wish in self.wishes.values() if wish.state in HELD)
        self.seen: dict[Pair, int] = {}

    def named(self, cell: str) -> MeetupParticipant | Problem:
        """Return the participant that a cell names, by its name or by the address of a person."""
        if "@" in cell:
            key = self._by_email.get(cell.strip().lower())
            return self.participants[key] if key else Problem(_UNKNOWN_ADDRESS, {"name": cell})
        key_of_name = name_key(cell)
        found = self.by_name.get(key_of_name)
        if found is not None:
            return found
        names = self._nearest(key_of_name)
        message = _UNKNOWN_NEAR if names else _UNKNOWN
        return Problem(message, {"name": cell, "names": ", ".join(names)}, names)

    def apart(self) -> dict[int, set[int]]:
        """Return with whom each participant may not meet: excluded, or declined by either."""
        declined = (pair for pair, wish in self.wishes.items() if wish.state is WishState.DECLINED)
        found: dict[int, set[int]] = {}
        for one, other in (*self.excluded, *declined):
            found.setdefault(one, set()).add(other)
            found.setdefault(other, set()).add(one)
        return found

    def askers(self) -> dict[int, set[int]]:
        """Return who asks each participant for a meeting, or did and was answered."""
        found: dict[int, set[int]] = {}
        for (wisher, wished), wish in self.wishes.items():
            if wish.state is not WishState.WITHDRAWN:
                found.setdefault(wished, set()).add(wisher)
        return found

    def _nearest(self, key: str) -> tuple[str, ...]:
        if key not in self._near:
            found = process.extract(
                _sorted(key), self._words, scorer=fuzz.ratio, score_cutoff=NEAR, limit=SHOWN_NAMES
            )
            self._near[key] = tuple(self.participants[number].name for _, _, number in found)
        return self._near[key]


_UNKNOWN: Final = N_("« %(name)s » n’est pas un participant de cette journée.")
_UNKNOWN_NEAR: Final = N_(
    "« %(name)s » n’est pas un participant de cette journée. Noms proches : %(names)s."
)
_UNKNOWN_ADDRESS: Final = N_("Personne n’est inscrit à cette journée avec l’adresse « %(name)s ».")


def judge_cells(cells: Sequence[str], line: int, known: KnownWishes) -> Judged:
    """Return what a line read from a list does; ``known`` remembers it for those that follow."""
    asked = _asked(cells, known)
    if isinstance(asked, Problem):
        return Judged(LineVerdict.REFUSED, problem=asked)
    return judge_wish(asked, line, known)


def judge_wish(asked: Asked, line: int, known: KnownWishes) -> Judged:
    """Return what asking for one wish does."""
    problem = _problem(asked, line, known)
    if problem is not None:
        return Judged(LineVerdict.REFUSED, asked, problem)
    wish = known.wishes.get((asked.wisher.id, asked.wished.id))
    if wish is not None and wish.state in LIVE:
        same = (wish.priority, wish.message) == (asked.priority, asked.message)
        return Judged(LineVerdict.UNCHANGED if same else LineVerdict.CHANGED, asked)
    most = known.day.wishes_per_participant
    if known.held[asked.wisher.id] >= most:
        params = {"name": asked.wisher.name, "count": most}
        return Judged(LineVerdict.REFUSED, asked, Problem(_TOO_MANY, params))
    known.held[asked.wisher.id] += 1
    return Judged(LineVerdict.NEW, asked)


_TOO_MANY: Final = N_(
    "« %(name)s » a déjà %(count)s souhaits, le plus possible à cette journée, lignes "
    "précédentes comprises."
)


def notes_of(judged: Judged, others: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return what is kept of a line beside its cells."""
    notes: dict[str, Any] = dict(others or {})
    if judged.asked is not None:
        notes |= {
            "wisher": judged.asked.wisher.id,
            "wished": judged.asked.wished.id,
            "priority": judged.asked.priority.value,
            "message": judged.asked.message,
        }
    if judged.problem is not None:
        notes["problem"] = {
            "message": judged.problem.message,
            "params": dict(judged.problem.params),
        }
        notes["names"] = list(judged.problem.names)
    return notes


def asked_again(line: MeetupWishLine, known: KnownWishes) -> Asked | None:
    """Return the wish that a suggested line asks for; nothing when somebody is gone."""
    wisher = known.participants.get(line.notes.get("wisher", 0))
    wished = known.participants.get(line.notes.get("wished", 0))
    if wisher is None or wished is None:
        return None
    priority = WishPriority(line.notes["priority"])
    return Asked(wisher, wished, priority, line.notes.get("message", ""))


def _asked(cells: Sequence[str], known: KnownWishes) -> Asked | Problem:
    wisher_cell, wished_cell, priority_cell, message = cells
    if not wisher_cell or not wished_cell:
        return Problem(N_("Il manque le demandeur ou le participant souhaité."))
    wisher, wished = known.named(wisher_cell), known.named(wished_cell)
    if isinstance(wisher, Problem):
        return wisher
    if isinstance(wished, Problem):
        return wished
    priority = PRIORITIES.get(name_key(priority_cell))
    if priority is None:
        return Problem(
            N_("« %(word)s » n’est pas une priorité : indispensable, importante ou bienvenue."),
            {"word": priority_cell},
        )
    if len(message) > MESSAGE_LENGTH:
        return Problem(N_("Le message dépasse %(count)s caractères."), {"count": MESSAGE_LENGTH})
    return Asked(wisher, wished, priority, message)


def _problem(asked: Asked, line: int, known: KnownWishes) -> Problem | None:
    wisher, wished = asked.wisher, asked.wished
    if wisher.id == wished.id:
        return Problem(N_("« %(name)s » se souhaite soi-même."), {"name": wisher.name})
    earlier = known.seen.setdefault((wisher.id, wished.id), line)
    if earlier != line:
        return Problem(N_("Ligne en double : déjà demandé à la ligne %(line)s."), {"line": earlier})
    return _not_coming(asked) or _forbidden(asked, known)


def _not_coming(asked: Asked) -> Problem | None:
    for one in (asked.wisher, asked.wished):
        if one.state is not ParticipantState.CONFIRMED:
            return Problem(N_("« %(name)s » n’a pas d’inscription confirmée."), {"name": one.name})
    return None


def _forbidden(asked: Asked, known: KnownWishes) -> Problem | None:
    names = {"one": asked.wisher.name, "other": asked.wished.name}
    if not can_wish_side(known.day, asked.wisher, asked.wished):
        return Problem(
            N_(
                "« %(one)s » et « %(other)s » sont du même côté de la table : cette journée ne le "
                "permet pas."
            ),
            names,
        )
    if pair_of(asked.wisher.id, asked.wished.id) in known.excluded:
        return Problem(
            N_("Le rendez-vous entre « %(one)s » et « %(other)s » est exclu par vos règles."), names
        )
    wish = known.wishes.get((asked.wisher.id, asked.wished.id))
    if wish is not None and wish.state is WishState.DECLINED:
        return Problem(N_("« %(other)s » a décliné le rendez-vous avec « %(one)s »."), names)
    return None


def _sorted(key: str) -> str:
    return " ".join(sorted(key.split()))
