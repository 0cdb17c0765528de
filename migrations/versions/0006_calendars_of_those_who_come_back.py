"""Calendars of those who come back

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "meetup_participant",
        sa.Column("calendar_offset", sa.Integer(), nullable=False, server_default="0"),
    )
    # Odd: their calendars hold cancelled events.
    op.execute("UPDATE meetup_participant SET calendar_offset = 1 WHERE state = 'annule'")


def downgrade() -> None:
    op.drop_column("meetup_participant", "calendar_offset")
