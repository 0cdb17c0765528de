"""Persistent objects, one aggregate a file; plain SQLAlchemy, no Flask.

Services, views and jobs may import this package. Importing it registers every table.
"""

from models.account import Role, User, WebAuthn
from models.audit import AuditEntry
from models.base import Base
from models.counter import RateCounter
from models.federation import FederationMember
from models.geography import Commune, CommunePostcode, Department, Epci, FormerCommune, Region
from models.import_batch import ImportBatch, ImportRow
from models.mail import StoredMail
from models.meetup import MeetupDay
from models.membership import Membership
from models.need import Need
from models.offer import Offer, Reference
from models.organization import Organization
from models.outbox import OutboxMessage
from models.partnership import Partnership, PartnershipMember, WorkingGroup
from models.revision import Revision
from models.territory import (
    RenewalProject,
    Territory,
    TerritoryCode,
    TerritoryCommune,
)
from models.withdrawal import Withdrawal

__all__ = [
    "AuditEntry",
    "Base",
    "Commune",
    "CommunePostcode",
    "Department",
    "Epci",
    "FederationMember",
    "FormerCommune",
    "ImportBatch",
    "ImportRow",
    "MeetupDay",
    "Membership",
    "Need",
    "Offer",
    "Organization",
    "OutboxMessage",
    "Partnership",
    "PartnershipMember",
    "RateCounter",
    "Reference",
    "Region",
    "RenewalProject",
    "Revision",
    "Role",
    "StoredMail",
    "Territory",
    "TerritoryCode",
    "TerritoryCommune",
    "User",
    "WebAuthn",
    "Withdrawal",
    "WorkingGroup",
]
