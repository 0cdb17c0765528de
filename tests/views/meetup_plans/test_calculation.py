"""A plan is asked for, followed, told in sentences and explained where it cannot be."""

import re
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.meetup import MeetupDay
from models.meetup_wish import MeetupPairRule
from services.meetup_why import WhyGroup, unplaced_meetings
from tests.factories.accounts import sign_in
from tests.factories.meetup_plans import ask_plan, compute_here, make_full_day
from tests.factories.pages import run_worker, submit
from tests.views.meetup_plans.steps import BASE, STAFF, plan_numbered
from vocabulary.meetups import PairRule, PlanState


def plain(page: str) -> str:
    """Return a page with ordinary blanks."""
    return page.replace("\u00a0", " ").replace("\u202f", " ")


def test_a_calculation_is_asked_for_and_followed(app: Flask, session: Session) -> None:
    make_full_day(session, people=6, slots=4, tables=3, wishes=2)
    session.commit()
    staff = sign_in(app, STAFF)
    page = staff.get(f"{BASE}/nouveau").text
    number = re.search(r'name="form_number"[^>]*value="([0-9a-f]+)"', page)
    assert number is not None
    asked = {"form_number": number[1], "name": "Essai", "seconds": "5", "locks": "", "seed": "3"}
    first = submit(staff, f"{BASE}/nouveau", asked)
    again = submit(staff, f"{BASE}/nouveau", asked)
    assert (first.headers["Location"], again.headers["Location"]) == (f"{BASE}/1", f"{BASE}/1")
    waiting = staff.get(f"{BASE}/1").text
    assert "En attente de calcul" in waiting
    assert '<noscript><meta http-equiv="refresh"' in waiting
    run_worker(app)
    assert "Ce que ce planning garantit" in staff.get(f"{BASE}/1").text
    assert 'data-under-way="non"' in staff.get(f"{BASE}/1/avancement").text


@pytest.mark.usefixtures("day")
def test_a_calculation_stays_close_to_the_published_plan_when_asked(
    app: Flask, session: Session
) -> None:
    staff = sign_in(app, STAFF)
    assert "Rester proche du planning publié" not in staff.get(f"{BASE}/nouveau").text
    submit(staff, f"{BASE}/1/publier", {"confirmer": "oui"})
    assert "Rester proche du planning publié" in staff.get(f"{BASE}/nouveau").text
    submit(staff, f"{BASE}/nouveau", {"seconds": "5", "seed": "7", "close": "y"})
    assert plan_numbered(session, 2).close_to_id == plan_numbered(session, 1).id
    session.rollback()
    run_worker(app)
    words = "rendez-vous gardent leur heure, 0 en changent, 0 n’ont plus lieu."
    assert words in plain(staff.get(f"{BASE}/2").text)


def test_a_table_without_the_loop_asked_for_is_told(app: Flask, session: Session) -> None:
    made = make_full_day(session, people=8, slots=5, tables=3, wishes=3)
    made.participants[3].needs_hearing_loop = True
    name = made.participants[3].name
    session.flush()
    plan = compute_here(session, made)
    count = plan.guarantees["without_loop"][str(made.participants[3].id)]
    session.commit()
    page = plain(sign_in(app, STAFF).get(f"{BASE}/1").text)
    tag = f'{name} <span class="tag tag-warn">{count} rendez-vous sans boucle magnétique</span>'
    assert tag in page


def test_a_day_without_tables_says_what_is_missing(app: Flask, session: Session) -> None:
    made = make_full_day(session, people=4, tables=1)
    made.rooms.clear()
    session.commit()
    page = submit(sign_in(app, STAFF), f"{BASE}/nouveau", {"seconds": "5", "seed": "1"})
    assert (page.status_code, "Aucune table : ajoutez-en dans une salle." in page.text) == (
        422,
        True,
    )


@pytest.mark.usefixtures("day")
def test_a_seed_that_is_no_number_is_told(staff: FlaskClient) -> None:
    page = submit(staff, f"{BASE}/nouveau", {"seconds": "5", "seed": "beaucoup"})
    assert page.status_code == 422
    assert "Numéro de tirage" in page.text


