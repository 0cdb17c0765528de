"""Forms of meetup days sent twice at one moment: done once, told once, whichever the database (C1).

On PostgreSQL the two requests truly overlap; on SQLite the second one waits.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from extensions.database import db_session
from extensions.participation_links import participation_url
from forms.meetup_presence import NOW as FROM_NOW
from models.meetup import MeetupDay
from models.meetup_participant import MeetupParticipant
from models.meetup_plan import MeetupPlan
from services.meetup_absences import note_absent
from services.meetup_invitee_files import create_invitees
from tests.at_once import grown, row_counts, send_twice
from tests.databases import BOTH, site_over
from tests.factories.accounts import make_user, sign_in
from tests.factories.forms import forms_in
from tests.factories.meetup_held import HeldDay, at, make_held_day
from tests.factories.meetups import (
    NOW,
    make_attendee,
    make_day,
    make_participant,
    make_slots,
    make_tables,
    make_wish,
)
from tests.factories.organizations import make_organization
from vocabulary.exchanges import Side
from vocabulary.kinds import UserRole
from vocabulary.meetups import ParticipantState

STAFF: Final = "equipe@essai.example"
MORNING: Final = at(9, 10)
# Not the form's work: what is counted or kept beside it.
BESIDE: Final = {"rate_counter", "form_receipt"}
DONE: Final = 302
_numbers = count(1)


@dataclass(frozen=True)
class Sent:
    """A form as it is sent: where it stands, where it goes, what is answered, by whom."""

    page: str
    action: str = ""
    """The end of the form's address; empty: the page itself."""
    answers: Mapping[str, str] = field(default_factory=dict)
    participant_id: int | None = None
    """Who sends it, through the link it was mailed; without, somebody of the staff."""


def a_held_day(session: Session) -> HeldDay:
    return make_held_day(
        session, people=15, slots=6, tables=5, wishes=8, title=f"Journée {next(_numbers)}"
    )


def a_day_to_come(session: Session) -> tuple[MeetupDay, list[MeetupParticipant]]:
    """Return a day and two towns and two actors that come to it."""
    day = make_day(session, f"À venir {next(_numbers)}")
    sides = (Side.TERRITORY, Side.TERRITORY, Side.ACTOR, Side.ACTOR)
    people = [
        make_participant(session, day, f"Participant {rank}", side=side)
        for rank, side in enumerate(sides)
    ]
    for one in people:
        make_attendee(session, one)
    return day, people


def staff_page(day: MeetupDay, page: str) -> str:
    return f"/pilotage/rencontres/{day.slug}{page}"


def arrive(session: Session) -> Sent:
    held = a_held_day(session)
    person = held.actors[0].attendees[0].id
    return Sent(staff_page(held.day, "/jour-j"), "/arrivees", {"attendee": str(person)})


def be_missing(session: Session) -> Sent:
    held = a_held_day(session)
    answers = {"participant": str(held.actors[0].id), "moment": FROM_NOW}
    return Sent(staff_page(held.day, "/jour-j/retards"), answers=answers)


def be_missing_at_the_desk(session: Session) -> Sent:
    held = a_held_day(session)
    page = f"/jour-j/accueil/{held.actors[0].id}"
    return Sent(staff_page(held.day, page), "/absence/absent", {"moment": FROM_NOW})


def come_unannounced(session: Session) -> Sent:
    held = a_held_day(session)
    answers = {"name": "Passante", "side": "acteur", "people": "Ada"}
    return Sent(staff_page(held.day, "/jour-j/accueil/sans-inscription"), answers=answers)


def bring_a_colleague(session: Session) -> Sent:
    held = a_held_day(session)
    page = f"/jour-j/accueil/{held.actors[0].id}"
    return Sent(staff_page(held.day, page), "/personnes", {"name": "Bo Essai"})


def wish_at_the_desk(session: Session) -> Sent:
    held = a_held_day(session)
    town = make_participant(session, held.day, "Ville de plus", side=Side.TERRITORY)
    held.actors[0].arrived_at = held.actors[0].attendees[0].arrived_at = MORNING
    page = f"/jour-j/accueil/{held.actors[0].id}"
    return Sent(staff_page(held.day, page), "/souhaits", {"other": str(town.id)})


def apply_a_repair(session: Session) -> Sent:
    held = a_held_day(session)
    note_absent(session, held.actors[:3], since=MORNING, now=MORNING)
    return Sent(staff_page(held.day, "/reparations"), "/appliquer")


def ask_for_a_plan(session: Session) -> Sent:
    return Sent(staff_page(a_held_day(session).day, "/plannings/nouveau"))


def copy_a_plan(session: Session) -> Sent:
    return Sent(staff_page(a_held_day(session).day, "/plannings/1"), "/dupliquer")


def publish_a_plan(session: Session) -> Sent:
    held = a_held_day(session)
    held.day.published_plan_id = None
    session.get_one(MeetupPlan, held.plan.id).published_at = None
    return Sent(staff_page(held.day, "/plannings/1/publier"), answers={"confirmer": "1"})


