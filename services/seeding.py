"""Loads what the product starts with: geography, quarters, real bodies, demo set."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.account import Role
from models.geography import Commune
from services.demo_data import seed_demo
from services.seeding_bodies import seed_bodies
from services.seeding_geography import seed_geography
from services.seeding_territories import seed_territories
from vocabulary.kinds import UserRole


@dataclass(frozen=True, slots=True)
class SeedReport:
    """How many rows each part wrote; all zero when everything was already there."""

    geography: int
    roles: int
    bodies: int
    territories: int
    demo: int

    @property
    def total(self) -> int:
        """Return how many rows were written."""
        return self.geography + self.roles + self.bodies + self.territories + self.demo


def is_seeded(session: Session) -> bool:
    """Tell whether the ground data is there: it comes in one transaction, communes included."""
    return session.scalar(select(Commune.code).limit(1)) is not None


def seed_everything(
    session: Session,
    *,
    with_demo: bool,
    hash_password: Callable[[str], str],
    now: datetime,
    documents_dir: Path | None = None,
) -> SeedReport:
    """Load what is missing, in the running transaction; a second run writes nothing.

    Geography follows its files; other entries are created when absent and never overwritten:
    since then their owners or staff may have changed them. ``hash_password``, ``now`` and
    ``documents_dir`` serve the demonstration only; the index is rebuilt by another command.
    """
    return SeedReport(
        geography=seed_geography(session),
        roles=seed_roles(session),
        bodies=seed_bodies(session),
        territories=seed_territories(session),
        demo=seed_demo(session, hash_password=hash_password, now=now, documents_dir=documents_dir)
        if with_demo
        else 0,
    )


def seed_roles(session: Session) -> int:
    """Create the roles that are missing; return how many."""
    present = set(session.scalars(select(Role.name)))
    missing = [role for role in UserRole if role.value not in present]
    session.add_all(Role(name=role.value, description=role.label) for role in missing)
    session.flush()
    return len(missing)
