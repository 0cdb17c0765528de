"""Words of an agenda that its page, its mail, its calendar and its PDF share."""

from collections.abc import Callable, Mapping
from typing import Final

from flask_babel import gettext

from extensions.template_context import hour_at
from extensions.wording import listed
from matching.explain import ReasonCode
from matching.weights import Level
from models.meetup import MeetupDay
from models.meetup_plan import MeetingVersion
from services.meetup_agenda_lines import AgendaItem, ItemKind, WishedBy
from services.meetup_agenda_news import AgendaChange
from services.meetup_calendar import ChangeKind
from vocabulary.labels import N_

# What a match that was kept with a wish says in a few words, by its level and reason codes.
_LEVELS: Final[Mapping[str, str]] = {
    Level.STRONG.value: N_("correspondance forte"),
    Level.MEDIUM.value: N_("correspondance moyenne"),
    Level.PARTIAL.value: N_("correspondance partielle"),
}
_SHARED: Final[Mapping[str, str]] = {
    ReasonCode.THEMES_ALL.value: N_("mêmes thèmes"),
    ReasonCode.THEMES_SOME.value: N_("thèmes en commun"),
    ReasonCode.WORDS_SHARED.value: N_("mots du besoin dans la solution"),
    ReasonCode.MATURITY_SUITS.value: N_("maturité adaptée"),
    ReasonCode.CONTRACT_FITS.value: N_("contrat et montant compatibles"),
    ReasonCode.CALENDAR_FITS.value: N_("calendriers compatibles"),
    ReasonCode.REFERENCES.value: N_("références"),
}
_SHOWN: Final = 2


def table_words(table: str, room: str) -> str:
    """Return where a meeting is held: « table 4, Grande salle »."""
    if not table:
        return room
    return str(gettext("table %(table)s, %(room)s", table=table, room=room))


def item_title(item: AgendaItem) -> str:
    """Return what a line is about: whom one meets, the part of the programme, a wait."""
    if item.kind is ItemKind.WAIT:
        return str(gettext("Créneau libre"))
    if item.kind is ItemKind.ABSENCE:
        return str(gettext("Vous avez dit ne pas être disponible"))
    return item.title


def wished_words(item: AgendaItem) -> str:
    """Return who wanted a meeting, as one of its two participants reads it."""
    other = item.others[0].participant.name if item.others else ""
    match item.wished_by:
        case WishedBy.BOTH:
            return str(gettext("Souhaité des deux côtés"))
        case WishedBy.ONESELF:
            return str(gettext("À votre demande"))
        case WishedBy.OTHER:
            return str(gettext("À la demande de %(name)s", name=other))
        case WishedBy.STAFF:
            return str(gettext("Proposé par les organisateurs"))
        case None:
            return ""


def why_words(item: AgendaItem) -> list[str]:
    """Return why two bodies meet: who wanted it, and what makes them match."""
    found = item.wish.match_reasons if item.wish is not None else {}
    codes = [str(code) for code in found.get("codes", ())]
    shared = [str(gettext(_SHARED[code])) for code in codes if code in _SHARED][:_SHOWN]
    level = _LEVELS.get(str(found.get("level", "")))
    return [text for text in (wished_words(item), gettext(level) if level else "", *shared) if text]


def people_names(item: AgendaItem) -> list[str]:
    """Return the names of the people one meets, where their body lets them be read."""
    return [person.name for other in item.others for person in other.people]


def subject_words(item: AgendaItem) -> list[str]:
    """Return what a meeting is about: the need and the offer that everybody may read."""
    said = []
    if item.need is not None:
        said.append(gettext("Besoin : %(title)s", title=item.need.title))
    if item.offer is not None:
        said.append(gettext("Solution : %(title)s", title=item.offer.title))
    return said


def change_title(change: AgendaChange) -> str:
    """Return with whom the meeting that changed is, or was."""
    if change.meeting.group is not None:
        return change.meeting.group.title
    return ", ".join(other.name for other in change.others)


def version_words(version: MeetingVersion, day: MeetupDay) -> str:
    """Return when and where a meeting is under one version: « 9 h 20, table 4, Grande salle »."""
    hour = hour_at(version.starts_at, day.zone)
    return f"{hour}, {table_words(version.table, version.room)}"


def change_words(change: AgendaChange, day: MeetupDay) -> list[str]:
    """Return what changed in a meeting, in one or two sentences, before → after."""
    after = version_words(change.after, day)
    if change.kind is ChangeKind.CANCELLED:
        was = version_words(change.before or change.after, day)
        return [gettext("Annulé. C’était à %(was)s.", was=was)]
    if change.kind is ChangeKind.NEW:
        return [gettext("Nouveau : %(now)s.", now=after)]
    said = []
    if change.before is not None and change.is_elsewhere:
        before = version_words(change.before, day)
        said.append(gettext("%(before)s → %(after)s", before=before, after=after))
    return said + _people_words(change, after)


def _people_words(change: AgendaChange, after: str) -> list[str]:
    said = []
    if change.came:
        names = listed([one.name for one in change.came])
        said.append(gettext("Rejoint le groupe (%(now)s) : %(names)s.", now=after, names=names))
    if change.left:
        names = listed([one.name for one in change.left])
        said.append(gettext("Quitte le groupe (%(now)s) : %(names)s.", now=after, names=names))
    return said


def item_place(item: AgendaItem) -> str:
    """Return where a line of an agenda is: a table and its room, or a room."""
    words = table_words(item.table, item.room)
    return words[:1].upper() + words[1:]


def item_details(item: AgendaItem) -> list[str]:
    """Return what is said under a line: the people, the subject, why the two meet."""
    people = people_names(item)
    said = [str(gettext("avec %(names)s", names=listed(people)))] if people else []
    return [*said, *subject_words(item), *why_words(item)]


AGENDA_FILTERS: Final[Mapping[str, Callable[..., object]]] = {
    "agenda_title": item_title,
    "agenda_place": item_place,
    "agenda_reasons": why_words,
    "agenda_details": item_details,
    "change_title": change_title,
    "change_words": change_words,
}
