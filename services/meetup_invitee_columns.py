"""Columns of a file of invitees: what each may hold, and under which titles files have it."""

from collections.abc import Mapping, Sequence
from typing import Final

from services.column_titles import find_columns
from services.errors import RuleViolation
from services.tabular import Table
from vocabulary.labels import N_, LabelledEnum


class InviteeField(LabelledEnum):
    """What a column of a file of invitees may hold."""

    NAME = "name", N_("structure")
    SIREN = "siren", N_("siren")
    SIDE = "side", N_("côté")
    KIND = "kind", N_("type")
    STATE = "state", N_("état")
    GIVEN_NAME = "given_name", N_("prénom")
    PERSON = "person", N_("nom de la personne")
    JOB = "job", N_("fonction")
    EMAIL = "email", N_("courriel")
    LANGUAGE = "language", N_("langue")
    THEMES = "themes", N_("thèmes")
    TERRITORIES = "territories", N_("territoires")
    STEP_FREE = "step_free", N_("table sans marche")
    HEARING_LOOP = "hearing_loop", N_("boucle magnétique")
    ACCESS_NOTE = "access_note", N_("besoins d’accessibilité")
    AWAY = "away", N_("indisponibilités")
    THERE = "there", N_("disponibilités")
    MOST = "most", N_("rendez-vous au plus")
    PRESENTATION = "presentation", N_("présentation")
    VISIBILITY = "visibility", N_("qui voit sa venue")
    STAFF_NOTE = "staff_note", N_("note de l’équipe")


# Beside our own words, those of the files that circulate; the first ones are shown.
OTHER_NAMES: Final[Mapping[InviteeField, tuple[str, ...]]] = {
    InviteeField.NAME: (
        *("organisme", "raison sociale", "nom de la structure", "entreprise", "structure invitée"),
        *("nom structure", "nom de l’organisme", "organisation", "nom de l’organisation"),
        *("dénomination", "dénomination sociale", "nom de l’entreprise", "société"),
        *("établissement", "collectivité", "employeur"),
    ),
    InviteeField.SIREN: ("numéro siren", "n° siren"),
    InviteeField.SIDE: ("côté de la table", "camp"),
    InviteeField.KIND: (
        *("type de structure", "type d’acteur", "catégorie", "type d’organisme"),
        *("type d’organisation", "nature"),
    ),
    InviteeField.STATE: ("statut", "réponse", "inscription"),
    InviteeField.GIVEN_NAME: ("prénom de la personne",),
    InviteeField.PERSON: (
        *("nom", "contact", "prénom et nom", "nom et prénom", "nom prénom", "prénom nom"),
        *("nom du contact", "nom du participant", "participant", "personne", "personne présente"),
        *("interlocuteur", "représentant", "référent", "nom de famille"),
    ),
    InviteeField.JOB: (
        *("poste", "titre", "fonction de la personne", "fonction du contact", "métier", "qualité"),
    ),
    InviteeField.EMAIL: (
        *("adresse électronique", "e-mail", "mail", "email", "mél", "adresse courriel"),
        *("adresse e-mail", "adresse email", "adresse mail", "courrier électronique"),
        *("courriel de la personne", "courriel du contact", "mail du contact", "email du contact"),
        "adresse",
    ),
    InviteeField.LANGUAGE: ("langue des courriels",),
    InviteeField.THEMES: (
        *("thématiques", "sujets", "domaines", "thème d’intérêt", "domaines d’intérêt"),
    ),
    InviteeField.TERRITORIES: (
        *("quartiers", "code qpv", "commune", "qpv", "codes des quartiers", "code du quartier"),
        "code insee",
    ),
    InviteeField.STEP_FREE: ("sans marche", "fauteuil", "fauteuil roulant"),
    InviteeField.HEARING_LOOP: ("boucle à induction",),
    InviteeField.ACCESS_NOTE: (
        *("accessibilité", "besoin d’accessibilité", "besoins", "besoins particuliers"),
    ),
    InviteeField.AWAY: (
        *("indisponible", "absence", "non disponible", "absent", "pas disponible"),
        *("indisponibilité horaire", "heures d’indisponibilité"),
    ),
    InviteeField.THERE: (
        *("disponible", "présence", "créneaux disponibles", "présent", "disponibilité horaire"),
        *("heures de disponibilité", "heures de présence", "horaires de présence"),
    ),
    InviteeField.MOST: (
        *("nombre de rendez-vous", "rendez-vous maximum", "rdv au plus", "rdv maximum"),
        *("nombre maximum de rendez-vous", "nombre de rdv"),
    ),
    InviteeField.PRESENTATION: ("attentes", "objet", "description", "recherche"),
    InviteeField.VISIBILITY: ("visibilité", "visible par"),
    InviteeField.STAFF_NOTE: ("note", "remarque", "commentaire", "observation"),
}
# Our own titles as the English pages word them.
_ENGLISH: Final[Mapping[InviteeField, tuple[str, ...]]] = {
    InviteeField.NAME: ("organization", "company"),
    InviteeField.SIDE: ("side",),
    InviteeField.KIND: ("kind",),
    InviteeField.STATE: ("status", "state"),
    InviteeField.GIVEN_NAME: ("given name", "first name"),
    InviteeField.PERSON: ("name of the person", "person", "last name", "name"),
    InviteeField.JOB: ("job title", "position"),
    InviteeField.EMAIL: ("email address", "e-mail address", "address"),
    InviteeField.LANGUAGE: ("language",),
    InviteeField.TERRITORIES: ("territories",),
    InviteeField.STEP_FREE: ("step-free table",),
    InviteeField.HEARING_LOOP: ("hearing loop",),
    InviteeField.ACCESS_NOTE: ("accessibility needs",),
    InviteeField.AWAY: ("times away",),
    InviteeField.THERE: ("times there",),
    InviteeField.MOST: ("maximum number of meetings",),
    InviteeField.VISIBILITY: ("who sees that they are coming",),
    InviteeField.STAFF_NOTE: ("team’s note",),
}
NAMES: Final[Mapping[InviteeField, tuple[str, ...]]] = {
    column: (column.label, *OTHER_NAMES[column], *_ENGLISH.get(column, ()))
    for column in InviteeField
}
# Columns that people may choose among: one list of them is shown for each field.
MOST_COLUMNS: Final = 30
Mapped = dict[str, str]


