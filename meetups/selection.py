"""Which wishes become meetings: the exact optimum of a flow, under what is guaranteed to each.

A candidate counts when it has a slot common to its people. The model is a b-matching: a participant
has at most as many meetings as ``most`` and as slots with a table in which they are available, and
all together at most as many as there are tables over the day; the same goes for any set of slots
that some candidates cannot leave. Without groups, and with wishes across two sides only, it is a
network flow: its linear relaxation has a whole solution, and its value bounds the worth of every
plan that keeps the same guarantee. Otherwise HiGHS branches; the bound is then the proven one.

What cannot be guaranteed to all is decided first: required meetings come before all, then the
fewest missing meetings, a participant's j-th missing one counting j, so that nobody is left with
nothing for another to have everything. Ties between equal selections: the candidates with
the most common slots, then numbers drawn from the seed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from meetups.board import allowed_slots
from meetups.problem import WishedDay, slots_of
from meetups.seats import table_rows

if TYPE_CHECKING:
    from scipy.sparse import csr_array

TIE_SHARE: Final = 0.4
"""All ties together weigh less than one unit of worth."""
WHOLE: Final = 1e-6
"""How far from whole a number of the solver may lie."""
MISSING_REQUIRED: Final = 1_000.0
"""A required meeting that cannot be held weighs as much as this many missing guarantees."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Meetings to hold, and how good any plan can be."""

    chosen: tuple[int, ...]
    """Indices of candidates, increasing."""
    worth: int
    bound: int
    """No plan that keeps ``least`` and holds the required candidates is worth more."""
    least: tuple[int, ...]
    """What is guaranteed to each: what was asked for where the wishes and slots allow."""
    impossible: tuple[int, ...]
    """Required candidates that cannot be held together with the other required ones."""

    def gives_as_much_as(self, other: "Selection") -> bool:
        """Tell whether a stricter selection costs nothing: worth, guarantee, required meetings."""
        return (self.bound, self.least, self.impossible) == (
            other.bound,
            other.least,
            other.impossible,
        )


def select(
    day: WishedDay, *, without: Iterable[int] = (), favoured: Iterable[int] = ()
) -> Selection:
    """Choose the meetings of greatest worth.

    Args:
        day: the wishes.
        without: candidates that may not be chosen.
        favoured: candidates preferred to others of the same worth: those placed already.

    Returns:
        An exact optimum of the relaxation over slots: that every chosen meeting finds a slot of its
        own is the placement's matter.
    """
    model = _Model(day, frozenset(without), frozenset(favoured))
    if not len(model.indices):
        return Selection(
            chosen=(), worth=0, bound=0, least=(0,) * len(day.least), impossible=_required(day)
        )
    wanted = model.wanted
    answer = model.solve(wanted, model.required.astype(float))
    held = model.required
    if answer is None:
        wanted, held = model.reachable()
        answer = model.solve(wanted, held.astype(float))
    if answer is None:  # pragma: no cover - the reachable guarantee has just been reached
        message = "no selection keeps a guarantee that one selection keeps"
        raise RuntimeError(message)
    taken, value = answer
    chosen = model.indices[taken]
    missing = set(_required(day)) - {int(one) for one in model.indices[held]}
    return Selection(
        chosen=tuple(int(one) for one in chosen),
        worth=int(model.worth[taken].sum()),
        bound=int(np.floor(value + WHOLE * len(model.indices))),
        least=tuple(int(one) for one in wanted),
        impossible=tuple(sorted(missing)),
    )


def _required(day: WishedDay) -> tuple[int, ...]:
    return tuple(index for index, one in enumerate(day.candidates) if one.is_required)


