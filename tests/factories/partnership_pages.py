"""A partnership as its people see it: a city that keeps it, a startup invited, staff."""

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.account import User
from models.organization import Organization
from models.partnership import Partnership
from tests.factories.accounts import make_membership, make_user, sign_in
from tests.factories.forms import press, write
from tests.factories.organizations import make_organization
from tests.factories.pages import submit
from vocabulary.kinds import OrganizationKind, UserRole

SPACE = "/mon-espace/partenariats"


class People:
    """A city, a startup and staff, each with an account."""

    def __init__(self, app: Flask, session: Session) -> None:
        self.app, self.session = app, session
        self.city = make_organization(
            session, "Ville d’essai", kind=OrganizationKind.COLLECTIVITE, is_claimed=True
        )
        self.startup = make_organization(session, "Toits Vifs", is_claimed=True)
        self.keeper = self._member(self.city)
        self.founder = self._member(self.startup)
        self.staff = make_user(session, role=UserRole.STAFF)
        session.commit()

    def _member(self, organization: Organization) -> User:
        person = make_user(self.session)
        make_membership(self.session, person, organization)
        return person

    def client(self, person: User) -> FlaskClient:
        return sign_in(self.app, person.email)

    def page(self) -> Partnership:
        self.session.rollback()
        return self.session.scalars(
            select(Partnership).where(Partnership.slug == "table-des-toits")
        ).one()


def invite_and_accept(people: People, keeper: FlaskClient) -> None:
    press(keeper, f"{SPACE}/table-des-toits/membres?q=toits+vifs", "/inviter")
    people.session.rollback()
    answer_page = f"{SPACE}/table-des-toits/reponse/{people.startup.id}"
    founder = people.client(people.founder)
    assert submit(founder, answer_page, {"decision": "accepter"}).status_code == 302


def publish(people: People, keeper: FlaskClient) -> None:
    press(keeper, f"{SPACE}/table-des-toits/modifier", "/soumettre")
    staff = people.client(people.staff)
    answer = write(staff, "/moderation/partenariats/table-des-toits", decision="publier")
    assert answer.status_code == 302