def test_what_was_imposed_in_vain_is_named(app: Flask, session: Session) -> None:
    made = make_full_day(session, people=6, slots=3, tables=3, wishes=2)
    people = made.participants
    for one in people:
        one.absences.clear()
    for other in people[1:3]:
        session.add(
            MeetupPairRule(
                day_id=made.id,
                first_id=people[0].id,
                second_id=other.id,
                rule=PairRule.REQUIRED,
                slot_id=made.slots[0].id,
                created_at=made.created_at,
            )
        )
    session.flush()
    ask_plan(session, made)
    run_worker(app)
    staff = sign_in(app, STAFF)
    page = staff.get(f"{BASE}/1").text
    assert "Voir les règles en conflit" in staff.get(f"{BASE}/1/non-places").text
    assert plan_numbered(session, 1).state is PlanState.INFEASIBLE
    names = [f"« Ville 0 – {one.name} »" for one in people[1:3]]
    for name in names:
        assert f"{name} doit avoir lieu" in page
        assert f"{name} est fixé à 9 h." in page


@pytest.mark.usefixtures("day")
@pytest.mark.parametrize(
    ("breaks", "bound", "gap", "sentences"),
    [
        (0, 0, 0, ["Aucun agenda n’a de trou."]),
        (
            3,
            0,
            1,
            [
                "Les agendas ont 3 trous en tout.",
                "L’agenda le plus troué compte 1 trou de plus que le plus serré.",
            ],
        ),
        (
            4,
            2,
            0,
            [
                (
                    "Les agendas ont 4 trous en tout ; il n’est pas possible de descendre sous 2 "
                    "avec ces rendez-vous."
                ),
                "Tous les agendas ont le même nombre de trous.",
            ],
        ),
    ],
)
def test_breaks_are_told_in_sentences(
    staff: FlaskClient, session: Session, breaks: int, bound: int, gap: int, sentences: list[str]
) -> None:
    plan = plan_numbered(session, 1)
    plan.breaks, plan.breaks_bound = breaks, bound
    plan.guarantees = {**plan.guarantees, "is_breaks_proven": False, "breaks_gap": gap}
    session.commit()
    page = unescape(staff.get(f"{BASE}/1").text).replace("\u202f", " ").replace("\xa0", " ")
    told = re.findall(r"<li>([^<]*\b(?:trou|troué)[^<]*)</li>", page)
    assert [" ".join(one.split()) for one in told] == sentences


def test_each_wish_without_a_place_is_explained_and_can_be_imposed(
    app: Flask, session: Session
) -> None:
    made = make_full_day(session, people=9, slots=3, tables=2, wishes=5)
    compute_here(session, made)
    session.commit()
    staff = sign_in(app, STAFF)
    waiting = [one for one in unplaced_meetings(plan_numbered(session, 1)) if one.can_be_imposed]
    session.rollback()
    page = staff.get(f"{BASE}/1/non-places").text
    assert page.count('<ul class="why-lines">') == 1
    assert "Pour le tenir à" in page
    submit(staff, f"{BASE}/1/non-places/imposer", {"rencontre": waiting[0].key})
    rule = session.scalars(select(MeetupPairRule).where(MeetupPairRule.day_id == made.id)).one()
    assert (rule.rule, (rule.first_id, rule.second_id)) == (
        PairRule.REQUIRED,
        waiting[0].participants,
    )
    assert {one.group for one in waiting} <= set(WhyGroup)


def test_a_minimum_that_the_tables_do_not_leave_to_all_is_not_promised(
    staff: FlaskClient, session: Session, day: MeetupDay
) -> None:
    plan = plan_numbered(session, 1)
    people = {"1": [1, 0, 0, 1, 0], "2": [3, 0, 0, 3, 0]}
    plan.guarantees = {**plan.guarantees, "people": people, "least": [1, 3], "short": []}
    day.least_meetings = 3
    session.commit()
    page = staff.get(f"{BASE}/1").text
    assert "3, sauf pour 1 participant<" in page
    assert "sauf ceux à qui les souhaits, les disponibilités ou les tables" in page
