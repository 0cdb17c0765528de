"""What applying a batch would do: a verdict for each line, before anything is written.

A row's ``notes`` hold, where they apply: ``problems`` (field, msgid, params), ``duplicates``
(id, slug, name, reasons), ``line`` (the earlier line it repeats), ``fields`` (the names of what
would change) and ``decision`` (what staff chose for a possible duplicate).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final

from rapidfuzz import fuzz, process
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.import_batch import ImportBatch, ImportRow
from models.organization import Organization
from models.revision import OPEN_STATES, Revision
from services.content_checks import website_host
from services.contents import OrganizationContent
from services.duplicates import NEAR_NAME, DuplicateReason, telling_words
from services.entry_contents import organization_content
from services.import_cells import Facts, load_communes, parse_line
from services.import_columns import REQUIRED, ImportField, cells_by_field
from services.text_keys import name_key
from vocabulary.kinds import PublicationState, SubjectKind
from vocabulary.labels import N_, LabelledEnum

MAX_SHOWN: Final = 5


class Verdict(LabelledEnum):
    """What applying the batch does with a line."""

    NEW = "new", N_("Nouvelle fiche")
    CHANGED = "changed", N_("Fiche modifiée")
    UNCHANGED = "unchanged", N_("Fiche inchangée")
    DUPLICATE = "duplicate", N_("Doublon possible")
    REFUSED = "refused", N_("Ligne refusée")


class Decision(LabelledEnum):
    """What staff chose for a possible duplicate; an update names the entry beside."""

    SKIP = "skip", N_("Laisser de côté")
    CREATE = "create", N_("Créer quand même une fiche")
    UPDATE = "update", N_("Mettre à jour la fiche existante")


@dataclass(slots=True)
class Known:
    """Every entry of the directory, as lines are compared with them."""

    entries: dict[int, Organization]
    revisions: dict[int, Revision]
    by_siren: dict[str, list[int]] = field(default_factory=dict)
    by_rnsr: dict[str, list[int]] = field(default_factory=dict)
    by_host: dict[str, list[int]] = field(default_factory=dict)
    by_name: dict[str, list[int]] = field(default_factory=dict)
    words: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a line would do: its content, the entry it is about, its verdict and its notes."""

    verdict: Verdict
    notes: dict[str, Any]
    content: OrganizationContent | None = None
    entry: Organization | None = None


def analyse_batch(session: Session, batch: ImportBatch, *, today: date) -> dict[int, Plan]:
    """Compare every line with the directory; write verdicts and notes, return the plans by row.

    Decisions already taken on possible duplicates are kept while they still make sense.
    """
    known = load_known(session)
    communes = load_communes(session)
    seen = _Seen()
    plans: dict[int, Plan] = {}
    for row in batch.rows:
        cells = cells_by_field(row.cells, batch.headers, batch.mapping)
        parsed = parse_line(cells, communes, this_year=today.year)
        plan = (
            Plan(Verdict.REFUSED, {"problems": parsed.problems})
            if parsed.problems
            else _plan(parsed.facts, row, known, seen)
        )
        row.verdict, row.notes = plan.verdict.value, plan.notes
        row.organization_id = plan.entry.id if plan.entry else None
        plans[row.id] = plan
    session.flush()
    return plans


def load_known(session: Session) -> Known:
    """Read the directory once for a whole file."""
    entries = {entry.id: entry for entry in session.scalars(select(Organization))}
    revisions = session.scalars(
        select(Revision).where(
            Revision.subject_kind == SubjectKind.ORGANIZATION, Revision.state.in_(OPEN_STATES)
        )
    )
    known = Known(entries, {revision.subject_id: revision for revision in revisions})
    for key, entry in sorted(entries.items()):
        for table, value in (
            (known.by_siren, entry.siren),
            (known.by_rnsr, entry.rnsr),
            (known.by_host, website_host(entry.website)),
            (known.by_name, entry.name_key),
        ):
            if value:
                table.setdefault(value, []).append(key)
        known.words[key] = _sorted_words(entry.name_key)
    return known


