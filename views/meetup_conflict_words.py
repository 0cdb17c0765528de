"""What makes a plan impossible, in words, and where each rule that clashes is changed."""

from dataclasses import dataclass
from typing import Final

from flask import current_app, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from meetups.conflicts import ConflictKind
from models.meetup import MeetupDay
from models.meetup_plan import MeetupPlan
from services.meetup_conflicts import Clash, clashes_of
from views.meetup_plan_access import DayNames, day_names
from vocabulary.labels import N_
from vocabulary.meetups import PlanState


@dataclass(frozen=True, slots=True)
class ConflictLine:
    """One clash in words, with where it can be changed."""

    text: str
    url: str = ""
    link: str = ""


def conflict_lines(day: MeetupDay, plan: MeetupPlan) -> list[ConflictLine]:
    """Return what clashes in a plan that is not possible; nothing for any other."""
    if plan.state is not PlanState.INFEASIBLE:
        return []
    names = day_names(day)
    return [_conflict_line(day, names, clash) for clash in clashes_of(plan)]


def _conflict_line(day: MeetupDay, names: DayNames, clash: Clash) -> ConflictLine:
    meeting = names.meeting(clash.key, clash.participants) if clash.key else ""
    person = names.person(clash.person) if clash.person is not None else ""
    hour = names.hour(clash.slot_id) if clash.slot_id is not None else ""
    texts = {
        ConflictKind.MEETING: lambda: _(
            "« %(meeting)s » doit avoir lieu : rendez-vous imposé, verrouillé ou d’un groupe.",
            meeting=meeting,
        ),
        ConflictKind.SLOTS: lambda: (
            _("« %(meeting)s » est fixé à %(hour)s.", meeting=meeting, hour=hour)
            if hour
            else _("« %(meeting)s » ne peut se tenir qu’à certains créneaux.", meeting=meeting)
        ),
        ConflictKind.AVAILABILITY: lambda: _(
            "%(person)s n’est pas disponible à tous les créneaux.", person=person
        ),
        ConflictKind.TABLES: lambda: ngettext(
            "À %(hour)s, il n’y a que %(num)s table.",
            "À %(hour)s, il n’y a que %(num)s tables.",
            clash.count,
            hour=hour,
        ),
        ConflictKind.MOST: lambda: ngettext(
            "%(person)s accepte %(num)s rendez-vous au plus.",
            "%(person)s accepte %(num)s rendez-vous au plus.",
            clash.count,
            person=person,
        ),
    }
    url, link = _where(day, clash)
    return ConflictLine(str(texts[clash.kind]()), url, link)


# Where each sort of rule is changed; a group's meeting is of the page of groups.
_PLACES: Final = {
    ConflictKind.MEETING: ("meetup_rules.index", N_("Changer les rendez-vous imposés")),
    ConflictKind.SLOTS: ("meetup_rules.index", N_("Changer les rendez-vous imposés")),
    ConflictKind.AVAILABILITY: ("meetup_participants.availability", N_("Voir ses disponibilités")),
    ConflictKind.TABLES: ("meetup_programme.index", N_("Ajouter des tables")),
    ConflictKind.MOST: ("meetup_participants.edit", N_("Changer son maximum")),
}
_GROUPS: Final = ("meetup_groups.index", N_("Changer les groupes"))


def _where(day: MeetupDay, clash: Clash) -> tuple[str, str]:
    """Return the page on which a rule can be changed, and what the link says."""
    endpoint, text = _GROUPS if (clash.key or "").startswith("g") else _PLACES[clash.kind]
    if endpoint not in current_app.view_functions:
        return "", ""
    if clash.person is not None:
        url = url_for(endpoint, slug=day.slug, participant_id=clash.person)
    else:
        url = url_for(endpoint, slug=day.slug)
    return url, str(_(text))
