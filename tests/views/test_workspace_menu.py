"""The menu beside the work: each person finds what their organisations need, and what waits."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from extensions.clock import today
from extensions.database import db_session
from models.need import Need
from models.organization import Organization
from tests.conftest import AppFactory
from tests.factories.accounts import make_membership, make_user, sign_in
from tests.factories.introductions import make_introduction, make_table
from tests.factories.organizations import make_organization
from tests.query_counter import count_queries
from vocabulary.kinds import OrganizationKind, UserRole

PERSON = "personne@essai.example"
ALWAYS = ["Mes fiches", "Alertes", "Mes invitations", "Mon compte"]
EXCHANGES = ["Mises en relation", "Suites à donner", "Mes partenariats", "Retours d’expérience"]
TERRITORY = ["Mes territoires", "Mes besoins", "Sélections", "Groupements"]


def menu_of(client: FlaskClient, path: str = "/mon-espace") -> str:
    page = client.get(path).text
    found = re.search(r'<nav class="side-nav only-wide".*?</nav>', page, re.DOTALL)
    assert found is not None
    return found[0]


def entries(client: FlaskClient) -> list[str]:
    """Return the entries of the menu, without what they count."""
    links = re.findall(r"<a [^>]*>([^<]*)", menu_of(client))
    return [text.strip() for text in links]


def signed_in(
    app: Flask, *kinds: OrganizationKind, role: UserRole = UserRole.MEMBER
) -> FlaskClient:
    """Return somebody who acts for one organisation of each kind."""
    with app.app_context():
        session = db_session()
        person = make_user(session, email=PERSON, role=role)
        for kind in kinds:
            make_membership(session, person, make_organization(session, kind.value, kind=kind))
        session.commit()
    return sign_in(app, PERSON)


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        ([], ALWAYS),
        (
            [OrganizationKind.COLLECTIVITE],
            [ALWAYS[0], *TERRITORY, *EXCHANGES, *ALWAYS[1:]],
        ),
        (
            [OrganizationKind.STARTUP],
            [ALWAYS[0], "Besoins pour nous", "Groupements", *EXCHANGES, *ALWAYS[1:]],
        ),
        (
            [OrganizationKind.INCUBATOR],
            [
                ALWAYS[0],
                "Besoins pour nous",
                "Besoins à relayer",
                "Groupements",
                *EXCHANGES,
                *ALWAYS[1:],
            ],
        ),
        (
            [OrganizationKind.COLLECTIVITE, OrganizationKind.STARTUP],
            [ALWAYS[0], *TERRITORY, "Besoins pour nous", *EXCHANGES, *ALWAYS[1:]],
        ),
    ],
    ids=["nobody", "territory", "innovation", "federating", "both"],
)
def test_each_side_finds_its_own_pages(
    empty_app: Flask, kinds: list[OrganizationKind], expected: list[str]
) -> None:
    assert entries(signed_in(empty_app, *kinds)) == expected


def test_staff_find_their_queues_and_nobody_else_does(empty_app: Flask) -> None:
    found = entries(signed_in(empty_app, role=UserRole.STAFF))
    assert found[: len(ALWAYS)] == ALWAYS
    assert {"Fiches à relire", "Partenariats à relire", "Revendications", "Manques"} <= set(found)
    assert "Personnes" not in found


def test_the_page_one_is_on_is_named(app: Flask) -> None:
    client = sign_in(app, "collectivite@demo.example")
    page = client.get("/mon-espace/besoins").text
    assert 'href="/mon-espace/besoins" aria-current="page"' in menu_of(
        client, "/mon-espace/besoins"
    )
    assert '<span class="side-here"> : Mes besoins</span>' in page.replace("\xa0", " ")


def test_a_page_under_an_entry_marks_it(app: Flask) -> None:
    client = sign_in(app, "collectivite@demo.example")
    menu = menu_of(client, "/mon-espace/selections/nouvelle")
    assert 'href="/mon-espace/selections" aria-current="true"' in menu
    assert menu.count("aria-current") == 1


def test_the_skip_link_lands_after_the_menu(app: Flask) -> None:
    page = sign_in(app, "collectivite@demo.example").get("/mon-espace").text
    assert '<a class="skip-link" href="#travail">' in page
    assert page.index('id="travail"') > page.rindex('class="side-nav')


def test_what_waits_is_counted_for_the_side_that_must_answer(empty_app: Flask) -> None:
    with empty_app.app_context():
        session = db_session()
        table = make_table(session)
        make_introduction(session, table)
        session.commit()
        buyer, maker = table.buyer.email, table.maker.email
    asked = menu_of(sign_in(empty_app, maker))
    assert asked.count('class="count"') == 1
    assert '1<span class="visually-hidden"> en attente</span>' in asked.replace("\xa0", " ")
    assert "1 mise en relation a des messages à lire" in sign_in(empty_app, maker).get(
        "/mon-espace"
    ).text.replace("\xa0", " ")
    assert 'class="count"' not in menu_of(sign_in(empty_app, buyer))


def test_the_menu_costs_one_query_whatever_waits(make_app: AppFactory) -> None:
    counts = []
    for tables in (1, 3, 6):
        app = make_app(seeded=False)
        with app.app_context():
            session = db_session()
            person = make_user(session, email=PERSON, role=UserRole.STAFF)
            for number in range(tables):
                table = make_table(session, f" {number}", code=f"QN0421{number}M")
                make_membership(session, person, table.actor)
                make_introduction(session, table)
            session.commit()
        client = sign_in(app, PERSON)
        client.get("/mon-compte")
        with count_queries(app) as statements:
            assert client.get("/mon-compte").status_code == 200
        counts.append(len(statements))
        assert sum("introduction_message" in one for one in statements) == 1
    assert counts == [counts[0]] * 3


def test_an_actor_without_invitation_is_not_offered_to_build_a_team(empty_app: Flask) -> None:
    page = signed_in(empty_app, OrganizationKind.STARTUP).get("/mon-espace/groupements").text
    assert "Aucune invitation pour l’instant" in page
    assert "/mon-espace/groupements/nouveau" not in page


def test_a_body_of_a_territory_is(empty_app: Flask) -> None:
    page = signed_in(empty_app, OrganizationKind.EPCI).get("/mon-espace/groupements").text
    assert "/mon-espace/groupements/nouveau" in page


def test_staff_are_not_offered_to_write_in_the_name_of_a_territory(app: Flask) -> None:
    with app.app_context():
        carrier = db_session().scalars(
            select(Organization).where(Organization.slug == "collectivite-de-parmeline")
        )
        need = db_session().scalars(
            Need.open_on(today()).where(Need.carrier_id == carrier.one().id)
        )
        path = f"/besoins/{need.first().id}/correspondances"  # type: ignore[union-attr]
    assert "/contacter/" in sign_in(app, "collectivite@demo.example").get(path).text
    assert "/contacter/" not in sign_in(app, "equipe@demo.example").get(path).text
