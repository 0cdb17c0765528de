"""Lists of partnerships: the reference one, odd questions, queries whatever the rows."""

from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from models.partnership import (
    PartnershipMember,
    PartnershipMilestone,
    WorkingGroup,
    WorkingGroupMeeting,
    WorkingGroupMember,
)
from tests.factories.accounts import make_membership, make_user, sign_in
from tests.factories.entries import make_commune, make_partnership, make_territory
from tests.factories.organizations import make_organization
from tests.factories.partnership_pages import SPACE
from tests.query_counter import count_queries
from vocabulary.exchanges import InvitationState
from vocabulary.kinds import OrganizationKind

MOST = 12


def test_the_reference_partnership(client: FlaskClient) -> None:
    text = client.get("/partenariats/e-declic").text
    assert "ANRU, magazine n° 7, avril 2017" in text
    assert text.count("non précisé") >= 4


def test_nothing_found_says_what_to_do(client: FlaskClient) -> None:
    text = client.get("/partenariats?q=introuvable").text
    assert "Aucun partenariat ne répond à ces critères" in text


@pytest.mark.parametrize(
    "address",
    ["?theme=%00", "?page=0", "?region=%F0%9F", "?q=" + "a" * 5000, "?type=nulle", "?quartier=x"],
)
def test_odd_questions_get_a_page(client: FlaskClient, address: str) -> None:
    assert client.get(f"/partenariats{address}").status_code == 200


def test_a_page_beyond_the_last_is_missing(client: FlaskClient) -> None:
    assert client.get("/partenariats?page=400").status_code == 404


def _rows(session: Session, rows: int) -> str:
    """Fill a base with partnerships of ``rows`` of everything; return an account's address."""
    make_commune(session)
    quarter = make_territory(session, "QN04201M")
    city = make_organization(session, "Ville", kind=OrganizationKind.COLLECTIVITE)
    person = make_user(session)
    make_membership(session, person, city)
    for number in range(rows):
        actors = [make_organization(session, f"Acteur {number} {n}") for n in range(rows)]
        page = make_partnership(
            session,
            quarter,
            *actors,
            name=f"Page {number}",
            organization_id=city.id,
            themes=["solaire"],
        )
        page.members.append(PartnershipMember(organization_id=city.id, position=99))
        for group_number in range(rows):
            page.working_groups.append(
                WorkingGroup(
                    name=f"Groupe {group_number}",
                    members=[
                        WorkingGroupMember(organization_id=actor.id, is_lead=True)
                        for actor in actors
                    ],
                    meetings=[
                        WorkingGroupMeeting(held_on=date(2026, 1, day + 1), minutes="Dit")
                        for day in range(rows)
                    ],
                )
            )
            page.milestones.append(
                PartnershipMilestone(happened_on=date(2026, 1, 1), title="Étape")
            )
        guest = PartnershipMember(
            organization_id=make_organization(session, f"Invité {number}").id,
            position=100,
            state=InvitationState.INVITED,
        )
        page.members.append(guest)
    session.commit()
    return str(person.email)


@pytest.fixture
def counted(make_app: Any) -> list[tuple[Flask, str]]:
    from tests.conftest import _open_session  # noqa: PLC0415 - the same way into the base

    worlds = []
    for rows in (1, 3):
        app = make_app(seeded=False)
        opened = _open_session(app)
        session = next(opened)
        worlds.append((app, _rows(session, rows)))
        session.close()
    return worlds


@pytest.mark.parametrize(
    "path",
    [
        "/partenariats",
        "/partenariats/liste.csv",
        "/partenariats/page-0",
        "/partenariats/page-0/feuille",
        "/partenariats/page-0/groupes.xlsx",
        "/territoires/QN04201M",
        "/acteurs/ville",
        SPACE,
        f"{SPACE}/page-0/modifier",
        f"{SPACE}/page-0/membres?q=acteur",
        f"{SPACE}/page-0/groupes",
        f"{SPACE}/page-0/etapes",
    ],
)
def test_rows_add_no_query(counted: list[tuple[Flask, str]], path: str) -> None:
    found = []
    for app, email in counted:
        client = sign_in(app, email)
        client.get(path)
        with count_queries(app) as statements:
            assert client.get(path).status_code == 200
        found.append(len(statements))
    assert found[0] == found[1] <= MOST
