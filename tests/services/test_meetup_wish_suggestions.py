"""Whom a participant could wish to meet: entries of the directory, and what others declared."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from extensions.meetup_reasons import meeting_reasons
from matching.weights import Level
from models.meetup_participant import MeetupParticipant
from services.matching import Matcher, Moment
from services.meetup_profiles import DayProfiles, day_profiles, stands_for_nothing
from services.meetup_wish_suggestions import Suggestion, load_subjects, suggestions
from tests.factories.alerts import (
    make_actor,
    make_answering_offer,
    make_carrier,
    make_matching_need,
)
from tests.factories.meetups import make_day, make_participant
from vocabulary.exchanges import Side
from vocabulary.meetups import WishPriority

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
MOMENT = Moment(now=NOW, today=NOW.date())
TEXT = "Isoler des façades en site occupé avec une ossature bois préfabriquée."


class World:
    """A town with a need and one without entry; an actor with an offer and one without entry."""

    def __init__(self, session: Session) -> None:
        self.session = session
        day = make_day(session)
        carrier, actor = make_carrier(session), make_actor(session)
        self.need = make_matching_need(session, carrier_id=carrier.id)
        self.offer = make_answering_offer(session, actor)
        self.town = make_participant(
            session, day, carrier.name, side=Side.TERRITORY, organization_id=carrier.id
        )
        self.firm = make_participant(session, day, actor.name, organization_id=actor.id)
        declared: dict[str, Any] = {"themes": ["renovation-energetique"], "presentation": TEXT}
        self.other_town = make_participant(
            session, day, "Bailleur hors annuaire", side=Side.TERRITORY, **declared
        )
        self.other_firm = make_participant(session, day, "Atelier hors annuaire", **declared)
        self.silent = make_participant(session, day, "Muet")
        session.commit()
        self.everybody = [
            self.town,
            self.firm,
            self.other_town,
            self.other_firm,
            self.silent,
        ]

    def profiles(self) -> DayProfiles:
        base = Matcher().exact_base(self.session, MOMENT)
        return day_profiles(self.everybody, base, seed=1)

    def suggest(self, participant: MeetupParticipant) -> list[Suggestion]:
        others = [one.id for one in self.everybody if one.side is not participant.side]
        return suggestions(self.profiles(), participant, others, limit=5)


@pytest.fixture
def world(empty_session: Session) -> World:
    return World(empty_session)


def test_a_territory_is_suggested_those_whose_offers_answer_its_needs(world: World) -> None:
    found = world.suggest(world.town)
    assert [one.participant_id for one in found][:2] == [world.firm.id, world.other_firm.id]
    assert (found[0].need_id, found[0].offer_id) == (world.need.id, world.offer.id)
    assert (found[1].need_id, found[1].offer_id) == (world.need.id, None)


def test_an_actor_is_suggested_those_whose_needs_it_answers(world: World) -> None:
    found = world.suggest(world.firm)
    assert {one.participant_id for one in found} == {world.town.id, world.other_town.id}


def test_a_body_outside_the_directory_is_compared_on_what_it_declared(world: World) -> None:
    found = {one.participant_id: one for one in world.suggest(world.other_firm)}
    assert set(found) == {world.town.id, world.other_town.id}
    assert found[world.other_town.id].need_id is None


def test_who_said_nothing_is_neither_suggested_nor_gets_suggestions(world: World) -> None:
    assert world.suggest(world.silent) == []


def test_the_list_marks_those_for_whom_there_is_nothing_to_suggest_from(world: World) -> None:
    day = world.silent.day
    facts: list[dict[str, Any]] = [
        {"themes": ["isolation"]},
        {"presentation": TEXT},
        {"presentation": "  "},
    ]
    world.everybody += [
        make_participant(world.session, day, f"Autre {number}", side=side, **said)
        for side in Side
        for number, said in enumerate(facts, start=1 + 3 * (side is Side.ACTOR))
    ]
    # What is published on the other side is of no use to it.
    world.town.side, world.firm.side = Side.ACTOR, Side.TERRITORY
    world.session.flush()
    profiles = world.profiles()
    read = {Side.TERRITORY: profiles.needs, Side.ACTOR: profiles.offers}
    wanted = {one.name for one in world.everybody if not read[one.side].get(one.id)}
    marked = select(MeetupParticipant.name).where(stands_for_nothing(today=NOW.date()))
    assert set(world.session.scalars(marked)) == wanted
    assert len(wanted) == 5


def test_the_suggested_priority_follows_the_level(world: World) -> None:
    strong = world.suggest(world.town)[0]
    assert (strong.level, strong.priority) == (Level.STRONG, WishPriority.ESSENTIAL)


def test_declared_themes_alone_suggest_important_at_most(world: World) -> None:
    found = [one for one in world.suggest(world.other_firm) if one.is_declared]
    assert WishPriority.ESSENTIAL not in {one.priority for one in found}


def test_reasons_of_a_declared_body_speak_of_themes_and_words_only(world: World) -> None:
    found = world.suggest(world.other_firm)
    subjects = load_subjects(world.session, found, world.everybody)
    said = {
        sentence
        for one in found
        for sentence in meeting_reasons(
            one.line, subjects.written[one.line.need.id], is_declared=one.is_declared
        )
    }
    assert said
    assert all("thème" in one or "Parle de la même chose" in one for one in said)
