"""Model files to fill in for the lists of a meetup day: titles that are read, one example line."""

from collections.abc import Sequence
from typing import Final

from services.meetup_invitee_columns import OTHER_NAMES, InviteeField
from services.text_keys import name_key
from vocabulary.labels import N_
from vocabulary.meetups import ParticipantVisibility

# Written in the first cell of the example; a line that holds it is never read.
EXAMPLE: Final = "EXEMPLE FICTIF, ligne à effacer"
WISH_COLUMNS: Final = (N_("demandeur"), N_("souhaité"), N_("priorité"), N_("message"))
_EXAMPLE_KEY: Final = name_key(EXAMPLE)
_INVITEE: Final = {
    InviteeField.NAME: EXAMPLE,
    InviteeField.SIDE: "territoire",
    InviteeField.KIND: "commune",
    InviteeField.STATE: "invité",
    InviteeField.GIVEN_NAME: "Camille",
    InviteeField.PERSON: "Exemple",
    InviteeField.JOB: "cheffe de projet",
    InviteeField.EMAIL: "camille@exemple.invalid",
    InviteeField.LANGUAGE: "fr",
    InviteeField.THEMES: "isolation | nature en ville",
    InviteeField.STEP_FREE: "non",
    InviteeField.HEARING_LOOP: "non",
    InviteeField.AWAY: "avant 10h | après 16h",
    InviteeField.MOST: "6",
    InviteeField.PRESENTATION: "Réhabiliter une école et verdir sa cour.",
}
# Where the example says too little of what may be written.
_HINTS: Final = {
    InviteeField.NAME: "Ville de Sorbiers-les-Prés",
    InviteeField.SIREN: "neuf chiffres",
    InviteeField.SIDE: "territoire ou acteur",
    InviteeField.KIND: "commune, bailleur, start-up, association…",
    InviteeField.STATE: "invité ou inscrit",
    InviteeField.LANGUAGE: "fr ou en",
    InviteeField.TERRITORIES: "QN04218M | 42218",
    InviteeField.STEP_FREE: "oui ou non",
    InviteeField.HEARING_LOOP: "oui ou non",
    InviteeField.ACCESS_NOTE: "interprète en langue des signes",
    InviteeField.AWAY: "matin, après 16h, avant 10h, 9h-10h30 | 14h-15h",
    InviteeField.THERE: "après-midi, jusqu’à 11h, de 14h à 16h",
    InviteeField.VISIBILITY: " ou ".join(one.label for one in ParticipantVisibility),
    InviteeField.STAFF_NOTE: "venue avec l’agence d’urbanisme",
}
# One of the two columns of hours is enough in a file to fill in.
_LEFT_OUT: Final = frozenset({InviteeField.THERE})
INVITEE_MODEL: Final = tuple(column for column in InviteeField if column not in _LEFT_OUT)


def is_example(cells: Sequence[str]) -> bool:
    """Tell whether a line is the example of a model, left in."""
    return any(
        name_key(cell).startswith(_EXAMPLE_KEY) for cell in cells if cell.lstrip()[:1] in {"E", "e"}
    )


def invitee_hints() -> list[tuple[str, str, str]]:
    """Return, for each column, its title, other titles it may have, and what may stand in it."""
    return [
        (
            column.label,
            ", ".join(OTHER_NAMES[column][:3]),
            _HINTS.get(column) or _INVITEE.get(column, ""),
        )
        for column in InviteeField
    ]


def invitee_model() -> tuple[list[str], list[list[str]]]:
    """Return the titles and the example line of a file of invitees."""
    titles = [column.label for column in INVITEE_MODEL]
    return titles, [[_INVITEE.get(column, "") for column in INVITEE_MODEL]]


def wish_model() -> tuple[list[str], list[list[str]]]:
    """Return the titles and the example line of a list of wishes."""
    example = [EXAMPLE, "Façades Bois", "indispensable", "Parlons de l’isolation de l’école."]
    return list(WISH_COLUMNS), [example]
