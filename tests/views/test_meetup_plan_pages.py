"""Pages of plans: asked for, followed, compared, published; the grid and its moves; the reasons."""

import re
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Select, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from extensions.database import db_session
from models.meetup import MeetupDay
from models.meetup_plan import MeetupPlan
from models.meetup_wish import MeetupPairRule
from services.meetup_planning import Placement, placements_of
from services.meetup_why import WhyGroup, unplaced_meetings
from tests.conftest import AppFactory
from tests.factories.accounts import sign_in
from tests.factories.meetup_plans import ask_plan, compute_here, make_full_day
from tests.factories.meetups import make_tables
from tests.factories.pages import csrf_token, run_worker, submit
from tests.query_counter import count_queries
from vocabulary.meetups import PairRule, PlanOrigin, PlanState

STAFF = "equipe@demo.example"
BASE = "/pilotage/rencontres/journee-a-composer/plannings"
JSON = {"Accept": "application/json"}
MOST_QUERIES = 12
MOST_BYTES = 100_000


@pytest.fixture
def staff(app: Flask) -> FlaskClient:
    """Return a client of somebody who organises."""
    return sign_in(app, STAFF)


@pytest.fixture
def day(session: Session) -> MeetupDay:
    """Return a day with one plan that is ready, and a table more than it needs."""
    made = make_full_day(session, people=8, slots=5, tables=3, wishes=3)
    compute_here(session, made)
    session.commit()
    return made


def plain(page: str) -> str:
    """Return a page with ordinary blanks."""
    return page.replace("\u00a0", " ").replace("\u202f", " ")


def _plans() -> Select[MeetupPlan]:
    """Select the plans of the day of these tests: the demonstration has days of its own."""
    return select(MeetupPlan).join(MeetupPlan.day).where(MeetupDay.slug == "journee-a-composer")


def plan_numbers(session: Session) -> list[int]:
    """Return the numbers of the plans that the day has."""
    return [plan.number for plan in session.scalars(_plans())]


def plan_numbered(session: Session, number: int) -> MeetupPlan:
    session.rollback()
    session.expire_all()
    return session.scalars(_plans().where(MeetupPlan.number == number)).one()


def held(session: Session, number: int) -> list[Placement]:
    return placements_of(session, plan_numbered(session, number).id)


def free_move(client: FlaskClient, number: int, one: Placement) -> str | None:
    """Return a cell that the server says is free for a meeting."""
    answer = client.get(f"{BASE}/{number}/grille/cases?rencontre={one.key}", headers=JSON)
    cells = answer.get_json()["cells"]
    return next((cell for cell, (verdict, _text) in cells.items() if verdict == "free"), None)


def movable(client: FlaskClient, session: Session, number: int) -> tuple[Placement, str]:
    """Return a meeting of a plan that can move, and where."""
    for one in held(session, number):
        cell = free_move(client, number, one)
        if cell is not None:
            session.rollback()
            return one, cell
    message = "nothing can move"
    raise AssertionError(message)


def move(client: FlaskClient, number: int, one: Placement, cell: str, **more: str) -> TestResponse:
    data = {
        "rencontre": one.key,
        "depuis": f"{one.slot_id}-{one.table_id}",
        "vers": f"{cell}-",
        **more,
    }
    return submit(client, f"{BASE}/{number}/grille/deplacer", data)


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


def test_a_move_away_from_a_free_loop_is_refused_and_named(app: Flask, session: Session) -> None:
    made = make_full_day(session, people=8, slots=5, tables=3, wishes=3)
    asking, table = made.participants[3], made.rooms[0].tables[0]
    asking.needs_hearing_loop = table.has_hearing_loop = True
    session.flush()
    compute_here(session, made)
    words = f"{asking.name} a demandé une boucle magnétique"
    asking_id, without = asking.id, made.rooms[0].tables[1].id
    session.commit()
    one = next(one for one in held(session, 1) if asking_id in one.participants)
    session.rollback()
    staff = sign_in(app, STAFF)
    cells = staff.get(f"{BASE}/1/grille/cases?rencontre={one.key}", headers=JSON).get_json()
    verdict, text = cells["cells"][f"{one.slot_id}-{without}"]
    assert (verdict, words in text) == ("refused", True)


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


