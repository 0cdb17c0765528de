"""Ties between a carrier and an actor: declared, shown, logged, ended, for one need or all."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.need import Need
from models.register import InterestDeclaration
from tests.factories.accounts import make_membership, make_user, sign_in
from tests.factories.organizations import make_organization
from tests.factories.pages import submit
from tests.factories.registers import (
    OTHER_BUYER,
    STAFF,
    declare_tie,
    log_call,
    register_lines,
    register_of,
)
from vocabulary.exchanges import RegisterEvent
from vocabulary.kinds import OrganizationKind, PublicationState


def test_a_tie_is_declared_shown_logged_and_ended(
    buyer: FlaskClient, need: Need, empty_session: Session
) -> None:
    log_call(buyer, need)
    page = f"/mon-espace/besoins/{need.id}/liens-d-interets"
    assert declare_tie(buyer, page).status_code == 302
    assert "Lien d’intérêts déclaré" in buyer.get(register_of(need)).text
    tie = empty_session.scalars(select(InterestDeclaration)).one()
    assert submit(buyer, f"/mon-espace/liens-d-interets/{tie.id}/terminer").status_code == 302
    assert 'class="interest-badge"' not in buyer.get(register_of(need)).text
    declared = [
        entry.facts["is_end"]
        for entry in register_lines(empty_session, need)
        if entry.event is RegisterEvent.DECLARATION
    ]
    assert declared == [False, True]


def test_somebody_elses_tie_is_not_ended(
    empty_app: Flask, buyer: FlaskClient, need: Need, empty_session: Session
) -> None:
    declare_tie(buyer, f"/mon-espace/besoins/{need.id}/liens-d-interets")
    tie = empty_session.scalars(select(InterestDeclaration)).one()
    other = sign_in(empty_app, OTHER_BUYER)
    assert submit(other, f"/mon-espace/liens-d-interets/{tie.id}/terminer").status_code == 404


@pytest.mark.parametrize("about", ["Inconnu", "Ville", ""])
def test_a_tie_names_an_actor_of_the_directory(
    buyer: FlaskClient, need: Need, empty_session: Session, about: str
) -> None:
    response = declare_tie(buyer, f"/mon-espace/besoins/{need.id}/liens-d-interets", about=about)
    assert response.status_code == 422
    assert empty_session.scalars(select(InterestDeclaration)).all() == []


def test_staff_declare_for_one_need(empty_app: Flask, need: Need, empty_session: Session) -> None:
    page = f"/mon-espace/besoins/{need.id}/liens-d-interets"
    declare_tie(sign_in(empty_app, STAFF), page, scope="tous")
    tie = empty_session.scalars(select(InterestDeclaration)).one()
    assert (tie.organization_id, tie.need_id) == (None, need.id)


def test_a_federating_structure_declares_for_all_needs(
    empty_app: Flask, buyer: FlaskClient, need: Need, empty_session: Session
) -> None:
    log_call(buyer, need)
    network = make_organization(empty_session, "Réseau", kind=OrganizationKind.INCUBATOR)
    make_membership(empty_session, make_user(empty_session, email="r@reseau.example"), network)
    empty_session.commit()
    client = sign_in(empty_app, "r@reseau.example")
    assert (
        declare_tie(client, "/mon-espace/organisations/reseau/liens-d-interets").status_code == 302
    )
    assert "Réseau : Actionnaire" in buyer.get(register_of(need)).text
    assert client.get("/mon-espace/organisations/abeille/liens-d-interets").status_code == 404


def test_a_structure_not_yet_accepted_says_nothing_of_others(
    empty_app: Flask, buyer: FlaskClient, need: Need, empty_session: Session
) -> None:
    log_call(buyer, need)
    state = PublicationState.DRAFT
    network = make_organization(
        empty_session, "Réseau", kind=OrganizationKind.INCUBATOR, state=state
    )
    make_membership(empty_session, make_user(empty_session, email="r@reseau.example"), network)
    empty_session.commit()
    client = sign_in(empty_app, "r@reseau.example")
    assert (
        declare_tie(client, "/mon-espace/organisations/reseau/liens-d-interets").status_code == 302
    )
    assert "Actionnaire" not in buyer.get(register_of(need)).text
