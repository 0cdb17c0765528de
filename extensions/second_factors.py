"""Second factors: codes that work once, and what we ask of a passkey."""

from flask_security import Totp, UserMixin, WebauthnUtil
from passlib.totp import TotpMatch
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from extensions.clock import now
from extensions.database import db_session
from models.counter import RateCounter
from services.rate_limits import take_step


class SingleUseTotp(Totp):
    """Codes of an authenticator application, each accepted once over all processes."""

    def get_last_counter(self, user: UserMixin) -> int | None:
        """Return the time step of the last code this person used."""
        row = db_session().get(RateCounter, _key(user))
        return row.count if row else None

    def set_last_counter(self, user: UserMixin, tmatch: TotpMatch) -> None:
        """Remember the time step of the code just used."""
        take_step(db_session(), _key(user), tmatch.counter, now=now())


def _key(user: UserMixin) -> str:
    return f"totp:{user.id}"


class PasskeyRules(WebauthnUtil):
    """What a passkey must be, by what it will be used for."""

    def authenticator_selection(
        self, user: UserMixin, usage: str
    ) -> AuthenticatorSelectionCriteria:
        """Ask a key that replaces the password to be found by itself and to check its holder.

        Any kind of authenticator will do: this device's own, a telephone, a security key.
        """
        del user
        if usage == "first":
            return AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            )
        return AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.DISCOURAGED,
            user_verification=UserVerificationRequirement.DISCOURAGED,
        )

    def user_verification(
        self, user: UserMixin | None, usage: list[str]
    ) -> UserVerificationRequirement:
        """Insist on the holder's check where the key stands alone."""
        del user
        if "secondary" in usage:
            return UserVerificationRequirement.DISCOURAGED
        return UserVerificationRequirement.REQUIRED
