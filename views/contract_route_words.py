"""Words of the contract-route advisor: reasons, duties, steps and what stays to be checked."""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from flask_babel import format_decimal, gettext

from extensions.wording import as_lower, tied
from matching.contract_routes import Code, Finding, Ruling, Status
from vocabulary.contracts import (
    AlwaysOpen,
    Duty,
    OpenPoint,
    Operator,
    Payment,
    Question,
    Remark,
    Step,
)
from vocabulary.labels import N_, LabelledEnum

STATUSES: Final[Mapping[Status, str]] = {
    Status.ADMISSIBLE: N_("Possible"),
    Status.TO_VERIFY: N_("À vérifier"),
    Status.EXCLUDED: N_("Exclu"),
}
STEPS: Final[Mapping[Step, str]] = {
    Step.AGREEMENT: N_("Rédiger une convention"),
    Step.COMPARE: N_("Comparer ce qui existe, demander des devis"),
    Step.JUSTIFY_INNOVATION: N_("Écrire en quoi c’est nouveau"),
    Step.ADAPTED_NOTICE: N_("Publier un avis proportionné au montant"),
    Step.COMPETITION: N_("Comparer des offres selon des critères annoncés"),
    Step.EUROPEAN_NOTICE: N_("Publier un avis européen"),
    Step.FORMAL_CHOICE: N_("Suivre une des procédures du code, pas à pas"),
    Step.NEGOTIATION: N_("Négocier avec les candidats"),
    Step.PHASES: N_("Découper la recherche en phases, avec des objectifs"),
    Step.ORDERS: N_("Passer des commandes ou des marchés subséquents"),
    Step.MEMBERS: N_("Signer une convention entre acheteurs"),
    Step.FOLLOW_UP: N_("Mesurer les résultats pendant tout le contrat"),
    Step.RISK: N_("Définir la part de risque transférée"),
    Step.OPEN_SELECTION: N_("Choisir de façon impartiale, après publicité"),
    Step.PRIOR_STUDIES: N_("Mener les études préalables et recueillir les avis"),
    Step.COMPANY: N_("Créer une société commune"),
    Step.CALL_RULES: N_("Écrire le règlement de l’appel"),
}
DUTIES: Final[Mapping[Duty, str]] = {
    Duty.RELEVANT_OFFER: N_("Choisir une offre pertinente"),
    Duty.PUBLIC_MONEY: N_("Faire bon usage des deniers publics"),
    Duty.ROTATE: N_("Ne pas retenir toujours la même entreprise quand plusieurs conviennent"),
    Duty.NO_SPLIT: N_("Compter tout le besoin homogène, sans le découper"),
    Duty.EQUAL_TREATMENT: N_("Traiter les candidats à égalité, de façon transparente"),
    Duty.PROVE_INNOVATION: N_("Garder la preuve de ce qui rend l’achat innovant"),
    Duty.NOT_LATER_PURCHASE: N_("Ne pas y inclure l’achat de la solution mise au point"),
    Duty.NO_PROTOTYPE: N_("S’arrêter au démonstrateur : pas de prototype de préproduction"),
    Duty.FOUR_YEARS: N_("Quatre ans au plus, sauf cas exceptionnel justifié"),
    Duty.NO_ABUSE: N_("Ne pas s’en servir pour restreindre la concurrence"),
    Duty.SIGNED_FIRST: N_("Signer la convention du groupement avant de lancer la procédure"),
    Duty.SEPARATE_PRICES: N_("Séparer le prix de la réalisation et celui de l’exploitation"),
    Duty.PAY_BY_RESULT: N_("Lier la rémunération de l’exploitation aux résultats mesurés"),
    Duty.REAL_RISK: N_("Transférer un risque réel, ni théorique ni négligeable"),
    Duty.NO_LASTING_RIGHT: N_("Ne promettre aucun contrat pour la suite"),
    Duty.NO_BUYER_DESIGN: N_("Ne pas définir le projet à la place de son porteur"),
    Duty.IMPARTIAL: N_(
        "Si l’occupation sert une activité économique : sélection préalable impartiale et "
        "transparente, avec publicité"
    ),
    Duty.CAPITAL_SHARES: N_(
        "Détenir de 34 à 85 % du capital ; l’opérateur, au moins 15 %, choisi après mise en "
        "concurrence"
    ),
    Duty.PROPORTION: N_("Proportionner l’achat final à l’effort de développement"),
}
REMARKS: Final[Mapping[Remark, str]] = {
    Remark.SMALL_LOTS: N_(
        "De petits lots d’un besoin plus grand peuvent aussi en relever, dans la limite de 20 % du "
        "total (art. R2123-1, 2°, b)."
    ),
    Remark.SOCIAL_SERVICES: N_(
        "Les services sociaux et spécifiques y ont droit quel que soit leur montant "
        "(art. R2123-1, 3°)."
    ),
    Remark.COMBINES: N_(
        "Ce n’est pas une procédure : elle s’ajoute à celle que commande le montant total."
    ),
    Remark.VOLUNTARY: N_("L’acheteur peut aussi la choisir quand rien ne l’y oblige."),
    Remark.ALSO_NEEDED: N_(
        "Si un prix est payé, un titre d’occupation peut rester nécessaire, en plus du marché."
    ),
    Remark.DEPENDS_ON_OBJECT: N_(
        "Le minimum est de 2, 5 ou 10 millions d’euros selon ce qui est acheté (art. R2211-1)."
    ),
    Remark.FREE_NOTICE: N_(
        "Sous 90 000 € HT, l’État et les collectivités adaptent librement leur publicité ; "
        "au-dessus, l’article R2131-12 en fixe le support."
    ),
    Remark.SHORT_OCCUPATION: N_(
        "Pour une occupation courte, ou quand le nombre d’autorisations n’est pas limité, une "
        "simple publicité suffit (art. L2122-1-1)."
    ),
}
OPEN_POINTS: Final[Mapping[OpenPoint, str]] = {
    OpenPoint.NO_DEDICATED_TEXT: N_(
        "Aucun article ne décrit cette convention : faites vérifier qu’elle ne cache ni prix ni "
        "avantage pour l’entreprise."
    ),
    OpenPoint.CALL_CONDITIONS: N_(
        "Aucun article ne décrit l’appel lui-même : faites vérifier son règlement et les règles "
        "d’aides publiques."
    ),
    OpenPoint.AWARD_RULES: N_(
        "Les règles de publicité et d’attribution n’ont pas été relues dans le texte."
    ),
    OpenPoint.PRIOR_STUDIES: N_(
        "Les études et avis exigés avant de lancer n’ont pas été relus dans le texte."
    ),
    OpenPoint.WHO_MAY_USE: N_(
        "Les acheteurs qui peuvent y recourir n’ont pas été relus dans le texte."
    ),
}
ALWAYS_OPEN: Final[Mapping[AlwaysOpen, str]] = {
    AlwaysOpen.HOMOGENEOUS_NEED: N_(
        "Le calcul du montant : ce qui est homogène se compte ensemble, sur toute la durée "
        "(art. R2121-1 et suivants)."
    ),
    AlwaysOpen.INNOVATION_EVIDENCE: N_(
        "Le caractère innovant : il s’établit sur pièces, pour cette offre et à cette date."
    ),
    AlwaysOpen.CONTRACTING_AUTHORITY: N_(
        "Le statut de l’acheteur : ces règles valent s’il est un pouvoir adjudicateur."
    ),
    AlwaysOpen.LOTS: N_("Le découpage en lots, qui peut ouvrir d’autres voies lot par lot."),
    AlwaysOpen.OTHER_EXEMPTIONS: N_(
        "Les dispenses propres à un cas : urgence, exclusivité, services sociaux, achats auprès "
        "d’une centrale."
    ),
}
_PAYMENT_OPENS: Final = {
    Payment.PRICE: N_("Un prix est payé : c’est un achat"),
    Payment.GRANT: N_("L’entreprise reçoit une subvention, non un prix"),
    Payment.FREE: N_("L’acheteur ne paie rien"),
}
_PAYMENT_CLOSES: Final = {
    Payment.PRICE: N_("Un prix est payé : cette voie ne sert pas à acheter"),
    Payment.GRANT: N_("L’entreprise reçoit une subvention, ce que cette voie ne prévoit pas"),
    Payment.FREE: N_("Sans prix ni équivalent, ce n’est pas un achat"),
}
_OPERATOR_OPENS: Final = {
    Operator.BUYER: N_("L’entreprise ne porte pas le risque de l’exploitation"),
    Operator.PAID_HOLDER: N_("L’entreprise exploite, payée par l’acheteur"),
    Operator.HOLDER_AT_RISK: N_("L’entreprise exploite à ses risques"),
}
_OPERATOR_CLOSES: Final = {
    Operator.BUYER: N_("L’entreprise n’exploite ni n’entretient rien"),
    Operator.PAID_HOLDER: N_(
        "L’entreprise est payée pour exploiter : elle n’en porte pas le risque"
    ),
    Operator.HOLDER_AT_RISK: N_("L’entreprise exploite à ses risques : c’est une concession"),
}
# What a « yes » says, what a « no » says.
_PLAIN: Final[Mapping[Question, tuple[str, str]]] = {
    Question.INNOVATIVE: (
        N_("L’achat est innovant"),
        N_("L’achat n’est pas innovant au sens du code"),
    ),
    Question.RESEARCH: (
        N_("Il y a de la recherche et développement à faire"),
        N_("Il n’y a pas de recherche et développement à faire"),
    ),
    Question.PUBLIC_DOMAIN: (
        N_("L’entreprise occupe le domaine public"),
        N_("L’entreprise n’occupe pas le domaine public"),
    ),
    Question.NOTHING_AVAILABLE: (
        N_("Rien de ce qui est en vente ne convient"),
        N_("Une solution déjà en vente convient"),
    ),
    Question.SHARED_RESULTS: (
        N_("Les résultats ou leur coût sont partagés"),
        N_("L’acheteur paie tout et garde seul les résultats"),
    ),
    Question.PERFORMANCE: (
        N_("L’entreprise s’engage sur des objectifs chiffrés"),
        N_("Aucun objectif chiffré n’engage l’entreprise"),
    ),
    Question.SEVERAL_BUYERS: (
        N_("Plusieurs acheteurs ont le même besoin"),
        N_("Un seul acheteur a ce besoin"),
    ),
    Question.REPEATED_ORDERS: (
        N_("Les commandes se répéteront"),
        N_("La commande ne se répétera pas"),
    ),
    Question.PLANNING: (
        N_("C’est une opération d’aménagement"),
        N_("Ce n’est pas une opération d’aménagement"),
    ),
    Question.JOINT_COMPANY: (
        N_("Une société commune est voulue"),
        N_("Aucune société commune n’est voulue"),
    ),
    Question.OWN_PROJECT: (
        N_("Le projet vient de celui qui le porte"),
        N_("Le projet vient de l’acheteur, non de celui qui le porte"),
    ),
}


