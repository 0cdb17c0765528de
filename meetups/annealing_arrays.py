"""What the annealing works on: a timetable as arrays of numbers, nothing compiled."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from meetups.board import Board, count_breaks

Function = TypeVar("Function", bound=Callable[..., Any])
Ints = NDArray[np.int32]
Days = NDArray[np.int64]
"""One bit a slot."""
Flags = NDArray[np.bool_]


class Arrays(NamedTuple):
    """The timetable; ``slot``, ``at``, ``load``, ``days`` and what follows it change in place."""

    slot: Ints
    """Of each candidate; -1: not held."""
    at: Ints
    """Participant × slot: the candidate met; -1: none."""
    load: Ints
    """Row of tables × slot: meetings that count there."""
    caps: Ints
    member: Flags
    """Candidate × row of tables."""
    start: Ints
    """Where the participants of each candidate start in ``who``, and where the last ones end."""
    who: Ints
    allowed: Flags
    """Candidate × slot."""
    home: Ints
    """Slot that each candidate is to keep; -1: any will do."""
    free: Days
    """When each participant is available and there are tables."""
    busy: Ints
    """Participants who have a meeting."""
    least: Ints
    """Participant × number of meetings: breaks that they cannot avoid."""
    days: Days
    """When each participant has a meeting."""
    held: Ints
    """Candidates that are held: the ones to move."""
    place: Ints
    """Of each candidate in ``held``."""
    degree: Ints
    """Meetings of each participant."""
    worse: Ints
    """Participants with more breaks than they need, in the first places; then anything."""
    rank: Ints
    """Place of each participant in ``worse``; -1: not there."""
    how_many: Ints
    """How many are in ``worse``."""


class Exchanges(NamedTuple):
    """Which candidates can take the place of which, the worth of the plan being the same."""

    pair: Ints
    """Candidate × 2: its participants; -1: it is never exchanged."""
    group: Ints
    """Candidate × 2: those of the same worth of its first, of its second participant."""
    start: Ints
    """Where each group starts in ``members``, and where the last one ends."""
    members: Ints
    fewest: Ints
    """Meetings that each participant keeps."""
    most: Ints


class Scratch(NamedTuple):
    """What one run keeps: the chain being followed, random state and counters."""

    queue: Ints
    stamp: NDArray[np.int64]
    mark: NDArray[np.int64]
    random: NDArray[np.uint64]
    more: Ints
    """Row of tables: meetings that the chain brings from its first slot to its other slot."""
    best: Ints
    """Slots of the best timetable met."""


class Weights(NamedTuple):
    """What is minimised."""

    of_break: int
    of_wait: int
    of_move: int
    """A meeting that is not at home."""


def arrays_of(board: Board, least: Sequence[Sequence[int]], home: Sequence[int | None]) -> Arrays:
    """Return the numbers of a timetable.

    Args:
        board: left as it is.
        least: breaks that each participant cannot avoid, by number of meetings.
        home: slot that each candidate is to keep, if any.
    """
    slots, rows = range(board.slot_count), range(len(board.caps))
    opened = board.rows.open_slots
    degree = [busy.bit_count() for busy in board.busy]
    worse = [
        one for one, busy in enumerate(board.busy) if count_breaks(busy) > least[one][degree[one]]
    ]
    rank = {person: place for place, person in enumerate(worse)}
    held = list(board.held())
    place = {index: number for number, index in enumerate(held)}
    return Arrays(
        slot=_ints(board.slot),
        at=_ints(board.at),
        load=_ints(board.load),
        caps=_ints(board.caps),
        member=np.array([[row in one for row in rows] for one in board.rows.members]),
        start=np.cumsum([0, *map(len, board.people)]).astype(np.int32),
        who=_ints([person for people in board.people for person in people]),
        allowed=np.array([[bool(one >> slot & 1) for slot in slots] for one in board.allowed]),
        home=_ints([-1 if slot is None else slot for slot in home]),
        free=np.array([one & opened for one in board.day.available], dtype=np.int64),
        busy=_ints([one for one, busy in enumerate(board.busy) if busy]),
        least=_ints(least),
        days=np.array(board.busy, dtype=np.int64),
        held=_ints(held),
        place=_ints([place.get(index, -1) for index in range(len(board.slot))]),
        degree=_ints(degree),
        worse=_ints([*worse, *[0] * (len(degree) - len(worse))]),
        rank=_ints([rank.get(person, -1) for person in range(len(degree))]),
        how_many=_ints([len(worse)]),
    )


def _ints(numbers: object) -> Ints:
    return np.array(numbers, dtype=np.int32)


def exchanges_of(board: Board, fewest: Sequence[int] | None) -> Exchanges:
    """Return which candidates are worth the same to a participant whom they share.

    Only pairs that nothing requires, and that count in the same rows of tables, are exchanged;
    none where ``fewest``, the meetings that each participant keeps, is ``None``.
    """
    day = board.day
    pair = np.full((len(day.candidates), 2), -1, dtype=np.int32)
    group = np.full_like(pair, -1)
    groups: defaultdict[tuple[int, int, tuple[int, ...]], list[int]] = defaultdict(list)
    for index, one in enumerate(day.candidates if fewest is not None else ()):
        if len(one.participants) == pair.shape[1] and not one.is_required and board.allowed[index]:
            pair[index] = one.participants
            for person in one.participants:
                groups[person, one.worth, board.rows.members[index]].append(index)
    for number, ((person, _, _), members) in enumerate(groups.items()):
        for index in members:
            group[index, day.candidates[index].participants.index(person)] = number
    return Exchanges(
        pair=pair,
        group=group,
        start=np.cumsum([0, *map(len, groups.values())]).astype(np.int32),
        members=_ints([index for same in groups.values() for index in same]),
        fewest=_ints([max(1, count) for count in fewest or day.least]),
        most=_ints(day.most),
    )


def scratch_of(board: Board, seed: int) -> Scratch:
    """Return the room that a run needs, and where its random numbers start."""
    first = np.random.default_rng([seed, 1]).integers(1, 2**63, dtype=np.uint64)
    return Scratch(
        queue=np.zeros(len(board.slot), dtype=np.int32),
        stamp=np.zeros(len(board.slot), dtype=np.int64),
        mark=np.zeros(1, dtype=np.int64),
        random=np.array([first], dtype=np.uint64),
        more=np.zeros(len(board.caps), dtype=np.int32),
        best=_ints(board.slot),
    )
