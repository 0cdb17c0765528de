"""Organisers impose and exclude meetings, and make groups: refusals keep what was typed."""

from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.meetup import MeetupDay
from models.meetup_wish import MeetupGroup, MeetupPairRule
from tests.factories.accounts import make_user, sign_in
from tests.factories.meetups import make_day, make_participant, make_slots, make_tables
from tests.factories.pages import submit
from tests.query_counter import count_queries
from vocabulary.exchanges import Side
from vocabulary.kinds import UserRole
from vocabulary.meetups import PairRule

MOST = 12
HEAVIEST = 100_000


@dataclass
class Scene:
    """A day with a town and five firms, and a client of the organisers."""

    app: Flask
    session: Session
    day: MeetupDay
    client: FlaskClient

    @property
    def rules(self) -> str:
        """Return the address of the rules."""
        return f"/pilotage/rencontres/{self.day.slug}/regles"

    def decided(self) -> list[MeetupPairRule]:
        """Return the rules of the day."""
        wanted = select(MeetupPairRule).where(MeetupPairRule.day_id == self.day.id)
        return list(self.session.scalars(wanted))

    def grouped(self) -> list[MeetupGroup]:
        """Return the groups of the day."""
        wanted = select(MeetupGroup).where(MeetupGroup.day_id == self.day.id)
        return list(self.session.scalars(wanted))

    @property
    def groups(self) -> str:
        """Return the address of the groups."""
        return f"/pilotage/rencontres/{self.day.slug}/groupes"


@pytest.fixture
def scene(app: Flask, session: Session) -> Scene:
    make_user(session, role=UserRole.STAFF, email="equipe@essai.example")
    day = make_day(session)
    make_slots(session, day)
    make_tables(session, day)
    make_participant(session, day, "Ville d’essai", side=Side.TERRITORY)
    for rank in range(5):
        make_participant(session, day, f"Entreprise {rank}")
    session.commit()
    return Scene(app, session, day, sign_in(app, "equipe@essai.example"))


def test_a_pair_is_imposed_in_a_slot_and_lifted(scene: Scene) -> None:
    fields = {
        "one": "Ville d’essai",
        "other": "entreprise 1",
        "rule": "imposee",
        "slot": str(scene.day.slots[0].id),
        "reason": "Suite de la visite",
    }
    assert submit(scene.client, scene.rules, fields).status_code == 302
    scene.session.rollback()
    rule = scene.decided()[0]
    assert (rule.rule, rule.slot_id) == (PairRule.REQUIRED, scene.day.slots[0].id)
    assert "Suite de la visite" in scene.client.get(scene.rules).text
    submit(scene.client, f"{scene.rules}/{rule.id}/lever")
    scene.session.rollback()
    assert scene.decided() == []


def test_a_contradiction_is_named_and_what_was_typed_stays(scene: Scene) -> None:
    fields = {"one": "Ville d’essai", "other": "Entreprise 1", "rule": "exclue"}
    submit(scene.client, scene.rules, fields)
    page = submit(scene.client, scene.rules, {**fields, "rule": "imposee", "reason": "Essai"})
    assert page.status_code == 422
    assert "vous avez exclu leur rendez-vous" in page.text
    assert 'value="Essai"' in page.text


def test_a_group_is_made_by_hand_and_changed(scene: Scene) -> None:
    fields = {f"person_{rank + 1}": f"Entreprise {rank}" for rank in range(3)}
    page = submit(scene.client, f"{scene.groups}/nouveau", {**fields, "title": ""})
    assert page.status_code == 422
    submit(scene.client, f"{scene.groups}/nouveau", {**fields, "title": "Compost"})
    scene.session.rollback()
    group = scene.grouped()[0]
    assert "Entreprise 2" in scene.client.get(f"{scene.groups}/{group.id}").text
    changed = {**fields, "title": "Compost", "person_4": "Ville d’essai"}
    submit(scene.client, f"{scene.groups}/{group.id}", changed)
    scene.session.rollback()
    scene.session.expire_all()
    assert len(scene.grouped()[0].seats) == 4


def test_an_unknown_participant_of_a_group_is_told(scene: Scene) -> None:
    fields = {"title": "Compost", "person_1": "Entreprise un", "person_2": "Entreprise 2"}
    page = submit(scene.client, f"{scene.groups}/nouveau", fields)
    assert page.status_code == 422
    assert "« Entreprise un » n’est pas un participant de cette journée" in page.text


def test_rules_and_groups_of_another_day_are_missing(scene: Scene) -> None:
    other = make_day(scene.session, "Autre journée")
    fields = {f"person_{rank + 1}": f"Entreprise {rank}" for rank in range(3)}
    scene.session.commit()
    submit(scene.client, f"{scene.groups}/nouveau", {**fields, "title": "Compost"})
    scene.session.rollback()
    group = scene.grouped()[0]
    address = f"/pilotage/rencontres/{other.slug}/groupes/{group.id}"
    assert scene.client.get(address).status_code == 404


def test_one_side_may_be_allowed_to_wish_its_own(scene: Scene) -> None:
    submit(scene.client, f"{scene.rules}/cotes", {"is_allowed": "y"})
    scene.session.rollback()
    scene.session.refresh(scene.day)
    assert scene.day.same_side_wishes


def test_the_pages_send_few_queries_and_stay_light(scene: Scene) -> None:
    for rank in range(5, 400):
        make_participant(scene.session, scene.day, f"Entreprise {rank}")
    scene.session.commit()
    for rank in range(1, 4):
        fields = {"one": "Ville d’essai", "other": f"Entreprise {rank}", "rule": "imposee"}
        submit(scene.client, scene.rules, fields)
    for page in (scene.rules, scene.groups, f"{scene.groups}/nouveau"):
        scene.client.get(page)
        with count_queries(scene.app) as statements:
            answer = scene.client.get(page)
        assert answer.status_code == 200
        assert len(statements) <= MOST, (page, statements)
        assert len(answer.data) < HEAVIEST, (page, len(answer.data))
