"""Imposed and excluded meetings, groups: what contradicts what is refused, by name."""

from datetime import time

import pytest
from sqlalchemy.orm import Session

from models.meetup import MeetupDay, MeetupSession, MeetupSlot
from models.meetup_participant import MeetupAbsence, MeetupParticipant
from models.meetup_wish import MeetupGroup, MeetupPairRule
from models.partnership import WorkingGroup, WorkingGroupMember
from services.errors import RuleViolation
from services.meetup_groups import GroupTerms, group_sources, save_meetup_group
from services.meetup_rules import RuleTerms, lift_rule, set_rule
from tests.factories.entries import make_partnership, make_territory
from tests.factories.meetups import (
    NOW,
    make_day,
    make_participant,
    make_slots,
    make_tables,
    make_wish,
)
from tests.factories.organizations import make_organization
from vocabulary.exchanges import Side
from vocabulary.meetups import PairRule, ParticipantState, SessionKind, WishState


class World:
    """A day of three slots at 9 h, 9 h 25 and 9 h 50, two tables of four, six participants."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.day: MeetupDay = make_day(session)
        self.slots: list[MeetupSlot] = make_slots(session, self.day, 3)
        make_tables(session, self.day, 2)
        self.people: list[MeetupParticipant] = [
            make_participant(
                session, self.day, name, side=Side.TERRITORY if rank < 2 else Side.ACTOR
            )
            for rank, name in enumerate(("Ville", "Bailleur", "Bois", "Jardins", "Énergie", "Eau"))
        ]
        session.flush()

    def rule(
        self, one: int, other: int, rule: PairRule, slot: int | None = None, reason: str = ""
    ) -> MeetupPairRule:
        terms = RuleTerms(rule, self.slots[slot].id if slot is not None else None, reason)
        pair = (self.people[one], self.people[other])
        return set_rule(self.session, self.day, pair, terms, person=None, now=NOW)

    def group(self, *people: int, slot: int | None = None) -> MeetupGroup:
        terms = GroupTerms(
            "Groupe eau",
            tuple(self.people[one].id for one in people),
            self.slots[slot].id if slot is not None else None,
        )
        return save_meetup_group(self.session, self.day, None, terms, person=None, now=NOW)


@pytest.fixture
def world(session: Session) -> World:
    return World(session)


def test_a_pair_is_not_imposed_and_excluded(world: World) -> None:
    world.rule(0, 2, PairRule.FORBIDDEN, reason="litige")
    with pytest.raises(RuleViolation, match=r"« Ville » et « Bois » .*exclu.*\(litige\)"):
        world.rule(0, 2, PairRule.REQUIRED)
    world.rule(1, 2, PairRule.REQUIRED)
    with pytest.raises(RuleViolation, match="« Bailleur » et « Bois » : vous avez imposé"):
        world.rule(1, 2, PairRule.FORBIDDEN)


def test_the_same_decision_again_changes_its_slot(world: World) -> None:
    first = world.rule(0, 2, PairRule.REQUIRED)
    again = world.rule(2, 0, PairRule.REQUIRED, slot=1)
    assert (first.id, again.slot_id) == (again.id, world.slots[1].id)


def test_a_slot_in_which_somebody_is_away_is_refused(world: World) -> None:
    slot = world.slots[1]
    world.people[2].absences.append(MeetupAbsence(starts_at=slot.starts_at, ends_at=slot.ends_at))
    world.session.flush()
    with pytest.raises(RuleViolation, match="« Bois » n’est pas disponible à 9 h 25"):
        world.rule(0, 2, PairRule.REQUIRED, slot=1)


def test_a_slot_of_the_plenary_is_refused(world: World) -> None:
    world.day.sessions.append(
        MeetupSession(
            kind=SessionKind.PLENARY,
            title="Ouverture",
            starts_at=world.day.at(time(8, 50)),
            ends_at=world.day.at(time(9, 10)),
        )
    )
    world.session.flush()
    with pytest.raises(RuleViolation, match="c’est le temps de « Ouverture »"):
        world.rule(0, 2, PairRule.REQUIRED, slot=0)


def test_nobody_is_fixed_twice_in_one_slot(world: World) -> None:
    world.rule(0, 2, PairRule.REQUIRED, slot=0)
    with pytest.raises(RuleViolation, match="« Ville » est déjà fixé à 9 h : Ville – Bois"):
        world.rule(0, 3, PairRule.REQUIRED, slot=0)
    with pytest.raises(RuleViolation, match="« Bois » est déjà fixé à 9 h"):
        world.group(1, 2, 3, slot=0)


def test_no_more_meetings_are_fixed_than_there_are_tables(world: World) -> None:
    world.rule(0, 2, PairRule.REQUIRED, slot=0)
    world.rule(1, 3, PairRule.REQUIRED, slot=0)
    with pytest.raises(RuleViolation, match="il ne reste pas de table"):
        world.rule(4, 5, PairRule.REQUIRED, slot=0)


def test_no_more_meetings_are_imposed_than_one_may_hold(world: World) -> None:
    world.people[0].most_meetings = 1
    world.rule(0, 2, PairRule.REQUIRED)
    with pytest.raises(RuleViolation, match="« Ville » a déjà 1 rendez-vous imposés"):
        world.rule(0, 3, PairRule.REQUIRED)


def test_without_a_common_slot_nothing_is_imposed(world: World) -> None:
    for person, kept in ((0, 0), (2, 1)):
        for rank, slot in enumerate(world.slots):
            if rank != kept:
                world.people[person].absences.append(
                    MeetupAbsence(starts_at=slot.starts_at, ends_at=slot.ends_at)
                )
    world.session.flush()
    with pytest.raises(RuleViolation, match="Aucun créneau ne convient à tous : « Bois »"):
        world.rule(0, 2, PairRule.REQUIRED)


def test_somebody_who_does_not_come_is_not_imposed(world: World) -> None:
    world.people[2].state = ParticipantState.CANCELLED
    with pytest.raises(RuleViolation, match="« Bois » ne vient pas"):
        world.rule(0, 2, PairRule.REQUIRED)


def test_an_exclusion_puts_wishes_aside_and_lifting_it_brings_them_back(world: World) -> None:
    agreed = make_wish(world.session, world.people[0], world.people[2], state=WishState.ACCEPTED)
    rule = world.rule(0, 2, PairRule.FORBIDDEN)
    put_aside = agreed.state
    lift_rule(world.session, rule, world.day, now=NOW)
    assert (put_aside, agreed.state) == (WishState.RESERVE, WishState.PROPOSED)


def test_a_group_is_of_three_to_eight(world: World) -> None:
    with pytest.raises(RuleViolation, match="de 3 à 8 participants : il y en a 2"):
        world.group(0, 2)
    assert len(world.group(0, 2, 3).seats) == 3


def test_a_group_needs_a_table_large_enough(world: World) -> None:
    with pytest.raises(RuleViolation, match="Aucune table n’a 5 places : la plus grande en a 4"):
        world.group(0, 1, 2, 3, 4)


def test_a_group_does_not_hold_an_excluded_pair_nor_the_reverse(world: World) -> None:
    world.rule(0, 2, PairRule.FORBIDDEN)
    with pytest.raises(RuleViolation, match="« Ville » et « Bois »"):
        world.group(0, 2, 3)
    world.group(1, 3, 4)
    with pytest.raises(RuleViolation, match="ensemble dans « Groupe eau »"):
        world.rule(1, 3, PairRule.FORBIDDEN)


def test_a_working_group_of_which_three_come_is_proposed(world: World) -> None:
    bodies = [make_organization(world.session, f"Membre {rank}") for rank in range(4)]
    territory = make_territory(world.session, "QN04299M")
    partnership = make_partnership(world.session, territory, *bodies)
    group = WorkingGroup(
        partnership_id=partnership.id,
        name="Groupe compost",
        members=[WorkingGroupMember(organization_id=one.id) for one in bodies],
    )
    world.session.add(group)
    coming = [
        make_participant(world.session, world.day, one.name, organization_id=one.id)
        for one in bodies[:3]
    ]
    (found,) = group_sources(world.session, world.day)
    assert (found.group, set(found.participant_ids)) == (group, {one.id for one in coming})
