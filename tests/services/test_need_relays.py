"""A need sent to a federating structure and passed on to its members."""

from dataclasses import dataclass

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.account import User
from models.audit import AuditEntry
from models.need import Need, NeedRelay
from models.organization import Organization
from models.register import RegisterEntry
from services.errors import Conflict, RuleViolation
from services.matching import Matcher, Moment
from services.need_relays import decline_relay, relay_to_members, send_to_federator
from services.register import verify_register
from services.relay_choices import answering_actors, member_choice, relay_candidates
from services.relay_lists import (
    needs_relayed_to,
    relays_concerning,
    relays_of_need,
    relays_received,
    waiting_relays,
)
from tests.factories.accounts import make_membership, make_user
from tests.factories.entries import federate
from tests.factories.needs import NOW, TODAY, Team, make_published_need, make_team
from tests.factories.organizations import make_offer, make_organization
from tests.factories.pages import mails_to
from vocabulary.exchanges import ClosingOutcome, RegisterEvent, RelayState
from vocabulary.kinds import AreaLevel, FederationState, OrganizationKind

MOMENT = Moment(now=NOW, today=TODAY)


@dataclass(frozen=True, slots=True)
class Scene:
    """A town with a need, an incubator with its manager, three members: one has an answer."""

    team: Team
    need: Need
    incubator: Organization
    manager: User
    answering: Organization
    other: Organization
    silent: Organization


def make_scene(session: Session) -> Scene:
    team = make_team(session)
    incubator = make_organization(session, "Incubateur", kind=OrganizationKind.INCUBATOR)
    manager = make_user(session)
    make_membership(session, manager, incubator)
    members = [
        make_organization(session, name, area_level=AreaLevel.NATIONAL)
        for name in ("Ombrage", "Bavarde", "Refus")
    ]
    answering, other, silent = members
    make_offer(session, answering, "Voiles d’ombrage", themes=["confort-ete"], description="Texte")
    federate(session, incubator, answering, other)
    federate(session, incubator, silent, state=FederationState.INVITED)
    return Scene(
        team, make_published_need(session, team), incubator, manager, answering, other, silent
    )


@pytest.fixture
def scene(empty_session: Session) -> Scene:
    return make_scene(empty_session)


def send(session: Session, scene: Scene) -> NeedRelay:
    return send_to_federator(
        session,
        scene.need,
        scene.incubator,
        message="Pour vos équipes.",
        author=scene.team.owner,
        today=TODAY,
        now=NOW,
    )


def relay_on(session: Session, scene: Scene, relay: NeedRelay, *members: Organization) -> None:
    relay_to_members(
        session,
        relay,
        [member.id for member in members],
        note="Un mot.",
        author=scene.manager,
        today=TODAY,
        now=NOW,
    )


def test_structures_are_proposed_with_their_members_concerned(
    empty_session: Session, scene: Scene
) -> None:
    answering = answering_actors(empty_session, Matcher(), scene.need, moment=MOMENT)
    assert answering == {scene.answering.id}
    (candidate,) = relay_candidates(empty_session, answering)
    found = (candidate.federator, candidate.members, candidate.concerned)
    assert found == (scene.incubator, 2, 1)


def test_a_need_is_sent_once_to_a_structure(empty_session: Session, scene: Scene) -> None:
    send(empty_session, scene)
    with pytest.raises(RuleViolation):
        send(empty_session, scene)
    assert len(relays_of_need(empty_session, scene.need)) == 1
    assert waiting_relays(empty_session, [scene.incubator.id]) == 1


def test_only_the_carrier_sends_an_open_need_to_a_structure(
    empty_session: Session, scene: Scene
) -> None:
    session = empty_session
    attempts = (
        (scene.manager, scene.incubator),
        (scene.team.owner, scene.answering),
    )
    for author, federator in attempts:
        with pytest.raises(RuleViolation):
            send_to_federator(
                session,
                scene.need,
                federator,
                message="",
                author=author,
                today=TODAY,
                now=NOW,
            )
    scene.need.closed_at, scene.need.closing_outcome = NOW, ClosingOutcome.NO_FOLLOW_UP
    with pytest.raises(RuleViolation):
        send(session, scene)


