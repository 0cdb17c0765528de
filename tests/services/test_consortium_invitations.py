"""Invitations to a team: sent once, reminded, answered, taken back, so many a body."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.outbox import OutboxMessage
from models.register import RegisterEntry
from services.consortium_invitations import (
    CONSORTIUM_DUE,
    answer_invitation,
    companions,
    invite,
    reopen_invitation,
    withdraw_invitation,
)
from services.consortiums import delete_consortium
from services.errors import RuleViolation
from services.partnerships import create_partnership_from_consortium
from services.register import verify_register
from tests.factories.consortiums import Scene, board_of, call, make_scene, make_team, members
from tests.factories.organizations import NOW
from vocabulary.exchanges import DeclineReason, InvitationState, RegisterEvent


@pytest.fixture
def scene(empty_session: Session) -> Scene:
    return make_scene(empty_session)


def test_an_invitation_is_sent_once_and_noted_for_every_need(
    empty_session: Session, scene: Scene
) -> None:
    team = make_team(empty_session, scene)
    (sent,) = invite(
        empty_session, team, [call(scene.cyclist)], message="Venez", person=scene.builder, now=NOW
    )
    assert sent.state is InvitationState.INVITED
    with pytest.raises(RuleViolation):
        invite(
            empty_session, team, [call(scene.cyclist)], message="", person=scene.builder, now=NOW
        )
    lines = empty_session.scalars(
        select(RegisterEntry).where(RegisterEntry.event == RegisterEvent.INVITED)
    ).all()
    assert {line.need_id for line in lines} == {scene.bikes.id, scene.heat.id, scene.alone.id}
    assert len(lines) == 3
    assert verify_register(empty_session, scene.bikes.id) == []


def test_one_reminder_is_planned_after_seven_days(empty_session: Session, scene: Scene) -> None:
    team = make_team(empty_session, scene)
    invite(
        empty_session, team, [call(scene.cyclist)], message="Venez", person=scene.builder, now=NOW
    )
    due = empty_session.scalars(
        select(OutboxMessage.due_at).where(OutboxMessage.topic == CONSORTIUM_DUE)
    ).all()
    assert due == [NOW + timedelta(days=7)]


def test_who_is_invited_keeps_a_seat_and_who_declined_loses_it(
    empty_session: Session, scene: Scene
) -> None:
    team = make_team(empty_session, scene, max_members=1)
    (sent,) = invite(
        empty_session, team, [call(scene.insulator)], message="", person=scene.builder, now=NOW
    )
    assert members(board_of(empty_session, team)) == {scene.insulator.id}
    answer_invitation(
        empty_session,
        sent,
        reason=DeclineReason.CAPACITY,
        note="Plus tard",
        person=scene.guest,
        now=NOW,
    )
    assert members(board_of(empty_session, team)) == {scene.cyclist.id}


def test_an_answer_can_be_taken_back_until_the_partnership(
    empty_session: Session, scene: Scene
) -> None:
    team = make_team(empty_session, scene)
    (sent,) = invite(
        empty_session, team, [call(scene.cyclist)], message="", person=scene.builder, now=NOW
    )
    answer = {"reason": None, "note": "", "person": scene.guest, "now": NOW}
    answer_invitation(empty_session, sent, **answer)  # type: ignore[arg-type]
    with pytest.raises(RuleViolation):
        answer_invitation(empty_session, sent, **answer)  # type: ignore[arg-type]
    reopen_invitation(empty_session, sent, person=scene.guest, now=NOW)
    assert sent.state is InvitationState.INVITED
    answer_invitation(empty_session, sent, **answer)  # type: ignore[arg-type]
    create_partnership_from_consortium(empty_session, team, person=scene.builder, now=NOW)
    with pytest.raises(RuleViolation):
        reopen_invitation(empty_session, sent, person=scene.guest, now=NOW)
    with pytest.raises(RuleViolation):
        withdraw_invitation(empty_session, sent, person=scene.builder, now=NOW)


def test_others_are_shown_once_they_accepted(empty_session: Session, scene: Scene) -> None:
    team = make_team(empty_session, scene)
    first, second = invite(
        empty_session,
        team,
        [call(scene.cyclist), call(scene.insulator)],
        message="",
        person=scene.builder,
        now=NOW,
    )
    assert companions(first) == []
    answer_invitation(empty_session, second, reason=None, note="", person=scene.guest, now=NOW)
    assert companions(first) == [second]


def test_a_withdrawn_invitation_may_be_sent_again(empty_session: Session, scene: Scene) -> None:
    team = make_team(empty_session, scene)
    (sent,) = invite(
        empty_session, team, [call(scene.cyclist)], message="", person=scene.builder, now=NOW
    )
    withdraw_invitation(empty_session, sent, person=scene.builder, now=NOW)
    (again,) = invite(
        empty_session, team, [call(scene.cyclist)], message="", person=scene.builder, now=NOW
    )
    assert (again is sent, again.state) == (True, InvitationState.INVITED)


def test_one_body_does_not_flood_an_actor(empty_session: Session, scene: Scene) -> None:
    for _ in range(3):
        team = make_team(empty_session, scene)
        invite(
            empty_session, team, [call(scene.cyclist)], message="", person=scene.builder, now=NOW
        )
    with pytest.raises(RuleViolation, match="3 fois en un jour"):
        invite(
            empty_session,
            make_team(empty_session, scene),
            [call(scene.cyclist)],
            message="",
            person=scene.builder,
            now=NOW,
        )


def test_a_team_with_an_invitation_is_not_deleted(empty_session: Session, scene: Scene) -> None:
    team = make_team(empty_session, scene)
    invite(empty_session, team, [call(scene.cyclist)], message="", person=scene.builder, now=NOW)
    with pytest.raises(RuleViolation):
        delete_consortium(empty_session, team)


def test_taking_an_invitation_back_does_not_allow_one_more(
    empty_session: Session, scene: Scene
) -> None:
    team = make_team(empty_session, scene)
    for _ in range(3):
        (sent,) = invite(
            empty_session, team, [call(scene.cyclist)], message="", person=scene.builder, now=NOW
        )
        withdraw_invitation(empty_session, sent, person=scene.builder, now=NOW)
    with pytest.raises(RuleViolation, match="3 fois en un jour"):
        invite(
            empty_session, team, [call(scene.cyclist)], message="", person=scene.builder, now=NOW
        )
