"""Shapes of what people type to join, claim, invite and decide."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import EmailField, RadioField, SelectField, TextAreaField
from wtforms.validators import DataRequired, Email, InputRequired, Length, Optional

from forms.account import plain_line, squeeze
from forms.choices import Choices, SelectChoice, choices_of
from vocabulary.kinds import MembershipRole

MESSAGE_LENGTH = 500
ADDRESS_LENGTH = 255


def _role_choices() -> Choices:
    return [
        SelectChoice(
            MembershipRole.EDITOR.value,
            _l("Contributeur : modifie la fiche et ses propositions"),
        ),
        SelectChoice(
            MembershipRole.OWNER.value,
            _l("Responsable : décide aussi des membres et du retrait"),
        ),
    ]


def _strip(text: str | None) -> str:
    return (text or "").strip()


class JoinForm(FlaskForm):
    """A request to join an organisation that somebody already looks after."""

    message = TextAreaField(
        _l("Votre message aux responsables"),
        filters=[_strip],
        validators=[Length(max=MESSAGE_LENGTH, message=_l("%(max)d caractères au plus."))],
    )

    def text(self) -> str:
        """Return the message."""
        return self.message.data or ""


class ClaimForm(FlaskForm):
    """A claim on an entry that nobody looks after yet."""

    work_email = EmailField(
        _l("Adresse électronique dans l’organisation"),
        filters=[_strip],
        validators=[
            Optional(),
            Email(_l("Cette adresse ne se lit pas.")),
            Length(max=ADDRESS_LENGTH, message=_l("%(max)d caractères au plus.")),
        ],
        render_kw={"autocomplete": "email"},
    )
    message = TextAreaField(
        _l("Votre rôle dans l’organisation"),
        filters=[_strip],
        validators=[
            DataRequired(_l("Dites en quelques mots ce que vous faites dans l’organisation.")),
            Length(max=MESSAGE_LENGTH, message=_l("%(max)d caractères au plus.")),
        ],
    )

    def text(self) -> str:
        """Return the message."""
        return self.message.data or ""

    def address(self) -> str:
        """Return the address at the organisation's domain, empty when none was given."""
        return self.work_email.data or ""

    def add_error(self, name: str | None, message: str) -> None:
        """Show a refusal beside the address when it is about it, else above the form."""
        if name == "work_email":
            self.work_email.errors = [*self.work_email.errors, message]
        else:
            self.form_errors.append(message)


class InviteForm(FlaskForm):
    """An invitation by e-mail."""

    email = EmailField(
        _l("Adresse électronique"),
        filters=[squeeze],
        validators=[
            DataRequired(_l("Indiquez une adresse électronique.")),
            Email(_l("Cette adresse ne se lit pas.")),
            Length(max=ADDRESS_LENGTH, message=_l("%(max)d caractères au plus.")),
            plain_line,
        ],
        render_kw={"autocomplete": "off"},
    )
    role = RadioField(
        _l("Ce que la personne pourra faire"),
        choices=_role_choices(),
        default=MembershipRole.EDITOR.value,
        validators=[InputRequired(_l("Choisissez un rôle."))],
    )

    def address(self) -> str:
        """Return the address to invite."""
        return self.email.data or ""

    def chosen_role(self) -> MembershipRole:
        """Return the role offered."""
        return MembershipRole(self.role.data)


class RoleForm(FlaskForm):
    """Another role for a member."""

    role = SelectField(
        _l("Rôle"),
        choices=choices_of(MembershipRole),
        validators=[InputRequired()],
    )

    def chosen_role(self) -> MembershipRole:
        """Return the role chosen."""
        return MembershipRole(self.role.data)


class DecisionForm(FlaskForm):
    """Yes or no to a request, an invitation or a claim."""

    decision = RadioField(
        choices=[SelectChoice("accepter", _l("Accepter")), SelectChoice("refuser", _l("Refuser"))],
        validators=[InputRequired(_l("Choisissez d’accepter ou de refuser."))],
    )

    def is_yes(self) -> bool:
        """Tell whether the answer is yes."""
        return bool(self.decision.data == "accepter")
