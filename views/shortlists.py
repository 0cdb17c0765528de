"""Selections of a team: their list, their page, and adding to one from wherever it is shown."""

from collections.abc import Container, Sequence
from typing import Any

from flask import (
    Blueprint,
    abort,
    flash,
    get_flashed_messages,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from extensions.clock import now, today
from extensions.database import db_session
from extensions.redirects import is_own_path
from forms.shortlists import NEW_LIST, AddForm, ShortlistForm, number_in
from models.need import Need
from models.offer import Offer
from models.organization import Organization
from models.shortlist import Shortlist
from services.errors import RuleViolation
from services.exports import write_csv
from services.interests import declared_interests
from services.permissions import can_read_need, is_of_need_team
from services.shortlist_pages import (
    ShortlistLine,
    needs_to_choose,
    shortlist_groups,
    shortlist_lines,
)
from services.shortlists import MAX_NAME, add_entry, create_shortlist
from services.workspace import own_organizations
from views.access import (
    current_person,
    offer_or_404,
    organization_or_404,
    shortlist_or_404,
    signed_in_person,
)
from views.downloads import CSV_TYPE, attachment
from views.once import carry_out
from views.refusals import UNPROCESSABLE, refusal_words
from views.shortlist_editing import named_items
from views.shortlist_words import CSV_COLUMNS, csv_rows, item_cards

bp = Blueprint("shortlists", __name__, url_prefix="/mon-espace/selections")


@bp.get("")
def index() -> ResponseReturnValue:
    """Show the selections of the person's organisations, archived ones last."""
    session, person = db_session(), signed_in_person()
    lines = shortlist_lines(session, person)
    return render_template(
        "shortlists/index.html",
        current=[line for line in lines if line.shortlist.archived_at is None],
        archived=[line for line in lines if line.shortlist.archived_at is not None],
        organizations=own_organizations(session, person),
    )


@bp.route("/nouvelle", methods=["GET", "POST"])
def create() -> ResponseReturnValue:
    """Open a selection, for one of the organisation's needs or for none."""
    session, person = db_session(), signed_in_person()
    organizations = {str(one.id): one for one in own_organizations(session, person)}
    needs = {str(need.id): need for need in needs_to_choose(session, person)}
    asked = asked_need(request.args.get("besoin"))
    if asked is not None:
        needs.setdefault(str(asked.id), asked)
    form = ShortlistForm()
    form.offer_choices(
        [(key, one.name) for key, one in organizations.items()],
        [(key, need.title) for key, need in needs.items()],
    )
    if not form.is_submitted():
        _prefill(form, asked, organizations)
    if organizations and form.validate_on_submit():
        try:
            return carry_out(
                form,
                lambda: _open_list(
                    create_shortlist(
                        session,
                        organizations[form.organization.data],
                        name=form.name.data or "",
                        need=needs.get(form.need.data or ""),
                        author=person,
                        now=now(),
                    )
                ),
            )
        except RuleViolation as refusal:
            session.rollback()
            form.form_errors.append(refusal_words(refusal))
    page = render_template("shortlists/create.html", form=form, organizations=organizations)
    return page, UNPROCESSABLE if form.errors else 200


def asked_need(number: str | None) -> Need | None:
    """Return the need that an address or a field names, if the person may read it."""
    key = number_in(number)
    need = db_session().get(Need, key) if key is not None else None
    if need is None or not can_read_need(db_session(), current_person(), need):
        return None
    return need


def _prefill(form: ShortlistForm, need: Need | None, organizations: Container[str]) -> None:
    if need is None:
        return
    form.need.data = str(need.id)
    form.name.data = need.title[:MAX_NAME]
    if str(need.carrier_id) in organizations:
        form.organization.data = str(need.carrier_id)


def _open_list(shortlist: Shortlist) -> str:
    flash(_("La sélection est ouverte : ajoutez-y des solutions et des acteurs."), "success")
    return url_for("shortlists.show", shortlist_id=shortlist.id)


@bp.get("/<int:shortlist_id>")
def show(shortlist_id: int) -> ResponseReturnValue:
    """Show a selection: its items by sort, with the team's notes."""
    shortlist = shortlist_or_404(shortlist_id)
    session, need = db_session(), shortlist.need
    can_act = need is not None and is_of_need_team(session, current_person(), need)
    groups = item_cards(shortlist_groups(session, shortlist), today=today())
    items = [card["item"] for group in groups for card in group.items]
    owners = {
        item.id: item.offer.organization_id if item.offer else item.actor_id for item in items
    }
    named = [owner for owner in owners.values() if owner is not None]
    ties = declared_interests(session, need, named) if need is not None and can_act else {}
    return render_template(
        "shortlists/show.html",
        shortlist=shortlist,
        need=need if need and can_read_need(session, current_person(), need) else None,
        can_act=can_act,
        groups=groups,
        interests={item: ties.get(owner or 0, ()) for item, owner in owners.items()},
        form=FlaskForm(),
        removed=[
            item
            for item in named_items(shortlist, request.args.getlist("retire"))
            if item.removed_at is not None
        ],
    )


@bp.get("/<int:shortlist_id>.csv")
def export(shortlist_id: int) -> ResponseReturnValue:
    """Give a selection as a file, with its notes and without the names of people."""
    shortlist = shortlist_or_404(shortlist_id)
    rows = csv_rows(shortlist_groups(db_session(), shortlist), today=today())
    content = write_csv([_(column) for column in CSV_COLUMNS], rows)
    return attachment(content, CSV_TYPE, f"selection-{shortlist.id}.csv")


@bp.route("/ajouter", methods=["GET", "POST"])
def add() -> ResponseReturnValue:
    """Add the offer or the actor that the fields name: to the selection chosen, or ask which."""
    entry = _named_entry()
    session, person = db_session(), signed_in_person()
    need = asked_need(request.values.get("besoin"))
    lines = [
        line
        for line in shortlist_lines(session, person, entry=entry)
        if line.shortlist.archived_at is None
    ]
    if need is not None:
        lines.sort(key=lambda line: line.shortlist.need_id != need.id)
    if request.method == "GET" and _wants_json():
        return jsonify([_menu_line(line) for line in lines])
    organizations = own_organizations(session, person)
    form = AddForm(request.args) if request.method == "GET" else AddForm()
    form.offer_choices(
        [(str(line.shortlist.id), _named_with_need(line.shortlist)) for line in lines],
        [(str(one.id), one.name) for one in organizations],
    )
    if organizations and form.liste.data and form.validate_on_submit():
        try:
            return _add(form, entry, need)
        except RuleViolation as refusal:
            session.rollback()
            if _wants_json():
                return jsonify(message=refusal_words(refusal)), UNPROCESSABLE
            form.form_errors.append(refusal_words(refusal))
    if not form.liste.data:
        _propose(form, lines, need)
    page = render_template(
        "shortlists/add.html",
        form=form,
        entry=entry,
        need=need,
        lines=lines,
        organizations=organizations,
        new_list=NEW_LIST,
    )
    return page, UNPROCESSABLE if form.errors else 200


def _wants_json() -> bool:
    types = ["text/html", "application/json"]
    return request.accept_mimetypes.best_match(types) == "application/json"


def _named_entry() -> Offer | Organization:
    """Return what the fields name, once public: an offer, else an actor."""
    solution, actor = request.values.get("solution"), request.values.get("acteur")
    if not solution and not actor:
        abort(400)
    entry = offer_or_404(solution) if solution else organization_or_404(actor or "")
    if not entry.is_public:
        abort(404)
    return entry


def _menu_line(line: ShortlistLine) -> dict[str, Any]:
    return {
        "id": line.shortlist.id,
        "name": _named_with_need(line.shortlist),
        "holds": line.holds,
        "url": url_for("shortlists.show", shortlist_id=line.shortlist.id),
    }


def _named_with_need(shortlist: Shortlist) -> str:
    """Return a selection’s name and what it is for: contact from there is about that need."""
    if shortlist.need is None:
        return shortlist.name
    return str(_("%(name)s, pour « %(need)s »", name=shortlist.name, need=shortlist.need.title))


def _propose(form: AddForm, lines: Sequence[ShortlistLine], need: Need | None) -> None:
    """Tick the first selection that suits, and name a new one after the need."""
    suiting = [
        line.shortlist
        for line in lines
        if need is None or line.shortlist.need_id in {None, need.id}
    ]
    form.liste.data = str(suiting[0].id) if suiting else NEW_LIST
    if need is not None and not form.name.data:
        form.name.data = need.title[:MAX_NAME]


def _add(form: AddForm, entry: Offer | Organization, need: Need | None) -> ResponseReturnValue:
    """Add to the selection chosen; one that is opened for it is opened once."""
    if form.liste.data == NEW_LIST:
        done = carry_out(form, lambda: _put(_new_list(form, need), entry, form))
    else:
        page = _put(shortlist_or_404(int(form.liste.data)), entry, form)
        db_session().commit()
        done = redirect(page)
    if not _wants_json():
        return done
    # In place: what the next page would have said is said here.
    return jsonify(message=" ".join(map(str, get_flashed_messages())))


def _new_list(form: AddForm, need: Need | None) -> Shortlist:
    session, person = db_session(), signed_in_person()
    organizations = own_organizations(session, person)
    chosen = {str(one.id): one for one in organizations}.get(form.organization.data or "")
    return create_shortlist(
        session,
        chosen or organizations[0],
        name=form.name.data or "",
        need=need,
        author=person,
        now=now(),
    )


def _put(shortlist: Shortlist, entry: Offer | Organization, form: AddForm) -> str:
    """Add and say so; return the page to go back to."""
    is_new = add_entry(db_session(), shortlist, entry, author=signed_in_person(), now=now())
    title = entry.title if isinstance(entry, Offer) else entry.name
    if is_new:
        message = _("« %(title)s » est dans « %(name)s ».", title=title, name=shortlist.name)
    else:
        message = _("« %(title)s » était déjà dans « %(name)s ».", title=title, name=shortlist.name)
    flash(message, "success")
    back = form.retour.data or ""
    if back and is_own_path(back):
        return back
    return url_for("shortlists.show", shortlist_id=shortlist.id)
