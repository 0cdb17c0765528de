"""The questions of the contract-route advisor: one GET form, each answer may be unknown."""

import re
from datetime import date
from typing import Any, Final

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectField, StringField, ValidationError

from forms.choices import Choices, SelectChoice, choices_of
from forms.texts import strip
from matching.contract_routes import Case
from vocabulary.contracts import BuyerKind, Operator, Payment, Question, answers_to
from vocabulary.kinds import NeedNature

UNKNOWN: Final = "inconnu"
BUYER: Final = "acheteur"
AMOUNT: Final = "montant"
NATURE: Final = "nature"
LAUNCH: Final = "date"
DONT_KNOW: Final = _l("Je ne sais pas")
MOST_EUROS: Final = 10**11
# « 55 000 », « 55000,50 € », « 55.000 » : groups of three, cents after a comma.
_AMOUNT: Final = re.compile(
    r"(\d{1,12}|\d{1,3}(?:[ .\u00a0\u202f]\d{3})+)(?:,\d{1,2})?\s*(?:€|euros?)?"
)
_FRENCH_DAY: Final = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")

# Asked at once; the others wait folded, because each opens one rarer route.
FIRST_QUESTIONS: Final = (
    Question.PAYMENT,
    Question.OPERATOR,
    Question.INNOVATIVE,
    Question.RESEARCH,
    Question.PUBLIC_DOMAIN,
)
OTHER_QUESTIONS: Final = tuple(q for q in Question if q not in FIRST_QUESTIONS)
# The commonest purchase, said to be supposed until somebody answers.
SUPPOSED: Final = {
    Question.PAYMENT.value: Payment.PRICE.value,
    Question.OPERATOR.value: Operator.BUYER.value,
}
HELP: Final = {
    Question.PAYMENT: _l(
        "Un marché public suppose un prix ou un avantage qui en tient lieu (art. L1111-1)."
    ),
    Question.OPERATOR: _l(
        "Qui fait vivre l’équipement ou le service une fois livré, et qui supporte le risque que "
        "les recettes ne suffisent pas."
    ),
    Question.INNOVATIVE: _l(
        "Innovant au sens de l’article L2172-3 : nouveau ou sensiblement amélioré (procédé, "
        "méthode de commercialisation ou d’organisation). L’acheteur en juge et le prouve."
    ),
    Question.RESEARCH: _l(
        "Recherche fondamentale, appliquée ou développement expérimental, démonstrateur compris ; "
        "pas l’adaptation d’un produit déjà en vente."
    ),
    Question.PUBLIC_DOMAIN: _l(
        "Une place, une rue, un bâtiment public où l’entreprise installe son activité ou son essai."
    ),
    Question.NOTHING_AVAILABLE: _l(
        "Le partenariat d’innovation demande qu’aucune solution déjà en vente ne réponde au besoin."
    ),
    Question.SHARED_RESULTS: _l(
        "Oui, si l’acheteur n’acquiert pas seul la propriété des résultats, ou ne finance pas tout."
    ),
    Question.PERFORMANCE: _l(
        "Niveau d’activité, qualité de service, énergie, environnement : mesurés, et payés d’après "
        "le résultat."
    ),
    Question.SEVERAL_BUYERS: _l("Communes, bailleurs, intercommunalité qui achèteraient ensemble."),
    Question.REPEATED_ORDERS: _l("On sait quoi acheter, pas encore combien ni quand."),
    Question.PLANNING: _l(
        "Au sens du code de l’urbanisme : équipements, logements, espaces publics d’un secteur."
    ),
    Question.JOINT_COMPANY: _l(
        "La collectivité et un opérateur choisi après mise en concurrence y seraient actionnaires."
    ),
    Question.OWN_PROJECT: _l(
        "Il en a pris l’initiative et en fixe le contenu : la collectivité le soutient, elle ne "
        "le commande pas."
    ),
}


