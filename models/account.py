"""People who sign in: Flask-Security's own columns, and nothing personal beside them."""

from datetime import datetime
from typing import TYPE_CHECKING

from flask_security.models import sqla
from sqlalchemy import Select, String, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, UtcDateTime
from vocabulary.kinds import UserRole

if TYPE_CHECKING:
    from models.membership import Membership

sqla.FsModels.set_db_info(base_model=Base)  # type: ignore[no-untyped-call]


class Role(Base, sqla.FsRoleMixin):
    """A right that goes beyond one's own organisations; its name is a ``UserRole`` value."""

    __tablename__ = "role"


class User(Base, sqla.FsUserMixin):
    """A person with an account; the address is shown to nobody but staff."""

    __tablename__ = "user"

    display_name: Mapped[str] = mapped_column(String(120), default="")
    language: Mapped[str] = mapped_column(String(5), default="fr")
    # The subject of the OIDC identity (ProConnect) that signs this account in, when there is one.
    oidc_subject: Mapped[str | None] = mapped_column(String(255), unique=True)
    last_contact_at: Mapped[datetime | None] = mapped_column(UtcDateTime())

    memberships: Mapped[list["Membership"]] = relationship(
        back_populates="user", foreign_keys="Membership.user_id", cascade="all, delete-orphan"
    )

    @property
    def is_staff(self) -> bool:
        """Tell whether the person moderates and organises: staff and administrators."""
        return self.is_administrator or self.has_role(UserRole.STAFF.value)

    @property
    def is_administrator(self) -> bool:
        """Tell whether the person may also change the roles of others."""
        return bool(self.has_role(UserRole.ADMINISTRATOR.value))

    @property
    def public_name(self) -> str:
        """Return the name shown in the audit log and on decisions: never the address."""
        return self.display_name or f"compte n° {self.id}"

    @classmethod
    def by_email(cls, email: str) -> Select["User"]:
        """Select the account of a normalised address."""
        return select(cls).where(cls.email == email)


class WebAuthn(Base, sqla.FsWebAuthnMixin):
    """A passkey registered by a person."""

    __tablename__ = "webauthn"
