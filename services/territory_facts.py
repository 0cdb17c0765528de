"""What staff state of a renewal quarter where no file does: its NPNRU interest, project phases."""

from collections.abc import Mapping
from datetime import date, datetime
from hashlib import sha256

from sqlalchemy.orm import Session

from models.account import User
from models.territory import RenewalProject, Territory
from services.audit import record_action
from services.errors import Conflict, RuleViolation
from services.indexing import request_indexing
from vocabulary.kinds import NpnruInterest, ProjectPhase, SubjectKind
from vocabulary.labels import N_

Phase = tuple[ProjectPhase, date | None, str]


def facts_seen(territory: Territory) -> str:
    """Return a digest of the facts: a form that carries another one is out of date."""
    words = [str(territory.npnru_interest or ""), territory.npnru_source]
    for project in _projects(territory):
        words += [str(project.id), project.phase.value, str(project.phase_on), project.phase_source]
    return sha256("\n".join(words).encode()).hexdigest()[:16]


def update_facts(
    session: Session,
    territory: Territory,
    *,
    interest: NpnruInterest,
    source: str,
    phases: Mapping[int, Phase],
    seen: str,
    author: User,
    now: datetime,
) -> bool:
    """State the interest and the phases, each with its source; tell whether anything changed.

    Raises:
        Conflict: somebody changed them since the form was shown.
        RuleViolation: a fact comes without its source.
    """
    session.refresh(territory, attribute_names=["npnru_interest"], with_for_update=True)
    if seen != facts_seen(territory):
        raise Conflict(N_("Ces informations ont été modifiées depuis que vous les avez ouvertes."))
    is_stated = interest is not NpnruInterest.UNSTATED
    if is_stated and not source:
        raise RuleViolation(N_("Indiquez la source de l’intérêt."), field="source")
    if any(
        phase is not ProjectPhase.UNSTATED and not words for phase, _on, words in phases.values()
    ):
        raise RuleViolation(N_("Indiquez la source de la phase."), field="projects")
    before = facts_seen(territory)
    territory.npnru_interest = interest
    territory.npnru_source = source
    territory.is_npnru = territory.is_npnru or is_stated
    for project in _projects(territory):
        if project.id in phases:
            _state_phase(project, phases[project.id])
    if facts_seen(territory) == before:
        return False
    territory.updated_at = now
    request_indexing(session, SubjectKind.TERRITORY, territory.id, now=now)
    record_action(
        session,
        "territory.edited",
        actor=author,
        kind=SubjectKind.TERRITORY,
        subject_id=territory.id,
        label=f"{territory.name} ({territory.code})",
        now=now,
        details={"interest": interest.value, "source": territory.npnru_source},
    )
    return True


def _state_phase(project: RenewalProject, phase: Phase) -> None:
    project.phase, project.phase_on, project.phase_source = phase


def _projects(territory: Territory) -> list[RenewalProject]:
    return sorted(territory.projects, key=lambda project: project.id)
