"""What the builder of a team reads: how well each actor covers each need, and the best team.

An actor covers a need by the best of its published offers that pass the gates, with the points of
the match view; one that a gate keeps out covers it for nothing, and the gate is kept.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload, selectinload

from matching.column_scores import ColumnScores, score_offers
from matching.columns import OfferColumns
from matching.consortium import (
    Candidate,
    Team,
    TeamQuestion,
    WeightedNeed,
    find_team,
)
from matching.explain import Explanation, explain
from matching.gates import GateFailure, failed_gates
from matching.profiles import NeedProfile, OfferProfile
from matching.ranking import tie_order
from matching.score import PairScore, ScoringContext, score_pair
from matching.weights import Direction
from models.consortium import Consortium, ConsortiumChoice, ConsortiumInvitation, ConsortiumNeed
from models.organization import Organization
from services.match_base import MatchBase, withdrawn_offers
from services.match_profiles import need_profile
from services.matching import Matcher, Moment
from vocabulary.exchanges import InvitationState, SeatChoice

# An invitation that waits or was accepted holds its seat; a refusal frees it for good.
HOLDING: Final = frozenset({InvitationState.INVITED, InvitationState.ACCEPTED})
NOBODY: Final = -1
# Pages of one process ask the same question again and again: the answers are kept.
_cached_team = lru_cache(maxsize=128)(find_team)


@dataclass(frozen=True, slots=True)
class Cell:
    """How one actor stands with one need; without an offer, ``gates`` says what keeps it out."""

    points: int
    offer: OfferProfile | None = None
    gates: tuple[GateFailure, ...] = ()


@dataclass(frozen=True, slots=True)
class Pair:
    """One actor's offer for one need, scored and explained."""

    need: NeedProfile
    offer: OfferProfile
    score: PairScore
    explanation: Explanation


@dataclass(frozen=True, slots=True)
class _Column:
    """The scores of one need, and the best eligible row of each actor that has one."""

    profile: NeedProfile
    scores: ColumnScores
    best: Mapping[int, int]


class Board:
    """A team's needs, candidates and best team at one moment."""

    def __init__(self, lines: Sequence[ConsortiumNeed], base: MatchBase, moment: Moment) -> None:
        self.lines = lines
        self._base = base
        self._today = moment.today
        self._context: ScoringContext = base.offers.basis.context(moment.today)
        self._columns: dict[int, _Column] = {}
        self.question = TeamQuestion(needs=(), candidates=(), max_members=1)
        self.team: Team = _cached_team(self.question)

    @property
    def offers(self) -> OfferColumns:
        """Return the published offers as columns."""
        return self._base.offers

    def add_need(self, profile: NeedProfile, hidden: frozenset[int], seed: int) -> None:
        """Score every offer for one need."""
        scores = score_offers(profile, self.offers, self._context)
        best = _best_rows(self.offers, scores, hidden, seed)
        self._columns[profile.id] = _Column(profile, scores, best)

    def ask(self, question: TeamQuestion) -> None:
        """Find the team."""
        self.question, self.team = question, _cached_team(question)

    def actors(self) -> set[int]:
        """Return the actors that cover at least one need."""
        return {actor for column in self._columns.values() for actor in column.best}

    def points(self, actor_id: int, need_id: int) -> int:
        """Return the coverage of a need by an actor."""
        column = self._columns[need_id]
        row = column.best.get(actor_id, NOBODY)
        return 0 if row == NOBODY else int(column.scores.points[row])

    def cell(self, actor_id: int, need_id: int) -> Cell:
        """Return how an actor stands with a need, and why not when it does not."""
        column = self._columns[need_id]
        row = column.best.get(actor_id, NOBODY)
        if row != NOBODY:
            return Cell(int(column.scores.points[row]), self.offers.offers[row])
        return Cell(0, gates=self._gates(column, actor_id))

    def score(self, actor_id: int, need_id: int) -> PairScore | None:
        """Return the score of an actor for a need; ``None`` when it does not cover it."""
        column = self._columns[need_id]
        row = column.best.get(actor_id, NOBODY)
        return None if row == NOBODY else self._score(column, row)

    def pair(self, actor_id: int, need_id: int) -> Pair | None:
        """Return the explained match of an actor with a need; ``None`` when there is none."""
        column = self._columns[need_id]
        row = column.best.get(actor_id, NOBODY)
        if row == NOBODY:
            return None
        offer, score = self.offers.offers[row], self._score(column, row)
        statistics = self.offers.basis.statistics
        explanation = explain(
            column.profile, offer, score, context=self._context, statistics=statistics
        )
        return Pair(column.profile, offer, score, explanation)

    def _score(self, column: _Column, row: int) -> PairScore:
        return score_pair(
            column.profile,
            self.offers.offers[row],
            direction=Direction.NEED_TO_OFFER,
            text=column.scores.text_of(row),
            context=self._context,
        )

    def _gates(self, column: _Column, actor_id: int) -> tuple[GateFailure, ...]:
        """Return what keeps out the related offer that would cover the need best."""
        scores = column.scores
        rows = np.flatnonzero(self.offers.organization_ids == actor_id)
        rows = rows[scores.related[rows] & ~scores.passed[rows]]
        if not rows.size:
            return ()
        row = int(rows[np.argmax(scores.points[rows])])
        return failed_gates(column.profile, self.offers.offers[row], self._today)


