"""Persistent objects, one aggregate a file; plain SQLAlchemy, no Flask.

Services, views and jobs may import this package. Importing it registers every table.
"""

from models.account import Role, User, WebAuthn
from models.alert import Alert, AlertItem, DigestSubscription, MatchDismissal, MatchNotice
from models.audit import AuditEntry
from models.base import Base
from models.consortium import (
    Consortium,
    ConsortiumChoice,
    ConsortiumInvitation,
    ConsortiumNeed,
)
from models.counter import RateCounter
from models.document import Document, DocumentDelivery
from models.evidence import Experience, ReferenceConfirmation
from models.exposure import ExposureCount, ExposureSeed
from models.federation import FederationMember
from models.geography import Commune, CommunePostcode, Department, Epci, FormerCommune, Region
from models.import_batch import ImportBatch, ImportRow
from models.introduction import (
    Introduction,
    IntroductionMessage,
    OutcomeInquiry,
    ThreadReading,
)
from models.mail import StoredMail
from models.meetup import MeetupDay, MeetupRoom, MeetupSession, MeetupSlot, MeetupTable
from models.meetup_invitee import MeetupInviteeBatch, MeetupInviteeLine, MeetupRequest
from models.meetup_participant import (
    MeetupAbsence,
    MeetupAttendee,
    MeetupParticipant,
    MeetupParticipantEvent,
    MeetupSessionSeat,
)
from models.meetup_plan import (
    MeetingInquiry,
    MeetingNotice,
    MeetingSeat,
    MeetingVersion,
    MeetupMeeting,
    MeetupPlan,
    PlannedMeeting,
    PlannedSeat,
)
from models.meetup_print import MeetupPrint
from models.meetup_wish import (
    MeetupGroup,
    MeetupGroupSeat,
    MeetupPairRule,
    MeetupWish,
    MeetupWishBatch,
    MeetupWishLine,
)
from models.membership import Membership
from models.need import Need, NeedGroup, NeedRelay, NeedRelayMember
from models.offer import Offer, Reference
from models.organization import Organization
from models.outbox import OutboxMessage
from models.partnership import (
    Partnership,
    PartnershipMember,
    PartnershipMilestone,
    WorkingGroup,
    WorkingGroupMeeting,
    WorkingGroupMember,
)
from models.radar import RadarLook
from models.receipt import FormReceipt
from models.register import InterestDeclaration, RegisterEntry, RegisterHead, RegisterPart
from models.revision import Revision
from models.shortlist import Shortlist, ShortlistItem
from models.territory import (
    RenewalProject,
    Territory,
    TerritoryCode,
    TerritoryCommune,
)
from models.withdrawal import Withdrawal

__all__ = [
    "Alert",
    "AlertItem",
    "AuditEntry",
    "Base",
    "Commune",
    "CommunePostcode",
    "Consortium",
    "ConsortiumChoice",
    "ConsortiumInvitation",
    "ConsortiumNeed",
    "Department",
    "DigestSubscription",
    "Document",
    "DocumentDelivery",
    "Epci",
    "Experience",
    "ExposureCount",
    "ExposureSeed",
    "FederationMember",
    "FormReceipt",
    "FormerCommune",
    "ImportBatch",
    "ImportRow",
    "InterestDeclaration",
    "Introduction",
    "IntroductionMessage",
    "MatchDismissal",
    "MatchNotice",
    "MeetingInquiry",
    "MeetingNotice",
    "MeetingSeat",
    "MeetingVersion",
    "MeetupAbsence",
    "MeetupAttendee",
    "MeetupDay",
    "MeetupGroup",
    "MeetupGroupSeat",
    "MeetupInviteeBatch",
    "MeetupInviteeLine",
    "MeetupMeeting",
    "MeetupPairRule",
    "MeetupParticipant",
    "MeetupParticipantEvent",
    "MeetupPlan",
    "MeetupPrint",
    "MeetupRequest",
    "MeetupRoom",
    "MeetupSession",
    "MeetupSessionSeat",
    "MeetupSlot",
    "MeetupTable",
    "MeetupWish",
    "MeetupWishBatch",
    "MeetupWishLine",
    "Membership",
    "Need",
    "NeedGroup",
    "NeedRelay",
    "NeedRelayMember",
    "Offer",
    "Organization",
    "OutboxMessage",
    "OutcomeInquiry",
    "Partnership",
    "PartnershipMember",
    "PartnershipMilestone",
    "PlannedMeeting",
    "PlannedSeat",
    "RadarLook",
    "RateCounter",
    "Reference",
    "ReferenceConfirmation",
    "Region",
    "RegisterEntry",
    "RegisterHead",
    "RegisterPart",
    "RenewalProject",
    "Revision",
    "Role",
    "Shortlist",
    "ShortlistItem",
    "StoredMail",
    "Territory",
    "TerritoryCode",
    "TerritoryCommune",
    "ThreadReading",
    "User",
    "WebAuthn",
    "Withdrawal",
    "WorkingGroup",
    "WorkingGroupMeeting",
    "WorkingGroupMember",
]