def guess_columns(headers: Sequence[str]) -> Mapped:
    """Return the header that seems to hold each field, by field; each header once."""
    found = find_columns(headers, NAMES)
    return {column.value: headers[at] for column, at in found.items()}


def has_bodies(mapping: Mapping[str, str]) -> bool:
    """Tell whether a column gives the bodies: without it no line can be read."""
    return InviteeField.NAME.value in mapping


def choose_columns(choices: Mapping[str, str], headers: Sequence[str]) -> Mapped:
    """Return what staff chose: the header of each field.

    Raises:
        RuleViolation: a column serves twice, or none gives the bodies.
    """
    known = set(headers)
    chosen = {
        column.value: header
        for column in InviteeField
        if (header := choices.get(column.value, "")) in known
    }
    twice = next((one for one in chosen.values() if list(chosen.values()).count(one) > 1), None)
    if twice is not None:
        raise RuleViolation(
            N_("La colonne « %(name)s » est choisie deux fois : une colonne ne sert qu’une fois."),
            name=twice,
        )
    if not has_bodies(chosen):
        raise RuleViolation(N_("Choisissez la colonne qui donne la structure."))
    return chosen


def positions_of(headers: Sequence[str], mapping: Mapping[str, str]) -> dict[InviteeField, int]:
    """Return where the column of each field stands."""
    places = {header: at for at, header in enumerate(headers)}
    return {
        column: places[header]
        for column in InviteeField
        if (header := mapping.get(column.value, "")) in places
    }


def kept_positions(table: Table) -> list[int]:
    """Return the columns worth keeping until the file is applied: read, or that may be chosen.

    An empty column is not, nor those beyond what a person can choose from.
    """
    read = set(find_columns(table.headers, NAMES).values())
    filled = [
        at
        for at in range(len(table.headers))
        if at not in read and any(line.cells[at].strip() for line in table.lines)
    ]
    return sorted([*read, *filled[: max(0, MOST_COLUMNS - len(read))]])
