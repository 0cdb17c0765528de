"""The sourcing register: lines added at the end of a chain of digests, and checking the chain.

Code de la commande publique, R2111-1 and L3: exchanges before a contract must leave equal traces
for all. Each line's digest covers the line before it; people and free words lie in a part beside
the chain, of which the line keeps a salted digest only: the part can be erased, the chain holds.
"""

import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, contains_eager, joinedload

from models.account import User
from models.need import Need
from models.organization import Organization
from models.register import RegisterEntry, RegisterHead, RegisterPart
from vocabulary.exchanges import RegisterEvent
from vocabulary.labels import N_

GENESIS: Final = "0" * 64
# What reading a row raises when somebody wrote into it what the column cannot hold.
_UNREADABLE: Final = (LookupError, ValueError, TypeError)


def record_event(
    session: Session,
    need: Need,
    event: RegisterEvent,
    *,
    now: datetime,
    organization: Organization | None = None,
    offer_id: int | None = None,
    person: User | None = None,
    facts: Mapping[str, Any] | None = None,
    words: Mapping[str, str] | None = None,
) -> RegisterEntry:
    """Add one line to the register of ``need``, in the running transaction.

    ``facts`` go into the chain and name nobody (strings, whole numbers, booleans, lists of them);
    ``words`` are free text: they lie beside the chain with the names, and may be erased.
    """
    head = _head(session, need.id)
    content = _part_content(organization, person, words or {})
    salt = secrets.token_hex(16)
    entry = RegisterEntry(
        need_id=need.id,
        sequence=head.sequence + 1,
        at=now.astimezone(UTC),
        event=event,
        organization_ref=organization.id if organization else None,
        offer_ref=offer_id,
        facts=dict(facts or {}),
        part_digest=part_digest(salt, content) if content else "",
        previous_hash=head.hash,
        hash="",
        is_demo=need.is_demo,
    )
    entry.hash = line_hash(entry)
    if content:
        entry.part = RegisterPart(salt=salt, content=content, user_id=person.id if person else None)
    session.add(entry)
    head.sequence, head.hash = entry.sequence, entry.hash
    session.flush()
    return entry


def _head(session: Session, need_id: int) -> RegisterHead:
    """Return the end of the chain, locked: two writers would fork it."""
    head = session.get(RegisterHead, need_id, with_for_update=True)
    if head is not None:
        return head
    try:
        with session.begin_nested():
            session.add(RegisterHead(need_id=need_id, sequence=0, hash=GENESIS))
    except IntegrityError:
        pass  # another writer opened the register meanwhile: its lines come first
    return session.get_one(RegisterHead, need_id, with_for_update=True)


def _part_content(
    organization: Organization | None, person: User | None, words: Mapping[str, str]
) -> dict[str, str]:
    content = dict(words)
    if organization is not None:
        content["organization"] = organization.name
    if person is not None:
        content["person"] = person.public_name
    return content


def line_hash(entry: RegisterEntry) -> str:
    """Return the digest of a line: SHA-256 over its columns as canonical JSON."""
    return _digest(
        [
            entry.need_id,
            entry.sequence,
            entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
            entry.event.value,
            entry.organization_ref,
            entry.offer_ref,
            entry.facts,
            entry.part_digest,
            entry.is_demo,
            entry.previous_hash,
        ]
    )


def part_digest(salt: str, content: Mapping[str, Any]) -> str:
    """Return the salted digest of a personal part."""
    return _digest([salt, dict(content)])


