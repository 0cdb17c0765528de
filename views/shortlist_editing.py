"""Changing a selection: its name, its items, the team's notes, putting it away, deleting it."""

from collections.abc import Sequence

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from extensions.clock import now
from extensions.database import db_session
from forms.shortlists import NoteForm, RenameForm, number_in
from models.shortlist import Shortlist, ShortlistItem
from services.errors import Conflict, RuleViolation
from services.shortlists import (
    archive_shortlist,
    delete_shortlist,
    items_by_id,
    remove_items,
    rename_shortlist,
    reopen_shortlist,
    restore_items,
    write_note,
)
from views.access import shortlist_or_404, signed_in_person
from views.refusals import CONFLICT, UNPROCESSABLE, refusal_words

bp = Blueprint("shortlist_editing", __name__, url_prefix="/mon-espace/selections")


def named_items(shortlist: Shortlist, typed: Sequence[str]) -> Sequence[ShortlistItem]:
    """Return the items of this selection that the numbers of an address or a form name."""
    keys = [key for key in map(number_in, typed) if key is not None]
    return items_by_id(db_session(), shortlist, keys) if keys else ()


@bp.route("/<int:shortlist_id>/renommer", methods=["GET", "POST"])
def rename(shortlist_id: int) -> ResponseReturnValue:
    """Give the selection another name; one given meanwhile by somebody else is shown."""
    shortlist = shortlist_or_404(shortlist_id)
    form = RenameForm(name=shortlist.name, known=shortlist.name)
    session, status, other = db_session(), 200, ""
    if form.validate_on_submit():
        wanted, known = form.name.data or "", form.known.data or ""
        try:
            rename_shortlist(session, shortlist, name=wanted, known=known, now=now())
            session.commit()
        except Conflict:
            session.rollback()
            status, other = CONFLICT, shortlist.name
            form.known.data = other
        except RuleViolation as refusal:
            session.rollback()
            form.form_errors.append(refusal_words(refusal))
        else:
            return _back(shortlist, _("La sélection a changé de nom."))
    if form.errors:
        status = UNPROCESSABLE
    page = render_template("shortlists/rename.html", form=form, shortlist=shortlist, other=other)
    return page, status


@bp.post("/<int:shortlist_id>/<any(archiver,rouvrir):action>")
def act(shortlist_id: int, action: str) -> ResponseReturnValue:
    """Put a selection away, or take it up again."""
    shortlist = shortlist_or_404(shortlist_id)
    session = db_session()
    if action == "archiver":
        archive_shortlist(session, shortlist, now=now())
        message = _("La sélection est archivée : elle se lit encore, sans changer.")
    else:
        reopen_shortlist(session, shortlist, now=now())
        message = _("La sélection est rouverte.")
    session.commit()
    return _back(shortlist, message)


@bp.route("/<int:shortlist_id>/supprimer", methods=["GET", "POST"])
def delete(shortlist_id: int) -> ResponseReturnValue:
    """Delete a selection and its notes, once confirmed."""
    shortlist = shortlist_or_404(shortlist_id)
    form = FlaskForm()
    if form.validate_on_submit() and "confirmer" in request.form:
        name = shortlist.name
        delete_shortlist(db_session(), shortlist)
        db_session().commit()
        flash(_("La sélection « %(name)s » est supprimée.", name=name), "success")
        return redirect(url_for("shortlists.index"))
    return render_template("shortlists/delete.html", form=form, shortlist=shortlist)


@bp.post("/<int:shortlist_id>/elements/<any(retirer,remettre):action>")
def change_items(shortlist_id: int, action: str) -> ResponseReturnValue:
    """Take the ticked items off the selection, or put them back."""
    shortlist = shortlist_or_404(shortlist_id)
    session = db_session()
    items = named_items(shortlist, request.form.getlist("element"))
    if not items:
        flash(_("Cochez d’abord ce que vous voulez retirer."), "warning")
        return redirect(url_for("shortlists.show", shortlist_id=shortlist.id))
    if action == "remettre":
        restore_items(session, shortlist, items, now=now())
        session.commit()
        return _back(shortlist, _("C’est remis dans la sélection, avec les notes."))
    remove_items(session, shortlist, items, now=now())
    session.commit()
    removed = [item.id for item in items]
    return redirect(url_for("shortlists.show", shortlist_id=shortlist.id, retire=removed))


@bp.route("/<int:shortlist_id>/elements/<int:item_id>/note", methods=["GET", "POST"])
def note(shortlist_id: int, item_id: int) -> ResponseReturnValue:
    """Write the team's note on an item; a note written meanwhile is shown beside one's own."""
    shortlist = shortlist_or_404(shortlist_id)
    item = next(iter(items_by_id(db_session(), shortlist, [item_id])), None)
    if item is None or item.removed_at is not None:
        abort(404)
    form = NoteForm(note=item.note, lock=str(item.lock))
    session, conflict = db_session(), False
    if form.validate_on_submit():
        typed = form.note.data or ""
        try:
            write_note(
                session,
                item,
                text=typed,
                lock=form.known_lock(),
                author=signed_in_person(),
                now=now(),
            )
            session.commit()
        except Conflict:
            session.rollback()
            conflict = True
            form.lock.data = str(item.lock)
        else:
            flash(_("La note est enregistrée."), "success")
            page = url_for("shortlists.show", shortlist_id=shortlist.id)
            return redirect(f"{page}#element-{item.id}")
    return _note_page(shortlist, item, form, is_conflict=conflict)


def _note_page(
    shortlist: Shortlist, item: ShortlistItem, form: NoteForm, *, is_conflict: bool
) -> ResponseReturnValue:
    status = CONFLICT if is_conflict else UNPROCESSABLE if form.errors else 200
    page = render_template(
        "shortlists/note.html", form=form, shortlist=shortlist, item=item, is_conflict=is_conflict
    )
    return page, status


def _back(shortlist: Shortlist, message: str) -> ResponseReturnValue:
    flash(message, "success")
    return redirect(url_for("shortlists.show", shortlist_id=shortlist.id))
