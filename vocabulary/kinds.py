"""The closed lists of the domain: who, what, in which state, by which contract."""

from typing import Final

from vocabulary.labels import N_, LabelledEnum


class OrganizationKind(LabelledEnum):
    """What an actor is; the first nine are the innovation side, the others the territory side."""

    STARTUP = "startup", N_("Startup")
    PME = "pme", N_("PME")
    GRAND_GROUPE = "grand-groupe", N_("Grand groupe")
    INCUBATOR = "incubateur", N_("Incubateur")
    ACCELERATOR = "accelerateur", N_("Accélérateur")
    POLE_COMPETITIVITE = "pole-de-competitivite", N_("Pôle de compétitivité")
    ESS = "ess", N_("Structure de l’économie sociale et solidaire")
    RESEARCH_LAB = "laboratoire", N_("Laboratoire de recherche")
    TRAINING_BODY = "etablissement-de-formation", N_("Établissement de formation")
    COLLECTIVITE = "collectivite", N_("Collectivité")
    EPCI = "epci", N_("Intercommunalité")
    BAILLEUR_SOCIAL = "bailleur-social", N_("Bailleur social")
    AMENAGEUR = "amenageur", N_("Aménageur")
    PROMOTEUR = "promoteur", N_("Promoteur")
    URBANISTE = "urbaniste", N_("Urbaniste")
    STATE_AGENCY = "agence-de-l-etat", N_("Agence de l’État")


INNOVATION_KINDS: Final = frozenset(
    {
        OrganizationKind.STARTUP,
        OrganizationKind.PME,
        OrganizationKind.GRAND_GROUPE,
        OrganizationKind.INCUBATOR,
        OrganizationKind.ACCELERATOR,
        OrganizationKind.POLE_COMPETITIVITE,
        OrganizationKind.ESS,
        OrganizationKind.RESEARCH_LAB,
        OrganizationKind.TRAINING_BODY,
    }
)
TERRITORY_KINDS: Final = frozenset(OrganizationKind) - INNOVATION_KINDS
# Federating structures are not vendors: they bring their members (DOMAIN §1).
FEDERATING_KINDS: Final = frozenset(
    {
        OrganizationKind.INCUBATOR,
        OrganizationKind.ACCELERATOR,
        OrganizationKind.POLE_COMPETITIVITE,
    }
)


class OfferType(LabelledEnum):
    """What an offer is; decides which questions its form asks."""

    SOLUTION = "solution", N_("Solution")
    SUPPORT = "accompagnement", N_("Accompagnement")
    RESEARCH = "recherche-expertise", N_("Recherche et expertise")
    TRAINING = "formation", N_("Formation")
    TEST_GROUND = "terrain-d-essai", N_("Terrain d’essai")


# Labs, schools and test grounds do not sell a priced product (DOMAIN §1, §2).
TYPES_WITH_MATURITY: Final = frozenset({OfferType.SOLUTION, OfferType.RESEARCH})
TYPES_WITH_ROUTES: Final = frozenset({OfferType.SOLUTION, OfferType.SUPPORT, OfferType.RESEARCH})
TYPES_WITH_PRICE: Final = frozenset({OfferType.SOLUTION, OfferType.SUPPORT, OfferType.TRAINING})


class Maturity(LabelledEnum):
    """How far a solution has come, from the idea to wide deployment."""

    RESEARCH = "recherche", N_("Recherche")
    PROTOTYPE = "prototype", N_("Prototype")
    PILOT = "pilote", N_("Pilote sur site réel")
    FIRST_SALES = "premieres-ventes", N_("Premières ventes")
    DEPLOYED = "deploye", N_("Déployé à grande échelle")


class ExperimentAppetite(LabelledEnum):
    """How much novelty a territory accepts for one need."""

    PROVEN_ONLY = "eprouve", N_("Solution éprouvée seulement")
    EARLY_ADOPTER = "premiers-deploiements", N_("Premiers déploiements acceptés")
    EXPERIMENT = "experimentation", N_("Expérimentation souhaitée")


class PriceRange(LabelledEnum):
    """The order of magnitude of a first contract, before tax."""

    FREE = "gratuit", N_("Gratuit ou expérimentation gratuite")
    UNDER_40K = "moins-40k", N_("Moins de 40 k€ HT")
    FROM_40K_TO_100K = "40k-100k", N_("De 40 à 100 k€ HT")
    FROM_100K_TO_500K = "100k-500k", N_("De 100 à 500 k€ HT")
    OVER_500K = "plus-500k", N_("Plus de 500 k€ HT")


