"""Registering an organisation: its number is read, known entries are found, a draft is opened."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from models.account import User
from models.membership import Membership
from models.organization import Organization
from models.revision import Revision
from services.contents import OrganizationContent, clean_line
from services.drafts import flush_or_conflict, start_revision
from services.errors import RuleViolation
from services.permissions import can_edit_organization
from services.publishing import record
from services.text_keys import name_key, unique_slug
from vocabulary.identifiers import compact, is_rnsr, is_siren, is_siret
from vocabulary.kinds import (
    MembershipRole,
    MembershipState,
    OrganizationKind,
    PublicationState,
    SubjectKind,
)
from vocabulary.labels import N_

SIREN_LENGTH: Final = 9
SIRET_LENGTH: Final = 14
_NEARLY_RNSR = re.compile(r"\d{7,11}[A-Z]")


@dataclass(frozen=True, slots=True)
class OrganizationNumber:
    """A number that was checked: one of the three, and the SIREN that a SIRET contains."""

    siret: str | None = None
    siren: str | None = None
    rnsr: str | None = None

    @property
    def text(self) -> str:
        """Return the number as it was given, without blanks."""
        return self.siret or self.siren or self.rnsr or ""


def read_number(typed: str) -> OrganizationNumber:
    """Return the SIRET, SIREN or RNSR number that was typed.

    Raises:
        RuleViolation: says which of the three it looks like, and why it is wrong.
    """
    number = compact(typed)
    if is_siret(number):
        return OrganizationNumber(siret=number, siren=number[:SIREN_LENGTH])
    if is_siren(number):
        return OrganizationNumber(siren=number)
    if is_rnsr(number):
        return OrganizationNumber(rnsr=number)
    message, params = _why_wrong(number)
    raise RuleViolation(message, field="number", **params)


def _why_wrong(number: str) -> tuple[str, dict[str, int]]:
    if number.isascii() and number.isdigit():
        return _why_wrong_figures(len(number))
    if _NEARLY_RNSR.fullmatch(number):
        return N_(
            "Ce numéro ressemble à un RNSR, mais un RNSR a une année (19.. ou 20..), "
            "cinq chiffres, un chiffre de type et une lettre, par exemple 201622148J."
        ), {}
    return N_(
        "Ce n’est pas un numéro connu. Attendu : un SIRET (14 chiffres), un SIREN (9 chiffres) "
        "ou un RNSR (9 chiffres et une lettre, par exemple 201622148J)."
    ), {}


def _why_wrong_figures(length: int) -> tuple[str, dict[str, int]]:
    if length == SIRET_LENGTH:
        return N_(
            "Ce numéro a 14 chiffres, comme un SIRET, mais sa clé de contrôle est fausse : "
            "un chiffre est sans doute erroné."
        ), {}
    if length == SIREN_LENGTH:
        return N_(
            "Ce numéro a 9 chiffres, comme un SIREN, mais sa clé de contrôle est fausse : "
            "un chiffre est sans doute erroné."
        ), {}
    return N_(
        "Ce numéro a %(count)s chiffres : un SIRET en a 14, un SIREN 9. Pour un laboratoire, "
        "un RNSR a 9 chiffres et une lettre."
    ), {"count": length}


def entries_with_number(
    session: Session, number: OrganizationNumber, *, person: User | None
) -> list[Organization]:
    """Return the entries with this number that ``person`` may know of, claimed or not.

    Drafts of others stay unknown: telling them would tell who is preparing an entry.
    """
    same = [
        condition
        for condition in (
            Organization.siren == number.siren if number.siren else None,
            Organization.rnsr == number.rnsr if number.rnsr else None,
        )
        if condition is not None
    ]
    if not same:
        return []
    found = session.scalars(select(Organization).where(or_(*same)).order_by(Organization.id))
    return [
        entry
        for entry in found
        if entry.is_public or can_edit_organization(session, person, entry.id)
    ]


def sharing_siret(
    session: Session, siret: str | None, *, excluding: int | None
) -> list[Organization]:
    """Return the public entries with the same SIRET: a reason to look twice, never to refuse."""
    if not siret:
        return []
    return list(
        session.scalars(
            Organization.published()
            .where(Organization.siret == siret, Organization.id != (excluding or 0))
            .order_by(Organization.id)
        )
    )


def start_organization(
    session: Session,
    *,
    name: str,
    kind: OrganizationKind,
    number: OrganizationNumber,
    author: User,
    on_behalf: bool,
    now: datetime,
) -> Organization:
    """Open the draft of an organisation; its author becomes its owner, unless ``on_behalf``.

    The same name and number sent twice by the same person give the one draft.

    Raises:
        RuleViolation: the name is blank, or somebody who is not staff acts on behalf.
    """
    if on_behalf and not author.is_staff:
        raise RuleViolation(N_("Seule l’équipe inscrit une structure pour le compte d’autrui."))
    content = OrganizationContent(
        kind=kind,
        name=clean_line(name),
        siret=number.siret,
        siren=number.siren,
        rnsr=number.rnsr,
    )
    if not name_key(content.name):
        raise RuleViolation(N_("Donnez le nom de la structure."), field="name")
    # Two requests of one person follow one another from here: a form sent twice finds its draft.
    session.refresh(author, attribute_names=["id"], with_for_update=True)
    existing = _same_draft(session, content, author=author)
    if existing is not None:
        return existing
    return _create(session, content, author=author, on_behalf=on_behalf, now=now)


def _same_draft(
    session: Session, content: OrganizationContent, *, author: User
) -> Organization | None:
    mine = select(Revision.subject_id).where(
        Revision.subject_kind == SubjectKind.ORGANIZATION, Revision.author_id == author.id
    )
    return session.scalar(
        select(Organization).where(
            Organization.id.in_(mine),
            Organization.version == 0,
            Organization.state == PublicationState.DRAFT,
            Organization.name_key == name_key(content.name),
            Organization.siren == content.siren,
            Organization.rnsr == content.rnsr,
        )
    )


def _create(
    session: Session,
    content: OrganizationContent,
    *,
    author: User,
    on_behalf: bool,
    now: datetime,
) -> Organization:
    entry = Organization(
        slug=unique_slug(content.name, lambda slug: _is_taken(session, slug)),
        kind=content.kind,
        name=content.name,
        name_key=name_key(content.name),
        siret=content.siret,
        siren=content.siren,
        rnsr=content.rnsr,
        is_claimed=not on_behalf,
        created_at=now,
        updated_at=now,
        version=0,
    )
    session.add(entry)
    flush_or_conflict(session)
    if not on_behalf:
        session.add(
            Membership(
                organization_id=entry.id,
                user_id=author.id,
                role=MembershipRole.OWNER,
                state=MembershipState.APPROVED,
                created_at=now,
                decided_at=now,
            )
        )
    start_revision(session, entry, content, author=author, now=now)
    details = {"on_behalf": on_behalf}
    record(session, "entry.created", entry, actor=author, now=now, details=details)
    return entry


def _is_taken(session: Session, slug: str) -> bool:
    return session.scalar(select(Organization.id).where(Organization.slug == slug)) is not None
