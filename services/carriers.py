"""Who carries a need or a project, as the public may know it."""

from models.need import Need
from models.organization import Organization
from models.territory import RenewalProject


def public_carrier(carried: Need | RenewalProject) -> Organization | None:
    """Return the carrying body if its entry is public: a draft or withdrawn one is not named."""
    carrier = carried.carrier
    return carrier if carrier is not None and carrier.is_public else None


def carrier_name(carried: Need | RenewalProject) -> str:
    """Return the name of the carrying body, empty when nobody may be named."""
    carrier = public_carrier(carried)
    return carrier.name if carrier is not None else carried.carrier_label
