"""Finds the published organisation of the directory that staff name, of either side."""

from sqlalchemy import func
from sqlalchemy.orm import Session

from models.organization import Organization
from services.contents import MAX_NAME
from services.errors import RuleViolation
from services.text_keys import name_key, slugify
from vocabulary.labels import N_

_SHOWN = 4


def find_published(session: Session, text: str) -> Organization:
    """Return the published organisation whose address or name is ``text``, or the only one like it.

    Raises:
        RuleViolation: none, or several; the message names them.
    """
    slug = slugify(text.rstrip("/").rpartition("/")[2])
    exact = session.scalar(Organization.published().where(Organization.slug == slug))
    if exact is not None:
        return exact
    key = name_key(text[: MAX_NAME + 1])  # a database looks for no longer text
    shortest = func.length(Organization.name)
    query = Organization.published().where(Organization.name_key.contains(key, autoescape=True))
    found = session.scalars(query.order_by(shortest, Organization.id).limit(_SHOWN + 1)).all()
    same = [one for one in found if one.name_key == key]
    if len(same) == 1 or len(found) == 1:
        return (same or found)[0]
    if not found or not key:
        raise RuleViolation(N_("Aucune fiche publiée ne porte ce nom."), field="organization")
    raise RuleViolation(
        N_("Plusieurs fiches portent ce nom : %(names)s. Écrivez la fin de son adresse."),
        field="organization",
        names=", ".join(f"{one.name} ({one.slug})" for one in found[:_SHOWN]),
    )