def _best_rows(
    offers: OfferColumns, scores: ColumnScores, hidden: frozenset[int], seed: int
) -> dict[int, int]:
    """Return the best eligible offer of each actor, equals drawn as lists draw them."""
    visible = ~np.isin(offers.ids, list(hidden)) if hidden else True
    rows = np.flatnonzero(scores.passed & scores.related & (scores.points > 0) & visible)
    order = np.lexsort((offers.ids[rows], tie_order(offers.ids[rows], seed), -scores.points[rows]))
    ordered: NDArray[np.intp] = rows[order]
    actors, firsts = np.unique(offers.organization_ids[ordered], return_index=True)
    return dict(zip(actors.tolist(), ordered[firsts].tolist(), strict=True))


def build_board(
    session: Session, consortium: Consortium, *, matcher: Matcher, moment: Moment
) -> Board:
    """Score the needs of a team that are still open, and find who covers them best."""
    base = matcher.base(session, moment)
    hidden = withdrawn_offers(session, base)
    known = {profile.id: profile for profile in base.needs.needs}
    lines = [line for line in consortium.needs if line.need.is_open_on(moment.today)]
    board = Board(lines, base, moment)
    for line in lines:
        profile = known.get(line.need_id) or need_profile(line.need)
        board.add_need(profile, hidden, consortium.seed)
    board.ask(_question(board, consortium))
    return board


def _question(board: Board, consortium: Consortium) -> TeamQuestion:
    locked, excluded = held_and_refused(consortium)
    actors = (board.actors() | locked) - {consortium.organization_id}
    needs = tuple(WeightedNeed(line.need_id, line.weight) for line in board.lines)
    return TeamQuestion(
        needs=needs,
        candidates=tuple(
            Candidate(actor, tuple(board.points(actor, need.id) for need in needs))
            for actor in sorted(actors)
        ),
        max_members=consortium.max_members,
        locked=locked,
        excluded=excluded & actors,
        seed=consortium.seed,
    )


def held_and_refused(consortium: Consortium) -> tuple[frozenset[int], frozenset[int]]:
    """Return the actors that hold a seat and those that may not have one.

    Who was invited holds a seat until the answer; who declined has none. An entry that is no
    longer public holds nothing: it is shown as gone.
    """
    by_state: dict[InvitationState, set[int]] = {state: set() for state in InvitationState}
    for invitation in consortium.invitations:
        if invitation.organization.is_public:
            by_state[invitation.state].add(invitation.organization_id)
    chosen = {
        choice: {
            one.organization_id
            for one in consortium.choices
            if one.choice is choice and one.organization.is_public
        }
        for choice in SeatChoice
    }
    invited = set().union(*(by_state[state] for state in HOLDING))
    refused = (chosen[SeatChoice.EXCLUDED] - invited) | by_state[InvitationState.DECLINED]
    return frozenset((chosen[SeatChoice.LOCKED] | invited) - refused), frozenset(refused)


def gone_actors(consortium: Consortium) -> list[Organization]:
    """Return the actors kept or invited whose entry nobody may read any more, by name."""
    kept = [one.organization for one in consortium.choices if one.choice is SeatChoice.LOCKED]
    invited = [one.organization for one in consortium.invitations if one.state in HOLDING]
    gone = {one.id: one for one in (*kept, *invited) if not one.is_public}
    return sorted(gone.values(), key=lambda one: (one.name_key, one.id))


def whole_consortium(consortium_id: int) -> Select[Consortium]:
    """Select a team with all that its page shows."""
    need = selectinload(Consortium.needs).joinedload(ConsortiumNeed.need)
    return (
        select(Consortium)
        .where(Consortium.id == consortium_id)
        .options(
            joinedload(Consortium.organization),
            joinedload(Consortium.territory),
            joinedload(Consortium.partnership),
            # Its quarter is read only where the columns do not know the need yet.
            need,
            selectinload(Consortium.choices).joinedload(ConsortiumChoice.organization),
            selectinload(Consortium.invitations).joinedload(ConsortiumInvitation.organization),
        )
    )


def load_actors(session: Session, ids: Iterable[int]) -> dict[int, Organization]:
    """Load public actors by identifier."""
    statement = Organization.published().where(Organization.id.in_(set(ids)))
    return {one.id: one for one in session.scalars(statement)}
