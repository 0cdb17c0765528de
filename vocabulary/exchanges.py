"""The closed lists of what follows a match: introductions, register, teams, alerts, proofs."""

from vocabulary.labels import N_, LabelledEnum


class Side(LabelledEnum):
    """The two sides of the table."""

    TERRITORY = "territoire", N_("Territoire")
    ACTOR = "acteur", N_("Acteur")


class IntroductionState(LabelledEnum):
    """Where a request to be put in touch stands."""

    SENT = "envoyee", N_("Envoyée")
    ACCEPTED = "acceptee", N_("Acceptée")
    DECLINED = "declinee", N_("Déclinée")
    EXPIRED = "expiree", N_("Restée sans réponse")
    WITHDRAWN = "retiree", N_("Retirée")


class OutcomeStage(LabelledEnum):
    """What an accepted introduction has led to so far."""

    NOTHING_YET = "rien-encore", N_("Rien encore")
    MEETING = "rencontre", N_("Rencontre")
    EXPERIMENT = "experimentation", N_("Expérimentation")
    CONTRACT = "contrat", N_("Contrat")
    NO_FOLLOW_UP = "sans-suite", N_("Sans suite")


class DeclineReason(LabelledEnum):
    """Why one side declines; chosen from a list so that it can be counted."""

    NOT_OUR_FIELD = "hors-champ", N_("Ne correspond pas à notre activité")
    AREA = "zone", N_("Hors de notre zone d’intervention")
    CALENDAR = "calendrier", N_("Le calendrier ne convient pas")
    AMOUNT = "montant", N_("Le montant ne convient pas")
    CAPACITY = "disponibilite", N_("Pas de disponibilité en ce moment")
    ALREADY_EQUIPPED = "deja-pourvu", N_("Le besoin est déjà pourvu")
    MATURITY = "maturite", N_("La maturité ne convient pas")
    OTHER = "autre", N_("Autre raison")


class RegisterEvent(LabelledEnum):
    """What a line of the sourcing register records."""

    PUBLISHED = "besoin-publie", N_("Besoin publié")
    SHOWN = "liste-montree", N_("Liste d’offres montrée à l’acheteur")
    SHORTLISTED = "selection", N_("Offre retenue dans une sélection")
    RELAYED = "relais", N_("Besoin relayé à une structure")
    CONTACTED = "contact", N_("Acteur contacté par l’acheteur")
    APPROACHED = "sollicitation", N_("Acheteur contacté par un acteur")
    ACCEPTED = "acceptation", N_("Mise en relation acceptée")
    DECLINED = "refus", N_("Mise en relation déclinée")
    EXPIRED = "sans-reponse", N_("Mise en relation restée sans réponse")
    WITHDRAWN = "retrait", N_("Mise en relation retirée")
    MESSAGE = "message", N_("Message échangé")
    DOCUMENT_ISSUED = "document-emis", N_("Document remis par l’acheteur")
    DOCUMENT_OFFERED = "document-propose", N_("Document proposé à un acteur contacté")
    DOCUMENT_OPENED = "document-ouvert", N_("Document ouvert par un acteur")
    DOCUMENT_WITHDRAWN = "document-retire", N_("Document retiré par l’acheteur")
    DOCUMENT_RECEIVED = "document-recu", N_("Document reçu d’un acteur")
    CALL = "appel", N_("Appel téléphonique")
    MEETING = "reunion", N_("Réunion")
    DECLARATION = "declaration", N_("Lien d’intérêts déclaré")
    CORRECTION = "rectification", N_("Ligne rectifiée")
    ERASED = "effacement", N_("Noms et mots effacés")
    INVITED = "invitation", N_("Acteur invité dans un groupement")
    OUTCOME = "suite", N_("Suite donnée")
    CLOSED = "besoin-clos", N_("Besoin clos")
    EXPORTED = "export", N_("Registre exporté")


class InvitationState(LabelledEnum):
    """Where an invitation to a team or to a partnership stands."""

    INVITED = "invite", N_("Invitation envoyée")
    ACCEPTED = "accepte", N_("A accepté")
    DECLINED = "refuse", N_("A décliné")
    WITHDRAWN = "retire", N_("Invitation retirée")


class SeatChoice(LabelledEnum):
    """What the builder of a team asks of one actor."""

    LOCKED = "garde", N_("Gardé dans l’équipe")
    EXCLUDED = "ecarte", N_("Écarté")


class RelayState(LabelledEnum):
    """What a federating structure did of a need sent to it."""

    SENT = "envoye", N_("Envoyé")
    RELAYED = "relaye", N_("Relayé")
    DECLINED = "decline", N_("Décliné")


class ClosingOutcome(LabelledEnum):
    """Why a need no longer waits for answers."""

    FULFILLED = "pourvu", N_("Besoin pourvu")
    CONSULTATION = "consultation", N_("Une consultation est lancée")
    REVISED = "repris-autrement", N_("Besoin repris sous une autre forme")
    NO_FOLLOW_UP = "sans-suite", N_("Sans suite")
    DATE_PASSED = "date-passee", N_("Date limite de réponse passée")


class AlertSubject(LabelledEnum):
    """What an alert watches."""

    SEARCH = "recherche", N_("Recherche")
    SENTENCE = "phrase", N_("Correspondances d’une phrase")
    NEED_MATCHES = "besoin", N_("Offres qui répondent à un besoin")
    TERRITORY_MATCHES = "territoire", N_("Offres qui répondent à un quartier")
    OFFER_MATCHES = "solution", N_("Besoins auxquels répond une offre")
    ORGANIZATION_MATCHES = "acteur", N_("Besoins auxquels répond un acteur")


class AlertFrequency(LabelledEnum):
    """How often an alert may write."""

    IMMEDIATE = "immediate", N_("Dès que possible")
    DAILY = "quotidienne", N_("Une fois par jour")
    WEEKLY = "hebdomadaire", N_("Une fois par semaine")


class ConfirmationAnswer(LabelledEnum):
    """What a partner answers when a deployment is put before it."""

    CONFIRMED = "confirmee", N_("Confirmée")
    DENIED = "contestee", N_("Contestée")


class ExposureSurface(LabelledEnum):
    """Where an actor was shown to a reader."""

    MATCH_LIST = "correspondances", N_("Listes de correspondances")
    DIRECTORY = "annuaire", N_("Annuaire")