def test_two_plans_are_compared(staff: FlaskClient, session: Session, day: MeetupDay) -> None:
    one, cell = movable(staff, session, 1)
    move(staff, 1, one, cell)
    page = staff.get(f"{BASE}/comparer?avant=1&apres=2").text
    names = {person.id: person.name for person in day.participants}
    assert all(f'<h3 class="h5">{names[number]}</h3>' in page for number in one.participants)
    same = staff.get(f"{BASE}/comparer?avant=1&apres=1").text
    assert "Ces deux plannings sont les mêmes" in same


@pytest.mark.usefixtures("day")
def test_the_list_offers_to_compare_the_last_plan_with_the_one_before(staff: FlaskClient) -> None:
    submit(staff, f"{BASE}/1/dupliquer", {})
    page = staff.get(BASE).text
    assert re.findall(r'<option value="(\d)" selected>', page) == ["1", "2"]


@pytest.mark.usefixtures("day")
def test_who_is_left_without_a_meeting_is_told_before_publishing(
    staff: FlaskClient, session: Session
) -> None:
    plan = plan_numbered(session, 1)
    plan.guarantees = {**plan.guarantees, "people": {"1": [0, 0, 0, 0, 0], "2": [3, 0, 0, 3, 0]}}
    session.commit()
    words = "1 participant inscrit n’a aucun rendez-vous."
    assert [words in staff.get(f"{BASE}/1{page}").text for page in ("", "/publier")] == [True] * 2


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


@pytest.mark.usefixtures("day")
def test_a_plan_is_renamed_copied_and_deleted(staff: FlaskClient, session: Session) -> None:
    submit(staff, f"{BASE}/1/renommer", {"name": "Premier jet"})
    copied = submit(staff, f"{BASE}/1/dupliquer", {})
    assert copied.headers["Location"] == f"{BASE}/2"
    assert [(one.key, one.slot_id) for one in held(session, 2)] == [
        (one.key, one.slot_id) for one in held(session, 1)
    ]
    assert plan_numbered(session, 2).name == "Premier jet"
    session.rollback()
    assert submit(staff, f"{BASE}/1/supprimer", {}).status_code == 200
    submit(staff, f"{BASE}/1/supprimer", {"confirmer": "1"})
    assert staff.get(f"{BASE}/1").status_code == 404


@pytest.mark.usefixtures("day")
def test_publishing_says_who_is_told_then_an_older_plan_undoes_it(
    staff: FlaskClient, session: Session
) -> None:
    page = staff.get(f"{BASE}/1/publier").text
    people = {number for one in held(session, 1) for number in one.participants}
    session.rollback()
    assert f"{len(people)} participants ont un agenda qui change." in page
    submit(staff, f"{BASE}/1/publier", {"confirmer": "1"})
    first = plan_numbered(session, 1)
    assert session.get_one(MeetupDay, first.day_id).published_plan_id == first.id
    one, cell = movable(staff, session, 1)
    move(staff, 1, one, cell)
    copy = plan_numbered(session, 2)
    assert (copy.origin, copy.based_on_id) == (PlanOrigin.EDITED, first.id)
    session.rollback()
    assert "2 participants ont un agenda qui change." in staff.get(f"{BASE}/2/publier").text
    submit(staff, f"{BASE}/2/publier", {"confirmer": "1"})
    submit(staff, f"{BASE}/1/publier", {"confirmer": "1"})
    session.expire_all()
    assert session.get_one(MeetupDay, first.day_id).published_plan_id == first.id
    session.rollback()
    assert submit(staff, f"{BASE}/1/supprimer", {"confirmer": "1"}).status_code == 302
    assert plan_numbered(session, 1).published_at is not None
    session.rollback()
    submit(staff, f"{BASE}/retirer", {"confirmer": "1"})
    session.expire_all()
    assert session.get_one(MeetupDay, first.day_id).published_plan_id is None


def test_what_the_day_no_longer_allows_is_shown_and_left_out_of_a_copy(
    staff: FlaskClient, session: Session, day: MeetupDay
) -> None:
    person = held(session, 1)[0].participants[0]
    own = [one for one in held(session, 1) if person in one.participants]
    leaving = next(one for one in day.participants if one.id == person)
    leaving.absent_at = day.slots[0].starts_at
    session.commit()
    submit(staff, f"{BASE}/1/publier", {"confirmer": "1"})
    session.expire_all()
    assert session.get_one(MeetupDay, day.id).published_plan_id is None
    session.rollback()
    page = staff.get(f"{BASE}/1/grille").text
    assert f'À revoir <span class="soft">({len(own)})</span>' in page
    assert f"{leaving.name} n’est pas disponible" in page
    submit(staff, f"{BASE}/1/dupliquer", {})
    assert len(held(session, 2)) == len(held(session, 1)) - len(own)
    session.rollback()
    submit(staff, f"{BASE}/2/publier", {"confirmer": "1"})
    assert session.get_one(MeetupDay, day.id).published_plan_id == plan_numbered(session, 2).id


