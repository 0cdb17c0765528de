"""A person's own space: the organisations they act for, and what waits."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from extensions.clock import now, today
from extensions.database import db_session
from extensions.template_context import waiting as own_waiting
from services.invitations import invitations_for
from services.moderation_queue import count_waiting
from services.needs import states_needs, summarize_needs
from services.relay_lists import waiting_relays
from services.workspace import drafts_for_others, workspace_entries
from views.access import signed_in_person
from views.workspace_menu import workspace_menu

bp = Blueprint("workspace", __name__)
bp.app_template_global("workspace_menu")(workspace_menu)


@bp.get("/mon-espace")
def home() -> ResponseReturnValue:
    """Show the person's organisations, their drafts, and what waits for an answer."""
    session = db_session()
    person = signed_in_person()
    invited = invitations_for(person, now=now()).order_by(None).subquery()
    entries = workspace_entries(session, person)
    carriers = [one.organization for one in entries if states_needs(one.organization)]
    keys = [carrier.id for carrier in carriers]
    federating = [one.organization.id for one in entries if one.organization.is_federating]
    return render_template(
        "workspace/home.html",
        entries=entries,
        carriers=carriers,
        needs=summarize_needs(session, keys, today=today()) if carriers else None,
        relays=waiting_relays(session, federating) if federating else 0,
        invitations=session.scalar(select(func.count()).select_from(invited)) or 0,
        for_others=drafts_for_others(session) if person.is_staff else [],
        waiting=count_waiting(session) if person.is_staff else 0,
        person=person,
        own_waiting=own_waiting(),
    )
