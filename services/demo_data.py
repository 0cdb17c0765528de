"""The demonstration: its accounts, its fictional entries, and removing them all."""

import tomllib
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from models.account import Role, User
from models.federation import FederationMember
from models.meetup import MeetupDay
from models.membership import Membership
from models.need import Need
from models.offer import Offer
from models.organization import Organization
from models.partnership import PartnershipMember
from models.register import RegisterEntry, RegisterHead
from models.revision import Revision
from services.bulk_indexing import withdraw_all
from services.demo_alerts import seed_demo_alerts
from services.demo_consortiums import remove_demo_consortiums, seed_demo_consortium
from services.demo_evidence import remove_demo_evidence, seed_demo_evidence
from services.demo_introductions import seed_demo_introductions
from services.demo_meetups import seed_demo_meetups
from services.demo_needs import remove_demo_groups, seed_demo_needs
from services.demo_partnerships import remove_demo_partnerships, seed_demo_partnerships
from services.demo_register import seed_demo_register
from services.demo_shortlists import seed_demo_shortlist
from services.seeding_demo import seed_demo_entries
from vocabulary.kinds import (
    TERRITORY_KINDS,
    MembershipRole,
    MembershipState,
    OrganizationKind,
    SubjectKind,
    UserRole,
)
from vocabulary.periods import paris_day

# Printed at start and known to all: these accounts exist in the demonstration only.
DEMO_PASSWORD: Final = "tour-de-table-2026"  # noqa: S105
DEMO_DOMAIN: Final = "demo.example"
TEAMS_FILE: Final = Path(__file__).resolve().parent.parent / "seed_data" / "demo" / "teams.toml"


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """One account of the demonstration.

    It joins the organisation of that slug, else the one of ``kinds`` with the most to show.
    """

    email: str
    display_name: str
    purpose: str
    role: UserRole
    kinds: frozenset[OrganizationKind] = frozenset()
    membership: MembershipRole = MembershipRole.OWNER
    organization: str = ""
    is_stand_in: bool = False
    """It answers for the actors of ``seed_data/demo/teams.toml`` that nobody else is in."""


DEMO_ACCOUNTS: Final = (
    DemoAccount(
        f"innovateur@{DEMO_DOMAIN}",
        "Compte innovateur (démo)",
        "responsable d’une startup",
        UserRole.MEMBER,
        frozenset({OrganizationKind.STARTUP}),
    ),
    DemoAccount(
        f"contributrice@{DEMO_DOMAIN}",
        "Compte contributeur (démo)",
        "contributrice de la même startup",
        UserRole.MEMBER,
        frozenset({OrganizationKind.STARTUP}),
        MembershipRole.EDITOR,
    ),
    DemoAccount(
        f"collectivite@{DEMO_DOMAIN}",
        "Compte collectivité (démo)",
        "responsable d’un acteur du territoire",
        UserRole.MEMBER,
        TERRITORY_KINDS,
        # Carries needs on the quarter of Saint-Étienne, where the demonstration is walked.
        organization="collectivite-de-parmeline",
    ),
    DemoAccount(
        f"tablee@{DEMO_DOMAIN}",
        "La tablée (démo)",
        "répond pour une trentaine d’acteurs fictifs",
        UserRole.MEMBER,
        is_stand_in=True,
    ),
    DemoAccount(
        f"equipe@{DEMO_DOMAIN}", "Équipe ANRU, premier compte (démo)", "équipe", UserRole.STAFF
    ),
    DemoAccount(
        f"equipe2@{DEMO_DOMAIN}",
        "Équipe ANRU, second compte (démo)",
        "équipe, seconde personne",
        UserRole.STAFF,
    ),
    DemoAccount(
        f"administration@{DEMO_DOMAIN}",
        "Administration (démo)",
        "administratrice",
        UserRole.ADMINISTRATOR,
    ),
)


