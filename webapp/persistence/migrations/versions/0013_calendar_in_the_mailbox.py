"""The local mailbox keeps the calendar file that a message brings along."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("mailbox") as batch:
        batch.add_column(sa.Column("calendar", sa.String(), nullable=False, server_default=""))


def downgrade() -> None:
    with op.batch_alter_table("mailbox") as batch:
        batch.drop_column("calendar")
