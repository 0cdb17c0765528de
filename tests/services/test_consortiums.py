"""Teams: who covers what behind the gates, bounds, choices that can be taken back."""

import re
from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

from matching.consortium import NeedState
from matching.gates import GateCode
from models.consortium import Consortium, ConsortiumNeed
from models.need import Need
from services.consortium_boards import build_board
from services.consortiums import (
    Ground,
    Settings,
    change_settings,
    choose,
    create_consortium,
    grounds_of,
    undo,
)
from services.errors import Conflict, RuleViolation
from services.matching import Matcher
from tests.factories.consortiums import MOMENT, Scene, board_of, make_scene, make_team, members
from tests.factories.organizations import NOW
from vocabulary.exchanges import SeatChoice
from vocabulary.kinds import PublicationState


@pytest.fixture
def scene(empty_session: Session) -> Scene:
    return make_scene(empty_session)


def test_each_need_gets_who_covers_it_best(empty_session: Session, scene: Scene) -> None:
    board = board_of(empty_session, make_team(empty_session, scene))
    assert members(board) == {scene.cyclist.id, scene.insulator.id}
    assert [need.state for need in board.team.needs] == [
        NeedState.COVERED,
        NeedState.COVERED,
        NeedState.UNCOVERABLE,
    ]
    assert board.team.is_proven


def test_an_actor_behind_a_gate_covers_nothing_and_the_gate_is_kept(
    empty_session: Session, scene: Scene
) -> None:
    board = board_of(empty_session, make_team(empty_session, scene))
    cell = board.cell(scene.distant.id, scene.bikes.id)
    assert (cell.points, [gate.code for gate in cell.gates]) == (0, [GateCode.AREA])
    assert scene.distant.id not in {one.id for one in board.question.candidates}


def test_the_points_of_a_seat_are_those_of_the_match_view(
    empty_session: Session, scene: Scene
) -> None:
    board = board_of(empty_session, make_team(empty_session, scene))
    score = board.score(scene.cyclist.id, scene.bikes.id)
    assert score is not None
    assert score.points == board.points(scene.cyclist.id, scene.bikes.id) > 0


def test_a_withdrawn_entry_leaves_the_team_at_once(empty_session: Session, scene: Scene) -> None:
    team = make_team(empty_session, scene)
    matcher = Matcher()
    before = build_board(empty_session, team, matcher=matcher, moment=MOMENT)
    assert scene.cyclist.id in members(before)
    scene.cyclist.state = PublicationState.SUSPENDED
    empty_session.flush()
    after = build_board(empty_session, team, matcher=matcher, moment=MOMENT)
    assert scene.cyclist.id not in members(after)


def test_a_closed_need_no_longer_counts(empty_session: Session, scene: Scene) -> None:
    team = make_team(empty_session, scene)
    scene.heat.closed_at = NOW
    board = board_of(empty_session, team)
    assert [line.need_id for line in board.lines] == [scene.bikes.id, scene.alone.id]
    assert members(board) == {scene.cyclist.id}


def test_the_grounds_are_the_open_needs_of_ones_own_bodies(
    empty_session: Session, scene: Scene
) -> None:
    (ground,) = grounds_of(empty_session, scene.builder, MOMENT.today)
    assert ground.needs == (scene.bikes, scene.heat, scene.alone)
    assert grounds_of(empty_session, scene.guest, MOMENT.today) == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"max_members": 0}, "max_members"),
        ({"max_members": 13}, "max_members"),
        ({"weights": {}}, "needs"),
        ({"weights": {999: 3}}, "needs"),
    ],
)
def test_a_team_out_of_bounds_is_refused(
    empty_session: Session, scene: Scene, changes: dict[str, object], field: str
) -> None:
    ground = Ground(scene.carrier, scene.territory, (scene.bikes,))
    settings = replace(Settings("Nom", 3, {scene.bikes.id: 3}), **changes)  # type: ignore[arg-type]
    with pytest.raises(RuleViolation) as refusal:
        create_consortium(empty_session, ground, settings, author=scene.builder, now=NOW)
    assert refusal.value.field == field


