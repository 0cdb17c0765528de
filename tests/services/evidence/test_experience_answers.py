"""The one answer of the actor to an experience: read before, sent back, withdrawn; ties said."""

import pytest

from models.register import InterestDeclaration
from services.errors import Conflict
from services.experience_pages import public_experience
from services.experience_replies import replying_organization, withdraw_reply
from tests.factories.accounts import NOW
from tests.factories.evidence import Scene
from tests.factories.experiences import judge_reply, refusal, reply
from vocabulary.kinds import PublicationState


def test_the_actor_answers_once_and_is_read_before(scene: Scene) -> None:
    told = scene.publish()
    assert replying_organization(scene.session, told, scene.founder) == scene.startup
    assert replying_organization(scene.session, told, scene.author) is None
    reply(scene, told)
    view = public_experience(scene.session, told.id)
    assert view is not None
    assert not view.has_answer
    judge_reply(scene, told, publish=True)
    assert view.has_answer
    with pytest.raises(Conflict):
        reply(scene, told, "Encore un mot")


def test_an_answer_sent_back_is_written_again(scene: Scene) -> None:
    told = scene.publish()
    reply(scene, told)
    assert (
        refusal(lambda: judge_reply(scene, told, publish=False)) == "Dites ce qu’il faut changer."
    )
    judge_reply(scene, told, publish=False, comment="Sans nom")
    reply(scene, told, "Sans nom de personne.")
    assert told.answer_state is PublicationState.SUBMITTED


def test_an_answer_withdrawn_is_hidden_at_once(scene: Scene) -> None:
    told = scene.publish()
    reply(scene, told)
    judge_reply(scene, told, publish=True)
    withdraw_reply(scene.session, told, person=scene.founder, now=NOW)
    view = public_experience(scene.session, told.id)
    assert view is not None
    assert not view.has_answer


def test_a_declared_tie_is_said(scene: Scene) -> None:
    told = scene.publish()
    scene.session.add(
        InterestDeclaration(
            organization_id=scene.city.id,
            about_id=scene.startup.id,
            nature="Un élu y siège",
            declared_at=NOW,
        )
    )
    scene.session.flush()
    view = public_experience(scene.session, told.id)
    assert view is not None
    assert view.has_interest
