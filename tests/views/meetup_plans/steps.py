"""What the tests of plans read and send: the plans kept, a meeting that can move, a move."""

from flask.testing import FlaskClient
from sqlalchemy import Select, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from models.meetup import MeetupDay
from models.meetup_plan import MeetupPlan
from services.meetup_planning import Placement, placements_of
from tests.factories.pages import submit

STAFF = "equipe@demo.example"
BASE = "/pilotage/rencontres/journee-a-composer/plannings"
JSON = {"Accept": "application/json"}


def _plans() -> Select[MeetupPlan]:
    """Select the plans of the day of these tests: the demonstration has days of its own."""
    return select(MeetupPlan).join(MeetupPlan.day).where(MeetupDay.slug == "journee-a-composer")


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
