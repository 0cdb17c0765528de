"""From draft to public: states, locks, decisions, what is told and what is indexed."""

import pytest
from sqlalchemy.orm import Session

from models.account import User
from services.drafts import current_content, current_organization_content, open_revision, save_draft
from services.errors import Conflict, RuleViolation
from services.publishing import (
    AlreadyDecided,
    IncompleteEntry,
    publish_revision,
    request_changes,
    submit_entry,
    take_back,
)
from tests.factories.accounts import make_membership, make_user
from tests.factories.drafts import (
    NOW,
    TODAY,
    edit,
    logged_actions,
    mailed_events,
    make_draft,
    make_published,
    make_published_offer,
    make_submitted,
    outbox_topics,
    publish,
    revision_of,
    whole_content,
)
from vocabulary.kinds import PublicationState, ReferenceGrade, UserRole


def test_the_whole_way(empty_session: Session, author: User, moderator: User) -> None:
    entry, revision = make_submitted(empty_session, author)
    assert (entry.state, entry.version, entry.description) == (PublicationState.SUBMITTED, 0, "")
    publish(empty_session, revision, moderator)
    assert (entry.state, entry.version) == (PublicationState.PUBLISHED, 1)
    assert (entry.published_at, entry.confirmed_on) == (NOW, TODAY)
    assert entry.description == whole_content().description
    assert logged_actions(empty_session) == ["entry.created", "entry.submitted", "entry.published"]
    assert mailed_events(empty_session) == [("submitted", author.id), ("published", author.id)]
    assert outbox_topics(empty_session) == ["mail.entry", "index.entry", "mail.entry"]


def test_an_incomplete_entry_stays_a_draft(empty_session: Session, author: User) -> None:
    entry = make_draft(empty_session, author, pitch="", themes=())
    with pytest.raises(IncompleteEntry) as refusal:
        submit_entry(empty_session, entry, author=author, today=TODAY, now=NOW)
    assert [problem.field for problem in refusal.value.problems] == ["pitch", "themes"]
    assert entry.state == PublicationState.DRAFT


def test_submitting_twice_is_one_submission_and_one_mail(
    empty_session: Session, author: User
) -> None:
    entry, _revision = make_submitted(empty_session, author)
    assert not submit_entry(empty_session, entry, author=author, today=TODAY, now=NOW)
    assert mailed_events(empty_session) == [("submitted", author.id)]


def test_an_edit_waits_while_the_published_version_stays(
    empty_session: Session, author: User, moderator: User
) -> None:
    entry = make_published(empty_session, author)
    edit(empty_session, entry, author, pitch="Autre chose.")
    submit_entry(empty_session, entry, author=author, today=TODAY, now=NOW)
    assert (entry.state, entry.pitch) == (PublicationState.PUBLISHED, whole_content().pitch)
    publish(empty_session, revision_of(empty_session, entry), moderator)
    assert (entry.pitch, entry.version) == ("Autre chose.", 2)


def test_nothing_new_is_not_submitted(empty_session: Session, author: User) -> None:
    entry = make_published(empty_session, author)
    with pytest.raises(RuleViolation):
        submit_entry(empty_session, entry, author=author, today=TODAY, now=NOW)


def test_a_stale_form_never_overwrites(empty_session: Session, author: User) -> None:
    entry = make_draft(empty_session, author)
    content, lock = current_organization_content(empty_session, entry)
    edit(empty_session, entry, author, pitch="Enregistré entre-temps.")
    with pytest.raises(Conflict):
        save_draft(
            empty_session,
            entry,
            content.changed(pitch="En retard."),
            lock=lock,
            author=author,
            now=NOW,
        )
    assert current_content(empty_session, entry)[0] == content.changed(
        pitch="Enregistré entre-temps."
    )


def test_the_same_form_sent_twice_is_no_conflict(empty_session: Session, author: User) -> None:
    entry = make_draft(empty_session, author)
    content, lock = current_organization_content(empty_session, entry)
    typed = content.changed(pitch="Une fois.")
    saved = [
        save_draft(empty_session, entry, typed, lock=lock, author=author, now=NOW) for _ in range(2)
    ]
    assert saved == [True, False]


def test_what_waits_for_a_moderator_is_not_edited(empty_session: Session, author: User) -> None:
    entry, _revision = make_submitted(empty_session, author)
    with pytest.raises(RuleViolation):
        edit(empty_session, entry, author, pitch="Trop tard.")
    take_back(empty_session, entry, author=author, now=NOW)
    edit(empty_session, entry, author, pitch="À temps.")
    assert entry.state == PublicationState.DRAFT


