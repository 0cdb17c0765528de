"""Whom to invite to a meetup day: published bodies by place, theme, kind or name, and why each."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session, joinedload

from models.geography import Commune
from models.meetup import MeetupDay
from models.meetup_participant import MeetupParticipant
from models.membership import Membership
from models.need import Need
from models.organization import Organization
from models.territory import (
    RenewalProject,
    Territory,
    TerritoryCommune,
    renewal_project_territory,
)
from services.errors import RuleViolation
from services.places import find_quarters, resolve_commune
from services.text_keys import name_key
from vocabulary.geography import is_quarter_code, normalise_quarter_code
from vocabulary.kinds import MembershipState, OrganizationKind, PublicationState
from vocabulary.labels import N_
from vocabulary.meetups import ParticipantState
from vocabulary.themes import all_themes, children_of

# More is no longer read one by one: the page asks to say more.
MOST: Final = 300


@dataclass(frozen=True, slots=True)
class Criteria:
    """What is looked for; an empty field asks for nothing."""

    place: str = ""
    department: str = ""
    themes: tuple[str, ...] = ()
    kinds: frozenset[OrganizationKind] = frozenset()
    text: str = ""

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing is looked for."""
        return not (self.place or self.department or self.themes or self.kinds or self.text)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A body that fits: why, whether somebody answers for it, what it already is at the day."""

    organization: Organization
    themes: tuple[str, ...]
    quarters: tuple[str, ...]
    is_of_place: bool
    has_team: bool
    state: ParticipantState | None

    @property
    def reasons(self) -> dict[str, Any]:
        """Return why it is invited, as kept with the invitation."""
        found = {"themes": list(self.themes), "quarters": list(self.quarters)}
        return {name: codes for name, codes in found.items() if codes}


@dataclass(frozen=True, slots=True)
class Where:
    """A place understood: communes, and the quarters whose carriers are looked for."""

    name: str = ""
    communes: frozenset[str] = frozenset()
    quarters: dict[int, str] = field(default_factory=dict)
    department: str = ""


def find_candidates(
    session: Session, day: MeetupDay, criteria: Criteria
) -> tuple[Sequence[Candidate], bool]:
    """Return the published bodies that fit, by name, and whether there are more than ``MOST``.

    Raises:
        RuleViolation: the place is not recognised, or means several.
    """
    where = read_where(session, criteria)
    carriers = _carriers(session, where)
    wanted = set(_with_children(criteria.themes))
    query = Organization.published().options(joinedload(Organization.commune))
    query = query.where(*_conditions(criteria, where, carriers))
    found = session.scalars(query.order_by(Organization.name_key, Organization.id)).all()
    if wanted:
        found = [one for one in found if wanted & set(one.themes)]
    shown = found[:MOST]
    keys = [one.id for one in shown]
    states = _states(session, day, keys)
    teams = _teams(session, keys)
    candidates = [
        Candidate(
            organization=one,
            themes=tuple(code for code in one.themes if code in wanted),
            quarters=carriers.get(one.id, ()),
            is_of_place=bool(where.name),
            has_team=one.id in teams,
            state=states.get(one.id),
        )
        for one in shown
    ]
    return candidates, len(found) > MOST


def read_where(session: Session, criteria: Criteria) -> Where:
    """Understand the place: a quarter by its code, else a commune; or a department.

    Raises:
        RuleViolation: it is not recognised, or means several.
    """
    if criteria.place:
        code = normalise_quarter_code(criteria.place.rsplit("(", 1)[-1].rstrip(") "))
        if is_quarter_code(code):
            quarters = find_quarters(session, code)
            if len(quarters) == 1:
                return _quarter(quarters[0])
        return _commune(session, criteria.place)
    if criteria.department:
        rows = session.execute(
            select(Territory.id, Territory.code).where(
                Territory.department_code == criteria.department
            )
        )
        return Where(
            name=criteria.department,
            department=criteria.department,
            quarters={row.id: row.code for row in rows},
        )
    return Where()


def _quarter(quarter: Territory) -> Where:
    return Where(
        name=quarter.name or quarter.code,
        communes=frozenset(commune.code for commune in quarter.communes),
        quarters={quarter.id: quarter.code},
    )


def _commune(session: Session, typed: str) -> Where:
    communes = resolve_commune(session, typed)
    if not communes:
        quarters = find_quarters(session, typed)
        if len(quarters) == 1:
            return _quarter(quarters[0])
        raise RuleViolation(
            N_("Ce lieu n’est pas reconnu : écrivez une commune, ou le code d’un quartier."),
            field="place",
        )
    if len(communes) > 1:
        raise RuleViolation(
            N_("Plusieurs communes portent ce nom : ajoutez le département entre parenthèses."),
            field="place",
        )
    rows = session.execute(
        select(Territory.id, Territory.code)
        .join(TerritoryCommune, TerritoryCommune.territory_id == Territory.id)
        .where(TerritoryCommune.commune_code == communes[0].code)
    )
    return Where(
        name=communes[0].name,
        communes=frozenset({communes[0].code}),
        quarters={row.id: row.code for row in rows},
    )


def _carriers(session: Session, where: Where) -> dict[int, tuple[str, ...]]:
    """Return who carries a project or an open need in the quarters, with their codes."""
    if not where.quarters:
        return {}
    pivot = renewal_project_territory
    projects = (
        select(RenewalProject.carrier_id, pivot.c.territory_id)
        .join(pivot, pivot.c.project_id == RenewalProject.id)
        .where(RenewalProject.carrier_id.is_not(None), pivot.c.territory_id.in_(where.quarters))
    )
    needs = select(Need.carrier_id, Need.territory_id).where(
        Need.carrier_id.is_not(None),
        Need.state == PublicationState.PUBLISHED,
        Need.territory_id.in_(where.quarters),
    )
    found: dict[int, set[str]] = {}
    for carrier_id, territory_id in [*session.execute(projects), *session.execute(needs)]:
        found.setdefault(carrier_id, set()).add(where.quarters[territory_id])
    return {carrier_id: tuple(sorted(codes)) for carrier_id, codes in found.items()}


def _conditions(
    criteria: Criteria, where: Where, carriers: Collection[int]
) -> Iterable[ColumnElement[bool]]:
    if where.name:
        seated = Organization.commune_code.in_(where.communes)
        if where.department:
            communes = select(Commune.code).where(Commune.department_code == where.department)
            seated = Organization.commune_code.in_(communes)
        yield or_(seated, Organization.id.in_(carriers))
    if criteria.kinds:
        yield Organization.kind.in_(criteria.kinds)
    if criteria.text:
        key = name_key(criteria.text)
        yield Organization.name_key.contains(key, autoescape=True)


def _with_children(codes: Iterable[str]) -> Iterable[str]:
    """Return the themes and those under them: an axis stands for all of its themes."""
    known = all_themes()
    for code in codes:
        if code in known:
            yield code
            yield from (child.code for child in children_of(code))


def _states(
    session: Session, day: MeetupDay, keys: Collection[int]
) -> dict[int | None, ParticipantState]:
    rows = session.execute(
        select(MeetupParticipant.organization_id, MeetupParticipant.state).where(
            MeetupParticipant.day_id == day.id, MeetupParticipant.organization_id.in_(keys)
        )
    )
    return {row.organization_id: row.state for row in rows}


def _teams(session: Session, keys: Collection[int]) -> set[int]:
    team = exists().where(
        and_(
            Membership.organization_id == Organization.id,
            Membership.state == MembershipState.APPROVED,
        )
    )
    return set(session.scalars(select(Organization.id).where(Organization.id.in_(keys), team)))
