"""What the pages of wishes show, to whom, and how much they weigh."""

import re

from extensions.clock import now
from models.meetup_plan import MeetupPlan
from tests.factories.meetups import (
    make_participant,
    make_wish,
)
from tests.query_counter import count_queries
from tests.views.meetup_wishes.scenes import Scene
from vocabulary.exchanges import Side
from vocabulary.meetups import (
    PlanState,
)

MOST = 12
HEAVIEST = 100_000
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>"


def test_a_visitor_finds_nothing(scene: Scene) -> None:
    visitor = scene.app.test_client()
    for page in ("", "/participants", "/recus", f"/avec/{scene.town.id}"):
        assert visitor.get(scene.base + page).status_code == 404


def test_words_of_others_are_shown_as_words(scene: Scene) -> None:
    scene.town.presentation = HOSTILE
    make_wish(scene.session, scene.town, scene.firm, message=HOSTILE)
    scene.session.commit()
    for page in ("", "/participants", "/recus", f"/avec/{scene.town.id}"):
        text = scene.client.get(scene.base + page).text
        assert "<script>alert(1)" not in text
        assert "&lt;script&gt;alert(1)" in text


def test_no_figure_of_a_match_stands_beside_a_name(scene: Scene) -> None:
    words = "Isoler des façades en site occupé avec une ossature bois."
    scene.firm.themes = scene.town.themes = ["renovation-energetique"]
    scene.firm.presentation = scene.town.presentation = words
    scene.session.commit()
    page = scene.client.get(scene.base).text
    assert re.search(r"Correspondance (forte|moyenne|partielle)", page)
    assert re.search(r"\b\d{3} points|sur 1 ?000", page) is None


def test_the_pages_send_few_queries_and_stay_light(scene: Scene) -> None:
    session = scene.session
    themes = ["renovation-energetique", "confort-ete"]
    towns = [
        make_participant(
            session,
            scene.day,
            f"Ville {rank:03}",
            side=Side.TERRITORY,
            themes=themes,
            presentation="Isoler les façades de deux tours habitées, avec le bois. " * 3,
        )
        for rank in range(200)
    ]
    for rank in range(200):
        make_participant(session, scene.day, f"Entreprise {rank:03}", themes=themes)
    for town in towns[:12]:
        make_wish(session, scene.firm, town, message="Rencontrons-nous.")
    for town in towns[12:120]:
        make_wish(session, town, scene.firm, message="Rencontrons-nous.")
    scene.firm.themes = themes
    session.commit()
    pages = ("", "/participants", "/participants?page=4&tri=nom", "/recus", f"/avec/{towns[0].id}")
    for page in pages:
        scene.client.get(scene.base + page)
        with count_queries(scene.app) as statements:
            answer = scene.client.get(scene.base + page)
        assert answer.status_code == 200
        assert len(statements) <= MOST, (page, len(statements), statements)
        assert len(answer.data) < HEAVIEST, (page, len(answer.data))


def test_a_wish_without_a_place_says_why_kindly(scene: Scene) -> None:
    session = scene.session
    make_wish(session, scene.firm, scene.town)
    wish = [f"p{scene.firm.id}-{scene.town.id}", [scene.firm.id, scene.town.id], 3]
    plan = MeetupPlan(
        day=scene.day,
        number=1,
        state=PlanState.READY,
        created_at=now(),
        unplaced={"count": 1, "wishes": [[*wish, "cap", [scene.town.id]]]},
    )
    session.add(plan)
    session.flush()
    scene.day.published_plan_id = plan.id
    session.commit()
    page = scene.client.get(scene.base).text
    assert "Pas de place dans le planning publié." in page
    assert f"L’agenda de {scene.town.name} est complet." in page
