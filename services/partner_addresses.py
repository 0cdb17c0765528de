"""Which addresses may answer for a partner: professional, and not the actor's own."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.account import User
from models.membership import Membership
from models.organization import Organization
from services.claims import PUBLIC_MAIL_HOSTS, domain_of
from services.errors import RuleViolation
from vocabulary.kinds import MembershipState
from vocabulary.labels import N_

# Beside those that prove nothing about an organisation (services/claims.py).
_MORE_PUBLIC_HOSTS = frozenset(
    {
        "aol.com",
        "bbox.fr",
        "gmx.com",
        "gmx.net",
        "googlemail.com",
        "hotmail.be",
        "hotmail.ch",
        "live.com",
        "mail.com",
        "mail.ru",
        "mailo.com",
        "mailinator.com",
        "me.com",
        "msn.com",
        "neuf.fr",
        "netcourrier.com",
        "numericable.fr",
        "pm.me",
        "tutanota.com",
        "yopmail.com",
        "ymail.com",
        "zaclys.net",
        "zoho.com",
    }
)
FREE_MAIL = N_(
    "Une messagerie personnelle ne prouve rien d’un partenaire : écrivez une adresse "
    "professionnelle, au nom de son organisme."
)
OWN_DOMAIN = N_(
    "Cette adresse est de votre côté : on ne confirme pas ses propres références. Écrivez celle "
    "de quelqu’un chez le partenaire."
)
UNREADABLE = N_("Cette adresse ne se lit pas.")


def partner_domain(session: Session, organization: Organization, address: str) -> str:
    """Return the domain of an address that may answer about what ``organization`` did.

    The domain is in its ASCII form: letters of another alphabet that imitate ours show.

    Raises:
        RuleViolation: an address that proves nothing, or the actor's own.
    """
    domain = _ascii_domain(address)
    if _is_public_host(domain):
        raise RuleViolation(FREE_MAIL, field="email")
    if any(_is_same(domain, own) for own in _own_domains(session, organization)):
        raise RuleViolation(OWN_DOMAIN, field="email")
    return domain


def _ascii_domain(address: str) -> str:
    host = address.rpartition("@")[2].strip().lower()
    try:
        domain = host.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise RuleViolation(UNREADABLE, field="email") from error
    if "." not in domain:
        raise RuleViolation(UNREADABLE, field="email")
    return domain


def _is_public_host(domain: str) -> bool:
    hosts = PUBLIC_MAIL_HOSTS | _MORE_PUBLIC_HOSTS
    return any(domain == host or domain.endswith(f".{host}") for host in hosts)


def _is_same(domain: str, other: str) -> bool:
    """Tell whether one domain is the other, or lies below it."""
    return domain == other or domain.endswith(f".{other}") or other.endswith(f".{domain}")


def _own_domains(session: Session, organization: Organization) -> set[str]:
    """Return the domains of the actor's site and of its people's addresses."""
    people = session.scalars(
        select(User.email)
        .join(Membership, Membership.user_id == User.id)
        .where(
            Membership.organization_id == organization.id,
            Membership.state == MembershipState.APPROVED,
        )
    )
    found = {email.rpartition("@")[2].lower() for email in people} | {domain_of(organization)}
    return {domain for domain in found if domain and not _is_public_host(domain)}
