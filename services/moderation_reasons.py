"""The reasons a moderator gives: a code that is kept and counted, a text that is sent."""

from collections.abc import Iterable
from typing import Final

from services.errors import RuleViolation
from vocabulary.labels import N_, LabelledEnum

MAX_COMMENT: Final = 2_000


class ModerationReason(LabelledEnum):
    """Why changes are asked for, or why an entry is hidden; the text is addressed to its owner."""

    VAGUE = (
        "description-imprecise",
        N_("La description ne permet pas de comprendre ce qui est proposé, à qui et comment."),
    )
    ADVERTISING = (
        "ton-publicitaire",
        N_("Le ton est publicitaire : décrivez des faits, sans superlatif ni comparaison."),
    )
    UNPROVEN = (
        "affirmation-non-etayee",
        N_("Un résultat ou une référence n’est pas étayé : précisez le lieu, l’année, le client."),
    )
    IDENTITY = (
        "identite-a-verifier",
        N_("Le nom, le numéro ou le site ne permettent pas d’identifier la structure."),
    )
    THEMES = (
        "themes-inadaptes",
        N_("Les thèmes choisis ne correspondent pas à la description."),
    )
    AREA = (
        "zone-incoherente",
        N_("La zone d’intervention ne correspond pas à ce qui est décrit."),
    )
    DUPLICATE = (
        "doublon",
        N_("Une fiche existe déjà pour cette structure ou cette proposition."),
    )
    PERSONAL_DATA = (
        "donnees-personnelles",
        N_("La fiche contient des données personnelles (nom, adresse, téléphone) à retirer."),
    )
    OUT_OF_SCOPE = (
        "hors-sujet",
        N_("Le lien avec le renouvellement urbain n’apparaît pas."),
    )
    QUARTER = (
        "quartier-a-verifier",
        N_("Le quartier indiqué ne correspond pas à ce qui est décrit, ou n’est pas le vôtre."),
    )
    DESIGNATED = (
        "acteur-designe",
        N_("Le besoin désigne un produit ou un acteur : décrivez l’usage et le résultat attendus."),
    )
    LOGO = (
        "logo-inadapte",
        N_("Le logo est illisible ou n’est pas celui de la structure."),
    )
    AT_OWNER_REQUEST = (
        "demande-de-la-structure",
        N_("La structure a demandé le retrait de sa fiche."),
    )
    CEASED = (
        "activite-cessee",
        N_("La structure a cessé son activité ou cette proposition."),
    )
    REPORTED = (
        "contenu-signale",
        N_("Le contenu a été signalé et doit être vérifié."),
    )


# What an author can mend, and what hides an entry that is already public.
FOR_CHANGES: Final = (
    ModerationReason.VAGUE,
    ModerationReason.ADVERTISING,
    ModerationReason.UNPROVEN,
    ModerationReason.IDENTITY,
    ModerationReason.THEMES,
    ModerationReason.AREA,
    ModerationReason.DUPLICATE,
    ModerationReason.PERSONAL_DATA,
    ModerationReason.OUT_OF_SCOPE,
    ModerationReason.QUARTER,
    ModerationReason.DESIGNATED,
    ModerationReason.LOGO,
)
FOR_HIDING: Final = (
    ModerationReason.REPORTED,
    ModerationReason.IDENTITY,
    ModerationReason.DUPLICATE,
    ModerationReason.PERSONAL_DATA,
    ModerationReason.OUT_OF_SCOPE,
    ModerationReason.AT_OWNER_REQUEST,
    ModerationReason.CEASED,
)


def known_reasons(codes: Iterable[str]) -> list[ModerationReason]:
    """Return the reasons behind ``codes``, in the order of the list; unknown codes are dropped."""
    wanted = set(codes)
    return [reason for reason in ModerationReason if reason.value in wanted]


def stated_reasons(codes: Iterable[str], comment: str) -> list[ModerationReason]:
    """Return the chosen reasons; words alone are enough, silence is not.

    Raises:
        RuleViolation: neither a reason nor a word.
    """
    chosen = known_reasons(codes)
    if not chosen and not comment.strip():
        raise RuleViolation(N_("Choisissez un motif ou écrivez-le."), field="reasons")
    return chosen
