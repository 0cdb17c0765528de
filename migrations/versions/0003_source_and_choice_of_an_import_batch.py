"""source and choice of an import batch

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Batches uploaded before get blank values: they named no source and were never applied.
    with op.batch_alter_table("import_batch", schema=None) as batch_op:
        batch_op.add_column(sa.Column("dropped", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(
            sa.Column("source", sa.String(length=300), nullable=False, server_default="")
        )
        batch_op.add_column(
            sa.Column("is_published", sa.Boolean(), nullable=False, server_default=sa.false())
        )


def downgrade() -> None:
    with op.batch_alter_table("import_batch", schema=None) as batch_op:
        batch_op.drop_column("is_published")
        batch_op.drop_column("source")
        batch_op.drop_column("dropped")
