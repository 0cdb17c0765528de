"""The files of partnerships: the list, the groups of one, its meetings, its documents."""

from typing import Any

from flask import Blueprint, abort, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from extensions.clock import now
from extensions.database import db_session
from extensions.pdf import render_pdf
from extensions.template_context import long_date, theme_label
from services.partnership_exports import (
    GROUP_COLUMNS,
    LIST_COLUMNS,
    group_rows,
    list_rows,
    meetings_calendar,
)
from services.partnership_lookup import all_answers
from services.partnership_pages import PartnershipView
from views.downloads import attachment, stored_file, table_file
from views.partnership_access import open_partnership
from views.partnerships import asked_query, milestone_date

bp = Blueprint("partnership_files", __name__, url_prefix="/partenariats")


@bp.get("/liste.<any(csv, xlsx):file_type>")
def export(file_type: str) -> ResponseReturnValue:
    """Give the partnerships asked for as a file."""
    base = f"{current_app.config['PUBLIC_URL']}{url_for('partnerships.index')}"
    rows = list_rows(all_answers(db_session(), asked_query()), base=base)
    name = f"partenariats.{file_type}"
    return table_file(LIST_COLUMNS, rows, name, sheet_name="Partenariats")


@bp.get("/<slug:slug>/feuille")
def sheet(slug: str) -> ResponseReturnValue:
    """Show the groups, their members and their meetings as a sheet to print."""
    view = open_partnership(slug).view()
    return render_template(
        "partnerships/sheet.html",
        view=view,
        partnership=view.partnership,
        when=milestone_date,
        printed_at=now(),
    )


@bp.get("/<slug:slug>/groupes.<any(csv, xlsx, pdf):file_type>")
def groups(slug: str, file_type: str) -> ResponseReturnValue:
    """Give the groups with their members and meetings as a file; what is for members stays so."""
    view = open_partnership(slug).view()
    if file_type == "pdf":
        content = render_pdf("plain", _pdf_data(view))
        return attachment(content, "application/pdf", f"{view.partnership.slug}.pdf")
    name = f"{view.partnership.slug}-groupes.{file_type}"
    return table_file(GROUP_COLUMNS, group_rows(view), name, sheet_name="Partenariats")


def _pdf_data(view: PartnershipView) -> dict[str, Any]:
    partnership, unstated = view.partnership, _("non précisé")
    territory = partnership.territory
    sides = (
        (_("Côté territoire"), view.territory_side),
        (_("Côté innovation"), view.innovation_side),
    )
    members = [
        [side, row.organization.name, row.role or unstated] for side, rows in sides for row in rows
    ]
    sections: list[dict[str, Any]] = [
        {
            "facts": [
                [_("Quartier"), f"{territory.name} ({territory.code})" if territory else unstated],
                [_("Programme"), partnership.programme or unstated],
                [_("Source"), partnership.source or unstated],
            ]
        },
        {
            "heading": _("Membres"),
            "columns": [_("Côté"), _("Structure"), _("Rôle")],
            "rows": members,
            "widths": [2, 4, 5],
        },
    ]
    sections += [_pdf_group(view, position) for position in range(len(view.groups))]
    return {
        "title": partnership.name,
        "subject": _("Partenariat"),
        "lead": _("Exemple fictif") if partnership.is_demo else "",
        "sections": sections,
    }


def _pdf_group(view: PartnershipView, position: int) -> dict[str, Any]:
    shown, unstated, leads = view.groups[position], _("non précisé"), _("animation")
    group = shown.group
    names = [
        f"{row.organization.name} ({leads})" if row.is_lead else row.organization.name
        for row in shown.members
    ]
    rows = [
        [
            long_date(meeting.held_on),
            meeting.place or unstated,
            meeting.minutes or meeting.agenda or unstated
            if view.may_read_minutes(meeting)
            else _("réservé aux membres"),
        ]
        for meeting in shown.meetings
    ]
    columns = [_("Réunion du"), _("Lieu"), _("Compte rendu, à défaut ordre du jour")]
    return {
        "heading": group.name,
        "text": group.description,
        "facts": [
            [_("Thème"), theme_label(group.theme) if group.theme else unstated],
            [_("Membres"), ", ".join(names) or unstated],
        ],
        **({"columns": columns, "rows": rows, "widths": [2, 3, 7]} if rows else {}),
    }


@bp.get("/<slug:slug>/reunions.ics")
def calendar(slug: str) -> ResponseReturnValue:
    """Give the meetings of the groups as a calendar file."""
    view = open_partnership(slug).view()
    path = url_for("partnerships.show", slug=view.partnership.slug)
    url = f"{current_app.config['PUBLIC_URL']}{path}"
    content = meetings_calendar(view, url=url, host=str(request.host.split(":")[0]), now=now())
    name = f"{view.partnership.slug}-reunions.ics"
    return attachment(content, "text/calendar; charset=utf-8", name)


@bp.get("/<slug:slug>/documents/<int:document_id>")
def document(slug: str, document_id: int) -> ResponseReturnValue:
    """Give a document of the partnership to those who may read it."""
    view = open_partnership(slug).view()
    found = next((one for one in view.documents if one.id == document_id), None)
    if found is None:
        abort(404)
    return stored_file(found)
