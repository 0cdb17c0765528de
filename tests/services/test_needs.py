"""Needs from draft to public, over several quarters, closed and opened again."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.need import Need
from services.content_checks import need_problems
from services.contents import NeedContent
from services.drafts import current_need_content, open_revision, published_content, save_draft
from services.errors import Conflict, RuleViolation
from services.indexing import documents_of, withdrawn_ids
from services.need_closing import close_need, close_past_needs, reopen_need
from services.need_completeness import need_completeness
from services.needs import (
    carriers_of,
    needs_under_work,
    start_need,
    summarize_needs,
)
from services.publishing import IncompleteEntry, submit_entry
from services.register import verify_register
from services.visibility import delete_unpublished, withdraw_entry
from tests.factories.accounts import make_membership, make_user
from tests.factories.needs import (
    HERE,
    NEED_PROSE,
    NOW,
    TODAY,
    events_of,
    make_need_draft,
    make_published_need,
    make_submitted_need,
    make_team,
    publish_need,
)
from tests.factories.organizations import make_organization
from vocabulary.exchanges import ClosingOutcome, RegisterEvent
from vocabulary.kinds import NeedKind, OrganizationKind, PublicationState, UserRole


def whole(**fields: object) -> NeedContent:
    content = NeedContent(
        kind=NeedKind.SOURCING,
        title="Cour",
        quarters=(HERE,),
        description=NEED_PROSE,
        themes=("confort-ete",),
    )
    return content.changed(**fields)


def test_a_content_is_read_back_as_it_was_written() -> None:
    content = whole(closes_on=date(2027, 1, 5), amount_min=1, wanted_kinds=("startup",))
    assert NeedContent.from_dict(content.to_dict()) == content


def test_a_stored_content_keeps_only_what_has_a_meaning() -> None:
    read = NeedContent.from_dict(
        {"kind": "?", "closes_on": "31/02", "amount_min": "1", "wanted_kinds": ["x"], "owner": 3}
    )
    assert read == NeedContent(kind=NeedKind.SOURCING, title="")


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, []),
        ({"title": ""}, ["title"]),
        ({"quarters": ()}, ["quarters"]),
        ({"description": "Court."}, ["description"]),
        ({"themes": ()}, ["themes"]),
        ({"amount_min": 2, "amount_max": 1}, ["amount_max"]),
        ({"amount_min": 2, "amount_max": 2}, []),
        ({"amount_min": 1_000_000_001}, ["amount_min"]),
        ({"closes_on": TODAY}, []),
        ({"closes_on": TODAY - timedelta(days=1)}, ["closes_on"]),
        ({"starts_on": TODAY - timedelta(days=1)}, ["starts_on"]),
        ({"closes_on": date(2027, 3, 1), "starts_on": date(2027, 3, 1)}, []),
        ({"closes_on": date(2027, 3, 2), "starts_on": date(2027, 3, 1)}, ["starts_on"]),
    ],
)
def test_what_keeps_a_need_from_being_submitted(
    fields: dict[str, object], expected: list[str]
) -> None:
    found = need_problems(whole(**fields), today=TODAY)
    assert [problem.field for problem in found] == expected


def test_completeness_makes_a_hundred_when_all_is_said() -> None:
    assert need_completeness(NeedContent(kind=NeedKind.CALL, title="x")).percent == 0
    assert need_completeness(whole()).percent == 40


def test_only_approved_members_of_a_territory_side_body_state_needs(
    empty_session: Session,
) -> None:
    session = empty_session
    team = make_team(session)
    startup = make_organization(session, "Jeune pousse")
    make_membership(session, team.owner, startup)
    hidden = make_organization(
        session,
        "Office suspendu",
        kind=OrganizationKind.BAILLEUR_SOCIAL,
        state=PublicationState.SUSPENDED,
    )
    make_membership(session, team.owner, hidden)
    assert carriers_of(session, team.owner) == [team.town]
    stranger = make_user(session)
    for town, author in ((startup, team.owner), (hidden, team.owner), (team.town, stranger)):
        with pytest.raises(RuleViolation):
            start_need(
                session,
                town,
                kind=NeedKind.CALL,
                title="x",
                quarters=(HERE,),
                author=author,
                now=NOW,
            )
    staff = make_user(session, role=UserRole.STAFF)
    need = start_need(
        session, team.town, kind=NeedKind.CALL, title="x", quarters=(HERE,), author=staff, now=NOW
    )
    assert need.carrier is team.town


@pytest.mark.parametrize(("title", "quarters"), [(" ", (HERE,)), ("x", ()), ("x", ("QN99999X",))])
def test_a_need_has_a_title_and_a_known_quarter(
    empty_session: Session, title: str, quarters: tuple[str, ...]
) -> None:
    team = make_team(empty_session)
    with pytest.raises(RuleViolation):
        start_need(
            empty_session,
            team.town,
            kind=NeedKind.CALL,
            title=title,
            quarters=quarters,
            author=team.owner,
            now=NOW,
        )


def test_an_incomplete_need_is_not_submitted(empty_session: Session) -> None:
    team = make_team(empty_session)
    need = make_need_draft(empty_session, team, description="")
    with pytest.raises(IncompleteEntry):
        submit_entry(empty_session, need, author=team.owner, today=TODAY, now=NOW)


def test_publishing_writes_the_register(empty_session: Session) -> None:
    need = make_published_need(empty_session, make_team(empty_session))
    assert (need.state, need.version) == (PublicationState.PUBLISHED, 1)
    assert events_of(empty_session, need) == [RegisterEvent.PUBLISHED]
    assert verify_register(empty_session, need.id) == []


def test_a_published_need_stays_as_it_is_while_an_edit_waits(empty_session: Session) -> None:
    session, team = empty_session, make_team(empty_session)
    need = make_published_need(session, team)
    content, lock = current_need_content(session, need)
    changed = content.changed(title="Autre titre")
    save_draft(session, need, changed, lock=lock, author=team.owner, now=NOW)
    submit_entry(session, need, author=team.owner, today=TODAY, now=NOW)
    assert (need.title, need.state) == ("Rafraîchir la cour de l’école", PublicationState.PUBLISHED)
    revision = open_revision(session, need)
    assert revision is not None
    publish_need(session, revision)
    assert (need.title, need.version) == ("Autre titre", 2)
    assert published_content(need) == changed


def test_a_save_over_a_newer_one_is_refused(empty_session: Session) -> None:
    session, team = empty_session, make_team(empty_session)
    need = make_need_draft(session, team)
    content, lock = current_need_content(session, need)
    first, second = content.changed(title="Un"), content.changed(title="Deux")
    save_draft(session, need, first, lock=lock, author=team.owner, now=NOW)
    with pytest.raises(Conflict):
        save_draft(session, need, second, lock=lock, author=team.owner, now=NOW)


def close(session: Session, need: Need, **values: object) -> None:
    author = make_user(session)
    fields = {"outcome": ClosingOutcome.FULFILLED, "note": "", **values}
    close_need(session, need, author=author, now=NOW, **fields)  # type: ignore[arg-type]


def test_closing_leaves_the_index_and_the_lists_at_once(empty_session: Session) -> None:
    session = empty_session
    need = make_published_need(session, make_team(session))
    key = f"besoins:{need.id}"
    assert len(documents_of(session, [key])) == 1
    close(session, need, note="Merci\r\nà tous.")
    assert key in withdrawn_ids(session)
    assert documents_of(session, [key]) == []
    assert session.scalars(Need.open_on(TODAY)).all() == []
    assert (need.closing_outcome, need.closing_note) == (
        ClosingOutcome.FULFILLED,
        "Merci\nà tous.",
    )
    assert events_of(session, need) == [RegisterEvent.PUBLISHED, RegisterEvent.CLOSED]


def test_two_closings_are_one(empty_session: Session) -> None:
    need = make_published_need(empty_session, make_team(empty_session))
    close(empty_session, need)
    with pytest.raises(Conflict):
        close(empty_session, need, outcome=ClosingOutcome.NO_FOLLOW_UP)
    assert need.closing_outcome is ClosingOutcome.FULFILLED


def test_nobody_chooses_that_the_date_is_past(empty_session: Session) -> None:
    need = make_published_need(empty_session, make_team(empty_session))
    with pytest.raises(RuleViolation):
        close(empty_session, need, outcome=ClosingOutcome.DATE_PASSED)


def test_a_closed_need_opens_again(empty_session: Session) -> None:
    session, team = empty_session, make_team(empty_session)
    need = make_published_need(session, team)
    close(session, need, note="Fini.")
    reopen_need(session, need, author=team.owner, today=TODAY, now=NOW)
    assert need.is_open_on(TODAY)
    assert (need.closing_note, f"besoins:{need.id}" in withdrawn_ids(session)) == ("", False)


def test_a_need_whose_date_is_past_closes_by_itself_and_a_later_date_opens_it(
    empty_session: Session,
) -> None:
    session, team = empty_session, make_team(empty_session)
    need = make_published_need(session, team, closes_on=TODAY)
    assert close_past_needs(session, today=TODAY, now=NOW) == 0
    tomorrow = TODAY + timedelta(days=1)
    assert close_past_needs(session, today=tomorrow, now=NOW) == 1
    assert close_past_needs(session, today=tomorrow, now=NOW) == 0
    assert need.closing_outcome is ClosingOutcome.DATE_PASSED
    with pytest.raises(RuleViolation):
        reopen_need(session, need, author=team.owner, today=tomorrow, now=NOW)
    content, lock = current_need_content(session, need)
    later = content.changed(closes_on=TODAY + timedelta(days=30))
    save_draft(session, need, later, lock=lock, author=team.owner, now=NOW)
    submit_entry(session, need, author=team.owner, today=TODAY, now=NOW)
    revision = open_revision(session, need)
    assert revision is not None
    publish_need(session, revision)
    assert need.is_open_on(TODAY)


def test_withdrawing_hides_and_deleting_is_for_drafts(empty_session: Session) -> None:
    session, team = empty_session, make_team(empty_session)
    public, draft = make_published_need(session, team), make_need_draft(session, team)
    withdraw_entry(session, public, author=team.owner, now=NOW)
    assert public.state is PublicationState.ARCHIVED
    with pytest.raises(RuleViolation):
        delete_unpublished(session, public, author=team.owner, now=NOW)
    delete_unpublished(session, draft, author=team.owner, now=NOW)
    assert session.scalars(select(Need.id)).all() == [public.id]


def test_a_team_finds_its_needs_and_what_waits(empty_session: Session) -> None:
    session, team = empty_session, make_team(empty_session)
    make_need_draft(session, team)
    make_submitted_need(session, team)
    public = make_published_need(session, team)
    summary = summarize_needs(session, [team.town.id], today=TODAY)
    assert (summary.open, summary.drafts, summary.in_review, summary.waiting) == (1, 1, 1, 0)
    listed = needs_under_work(session, [team.town.id])
    states = [(one.need.state, one.revision is not None) for one in listed if one.need != public]
    assert sorted(states) == [(PublicationState.DRAFT, True), (PublicationState.SUBMITTED, True)]
