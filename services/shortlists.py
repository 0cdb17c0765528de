"""Named selections of a team: making them, adding, noting, taking off and putting back."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from models.account import User
from models.need import Need
from models.offer import Offer
from models.organization import Organization
from models.shortlist import Shortlist, ShortlistItem
from services.contents import clean_line, clean_text
from services.drafts import flush_or_conflict
from services.errors import Conflict, RuleViolation
from services.register import record_event
from vocabulary.exchanges import RegisterEvent
from vocabulary.labels import N_

MAX_NAME: Final = 120
MAX_NOTE: Final = 2_000
MAX_LISTS: Final = 100
MAX_ITEMS: Final = 60
# What is taken off can be put back for a day; after that, the next removal forgets it.
KEPT_AFTER_REMOVAL: Final = timedelta(days=1)
CHANGED_MEANWHILE: Final = N_("Quelqu’un de votre équipe a changé ce texte entre-temps.")


def create_shortlist(
    session: Session,
    organization: Organization,
    *,
    name: str,
    need: Need | None,
    author: User,
    now: datetime,
) -> Shortlist:
    """Open an empty selection of ``organization``, for a need or for none.

    Raises:
        RuleViolation: no name, or the team has too many selections.
    """
    count = session.scalar(select(func.count()).where(Shortlist.organization_id == organization.id))
    if (count or 0) >= MAX_LISTS:
        message = N_("Votre équipe a déjà %(most)s sélections : supprimez-en une d’abord.")
        raise RuleViolation(message, most=MAX_LISTS)
    shortlist = Shortlist(
        organization=organization,
        need=need,
        name=_clean_name(name),
        created_by_id=author.id,
        created_at=now,
        updated_at=now,
    )
    session.add(shortlist)
    session.flush()
    return shortlist


def rename_shortlist(
    session: Session, shortlist: Shortlist, *, name: str, known: str, now: datetime
) -> None:
    """Give the selection another name; ``known`` is the one its author saw.

    Raises:
        Conflict: somebody renamed it meanwhile.
        RuleViolation: no name.
    """
    wanted = _clean_name(name)
    if shortlist.name not in {known, wanted}:
        raise Conflict(CHANGED_MEANWHILE, field="name")
    shortlist.name, shortlist.updated_at = wanted, now
    session.flush()


def archive_shortlist(session: Session, shortlist: Shortlist, *, now: datetime) -> None:
    """Put the selection away: it is read as it is, and nothing is added to it."""
    if shortlist.archived_at is None:
        shortlist.archived_at = shortlist.updated_at = now
        session.flush()


def reopen_shortlist(session: Session, shortlist: Shortlist, *, now: datetime) -> None:
    """Take an archived selection up again."""
    shortlist.archived_at, shortlist.updated_at = None, now
    session.flush()


def delete_shortlist(session: Session, shortlist: Shortlist) -> None:
    """Delete the selection with its notes; the register of its need keeps its lines."""
    session.delete(shortlist)
    session.flush()


def add_entry(
    session: Session,
    shortlist: Shortlist,
    entry: Offer | Organization,
    *,
    author: User,
    now: datetime,
) -> bool:
    """Add a public offer, or a public actor as a whole; return whether it was not there yet.

    What had been taken off comes back with its note. In a selection for a need of its own, the
    organisation's choice goes into the sourcing register, once for each entry.

    Raises:
        RuleViolation: the selection is archived or full, or the entry is not public.
    """
    if shortlist.archived_at is not None:
        raise RuleViolation(N_("Cette sélection est archivée : rouvrez-la pour y ajouter."))
    if not entry.is_public:
        raise RuleViolation(N_("Cette fiche n’est plus publiée."))
    item = _item_of(session, shortlist, entry)
    if item is not None:
        is_back = item.removed_at is not None
        item.removed_at = None
        _touch(session, shortlist, now)
        return is_back
    _refuse_more(session, shortlist)
    key = {"offer_id": entry.id} if isinstance(entry, Offer) else {"actor_id": entry.id}
    session.add(
        ShortlistItem(shortlist_id=shortlist.id, added_by_id=author.id, added_at=now, **key)
    )
    _touch(session, shortlist, now)
    _register(session, shortlist, entry, author=author, now=now)
    return True


def _item_of(
    session: Session, shortlist: Shortlist, entry: Offer | Organization
) -> ShortlistItem | None:
    column = ShortlistItem.offer_id if isinstance(entry, Offer) else ShortlistItem.actor_id
    return session.scalar(
        select(ShortlistItem).where(ShortlistItem.shortlist_id == shortlist.id, column == entry.id)
    )


def _refuse_more(session: Session, shortlist: Shortlist) -> None:
    held = select(func.count()).where(
        ShortlistItem.shortlist_id == shortlist.id, ShortlistItem.removed_at.is_(None)
    )
    if (session.scalar(held) or 0) >= MAX_ITEMS:
        message = N_("Une sélection tient %(most)s fiches au plus : ouvrez-en une autre.")
        raise RuleViolation(message, most=MAX_ITEMS)


def _register(
    session: Session,
    shortlist: Shortlist,
    entry: Offer | Organization,
    *,
    author: User,
    now: datetime,
) -> None:
    """Record the choice in the register of a need that the organisation carries."""
    need = shortlist.need
    if need is None or need.carrier_id != shortlist.organization_id:
        return
    offer = entry if isinstance(entry, Offer) else None
    record_event(
        session,
        need,
        RegisterEvent.SHORTLISTED,
        now=now,
        organization=entry.organization if isinstance(entry, Offer) else entry,
        offer_id=offer.id if offer else None,
        person=author,
        facts={"shortlist": shortlist.id},
        words={"offer": offer.title} if offer else {},
    )


def write_note(
    session: Session, item: ShortlistItem, *, text: str, lock: int, author: User, now: datetime
) -> None:
    """Write the team's note on an item; ``lock`` is the version its author saw.

    Raises:
        Conflict: somebody wrote another text meanwhile; nothing is lost.
    """
    note = clean_text(text, MAX_NOTE)
    if note == item.note:
        return
    if lock != item.lock:
        raise Conflict(CHANGED_MEANWHILE, field="note")
    item.note, item.noted_by_id, item.noted_at = note, author.id, now
    item.noted_by = author
    item.shortlist.updated_at = now
    flush_or_conflict(session)


def remove_items(
    session: Session, shortlist: Shortlist, items: Sequence[ShortlistItem], *, now: datetime
) -> None:
    """Take items off the selection; they can be put back for a day."""
    session.execute(
        delete(ShortlistItem).where(
            ShortlistItem.shortlist_id == shortlist.id,
            ShortlistItem.removed_at < now - KEPT_AFTER_REMOVAL,
        )
    )
    for item in items:
        item.removed_at = item.removed_at or now
    _touch(session, shortlist, now)


def restore_items(
    session: Session, shortlist: Shortlist, items: Sequence[ShortlistItem], *, now: datetime
) -> None:
    """Put back what was taken off, each with its note."""
    for item in items:
        item.removed_at = None
    _touch(session, shortlist, now)


def _touch(session: Session, shortlist: Shortlist, now: datetime) -> None:
    shortlist.updated_at = now
    flush_or_conflict(session)


def _clean_name(name: str) -> str:
    wanted = clean_line(name, MAX_NAME)
    if not wanted:
        raise RuleViolation(N_("Donnez un nom à cette sélection."), field="name")
    return wanted


def items_by_id(
    session: Session, shortlist: Shortlist, keys: Iterable[int]
) -> Sequence[ShortlistItem]:
    """Return the items of this selection among ``keys``; another's are no items of it."""
    return session.scalars(
        select(ShortlistItem)
        .where(ShortlistItem.shortlist_id == shortlist.id, ShortlistItem.id.in_(list(keys)))
        .order_by(ShortlistItem.id)
    ).all()


def items_of(session: Session, shortlist: Shortlist) -> Sequence[ShortlistItem]:
    """Return what the selection holds, in the order it was added."""
    return session.scalars(
        select(ShortlistItem)
        .where(ShortlistItem.shortlist_id == shortlist.id, ShortlistItem.removed_at.is_(None))
        .order_by(ShortlistItem.id)
    ).all()
