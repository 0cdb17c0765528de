"""What a plan guarantees, in words and figures; each participant's share of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _
from sqlalchemy import select

from extensions.database import db_session
from models.meetup import MeetupDay
from models.meetup_participant import MeetupParticipant
from models.meetup_plan import MeetupPlan
from vocabulary.meetups import PlanState


@dataclass(frozen=True, slots=True)
class Guarantees:
    """The figures of a plan as its page and the list word them."""

    placed: str
    score: str
    least: str
    breaks: str
    waits: str
    table_changes: str
    proof: str
    sentences: tuple[str, ...]
    is_good: bool
    """Nobody has fewer meetings than guaranteed, or none at all."""


@dataclass(frozen=True, slots=True)
class PersonLine:
    """What a plan gives one participant."""

    name: str
    meetings: int
    waits: int
    breaks: int
    table_changes: int
    is_short: bool
    without_loop: int
    """Meetings at a table without the hearing loop asked for."""


def guarantees_of(day: MeetupDay, plan: MeetupPlan) -> Guarantees | None:
    """Return what a plan that is ready guarantees; nothing while it is not."""
    if plan.state is not PlanState.READY:
        return None
    data = plan.guarantees
    return Guarantees(
        placed=_of(plan.placed, plan.wished),
        score=_share(plan.score, plan.score_bound),
        least=_least(day, plan),
        breaks=_against(plan.breaks, plan.breaks_bound),
        waits=_count(plan.waits),
        table_changes=_count(data.get("table_changes")),
        proof=_proof(data),
        sentences=tuple(_sentences(day, plan)),
        is_good=not data.get("short") and not _empty_agendas(plan),
    )


def _of(part: int | None, whole: int | None) -> str:
    return str(_("%(part)s sur %(whole)s", part=_count(part), whole=_count(whole)))


def _count(value: int | None) -> str:
    return "–" if value is None else str(format_decimal(value))


def _share(score: int | None, bound: int | None) -> str:
    """Return the score in percent of what no plan can exceed, never rounded up to the whole."""
    if score is None or not bound:
        return "–"
    percent = 100 * score / bound
    shown = min(percent, 99.9) if score < bound else percent
    return str(_("%(percent)s %%", percent=format_decimal(round(shown, 1))))


def _against(found: int | None, bound: int | None) -> str:
    if found is None or bound is None:
        return _count(found)
    return str(_("%(found)s (minimum : %(bound)s)", found=_count(found), bound=_count(bound)))


def _empty_agendas(plan: MeetupPlan) -> int:
    """Return how many registered participants a plan leaves without a meeting."""
    people: Mapping[str, Sequence[int]] = plan.guarantees.get("people", {})
    return sum(not share[0] for share in people.values())


def empty_words(plan: MeetupPlan) -> str:
    """Say how many registered participants are left without a meeting; nothing if none is."""
    count = _empty_agendas(plan)
    if not count:
        return ""
    return str(
        ngettext(
            "%(num)s participant inscrit n’a aucun rendez-vous.",
            "%(num)s participants inscrits n’ont aucun rendez-vous.",
            count,
        )
    )


def _least(day: MeetupDay, plan: MeetupPlan) -> str:
    short = plan.guarantees.get("short", ())
    if short:
        return str(
            ngettext(
                "%(num)s participant en a moins", "%(num)s participants en ont moins", len(short)
            )
        )
    if fewer := _fewer(day, plan):
        return str(
            ngettext(
                "%(least)s, sauf pour %(num)s participant",
                "%(least)s, sauf pour %(num)s participants",
                fewer,
                least=day.least_meetings,
            )
        )
    return str(_("%(count)s chacun", count=day.least_meetings))


def _fewer(day: MeetupDay, plan: MeetupPlan) -> int:
    """Return how many have fewer meetings than the day asks for, which no plan could give all."""
    people: Mapping[str, Sequence[int]] = plan.guarantees.get("people", {})
    return sum(share[0] < day.least_meetings for share in people.values())


def _proof(data: Mapping[str, Any]) -> str:
    if data.get("is_edited"):
        return str(_("modifié à la main"))
    if data.get("is_score_proven") and data.get("is_breaks_proven"):
        return str(_("prouvé"))
    if data.get("is_score_proven"):
        return str(_("valeur prouvée"))
    return str(_("non prouvé"))


def _sentences(day: MeetupDay, plan: MeetupPlan) -> Iterator[str]:
    data = plan.guarantees
    yield _(
        "Personne n’est attendu à deux endroits à la fois, aucune table ne sert deux fois dans "
        "un créneau : une vérification indépendante l’a contrôlé avant l’enregistrement."
    )
    if empty := empty_words(plan):
        yield empty
    yield from _value_sentences(plan, data)
    yield from _least_sentences(day, data)
    yield from _break_sentences(plan, data)
    yield from _loop_sentences(data)
    yield from _close_sentences(data)
    if data.get("is_cut"):
        yield _(
            "Le temps imparti ou votre arrêt a interrompu la recherche : un calcul plus long "
            "peut trouver mieux."
        )


def _value_sentences(plan: MeetupPlan, data: Mapping[str, Any]) -> Iterator[str]:
    if plan.score is None or not plan.score_bound:
        return
    if data.get("is_score_proven") and not data.get("is_edited"):
        yield _(
            "Aucun planning ne peut satisfaire davantage de souhaits, pondérés par leur "
            "priorité : c’est prouvé."
        )
        return
    yield _(
        "Les souhaits placés valent %(share)s de ce qu’aucun planning ne peut dépasser.",
        share=_share(plan.score, plan.score_bound),
    )


def _least_sentences(day: MeetupDay, data: Mapping[str, Any]) -> Iterator[str]:
    short = len(data.get("short", ()))
    lowered = any(one < day.least_meetings for one in data.get("least", ()))
    if short:
        yield ngettext(
            "%(num)s participant a moins de rendez-vous que le minimum garanti.",
            "%(num)s participants ont moins de rendez-vous que le minimum garanti.",
            short,
        )
    elif lowered:
        yield _(
            "Chacun a au moins %(count)s rendez-vous, sauf ceux à qui les souhaits, les "
            "disponibilités ou les tables n’en laissent pas autant.",
            count=day.least_meetings,
        )
    else:
        yield _("Chacun a au moins %(count)s rendez-vous.", count=day.least_meetings)


def _break_sentences(plan: MeetupPlan, data: Mapping[str, Any]) -> Iterator[str]:
    if plan.breaks is None:
        return
    if not plan.breaks:
        yield _("Aucun agenda n’a de trou.")
    elif data.get("is_breaks_proven") and not data.get("is_edited"):
        yield _(
            "Avec ces rendez-vous, on ne peut pas avoir moins de trous dans les agendas : "
            "c’est prouvé."
        )
    elif not plan.breaks_bound:
        yield ngettext(
            "Les agendas ont %(num)s trou en tout.",
            "Les agendas ont %(num)s trous en tout.",
            plan.breaks,
        )
    else:
        yield ngettext(
            "Les agendas ont %(num)s trou en tout ; il n’est pas possible de descendre "
            "sous %(bound)s avec ces rendez-vous.",
            "Les agendas ont %(num)s trous en tout ; il n’est pas possible de descendre "
            "sous %(bound)s avec ces rendez-vous.",
            plan.breaks,
            bound=_count(plan.breaks_bound),
        )
    if gap := data.get("breaks_gap", 0):
        yield ngettext(
            "L’agenda le plus troué compte %(num)s trou de plus que le plus serré.",
            "L’agenda le plus troué compte %(num)s trous de plus que le plus serré.",
            gap,
        )
    elif plan.breaks:
        yield _("Tous les agendas ont le même nombre de trous.")


def _loop_sentences(data: Mapping[str, Any]) -> Iterator[str]:
    if missed := sum(data.get("without_loop", {}).values()):
        yield ngettext(
            "%(num)s rendez-vous d’une personne qui demande une boucle magnétique est à une table "
            "sans boucle : « Ce que chacun reçoit » dit de qui.",
            "%(num)s rendez-vous de personnes qui demandent une boucle magnétique sont à des "
            "tables sans boucle : « Ce que chacun reçoit » dit de qui.",
            missed,
        )


def _close_sentences(data: Mapping[str, Any]) -> Iterator[str]:
    if "stayed" not in data or data.get("is_edited"):
        return
    yield _(
        "Par rapport au planning publié au départ : %(stayed)s rendez-vous gardent leur heure, "
        "%(moved)s en changent, %(dropped)s n’ont plus lieu.",
        stayed=_count(data["stayed"]),
        moved=_count(data["moved"]),
        dropped=_count(data["dropped"]),
    )


def person_lines(day: MeetupDay, plan: MeetupPlan) -> Sequence[PersonLine]:
    """Return each participant's share, those with the fewest meetings first."""
    people: Mapping[str, Sequence[int]] = plan.guarantees.get("people", {})
    rows = db_session().execute(
        select(MeetupParticipant.id, MeetupParticipant.name).where(
            MeetupParticipant.day_id == day.id
        )
    )
    without_loop: Mapping[str, int] = plan.guarantees.get("without_loop", {})
    lines = []
    for number, name in rows:
        if str(number) in people:
            meetings, breaks, waits, least, changes = people[str(number)]
            missed = without_loop.get(str(number), 0)
            lines.append(
                PersonLine(name, meetings, waits, breaks, changes, meetings < least, missed)
            )
    return sorted(lines, key=lambda one: (not one.is_short, one.meetings, -one.waits, one.name))