def add_somebody(session: Session) -> Sent:
    day, _people = a_day_to_come(session)
    answers = {
        "body_name": "Ville d’essai",
        "kind": "collectivite",
        "person_name": "Bo",
        "email": f"bo{next(_numbers)}@essai.example",
    }
    return Sent(staff_page(day, "/participants/ajouter"), answers=answers)


def say_yes(session: Session) -> Sent:
    day, _people = a_day_to_come(session)
    one = make_participant(session, day, "Demande", state=ParticipantState.PENDING)
    make_attendee(session, one)
    answers = {"participants": str(one.id), "decision": "accepter", "reason": "complet"}
    return Sent(staff_page(day, "/participants"), "/decider", answers)


def invite_the_directory(session: Session) -> Sent:
    day, _people = a_day_to_come(session)
    name = f"Structure à inviter {next(_numbers)}"
    entry = make_organization(session, name)
    page = staff_page(day, f"/invitations?text={name.replace(' ', '+')}")
    return Sent(page, "/preparer", {"organizations": str(entry.id)})


def _invitee(session: Session) -> MeetupDay:
    day, _people = a_day_to_come(session)
    make_attendee(
        session, make_participant(session, day, "Invitée", state=ParticipantState.INVITED)
    )
    return day


def send_invitations(session: Session) -> Sent:
    return Sent(staff_page(_invitee(session), "/invitations/envoyer"), answers={"sure": "y"})


def remind_invitees(session: Session) -> Sent:
    day = _invitee(session)
    invited = next(one for one in day.participants if one.state is ParticipantState.INVITED)
    invited.invited_at = NOW.replace(day=1)
    return Sent(staff_page(day, "/invitations/relancer"), answers={"sure": "y"})


def ask_for_wishes(session: Session) -> Sent:
    day, people = a_day_to_come(session)
    make_wish(session, people[0], people[2])
    return Sent(staff_page(day, "/souhaits/inviter"), answers={"sure": "y"})


def send_a_list(session: Session) -> Sent:
    day, _people = a_day_to_come(session)
    pasted = "structure;côté;nom de la personne\nListe;acteur;Ada"
    return Sent(staff_page(day, "/imports"), answers={"pasted": pasted})


def apply_a_list(session: Session) -> Sent:
    day, _people = a_day_to_come(session)
    content = "structure;côté;nom de la personne\nListe;acteur;Ada".encode()
    author = make_user(session, role=UserRole.STAFF)
    batch = create_invitees(session, day, content, filename="l.csv", author=author, now=NOW)
    return Sent(staff_page(day, f"/imports/{batch.id}"), "/appliquer")


def paste_wishes(session: Session) -> Sent:
    day, _people = a_day_to_come(session)
    pasted = "participant;souhaite\nParticipant 0;Participant 2"
    return Sent(staff_page(day, "/souhaits/listes"), answers={"pasted": pasted})


def impose_a_meeting(session: Session) -> Sent:
    day, people = a_day_to_come(session)
    answers = {"one": people[0].name, "other": people[2].name, "rule": "exclue"}
    return Sent(staff_page(day, "/regles"), answers=answers)


def seat_a_group(session: Session) -> Sent:
    day, people = a_day_to_come(session)
    make_tables(session, day, 1)
    make_slots(session, day, 3)
    members = {f"person_{rank}": one.name for rank, one in enumerate(people[:3], start=1)}
    return Sent(staff_page(day, "/groupes/nouveau"), answers={"title": "Groupe", **members})


def wish_for_others(session: Session) -> Sent:
    day, people = a_day_to_come(session)
    answers = {"wisher": people[0].name, "wished": people[2].name}
    return Sent(staff_page(day, "/souhaits/ajouter"), answers=answers)


def wish_oneself(session: Session) -> Sent:
    day, people = a_day_to_come(session)
    page = f"/rencontres/{day.slug}/participations/{people[0].id}/souhaits/avec/{people[2].id}"
    return Sent(page, answers={"priority": "importante"}, participant_id=people[0].id)


def answer_a_wish(session: Session) -> Sent:
    day, people = a_day_to_come(session)
    make_wish(session, people[2], people[0])
    page = f"/rencontres/{day.slug}/participations/{people[0].id}/souhaits/recus"
    return Sent(page, "/reponse", {"decision": "accepter"}, participant_id=people[0].id)


def bring_somebody(session: Session) -> Sent:
    day, people = a_day_to_come(session)
    page = f"/rencontres/{day.slug}/participations/{people[0].id}/personnes/nouvelle"
    answers = {"name": "Ada", "email": f"ada{next(_numbers)}@essai.example"}
    return Sent(page, answers=answers, participant_id=people[0].id)


def give_up(session: Session) -> Sent:
    day, people = a_day_to_come(session)
    page = f"/rencontres/{day.slug}/participations/{people[0].id}/annuler"
    return Sent(page, participant_id=people[0].id)


