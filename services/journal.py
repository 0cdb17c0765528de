"""Reads the audit log: filtered, newest first, by pages that stay quick however deep."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from models.audit import AuditEntry
from vocabulary.kinds import SubjectKind
from vocabulary.labels import N_

PAGE_SIZE: Final = 50
PARIS: Final = ZoneInfo("Europe/Paris")
# The log is younger and will end before: instants at the ends of the calendar have no UTC.
FIRST_DAY: Final = date(1970, 1, 1)
LAST_DAY: Final = date(9000, 1, 1)
ACTIONS: Final[dict[str, str]] = {
    "entry.created": N_("Fiche créée"),
    "entry.submitted": N_("Fiche soumise"),
    "entry.taken_back": N_("Fiche reprise par son auteur"),
    "entry.published": N_("Fiche publiée"),
    "entry.changes_requested": N_("Modifications demandées"),
    "entry.suspended": N_("Fiche suspendue"),
    "entry.archived": N_("Fiche archivée"),
    "entry.withdrawn": N_("Fiche retirée par son responsable"),
    "entry.restored": N_("Fiche rétablie"),
    "entry.deleted": N_("Brouillon supprimé"),
    "entry.confirmed": N_("Fiche confirmée à jour"),
    "federation.invited": N_("Membre invité"),
    "federation.accepted": N_("Adhésion acceptée"),
    "federation.declined": N_("Adhésion refusée"),
    "federation.removed": N_("Membre retiré"),
    "need.closed": N_("Besoin clos"),
    "need.reopened": N_("Besoin rouvert"),
    "need.grouped": N_("Besoins rapprochés"),
    "need.ungrouped": N_("Besoin détaché des autres"),
    "need.sent": N_("Besoin envoyé à une structure"),
    "need.relayed": N_("Besoin relayé à des membres"),
    "need.relay_declined": N_("Relais décliné"),
    "territory.edited": N_("Quartier complété"),
    "meetup.plan_published": N_("Planning d’une rencontre publié"),
    "meetup.plan_withdrawn": N_("Planning d’une rencontre retiré"),
    "partnership.created": N_("Partenariat ouvert"),
    "partnership.edited": N_("Partenariat modifié"),
    "partnership.submitted": N_("Partenariat soumis"),
    "partnership.taken_back": N_("Partenariat repris par son auteur"),
    "partnership.discarded": N_("Modifications du partenariat abandonnées"),
    "partnership.published": N_("Partenariat publié"),
    "partnership.changes_requested": N_("Modifications du partenariat demandées"),
    "partnership.suspended": N_("Partenariat suspendu"),
    "partnership.archived": N_("Partenariat retiré"),
    "partnership.restored": N_("Partenariat rétabli"),
    "partnership.deleted": N_("Brouillon de partenariat supprimé"),
    "partnership.invited": N_("Membre invité dans un partenariat"),
    "partnership.member_cited": N_("Membre cité d’après une source"),
    "partnership.accepted": N_("Participation acceptée"),
    "partnership.declined": N_("Participation déclinée"),
    "partnership.left": N_("Départ d’un partenariat"),
    "partnership.removed": N_("Membre retiré d’un partenariat"),
    "partnership.role_changed": N_("Rôle changé dans un partenariat"),
    "partnership.group_saved": N_("Groupe de travail enregistré"),
    "partnership.group_removed": N_("Groupe de travail supprimé"),
    "partnership.meeting_saved": N_("Réunion enregistrée"),
    "partnership.meeting_removed": N_("Réunion supprimée"),
    "partnership.milestone_saved": N_("Étape enregistrée"),
    "partnership.milestone_removed": N_("Étape supprimée"),
    "partnership.document_added": N_("Document ajouté au partenariat"),
    "partnership.document_removed": N_("Document retiré du partenariat"),
    "partnership.document_restored": N_("Document rendu au partenariat"),
    "meetup.created": N_("Journée créée"),
    "meetup.edited": N_("Journée modifiée"),
    "meetup.deleted": N_("Brouillon de journée supprimé"),
    "meetup.announced": N_("Journée annoncée"),
    "meetup.withdrawn": N_("Annonce de journée retirée"),
    "meetup.opened": N_("Inscriptions ouvertes"),
    "meetup.closed": N_("Inscriptions closes"),
    "meetup.cancelled": N_("Journée annulée"),
    "meetup.restored": N_("Journée rétablie"),
    "meetup.rooms_changed": N_("Salles ou tables modifiées"),
    "meetup.slots_changed": N_("Créneaux modifiés"),
    "meetup.programme_changed": N_("Programme modifié"),
    "meetup.hall_key_renewed": N_("Adresse de l’écran du hall renouvelée"),
}


@dataclass(frozen=True, slots=True)
class JournalFilter:
    """What of the log is asked for; a blank field filters nothing."""

    kind: SubjectKind | None = None
    action: str = ""
    actor: str = ""
    label: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class JournalPage:
    """One page of lines, and the ``before`` of the next one when there are more."""

    lines: tuple[AuditEntry, ...]
    next_before: int | None


def read_journal(
    session: Session, wanted: JournalFilter, *, before: int | None = None
) -> JournalPage:
    """Return the newest lines older than the line ``before``."""
    statement = _filtered(wanted).order_by(AuditEntry.id.desc()).limit(PAGE_SIZE + 1)
    if before is not None:
        statement = statement.where(AuditEntry.id < before)
    found = list(session.scalars(statement))
    lines = tuple(found[:PAGE_SIZE])
    return JournalPage(lines, lines[-1].id if len(found) > PAGE_SIZE else None)


def actions_recorded(session: Session) -> list[str]:
    """Return the codes of the actions that the log holds, in order."""
    return sorted(session.scalars(select(AuditEntry.action).distinct()))


def history_of(session: Session, kind: SubjectKind, subject_id: int, *, limit: int) -> JournalPage:
    """Return the newest lines about one entry."""
    found = session.scalars(AuditEntry.about(kind, subject_id).limit(limit + 1)).all()
    lines = tuple(found[:limit])
    return JournalPage(lines, lines[-1].id if len(found) > limit else None)


def _filtered(wanted: JournalFilter) -> Select[AuditEntry]:
    statement = select(AuditEntry)
    if wanted.kind is not None:
        statement = statement.where(AuditEntry.subject_kind == wanted.kind)
    if wanted.action:
        statement = statement.where(AuditEntry.action == wanted.action)
    if wanted.actor:
        statement = statement.where(AuditEntry.actor_name.icontains(wanted.actor, autoescape=True))
    if wanted.label:
        named = AuditEntry.subject_label.icontains(wanted.label, autoescape=True)
        statement = statement.where(named)
    if wanted.since is not None:
        statement = statement.where(AuditEntry.at >= _start_of(wanted.since))
    if wanted.until is not None:
        statement = statement.where(
            AuditEntry.at < _start_of(min(wanted.until, LAST_DAY) + timedelta(days=1))
        )
    return statement


def _start_of(day: date) -> datetime:
    return datetime.combine(min(max(day, FIRST_DAY), LAST_DAY), time(), tzinfo=PARIS)
