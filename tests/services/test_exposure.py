"""Neutral exposure: one draw a day, counts that add up over processes, classes that sum."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from extensions.database import db
from extensions.exposure import ExposureCounter
from models.exposure import ExposureCount
from services.exposure import add_shown, age_class, draw_seed, exposure_report, seed_of
from services.matching import Moment
from tests.databases import engine_over
from tests.factories.organizations import make_organization
from vocabulary.exchanges import ExposureSurface
from vocabulary.kinds import OrganizationKind, PublicationState

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = date(2026, 11, 22)
LIST = ExposureSurface.MATCH_LIST


def counts_of(session: Session) -> dict[int, int]:
    rows = select(ExposureCount.organization_id, ExposureCount.shown)
    return dict(session.execute(rows).all())


def test_a_drawn_seed_does_not_change(empty_session: Session) -> None:
    assert draw_seed(empty_session, DAY, number=7, now=NOW).seed == 7
    assert draw_seed(empty_session, DAY, number=8, now=NOW).seed == 7
    assert seed_of(empty_session, DAY) == 7
    assert seed_of(empty_session, date(2026, 11, 21)) is None


def test_a_list_turns_by_the_draw_or_by_the_day_until_it_is_drawn() -> None:
    assert Moment(NOW, DAY, drawn=7).seed == 7
    assert Moment(NOW, DAY).seed == DAY.toordinal()


def test_counts_add_up_and_forget_deleted_actors(empty_session: Session) -> None:
    actor = make_organization(empty_session)
    add_shown(empty_session, {(DAY, LIST, actor.id): 2, (DAY, LIST, actor.id + 99): 5})
    add_shown(empty_session, {(DAY, LIST, actor.id): 3})
    assert counts_of(empty_session) == {actor.id: 5}


def test_counts_add_up_on_postgresql(tmp_path: Path) -> None:
    with engine_over("postgresql", tmp_path) as engine, Session(engine) as session:
        actor = make_organization(session)
        for _ in range(2):
            add_shown(session, {(DAY, LIST, actor.id): 2})
        assert draw_seed(session, DAY, number=2**47, now=NOW).seed == 2**47
        assert counts_of(session) == {actor.id: 4}


def test_two_processes_write_what_they_counted(empty_app: Flask, empty_session: Session) -> None:
    actor = make_organization(empty_session)
    empty_session.commit()
    first, second = ExposureCounter(), ExposureCounter()
    first.count(LIST, [actor.id], DAY)
    second.count(LIST, [actor.id], DAY)
    with empty_app.app_context():
        first.write(db.sessionmaker)
        first.write(db.sessionmaker)  # nothing new
        second.write(db.sessionmaker)
    empty_session.rollback()
    assert counts_of(empty_session) == {actor.id: 2}


def test_what_cannot_be_written_waits(empty_app: Flask, empty_session: Session) -> None:
    actor = make_organization(empty_session)
    empty_session.commit()
    counter = ExposureCounter()
    counter.count(LIST, [actor.id], DAY)
    broken = create_engine("sqlite:////nonexistent/base.sqlite")
    with empty_app.app_context():
        sessions = db.sessionmaker
        counter.write(type(sessions)(broken))
        assert counts_of(empty_session) == {}
        empty_session.rollback()
        counter.write(sessions)
    assert counts_of(empty_session) == {actor.id: 1}


def test_the_report_counts_published_actors_of_the_innovation_side(empty_session: Session) -> None:
    startup = make_organization(empty_session, "Jeune pousse", size="1-9", founded_year=2025)
    group = make_organization(
        empty_session, "Groupe", kind=OrganizationKind.GRAND_GROUPE, size="5000+", founded_year=1960
    )
    hidden = make_organization(empty_session, "Cachée", state=PublicationState.SUSPENDED)
    city = make_organization(empty_session, "Ville", kind=OrganizationKind.COLLECTIVITE)
    shown = {startup: 1, group: 3, hidden: 50, city: 50}
    add_shown(empty_session, {(DAY, LIST, one.id): times for one, times in shown.items()})
    report = exposure_report(empty_session, since=DAY, until=DAY)
    assert report.total == 4
    assert {row.value: (row.actors, row.shown) for row in report.by_kind} == {
        "startup": (1, 1),
        "grand-groupe": (1, 3),
    }
    assert [row.value for row in report.by_size] == ["1-9", "5000+"]
    assert [(row.value, row.ratio) for row in report.by_age] == [("0", 0.5), ("11", 1.5)]


def test_the_report_keeps_to_its_period_and_its_lists(empty_session: Session) -> None:
    actor = make_organization(empty_session)
    before = date(2026, 11, 1)
    add_shown(
        empty_session,
        {
            (before, LIST, actor.id): 1,
            (DAY, LIST, actor.id): 10,
            (DAY, ExposureSurface.DIRECTORY, actor.id): 100,
        },
    )
    assert exposure_report(empty_session, since=DAY, until=DAY).total == 110
    assert exposure_report(empty_session, since=DAY, until=DAY, surface=LIST).total == 10
    assert exposure_report(empty_session, since=before, until=before).total == 1


@pytest.mark.parametrize(
    ("founded", "expected"),
    [(None, ""), (2026, "0"), (2024, "0"), (2023, "3"), (2020, "6"), (2015, "11"), (2030, "0")],
)
def test_age_classes(founded: int | None, expected: str) -> None:
    assert age_class(founded, DAY) == expected