@pytest.mark.usefixtures("day")
def test_a_move_changes_a_copy_and_can_be_undone_and_redone(
    staff: FlaskClient, session: Session
) -> None:
    one, cell = movable(staff, session, 1)
    before = held(session, 1)
    session.rollback()
    moved = move(staff, 1, one, cell)
    assert moved.headers["Location"].startswith(f"{BASE}/2/grille")
    assert held(session, 1) == before
    where = {found.key: f"{found.slot_id}-{found.table_id}" for found in held(session, 2)}
    assert where[one.key] == cell
    session.rollback()
    submit(staff, f"{BASE}/2/grille/annuler", {})
    assert sorted(found.key for found in held(session, 2)) == sorted(found.key for found in before)
    back = {found.key: f"{found.slot_id}-{found.table_id}" for found in held(session, 2)}
    assert back[one.key] == f"{one.slot_id}-{one.table_id}"
    session.rollback()
    submit(staff, f"{BASE}/2/grille/retablir", {})
    again = {found.key: f"{found.slot_id}-{found.table_id}" for found in held(session, 2)}
    assert again[one.key] == cell


@pytest.mark.usefixtures("day")
def test_of_two_moves_into_one_place_the_second_is_a_conflict(
    app: Flask, staff: FlaskClient, session: Session
) -> None:
    submit(staff, f"{BASE}/1/dupliquer", {})
    one, cell = movable(staff, session, 2)
    slot_id = int(cell.partition("-")[0])
    busy = {
        number
        for found in held(session, 2)
        if found.slot_id == slot_id
        for number in found.participants
    }
    others = [found for found in held(session, 2) if found.key != one.key]
    other = next(
        (found for found in others if not busy & set(found.participants)),
        others[0],
    )
    session.rollback()
    colleague = sign_in(app, "equipe2@demo.example")
    first = move(staff, 2, one, cell)
    second = move(colleague, 2, other, cell)
    assert (first.status_code, second.status_code) == (302, 409)
    assert sum(f"{found.slot_id}-{found.table_id}" == cell for found in held(session, 2)) == 1


@pytest.mark.usefixtures("day")
def test_an_impossible_move_says_why_and_changes_nothing(
    staff: FlaskClient, session: Session
) -> None:
    for one in held(session, 1):
        session.rollback()
        answer = staff.get(f"{BASE}/1/grille/cases?rencontre={one.key}", headers=JSON).get_json()
        cells = answer["cells"].items()
        refused = [cell for cell, (verdict, _text) in cells if verdict == "refused"]
        taken = {f"{found.slot_id}-{found.table_id}" for found in held(session, 1)}
        session.rollback()
        empty = [cell for cell in refused if cell not in taken]
        if empty:
            break
    page = submit(
        staff,
        f"{BASE}/1/grille/deplacer",
        {
            "rencontre": one.key,
            "depuis": f"{one.slot_id}-{one.table_id}",
            "vers": f"{empty[0]}-",
        },
        headers=JSON,
    )
    assert page.status_code == 422
    assert page.get_json()["message"].replace("\u00a0", " ").startswith("Impossible : ")
    assert plan_numbers(session) == [1]


@pytest.mark.usefixtures("day")
def test_a_locked_meeting_does_not_move_until_it_is_unlocked(
    staff: FlaskClient, session: Session
) -> None:
    one, cell = movable(staff, session, 1)
    submit(staff, f"{BASE}/1/grille/verrouiller", {"rencontre": one.key})
    assert free_move(staff, 1, one) is None
    session.rollback()
    assert "Celles du planning 1 (1)" in staff.get(f"{BASE}/nouveau").text
    submit(staff, f"{BASE}/1/grille/deverrouiller", {"rencontre": one.key})
    assert move(staff, 1, one, cell).status_code == 302
    assert plan_numbered(session, 2).origin is PlanOrigin.EDITED


