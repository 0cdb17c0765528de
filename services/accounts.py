"""People's accounts: their roles, their profile, the identity that ProConnect gives them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, selectinload

from models.account import Role, User
from services.audit import record_action
from services.errors import RuleViolation
from vocabulary.kinds import SubjectKind, UserRole
from vocabulary.labels import N_

# Everybody with an account is a member; only these two are given and taken.
GIVEN_ROLES = (UserRole.STAFF, UserRole.ADMINISTRATOR)


@dataclass(frozen=True, slots=True)
class ExternalIdentity:
    """Who an identity provider says is there; ``email`` counts only when it was verified."""

    subject: str
    email: str
    email_is_verified: bool
    name: str


def has_second_factor(person: User) -> bool:
    """Tell whether signing in with the password asks for something more."""
    has_codes = bool(person.tf_primary_method and person.tf_totp_secret)
    return has_codes or any(key.usage == "secondary" for key in person.webauthn)


def must_have_second_factor(person: User, *, demo: bool) -> bool:
    """Tell whether the person's role asks for a second factor: staff's does, outside the demo."""
    return person.is_staff and not demo


def change_profile(person: User, *, name: str, language: str) -> None:
    """Change what a person says of themselves."""
    person.display_name = name
    person.language = language


def find_people(*, words: str = "", only: UserRole | None = None) -> Select[User]:
    """Select accounts whose name or address contains ``words``, in the order of names."""
    found = select(User).options(selectinload(User.roles), selectinload(User.webauthn))
    if words.strip():
        pattern = f"%{_escaped(words.strip())}%"
        found = found.where(
            or_(
                User.display_name.ilike(pattern, escape="\\"),
                User.email.ilike(pattern, escape="\\"),
            )
        )
    if only in GIVEN_ROLES:
        found = found.where(User.roles.any(Role.name == only.value))
    return found.order_by(func.lower(User.display_name), User.id)


def _escaped(words: str) -> str:
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def set_role(
    session: Session, person: User, role: UserRole, *, given: bool, actor: User, now: datetime
) -> None:
    """Give or take a role; it holds from the person's next request.

    Raises:
        RuleViolation: not a role that is given, or nobody would be left to give roles.
    """
    if role not in GIVEN_ROLES:
        raise RuleViolation(N_("Ce rôle ne se donne pas."))
    if person.has_role(role.value) == given:
        return
    if given and not person.active:
        raise RuleViolation(N_("Ce compte est fermé."))
    if role is UserRole.ADMINISTRATOR and not given:
        _keep_one_administrator(session, person, actor)
    if given:
        person.roles.append(_role(session, role))
    else:
        person.roles.remove(_role(session, role))
    record_action(
        session,
        "role.given" if given else "role.taken",
        actor=actor,
        kind=SubjectKind.ACCOUNT,
        subject_id=person.id,
        label=person.public_name,
        now=now,
        details={"role": role.value},
    )


def _keep_one_administrator(session: Session, person: User, actor: User) -> None:
    if person.id == actor.id:
        raise RuleViolation(
            N_("Vous ne pouvez pas retirer votre propre rôle : demandez à un autre administrateur.")
        )
    others = session.scalar(
        select(func.count())
        .select_from(User)
        .where(
            User.id != person.id,
            User.active.is_(True),
            User.roles.any(Role.name == UserRole.ADMINISTRATOR.value),
        )
    )
    if not others:
        raise RuleViolation(N_("Il faut au moins un administrateur."))


def _role(session: Session, role: UserRole) -> Role:
    """Return the row of a role, made on first use."""
    row = session.scalar(select(Role).where(Role.name == role.value))
    if row is None:
        row = Role(name=role.value, description=role.label)
        session.add(row)
        session.flush()
    return row


def person_of_identity(
    session: Session, identity: ExternalIdentity, *, signed_in: User | None, now: datetime
) -> User | None:
    """Return the account of an external identity, linking it when that is safe.

    By subject first; then the account of the person already signed in; then the account of the
    same address, only if the provider verified it and it was confirmed here too. ``None`` means
    that a new account must be made.

    Raises:
        RuleViolation: the identity belongs to somebody else, or its address proves nothing.
    """
    known = session.scalar(select(User).where(User.oidc_subject == identity.subject))
    if signed_in is not None:
        return _linked_to(signed_in, known, identity)
    if known is not None:
        return known
    holder = session.scalar(select(User).where(func.lower(User.email) == identity.email.lower()))
    if holder is None:
        if not identity.email_is_verified:
            raise RuleViolation(
                N_("ProConnect n’a pas vérifié votre adresse : inscrivez-vous avec elle.")
            )
        return None
    if not identity.email_is_verified or holder.oidc_subject:
        raise RuleViolation(
            N_(
                "Un compte existe déjà pour cette adresse : connectez-vous avec votre mot de passe,"
                " puis reliez ProConnect depuis votre compte."
            )
        )
    if holder.confirmed_at is None:
        # Whoever typed this password never showed that the address is theirs.
        holder.password = None
        holder.display_name = identity.name
        holder.confirmed_at = now.replace(tzinfo=None)  # Flask-Security's columns are naive UTC
    holder.oidc_subject = identity.subject
    return holder


def _linked_to(signed_in: User, known: User | None, identity: ExternalIdentity) -> User:
    if known is not None and known.id != signed_in.id:
        raise RuleViolation(N_("Cette identité ProConnect est déjà reliée à un autre compte."))
    if signed_in.oidc_subject not in {None, identity.subject}:
        raise RuleViolation(N_("Votre compte est déjà relié à une autre identité ProConnect."))
    signed_in.oidc_subject = identity.subject
    return signed_in