def parse_amount(text: str) -> int | None:
    """Return whole euros, cents dropped; none where ``text`` is no amount.

    Thresholds are whole euros, so an amount is under one exactly when its whole part is.
    """
    found = _AMOUNT.fullmatch(text)
    if found is None:
        return None
    return int(re.sub(r"\D", "", found[1]))


def parse_day(text: str) -> date | None:
    """Return the day written as 2026-04-15 or 15/04/2026; none where ``text`` is no day."""
    french = _FRENCH_DAY.fullmatch(text)
    try:
        if french:
            day, month, year = (int(part) for part in french.groups())
            return date(year, month, day)
        return date.fromisoformat(text) if len(text) == len("2026-04-15") else None
    except ValueError:
        return None


def _or_unknown(choices: Choices, unknown: str) -> Choices:
    return [*choices, SelectChoice(unknown, DONT_KNOW)]


class ContractRouteForm(FlaskForm):
    """A purchase; the names of its fields are those of the address, which can be shared.

    It changes nothing: no CSRF token. The questions are added below, under their own names.
    """

    class Meta:
        """No token in an address that is shared."""

        csrf = False

    acheteur = SelectField(
        _l("Qui achète ?"),
        description=_l("Les seuils européens ne sont pas les mêmes pour l’État."),
        choices=lambda: [SelectChoice("", DONT_KNOW), *choices_of(BuyerKind)],
        default="",
    )
    montant = StringField(
        _l("Montant total du besoin homogène, en euros hors taxes"),
        description=_l(
            "Tout ce que vous achèterez de même nature, sur toute la durée, reconductions "
            "comprises : un besoin ne se découpe pas pour passer sous un seuil. Vide : je ne sais "
            "pas."
        ),
        filters=[strip],
    )
    nature = SelectField(
        _l("Nature de l’achat"),
        description=_l("Ce qui domine, si l’achat est mixte."),
        choices=lambda: [SelectChoice("", DONT_KNOW), *choices_of(NeedNature)],
        default="",
    )
    date = StringField(
        _l("Lancement de la consultation"),
        description=_l("Les règles sont celles de ce jour-là. Vide : je ne sais pas."),
        filters=[strip],
    )

    def validate_montant(self, field: StringField) -> None:
        """Refuse what is no amount of euros."""
        amount = parse_amount(field.data) if field.data else 0
        if amount is None or amount > MOST_EUROS:
            raise ValidationError(_l("Écrivez un montant en euros, par exemple 55 000."))

    def validate_date(self, field: StringField) -> None:
        """Refuse what is no day."""
        if field.data and parse_day(field.data) is None:
            raise ValidationError(_l("Écrivez une date, par exemple 15/04/2026."))

    def questions(self, *, first: bool) -> list[Any]:
        """Return the fields of the first questions, or of the others."""
        return [
            self[question.value] for question in (FIRST_QUESTIONS if first else OTHER_QUESTIONS)
        ]

    def case(self) -> Case:
        """Return the purchase described, once the form is valid."""
        answers = {question: self[question.value].data for question in Question}
        return Case(
            buyer=BuyerKind(self.acheteur.data) if self.acheteur.data else None,
            amount=parse_amount(self.montant.data) if self.montant.data else None,
            nature=NeedNature(self.nature.data) if self.nature.data else None,
            launched_on=parse_day(self.date.data) if self.date.data else None,
            answers={question: answer for question, answer in answers.items() if answer != UNKNOWN},
        )


def _choices(question: Question) -> Any:  # noqa: ANN401 - what WTForms calls
    return lambda: _or_unknown(choices_of(answers_to(question)), UNKNOWN)


for _question in Question:
    setattr(
        ContractRouteForm,
        _question.value,
        RadioField(
            _l(_question.label),
            description=HELP[_question],
            choices=_choices(_question),
            default=UNKNOWN,
        ),
    )
FIELDS: Final = (BUYER, AMOUNT, NATURE, LAUNCH, *(question.value for question in Question))