def euros(amount: int | None) -> str:
    """Return « 55 000 € HT »."""
    return str(gettext("%(amount)s € HT", amount=format_decimal(amount or 0))).replace(
        " €", "\u00a0€"
    )


def finding_sentence(finding: Finding, ruling: Ruling, amount: int | None) -> str:
    """Return one reason in words; ``amount`` is that of the need."""
    return tied(_WORDS[finding.code](finding, ruling, amount))


def _fixed(sentence: str) -> Callable[[Finding, Ruling, int | None], str]:
    return lambda *_: str(gettext(sentence))


def _about_amount(sentence: str) -> Callable[[Finding, Ruling, int | None], str]:
    def word(finding: Finding, _ruling: Ruling, amount: int | None) -> str:
        values = {
            "amount": euros(amount),
            "low": euros(finding.euros),
            "high": euros(finding.most_euros),
        }
        return str(gettext(sentence, **values))

    return word


def _amount_unknown(finding: Finding, ruling: Ruling, _amount: int | None) -> str:
    values = {"low": euros(finding.euros), "high": euros(finding.most_euros)}
    if finding.euros != finding.most_euros:
        return str(
            gettext(
                "Montant à préciser : le seuil va de %(low)s à %(high)s selon la nature de l’achat "
                "et l’acheteur",
                **values,
            )
        )
    is_floor = (
        ruling.rule is not None
        and finding.threshold is not None
        and (ruling.rule.above == finding.threshold.name)
    )
    if is_floor:
        return str(gettext("Montant à préciser : il doit dépasser %(low)s", **values))
    return str(gettext("Montant à préciser : il doit rester inférieur à %(low)s", **values))