def test_a_weight_out_of_bounds_is_refused(empty_session: Session, scene: Scene) -> None:
    team = make_team(empty_session, scene, scene.bikes)
    settings = Settings("Nom", 3, {scene.bikes.id: 6})
    with pytest.raises(RuleViolation, match="poids"):
        change_settings(empty_session, team, settings, lock=team.lock, now=NOW)


def test_only_needs_of_the_ground_enter_a_team(empty_session: Session, scene: Scene) -> None:
    ground = Ground(scene.carrier, scene.territory, (scene.bikes,))
    settings = Settings("Nom", 3, {scene.bikes.id: 5, scene.heat.id: 5})
    team = create_consortium(empty_session, ground, settings, author=scene.builder, now=NOW)
    assert [line.need_id for line in team.needs] == [scene.bikes.id]


def test_kept_and_left_out_actors_hold_then_the_last_choice_is_taken_back(
    empty_session: Session, scene: Scene
) -> None:
    team = make_team(empty_session, scene, max_members=1)
    choose(empty_session, team, scene.insulator, SeatChoice.LOCKED, lock=team.lock, now=NOW)
    assert members(board_of(empty_session, team)) == {scene.insulator.id}
    choose(
        empty_session,
        team,
        scene.insulator,
        SeatChoice.EXCLUDED,
        reason="Déjà pris",
        lock=team.lock,
        now=NOW,
    )
    assert members(board_of(empty_session, team)) == {scene.cyclist.id}
    undo(empty_session, team, lock=team.lock, now=NOW)
    assert members(board_of(empty_session, team)) == {scene.insulator.id}
    assert team.previous == {}


def test_a_replacement_takes_the_seat(empty_session: Session, scene: Scene) -> None:
    team = make_team(empty_session, scene, max_members=1)
    choose(
        empty_session,
        team,
        scene.cyclist,
        SeatChoice.EXCLUDED,
        instead=scene.insulator,
        lock=team.lock,
        now=NOW,
    )
    assert members(board_of(empty_session, team)) == {scene.insulator.id}


def test_a_change_against_an_older_version_is_a_conflict(
    empty_session: Session, scene: Scene
) -> None:
    team = make_team(empty_session, scene)
    seen = team.lock
    choose(empty_session, team, scene.cyclist, SeatChoice.LOCKED, lock=seen, now=NOW)
    with pytest.raises(Conflict):
        choose(empty_session, team, scene.cyclist, SeatChoice.EXCLUDED, lock=seen, now=NOW)
    assert [one.choice for one in team.choices] == [SeatChoice.LOCKED]


CASE_NAMES = re.compile(
    r"E-?D[ée]clic|Suez|Philips|Cit[ée] du Design|[ÉE]cole des Mines", re.IGNORECASE
)


def without_the_case(text: str) -> str:
    """Return a text without the sentences that name the reference partnership or its members."""
    sentences = re.split(r"(?<=[.!?])\s+", text)
    return " ".join(sentence for sentence in sentences if not CASE_NAMES.search(sentence))


def test_needs_like_those_of_the_reference_partnership_get_a_proven_team(session: Session) -> None:
    needs = session.scalars(
        Need.open_on(MOMENT.today).where(Need.territory.has(code="QN04212M")).order_by(Need.id)
    ).all()
    for need in needs:
        need.description = without_the_case(need.description)
        need.outcome = without_the_case(need.outcome)
    team = Consortium(
        organization_id=needs[0].carrier_id,
        territory_id=needs[0].territory_id,
        name="Sans nommer le cas",
        max_members=4,
        seed=1,
        previous={},
        created_at=NOW,
        updated_at=NOW,
        needs=[ConsortiumNeed(need=need, weight=3) for need in needs],
    )
    session.add(team)
    board = board_of(session, team)
    assert board.team.is_proven
    assert len(board.team.seats) == 4
    assert {need.state for need in board.team.needs} == {NeedState.COVERED}
