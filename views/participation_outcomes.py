"""What came of one's meetings of a day: all of them on one page, with what the others said."""

from collections.abc import Mapping, Sequence

from flask import Blueprint, flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from extensions.clock import now
from extensions.database import db_session
from forms.meetup_outcomes import AskedLine, MeetingsForm, meetings_form
from models.meetup_participant import MeetupParticipant
from models.need import Need
from models.offer import Offer
from services.errors import Conflict, RuleViolation
from services.meetup_outcomes import (
    MeetingAnswer,
    MeetingLine,
    Subjects,
    meeting_lines,
    report_meetings,
    subjects_of,
)
from views.access import current_person
from views.once import carry_out
from views.participation_access import acting_key, own_participant_or_404
from views.refusals import UNPROCESSABLE, refusal_words

bp = Blueprint(
    "participation_outcomes",
    __name__,
    url_prefix="/rencontres/<slug:slug>/participations/<int:participant_id>",
)


@bp.route("/suites", methods=["GET", "POST"])
def index(slug: str, participant_id: int) -> ResponseReturnValue:
    """Ask of every meeting at once; a line left open is asked again."""
    participant = own_participant_or_404(slug, participant_id)
    lines = meeting_lines(db_session(), participant, now=now())
    subjects = subjects_of(db_session(), lines, participant)
    asked = [_asked(line, subjects.get(line.meeting.id)) for line in lines]
    form = meetings_form(asked)
    if form.validate_on_submit():
        answers = _answers(form, asked, subjects)
        try:
            return carry_out(
                form, lambda: _save(participant, lines, answers), sender=acting_key(participant)
            )
        except Conflict:
            raise
        except RuleViolation as refusal:
            db_session().rollback()
            form.form_errors.append(refusal_words(refusal))
    page = render_template(
        "participations/outcomes.html",
        form=form,
        participant=participant,
        day=participant.day,
        lines=lines,
        waiting=sum(bool(line.due) for line in lines),
    )
    return page, UNPROCESSABLE if form.errors else 200


def _asked(line: MeetingLine, subjects: Subjects | None) -> AskedLine:
    choices = subjects or Subjects((), ())
    return AskedLine(
        meeting_id=line.meeting.id,
        asks_report=line.asks_report,
        asks_stage=line.asks_stage and line.meeting.is_held is not False,
        needs=tuple((str(need.id), need.title) for need in choices.needs),
        offers=tuple((str(offer.id), offer.title) for offer in choices.offers),
    )


def _answers(
    form: MeetingsForm, asked: Sequence[AskedLine], subjects: Mapping[int, Subjects]
) -> dict[int, MeetingAnswer]:
    found = {}
    for line in asked:
        given = form.answer(line)
        if given is not None:
            found[line.meeting_id] = MeetingAnswer(
                report=given.report,
                satisfaction=given.satisfaction,
                stage=given.stage,
                note=given.note,
                subject=_subject(given.need_id, given.offer_id, subjects.get(line.meeting_id)),
            )
    return found


def _subject(
    need_id: int | None, offer_id: int | None, choices: Subjects | None
) -> tuple[Need, Offer] | None:
    if choices is None:
        return None
    need = next((one for one in choices.needs if one.id == need_id), None)
    offer = next((one for one in choices.offers if one.id == offer_id), None)
    return (need, offer) if need is not None and offer is not None else None


def _save(
    participant: MeetupParticipant,
    lines: Sequence[MeetingLine],
    answers: Mapping[int, MeetingAnswer],
) -> str:
    report_meetings(db_session(), lines, answers, person=current_person(), now=now())
    flash(_("Vos réponses sont enregistrées : l’autre participant les voit."), "success")
    return url_for(
        "participation_outcomes.index", slug=participant.day.slug, participant_id=participant.id
    )