def labels(members: Iterable[LabelledEnum]) -> str:
    """Return the labels of a set, in the order of their list, as they read in a sentence."""
    given = list(members)
    if not given:
        return ""
    ordered = [member for member in type(given[0]) if member in given]
    return ", ".join(as_lower(str(gettext(member.label))) for member in ordered)


def _nature(sentence: str) -> Callable[[Finding, Ruling, int | None], str]:
    return lambda _finding, ruling, _amount: str(
        gettext(sentence, natures=labels(ruling.rule.natures if ruling.rule else ()))
    )


def _buyer(sentence: str) -> Callable[[Finding, Ruling, int | None], str]:
    return lambda _finding, ruling, _amount: str(
        gettext(sentence, buyers=labels(ruling.rule.buyers if ruling.rule else ()))
    )


def _answer_unknown(finding: Finding, _ruling: Ruling, _amount: int | None) -> str:
    question = finding.question.label if finding.question else ""
    return str(gettext("Question sans réponse : « %(question)s »", question=gettext(question)))


def _answer(finding: Finding, _ruling: Ruling, _amount: int | None) -> str:
    is_open = finding.code is Code.ANSWER_OPENS
    if finding.question is Question.PAYMENT:
        table = _PAYMENT_OPENS if is_open else _PAYMENT_CLOSES
        return str(gettext(table[Payment(finding.answer or "")]))
    if finding.question is Question.OPERATOR:
        words = _OPERATOR_OPENS if is_open else _OPERATOR_CLOSES
        return str(gettext(words[Operator(finding.answer or "")]))
    if finding.question is None:
        return ""
    yes, no = _PLAIN[finding.question]
    return str(gettext(yes if finding.answer == "oui" else no))


