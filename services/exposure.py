"""Neutral exposure: the seed that orders equals each day, and how often each actor was shown.

Equal treatment (code de la commande publique, L3) asks more than good will: equals turn by a
number drawn at random and kept, so that any list can be made again as it was, and what was shown
is counted and published by kind, size and age of actor.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from models.exposure import ExposureCount, ExposureSeed
from models.organization import Organization
from vocabulary.exchanges import ExposureSurface
from vocabulary.kinds import INNOVATION_KINDS, OrganizationKind

# Whole years since the founding: lower bound of each class.
AGE_CLASSES: Final = (0, 3, 6, 11)
UNSTATED: Final = ""
Shown = Mapping[tuple[date, ExposureSurface, int], int]


def draw_seed(session: Session, day: date, *, number: int, now: datetime) -> ExposureSeed:
    """Return the seed of ``day``; ``number`` becomes it when none was drawn before."""
    insert = _insert(session)
    session.execute(
        insert(ExposureSeed)
        .values(day=day, seed=number, drawn_at=now)
        .on_conflict_do_nothing(index_elements=[ExposureSeed.day])
    )
    return session.get_one(ExposureSeed, day, populate_existing=True)


def seed_of(session: Session, day: date) -> int | None:
    """Return the seed drawn for ``day``, ``None`` when none was."""
    return session.scalar(select(ExposureSeed.seed).where(ExposureSeed.day == day))


def latest_seeds(session: Session, *, limit: int = 31) -> Sequence[ExposureSeed]:
    """Return the last seeds drawn, newest first."""
    newest = select(ExposureSeed).order_by(ExposureSeed.day.desc()).limit(limit)
    return session.scalars(newest).all()


def add_shown(session: Session, shown: Shown) -> None:
    """Add what was shown to the counts, each by one statement so that processes add up.

    Actors deleted meanwhile are left out.
    """
    actors = {actor for _, _, actor in shown}
    kept = set(session.scalars(select(Organization.id).where(Organization.id.in_(actors))))
    insert = _insert(session)
    for (day, surface, actor), times in sorted(shown.items()):
        if actor not in kept:
            continue
        session.execute(
            insert(ExposureCount)
            .values(day=day, surface=surface, organization_id=actor, shown=times)
            .on_conflict_do_update(
                index_elements=[
                    ExposureCount.day,
                    ExposureCount.surface,
                    ExposureCount.organization_id,
                ],
                set_={"shown": ExposureCount.shown + times},
            )
        )


def _insert(session: Session) -> Callable[..., sqlite.Insert]:
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    return postgresql.insert if is_postgresql else sqlite.insert  # type: ignore[return-value]


@dataclass(frozen=True, slots=True)
class ExposureRow:
    """One class of actors: how many are published, how often they were shown."""

    value: str
    """Code of the kind, range of headcount, or lower bound of the age class; empty: unstated."""
    actors: int
    shown: int
    actors_share: float
    """Share of the published actors, in [0, 1]."""
    shown_share: float
    """Share of what was shown, in [0, 1]."""

    @property
    def ratio(self) -> float | None:
        """Return shown share over actors' share: 1 when shown as often as its number says."""
        return self.shown_share / self.actors_share if self.actors_share and self.shown else None


@dataclass(frozen=True, slots=True)
class ExposureReport:
    """What was shown over a period, by kind, size and age of actor."""

    total: int
    by_kind: tuple[ExposureRow, ...]
    by_size: tuple[ExposureRow, ...]
    by_age: tuple[ExposureRow, ...]


@dataclass(frozen=True, slots=True)
class _Actor:
    kind: OrganizationKind
    size: str
    founded_year: int | None
    shown: int


def exposure_report(
    session: Session, *, since: date, until: date, surface: ExposureSurface | None = None
) -> ExposureReport:
    """Count what was shown from ``since`` to ``until`` included, over the published actors."""
    counted = (
        select(ExposureCount.organization_id, func.sum(ExposureCount.shown).label("shown"))
        .where(ExposureCount.day >= since, ExposureCount.day <= until)
        .group_by(ExposureCount.organization_id)
    )
    if surface is not None:
        counted = counted.where(ExposureCount.surface == surface)
    found = counted.subquery()
    rows = session.execute(
        Organization.published()
        .where(Organization.kind.in_(INNOVATION_KINDS))
        .outerjoin(found, found.c.organization_id == Organization.id)
        .with_only_columns(
            Organization.kind, Organization.size, Organization.founded_year, found.c.shown
        )
    )
    actors = [_Actor(kind, size, year, int(shown or 0)) for kind, size, year, shown in rows]
    return ExposureReport(
        total=sum(actor.shown for actor in actors),
        by_kind=_classes(actors, lambda actor: actor.kind.value),
        by_size=_classes(actors, lambda actor: actor.size, order=_size_order),
        by_age=_classes(actors, lambda actor: age_class(actor.founded_year, until), order=_number),
    )


def age_class(founded_year: int | None, day: date) -> str:
    """Return the lower bound of the age class on ``day`` as text, empty when unstated."""
    if founded_year is None:
        return UNSTATED
    age = max(0, day.year - founded_year)
    return str(max(bound for bound in AGE_CLASSES if bound <= age))


def _classes(
    actors: Sequence[_Actor],
    class_of: Callable[[_Actor], str],
    order: Callable[[str], tuple[int, str]] = lambda value: (0, value),
) -> tuple[ExposureRow, ...]:
    shown = sum(actor.shown for actor in actors)
    groups: dict[str, list[int]] = {}
    for actor in actors:
        groups.setdefault(class_of(actor), []).append(actor.shown)
    return tuple(
        ExposureRow(
            value=value,
            actors=len(groups[value]),
            shown=sum(groups[value]),
            actors_share=len(groups[value]) / len(actors),
            shown_share=sum(groups[value]) / shown if shown else 0.0,
        )
        for value in sorted(groups, key=lambda value: (value == UNSTATED, order(value)))
    )


def _size_order(size: str) -> tuple[int, str]:
    digits = "".join(mark for mark in size.partition("-")[0] if mark.isdigit())
    return int(digits or 0), size


def _number(value: str) -> tuple[int, str]:
    return int(value or 0), value
