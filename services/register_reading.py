"""The register of a need as people read it: every line with its names, checked, filtered, paged."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models.need import Need
from models.offer import Offer
from models.organization import Organization
from models.register import RegisterEntry
from services.register import (
    GENESIS,
    Flaw,
    chain_flaws,
    facts_of,
    load_register,
    numbers_in,
)
from services.text_keys import name_key
from vocabulary.exchanges import RegisterEvent

PAGE_SIZE: Final = 50
# Words that may be read by who reads the register. An actor's document keeps its name to its
# thread (business secrecy), and so do the messages: the line says that they were exchanged.
_READABLE_WORDS: Final = frozenset(
    {"said", "with", "filename", "nature", "declarant", "reason", "note", "name", "structure"}
)
_CONFIDENTIAL: Final = frozenset({RegisterEvent.DOCUMENT_RECEIVED, RegisterEvent.MESSAGE})


@dataclass(frozen=True, slots=True)
class RegisterLine:
    """One line with the names it stands for; ``flaws`` are msgids, none when it is as written."""

    sequence: int
    at: datetime
    event: RegisterEvent
    organization_number: int | None
    organization: str
    offer_number: int | None
    offer: str
    person: str
    facts: Mapping[str, Any]
    words: Mapping[str, str]
    part_digest: str
    previous_hash: str
    hash: str
    is_erased: bool
    corrected_by: int | None
    flaws: tuple[str, ...]
    shown: tuple[str, ...]
    """Who was shown, for a list: « offer (actor) » in the order of the list."""


@dataclass(frozen=True, slots=True)
class RegisterFilter:
    """What of a register is asked for; a blank field filters nothing."""

    event: RegisterEvent | None = None
    organization: int | None = None


@dataclass(frozen=True, slots=True)
class RegisterReading:
    """A register read whole: the lines asked for, and whether the chain holds."""

    lines: tuple[RegisterLine, ...]
    total: int
    length: int
    head: str
    flaws: tuple[Flaw, ...]
    organizations: tuple[tuple[int, str], ...]
    events: tuple[RegisterEvent, ...]

    @property
    def pages(self) -> int:
        """Return how many pages the lines asked for take."""
        return max(1, -(-self.total // PAGE_SIZE))


def read_register(
    session: Session,
    need: Need,
    wanted: RegisterFilter | None = None,
    *,
    page: int | None = None,
) -> RegisterReading:
    """Return the lines of the register in time order, checked from the first to the last.

    Without ``page``, all of them (exports). The number of queries is fixed.
    """
    wanted = wanted or RegisterFilter()
    stored = load_register(session, need.id)
    entries, head = stored.entries, stored.head
    flaws = chain_flaws(stored)
    kept = [entry for entry in entries if _is_wanted(entry, wanted)]
    start = 0 if page is None else (page - 1) * PAGE_SIZE
    shown = kept[start:] if page is None else kept[start : start + PAGE_SIZE]
    names = _organization_names(session, entries)
    offers = _offer_titles(session, shown)
    corrections = {
        facts_of(entry).get("corrects"): entry.sequence
        for entry in entries
        if entry.event is RegisterEvent.CORRECTION
    }
    reasons: dict[int, list[str]] = {}
    for flaw in flaws:
        reasons.setdefault(flaw.sequence, []).append(flaw.reason)
    return RegisterReading(
        lines=tuple(
            _line(entry, names, offers, corrections.get(entry.sequence), reasons) for entry in shown
        ),
        total=len(kept),
        length=head.sequence if head else 0,
        head=head.hash if head else GENESIS,
        flaws=tuple(flaws),
        organizations=tuple(sorted(names.items(), key=lambda one: (name_key(one[1]), one[0]))),
        events=tuple(event for event in RegisterEvent if any(e.event is event for e in entries)),
    )


def known_actors(session: Session, need: Need) -> list[Organization]:
    """Return the actors that the register names, shown or in contact, by name."""
    rows = session.execute(
        select(RegisterEntry.organization_ref, RegisterEntry.facts).where(
            RegisterEntry.need_id == need.id
        )
    ).all()
    numbers = {number for number, _ in rows if number is not None}
    numbers |= {actor for _, facts in rows for actor in numbers_in(facts, "actors")}
    if not numbers:
        return []
    found = session.scalars(
        select(Organization)
        .where(Organization.id.in_(numbers))
        .order_by(Organization.name_key, Organization.id)
    )
    return list(found)


def _is_wanted(entry: RegisterEntry, wanted: RegisterFilter) -> bool:
    if wanted.event is not None and entry.event is not wanted.event:
        return False
    if wanted.organization is None:
        return True
    return wanted.organization in _organizations_in(entry)


def _organizations_in(entry: RegisterEntry) -> set[int]:
    found = set(numbers_in(facts_of(entry), "actors"))
    if entry.organization_ref is not None:
        found.add(entry.organization_ref)
    return found


def _organization_names(session: Session, entries: Iterable[RegisterEntry]) -> dict[int, str]:
    """Return the names of the organisations that lines name: as they were, else as they are."""
    named: dict[int, str] = {}
    seen: set[int] = set()
    for entry in entries:
        seen |= _organizations_in(entry)
        written = _content(entry).get("organization", "")
        if entry.organization_ref is not None and written:
            named[entry.organization_ref] = written
    missing = seen - set(named)
    if missing:
        rows = session.execute(
            select(Organization.id, Organization.name).where(Organization.id.in_(missing))
        )
        named.update((number, name) for number, name in rows)
    return named


def _offer_titles(session: Session, entries: Sequence[RegisterEntry]) -> dict[int, tuple[str, str]]:
    """Return title and actor of the offers that lines name; one that is gone is missing."""
    numbers = {entry.offer_ref for entry in entries if entry.offer_ref is not None}
    numbers |= {offer for entry in entries for offer in numbers_in(facts_of(entry), "offers")}
    if not numbers:
        return {}
    found = session.scalars(
        select(Offer).where(Offer.id.in_(numbers)).options(joinedload(Offer.organization))
    )
    return {offer.id: (offer.title, offer.organization.name) for offer in found}


def _content(entry: RegisterEntry) -> Mapping[str, Any]:
    content = entry.part.content if entry.part is not None else {}
    return content if isinstance(content, dict) else {}


def _line(
    entry: RegisterEntry,
    names: Mapping[int, str],
    offers: Mapping[int, tuple[str, str]],
    corrected_by: int | None,
    reasons: Mapping[int, Sequence[str]],
) -> RegisterLine:
    content = _content(entry)
    hidden = entry.event in _CONFIDENTIAL
    return RegisterLine(
        sequence=entry.sequence,
        at=entry.at,
        event=entry.event,
        organization_number=entry.organization_ref,
        organization=names.get(entry.organization_ref or 0, ""),
        offer_number=entry.offer_ref,
        offer=offers.get(entry.offer_ref or 0, ("", ""))[0],
        person=str(content.get("person", "")),
        facts=facts_of(entry),
        words={
            name: str(text)
            for name, text in content.items()
            if name in _READABLE_WORDS and not hidden
        },
        part_digest=entry.part_digest,
        previous_hash=entry.previous_hash,
        hash=entry.hash,
        is_erased=entry.part is not None and entry.part.erased_at is not None,
        corrected_by=corrected_by,
        flaws=tuple(reasons.get(entry.sequence, ())),
        shown=tuple(_shown(entry, names, offers)),
    )


def _shown(
    entry: RegisterEntry, names: Mapping[int, str], offers: Mapping[int, tuple[str, str]]
) -> Iterable[str]:
    facts = facts_of(entry)
    for offer, actor in zip(numbers_in(facts, "offers"), numbers_in(facts, "actors"), strict=False):
        title, name = offers.get(offer, (f"n° {offer}", names.get(actor, f"n° {actor}")))
        yield f"{title} ({name})"