def _point(finding: Finding, _ruling: Ruling, _amount: int | None) -> str:
    return str(gettext(OPEN_POINTS[finding.point])) if finding.point else ""


_WORDS: Final[Mapping[Code, Callable[[Finding, Ruling, int | None], str]]] = {
    Code.AMOUNT_UNDER: _about_amount(
        N_("Le besoin, %(amount)s, est inférieur au seuil de %(low)s")
    ),
    Code.AMOUNT_NOT_UNDER: _about_amount(
        N_("Le besoin, %(amount)s, n’est pas inférieur au seuil de %(high)s")
    ),
    Code.AMOUNT_OVER: _about_amount(N_("Le besoin, %(amount)s, dépasse le minimum de %(high)s")),
    Code.AMOUNT_NOT_OVER: _about_amount(
        N_("Le besoin, %(amount)s, ne dépasse pas le minimum de %(low)s")
    ),
    Code.AMOUNT_UNKNOWN: _amount_unknown,
    Code.AMOUNT_UNSURE: _about_amount(
        N_("Seuil de %(low)s à %(high)s selon la nature de l’achat et l’acheteur : à préciser")
    ),
    Code.PROCEDURE_COMPULSORY: _about_amount(
        N_("À partir de %(low)s, une procédure formalisée est obligatoire")
    ),
    Code.PROCEDURE_FREE: _about_amount(
        N_("En dessous de %(low)s, aucune procédure formalisée n’est imposée")
    ),
    Code.NATURE_CLOSES: _nature(N_("Réservé à ces natures d’achat : %(natures)s")),
    Code.NATURE_UNKNOWN: _nature(N_("Nature de l’achat à préciser ; réservé à : %(natures)s")),
    Code.BUYER_CLOSES: _buyer(N_("Réservé à certains acheteurs : %(buyers)s")),
    Code.BUYER_UNKNOWN: _buyer(N_("Acheteur à préciser ; réservé à : %(buyers)s")),
    Code.BUYER_UNSURE: _buyer(
        N_(
            "Dépend du statut de l’acheteur : il doit être un établissement public. Nommés par le "
            "texte : %(buyers)s"
        )
    ),
    Code.ANSWER_OPENS: _answer,
    Code.ANSWER_CLOSES: _answer,
    Code.ANSWER_UNKNOWN: _answer_unknown,
    Code.POINT_UNCHECKED: _point,
    Code.RULE_UNVERIFIED: _fixed(N_("La règle n’a pas été vérifiée dans le texte")),
    Code.THRESHOLD_UNVERIFIED: _fixed(
        N_("Le seuil de cette période n’est pas publié, ou n’a pas été vérifié")
    ),
    Code.DATE_UNKNOWN: _fixed(N_("Date de lancement à préciser : la règle dépend d’elle")),
    Code.DATE_UNDESCRIBED: _fixed(N_("Aucune règle n’est décrite pour cette date")),
}
