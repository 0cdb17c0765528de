"""The closed lists of the contract-route rules: who buys, what is asked, what a route involves."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from vocabulary.kinds import OrganizationKind
from vocabulary.labels import N_, LabelledEnum


class BuyerKind(LabelledEnum):
    """Who buys, as far as a rule tells one buyer from another."""

    COLLECTIVITE = "collectivite", N_("Collectivité, intercommunalité ou leur établissement")
    BAILLEUR = "bailleur", N_("Bailleur social")
    AMENAGEUR = "amenageur", N_("Aménageur")
    STATE = "etat", N_("État ou établissement public de l’État")


# A promoteur and an urbaniste buy for themselves: the code does not say how.
BUYER_OF_KIND: Final[Mapping[OrganizationKind, BuyerKind]] = {
    OrganizationKind.COLLECTIVITE: BuyerKind.COLLECTIVITE,
    OrganizationKind.EPCI: BuyerKind.COLLECTIVITE,
    OrganizationKind.BAILLEUR_SOCIAL: BuyerKind.BAILLEUR,
    OrganizationKind.AMENAGEUR: BuyerKind.AMENAGEUR,
    OrganizationKind.STATE_AGENCY: BuyerKind.STATE,
}


class YesNo(LabelledEnum):
    """An answer to a question of fact."""

    YES = "oui", N_("Oui")
    NO = "non", N_("Non")


class Payment(LabelledEnum):
    """What the other side gets from the public body."""

    PRICE = "prix", N_("Un prix, ou un avantage qui en tient lieu")
    GRANT = "subvention", N_("Une subvention à son propre projet")
    FREE = "gratuit", N_("Rien : l’acheteur ne paie pas")


class Operator(LabelledEnum):
    """Who runs what was bought once it is there."""

    BUYER = "acheteur", N_("L’acheteur lui-même, ou rien n’est à exploiter")
    PAID_HOLDER = "titulaire-paye", N_("L’entreprise, payée par l’acheteur")
    HOLDER_AT_RISK = (
        "titulaire-a-ses-risques",
        N_("L’entreprise, à ses risques"),
    )


class Question(LabelledEnum):
    """What the rules ask beside the buyer, the amount, the nature and the date."""

    PAYMENT = "paiement", N_("Ce que reçoit l’entreprise")
    OPERATOR = "exploitation", N_("Qui exploite ensuite ?")
    INNOVATIVE = "innovant", N_("L’achat est-il innovant au sens du code ?")
    RESEARCH = "recherche", N_("Y a-t-il de la recherche et développement à faire ?")
    PUBLIC_DOMAIN = "domaine-public", N_("L’entreprise occupe-t-elle le domaine public ?")
    NOTHING_AVAILABLE = "marche-insuffisant", N_("Le marché n’offre-t-il rien qui convienne ?")
    SHARED_RESULTS = "resultats-partages", N_("Les résultats ou leur coût sont-ils partagés ?")
    PERFORMANCE = "performance", N_("L’entreprise s’engage-t-elle sur des objectifs chiffrés ?")
    SEVERAL_BUYERS = "plusieurs-acheteurs", N_("Plusieurs acheteurs ont-ils le même besoin ?")
    REPEATED_ORDERS = "commandes-repetees", N_("Les commandes se répéteront-elles ?")
    PLANNING = "operation-d-amenagement", N_("Est-ce une opération d’aménagement ?")
    JOINT_COMPANY = "societe-commune", N_("Voulez-vous une société commune avec l’opérateur ?")
    OWN_PROJECT = "projet-du-porteur", N_("Le projet vient-il de celui qui le porte ?")


Answers = type[YesNo] | type[Payment] | type[Operator]
# Every other question is answered by yes or no.
_ANSWERS: Final[Mapping[Question, Answers]] = {
    Question.PAYMENT: Payment,
    Question.OPERATOR: Operator,
}


def answers_to(question: Question) -> Answers:
    """Return the closed list of answers to ``question``."""
    return _ANSWERS.get(question, YesNo)


class Step(StrEnum):
    """Something to do before or during a contract; its weight is in the rules file."""

    AGREEMENT = "convention"
    COMPARE = "comparaison-des-offres"
    JUSTIFY_INNOVATION = "justification-de-l-innovation"
    ADAPTED_NOTICE = "publicite-adaptee"
    COMPETITION = "mise-en-concurrence"
    EUROPEAN_NOTICE = "publicite-europeenne"
    FORMAL_CHOICE = "procedure-imposee"
    NEGOTIATION = "negociation"
    PHASES = "phases-de-recherche"
    ORDERS = "commandes-ou-marches-subsequents"
    MEMBERS = "convention-entre-acheteurs"
    FOLLOW_UP = "suivi-des-performances"
    RISK = "partage-du-risque"
    OPEN_SELECTION = "selection-impartiale"
    PRIOR_STUDIES = "etudes-prealables"
    COMPANY = "creation-d-une-societe"
    CALL_RULES = "reglement-de-l-appel"


class Duty(StrEnum):
    """What the buyer must keep in mind with a route."""

    RELEVANT_OFFER = "offre-pertinente"
    PUBLIC_MONEY = "bon-usage-des-deniers"
    ROTATE = "pas-toujours-le-meme"
    NO_SPLIT = "pas-de-decoupage"
    EQUAL_TREATMENT = "egalite-de-traitement"
    PROVE_INNOVATION = "prouver-l-innovation"
    NOT_LATER_PURCHASE = "pas-d-achat-dans-la-suite"
    NO_PROTOTYPE = "pas-de-prototype-de-preproduction"
    FOUR_YEARS = "quatre-ans-au-plus"
    NO_ABUSE = "pas-d-usage-abusif"
    SIGNED_FIRST = "convention-signee-avant"
    SEPARATE_PRICES = "prix-separes"
    PAY_BY_RESULT = "remuneration-liee-aux-resultats"
    REAL_RISK = "risque-reel"
    NO_LASTING_RIGHT = "pas-de-droit-pour-la-suite"
    NO_BUYER_DESIGN = "ne-pas-definir-le-projet"
    IMPARTIAL = "impartialite-et-transparence"
    CAPITAL_SHARES = "parts-du-capital"
    PROPORTION = "achat-proportionne"


class Remark(StrEnum):
    """A fact about a route that changes how it is used, without opening or closing it."""

    SMALL_LOTS = "petits-lots"
    SOCIAL_SERVICES = "services-sociaux"
    COMBINES = "se-combine-avec-une-procedure"
    VOLUNTARY = "toujours-possible"
    ALSO_NEEDED = "titre-en-plus-du-marche"
    DEPENDS_ON_OBJECT = "seuil-selon-l-objet"
    FREE_NOTICE = "publicite-libre-sous-un-montant"
    SHORT_OCCUPATION = "occupation-courte"


class OpenPoint(StrEnum):
    """A point of a rule that nobody has read in the text: the buyer checks it."""

    NO_DEDICATED_TEXT = "aucun-texte-dedie"
    CALL_CONDITIONS = "conditions-de-l-appel"
    AWARD_RULES = "regles-d-attribution"
    PRIOR_STUDIES = "etudes-et-avis-prealables"
    WHO_MAY_USE = "qui-peut-y-recourir"


class AlwaysOpen(StrEnum):
    """What no answer to the questions can settle, whatever the route."""

    HOMOGENEOUS_NEED = "besoin-homogene"
    INNOVATION_EVIDENCE = "preuve-de-l-innovation"
    CONTRACTING_AUTHORITY = "pouvoir-adjudicateur"
    LOTS = "lots"
    OTHER_EXEMPTIONS = "autres-dispenses"