BODY: Final = {"meetup_participant": 1, "meetup_participant_event": 1}
# One before the end and one at the end, of invitations as of wishes.
REMINDERS: Final = 2
REPAIR: Final = {
    "audit_entry": 1,
    "meetup_meeting": 9,
    "meetup_meeting_seat": 18,
    "meetup_meeting_version": 22,
    "meetup_plan": 1,
    "meetup_planned_meeting": 26,
    "meetup_planned_seat": 52,
    "outbox_message": 1,
}
# Each form, and the rows that sending it once adds.
FORMS: Final[tuple[tuple[Callable[[Session], Sent], dict[str, int]], ...]] = (
    (arrive, {}),
    (be_missing, {"meetup_absence": 1}),
    (be_missing_at_the_desk, {"meetup_absence": 1}),
    (come_unannounced, {"meetup_participant": 1, "meetup_attendee": 1, "meetup_absence": 1}),
    (bring_a_colleague, {"meetup_attendee": 1}),
    (wish_at_the_desk, {"meetup_wish": 1}),
    (apply_a_repair, REPAIR),
    (ask_for_a_plan, {"meetup_plan": 1, "outbox_message": 1}),
    (copy_a_plan, {"meetup_plan": 1, "meetup_planned_meeting": 30, "meetup_planned_seat": 60}),
    (publish_a_plan, {"outbox_message": 1, "audit_entry": 1}),
    (add_somebody, {**BODY, "meetup_attendee": 1}),
    (say_yes, {"meetup_participant_event": 1, "outbox_message": 1}),
    (invite_the_directory, BODY),
    (send_invitations, {"meetup_participant_event": 1, "outbox_message": 1 + REMINDERS}),
    (remind_invitees, {"meetup_participant_event": 1, "outbox_message": 1}),
    (ask_for_wishes, {"meetup_participant_event": 3, "outbox_message": 3}),
    (send_a_list, {"meetup_invitee_batch": 1, "meetup_invitee_line": 1}),
    (apply_a_list, {**BODY, "meetup_attendee": 1}),
    (paste_wishes, {"meetup_wish_batch": 1, "meetup_wish_line": 1}),
    (impose_a_meeting, {"meetup_pair_rule": 1}),
    (seat_a_group, {"meetup_group": 1, "meetup_group_seat": 3}),
    (wish_for_others, {"meetup_wish": 1, "outbox_message": 1 + REMINDERS}),
    (wish_oneself, {"meetup_wish": 1, "outbox_message": 1 + REMINDERS}),
    (answer_a_wish, {"outbox_message": 1}),
    (bring_somebody, {"meetup_attendee": 1}),
    (give_up, {"meetup_participant_event": 1, "outbox_message": 1}),
)


@pytest.fixture(scope="module", params=BOTH)
def site(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Flask]:
    with site_over(request.param, tmp_path_factory.mktemp("meetups-twice")) as app:
        app.testing = True
        with app.app_context():
            make_user(db_session(), email=STAFF, role=UserRole.STAFF)
            db_session().commit()
        yield app


@pytest.fixture(autouse=True)
def morning() -> Iterator[None]:
    with time_machine.travel(MORNING, tick=True):
        yield


def signed_in(app: Flask, sent: Sent) -> FlaskClient:
    """Return the browser of whoever sends the form."""
    if sent.participant_id is None:
        return sign_in(app, STAFF)
    client = app.test_client()
    with app.app_context():
        participant = db_session().get_one(MeetupParticipant, sent.participant_id)
        link = participation_url(participant, attendee=participant.attendees[0])
    client.get(link)
    return client


def fields_of(client: FlaskClient, sent: Sent) -> tuple[str, MultiDict[str, Any]]:
    """Return where the form goes and what it holds once filled in."""
    page = client.get(sent.page)
    assert page.status_code == 200, (sent.page, page.status_code)
    path = sent.page.partition("?")[0]
    action, fields = next(
        (action, fields)
        for action, fields in forms_in(page.text)
        if (action or path).partition("?")[0].endswith(sent.action or path)
    )
    for name, value in sent.answers.items():
        fields.setlist(name, [value])
    return action or sent.page, fields


@pytest.mark.parametrize(("form", "adds"), FORMS, ids=[form.__name__ for form, _adds in FORMS])
def test_sent_twice_at_once_a_form_works_once(
    site: Flask, form: Callable[[Session], Sent], adds: dict[str, int]
) -> None:
    with site.app_context():
        sent = form(db_session())
        db_session().commit()
    client = signed_in(site, sent)
    target, fields = fields_of(client, sent)
    before = row_counts(site, beside=BESIDE)

    def send(copy: FlaskClient) -> int:
        return copy.post(target, data=fields, buffered=True).status_code

    answers = send_twice(site, client, send)
    assert DONE in answers
    assert set(answers) == {DONE}
    assert grown(before, row_counts(site, beside=BESIDE)) == adds
    assert client.post(target, data=fields).status_code < 500
    assert grown(before, row_counts(site, beside=BESIDE)) == adds
