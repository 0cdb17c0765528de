"""A city, a startup and staff around one public reference; requests and experiences about it."""

from datetime import date

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.account import User
from models.evidence import Experience, ReferenceConfirmation
from models.offer import Reference
from models.organization import Organization
from services.experience_contents import ExperienceContent
from services.experience_review import decide_experience
from services.experiences import Subject, start_experience, submit_experience
from services.reference_requests import ask_confirmation
from tests.factories.accounts import NOW, make_membership, make_user, sign_in
from tests.factories.entries import make_reference, make_territory
from tests.factories.forms import write
from tests.factories.organizations import make_offer, make_organization
from tests.factories.pages import link_in, mails_to
from vocabulary.kinds import OrganizationKind, UserRole

TODAY = date(2026, 11, 22)
PARTNER = "habitat@ville-essai.example"
CONTENT = ExperienceContent(
    title="Une serre sur le toit",
    what="Une serre posée en un mois.",
    result="Douze familles y cultivent.",
    limits="L’eau a coûté plus que prévu.",
    place="Firminy",
    year=2025,
)


class Scene:
    """The people of the scene, and what they act on."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.territory = make_territory(session, "QN04299M", name="Quartier d’essai")
        self.city = make_organization(
            session, "Ville qui parle", kind=OrganizationKind.COLLECTIVITE, is_claimed=True
        )
        self.startup = make_organization(
            session, "Toits Vifs", is_claimed=True, website="https://toitsvifs.example"
        )
        self.author, self.founder = self._member(self.city), self._member(self.startup)
        self.staff = make_user(session, role=UserRole.STAFF)
        self.colleague = make_user(session, role=UserRole.STAFF)
        self.offer = make_offer(session, self.startup, "Serre de toit")
        self.reference = make_reference(
            session, self.offer, client="Ville d’essai", result="Douze familles"
        )

    def _member(self, organization: Organization) -> User:
        person = make_user(self.session)
        make_membership(self.session, person, organization)
        return person

    def ask(self, address: str = PARTNER) -> ReferenceConfirmation:
        """Ask a partner about the reference."""
        return ask_confirmation(
            self.session, self.reference, address, person=self.founder, today=TODAY, now=NOW
        )

    def write(self, content: ExperienceContent = CONTENT) -> Experience:
        """Write an experience of the offer and hand it to the moderators."""
        told = start_experience(
            self.session,
            self.city,
            Subject(offer=self.offer),
            content,
            person=self.author,
            today=TODAY,
            now=NOW,
        )
        submit_experience(self.session, told, person=self.author, now=NOW)
        return told

    def publish(self, told: Experience | None = None) -> Experience:
        """Publish an experience."""
        told = told or self.write()
        decide_experience(
            self.session,
            told,
            publish=True,
            reasons=(),
            comment="",
            lock=told.lock,
            moderator=self.staff,
            now=NOW,
        )
        return told


ANSWER = {"answer": "confirmee", "answered_as": "Cheffe de projet"}


def ask_page(scene: Scene) -> str:
    return f"/mon-espace/offres/{scene.offer.slug}/references/{scene.reference.uid}/demander"


def ask_partner(app: Flask, scene: Scene, address: str = PARTNER) -> str:
    """Ask from the page, and return the link that the partner received."""
    page = ask_page(scene)
    scene.session.commit()
    client = sign_in(app, scene.founder.email)
    scene.session.commit()
    assert write(client, page, email=address).status_code == 302
    return link_in(mails_to(app, address)[-1])


def sole_reference(scene: Scene) -> Reference:
    scene.session.rollback()
    return scene.session.scalars(select(Reference)).one()