@dataclass(frozen=True, slots=True)
class DemoRemoval:
    """How many entries of the demonstration were removed."""

    organizations: int
    offers: int
    needs: int
    meetups: int
    accounts: int
    logos: int


def seed_demo(
    session: Session,
    *,
    hash_password: Callable[[str], str],
    now: datetime,
    documents_dir: Path | None = None,
) -> int:
    """Create the demo entries and accounts that are missing; return how many.

    Without ``documents_dir``, no demo document is given out.

    Raises:
        LookupError: the roles are not there yet.
    """
    created = seed_demo_entries(session) + _seed_accounts(session, hash_password, now)
    # First of what registers note: it ends two weeks after the needs were published.
    created += seed_demo_register(session, folder=documents_dir, now=now)
    created += seed_demo_introductions(session, folder=documents_dir, now=now)
    created += seed_demo_partnerships(session, now=now)
    created += seed_demo_needs(
        session, staff_email=f"equipe@{DEMO_DOMAIN}", today=paris_day(now), now=now
    )
    created += seed_demo_shortlist(session, email=f"collectivite@{DEMO_DOMAIN}", now=now)
    created += seed_demo_consortium(
        session,
        builder=f"collectivite@{DEMO_DOMAIN}",
        innovator=f"innovateur@{DEMO_DOMAIN}",
        now=now,
    )
    created += seed_demo_evidence(
        session,
        authority=f"collectivite@{DEMO_DOMAIN}",
        innovator=f"innovateur@{DEMO_DOMAIN}",
        staff=f"equipe@{DEMO_DOMAIN}",
        now=now,
    )
    created += seed_demo_meetups(
        session,
        accounts=[f"{name}@{DEMO_DOMAIN}" for name in ("innovateur", "collectivite", "tablee")],
        staff_email=f"equipe@{DEMO_DOMAIN}",
        now=now,
    )
    created += seed_demo_alerts(
        session,
        innovator=f"innovateur@{DEMO_DOMAIN}",
        authority=f"collectivite@{DEMO_DOMAIN}",
        now=now,
    )
    return created


def remove_demo(session: Session, *, uploads_dir: Path, now: datetime) -> DemoRemoval:
    """Remove every demo entry, account and logo, and hide them from search at once.

    Entries added to a demo organisation since (offers, members, revisions) go with it.
    """
    actors = set(session.scalars(select(Organization.id).where(Organization.is_demo)))
    offers = set(
        session.scalars(
            select(Offer.id).where(or_(Offer.is_demo, Offer.organization_id.in_(actors)))
        )
    )
    needs = set(session.scalars(select(Need.id).where(Need.is_demo)))
    people = set(session.scalars(select(User.id).where(User.email.endswith(f"@{DEMO_DOMAIN}"))))
    withdraw_all(session, SubjectKind.ORGANIZATION, actors, now=now)
    withdraw_all(session, SubjectKind.OFFER, offers, now=now)
    withdraw_all(session, SubjectKind.NEED, needs, now=now)
    logos = _remove_logos(session, actors, uploads_dir)
    _remove_register(session, needs)
    remove_demo_evidence(session)
    remove_demo_partnerships(session)
    remove_demo_consortiums(session)
    _delete(session, Need.id, needs)
    remove_demo_groups(session)
    _delete(session, Offer.id, offers)
    _remove_organizations(session, actors)
    meetups = session.execute(delete(MeetupDay).where(MeetupDay.is_demo))
    _remove_accounts(session, people)
    session.expire_all()
    return DemoRemoval(
        organizations=len(actors),
        offers=len(offers),
        needs=len(needs),
        meetups=int(meetups.rowcount),  # type: ignore[attr-defined]
        accounts=len(people),
        logos=logos,
    )


