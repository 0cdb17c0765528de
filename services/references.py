"""How well each deployment is established, and what an edit would undo."""

import json
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.evidence import ReferenceConfirmation
from models.offer import Offer, Reference
from services.contents import OfferContent, ReferenceContent
from vocabulary.exchanges import ConfirmationAnswer
from vocabulary.kinds import ReferenceGrade


def reference_digest(reference: Reference | ReferenceContent) -> str:
    """Return the digest of what is stated: a partner answers for these words and no others."""
    stated = [
        reference.place,
        reference.commune_code,
        reference.territory_id,
        reference.year,
        reference.client,
        reference.result,
    ]
    return sha256(json.dumps(stated, ensure_ascii=False).encode()).hexdigest()


def set_grade(
    reference: Reference, grade: ReferenceGrade, *, source: str = "", now: datetime
) -> None:
    """Grade a reference; the columns of matches follow at their next look."""
    reference.grade, reference.grade_source, reference.graded_at = grade, source, now


def set_contested(reference: Reference, *, is_contested: bool, now: datetime) -> None:
    """Take a reference out of what is shown and counted, or put it back."""
    reference.is_contested, reference.graded_at = is_contested, now


def established_by_edit(offer: Offer, content: OfferContent) -> list[Reference]:
    """Return the references that others established and whose words ``content`` changes."""
    proposed = {one.uid: one for one in content.references}
    return [
        row
        for row in offer.references
        if row.grade is not ReferenceGrade.DECLARED
        and row.uid in proposed
        and reference_digest(proposed[row.uid]) != reference_digest(row)
    ]


def reopen_corrected(session: Session, offer: Offer, *, now: datetime) -> None:
    """Show again the contested references whose words changed after staff settled the dispute.

    Before that, an edit changes nothing: nobody gets rid of a contradiction by rewording.
    """
    contested = [row for row in offer.references if row.is_contested]
    if not contested:
        return
    for row in contested:
        denial = last_denial(session, row)
        if denial is None or (
            denial.settled_at is not None and denial.content_digest != reference_digest(row)
        ):
            set_contested(row, is_contested=False, now=now)


def last_denial(session: Session, reference: Reference) -> ReferenceConfirmation | None:
    """Return the last contradiction of a reference."""
    return session.scalars(
        select(ReferenceConfirmation)
        .where(
            ReferenceConfirmation.offer_id == reference.offer_id,
            ReferenceConfirmation.reference_uid == reference.uid,
            ReferenceConfirmation.answer == ConfirmationAnswer.DENIED,
        )
        .order_by(ReferenceConfirmation.id.desc())
        .limit(1)
    ).first()


def history_of(session: Session, offer: Offer) -> dict[str, Sequence[ReferenceConfirmation]]:
    """Return what was asked about the references of an offer, by ``uid``, the last first."""
    found: dict[str, list[ReferenceConfirmation]] = {}
    for row in session.scalars(
        select(ReferenceConfirmation)
        .where(ReferenceConfirmation.offer_id == offer.id)
        .order_by(ReferenceConfirmation.id.desc())
    ):
        found.setdefault(row.reference_uid, []).append(row)
    return {uid: tuple(rows) for uid, rows in found.items()}


def reference_name(reference: Reference) -> str:
    """Return how a page or a mail calls a reference: its place and its year."""
    named = reference.territory or reference.commune
    place = reference.place or (named.name if named else "") or reference.client
    return f"{place} ({reference.year})" if reference.year else place