class _Model:
    """The flow over the candidates that can be held at all."""

    def __init__(self, day: WishedDay, without: frozenset[int], favoured: frozenset[int]) -> None:
        self.rows = table_rows(day)
        allowed = allowed_slots(day, self.rows)
        usable = [index for index, slots in enumerate(allowed) if slots and index not in without]
        self.day = day
        self.indices = np.array(usable, dtype=np.int64)
        candidates = [day.candidates[index] for index in usable]
        self.worth = np.array([one.worth for one in candidates], dtype=np.int64)
        self.required = np.array([one.is_required for one in candidates], dtype=bool)
        self.people = self._people_rows(candidates)
        self.ties = self._ties([allowed[index].bit_count() for index in usable], favoured)
        opened = self.rows.open_slots
        asked = self.people @ self.required.astype(np.int64)
        room = np.array([(slots & opened).bit_count() for slots in day.available])
        self.caps = np.minimum(np.maximum(np.array(day.most), asked), room)
        wished = self.people @ np.ones(len(usable), dtype=np.int64)
        self.wanted = np.minimum(np.array(day.least), np.minimum(self.caps, wished))
        self.tables, self.table_caps = self._table_rows([allowed[index] for index in usable])

    def _people_rows(self, candidates: list[Any]) -> "csr_array":
        from scipy.sparse import csr_array  # noqa: PLC0415 - half a second, only when planning

        rows = [person for one in candidates for person in one.participants]
        columns = [place for place, one in enumerate(candidates) for _ in one.participants]
        shape = (len(self.day.available), len(candidates))
        return csr_array((np.ones(len(rows), dtype=np.int64), (rows, columns)), shape=shape)

    def _ties(self, commons: list[int], favoured: frozenset[int]) -> Floats:
        drawn = np.random.default_rng(self.day.seed).random(len(self.day.candidates))[self.indices]
        liked = np.isin(self.indices, list(favoured))
        share = np.array(commons) / self.day.slot_count
        return TIE_SHARE * (0.5 * liked + 0.3 * share + 0.2 * drawn) / len(self.indices)

    def _table_rows(self, allowed: list[int]) -> "tuple[csr_array, Floats]":
        """Return a row for each set of slots that holds more candidates than it has tables."""
        from scipy.sparse import csr_array  # noqa: PLC0415 - half a second, only when planning

        members = [self.rows.members[index] for index in self.indices.tolist()]
        every = (1 << self.day.slot_count) - 1
        rows: list[int] = []
        columns: list[int] = []
        caps: list[int] = []
        for row, tables in enumerate(self.rows.caps):
            mine = np.array(
                [one for one, held in enumerate(members) if row in held], dtype=np.int64
            )
            sets = sorted({every, *(allowed[place] for place in mine.tolist())})
            inside = self._inside([allowed[place] for place in mine.tolist()], sets)
            room = [sum(tables[slot] for slot in slots_of(slots)) for slots in sets]
            for column in np.nonzero(inside.sum(axis=0) > np.array(room))[0].tolist():
                held = mine[inside[:, column]].tolist()
                rows += [len(caps)] * len(held)
                columns += held
                caps.append(room[column])
        shape = (len(caps), len(allowed))
        matrix = csr_array((np.ones(len(rows), dtype=np.int64), (rows, columns)), shape=shape)
        return matrix, np.array(caps, dtype=float)

    def _inside(self, allowed: list[int], sets: list[int]) -> NDArray[np.bool_]:
        """Tell which candidates cannot leave which sets of slots."""
        slots = range(self.day.slot_count)
        can = np.array([[one >> slot & 1 for slot in slots] for one in allowed], dtype=np.float32)
        can = can.reshape(len(allowed), len(slots))
        out = np.array([[~one >> slot & 1 for slot in slots] for one in sets], dtype=np.float32)
        outside: NDArray[np.bool_] = can @ out.T == 0
        return outside

    def solve(self, least: NDArray[Any], lower: Floats) -> tuple[NDArray[np.bool_], float] | None:
        """Return what is chosen under a guarantee, and the bound; ``None``: nothing keeps it."""
        found = self._optimum(self.worth + self.ties, least, lower, None)
        if found is None:
            return None
        taken, value = found
        return taken[: len(self.indices)] > 0.5, value  # noqa: PLR2004 - whole but for rounding

    def reachable(self) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Return the guarantee that can be kept, and the required candidates that can be held."""
        from scipy.sparse import csr_array  # noqa: PLC0415 - half a second, only when planning

        steps = [
            (person, step + 1)
            for person, wanted in enumerate(self.wanted.tolist())
            for step in range(wanted)
        ]
        rows = [person for person, _ in steps]
        shape = (len(self.wanted), len(steps))
        slack = csr_array((np.ones(len(steps)), (rows, range(len(steps)))), shape=shape)
        size = len(self.indices)
        gains = np.concatenate(
            [
                MISSING_REQUIRED * self.required + self.ties,
                [-float(step) for _, step in steps],
            ]
        )
        found = self._optimum(gains, self.wanted, np.zeros(size), slack)
        if found is None:  # pragma: no cover - choosing nothing is always possible
            message = "the relaxed selection has no answer"
            raise RuntimeError(message)
        values = np.round(found[0]).astype(np.int64)
        missing = slack @ values[size:]
        return (self.wanted - missing).astype(np.int64), self.required & (values[:size] > 0)

    def _optimum(
        self, gains: Floats, least: NDArray[Any], lower: Floats, slack: "csr_array | None"
    ) -> tuple[Floats, float] | None:
        """Return the best values and a bound without ties, by HiGHS."""
        from scipy.optimize import Bounds, LinearConstraint, milp  # noqa: PLC0415 - as above
        from scipy.sparse import csr_array, hstack, vstack  # noqa: PLC0415 - as above

        extra = 0 if slack is None else slack.shape[1]
        floor = self.people if slack is None else hstack([self.people, slack])
        blank = csr_array((self.people.shape[0] + self.tables.shape[0], extra))
        ceiling = hstack([vstack([self.people, self.tables]), blank])
        limits = np.concatenate([self.caps, self.table_caps, -least.astype(float)])
        rows = LinearConstraint(vstack([ceiling, -floor]).tocsc(), ub=limits)
        bounds = Bounds(np.concatenate([lower, np.zeros(extra)]), np.ones(len(lower) + extra))
        relaxed = milp(-gains, constraints=rows, bounds=bounds)
        if relaxed.x is None:
            return None
        if np.abs(relaxed.x - np.round(relaxed.x)).max() <= WHOLE:
            return relaxed.x, self._without_ties(-relaxed.fun, relaxed.x)
        whole = milp(
            -gains,
            constraints=rows,
            bounds=bounds,
            integrality=np.ones(len(gains), dtype=np.int64),
            options={"mip_rel_gap": 0.0},
        )
        return None if whole.x is None else (whole.x, -whole.mip_dual_bound)

    def _without_ties(self, value: float, values: Floats) -> float:
        return value - float(self.ties @ values[: len(self.ties)])
