"""The closed lists of the meetup days: days, participants, wishes, plans, what came of them."""

from typing import Final

from vocabulary.labels import N_, LabelledEnum


class DayState(LabelledEnum):
    """How far a day is open to the public; whether it is past is told by its date."""

    DRAFT = "brouillon", N_("Brouillon")
    ANNOUNCED = "annoncee", N_("Annoncée, inscriptions à venir")
    OPEN = "ouverte", N_("Inscriptions ouvertes")
    CLOSED = "fermee", N_("Inscriptions closes")
    CANCELLED = "annulee", N_("Annulée")


class SessionKind(LabelledEnum):
    """What a part of the programme is beside the one-to-one slots."""

    WELCOME = "accueil", N_("Temps d’accueil")
    PLENARY = "pleniere", N_("Plénière")
    PITCHES = "presentations", N_("Présentations courtes")
    WORKSHOP = "atelier", N_("Atelier")
    BREAK = "pause", N_("Pause")
    MEAL = "repas", N_("Repas")


# What everybody attends, so that nobody is met during it; one chooses the others.
SHARED_SESSIONS: Final = frozenset(
    {SessionKind.WELCOME, SessionKind.PLENARY, SessionKind.BREAK, SessionKind.MEAL}
)


class ParticipantState(LabelledEnum):
    """Where a participant stands between the invitation and the day."""

    INVITED = "invite", N_("Invité, sans réponse")
    PENDING = "a-valider", N_("Inscription à valider")
    CONFIRMED = "inscrit", N_("Inscrit")
    WAITING = "liste-d-attente", N_("Sur liste d’attente")
    DECLINED = "decline", N_("A décliné l’invitation")
    REFUSED = "refuse", N_("Inscription refusée")
    CANCELLED = "annule", N_("Inscription annulée")


class ParticipantEvent(LabelledEnum):
    """What happened to a participant before the day, as its history and its mails tell it."""

    ADDED = "ajoute", N_("Ajouté par l’équipe")
    IMPORTED = "importe", N_("Ajouté par un fichier importé")
    INVITED = "invitation", N_("Invitation envoyée")
    REMINDED = "relance", N_("Relance envoyée")
    REGISTERED = "inscription", N_("Inscription reçue, à valider")
    CONFIRMED = "confirmation", N_("Inscription confirmée")
    WAITING = "attente", N_("Mis sur liste d’attente")
    PROMOTED = "place-liberee", N_("Une place s’est libérée : inscrit")
    REFUSED = "refus", N_("Inscription refusée")
    DECLINED = "declin", N_("A décliné l’invitation")
    CANCELLED = "annulation", N_("Inscription annulée")
    CANCELLED_LATE = "annulation-tardive", N_("Annulation après publication du planning")
    WISHES_ASKED = "souhaits-a-faire", N_("Invité à faire ses souhaits")
    EDITED = "modification", N_("Modifié par l’équipe")
    MERGED = "fusion", N_("Doublon fusionné")
    LINK_RENEWED = "lien-renouvele", N_("Liens renouvelés")


class ParticipantVisibility(LabelledEnum):
    """Who sees that a participant comes."""

    ORGANIZERS = "organisateurs", N_("Les organisateurs seulement")
    PARTICIPANTS = "participants", N_("Les autres participants")
    EVERYONE = "tout-le-monde", N_("Tout le monde")


class WishPriority(LabelledEnum):
    """How much a participant wants a meeting."""

    ESSENTIAL = "essentielle", N_("Indispensable")
    IMPORTANT = "importante", N_("Importante")
    WELCOME = "bienvenue", N_("Bienvenue")


class WishState(LabelledEnum):
    """Where a wish stands with the participant it is addressed to."""

    PROPOSED = "proposee", N_("Proposé")
    # One of the two has agreed to as many meetings as it may hold: asked again when one is freed.
    RESERVE = "en-reserve", N_("En réserve")
    ACCEPTED = "acceptee", N_("Accepté")
    DECLINED = "declinee", N_("Décliné")
    EXPIRED = "expiree", N_("Resté sans réponse")
    WITHDRAWN = "retiree", N_("Retiré")


class WishRefusal(LabelledEnum):
    """Why a participant declines a meeting; chosen from a list so that it can be counted."""

    NOT_OUR_FIELD = "hors-champ", N_("Ne correspond pas à notre activité")
    AREA = "zone", N_("Hors de notre zone d’intervention")
    ALREADY_IN_TOUCH = "deja-en-contact", N_("Nous sommes déjà en contact")
    OTHERS_FIRST = "autres-priorites", N_("D’autres rendez-vous passent avant ce jour-là")
    OTHER = "autre", N_("Autre raison")


class WishOrigin(LabelledEnum):
    """Who made a wish."""

    PARTICIPANT = "participant", N_("Le participant")
    STAFF = "organisateur", N_("L’équipe d’organisation")
    IMPORTED = "import", N_("Un fichier importé")


class WishBatchKind(LabelledEnum):
    """What several wishes made at once come from."""

    IMPORT = "import", N_("Liste importée")
    SUGGESTIONS = "suggestions", N_("Suggestions")


class PairRule(LabelledEnum):
    """What the organisers decide about a pair of participants."""

    REQUIRED = "imposee", N_("Rendez-vous imposé")
    FORBIDDEN = "exclue", N_("Rendez-vous exclu")


class PlanState(LabelledEnum):
    """Where the calculation of a plan stands."""

    QUEUED = "en-attente", N_("En attente de calcul")
    COMPUTING = "en-calcul", N_("Calcul en cours")
    READY = "prete", N_("Prêt")
    INFEASIBLE = "impossible", N_("Impossible")
    FAILED = "echec", N_("Échec du calcul")


class PlanOrigin(LabelledEnum):
    """What a plan comes from."""

    COMPUTED = "calcul", N_("Calcul")
    EDITED = "modification", N_("Modification à la main")
    REPAIR = "reparation", N_("Réparation le jour même")


class PlanPhase(LabelledEnum):
    """What the calculation is doing."""

    READING = "lecture", N_("Lecture des souhaits")
    SELECTION = "choix", N_("Choix des rendez-vous")
    PLACEMENT = "placement", N_("Placement dans les créneaux")
    BREAKS = "attentes", N_("Réduction des attentes")
    PROOF = "preuve", N_("Recherche d’une preuve")
    TABLES = "tables", N_("Attribution des tables")


class MeetingReport(LabelledEnum):
    """What a participant says on the evening of a meeting."""

    HELD = "tenue", N_("A eu lieu")
    OTHER_ABSENT = "autre-absent", N_("L’autre n’est pas venu")
    SELF_ABSENT = "nous-absents", N_("Nous n’avons pas pu venir")
    NOT_HELD = "non-tenue", N_("N’a pas eu lieu, autre raison")
