"""Who may call what: teams and partnerships."""

from typing import Final

from views.matrix.rights import Access

RIGHTS: Final[dict[str, Access]] = {
    # Teams (views/consortiums.py and consortium_*.py): the organisation is the one that builds the
    # team; in consortium_answers, the actor invited
    "consortiums.index": Access.SIGNED_IN,
    "consortiums.create": Access.SIGNED_IN,
    "consortiums.show": Access.EDITOR,
    "consortiums.print_sheet": Access.EDITOR,
    "consortiums.export": Access.EDITOR,
    "consortiums.delete": Access.EDITOR,
    "consortium_building.adjust": Access.EDITOR,
    "consortium_building.choose": Access.EDITOR,
    "consortium_building.undo": Access.EDITOR,
    "consortium_invitations.invite": Access.EDITOR,
    "consortium_invitations.withdraw": Access.EDITOR,
    "consortium_invitations.found": Access.EDITOR,
    "consortium_answers.show": Access.EDITOR,
    "consortium_answers.answer": Access.EDITOR,
    "consortium_answers.reopen": Access.EDITOR,
    # Partnerships: the organisation is the keeper of the page, or the one invited
    "partnership_editing.index": Access.SIGNED_IN,
    "partnership_editing.create": Access.SIGNED_IN,
    "partnership_editing.edit": Access.EDITOR,
    "partnership_editing.act": Access.EDITOR,
    "partnership_editing.remove": Access.OWNER,
    "partnership_members.index": Access.EDITOR,
    "partnership_members.invite": Access.EDITOR,
    "partnership_members.change_role": Access.EDITOR,
    "partnership_members.remove": Access.EDITOR,
    "partnership_members.answer": Access.TEAM,
    "partnership_groups.index": Access.EDITOR,
    "partnership_groups.create": Access.EDITOR,
    "partnership_groups.edit": Access.EDITOR,
    "partnership_groups.remove": Access.EDITOR,
    "partnership_groups.add_meeting": Access.EDITOR,
    "partnership_groups.edit_meeting": Access.EDITOR,
    "partnership_groups.delete_meeting": Access.EDITOR,
    "partnership_timeline.index": Access.EDITOR,
    "partnership_timeline.create": Access.EDITOR,
    "partnership_timeline.edit": Access.EDITOR,
    "partnership_timeline.remove": Access.EDITOR,
    "partnership_timeline.documents": Access.EDITOR,
    "partnership_timeline.change_document": Access.EDITOR,
    "partnership_review.queue": Access.STAFF,
    "partnership_review.review": Access.STAFF,
    "partnership_review.suspend": Access.STAFF,
    "partnership_review.restore": Access.STAFF,
}