def _digest(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Flaw:
    """One place where a register is not what was written; ``reason`` is a msgid."""

    need_id: int
    sequence: int
    reason: str


ALTERED = N_("cette ligne a été modifiée")
MISPLACED = N_("une ligne manque ou a été déplacée avant celle-ci")
PART_ALTERED = N_("les noms ou les mots de cette ligne ont été modifiés")
CUT_SHORT = N_("la fin du registre manque ou a été remplacée")
ERASED_UNSAID = N_(
    "les noms et les mots de cette ligne ont été effacés sans que le registre le dise"
)
NO_ANCHOR = N_("l’empreinte notée sur une copie n’est celle d’aucune ligne du registre")


@dataclass(frozen=True, slots=True)
class StoredRegister:
    """The lines of one need as they are stored, with how the chain ends."""

    need_id: int
    entries: tuple[RegisterEntry, ...]
    head: RegisterHead | None
    unreadable: tuple[int, ...] = ()
    """Numbers of the lines that no longer hold what a line can hold."""


def verify_register(session: Session, need_id: int) -> list[Flaw]:
    """Return the flaws of the register of one need, in order; none when it is whole."""
    return chain_flaws(load_register(session, need_id))


def load_register(session: Session, need_id: int) -> StoredRegister:
    """Read a register afresh; one line that cannot be read does not hide the others."""
    statement = (
        RegisterEntry.of_need(need_id)
        .options(joinedload(RegisterEntry.part))
        .execution_options(populate_existing=True)
    )
    head = session.get(RegisterHead, need_id, populate_existing=True)
    try:
        return StoredRegister(need_id, tuple(session.scalars(statement)), head)
    except _UNREADABLE:
        return _load_what_reads(session, need_id, statement, head)


def _load_what_reads(
    session: Session, need_id: int, statement: Select[RegisterEntry], head: RegisterHead | None
) -> StoredRegister:
    numbers = session.scalars(
        select(RegisterEntry.sequence)
        .where(RegisterEntry.need_id == need_id)
        .order_by(RegisterEntry.sequence)
    ).all()
    entries, unreadable = [], []
    for number in numbers:
        try:
            entries.append(session.scalars(statement.where(RegisterEntry.sequence == number)).one())
        except _UNREADABLE:
            unreadable.append(number)
    return StoredRegister(need_id, tuple(entries), head, tuple(unreadable))


def chain_flaws(stored: StoredRegister) -> list[Flaw]:
    """Return the flaws of a register read whole, in the order of its lines."""
    found = [(number, ALTERED) for number in stored.unreadable]
    previous, expected = GENESIS, 1
    erased = _lines_said_erased(stored.entries)
    for entry in stored.entries:
        reasons = _line_flaws(entry, is_erased=entry.sequence in erased)
        found += [(entry.sequence, reason) for reason in reasons]
        if entry.sequence != expected or entry.previous_hash != previous:
            found.append((entry.sequence, MISPLACED))
        previous, expected = entry.hash, entry.sequence + 1
    found += _end_flaws(stored, previous, expected)
    return [Flaw(stored.need_id, number, reason) for number, reason in sorted(found, key=_number)]


def _number(flaw: tuple[int, str]) -> int:
    return flaw[0]


def _end_flaws(stored: StoredRegister, last: str, expected: int) -> list[tuple[int, str]]:
    head = stored.head
    if head is None:
        return [] if expected == 1 else [(expected, CUT_SHORT)]
    if (head.sequence, head.hash) == (expected - 1, last):
        return []
    return [(max(head.sequence, expected - 1), CUT_SHORT)]


def facts_of(entry: RegisterEntry) -> Mapping[str, Any]:
    """Return the facts of a line; a line somebody altered may hold anything."""
    return entry.facts if isinstance(entry.facts, dict) else {}


def numbers_in(facts: Mapping[str, Any], name: str) -> list[int]:
    """Return a list of numbers among the facts of a line, whatever else was put there."""
    found = facts.get(name)
    return [one for one in found if isinstance(one, int)] if isinstance(found, list) else []


def _lines_said_erased(entries: Iterable[RegisterEntry]) -> set[int]:
    said = (facts_of(entry) for entry in entries if entry.event is RegisterEvent.ERASED)
    return {number for facts in said for number in numbers_in(facts, "lines")}


def _line_flaws(entry: RegisterEntry, *, is_erased: bool) -> list[str]:
    flaws = [] if line_hash(entry) == entry.hash else [ALTERED]
    part = entry.part
    if part is None:
        return flaws if not entry.part_digest else [*flaws, PART_ALTERED]
    if part.erased_at is not None and not part.content:
        return flaws if is_erased else [*flaws, ERASED_UNSAID]
    if part_digest(part.salt, part.content) != entry.part_digest:
        flaws.append(PART_ALTERED)
    return flaws


def find_anchor(
    session: Session, digest: str, *, need_id: int | None = None
) -> RegisterEntry | None:
    """Return the line whose digest was printed on a copy; ``None`` when no line has it.

    A copy kept elsewhere says how the chain ended that day: a register rewritten from its first
    line would hold together, but would not hold this digest any more.
    """
    statement = select(RegisterEntry).where(RegisterEntry.hash == digest)
    if need_id is not None:
        statement = statement.where(RegisterEntry.need_id == need_id)
    return session.scalars(statement.limit(1)).first()


def erase_parts_of(session: Session, user: User, *, now: datetime) -> int:
    """Erase the names and words of every line that ``user`` wrote; return how many.

    The chain holds: it covers a salted digest only, and the salt goes too. A line of each register
    says which lines were erased, so that an erasure nobody recorded shows.
    """
    parts = session.scalars(
        select(RegisterPart)
        .join(RegisterPart.entry)
        .where(RegisterPart.user_id == user.id, RegisterPart.erased_at.is_(None))
        .options(contains_eager(RegisterPart.entry).joinedload(RegisterEntry.need))
        .order_by(RegisterEntry.need_id, RegisterEntry.sequence)
    ).all()
    erased: dict[Need, list[int]] = {}
    for part in parts:
        part.content, part.salt, part.user_id, part.erased_at = {}, "", None, now
        erased.setdefault(part.entry.need, []).append(part.entry.sequence)
    for need, lines in erased.items():
        record_event(session, need, RegisterEvent.ERASED, now=now, facts={"lines": lines})
    return len(parts)


def needs_with_register(session: Session) -> list[int]:
    """Return the needs that have a register, lines or head, by number."""
    kept = select(RegisterEntry.need_id).union(select(RegisterHead.need_id))
    return sorted(session.scalars(kept))
