"""The matrix, the team and its invitations as rows of a file and as a document to print."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from flask_babel import gettext

from models.consortium import Consortium, ConsortiumInvitation
from services.cells import neutralise
from views.consortium_words import level_word
from vocabulary.labels import N_
from vocabulary.periods import paris_day

EXPORT_COLUMNS: Final = (
    N_("besoin"),
    N_("poids"),
    N_("acteur"),
    N_("type"),
    N_("correspondance"),
    N_("points sur 1000"),
    N_("répond le mieux"),
    N_("pourquoi aucune"),
    N_("invitation"),
    N_("rôle"),
    N_("réponse le"),
    N_("motif du refus"),
    N_("exemple fictif"),
)
NOTICE: Final = N_(
    "Document de sourcing (article R2111-1 du code de la commande publique) : il n’attribue rien. "
    "Le choix d’un titulaire suit les règles de publicité et de mise en concurrence."
)


def export_rows(data: Mapping[str, Any]) -> Iterator[list[str]]:
    """Yield one row per need and member, then the needs without a team, then who is not in it."""
    consortium: Consortium = data["consortium"]
    invitations = {one.organization_id: one for one in consortium.invitations}
    members = data["members"]
    for row in data["rows"]:
        start = [row["need"].title, str(row["weight"])]
        for actor, cell in zip(members, row["cells"], strict=True):
            yield _row(
                [
                    *start,
                    actor.name,
                    gettext(actor.kind.label),
                    level_word(cell["level"]),
                    str(cell["points"]),
                    _yes(cell["is_best"]),
                    cell["why"],
                    *_invitation_cells(invitations.get(actor.id)),
                    _yes(actor.is_demo),
                ]
            )
        if not members:
            yield _row([*start, *[""] * (len(EXPORT_COLUMNS) - 2)])
    seated = {actor.id for actor in members}
    for invitation in consortium.invitations:
        if invitation.organization_id not in seated:
            actor = invitation.organization
            blank = [""] * 4
            kind = gettext(actor.kind.label)
            yield _row(
                [
                    "",
                    "",
                    actor.name,
                    kind,
                    *blank,
                    *_invitation_cells(invitation),
                    _yes(actor.is_demo),
                ]
            )


def _row(cells: list[str]) -> list[str]:
    return [neutralise(cell) for cell in cells]


def _yes(flag: bool) -> str:  # noqa: FBT001 - the flag is the datum
    return str(gettext("oui")) if flag else ""


def _invitation_cells(invitation: ConsortiumInvitation | None) -> list[str]:
    if invitation is None:
        return [""] * 4
    day = paris_day(invitation.answered_at).isoformat() if invitation.answered_at else ""
    reason = gettext(invitation.decline_reason.label) if invitation.decline_reason else ""
    return [gettext(invitation.state.label), invitation.role, day, reason]


def pdf_data(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the printed document shows."""
    consortium: Consortium = data["consortium"]
    uncovered = [card["need"].title for card in data["needs"] if card["state"] != "covered"]
    sections = [
        {
            "heading": gettext("L’équipe"),
            "text": data["problem"] or f"{data['summary']}. {data['proof']}",
            "columns": [gettext("Acteur"), gettext("Type"), gettext("Ce qu’il apporte")],
            "rows": [
                [
                    seat["actor"].name,
                    gettext(seat["actor"].kind.label),
                    "\n".join(_answer(card) for card in seat["answers"]),
                ]
                for seat in data["seats"]
            ],
            "widths": [2, 1, 3],
        },
        {"heading": gettext("Besoins que l’équipe ne couvre pas"), "text": "\n".join(uncovered)}
        if uncovered
        else {},
        {
            "heading": gettext("Besoins et membres"),
            "columns": [gettext("Besoin"), *(actor.name for actor in data["members"])],
            "rows": [
                [row["need"].title, *(level_word(cell["level"]) for cell in row["cells"])]
                for row in data["rows"]
            ],
        },
        _invitations_section(consortium),
    ]
    return {
        "title": consortium.name,
        "subject": gettext("Groupement"),
        "lead": f"{consortium.organization.name}, "
        f"{consortium.territory.name or consortium.territory.code}",
        "notice": gettext(NOTICE),
        "landscape": True,
        "sections": [section for section in sections if section],
        "end": gettext("Exemple fictif") if consortium.is_demo else "",
    }


def _answer(card: Mapping[str, Any]) -> str:
    return f"{card['need'].title} ({level_word(card['level'])})"


def _invitations_section(consortium: Consortium) -> dict[str, Any]:
    if not consortium.invitations:
        return {}
    return {
        "heading": gettext("Invitations"),
        "columns": [
            gettext("Acteur"),
            gettext("État"),
            gettext("Rôle"),
            gettext("Réponse le"),
            gettext("Motif du refus"),
        ],
        "rows": [
            [one.organization.name, *_invitation_cells(one)] for one in consortium.invitations
        ],
    }
