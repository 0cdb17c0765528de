"""The audit log read by pages, and what staff state of a quarter."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.outbox import OutboxMessage
from models.territory import RenewalProject, Territory
from services.audit import record_action
from services.errors import Conflict, RuleViolation
from services.journal import PAGE_SIZE, JournalFilter, actions_recorded, read_journal
from services.territory_facts import facts_seen, update_facts
from tests.factories.accounts import make_user
from tests.factories.drafts import NOW, make_commune
from vocabulary.kinds import NpnruInterest, ProjectPhase, SubjectKind, UserRole


def write(session: Session, action: str, label: str, days: int = 0) -> None:
    record_action(
        session,
        action,
        actor=None,
        kind=SubjectKind.ORGANIZATION,
        subject_id=1,
        label=label,
        now=NOW + timedelta(days=days),
    )


def test_pages_go_back_in_time_without_a_gap(empty_session: Session) -> None:
    for number in range(PAGE_SIZE + 3):
        write(empty_session, "entry.created", f"n° {number}")
    first = read_journal(empty_session, JournalFilter())
    second = read_journal(empty_session, JournalFilter(), before=first.next_before)
    labels = [line.subject_label for line in (*first.lines, *second.lines)]
    assert labels == [f"n° {number}" for number in reversed(range(PAGE_SIZE + 3))]
    assert second.next_before is None


@pytest.mark.parametrize(
    ("wanted", "labels"),
    [
        (JournalFilter(action="entry.published"), ["Deux"]),
        (JournalFilter(label="DEUX"), ["Deux"]),
        (JournalFilter(label="%"), []),
        (JournalFilter(kind=SubjectKind.OFFER), []),
        (JournalFilter(actor="appli"), ["Trois", "Deux", "Un"]),
        (JournalFilter(since=date(2026, 11, 23)), ["Trois", "Deux"]),
        (JournalFilter(until=date(2026, 11, 23)), ["Deux", "Un"]),
    ],
)
def test_the_log_is_filtered(
    empty_session: Session, wanted: JournalFilter, labels: list[str]
) -> None:
    write(empty_session, "entry.created", "Un")
    write(empty_session, "entry.published", "Deux", days=1)
    write(empty_session, "entry.created", "Trois", days=2)
    found = read_journal(empty_session, wanted)
    assert [line.subject_label for line in found.lines] == labels
    assert actions_recorded(empty_session) == ["entry.created", "entry.published"]


@pytest.fixture
def quarter(empty_session: Session) -> Territory:
    make_commune(empty_session)
    territory = Territory(
        code="QN04212M",
        name="Tarentaize",
        name_key="tarentaize",
        department_code="42",
        region_code="84",
        updated_at=NOW,
    )
    territory.projects = [RenewalProject(name="Projet")]
    empty_session.add(territory)
    empty_session.flush()
    return territory


def test_a_fact_comes_with_its_source(empty_session: Session, quarter: Territory) -> None:
    staff = make_user(empty_session, role=UserRole.STAFF)
    (project,) = quarter.projects
    seen = facts_seen(quarter)

    def state(interest: NpnruInterest, source: str, phase_source: str, seen: str) -> bool:
        return update_facts(
            empty_session,
            quarter,
            interest=interest,
            source=source,
            phases={project.id: (ProjectPhase.WORKS, date(2026, 1, 5), phase_source)},
            seen=seen,
            author=staff,
            now=NOW,
        )

    with pytest.raises(RuleViolation):
        state(NpnruInterest.NATIONAL, "", "Convention", seen)
    assert state(NpnruInterest.NATIONAL, "Arrêté du 29 avril 2015", "Convention", seen)
    assert (quarter.npnru_interest, quarter.is_npnru) == (NpnruInterest.NATIONAL, True)
    assert (project.phase, project.phase_source) == (ProjectPhase.WORKS, "Convention")
    with pytest.raises(Conflict):
        state(NpnruInterest.REGIONAL, "Autre", "Autre", seen)
    now_seen = facts_seen(quarter)
    assert not state(NpnruInterest.NATIONAL, "Arrêté du 29 avril 2015", "Convention", now_seen)
    topics = empty_session.scalars(select(OutboxMessage.topic)).all()
    assert topics == ["index.entry"]
