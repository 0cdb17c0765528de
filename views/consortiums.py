"""Teams for the needs of a territory: their list, opening one, its page, its files."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from extensions.clock import now, today
from extensions.database import db_session
from extensions.pdf import render_pdf
from forms.consortiums import WEIGHTS, CreateForm, ticked, weight_of
from matching.consortium import MAX_NEEDS
from services import consortiums as rules
from services.needs import states_needs
from services.workspace import own_organizations
from views.access import signed_in_person
from views.consortium_files import EXPORT_COLUMNS, export_rows, pdf_data
from views.consortium_pages import builder_page, consortium_or_404, page_data, words_of
from views.downloads import attachment, table_file
from views.once import carried_out
from views.refusals import UNPROCESSABLE, commit_or_flash

bp = Blueprint("consortiums", __name__, url_prefix="/mon-espace/groupements")


@bp.get("")
def index() -> ResponseReturnValue:
    """Show the teams of the person's organisations, and the invitations they received."""
    session, person = db_session(), signed_in_person()
    own = own_organizations(session, person)
    return render_template(
        "consortiums/index.html",
        consortiums=rules.consortiums_of(session, person),
        received=rules.invitations_received(session, person),
        has_organization=bool(own),
        may_build=any(states_needs(one) for one in own),
    )


@bp.route("/nouveau", methods=["GET", "POST"])
def create() -> ResponseReturnValue:
    """Choose the territory, then its needs, their weights and the number of seats."""
    session, person = db_session(), signed_in_person()
    grounds = rules.grounds_of(session, person, today())
    wanted = (request.values.get("structure", ""), request.values.get("territoire", ""))
    ground = next(
        (one for one in grounds if (one.organization.slug, one.territory.code) == wanted),
        grounds[0] if len(grounds) == 1 else None,
    )
    form = CreateForm()
    if ground is None:
        return render_template("consortiums/ground.html", grounds=grounds)
    chosen = [need.id for need in ground.needs][:MAX_NEEDS]
    if form.is_submitted():
        chosen = ticked(request.form.getlist("besoin"), [need.id for need in ground.needs])
        if form.validate():
            refused = _open(ground, form, chosen)
            if refused is not None:
                return refused
    elif not form.name.data:
        form.name.data = ground.territory.name or ground.territory.code
    page = render_template(
        "consortiums/create.html",
        form=form,
        ground=ground,
        chosen=chosen,
        weights=WEIGHTS,
        weight_of={need.id: weight_of(request.form, need.id) for need in ground.needs},
        most=MAX_NEEDS,
    )
    return page, UNPROCESSABLE if form.errors else 200


def _open(ground: rules.Ground, form: CreateForm, chosen: list[int]) -> ResponseReturnValue | None:
    """Open the team and go to it; ``None`` when a rule forbids it, said in the form."""
    settings = rules.Settings(
        name=form.name.data or "",
        max_members=form.max_members.data or 0,
        weights={key: weight_of(request.form, key) for key in chosen},
    )

    def action() -> str:
        consortium = rules.create_consortium(
            db_session(), ground, settings, author=signed_in_person(), now=now()
        )
        return url_for("consortiums.show", consortium_id=consortium.id)

    return carried_out(form, action)


@bp.get("/<int:consortium_id>")
def show(consortium_id: int) -> ResponseReturnValue:
    """Show the page where a team is built."""
    return builder_page(consortium_or_404(consortium_id))


@bp.get("/<int:consortium_id>/imprimer")
def print_sheet(consortium_id: int) -> ResponseReturnValue:
    """Show the matrix, the team and the answers on a sheet for paper."""
    words = words_of(consortium_or_404(consortium_id))
    return render_template("consortiums/print.html", **page_data(words))


@bp.get("/<int:consortium_id>/groupement.<any(csv,xlsx,pdf):file_type>")
def export(consortium_id: int, file_type: str) -> ResponseReturnValue:
    """Hand over the matrix, the team and the invitations; no address, no name of a person."""
    consortium = consortium_or_404(consortium_id)
    data: dict[str, Any] = page_data(words_of(consortium))
    name = f"groupement-{consortium.id}.{file_type}"
    if file_type == "pdf":
        return attachment(render_pdf("plain", pdf_data(data)), "application/pdf", name)
    columns = [_(column) for column in EXPORT_COLUMNS]
    rows = export_rows(data)
    return table_file(columns, rows, name, sheet_name=_("Groupement"))


@bp.post("/<int:consortium_id>/supprimer")
def delete(consortium_id: int) -> ResponseReturnValue:
    """Delete a team that nobody is invited to."""
    consortium = consortium_or_404(consortium_id)
    is_deleted = commit_or_flash(
        lambda: rules.delete_consortium(db_session(), consortium), _("Le groupement est supprimé.")
    )
    if not is_deleted:
        return redirect(url_for("consortiums.show", consortium_id=consortium_id))
    return redirect(url_for("consortiums.index"))
