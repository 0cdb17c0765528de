"""Proposals of repair as their forms hold them: signed, applied exactly as they were shown."""

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer

from services.meetup_repairs import Change, RepairOrder


def sign_order(order: RepairOrder) -> str:
    """Return an order as a text that nobody else can make."""
    return str(_serializer().dumps([order.plan_id, [list(one) for one in order.changes]]))


def read_order(text: str) -> RepairOrder | None:
    """Return the order that ``sign_order`` was given; nothing for any other text."""
    try:
        plan_id, changes = _serializer().loads(text)
    except BadSignature:
        return None
    return RepairOrder(int(plan_id), tuple(Change(*change) for change in changes))


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt="meetup-repair")
