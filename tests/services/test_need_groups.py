"""Needs of several quarters and of several territories, one group: begun, joined, taken apart."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from services.drafts import current_need_content, open_revision, save_draft
from services.errors import RuleViolation
from services.need_groups import group_needs, leave_group
from services.needs import group_sizes, same_needs, start_same_need
from services.publishing import submit_entry
from tests.factories.accounts import make_user
from tests.factories.needs import (
    HERE,
    NEED_PROSE,
    NOW,
    THERE,
    TODAY,
    add_team,
    events_of,
    make_need_draft,
    make_published_need,
    make_team,
    publish_need,
)
from vocabulary.exchanges import RegisterEvent
from vocabulary.kinds import UserRole


def test_several_quarters_give_a_need_each_in_one_group(empty_session: Session) -> None:
    session, team = empty_session, make_team(empty_session)
    need = make_published_need(session, team, quarters=(HERE, THERE))
    (other,) = same_needs(session, need)
    assert (need.territory.code, other.territory.code) == (HERE, THERE)
    assert (other.title, other.carrier_id, other.version) == (need.title, team.town.id, 1)
    assert events_of(session, other) == [RegisterEvent.PUBLISHED]
    assert need.group_id is not None
    assert group_sizes(session, [need.group_id], today=TODAY) == {need.group_id: 2}


def test_a_quarter_added_later_is_added_once(empty_session: Session) -> None:
    session, team = empty_session, make_team(empty_session)
    need = make_published_need(session, team)
    for title in ("Une fois", "Deux fois"):
        content, lock = current_need_content(session, need)
        changed = content.changed(title=title, quarters=(HERE, THERE))
        save_draft(session, need, changed, lock=lock, author=team.owner, now=NOW)
        submit_entry(session, need, author=team.owner, today=TODAY, now=NOW)
        revision = open_revision(session, need)
        assert revision is not None
        publish_need(session, revision)
    assert [other.title for other in same_needs(session, need)] == ["Une fois"]


def test_another_territory_states_the_same_need_of_its_own(empty_session: Session) -> None:
    session, team = empty_session, make_team(empty_session)
    source = make_published_need(session, team, closes_on=TODAY + timedelta(days=9), amount_max=10)
    other = add_team(session, "Ville voisine", team.quarters)
    need = start_same_need(
        session, source, other.town, quarters=(THERE,), author=other.owner, now=NOW
    )
    content, _lock = current_need_content(session, need)
    assert (content.description, content.closes_on, content.amount_max) == (NEED_PROSE, None, None)
    assert need.group_id == source.group_id is not None
    assert same_needs(session, source) == []
    submit_entry(session, need, author=other.owner, today=TODAY, now=NOW)
    revision = open_revision(session, need)
    assert revision is not None
    publish_need(session, revision)
    assert same_needs(session, source) == [need]


def test_nobody_joins_a_need_that_is_not_public_or_already_theirs(
    empty_session: Session,
) -> None:
    session, team = empty_session, make_team(empty_session)
    draft = make_need_draft(session, team)
    public = make_published_need(session, team)
    for source in (draft, public):
        with pytest.raises(RuleViolation):
            start_same_need(
                session, source, team.town, quarters=(HERE,), author=team.owner, now=NOW
            )


def test_staff_bring_needs_together_and_apart(empty_session: Session) -> None:
    session, team = empty_session, make_team(empty_session)
    needs = [make_published_need(session, team) for _ in range(3)]
    staff = make_user(session, role=UserRole.STAFF)
    first, second, third = needs
    group_needs(session, first, second, actor=staff, now=NOW)
    group_needs(session, third, second, actor=staff, now=NOW)
    assert {need.group_id for need in needs} == {third.group_id}
    leave_group(session, first, actor=staff, now=NOW)
    assert (first.group_id, second.group_id) == (None, third.group_id)
    leave_group(session, second, actor=staff, now=NOW)
    assert (second.group_id, third.group_id) == (None, None)
    with pytest.raises(RuleViolation):
        group_needs(session, first, first, actor=staff, now=NOW)
    with pytest.raises(RuleViolation):
        group_needs(session, first, make_need_draft(session, team), actor=staff, now=NOW)
