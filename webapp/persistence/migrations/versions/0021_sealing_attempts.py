"""How often a sealing was begun, and when somebody was last at it."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sealing", sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("sealing", sa.Column("heard_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("sealing", "heard_at")
    op.drop_column("sealing", "attempts")
