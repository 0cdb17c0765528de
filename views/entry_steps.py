"""The steps by which an organisation is described, in order, and where each one stands."""

from dataclasses import dataclass
from typing import Final

from flask import url_for
from flask_babel import gettext as _

from extensions.clock import today
from extensions.database import db_session
from models.organization import Organization
from models.revision import Revision
from services.completeness import Completeness, completeness_of
from services.content_checks import Problem, organization_problems
from services.contents import OrganizationContent
from services.drafts import current_organization_content, open_revision
from services.federations import count_members
from services.offers import OfferUnderWork, offers_under_work, surroundings
from vocabulary.kinds import PublicationState
from vocabulary.labels import N_

STEPS: Final = (
    ("identity", N_("Identité")),
    ("texts", N_("Description et thèmes")),
    ("area", N_("Zone d’intervention")),
    ("offers", N_("Propositions")),
    ("presence", N_("Logo et site")),
    ("review", N_("Relecture")),
)
STEP_OF_FIELD: Final = {
    "name": "identity",
    "siret": "identity",
    "siren": "identity",
    "rnsr": "identity",
    "commune_code": "identity",
    "founded_year": "identity",
    "pitch": "texts",
    "description": "texts",
    "themes": "texts",
    "area_level": "area",
    "area_codes": "area",
    "website": "presence",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One step of an entry, with its address."""

    name: str
    title: str
    url: str
    is_done: bool


@dataclass(frozen=True, slots=True)
class EntryState:
    """Everything the pages of one organisation under work show about it."""

    entry: Organization
    content: OrganizationContent
    lock: int
    revision: Revision | None
    offers: list[OfferUnderWork]
    members: int
    problems: list[Problem]
    completeness: Completeness
    steps: list[Step]

    def step_after(self, name: str) -> str:
        """Return the address of the step after ``name``."""
        names = [step.name for step in self.steps]
        return self.steps[min(names.index(name) + 1, len(names) - 1)].url


def step_url(entry: Organization, name: str) -> str:
    """Return the address where the step ``name`` is filled in."""
    if name == "members":
        return url_for("federations.members", slug=entry.slug)
    if name == "review":
        return url_for("submission.review", slug=entry.slug)
    return url_for(f"registration.{name}", slug=entry.slug)


def entry_state(entry: Organization) -> EntryState:
    """Load what is under work on an organisation."""
    session = db_session()
    content, lock = current_organization_content(session, entry)
    offers = offers_under_work(session, entry)
    members = count_members(session, entry) if entry.is_federating else 0
    problems = organization_problems(content, today=today())
    unmet = {STEP_OF_FIELD[problem.field] for problem in problems}
    if not offers and entry.is_innovation_side:
        unmet.add("offers")
    if not (content.website or content.logo):
        unmet.add("presence")
    revision = open_revision(session, entry)
    if revision is None or revision.state is not PublicationState.SUBMITTED:
        unmet.add("review")
    return EntryState(
        entry=entry,
        content=content,
        lock=lock,
        revision=revision,
        offers=offers,
        members=members,
        problems=problems,
        completeness=completeness_of(content, surroundings(offers, members=members)),
        steps=[
            Step(name, _(title), step_url(entry, name), name not in unmet)
            for name, title in STEPS
            # A landlord may have offers of old: what exists can always be edited.
            if name != "offers" or entry.is_innovation_side or offers
        ],
    )
