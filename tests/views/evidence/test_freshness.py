"""Entries kept fresh: months an owner chose, three reminders, one click that confirms once."""

from datetime import date

import pytest
from flask import Flask

from services.freshness import months_after, stale_since
from services.freshness_reminders import post_reminders
from tests.factories.accounts import NOW, sign_in
from tests.factories.evidence import Scene
from tests.factories.pages import link_in, mails_to, submit


def test_months_end_on_the_last_day_they_have() -> None:
    assert months_after(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert months_after(date(2026, 11, 22), 16) == date(2028, 3, 22)


def test_an_entry_is_stale_after_the_months_its_owner_chose(scene: Scene) -> None:
    scene.startup.confirmed_on, scene.startup.review_months = date(2026, 8, 22), 3
    assert stale_since(scene.startup, date(2026, 11, 22)) is None
    assert stale_since(scene.startup, date(2026, 11, 23)) == date(2026, 8, 22)


def test_an_owner_is_reminded_three_times_then_left_alone(empty_app: Flask, scene: Scene) -> None:
    scene.startup.confirmed_on, scene.startup.review_months = date(2026, 8, 22), 3
    scene.session.commit()
    days = [date(2026, 11, 21), date(2026, 11, 22), date(2026, 11, 23), date(2026, 12, 22)]
    days += [date(2027, 1, 22), date(2027, 2, 22)]
    told = [post_reminders(scene.session, today=day, now=NOW) for day in days]
    scene.session.commit()
    assert told == [0, 1, 0, 1, 1, 0]
    assert len(mails_to(empty_app, scene.founder.email)) == 3


def test_one_click_confirms_once_and_reading_does_not(empty_app: Flask, scene: Scene) -> None:
    scene.startup.confirmed_on, scene.startup.review_months = date(2025, 8, 22), 3
    post_reminders(scene.session, today=date(2026, 11, 22), now=NOW)
    scene.session.commit()
    link = link_in(mails_to(empty_app, scene.founder.email)[-1])
    visitor = empty_app.test_client()
    assert visitor.get(link).status_code == 200
    scene.session.rollback()
    assert scene.startup.confirmed_on == date(2025, 8, 22)
    assert "Fiche non confirmée" in visitor.get("/acteurs/toits-vifs").text
    assert submit(visitor, link).status_code == 200
    scene.session.rollback()
    assert (scene.startup.reminders, scene.startup.confirmed_on != date(2025, 8, 22)) == (0, True)
    assert visitor.get(link).status_code == 404


@pytest.mark.parametrize(
    ("months", "kept"), [("1", 1), ("16", 16), ("0", 12), ("17", 12), ("x", 12)]
)
def test_an_owner_chooses_between_one_and_sixteen_months(
    empty_app: Flask, scene: Scene, months: str, kept: int
) -> None:
    client = sign_in(empty_app, scene.founder.email)
    scene.session.commit()
    answer = submit(client, "/mon-espace/organisations/toits-vifs/rappel", {"months": months})
    scene.session.rollback()
    assert (answer.status_code, scene.startup.review_months) == (302, kept)
