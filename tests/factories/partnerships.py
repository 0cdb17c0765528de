"""A partnership in its services: a city that keeps it, a startup that it invites, moderators."""

from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.account import User
from models.organization import Organization
from models.outbox import OutboxMessage
from models.partnership import WorkingGroup
from services.partnership_contents import GroupContent, PartnershipContent, stamp
from services.partnership_members import answer_partnership, invite_to_partnership, member_row
from services.partnership_pages import partnership_view
from services.partnership_publishing import current_content, decide_partnership, submit_partnership
from services.partnerships import create_partnership
from services.working_groups import save_group
from tests.factories.accounts import make_membership, make_user
from tests.factories.organizations import make_organization
from vocabulary.kinds import OrganizationKind, UserRole

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


TEXT = PartnershipContent(name="Table des toits", summary="Des toits partagés.")


class PartnershipWorld:
    """A city that keeps a partnership, a startup that it invites, and moderators."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.city = make_organization(
            session, "Ville d’essai", kind=OrganizationKind.COLLECTIVITE, is_claimed=True
        )
        self.startup = make_organization(session, "Toits Vifs", is_claimed=True)
        self.keeper = make_user(session)
        self.founder = make_user(session)
        self.moderator = make_user(session, role=UserRole.STAFF)
        make_membership(session, self.keeper, self.city)
        make_membership(session, self.founder, self.startup)
        self.page = create_partnership(session, self.city, TEXT, person=self.keeper, now=NOW)

    def invite(self, organization: Organization | None = None) -> None:
        invite_to_partnership(
            self.session,
            self.page,
            organization or self.startup,
            role="Pose les toits",
            person=self.keeper,
            now=NOW,
        )

    def answer(self, *, accept: bool, person: User | None = None) -> None:
        row = member_row(self.page, self.startup.id)
        assert row is not None
        answer_partnership(
            self.session,
            self.page,
            row,
            accept=accept,
            person=person or self.founder,
            now=NOW,
        )

    def publish(self) -> None:
        submit_partnership(self.session, self.page, person=self.keeper, now=NOW)
        self.decide(publish=True)

    def decide(self, *, publish: bool, comment: str = "", by: User | None = None) -> None:
        decide_partnership(
            self.session,
            self.page,
            publish=publish,
            comment=comment,
            seen=stamp(current_content(self.page)),
            moderator=by or self.moderator,
            now=NOW,
        )

    def mails(self) -> list[tuple[str, int]]:
        return [
            (message.payload["event"], message.payload["recipient_id"])
            for message in self.session.scalars(
                select(OutboxMessage)
                .where(OutboxMessage.topic == "mail.partnership")
                .order_by(OutboxMessage.id)
            )
        ]

    def shown(self) -> list[str]:
        view = partnership_view(self.page, is_inside=False)
        return [row.organization.name for row in view.territory_side + view.innovation_side]


def make_group(
    world: PartnershipWorld,
    *,
    name: str = "Toits",
    members: tuple[int, ...] = (),
    leads: tuple[int, ...] = (),
) -> WorkingGroup:
    """Add a working group of the partnership."""
    return save_group(
        world.session,
        world.page,
        None,
        GroupContent(name=name, members=members, leads=leads),
        seen="",
        person=world.keeper,
        now=NOW,
    )
