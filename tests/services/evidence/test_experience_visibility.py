"""Experiences hidden at once: edited, withdrawn, suspended, or by what they are about."""

from dataclasses import replace

from sqlalchemy import select

from models.evidence import Experience
from services.experience_pages import public_experience
from services.experience_replies import can_reply
from services.experience_review import hide_experience, restore_experience
from services.experiences import delete_experience, submit_experience, withdraw_experience
from tests.factories.accounts import NOW
from tests.factories.evidence import CONTENT, Scene
from tests.factories.experiences import judge_reply, pages, refusal, reply, save, start
from vocabulary.kinds import PublicationState


def test_editing_what_is_public_hides_it_until_read_again(scene: Scene) -> None:
    told = scene.publish()
    reply(scene, told)
    judge_reply(scene, told, publish=True)
    save(scene, told, replace(CONTENT, result="Dix familles"))
    assert public_experience(scene.session, told.id) is None
    submit_experience(scene.session, told, person=scene.author, now=NOW)
    view = public_experience(scene.session, scene.publish(told).id)
    assert view is not None
    assert (view.has_answer, can_reply(told), told.answer) == (False, True, "Le prix a baissé.")


def test_withdrawing_hides_at_once_everywhere(scene: Scene) -> None:
    told = start(scene)
    save(scene, told, replace(CONTENT, territory_id=scene.territory.id))
    submit_experience(scene.session, told, person=scene.author, now=NOW)
    scene.publish(told)
    assert len(pages(scene, told)) == 5
    withdraw_experience(scene.session, told, person=scene.author, now=NOW)
    assert pages(scene, told) == []


def test_what_it_is_about_hides_it_too(scene: Scene) -> None:
    told = scene.publish()
    scene.offer.state = PublicationState.ARCHIVED
    scene.session.flush()
    assert pages(scene, told) == []
    scene.offer.state = PublicationState.PUBLISHED
    scene.city.state = PublicationState.SUSPENDED
    scene.session.flush()
    assert pages(scene, told) == []


def test_staff_suspend_with_a_reason_and_restore(scene: Scene) -> None:
    told = scene.publish()

    def hide(comment: str) -> None:
        hide_experience(scene.session, told, comment=comment, moderator=scene.staff, now=NOW)

    assert refusal(lambda: hide(" ")).startswith("Dites pourquoi")
    hide("Signalé")
    assert pages(scene, told) == []
    restore_experience(scene.session, told, moderator=scene.staff, now=NOW)
    assert told.state is PublicationState.PUBLISHED


def test_only_what_was_never_public_is_deleted(scene: Scene) -> None:
    told = start(scene)
    delete_experience(scene.session, told, person=scene.author, now=NOW)
    assert scene.session.scalars(select(Experience)).all() == []
    kept = scene.publish()
    assert refusal(lambda: delete_experience(scene.session, kept, person=scene.author, now=NOW))
