"""Needs joined by another town, brought together by staff, sent to structures that relay them."""

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.need import NeedRelay
from tests.factories.accounts import make_membership, make_user, sign_in
from tests.factories.entries import index_all
from tests.factories.forms import filled, press, write
from tests.factories.needs import (
    NEED_PROSE,
    THERE,
    Team,
    add_team,
    content_of,
    make_incubator,
    make_published_need,
    page_of,
    staff_of,
)
from vocabulary.exchanges import RelayState


def test_another_town_says_that_it_looks_for_the_same(
    empty_app: Flask, empty_session: Session, team: Team
) -> None:
    need = make_published_need(empty_session, team)
    other = add_team(empty_session, "Ville voisine", team.quarters)
    empty_session.commit()
    client = sign_in(empty_app, other.owner.email)
    page = f"{page_of(need)}/meme-besoin"
    assert page in client.get(f"/besoins/{need.id}").text
    opened = write(client, page, carrier="ville-voisine", **{"quarters-0": THERE})
    mine = int(opened.headers["Location"].rsplit("/", 1)[1])
    assert content_of(empty_session, mine).description == NEED_PROSE


def test_staff_bring_needs_together(empty_app: Flask, empty_session: Session, team: Team) -> None:
    first = make_published_need(empty_session, team)
    second = make_published_need(empty_session, team, quarters=(THERE,))
    staff = sign_in(empty_app, staff_of(empty_session).email)
    page = f"/moderation/besoins/{first.id}/groupe"
    assert write(staff, page, other="x").status_code == 422
    assert write(staff, page, other=str(second.id)).status_code == 302
    shown = staff.get(f"/besoins/{first.id}").text
    assert "2 territoires cherchent la même chose" in shown
    assert f"/besoins/{second.id}" in shown
    index_all(empty_app)
    assert "2 territoires cherchent la même chose" in staff.get("/annuaire?objet=besoins").text
    assert press(staff, page, "/quitter").status_code == 302
    assert "cherchent la même chose" not in staff.get(f"/besoins/{first.id}").text


def test_a_need_is_sent_to_a_structure_which_relays_it(
    empty_app: Flask, empty_session: Session, team: Team, officer: FlaskClient
) -> None:
    need, manager = make_published_need(empty_session, team), make_user(empty_session)
    incubator, member = make_incubator(empty_session, manager)
    empty_session.commit()
    page = f"{page_of(need)}/relais"
    assert "1 membre concerné sur 1" in officer.get(page).text
    sent = write(officer, page, federator=str(incubator.id), message="Pour vos équipes.")
    assert sent.status_code == 302
    empty_session.rollback()
    relay = empty_session.scalars(select(NeedRelay)).one()
    client = sign_in(empty_app, manager.email)
    assert "attend votre réponse" in client.get("/mon-espace/relais").text
    answer = f"/mon-espace/relais/{relay.id}"
    shown = client.get(answer).text
    assert "Ombrage" in shown
    assert "Pour vos équipes." in shown
    assert "inscrit au registre" in shown
    assert write(client, answer).status_code == 422
    assert write(client, answer, members=[str(member.id)]).status_code == 302
    empty_session.rollback()
    assert relay.state is RelayState.RELAYED
    assert "relayé à 1 membre" in officer.get(page).text


def test_a_structure_declines_with_a_word(
    empty_app: Flask, empty_session: Session, team: Team, officer: FlaskClient
) -> None:
    need, manager = make_published_need(empty_session, team), make_user(empty_session)
    incubator, _member = make_incubator(empty_session, manager)
    empty_session.commit()
    write(officer, f"{page_of(need)}/relais", federator=str(incubator.id))
    empty_session.rollback()
    relay = empty_session.scalars(select(NeedRelay)).one()
    answer = f"/mon-espace/relais/{relay.id}"
    assert officer.get(answer).status_code == 404
    client = sign_in(empty_app, manager.email)
    assert write(client, answer, note="Hors champ.", decline="1").status_code == 302
    assert "Hors champ." in officer.get(f"{page_of(need)}/relais").text


def test_a_colleague_who_answers_second_reads_the_first_answer(
    empty_app: Flask, empty_session: Session, team: Team, officer: FlaskClient
) -> None:
    need, manager = make_published_need(empty_session, team), make_user(empty_session)
    incubator, _member = make_incubator(empty_session, manager)
    colleague = make_user(empty_session)
    make_membership(empty_session, colleague, incubator)
    empty_session.commit()
    write(officer, f"{page_of(need)}/relais", federator=str(incubator.id))
    empty_session.rollback()
    answer = f"/mon-espace/relais/{empty_session.scalars(select(NeedRelay)).one().id}"
    first, second = sign_in(empty_app, manager.email), sign_in(empty_app, colleague.email)
    opened = filled(second, answer)
    write(first, answer, note="Hors champ.", decline="1")
    late = second.post(answer, data={**opened.to_dict(), "note": "Trop loin.", "decline": "1"})
    assert late.status_code == 409
    assert "Une personne de votre structure a déjà répondu." in late.text
    assert ("Hors champ." in late.text, "Trop loin." in late.text) == (True, True)
