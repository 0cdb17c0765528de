"""Pages that ask to be put in touch: offers to choose from, refusals, double clicks, ties, caps."""

import re

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.introduction import Introduction
from models.mail import StoredMail
from models.membership import Membership
from services.interests import declare_interest
from services.introduction_caps import PER_PAIR
from tests.conftest import AppFactory
from tests.factories.accounts import NOW, make_user, sign_in
from tests.factories.entries import make_need
from tests.factories.introductions import (
    THREADS,
    Table,
    contact_page,
    sent_introduction,
    thread_page,
)
from tests.factories.organizations import make_offer, make_organization
from tests.factories.pages import run_worker, submit
from vocabulary.exchanges import IntroductionState, Side
from vocabulary.kinds import AreaLevel, MembershipState

MESSAGE = "Bonjour, votre proposition nous intéresse."


def test_a_carrier_contacts_an_actor(
    empty_session: Session, table: Table, buyer: FlaskClient, maker: FlaskClient
) -> None:
    page = buyer.get(contact_page(table)).text
    assert "Qui verra quoi, et quand" in page
    assert "sourcing, article R2111-1" in page
    response = submit(buyer, contact_page(table), {"message": MESSAGE})
    assert response.headers["Location"] == f"{THREADS}/1"
    received = maker.get(f"{THREADS}/1").text
    assert MESSAGE in received
    assert "attend votre réponse" in received
    empty_session.rollback()
    assert empty_session.scalars(select(Introduction.from_side)).all() == [Side.TERRITORY]


def test_an_actor_answers_a_need_with_one_of_its_offers(
    empty_session: Session, table: Table, maker: FlaskClient
) -> None:
    second = make_offer(empty_session, table.actor, "Seconde offre")
    empty_session.commit()
    address = f"/besoins/{table.need.id}/repondre"
    page = maker.get(f"{address}?solution={second.slug}").text
    assert re.search(rf'value="{second.slug}" checked', page)
    response = submit(maker, address, {"offer": second.slug, "message": MESSAGE})
    assert response.status_code == 302
    empty_session.rollback()
    made = empty_session.scalars(select(Introduction)).one()
    assert (made.offer_id, made.from_side) == (second.id, Side.ACTOR)


def test_the_offer_closest_to_the_need_is_suggested(
    empty_session: Session, table: Table, maker: FlaskClient
) -> None:
    themes = ["confort-ete", "renovation-energetique"]
    table.need.themes = themes
    close = make_offer(
        empty_session, table.actor, "Brise-soleil", themes=themes, area_level=AreaLevel.NATIONAL
    )
    empty_session.commit()
    page = maker.get(f"/besoins/{table.need.id}/repondre").text
    assert re.search(rf'value="{close.slug}" checked', page)
    assert page.count("la plus proche du besoin") == 1
    assert "hors des correspondances" in page


def test_somebody_elses_offer_cannot_be_sent(
    empty_session: Session, table: Table, maker: FlaskClient
) -> None:
    theirs = make_offer(empty_session, make_organization(empty_session, "Autre"), "Leur offre")
    empty_session.commit()
    address = f"/besoins/{table.need.id}/repondre"
    response = submit(maker, address, {"offer": theirs.slug, "message": MESSAGE})
    assert response.status_code == 422
    empty_session.rollback()
    assert empty_session.scalars(select(Introduction)).all() == []


def test_without_an_offer_the_page_says_what_to_do(
    empty_app: Flask, empty_session: Session, table: Table
) -> None:
    visitor = make_user(empty_session)
    empty_session.commit()
    page = sign_in(empty_app, visitor.email).get(f"/besoins/{table.need.id}/repondre").text
    assert "Inscrivez d’abord votre structure" in page


def test_an_empty_message_is_refused_beside_its_field(table: Table, buyer: FlaskClient) -> None:
    response = submit(buyer, contact_page(table), {"message": "  "})
    assert response.status_code == 422
    assert "Écrivez votre message." in response.text


def test_a_long_message_is_refused_and_kept(table: Table, buyer: FlaskClient) -> None:
    response = submit(buyer, contact_page(table), {"message": "mot " * 1_001})
    assert response.status_code == 422
    assert "mot mot mot" in response.text


def test_extra_fields_change_nothing(
    empty_session: Session, table: Table, buyer: FlaskClient
) -> None:
    """THREATS Z3."""
    forged = {
        "message": MESSAGE,
        "state": "acceptee",
        "from_side": "acteur",
        "actor_id": table.carrier.id,
        "actor_contact_id": table.buyer.id,
    }
    submit(buyer, contact_page(table), forged)
    empty_session.rollback()
    made = empty_session.scalars(select(Introduction)).one()
    assert (made.state, made.from_side, made.actor_id, made.actor_contact_id) == (
        IntroductionState.SENT,
        Side.TERRITORY,
        table.actor.id,
        None,
    )


