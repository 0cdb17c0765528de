"""One's own part in a meetup day: the home of the space, with the next step."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from views.participation_access import own_participant_or_404

bp = Blueprint(
    "participations",
    __name__,
    url_prefix="/rencontres/<slug:slug>/participations/<int:participant_id>",
)


@bp.get("")
def show(slug: str, participant_id: int) -> ResponseReturnValue:
    """Show one's registration."""
    participant = own_participant_or_404(slug, participant_id)
    return render_template("participations/show.html", participant=participant, day=participant.day)
