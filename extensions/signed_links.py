"""Links mailed about a membership: signed, expiring, and dead once the membership moves on."""

from datetime import timedelta
from enum import StrEnum

from flask import current_app
from itsdangerous import BadSignature, URLSafeTimedSerializer

from models.membership import Membership


class LinkPurpose(StrEnum):
    """What a link is for: one made for another purpose is refused."""

    INVITATION = "invitation"
    CLAIM = "claim"


def sign_membership(membership: Membership, purpose: LinkPurpose) -> str:
    """Return the token of a link; a new invitation or claim makes the former ones worthless."""
    return str(_serializer(purpose).dumps([membership.id, _instant(membership)]))


def read_membership(token: str, purpose: LinkPurpose, *, within: timedelta) -> tuple[int, int]:
    """Return the membership's number and the instant it was asked for, zeros for a bad token."""
    try:
        number, instant = _serializer(purpose).loads(token, max_age=int(within.total_seconds()))
    except (BadSignature, ValueError, TypeError):
        return 0, 0
    return int(number), int(instant)


def is_still_meant(membership: Membership, instant: int) -> bool:
    """Tell whether a token of that instant speaks of the membership as it stands."""
    return _instant(membership) == instant


def _instant(membership: Membership) -> int:
    return int(membership.created_at.timestamp() * 1000)


def _serializer(purpose: LinkPurpose) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt=f"membership:{purpose.value}")