def _seed_accounts(session: Session, hash_password: Callable[[str], str], now: datetime) -> int:
    present = set(session.scalars(select(User.email)))
    missing = [account for account in DEMO_ACCOUNTS if account.email not in present]
    if not missing:
        return 0
    roles = {role.name: role for role in session.scalars(select(Role))}
    password = hash_password(DEMO_PASSWORD)
    naive_now = now.astimezone(UTC).replace(tzinfo=None)  # Flask-Security's own columns
    for account in missing:
        user = User(
            email=account.email,
            display_name=account.display_name,
            password=password,
            active=True,
            confirmed_at=naive_now,
            fs_uniquifier=uuid.uuid4().hex,
            last_contact_at=now,
            roles=[roles[account.role.value]],
        )
        session.add(user)
        session.flush()
        _join_organization(session, user, account, now)
    session.flush()
    return len(missing)


def _join_organization(session: Session, user: User, account: DemoAccount, now: datetime) -> None:
    if account.is_stand_in:
        _stand_in(session, user, account, now)
    if not account.kinds:
        return
    # The one with the most to show: offers on one side, needs on the other.
    offers = select(func.count(Offer.id)).where(Offer.organization_id == Organization.id)
    needs = select(func.count(Need.id)).where(Need.carrier_id == Organization.id)
    entries = offers.scalar_subquery() + needs.scalar_subquery()
    organization_id = session.scalar(
        select(Organization.id)
        .where(Organization.is_demo, Organization.kind.in_(account.kinds))
        .order_by(
            (Organization.slug == account.organization).desc(), entries.desc(), Organization.slug
        )
        .limit(1)
    )
    if organization_id is not None:
        session.add(_membership(organization_id, user, account, now))


def _stand_in(session: Session, user: User, account: DemoAccount, now: datetime) -> None:
    """Join the listed actors that have no team, so that each can be written to."""
    listed = tomllib.loads(TEAMS_FILE.read_text(encoding="utf-8"))["organizations"]
    taken = select(Membership.organization_id).where(Membership.state == MembershipState.APPROVED)
    alone = select(Organization.id).where(
        Organization.is_demo, Organization.slug.in_(listed), Organization.id.not_in(taken)
    )
    session.add_all(
        _membership(organization_id, user, account, now)
        for organization_id in session.scalars(alone)
    )


def _membership(
    organization_id: int, user: User, account: DemoAccount, now: datetime
) -> Membership:
    return Membership(
        organization_id=organization_id,
        user_id=user.id,
        role=account.membership,
        state=MembershipState.APPROVED,
        created_at=now,
        decided_at=now,
    )


def _remove_logos(session: Session, actors: set[int], uploads_dir: Path) -> int:
    """Remove the pictures that no remaining entry uses: equal pictures share one file."""
    used = select(Organization.logo).where(Organization.logo != "")
    gone = set(session.scalars(used.where(Organization.id.in_(actors))))
    kept = set(session.scalars(used.where(Organization.id.not_in(actors))))
    removed = 0
    for digest in sorted(gone - kept):
        for path in uploads_dir.rglob(f"{digest}*"):
            path.unlink()
            removed += 1
    return removed


def _remove_organizations(session: Session, actors: set[int]) -> None:
    # SQLite would do most of it by cascade; said here so that no foreign key is relied upon.
    for column in (
        Revision.organization_id,
        Membership.organization_id,
        FederationMember.federator_id,
        FederationMember.member_id,
        PartnershipMember.organization_id,
    ):
        session.execute(delete(column.class_).where(column.in_(actors)))
    _delete(session, Organization.id, actors)


def _remove_register(session: Session, needs: set[int]) -> None:
    """Delete the registers of demo needs: the only ones that the database lets go."""
    session.execute(delete(RegisterEntry).where(RegisterEntry.need_id.in_(needs)))
    session.execute(delete(RegisterHead).where(RegisterHead.need_id.in_(needs)))


def _remove_accounts(session: Session, people: set[int]) -> None:
    for user in session.scalars(select(User).where(User.id.in_(people))):
        session.delete(user)
    session.flush()


def _delete(session: Session, column: InstrumentedAttribute[int], keys: set[int]) -> None:
    if keys:
        session.execute(delete(column.class_).where(column.in_(keys)))
