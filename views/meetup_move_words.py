"""What stands in the way of a move, in words."""

from collections.abc import Iterable

from flask_babel import gettext as _

from services.meetup_move_checks import Check, MoveBoard, Obstacle, Reason, Verdict
from views.meetup_plan_access import DayNames


def reason_text(names: DayNames, board: MoveBoard, reason: Reason) -> str:
    """Return one obstacle as a clause: who, and why."""
    person = names.person(reason.participant_id) if reason.participant_id else ""
    held = board.held.get(reason.key or "")
    meeting = names.meeting(held.key, held.participants) if held else ""
    texts = {
        Obstacle.AWAY: lambda: _("%(person)s n’est pas disponible", person=person),
        Obstacle.BUSY: lambda: _(
            "%(person)s est déjà en rendez-vous (%(meeting)s)", person=person, meeting=meeting
        ),
        Obstacle.LEFT: lambda: _("%(person)s ne vient plus", person=person),
        Obstacle.CAP: lambda: _("%(person)s a déjà tous ses rendez-vous", person=person),
        Obstacle.FIXED: lambda: _("l’équipe l’a fixée à un autre créneau"),
        Obstacle.FULL: lambda: _("toutes les tables ouvertes à ce créneau sont prises"),
        Obstacle.SEATS: lambda: _("la table est trop petite"),
        Obstacle.TAKEN: lambda: _("la table est prise (%(meeting)s)", meeting=meeting),
        Obstacle.LOCKED: lambda: _("« %(meeting)s » est verrouillée", meeting=meeting),
        Obstacle.STEPS: lambda: _(
            "%(person)s a demandé une table accessible : celle-ci ne l’est pas", person=person
        ),
        Obstacle.LOOP: lambda: _(
            "%(person)s a demandé une boucle magnétique : cette table n’en a pas, une autre "
            "table libre en a une",
            person=person,
        ),
    }
    return str(texts[reason.obstacle]())


def check_text(names: DayNames, board: MoveBoard, check: Check) -> str:
    """Return what a move would do, or why it cannot be."""
    clauses = _joined(reason_text(names, board, reason) for reason in check.reasons)
    if check.verdict is Verdict.REFUSED:
        return str(_("impossible : %(reasons)s", reasons=clauses))
    if check.verdict is Verdict.HERE:
        return str(_("elle est ici"))
    swapped = board.held.get(check.swapped or "")
    if swapped is not None:
        meeting = names.meeting(swapped.key, swapped.participants)
        text = str(_("échange avec « %(meeting)s »", meeting=meeting))
    else:
        text = str(_("libre"))
    return f"{text} ({clauses})" if clauses else text


def _joined(clauses: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(clauses))
