"""A participant's agenda: now and next, what changed, to print, to put into a calendar."""

from typing import Final

from flask import Blueprint, Response, abort, flash, g, redirect, render_template, session, url_for
from flask.sansio.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from extensions.clock import now
from extensions.database import db_session
from extensions.meetup_agenda_words import AGENDA_FILTERS, change_title, change_words
from extensions.meetup_feed_links import close_feed, feed_url, open_feed
from extensions.meetup_ics import ICS_TYPE, agenda_calendar
from extensions.meetup_pdf import agenda_pdf
from forms.participation_agenda import NotedForm, SubscriptionForm
from services.meetup_agenda_news import AgendaNews, Knowledge, note_changes
from services.meetup_agendas import agenda_of
from views.downloads import PDF_TYPE, attachment
from views.participation_access import own_participant_or_404

bp = Blueprint(
    "participation_agenda",
    __name__,
    url_prefix="/rencontres/<slug:slug>/participations/<int:participant_id>",
)
# Said in the cookie: this browser keeps an agenda, which must go with whoever signs out.
OFFLINE_MARK: Final = "agenda"
_IDENTITY: Final = "_user_id"


@bp.before_app_request
def remember_reader() -> None:
    """Note who asks, when this browser keeps an agenda."""
    if OFFLINE_MARK in session:
        g.agenda_reader = session.get(_IDENTITY)


@bp.after_app_request
def forget_agenda(response: Response) -> Response:
    """Have the browser drop the kept agenda when somebody signs out or in."""
    if "agenda_reader" not in g or session.get(_IDENTITY) == g.agenda_reader:
        return response
    response.headers["Clear-Site-Data"] = '"storage"'
    session.pop(OFFLINE_MARK, None)
    return response


@bp.record_once
def add_words(state: BlueprintSetupState) -> None:
    """Let pages and mails say the lines of an agenda in the same words."""
    state.app.jinja_env.filters.update(AGENDA_FILTERS)


@bp.get("/agenda")
def show(slug: str, participant_id: int) -> ResponseReturnValue:
    """Show the day line by line; before its plan is published, what is known of it."""
    participant = own_participant_or_404(slug, participant_id)
    day, moment = participant.day, now()
    agenda = agenda_of(db_session(), day, participant)
    news = AgendaNews(db_session(), day, [participant.id])
    is_known = participant.agenda_told_at is not None
    changes = news.unknown_to(participant.id, Knowledge.SEEN) if is_known else ()
    session.setdefault(OFFLINE_MARK, True)
    return render_template(
        "participation_agenda/show.html",
        agenda=agenda,
        day=day,
        participant=participant,
        current=agenda.current(moment),
        following=agenda.following(moment),
        changes=[(one.kind.value, change_title(one), change_words(one, day)) for one in changes],
        made_at=moment,
        noted=NotedForm(formdata=None, data={"until": moment.isoformat()}),
        subscription=SubscriptionForm(formdata=None),
        feed=feed_url(participant),
    )


@bp.get("/agenda.pdf")
def pdf(slug: str, participant_id: int) -> ResponseReturnValue:
    """Hand over the agenda on paper."""
    participant = own_participant_or_404(slug, participant_id)
    agenda = agenda_of(db_session(), participant.day, participant)
    response = attachment(agenda_pdf(agenda), PDF_TYPE, f"agenda-{participant.day.slug}.pdf")
    response.headers["Cache-Control"] = "private, no-store"
    return response


@bp.get("/agenda.ics")
def calendar(slug: str, participant_id: int) -> ResponseReturnValue:
    """Hand over the agenda as a calendar; taken again, it replaces the events it gave before."""
    participant = own_participant_or_404(slug, participant_id)
    agenda = agenda_of(db_session(), participant.day, participant)
    news = AgendaNews(db_session(), participant.day, [participant.id])
    content = agenda_calendar(agenda, news.dropped(participant.id))
    response = attachment(content, ICS_TYPE, f"agenda-{participant.day.slug}.ics")
    response.headers["Cache-Control"] = "private, no-store"
    return response


@bp.post("/agenda/note")
def note(slug: str, participant_id: int) -> ResponseReturnValue:
    """Write down that the changes shown were read; later ones are shown next time."""
    participant = own_participant_or_404(slug, participant_id)
    form = NotedForm()
    until = form.instant()
    if until is None or not form.validate():
        abort(400)
    note_changes(db_session(), participant, until=until)
    db_session().commit()
    return redirect(_page(slug, participant_id))


@bp.post("/agenda/abonnement")
def subscribe(slug: str, participant_id: int) -> ResponseReturnValue:
    """Make the address that calendar programs poll, replace it, or give it up."""
    participant = own_participant_or_404(slug, participant_id)
    form = SubscriptionForm()
    if not form.validate():
        abort(400)
    if form.stop.data:
        close_feed(participant)
        flash(_("L’adresse d’abonnement ne répond plus."), "success")
    elif form.renew.data or not participant.calendar_key:
        open_feed(participant)
        flash(_("Voici l’adresse de votre agenda : ne la donnez qu’à votre logiciel."), "success")
    db_session().commit()
    return redirect(f"{_page(slug, participant_id)}#abonnement")


def _page(slug: str, participant_id: int) -> str:
    return url_for("participation_agenda.show", slug=slug, participant_id=participant_id)
