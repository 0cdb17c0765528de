"""Working groups of a partnership: their theme, members and leads, and their meetings."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from extensions.clock import now
from extensions.database import db_session
from forms.partnership_groups import GroupForm, MeetingForm
from forms.seen import SeenForm
from models.partnership import Partnership, WorkingGroup, WorkingGroupMeeting
from services.errors import RuleViolation
from services.partnership_contents import AnyContent, GroupContent, MeetingContent, stamp
from services.partnership_publishing import StaleContent
from services.partnerships import consenting_ids
from services.working_groups import remove_group, remove_meeting, save_group, save_meeting
from views.access import signed_in_person
from views.change_rows import ChangeRow
from views.once import carry_out
from views.partnership_access import (
    editable_partnership_or_404,
    group_or_404,
    meeting_or_404,
    writable_group_or_404,
)
from views.partnership_editing import run
from views.partnership_rows import content_rows, member_names
from views.refusals import CONFLICT, UNPROCESSABLE, refusal_status, refusal_words

bp = Blueprint("partnership_groups", __name__, url_prefix="/mon-espace/partenariats")
Show = Callable[[int, Sequence[ChangeRow]], ResponseReturnValue]
Typed = TypeVar("Typed", bound=AnyContent)


@bp.get("/<slug:slug>/groupes")
def index(slug: str) -> ResponseReturnValue:
    """List the groups with their meetings."""
    partnership = editable_partnership_or_404(slug)
    return render_template(
        "partnership_editing/groups.html",
        partnership=partnership,
        names=member_names(partnership),
        group_stamps={
            group.id: stamp(GroupContent.of(group)) for group in partnership.working_groups
        },
    )


@bp.route("/<slug:slug>/groupes/nouveau", methods=["GET", "POST"])
def create(slug: str) -> ResponseReturnValue:
    """Open a group."""
    return _edit_group(editable_partnership_or_404(slug), None)


@bp.route("/<slug:slug>/groupes/<int:group_id>", methods=["GET", "POST"])
def edit(slug: str, group_id: int) -> ResponseReturnValue:
    """Write a group: its theme, members and leads."""
    partnership = editable_partnership_or_404(slug)
    return _edit_group(partnership, group_or_404(partnership, group_id))


def _edit_group(partnership: Partnership, group: WorkingGroup | None) -> ResponseReturnValue:
    form = GroupForm()
    agreed = consenting_ids(partnership.members)
    names = member_names(partnership)
    form.fill_choices([(key, names[key]) for key in names if key in agreed])
    if not form.is_submitted() and group is not None:
        form.show(GroupContent.of(group))
        form.renew_stamp(stamp(GroupContent.of(group)))

    def show(status: int, rows: Sequence[ChangeRow]) -> ResponseReturnValue:
        page = render_template(
            "partnership_editing/group.html",
            partnership=partnership,
            group=group,
            form=form,
            conflict=rows,
        )
        return page, status

    def save(typed: GroupContent) -> str:
        save_group(
            db_session(),
            partnership,
            group,
            typed,
            seen=form.known_stamp(),
            person=signed_in_person(),
            now=now(),
        )
        flash(_("Le groupe est enregistré."), "success")
        return url_for("partnership_groups.index", slug=partnership.slug)

    return save_or_show(form, form.content, save, show, names=names)


def save_or_show(
    form: SeenForm,
    content: Callable[[], Typed],
    save: Callable[[Typed], str],
    show: Show,
    *,
    names: dict[int, str],
) -> ResponseReturnValue:
    """Show the form, or save once what it holds and redirect; a refusal keeps what was typed."""
    if not form.is_submitted():
        return show(200, ())
    if not form.validate():
        return show(UNPROCESSABLE, ())
    typed = content()
    try:
        return carry_out(form, lambda: save(typed))
    except StaleContent as stale:
        db_session().rollback()
        form.renew_stamp(stamp(stale.stored))
        return show(CONFLICT, content_rows(stale.stored, typed, names=names))
    except RuleViolation as refusal:
        db_session().rollback()
        form.show_error(refusal.field, refusal_words(refusal))
        return show(refusal_status(refusal), ())


@bp.post("/<slug:slug>/groupes/<int:group_id>/supprimer")
def remove(slug: str, group_id: int) -> ResponseReturnValue:
    """Remove a group with its meetings."""
    partnership = editable_partnership_or_404(slug)
    group = group_or_404(partnership, group_id)
    seen = request.form.get("seen", "")
    return run(
        lambda: remove_group(db_session(), group, seen=seen, person=signed_in_person(), now=now()),
        url_for("partnership_groups.index", slug=slug),
    )


@bp.route("/<slug:slug>/groupes/<int:group_id>/reunions/nouvelle", methods=["GET", "POST"])
def add_meeting(slug: str, group_id: int) -> ResponseReturnValue:
    """Add a meeting to a group."""
    group, standing = writable_group_or_404(slug, group_id)
    return _edit_meeting(group, None, may_publish=standing.can_edit)


@bp.route("/<slug:slug>/groupes/<int:group_id>/reunions/<int:meeting_id>", methods=["GET", "POST"])
def edit_meeting(slug: str, group_id: int, meeting_id: int) -> ResponseReturnValue:
    """Write the agenda or the minutes of a meeting."""
    group, standing = writable_group_or_404(slug, group_id)
    meeting = meeting_or_404(group, meeting_id)
    return _edit_meeting(group, meeting, may_publish=standing.can_edit)


def _edit_meeting(
    group: WorkingGroup, meeting: WorkingGroupMeeting | None, *, may_publish: bool
) -> ResponseReturnValue:
    form = MeetingForm()
    stored = MeetingContent.of(meeting) if meeting else None
    if not may_publish:
        del form.is_public
    if not form.is_submitted() and stored is not None:
        form.show(stored)
        form.renew_stamp(stamp(stored))

    def show(status: int, rows: Sequence[ChangeRow]) -> ResponseReturnValue:
        page = render_template(
            "partnership_editing/meeting.html",
            partnership=group.partnership,
            group=group,
            meeting=meeting,
            form=form,
            conflict=rows,
            can_edit=may_publish,
            seen=stamp(stored) if stored else "",
        )
        return page, status

    def content() -> MeetingContent:
        return form.content(is_public=bool(stored and stored.is_public))

    def save(typed: MeetingContent) -> str:
        save_meeting(
            db_session(),
            group,
            meeting,
            typed,
            seen=form.known_stamp(),
            person=signed_in_person(),
            now=now(),
        )
        flash(_("La réunion est enregistrée."), "success")
        page = url_for("partnerships.show", slug=group.partnership.slug)
        return f"{page}#groupe-{group.id}"

    return save_or_show(form, content, save, show, names={})


@bp.post("/<slug:slug>/groupes/<int:group_id>/reunions/<int:meeting_id>/supprimer")
def delete_meeting(slug: str, group_id: int, meeting_id: int) -> ResponseReturnValue:
    """Remove a meeting."""
    partnership = editable_partnership_or_404(slug)
    meeting = meeting_or_404(group_or_404(partnership, group_id), meeting_id)
    seen = request.form.get("seen", "")
    return run(
        lambda: remove_meeting(
            db_session(), meeting, seen=seen, person=signed_in_person(), now=now()
        ),
        url_for("partnership_groups.index", slug=slug),
    )
