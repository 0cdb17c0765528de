"""From public back: withdrawn, suspended, restored, discarded, deleted where never public."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.account import User
from models.offer import Offer
from models.revision import Revision
from services.drafts import discard_draft, open_revision
from services.errors import Conflict, RuleViolation
from services.indexing import withdrawn_ids
from services.offers import start_offer
from services.publishing import submit_entry
from services.visibility import delete_unpublished, hide_entry, restore_entry, withdraw_entry
from tests.factories.accounts import make_user
from tests.factories.drafts import (
    NOW,
    TODAY,
    edit,
    logged_actions,
    make_draft,
    make_published,
    make_published_offer,
    publish,
    revision_of,
    whole_content,
)
from vocabulary.kinds import OfferType, PublicationState, UserRole


def test_withdrawing_an_actor_hides_its_offers_too(
    empty_session: Session, author: User, moderator: User
) -> None:
    entry = make_published(empty_session, author)
    offer = make_published_offer(empty_session, entry, author, moderator)
    assert offer.is_public
    assert withdraw_entry(empty_session, entry, author=author, now=NOW)
    assert not withdraw_entry(empty_session, entry, author=author, now=NOW)
    assert not offer.is_public
    assert withdrawn_ids(empty_session) == {f"acteurs:{entry.id}", f"solutions:{offer.id}"}


def test_an_owner_comes_back_through_moderation_only(
    empty_session: Session, author: User, moderator: User
) -> None:
    entry = make_published(empty_session, author)
    withdraw_entry(empty_session, entry, author=author, now=NOW)
    assert submit_entry(empty_session, entry, author=author, today=TODAY, now=NOW)
    assert not entry.is_public
    publish(empty_session, revision_of(empty_session, entry), moderator)
    assert entry.state == PublicationState.PUBLISHED


def test_withdrawing_takes_what_waits_back(
    empty_session: Session, author: User, moderator: User
) -> None:
    entry = make_published(empty_session, author)
    edit(empty_session, entry, author, pitch="En attente.")
    submit_entry(empty_session, entry, author=author, today=TODAY, now=NOW)
    withdraw_entry(empty_session, entry, author=author, now=NOW)
    revision = revision_of(empty_session, entry)
    assert revision.state == PublicationState.DRAFT
    with pytest.raises(Conflict):
        publish(empty_session, revision, moderator)


def test_staff_suspend_and_restore(empty_session: Session, author: User, moderator: User) -> None:
    entry = make_published(empty_session, author)
    hide_entry(
        empty_session,
        entry,
        state=PublicationState.SUSPENDED,
        moderator=moderator,
        reasons=["contenu-signale"],
        comment="",
        now=NOW,
    )
    assert not entry.is_public
    with pytest.raises(Conflict):
        hide_entry(
            empty_session,
            entry,
            state=PublicationState.ARCHIVED,
            moderator=make_user(empty_session, role=UserRole.STAFF),
            reasons=["doublon"],
            comment="",
            now=NOW,
        )
    restore_entry(empty_session, entry, moderator=moderator, now=NOW)
    with pytest.raises(Conflict):
        restore_entry(empty_session, entry, moderator=moderator, now=NOW)
    assert entry.state == PublicationState.PUBLISHED
    assert logged_actions(empty_session)[-2:] == ["entry.suspended", "entry.restored"]


def test_edits_are_discarded_and_the_public_version_stays(
    empty_session: Session, author: User
) -> None:
    entry = make_published(empty_session, author)
    edit(empty_session, entry, author, pitch="Une idée.")
    with pytest.raises(Conflict):
        discard_draft(empty_session, entry, lock=0)
    discard_draft(empty_session, entry, lock=revision_of(empty_session, entry).lock)
    assert open_revision(empty_session, entry) is None
    assert entry.pitch == whole_content().pitch


def test_only_what_was_never_public_is_deleted(empty_session: Session, author: User) -> None:
    draft = make_draft(empty_session, author, name="Brouillon")
    start_offer(
        empty_session, draft, type=OfferType.SOLUTION, title="Essai", author=author, now=NOW
    )
    delete_unpublished(empty_session, draft, author=author, now=NOW)
    assert empty_session.scalars(select(Revision)).all() == []
    assert empty_session.scalars(select(Offer)).all() == []
    entry = make_published(empty_session, author)
    with pytest.raises(RuleViolation):
        delete_unpublished(empty_session, entry, author=author, now=NOW)