def test_the_structure_sees_its_members_with_reasons_and_the_others(
    empty_session: Session, scene: Scene
) -> None:
    relay = send(empty_session, scene)
    choice = member_choice(empty_session, Matcher(), relay, moment=MOMENT)
    (line,) = choice.matches.ranking.matches
    assert line.offer.organization_id == scene.answering.id
    assert choice.others == (scene.other,)


def test_relaying_is_in_the_register_and_the_journal(empty_session: Session, scene: Scene) -> None:
    session = empty_session
    relay = send(session, scene)
    relay_on(session, scene, relay, scene.answering)
    lines = session.scalars(RegisterEntry.of_need(scene.need.id)).all()
    assert [line.event for line in lines[1:]] == [RegisterEvent.RELAYED] * 2
    assert lines[-1].facts == {
        "federator": scene.incubator.id,
        "step": "relais",
        "members": 1,
        "organizations": [scene.answering.id],
    }
    assert verify_register(session, scene.need.id) == []
    actions = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions[-2:] == ["need.sent", "need.relayed"]


def test_members_are_consented_members_and_somebody_is_chosen(
    empty_session: Session, scene: Scene
) -> None:
    relay = send(empty_session, scene)
    for members in ((), (scene.silent,), (scene.answering, scene.team.town)):
        with pytest.raises(RuleViolation):
            relay_on(empty_session, scene, relay, *members)
    assert relay.state is RelayState.SENT


def test_one_answer_wins(empty_session: Session, scene: Scene) -> None:
    relay = send(empty_session, scene)
    decline_relay(empty_session, relay, note="Hors champ.", author=scene.manager, now=NOW)
    with pytest.raises(Conflict):
        relay_on(empty_session, scene, relay, scene.answering)
    assert (relay.state, relay.note) == (RelayState.DECLINED, "Hors champ.")


def test_strangers_do_not_answer_for_a_structure(empty_session: Session, scene: Scene) -> None:
    relay = send(empty_session, scene)
    with pytest.raises(RuleViolation):
        decline_relay(empty_session, relay, note="", author=scene.team.owner, now=NOW)


def test_each_side_finds_the_relay(empty_session: Session, scene: Scene) -> None:
    session = empty_session
    relay = send(session, scene)
    relay_on(session, scene, relay, scene.answering)
    assert relays_received(session, [scene.incubator.id]) == [relay]
    (row,) = needs_relayed_to(session, [scene.answering.id])
    assert row.relay is relay
    assert relays_concerning(session, scene.need, [scene.answering.id]) == [relay]
    assert relays_concerning(session, scene.need, [scene.other.id]) == []


def test_each_step_is_mailed_to_those_it_concerns(empty_app: Flask, empty_session: Session) -> None:
    session = empty_session
    scene = make_scene(session)
    member = make_user(session)
    make_membership(session, member, scene.answering)
    relay = send(session, scene)
    relay_on(session, scene, relay, scene.answering)
    session.commit()
    (received,) = mails_to(empty_app, scene.manager.email)
    (relayed,) = mails_to(empty_app, member.email)
    told = mails_to(empty_app, scene.team.owner.email)
    assert received.splitlines()[0] == (
        "Un besoin à relayer à vos membres : Rafraîchir la cour de l’école"
    )
    assert f"/mon-espace/relais/{relay.id}" in received
    assert "Pour vos équipes." in received
    assert relayed.splitlines()[0].startswith("Incubateur vous relaie un besoin")
    assert f"/besoins/{scene.need.id}" in relayed
    assert any("a relayé votre besoin" in mail for mail in told)
