"""Shapes of what people type about their account: Flask-Security's forms, made ours."""

import unicodedata
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_security import hash_password
from flask_security.forms import (
    ForgotPasswordForm,
    LoginForm,
    RegisterFormV2,
    SendConfirmationForm,
    TwoFactorRescueForm,
    TwoFactorSetupForm,
)
from flask_security.webauthn import WebAuthnRegisterForm
from flask_wtf import FlaskForm
from wtforms import Field, RadioField, SelectField, StringField, ValidationError
from wtforms.validators import DataRequired, InputRequired, Length

from forms.choices import SelectChoice, choices_from, choices_of
from vocabulary.kinds import UserRole

NAME_LENGTH = 120
# Controls, surrogates and marks that turn the reading direction: they forge what others read.
UNSAFE_CATEGORIES = frozenset({"Cc", "Cs", "Cf", "Co", "Zl", "Zp"})


def plain_line(_form: FlaskForm, field: Field) -> None:
    """Refuse a line that holds invisible or direction-changing characters."""
    text = field.data or ""
    if any(unicodedata.category(character) in UNSAFE_CATEGORIES for character in text):
        raise ValidationError(_l("Ce texte contient un caractère invisible interdit."))


def squeeze(text: str | None) -> str:
    """Return the text in canonical form, with single spaces."""
    return " ".join(unicodedata.normalize("NFC", text or "").split())


def spend_hashing_time() -> None:
    """Take as long as a real password check: an unknown address must not answer faster."""
    hash_password("not-a-password")


class SignUpForm(RegisterFormV2):
    """Name, address and password of a new account."""

    display_name = StringField(
        _l("Nom affiché"),
        filters=[squeeze],
        validators=[
            DataRequired(_l("Indiquez votre nom.")),
            Length(max=NAME_LENGTH, message=_l("%(max)d caractères au plus.")),
            plain_line,
        ],
        render_kw={"autocomplete": "name"},
    )


class SignInForm(LoginForm):
    """Address and password."""

    def validate(self, **kwargs: Any) -> bool:  # noqa: ANN401 - Flask-Security's signature
        """Check both, and tell the person alone why a right password does not open the door."""
        if super().validate(**kwargs):
            return True
        if self.user_authenticated:
            # The library would blur these errors too; whoever knows the password may read them.
            self.form_errors.extend(self.email.errors)
            self.email.errors = []
        return False


class PasswordResetRequestForm(ForgotPasswordForm):
    """The address that a reset link goes to."""

    def validate(self, **kwargs: Any) -> bool:  # noqa: ANN401 - idem
        """Check the address; the view itself hashes when it is unknown."""
        is_known = super().validate(**kwargs)
        if is_known:
            spend_hashing_time()
        return is_known


class ConfirmationRequestForm(SendConfirmationForm):
    """The address that a confirmation link goes to again."""

    def validate(self, **kwargs: Any) -> bool:  # noqa: ANN401 - idem
        """Check the address, in the same time whether it is known or not."""
        spend_hashing_time()
        return super().validate(**kwargs)


def _radio_buttons(field: Any) -> RadioField:  # noqa: ANN401 - not bound to a form yet
    """Return a field of Flask-Security, whose choices are still pairs, as WTForms 3.3 wants it."""
    return RadioField(
        *field.args, **{**field.kwargs, "choices": choices_from(field.kwargs["choices"])}
    )


class RescueForm(TwoFactorRescueForm):
    """What to do without the second factor."""

    help_setup = _radio_buttons(TwoFactorRescueForm.help_setup)


class PasskeyForm(WebAuthnRegisterForm):
    """A passkey to add: its name and what it serves for."""

    usage = _radio_buttons(WebAuthnRegisterForm.usage)


class SecondFactorForm(TwoFactorSetupForm):
    """The choice of a second factor; outside the demonstration staff may not drop theirs."""

    setup = _radio_buttons(TwoFactorSetupForm.setup)
    must_keep_factor: bool = False

    def validate(self, **kwargs: Any) -> bool:  # noqa: ANN401 - idem
        """Check the choice."""
        if not super().validate(**kwargs):
            return False
        if self.must_keep_factor and self.setup.data == "disable":
            self.setup.errors = [
                _l("Votre rôle demande un second facteur : vous pouvez le changer, pas le retirer.")
            ]
            return False
        return True


class ProfileForm(FlaskForm):
    """What a person may change about themselves on the account page."""

    display_name = StringField(
        _l("Nom affiché"),
        filters=[squeeze],
        validators=[
            DataRequired(_l("Indiquez votre nom.")),
            Length(max=NAME_LENGTH, message=_l("%(max)d caractères au plus.")),
            plain_line,
        ],
        render_kw={"autocomplete": "name"},
    )
    language = SelectField(_l("Langue des pages et des courriels"))

    def name(self) -> str:
        """Return the name to show."""
        return self.display_name.data or ""

    def language_code(self) -> str:
        """Return the chosen language."""
        return str(self.language.data)


class ConfirmForm(FlaskForm):
    """A button and its CSRF token: the change is in the address."""


class RoleForm(FlaskForm):
    """A role to give to somebody, or to take from them."""

    role = SelectField(
        _l("Rôle"),
        choices=choices_of((UserRole.STAFF, UserRole.ADMINISTRATOR)),
        validators=[InputRequired()],
    )
    change = SelectField(
        choices=[SelectChoice("donner", _l("Donner")), SelectChoice("retirer", _l("Retirer"))],
        validators=[InputRequired()],
    )

    def role_chosen(self) -> UserRole:
        """Return the role."""
        return UserRole(self.role.data)

    def is_given(self) -> bool:
        """Tell whether it is given rather than taken."""
        return bool(self.change.data == "donner")
