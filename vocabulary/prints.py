"""Printed matter of a whole meetup day: what is printed, and where the making of it stands."""

from vocabulary.labels import N_, LabelledEnum


class PrintKind(LabelledEnum):
    """What is printed for everybody at once."""

    AGENDAS = "agendas", N_("Tous les agendas et les fiches de table")
    BADGES = "badges", N_("Tous les badges")


class PrintState(LabelledEnum):
    """Where the last making of it stands."""

    QUEUED = "en-attente", N_("En attente")
    MAKING = "en-cours", N_("Mise en page en cours")
    READY = "pret", N_("Prêt")
    FAILED = "echec", N_("Échec")