class _Seen:
    """The lines of the file read so far: by the entry they are about, by name, by number."""

    def __init__(self) -> None:
        self.entries: dict[int, int] = {}
        self.names: dict[str, list[tuple[str, int]]] = {}
        self.numbers: dict[str, int] = {}


def _plan(facts: Facts, row: ImportRow, known: Known, seen: _Seen) -> Plan:
    entry = identified_entry(facts, known)
    if entry is not None:
        return _update(facts, entry, row, known, seen)
    repeated = _repeated(facts, row, seen)
    if repeated is not None:
        return repeated
    duplicates = possible_duplicates(facts, known)
    twin = seen.numbers.setdefault(_number(facts), row.line) if _number(facts) else row.line
    if not duplicates and twin == row.line:
        return _creation(facts, Verdict.NEW, {})
    notes = {
        "duplicates": duplicates,
        "decision": Decision.SKIP.value,
        **({"line": twin} if twin != row.line else {}),
    }
    return _decided(facts, row, notes, known, seen)


def identified_entry(facts: Facts, known: Known) -> Organization | None:
    """Return the entry that a line is surely about: same name, and no number that differs.

    A SIREN alone is not enough: it may serve several structures, so that a line with another
    name is a possible duplicate for a person to judge. An RNSR number names one structure.
    """
    same_unit = known.by_rnsr.get(facts.get("rnsr") or "", [])
    if len(same_unit) == 1:
        return known.entries[same_unit[0]]
    same_name = [known.entries[key] for key in known.by_name.get(name_key(facts["name"]), [])]
    agreeing = [entry for entry in same_name if not _disagrees(facts, entry)]
    if len(agreeing) > 1:
        agreeing = [entry for entry in agreeing if _same_number(facts, entry)] or agreeing[:1]
    return agreeing[0] if agreeing else None


def _disagrees(facts: Facts, entry: Organization) -> bool:
    return any(_differ(facts.get(name), getattr(entry, name)) for name in ("siren", "rnsr"))


def _differ(one: str | None, other: str | None) -> bool:
    return bool(one and other and one != other)


def _same_number(facts: Facts, entry: Organization) -> bool:
    return any(
        facts.get(name) and facts[name] == getattr(entry, name) for name in ("siren", "rnsr")
    )


def possible_duplicates(facts: Facts, known: Known) -> list[dict[str, Any]]:
    """Return the entries that may be about the same actor, with the reasons."""
    reasons: dict[int, set[DuplicateReason]] = {}
    host = website_host(facts.get("website", ""))
    for reason, keys in (
        (DuplicateReason.NUMBER, known.by_siren.get(facts.get("siren") or "", [])),
        (DuplicateReason.RNSR, known.by_rnsr.get(facts.get("rnsr") or "", [])),
        (DuplicateReason.SITE, known.by_host.get(host, [])),
        (DuplicateReason.NAME, _near_names(facts, known)),
    ):
        for key in keys:
            # Two research units with their own numbers are two units, whatever they share.
            if not _differ(facts.get("rnsr"), known.entries[key].rnsr):
                reasons.setdefault(key, set()).add(reason)
    ordered = sorted(reasons, key=lambda key: (-len(reasons[key]), key))[:MAX_SHOWN]
    return [
        {
            "id": key,
            "slug": known.entries[key].slug,
            "name": known.entries[key].name,
            "reasons": [reason.value for reason in DuplicateReason if reason in reasons[key]],
        }
        for key in ordered
    ]


def _sorted_words(key: str) -> str:
    """Return the telling words in order: their ratio is the token sort ratio, ten times faster."""
    return " ".join(sorted(telling_words(key).split()))


def _near_names(facts: Facts, known: Known) -> list[int]:
    wanted = _sorted_words(name_key(facts["name"]))
    found = process.extract(
        wanted, known.words, scorer=fuzz.ratio, score_cutoff=NEAR_NAME, limit=MAX_SHOWN
    )
    return [key for _words, _score, key in found] if wanted else []


