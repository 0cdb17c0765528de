"""Experiences in their services: started, saved, answered, and the pages that show them."""

from collections.abc import Callable

import pytest

from models.account import User
from models.evidence import Experience
from services.errors import RuleViolation
from services.experience_contents import ExperienceContent
from services.experience_pages import (
    experiences_of_offer,
    experiences_of_organization,
    experiences_on_territory,
    public_experience,
)
from services.experience_replies import submit_reply
from services.experience_review import decide_reply
from services.experiences import Subject, save_experience, start_experience
from tests.factories.accounts import NOW
from tests.factories.evidence import CONTENT, TODAY, Scene


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