class ContractRoute(LabelledEnum):
    """A legal way to contract (montage); texts and thresholds are dated data elsewhere."""

    FREE_EXPERIMENT = "experimentation", N_("Expérimentation à titre gratuit")
    SMALL_CONTRACT = "sans-publicite", N_("Marché sans publicité ni mise en concurrence")
    INNOVATIVE_PURCHASE = "achat-innovant", N_("Achat innovant")
    MAPA = "mapa", N_("Marché à procédure adaptée")
    FORMAL_PROCEDURE = "procedure-formalisee", N_("Procédure formalisée")
    FRAMEWORK_AGREEMENT = "accord-cadre", N_("Accord-cadre")
    GROUP_PURCHASE = "groupement-de-commandes", N_("Groupement de commandes")
    INNOVATION_PARTNERSHIP = "partenariat-d-innovation", N_("Partenariat d’innovation")
    RESEARCH_CONTRACT = "recherche-developpement", N_("Services de recherche et développement")
    PERFORMANCE_CONTRACT = "marche-global-de-performance", N_("Marché global de performance")
    PARTNERSHIP_CONTRACT = "marche-de-partenariat", N_("Marché de partenariat")
    CONCESSION = "concession", N_("Concession")
    PLANNING_CONCESSION = "concession-d-amenagement", N_("Concession d’aménagement")
    SEMOP = "semop", N_("Société d’économie mixte à opération unique")
    PUBLIC_DOMAIN = "occupation-du-domaine-public", N_("Occupation du domaine public")
    CALL_FOR_PROJECTS = "appel-a-projets", N_("Appel à manifestation d’intérêt ou à projets")


class NeedKind(LabelledEnum):
    """Why a need is published."""

    SOURCING = "sourcing", N_("Étude de marché (sourcing)")
    CALL = "appel", N_("Appel à projets")


class NeedNature(LabelledEnum):
    """What would be bought, in the words of the public-procurement code."""

    SUPPLIES = "fournitures", N_("Fournitures")
    SERVICES = "services", N_("Services")
    WORKS = "travaux", N_("Travaux")
    RESEARCH = "recherche-developpement", N_("Recherche et développement")


class AreaLevel(LabelledEnum):
    """How an actor declares where it works; never inferred from its address (DOMAIN §6)."""

    NATIONAL = "nationale", N_("France entière")
    REGIONS = "regions", N_("Certaines régions")
    DEPARTMENTS = "departements", N_("Certains départements")


class PublicationState(LabelledEnum):
    """Where an entry or a revision stands between its author and the public (DOMAIN §4)."""

    DRAFT = "brouillon", N_("Brouillon")
    SUBMITTED = "soumis", N_("En attente de relecture")
    CHANGES_REQUESTED = "a-modifier", N_("Modifications demandées")
    PUBLISHED = "publie", N_("Publié")
    SUSPENDED = "suspendu", N_("Suspendu")
    ARCHIVED = "archive", N_("Archivé")


class NpnruInterest(LabelledEnum):
    """The rank of a quarter in the new national renewal programme."""

    NATIONAL = "national", N_("Intérêt national")
    REGIONAL = "regional", N_("Intérêt régional")
    UNSTATED = "non-precise", N_("À compléter par l’ANRU")


class ProjectPhase(LabelledEnum):
    """How far a renewal project is; partners are wanted from the design phase on."""

    STUDIES = "etudes", N_("Études")
    DESIGN = "conception", N_("Conception")
    WORKS = "travaux", N_("Travaux")
    DELIVERED = "livre", N_("Livré")
    UNSTATED = "non-renseigne", N_("Non renseigné")


class ReferenceGrade(LabelledEnum):
    """How well a deployment is established."""

    DECLARED = "declaree", N_("Déclarée par l’acteur")
    CONFIRMED = "confirmee", N_("Confirmée par le partenaire")
    OFFICIAL = "officielle", N_("Relevée dans des données officielles")


class FederationState(LabelledEnum):
    """Whether a listed member agreed to be shown under a federating structure."""

    LISTED = "cite", N_("Cité, pas encore invité")
    INVITED = "invite", N_("Invité")
    CONSENTED = "accepte", N_("A accepté")
    DECLINED = "refuse", N_("A refusé")


class UserRole(LabelledEnum):
    """What a signed-in person may do beyond their own organisations."""

    MEMBER = "membre", N_("Membre")
    STAFF = "equipe", N_("Équipe ANRU")
    ADMINISTRATOR = "administrateur", N_("Administrateur")


class MembershipRole(LabelledEnum):
    """What a person may do inside one organisation."""

    OWNER = "responsable", N_("Responsable")
    EDITOR = "contributeur", N_("Contributeur")


class MembershipState(LabelledEnum):
    """Whether the organisation and the person agree on the membership."""

    REQUESTED = "demande", N_("Demandée")
    INVITED = "invite", N_("Invitée")
    APPROVED = "approuve", N_("Approuvée")
    REFUSED = "refuse", N_("Refusée")


class SubjectKind(LabelledEnum):
    """What a page, a document of the index, a revision or an audit line is about."""

    ORGANIZATION = "acteurs", N_("Acteurs")
    OFFER = "solutions", N_("Solutions")
    NEED = "besoins", N_("Besoins")
    TERRITORY = "territoires", N_("Territoires")
    PARTNERSHIP = "partenariats", N_("Partenariats")
    MEETUP = "rencontres", N_("Rencontres")
    ACCOUNT = "comptes", N_("Comptes")
    IMPORT = "imports", N_("Imports")
