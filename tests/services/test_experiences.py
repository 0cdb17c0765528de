"""Experiences: who writes one, what moderation guards, the one answer, what is hidden at once."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.account import User
from models.evidence import Experience
from models.partnership import PartnershipMember
from models.register import InterestDeclaration
from services.errors import Conflict, RuleViolation
from services.experience_contents import ExperienceContent, StaleExperience
from services.experience_pages import (
    concerning,
    experiences_of_offer,
    experiences_of_organization,
    experiences_of_partnership,
    experiences_on_territory,
    public_experience,
)
from services.experience_replies import (
    can_reply,
    replying_organization,
    submit_reply,
    withdraw_reply,
)
from services.experience_review import (
    OWN,
    decide_experience,
    decide_reply,
    hide_experience,
    may_decide,
    restore_experience,
)
from services.experiences import (
    BOTH_SIDES,
    MAX_PER_SUBJECT,
    NOT_A_MEMBER,
    NOT_YOURS,
    Subject,
    delete_experience,
    save_experience,
    start_experience,
    submit_experience,
    withdraw_experience,
)
from tests.factories.accounts import NOW, make_membership
from tests.factories.entries import make_partnership
from tests.factories.evidence import CONTENT, TODAY, Scene
from vocabulary.exchanges import InvitationState
from vocabulary.kinds import PublicationState


@pytest.fixture
def scene(empty_session: Session) -> Scene:
    return Scene(empty_session)


def refusal(action: Callable[[], object]) -> str:
    """Return the msgid of the refusal that ``action`` meets."""
    with pytest.raises(RuleViolation) as caught:
        action()
    return caught.value.message


def start(scene: Scene, subject: Subject | None = None, person: User | None = None) -> Experience:
    """Open a draft."""
    return start_experience(
        scene.session,
        scene.city,
        subject or Subject(offer=scene.offer),
        CONTENT,
        person=person or scene.author,
        today=TODAY,
        now=NOW,
    )


def save(scene: Scene, told: Experience, content: ExperienceContent) -> bool:
    """Save over what is stored now."""
    return save_experience(
        scene.session,
        told,
        content,
        seen=ExperienceContent.of(told).stamp(),
        person=scene.author,
        today=TODAY,
        now=NOW,
    )


def reply(scene: Scene, told: Experience, text: str = "Le prix a baissé.") -> None:
    """Answer as the actor."""
    submit_reply(
        scene.session,
        told,
        scene.startup,
        text,
        seen_lock=told.lock,
        person=scene.founder,
        now=NOW,
    )


def judge_reply(scene: Scene, told: Experience, *, publish: bool, comment: str = "") -> None:
    """Decide on the answer as staff."""
    decide_reply(
        scene.session,
        told,
        publish=publish,
        comment=comment,
        lock=told.lock,
        moderator=scene.staff,
        now=NOW,
    )


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


def pages(scene: Scene, told: Experience) -> list[Experience]:
    """Return the experience as often as a page shows it."""
    session = scene.session
    alone = public_experience(session, told.id)
    views = [
        *experiences_of_offer(session, scene.offer.id),
        *experiences_of_organization(session, scene.city.id),
        *experiences_of_organization(session, scene.startup.id),
        *experiences_on_territory(session, scene.territory.id),
        *([alone] if alone else []),
    ]
    return [view.row for view in views]


def test_staff_suspend_with_a_reason_and_restore(scene: Scene) -> None:
    told = scene.publish()

    def hide(comment: str) -> None:
        hide_experience(scene.session, told, comment=comment, moderator=scene.staff, now=NOW)

    assert refusal(lambda: hide(" ")).startswith("Dites pourquoi")
    hide("Signalé")
    assert pages(scene, told) == []
    restore_experience(scene.session, told, moderator=scene.staff, now=NOW)
    assert told.state is PublicationState.PUBLISHED


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


def test_only_what_was_never_public_is_deleted(scene: Scene) -> None:
    told = start(scene)
    delete_experience(scene.session, told, person=scene.author, now=NOW)
    assert scene.session.scalars(select(Experience)).all() == []
    kept = scene.publish()
    assert refusal(lambda: delete_experience(scene.session, kept, person=scene.author, now=NOW))


def test_a_first_year_is_bounded(scene: Scene) -> None:
    told = start(scene)
    assert refusal(lambda: save(scene, told, replace(CONTENT, year=date(1900, 1, 1).year)))