def test_changes_are_requested_with_reasons_then_made(
    empty_session: Session, author: User, moderator: User
) -> None:
    entry, revision = make_submitted(empty_session, author)
    request_changes(
        empty_session,
        revision,
        moderator=moderator,
        lock=revision.lock,
        reasons=["themes-inadaptes", "inconnu"],
        comment="Précisez le public.",
        now=NOW,
    )
    assert (entry.state, revision.reasons) == (
        PublicationState.CHANGES_REQUESTED,
        ["themes-inadaptes"],
    )
    edit(empty_session, entry, author, pitch="Pour les bailleurs.")
    submit_entry(empty_session, entry, author=author, today=TODAY, now=NOW)
    publish(empty_session, revision, moderator)
    assert entry.pitch == "Pour les bailleurs."
    assert [event for event, _who in mailed_events(empty_session)] == [
        "submitted",
        "changes_requested",
        "submitted",
        "published",
    ]


def test_changes_need_a_reason_or_words(
    empty_session: Session, author: User, moderator: User
) -> None:
    _entry, revision = make_submitted(empty_session, author)
    with pytest.raises(RuleViolation):
        request_changes(
            empty_session,
            revision,
            moderator=moderator,
            lock=revision.lock,
            reasons=[],
            comment=" ",
            now=NOW,
        )


def test_the_second_moderator_is_told(
    empty_session: Session, author: User, moderator: User
) -> None:
    entry, revision = make_submitted(empty_session, author)
    seen = revision.lock
    other = make_user(empty_session, role=UserRole.STAFF)
    publish(empty_session, revision, moderator)
    with pytest.raises(AlreadyDecided) as refusal:
        request_changes(
            empty_session,
            revision,
            moderator=other,
            lock=seen,
            reasons=["doublon"],
            comment="",
            now=NOW,
        )
    assert refusal.value.revision.decided_by_id == moderator.id
    assert (entry.state, revision.reasons) == (PublicationState.PUBLISHED, [])


def test_a_proposal_changed_since_it_was_read_is_not_published(
    empty_session: Session, author: User, moderator: User
) -> None:
    entry, revision = make_submitted(empty_session, author)
    seen = revision.lock
    take_back(empty_session, entry, author=author, now=NOW)
    edit(empty_session, entry, author, pitch="Autre texte.")
    submit_entry(empty_session, entry, author=author, today=TODAY, now=NOW)
    with pytest.raises(Conflict):
        publish_revision(
            empty_session, revision, moderator=moderator, lock=seen, today=TODAY, now=NOW
        )


def test_nobody_decides_on_their_own_entry(empty_session: Session, moderator: User) -> None:
    entry, revision = make_submitted(empty_session, moderator)
    with pytest.raises(RuleViolation):
        publish(empty_session, revision, moderator)
    member = make_user(empty_session, role=UserRole.ADMINISTRATOR)
    make_membership(empty_session, member, entry)
    with pytest.raises(RuleViolation):
        publish(empty_session, revision, member)
    assert entry.state == PublicationState.SUBMITTED


def test_a_member_cannot_publish(empty_session: Session, author: User) -> None:
    _entry, revision = make_submitted(empty_session, author)
    with pytest.raises(RuleViolation):
        publish(empty_session, revision, make_user(empty_session))


def test_a_confirmed_reference_that_changes_is_declared_again(
    empty_session: Session, author: User, moderator: User
) -> None:
    entry = make_published(empty_session, author)
    offer = make_published_offer(empty_session, entry, author, moderator)
    kept, changed = (
        {"uid": name * 32, "place": "Lyon", "client": "un bailleur", "year": 2022} for name in "ab"
    )
    for year in (2022, 2023):
        content, lock = current_content(empty_session, offer)
        references = [kept, {**changed, "year": year}]
        new = type(content).from_dict({**content.to_dict(), "references": references})
        save_draft(empty_session, offer, new, lock=lock, author=author, now=NOW)
        submit_entry(empty_session, offer, author=author, today=TODAY, now=NOW)
        revision = open_revision(empty_session, offer)
        assert revision is not None
        publish(empty_session, revision, moderator)
        if year == 2022:
            for reference in offer.references:
                reference.grade = ReferenceGrade.CONFIRMED
    assert [reference.grade for reference in offer.references] == [
        ReferenceGrade.CONFIRMED,
        ReferenceGrade.DECLARED,
    ]