@pytest.mark.usefixtures("day")
def test_a_meeting_is_taken_out_and_put_back_in(staff: FlaskClient, session: Session) -> None:
    one = held(session, 1)[0]
    count = len(held(session, 1))
    session.rollback()
    spot = f"{one.slot_id}-{one.table_id}"
    submit(staff, f"{BASE}/1/grille/sortir", {"rencontre": one.key, "depuis": spot})
    copy = plan_numbered(session, 2)
    assert (copy.placed, one.key in {each.key for each in unplaced_meetings(copy)}) == (
        count - 1,
        True,
    )
    session.rollback()
    submit(
        staff,
        f"{BASE}/2/grille/deplacer",
        {"rencontre": one.key, "depuis": "", "vers": f"{spot}-"},
    )
    assert plan_numbered(session, 2).placed == count


@pytest.mark.usefixtures("day")
def test_the_page_of_a_meeting_moves_it_without_scripts(
    staff: FlaskClient, session: Session
) -> None:
    one, _cell = movable(staff, session, 1)
    page = staff.get(f"{BASE}/1/grille/rencontres/{one.key}").text
    value = re.search(r'<option value="([0-9]+-[0-9]+-)">[^<]* libre', page)
    assert value is not None
    done = submit(
        staff,
        f"{BASE}/1/grille/deplacer",
        {"rencontre": one.key, "depuis": f"{one.slot_id}-{one.table_id}", "vers": value[1]},
    )
    assert done.headers["Location"].startswith(f"{BASE}/2/grille")


@pytest.mark.parametrize(
    ("field", "value"),
    [("vers", ""), ("vers", "x-y-"), ("vers", "1"), ("rencontre", "p1"), ("rencontre", "'; --")],
)
def test_a_move_that_names_nothing_is_refused(
    staff: FlaskClient, session: Session, day: MeetupDay, field: str, value: str
) -> None:
    one = held(session, 1)[0]
    session.rollback()
    page = move(staff, 1, one, f"{day.slots[0].id}-99999", **{field: value})
    assert page.status_code in {302, 400}
    assert plan_numbers(session) == [1]


@pytest.mark.usefixtures("day")
def test_a_meeting_of_another_day_is_not_found(staff: FlaskClient, session: Session) -> None:
    other = make_full_day(session, "Autre journée", people=4)
    first, second = (one.id for one in other.participants[:2])
    session.commit()
    assert staff.get(f"{BASE}/1/grille/rencontres/p{first}-{second}").status_code == 404
    assert staff.get("/pilotage/rencontres/autre-journee/plannings/1").status_code == 404


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


PAGES = [
    "",
    "/nouveau",
    "/1",
    "/1/avancement",
    "/1/publier",
    "/retirer",
    "/comparer?avant=1&apres=2",
    "/1/grille",
    "/1/non-places",
]


def test_queries_do_not_grow_with_the_day(make_app: AppFactory) -> None:
    counts = [_counts(make_app(), people) for people in (5, 100)]
    assert counts[0] == counts[1]
    assert max(counts[1].values()) <= MOST_QUERIES, counts[1]


def _counts(app: Flask, people: int) -> dict[str, int]:
    with app.app_context():
        session = db_session()
        made = make_full_day(session, people=people, slots=10, tables=people // 3 + 1, wishes=4)
        compute_here(session, made)
        compute_here(session, made, seed=2)
        session.commit()
    client = sign_in(app, STAFF)
    found = {}
    for path in PAGES:
        client.get(f"{BASE}{path}")
        with count_queries(app) as statements:
            page = client.get(f"{BASE}{path}")
        assert page.status_code == 200, path
        assert len(page.data) < MOST_BYTES, path
        found[path] = len(statements)
    return found


def test_the_grid_of_the_largest_day_stays_light(app: Flask, session: Session) -> None:
    made = make_full_day(session, people=60, slots=20, tables=100, wishes=6)
    make_tables(session, made, 33, room="Annexe")
    compute_here(session, made)
    session.commit()
    page = sign_in(app, STAFF).get(f"{BASE}/1/grille")
    assert len(page.data) < MOST_BYTES


@pytest.mark.usefixtures("day")
def test_nobody_else_sees_plans(app: Flask) -> None:
    member = sign_in(app, "innovateur@demo.example")
    assert {member.get(f"{BASE}{path}").status_code for path in PAGES} == {404}
    assert csrf_token(member)
