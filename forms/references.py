"""Shapes of what is typed about a reference: the partner asked, its answer, what staff conclude."""

from typing import Final

from flask_babel import lazy_gettext as _l
from wtforms import EmailField, RadioField, StringField
from wtforms.validators import DataRequired, Email, InputRequired, Length

from forms.account import plain_line, squeeze
from forms.choices import SelectChoice
from forms.once import OnceForm
from forms.refusals import RefusableForm
from forms.texts import TOO_LONG, text_field
from services.reference_answers import MAX_FUNCTION, MAX_NOTE, MAX_SOURCE
from vocabulary.exchanges import ConfirmationAnswer

ADDRESS_LENGTH: Final = 255
SHOW_AGAIN, KEEP_HIDDEN = "retablir", "masquer"


class AskForm(OnceForm):
    """The professional address of somebody at the partner."""

    email = EmailField(
        _l("Adresse professionnelle chez le partenaire"),
        description=_l(
            "De préférence celle d’un service. Elle n’est montrée à personne et sera effacée "
            "dès la réponse."
        ),
        filters=[squeeze],
        validators=[
            DataRequired(_l("Indiquez une adresse électronique.")),
            Email(_l("Cette adresse ne se lit pas.")),
            Length(max=ADDRESS_LENGTH, message=TOO_LONG),
            plain_line,
        ],
        render_kw={"autocomplete": "off"},
    )

    def address(self) -> str:
        """Return the address to write to."""
        return str(self.email.data or "")


class AnswerForm(RefusableForm):
    """What a partner answers, and in what capacity."""

    answer = RadioField(
        _l("Votre réponse"),
        choices=[
            SelectChoice(ConfirmationAnswer.CONFIRMED.value, _l("C’est exact : je confirme")),
            SelectChoice(ConfirmationAnswer.DENIED.value, _l("C’est inexact : je conteste")),
        ],
        validators=[InputRequired(_l("Choisissez une réponse."))],
    )
    answered_as = StringField(
        _l("Votre fonction"),
        description=_l("Par exemple « chargée de projet au service habitat ». Pas votre nom."),
        filters=[squeeze],
        validators=[
            DataRequired(_l("Dites à quel titre vous répondez.")),
            Length(max=MAX_FUNCTION, message=TOO_LONG),
            plain_line,
        ],
        render_kw={"autocomplete": "organization-title"},
    )
    note = text_field(
        _l("Ce qui est inexact"),
        MAX_NOTE,
        description=_l(
            "Nécessaire si vous contestez. Lu par l’équipe de l’annuaire et par l’acteur, pas "
            "publié."
        ),
    )

    def chosen(self) -> ConfirmationAnswer:
        """Return the answer chosen."""
        return ConfirmationAnswer(self.answer.data)


class SettleForm(RefusableForm):
    """What staff conclude of a contested reference."""

    decision = RadioField(
        _l("Conclusion"),
        choices=[
            SelectChoice(
                SHOW_AGAIN, _l("La référence est exacte : l’afficher de nouveau comme déclarée")
            ),
            SelectChoice(
                KEEP_HIDDEN, _l("La contestation est fondée : masquer jusqu’à correction")
            ),
        ],
        validators=[InputRequired(_l("Choisissez une conclusion."))],
    )
    words = text_field(
        _l("Pourquoi"),
        MAX_NOTE,
        description=_l("Envoyé tel quel à l’acteur."),
        required=_l("Dites ce que vous concluez : l’acteur le lira."),
    )

    def keeps_hidden(self) -> bool:
        """Tell whether the reference stays hidden."""
        return bool(self.decision.data == KEEP_HIDDEN)


class OfficialForm(RefusableForm):
    """The official source in which staff found a deployment."""

    source = StringField(
        _l("Source"),
        description=_l(
            "Le jeu de données ou l’acte, son adresse et sa date, par exemple « Données "
            "essentielles de la commande publique, avis du 12/03/2025 »."
        ),
        filters=[squeeze],
        validators=[
            DataRequired(_l("Nommez la source : le jeu de données, sa page, sa date.")),
            Length(max=MAX_SOURCE, message=TOO_LONG),
            plain_line,
        ],
    )
