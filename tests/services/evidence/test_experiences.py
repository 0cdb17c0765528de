"""Experiences: who writes one, about what, what moderation guards."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from models.partnership import PartnershipMember
from services.errors import Conflict, RuleViolation
from services.experience_contents import ExperienceContent, StaleExperience
from services.experience_pages import concerning, experiences_of_offer, experiences_of_partnership
from services.experience_review import OWN, decide_experience, may_decide
from services.experiences import (
    BOTH_SIDES,
    MAX_PER_SUBJECT,
    NOT_A_MEMBER,
    NOT_YOURS,
    Subject,
    save_experience,
    submit_experience,
)
from tests.factories.accounts import NOW, make_membership
from tests.factories.entries import make_partnership
from tests.factories.evidence import CONTENT, TODAY, Scene
from tests.factories.experiences import refusal, save, start
from vocabulary.exchanges import InvitationState
from vocabulary.kinds import PublicationState


def test_a_draft_is_nobody_elses_until_it_is_published(scene: Scene) -> None:
    told = scene.write()
    assert experiences_of_offer(scene.session, scene.offer.id) == []
    scene.publish(told)
    assert [view.row for view in experiences_of_offer(scene.session, scene.offer.id)] == [told]


def test_an_innovator_writes_no_experience(scene: Scene) -> None:
    assert refusal(lambda: start(scene, person=scene.founder)) == NOT_YOURS


def test_an_entry_that_nobody_holds_does_not_speak(scene: Scene) -> None:
    scene.city.is_claimed = False
    assert refusal(lambda: start(scene)) == NOT_YOURS


def test_nobody_speaks_from_both_sides(scene: Scene) -> None:
    make_membership(scene.session, scene.author, scene.startup)
    assert refusal(lambda: start(scene)) == BOTH_SIDES


def test_only_a_member_speaks_of_a_partnership(scene: Scene) -> None:
    table = make_partnership(scene.session, scene.territory, scene.startup)
    scene.session.refresh(table)
    assert refusal(lambda: start(scene, Subject(partnership=table))) == NOT_A_MEMBER
    seat = PartnershipMember(organization_id=scene.city.id, state=InvitationState.INVITED)
    table.members.append(seat)
    scene.session.flush()
    assert refusal(lambda: start(scene, Subject(partnership=table))) == NOT_A_MEMBER
    seat.state = InvitationState.ACCEPTED
    told = start(scene, Subject(partnership=table))
    submit_experience(scene.session, told, person=scene.author, now=NOW)
    scene.publish(told)
    assert len(experiences_of_partnership(scene.session, table.id)) == 1
    assert concerning(scene.session, scene.founder) == [told]


def test_experiences_of_one_subject_are_capped(scene: Scene) -> None:
    for _ in range(MAX_PER_SUBJECT):
        start(scene)
    assert refusal(lambda: start(scene)).startswith("Votre organisme a déjà")


@pytest.mark.parametrize("name", ["what", "place", "year", "result", "limits"])
def test_every_part_is_needed_to_submit(scene: Scene, name: str) -> None:
    told = start(scene)
    emptied: dict[str, Any] = {name: None if name == "year" else ""}
    save(scene, told, replace(CONTENT, **emptied))
    with pytest.raises(RuleViolation) as caught:
        submit_experience(scene.session, told, person=scene.author, now=NOW)
    assert (caught.value.field, told.state) == (name, PublicationState.DRAFT)


def test_a_year_to_come_is_refused(scene: Scene) -> None:
    told = start(scene)
    assert refusal(lambda: save(scene, told, replace(CONTENT, year=TODAY.year + 1)))


def test_two_writers_do_not_overwrite_each_other(scene: Scene) -> None:
    told = start(scene)
    seen = ExperienceContent.of(told).stamp()
    save(scene, told, replace(CONTENT, result="Vingt familles"))
    with pytest.raises(StaleExperience) as caught:
        save_experience(
            scene.session,
            told,
            replace(CONTENT, result="Trente"),
            seen=seen,
            person=scene.author,
            today=TODAY,
            now=NOW,
        )
    assert caught.value.stored.result == "Vingt familles"


def test_two_moderators_and_one_decision(scene: Scene) -> None:
    told = scene.write()
    lock = told.lock
    scene.publish(told)
    with pytest.raises(Conflict):
        decide_experience(
            scene.session,
            told,
            publish=False,
            reasons=(),
            comment="Non",
            lock=lock,
            moderator=scene.colleague,
            now=NOW,
        )
    assert told.state is PublicationState.PUBLISHED


def test_nobody_decides_on_what_concerns_their_own_structure(scene: Scene) -> None:
    told = scene.write()
    for organization in (scene.city, scene.startup):
        membership = make_membership(scene.session, scene.staff, organization)
        assert not may_decide(scene.session, told, scene.staff)
        assert refusal(lambda: scene.publish(told)) == OWN
        scene.session.delete(membership)
        scene.session.flush()
    assert not may_decide(scene.session, told, scene.founder)
    assert may_decide(scene.session, told, scene.colleague)


def test_changes_are_asked_with_a_reason_and_the_text_comes_back(scene: Scene) -> None:
    told = scene.write()

    def ask(*reasons: str) -> None:
        decide_experience(
            scene.session,
            told,
            publish=False,
            reasons=reasons,
            comment="",
            lock=told.lock,
            moderator=scene.staff,
            now=NOW,
        )

    assert refusal(ask) == "Choisissez un motif ou écrivez-le."
    ask("donnees-personnelles")
    assert (told.state, told.reasons) == (
        PublicationState.CHANGES_REQUESTED,
        ["donnees-personnelles"],
    )


def test_a_first_year_is_bounded(scene: Scene) -> None:
    told = start(scene)
    assert refusal(lambda: save(scene, told, replace(CONTENT, year=date(1900, 1, 1).year)))