def _number(facts: Facts) -> str:
    return str(facts.get("siret") or facts.get("siren") or facts.get("rnsr") or "")


def _repeated(facts: Facts, row: ImportRow, seen: _Seen) -> Plan | None:
    number = _number(facts)
    same_name = seen.names.setdefault(name_key(facts["name"]), [])
    first = next(
        (line for other, line in same_name if not (other and number) or other == number), None
    )
    same_name.append((number, row.line))
    if first is None:
        return None
    return _refused(N_("Cette ligne répète la ligne %(line)s."), first)


def _refused(message: str, line: int | None = None) -> Plan:
    params = {} if line is None else {"line": str(line)}
    problem = {"field": ImportField.NAME.value, "message": message, "params": params}
    return Plan(Verdict.REFUSED, {"problems": [problem]})


def _creation(facts: Facts, verdict: Verdict, notes: dict[str, Any]) -> Plan:
    if "kind" not in facts:
        return _refused(N_("Le type de structure manque : il faut le donner pour créer une fiche."))
    return Plan(verdict, notes, OrganizationContent(**facts).changed())


def _decided(
    facts: Facts, row: ImportRow, notes: dict[str, Any], known: Known, seen: _Seen
) -> Plan:
    """Return the plan of a possible duplicate under the decision taken, if it still holds."""
    decision = row.notes.get("decision", Decision.SKIP.value)
    target: int = row.notes.get("target") or 0
    if decision == Decision.CREATE.value:
        return _creation(facts, Verdict.DUPLICATE, {**notes, "decision": decision})
    if decision == Decision.UPDATE.value and target in {one["id"] for one in notes["duplicates"]}:
        plan = _update(facts, known.entries[target], row, known, seen)
        kept = {**notes, **plan.notes, "decision": decision, "target": target}
        verdict = Verdict.REFUSED if plan.verdict is Verdict.REFUSED else Verdict.DUPLICATE
        return replace(plan, verdict=verdict, notes=kept)
    return Plan(Verdict.DUPLICATE, notes)


def _update(facts: Facts, entry: Organization, row: ImportRow, known: Known, seen: _Seen) -> Plan:
    first = seen.entries.setdefault(entry.id, row.line)
    if first != row.line:
        return _refused(N_("Cette ligne répète la ligne %(line)s."), first)
    present = organization_content(entry).changed()
    wanted = present.changed(**facts)
    revision = known.revisions.get(entry.id)
    if wanted == present or (revision is not None and _proposes(revision, facts)):
        return Plan(Verdict.UNCHANGED, {}, entry=entry)
    obstacle = _obstacle(entry, revision)
    if obstacle:
        return _refused(obstacle)
    notes = {"fields": _differences(present, wanted)}
    return Plan(Verdict.CHANGED, notes, wanted, entry)


def _proposes(revision: Revision, facts: Facts) -> bool:
    """Tell whether what waits for a moderator says all that the line says."""
    proposed = OrganizationContent.from_dict(revision.content)
    return revision.state is PublicationState.SUBMITTED and proposed.changed(**facts) == proposed


def _obstacle(entry: Organization, revision: Revision | None) -> str:
    if entry.is_claimed:
        return N_("Cette fiche a un responsable : lui seul la modifie.")
    if revision is not None:
        return N_("Une modification de cette fiche est déjà en cours.")
    if entry.state is not PublicationState.PUBLISHED:
        return N_("Cette fiche n’est pas publiée : décidez d’abord de son sort.")
    return ""


def _differences(present: OrganizationContent, wanted: OrganizationContent) -> list[str]:
    before, after = present.to_dict(), wanted.to_dict()
    return [name for name in before if before[name] != after[name]]


def missing_columns(mapping: Mapping[str, str]) -> list[ImportField]:
    """Return the fields without which no line can be read."""
    return [column for column in REQUIRED if column.value not in mapping]
