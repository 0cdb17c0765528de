"""Keeps the search index true to the database: documents, updates, withdrawals, rebuild."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import (
    InstrumentedAttribute,
    Session,
    contains_eager,
    joinedload,
    selectinload,
)

from models.need import Need
from models.offer import Offer
from models.organization import Organization
from models.territory import Territory
from models.withdrawal import Withdrawal
from search.backend import SearchBackend
from search.documents import SearchDocument, document_id, split_document_id
from services.documents import (
    need_document,
    offer_document,
    organization_document,
    territory_document,
)
from services.outbox import post_message
from vocabulary.kinds import SubjectKind

INDEX_ENTRY = "index.entry"
FORGET_WITHDRAWAL = "index.forget"
KEPT_HIDDEN = timedelta(seconds=15)
CHUNK = 500


def request_indexing(session: Session, kind: SubjectKind, key: int, *, now: datetime) -> None:
    """Ask for one public entry to be written to the index again, in the running transaction."""
    identifier = document_id(kind, key)
    session.execute(delete(Withdrawal).where(Withdrawal.document_id == identifier))
    post_message(session, INDEX_ENTRY, {"document_id": identifier}, now=now)


def withdraw_from_search(session: Session, kind: SubjectKind, key: int, *, now: datetime) -> None:
    """Hide one entry from every answer as soon as the transaction ends, then from the index.

    The mark outlives the entry in the index for a while: a web process may still be reading the
    generation before.
    """
    identifier = document_id(kind, key)
    session.merge(Withdrawal(document_id=identifier, at=now))
    post_message(session, INDEX_ENTRY, {"document_id": identifier}, now=now)
    post_message(
        session, FORGET_WITHDRAWAL, {"document_id": identifier}, now=now, due_at=now + KEPT_HIDDEN
    )


def forget_withdrawal(
    session: Session, backend: SearchBackend, identifier: str, *, until: datetime
) -> None:
    """Remove the mark of a withdrawal made up to ``until``, once no index holds the entry."""
    if identifier in backend.ids():
        index_entries(session, backend, [identifier])
    session.execute(
        delete(Withdrawal).where(Withdrawal.document_id == identifier, Withdrawal.at <= until)
    )


def withdrawn_ids(session: Session) -> frozenset[str]:
    """Return the documents that the index may still hold and nobody may see."""
    return frozenset(session.scalars(select(Withdrawal.document_id)))


def index_entries(session: Session, backend: SearchBackend, identifiers: Iterable[str]) -> None:
    """Write the present state of these entries to the index: public ones in, others out."""
    wanted = sorted(set(identifiers))
    documents = documents_of(session, wanted)
    present = {document.id for document in documents}
    gone = [identifier for identifier in wanted if identifier not in present]
    if gone:
        backend.delete(gone)
    if documents:
        backend.index_batch(documents)


def documents_of(session: Session, identifiers: Sequence[str]) -> list[SearchDocument]:
    """Return the documents of the entries that are public now."""
    keys: dict[str, list[int]] = {}
    for identifier in identifiers:
        kind, key = split_document_id(identifier)
        keys.setdefault(kind, []).append(int(key))
    documents: list[SearchDocument] = []
    for kind, numbers in keys.items():
        documents.extend(_load(session, SubjectKind(kind), numbers))
    return documents


def all_documents(session: Session) -> Iterator[SearchDocument]:
    """Yield the document of every public entry, in chunks that bound the memory."""
    for kind, source in _SOURCES.items():
        numbers = list(session.scalars(select(source.key).order_by(source.key)))
        for start in range(0, len(numbers), CHUNK):
            yield from _load(session, kind, numbers[start : start + CHUNK])
            session.expire_all()


def rebuild_index(
    session: Session,
    backend: SearchBackend,
    *,
    progress: Callable[[int], None] | None = None,
) -> int:
    """Write a new index beside the old one and swap; return how many documents it holds."""
    return backend.rebuild(all_documents(session), progress=progress)


def check_index(session: Session, backend: SearchBackend) -> tuple[set[str], set[str], set[str]]:
    """Compare the index with the database: ids missing, in excess, and out of date."""
    stamps = backend.stamps()
    missing: set[str] = set()
    stale: set[str] = set()
    seen: set[str] = set()
    for document in all_documents(session):
        seen.add(document.id)
        if document.id not in stamps:
            missing.add(document.id)
        elif stamps[document.id] != document.fingerprint():
            stale.add(document.id)
    return missing, set(stamps) - seen, stale


def _load(session: Session, kind: SubjectKind, numbers: Sequence[int]) -> Iterator[SearchDocument]:
    source = _SOURCES.get(kind)
    if source is None:
        return
    for entry in session.scalars(source.statement().where(source.key.in_(numbers))).unique():
        yield source.build(entry)


def _organizations() -> Select[Organization]:
    return Organization.published().options(joinedload(Organization.commune))


def _offers() -> Select[Offer]:
    return Offer.published().options(
        contains_eager(Offer.organization).joinedload(Organization.commune),
        selectinload(Offer.references),
    )


def _needs() -> Select[Need]:
    # What was closed keeps its page and its register; nobody should find it to answer it.
    still_open = Need.published().where(Need.closed_at.is_(None))
    return still_open.options(
        joinedload(Need.territory).selectinload(Territory.communes), joinedload(Need.carrier)
    )


def _territories() -> Select[Territory]:
    return select(Territory).options(
        selectinload(Territory.communes),
        selectinload(Territory.former_codes),
        joinedload(Territory.department),
        joinedload(Territory.region),
        joinedload(Territory.epci),
        joinedload(Territory.ept),
    )


@dataclass(frozen=True, slots=True)
class _Source:
    """How the documents of one kind of entry are loaded and built."""

    key: InstrumentedAttribute[int]
    statement: Callable[[], Select[Any]]
    build: Callable[[Any], SearchDocument]


_SOURCES: Final[Mapping[SubjectKind, _Source]] = {
    SubjectKind.ORGANIZATION: _Source(Organization.id, _organizations, organization_document),
    SubjectKind.OFFER: _Source(Offer.id, _offers, offer_document),
    SubjectKind.NEED: _Source(Need.id, _needs, need_document),
    SubjectKind.TERRITORY: _Source(Territory.id, _territories, territory_document),
}
