"""Entries that may already describe the same actor: same number, same site, near name."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from rapidfuzz import fuzz, process
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from models.organization import Organization
from services.content_checks import website_host
from services.contents import OrganizationContent
from services.text_keys import name_key
from vocabulary.kinds import PublicationState
from vocabulary.labels import N_, LabelledEnum

NEAR_NAME: Final = 88.0
MAX_SHOWN: Final = 8
# Words that many names share and that tell nobody apart.
_LEGAL_FORMS: Final = {"sa", "sas", "sasu", "sarl", "scop", "scic", "ste", "societe", "ets"}
_LITTLE_WORDS: Final = {"le", "la", "les", "l", "de", "du", "des", "d", "et", "en", "france"}
_COMMON_WORDS: Final = _LEGAL_FORMS | _LITTLE_WORDS | {"association", "asso", "groupe"}


class DuplicateReason(LabelledEnum):
    """Why two entries may be about the same actor."""

    NUMBER = "numero", N_("même numéro SIREN")
    RNSR = "rnsr", N_("même numéro RNSR")
    SITE = "site", N_("même site internet")
    NAME = "nom", N_("nom proche")


@dataclass(frozen=True, slots=True)
class Duplicate:
    """An entry that may be the same actor, with every reason found; ``likeness`` in [0, 100]."""

    entry: Organization
    reasons: tuple[DuplicateReason, ...]
    likeness: int


def possible_duplicates(
    session: Session, content: OrganizationContent, *, excluding: int | None
) -> list[Duplicate]:
    """Return the entries that may describe the same actor, the likeliest first.

    Archived entries count: somebody may be registering again what was withdrawn.
    """
    reasons: dict[int, set[DuplicateReason]] = {}
    likeness: dict[int, int] = {}
    for key, reason in (*_same_number(session, content), *_same_site(session, content)):
        reasons.setdefault(key, set()).add(reason)
    for key, score in _near_names(session, content):
        reasons.setdefault(key, set()).add(DuplicateReason.NAME)
        likeness[key] = score
    reasons.pop(excluding or 0, None)
    entries = session.scalars(select(Organization).where(Organization.id.in_(reasons))).all()
    found = [
        Duplicate(
            entry=entry,
            reasons=tuple(reason for reason in DuplicateReason if reason in reasons[entry.id]),
            likeness=likeness.get(entry.id, 0),
        )
        for entry in entries
    ]
    found.sort(key=lambda one: (-len(one.reasons), -one.likeness, one.entry.id))
    return found[:MAX_SHOWN]


def _same_number(
    session: Session, content: OrganizationContent
) -> Iterator[tuple[int, DuplicateReason]]:
    siren = content.siret[:9] if content.siret else content.siren
    if siren:
        for key in session.scalars(select(Organization.id).where(Organization.siren == siren)):
            yield key, DuplicateReason.NUMBER
    if content.rnsr:
        same = select(Organization.id).where(Organization.rnsr == content.rnsr)
        for key in session.scalars(same):
            yield key, DuplicateReason.RNSR


def _same_site(
    session: Session, content: OrganizationContent
) -> Iterator[tuple[int, DuplicateReason]]:
    host = website_host(content.website)
    if not host:
        return
    near = select(Organization.id, Organization.website).where(
        Organization.website.contains(host, autoescape=True)
    )
    for key, website in session.execute(near):
        if website_host(website) == host:
            yield key, DuplicateReason.SITE


def _near_names(session: Session, content: OrganizationContent) -> list[tuple[int, int]]:
    """Compare with every name: ten thousand take about ten milliseconds."""
    rows = session.execute(
        select(Organization.id, Organization.name_key).where(
            or_(Organization.state != PublicationState.DRAFT, Organization.version > 0)
        )
    )
    names = {key: telling_words(name) for key, name in rows}
    wanted = telling_words(name_key(content.name))
    if not wanted:
        return []
    found = process.extract(
        wanted, names, scorer=fuzz.token_sort_ratio, score_cutoff=NEAR_NAME, limit=MAX_SHOWN + 1
    )
    return [(key, round(score)) for _name, score, key in found]


def telling_words(key: str) -> str:
    """Return a name key without the legal forms and little words that many names share."""
    words = key.split()
    kept: Iterable[str] = [word for word in words if word not in _COMMON_WORDS] or words
    return " ".join(kept)
