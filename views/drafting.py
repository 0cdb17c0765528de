"""What the pages of drafts share: reading a commune, saving, telling a conflict, the buttons."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import StringField

from extensions.clock import now, today
from extensions.database import db_session
from forms.entry_fields import LockedForm
from models.geography import Commune
from models.revision import Revision
from services.content_diff import content_changes
from services.contents import Content
from services.drafts import (
    Entry,
    current_content,
    discard_draft,
    open_revision,
    published_content,
    save_draft,
)
from services.errors import Conflict, RuleViolation
from services.places import exact_commune_label, resolve_commune
from services.publishing import IncompleteEntry, submit_entry, take_back
from services.visibility import delete_unpublished, withdraw_entry
from views.access import signed_in_person
from views.change_rows import ChangeRow, change_rows
from views.refusals import CONFLICT, UNPROCESSABLE, flash_refusal, refusal_words

MAX_SUGGESTED = 5


@dataclass(frozen=True, slots=True)
class SaveOutcome:
    """What saving came to: ``status`` of the page shown again, and the rows of a conflict."""

    is_saved: bool
    status: int = 200
    conflict: Sequence[ChangeRow] = ()


def commune_text(code: str | None) -> str:
    """Return the words that ``read_commune`` reads back as the commune ``code``."""
    commune = db_session().get(Commune, code) if code else None
    return exact_commune_label(commune) if commune else ""


def read_commune(field: StringField) -> str | None:
    """Return the code of the commune that was typed; else the field says why not.

    Blank is no answer and no error. Several communes are all proposed.
    """
    typed = field.data or ""
    if not typed:
        return None
    found = resolve_commune(db_session(), typed)
    if len(found) == 1:
        return found[0].code
    if not found:
        message = _("Aucune commune ne porte ce nom ou ce code.")
    else:
        names = ", ".join(exact_commune_label(one) for one in found[:MAX_SUGGESTED])
        message = _("Plusieurs communes sont possibles : %(names)s.", names=names)
    field.errors = [*field.errors, message]
    return None


def save_content(entry: Entry, form: LockedForm, content: Content) -> SaveOutcome:
    """Save the draft and commit; on refusal the form keeps what was typed and says why."""
    session = db_session()
    try:
        save_draft(
            session,
            entry,
            content,
            lock=form.known_lock(),
            author=signed_in_person(),
            now=now(),
        )
        session.commit()
    except Conflict:
        session.rollback()
        stored, lock = current_content(session, entry)
        form.renew_lock(lock)
        rows = change_rows(session, content_changes(stored, content), stored, content)
        return SaveOutcome(is_saved=False, status=CONFLICT, conflict=rows)
    except RuleViolation as refusal:
        session.rollback()
        form.show_error(refusal.field, refusal_words(refusal))
        return SaveOutcome(is_saved=False, status=UNPROCESSABLE)
    return SaveOutcome(is_saved=True)


def last_author(entry: Entry) -> str:
    """Return who saved the draft last, as others may know them."""
    revision: Revision | None = open_revision(db_session(), entry)
    return revision.author.public_name if revision and revision.author else ""


def unpublished_rows(entry: Entry, content: Content) -> Sequence[ChangeRow]:
    """Return what ``content`` changes of what is public; nothing before a first publication."""
    published = published_content(entry)
    if published is None:
        return ()
    return change_rows(db_session(), content_changes(published, content), published, content)


def submit_draft(entry: Entry, done: str, *, then: str, preview: str) -> ResponseReturnValue:
    """Hand a draft to the moderators and go to ``then``; its preview says what is missing."""
    session = db_session()
    try:
        submit_entry(session, entry, author=signed_in_person(), today=today(), now=now())
        session.commit()
    except IncompleteEntry:
        session.rollback()
        return redirect(preview)
    except RuleViolation as refusal:
        session.rollback()
        flash_refusal(refusal)
        return redirect(preview)
    flash(done, "success")
    return redirect(then)


def draft_service(entry: Entry, action: str) -> Callable[[], object]:
    """Return what a button about a draft or a published entry does, named as in its address."""
    session, person = db_session(), signed_in_person()
    lock = request.form.get("lock", type=int) or 0
    services: dict[str, Callable[[], object]] = {
        "reprendre": lambda: take_back(session, entry, author=person, now=now()),
        "abandonner": lambda: discard_draft(session, entry, lock=lock),
        "retirer": lambda: withdraw_entry(session, entry, author=person, now=now()),
        "supprimer": lambda: delete_unpublished(session, entry, author=person, now=now()),
    }
    return services[action]