def test_a_double_click_sends_one_request_and_one_mail(
    empty_app: Flask, empty_session: Session, table: Table, buyer: FlaskClient
) -> None:
    """THREATS C1."""
    fields = {"message": MESSAGE, "form_number": "a" * 32}
    first, second = (submit(buyer, contact_page(table), fields) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    run_worker(empty_app)
    empty_session.rollback()
    assert empty_session.scalar(select(func.count()).select_from(Introduction)) == 1
    assert empty_session.scalars(select(StoredMail.recipient)).all() == [table.maker.email]


def test_a_pair_under_way_leads_to_its_thread(
    empty_session: Session, table: Table, buyer: FlaskClient, maker: FlaskClient
) -> None:
    introduction = sent_introduction(empty_session, table)
    assert buyer.get(contact_page(table)).headers["Location"] == thread_page(introduction)
    response = submit(
        maker,
        f"/besoins/{table.need.id}/repondre",
        {"offer": table.offer.slug, "message": MESSAGE},
    )
    assert response.headers["Location"] == thread_page(introduction)


def test_an_entry_nobody_looks_after_shows_the_way_on(
    empty_session: Session, table: Table, buyer: FlaskClient
) -> None:
    table.actor.is_claimed = False
    table.actor.website = "https://jeune-pousse.example"
    empty_session.commit()
    page = buyer.get(contact_page(table)).text
    assert "Personne ne s’occupe encore de la fiche" in page
    assert 'href="https://jeune-pousse.example"' in page
    assert 'name="message"' not in page


def test_claimed_without_a_team_reads_as_unclaimed(
    empty_session: Session, table: Table, buyer: FlaskClient
) -> None:
    """THREATS B3: the page does not tell whether accounts exist."""

    def paragraph() -> str:
        page = buyer.get(contact_page(table)).text
        return str(re.findall(r"<p>(Personne ne s’occupe[^<]*)</p>", page)[0])

    table.actor.is_claimed = False
    empty_session.commit()
    unclaimed = paragraph()
    table.actor.is_claimed = True
    for row in empty_session.scalars(
        select(Membership).where(Membership.organization_id == table.actor.id)
    ):
        row.state = MembershipState.REFUSED
    empty_session.commit()
    assert paragraph() == unclaimed


def test_a_need_without_a_carrier_shows_the_way_on(
    empty_session: Session, table: Table, maker: FlaskClient
) -> None:
    free = make_need(empty_session, table.need.territory, "Sans porteur", carrier_label="Ville X")
    empty_session.commit()
    page = maker.get(f"/besoins/{free.id}/repondre").text
    assert "n’est pas encore porté par un acteur inscrit" in page
    assert "Ville X" in page


def test_a_declared_tie_is_shown_before_anything_is_sent(
    empty_session: Session, table: Table, buyer: FlaskClient, maker: FlaskClient
) -> None:
    declare_interest(
        empty_session,
        table.actor,
        nature="Actionnaire commun",
        organization=table.carrier,
        need=table.need,
        person=table.buyer,
        now=NOW,
    )
    introduction = sent_introduction(empty_session, table)
    other = make_offer(empty_session, table.actor, "Autre offre")
    empty_session.commit()
    assert (
        "Actionnaire commun" in buyer.get(f"/besoins/{table.need.id}/contacter/{other.slug}").text
    )
    assert "Actionnaire commun" in maker.get(thread_page(introduction)).text


def test_caps_are_said_and_hold_over_two_processes(
    make_app: AppFactory, empty_app: Flask, empty_session: Session, table: Table
) -> None:
    """THREATS B4: two instances of the application share the database."""
    twin = make_app(seeded=False, database_url=str(empty_app.config["SETTINGS"].engine_url()))
    offers = [make_offer(empty_session, table.actor, f"Offre {n}") for n in range(PER_PAIR + 1)]
    empty_session.commit()
    clients = [sign_in(app, table.buyer.email) for app in (empty_app, twin)]
    answers = [
        submit(
            clients[number % 2],
            f"/besoins/{table.need.id}/contacter/{offer.slug}",
            {"message": MESSAGE},
        )
        for number, offer in enumerate(offers)
    ]
    assert [answer.status_code for answer in answers] == [302] * PER_PAIR + [422]
    assert "Votre organisation a déjà envoyé 3 demandes" in answers[-1].text
    assert MESSAGE in answers[-1].text
