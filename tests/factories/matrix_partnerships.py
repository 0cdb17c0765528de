"""What the addresses of a partnership name: a page that an organisation keeps, with everything."""

from datetime import date
from hashlib import sha256
from typing import Any

from flask import current_app
from sqlalchemy.orm import Session

from models.document import Document
from models.organization import Organization
from models.partnership import (
    Partnership,
    PartnershipMember,
    PartnershipMilestone,
    WorkingGroup,
    WorkingGroupMeeting,
    WorkingGroupMember,
)
from tests.factories.accounts import NOW
from vocabulary.exchanges import InvitationState, Side

CONTENT = b"%PDF-1.4 essai"


def partnership_examples(
    session: Session, partnership: Partnership, entry: Organization, other: Organization
) -> dict[str, dict[str, Any]]:
    """Let ``entry`` keep ``partnership``; return the values that its addresses take."""
    digest = sha256(CONTENT).hexdigest()
    path = current_app.config["SETTINGS"].documents_dir / digest[:2] / digest
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(CONTENT)
    partnership.organization_id, partnership.published_at = entry.id, NOW
    partnership.members = [
        PartnershipMember(organization_id=entry.id, position=0, role="Tient la page"),
        PartnershipMember(
            organization_id=other.id, position=1, state=InvitationState.INVITED, invited_at=NOW
        ),
    ]
    meeting = WorkingGroupMeeting(
        held_on=date(2026, 10, 1), place="Salle", agenda="Ordre", minutes="Compte", is_public=True
    )
    group = WorkingGroup(
        name="Groupe",
        description="Texte",
        members=[WorkingGroupMember(organization_id=entry.id, is_lead=True)],
        meetings=[meeting],
    )
    step = PartnershipMilestone(
        happened_on=date(2026, 1, 1), title="Étape", text="Texte", source="Source"
    )
    document = Document(
        digest=digest,
        filename="essai.pdf",
        media_type="application/pdf",
        size=len(CONTENT),
        side=Side.TERRITORY,
        organization_id=entry.id,
        is_public=True,
        created_at=NOW,
    )
    partnership.working_groups, partnership.milestones = [group], [step]
    partnership.documents = [document]
    session.flush()
    slug = {"slug": partnership.slug}
    of_group = {**slug, "group_id": group.id}
    of_meeting = {**of_group, "meeting_id": meeting.id}
    of_step = {**slug, "milestone_id": step.id}
    return {
        "partnership_files.export": {"file_type": "csv"},
        "partnership_files.sheet": slug,
        "partnership_files.groups": {**slug, "file_type": "csv"},
        "partnership_files.calendar": slug,
        "partnership_files.document": {**slug, "document_id": document.id},
        "partnership_editing.edit": slug,
        "partnership_editing.act": {**slug, "action": "soumettre"},
        "partnership_editing.remove": {**slug, "action": "retirer"},
        "partnership_members.index": slug,
        "partnership_members.invite": slug,
        "partnership_members.change_role": {**slug, "organization_id": entry.id},
        "partnership_members.remove": {**slug, "organization_id": other.id},
        "partnership_members.answer": {**slug, "organization_id": entry.id},
        "partnership_groups.index": slug,
        "partnership_groups.create": slug,
        "partnership_groups.edit": of_group,
        "partnership_groups.remove": of_group,
        "partnership_groups.add_meeting": of_group,
        "partnership_groups.edit_meeting": of_meeting,
        "partnership_groups.delete_meeting": of_meeting,
        "partnership_timeline.index": slug,
        "partnership_timeline.create": slug,
        "partnership_timeline.edit": of_step,
        "partnership_timeline.remove": of_step,
        "partnership_timeline.documents": slug,
        "partnership_timeline.change_document": {
            **slug,
            "document_id": document.id,
            "action": "retirer",
        },
        "partnership_review.review": slug,
        "partnership_review.suspend": slug,
        "partnership_review.restore": slug,
    }
