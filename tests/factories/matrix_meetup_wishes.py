"""What the addresses of wishes name: the entry of the matrix wishes a town, which wishes it too."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.meetup import MeetupDay
from models.meetup_participant import MeetupParticipant
from models.meetup_wish import MeetupGroup, MeetupPairRule
from models.organization import Organization
from services.meetup_wish_batches import Source, create_batch
from services.meetup_wish_reading import read_pasted
from services.text_keys import name_key
from tests.factories.matrix_meetup_participants import matrix_participant
from tests.factories.meetups import NOW, make_participant, make_wish
from vocabulary.exchanges import Side
from vocabulary.meetups import PairRule, WishBatchKind

_TOWN = "Ville de la matrice"


def wish_examples(
    session: Session, day: MeetupDay, entry: Organization
) -> dict[str, dict[str, Any]]:
    """Add a wish each way and name the pages of both sides and of the organisers."""
    participant = matrix_participant(session, day, entry)
    town = _town(session, day)
    made, asked = make_wish(session, participant, town), make_wish(session, town, participant)
    source = Source(WishBatchKind.IMPORT, "liste.csv", None)
    batch = create_batch(session, day, source, read_pasted("Personne;Personne"), now=NOW)
    first, second = sorted((participant.id, town.id))
    rule = MeetupPairRule(
        day_id=day.id,
        first_id=first,
        second_id=second,
        rule=PairRule.REQUIRED,
        created_at=NOW,
    )
    group = MeetupGroup(day_id=day.id, title="Groupe", created_at=NOW)
    session.add_all([rule, group])
    session.flush()
    slug = {"slug": day.slug}
    own = {**slug, "participant_id": participant.id}
    return {
        **{f"participation_wishes.{page}": own for page in ("index", "themes", "choose", "order")},
        "participation_wishes.wish": {**own, "other_id": town.id},
        "participation_wishes.withdraw": {**own, "wish_id": made.id},
        **{
            f"meetup_wishes_review.{page}": slug
            for page in ("index", "participants", "add", "export")
        },
        "meetup_wish_reminders.send": slug,
        "meetup_wishes_review.withdraw": {**slug, "wish_id": asked.id},
        **{f"meetup_wish_lists.{page}": slug for page in ("index", "suggest")},
        "meetup_wish_lists.model": {**slug, "file_type": "csv"},
        **{
            f"meetup_wish_lists.{page}": {**slug, "batch_id": batch.id}
            for page in ("show", "map_columns", "correct", "apply", "undo", "discard", "refusals")
        },
        **{f"meetup_rules.{page}": slug for page in ("index", "same_side")},
        "meetup_rules.lift": {**slug, "rule_id": rule.id},
        **{f"meetup_groups.{page}": slug for page in ("index", "create")},
        **{f"meetup_groups.{page}": {**slug, "group_id": group.id} for page in ("edit", "remove")},
        "participation_requests.index": own,
        "participation_requests.answer": {**own, "wish_id": asked.id},
    }


def _town(session: Session, day: MeetupDay) -> MeetupParticipant:
    wanted = select(MeetupParticipant).where(
        MeetupParticipant.day_id == day.id, MeetupParticipant.name_key == name_key(_TOWN)
    )
    found = session.scalar(wanted)
    return found or make_participant(session, day, _TOWN, side=Side.TERRITORY)
