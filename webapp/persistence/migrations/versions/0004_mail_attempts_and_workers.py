"""Messages whose fate is uncertain, attempts that did not end, and the workers' signs of life."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "worker",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_worker")),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.add_column(sa.Column("first_tried_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("unfinished", sa.Integer(), server_default="0", nullable=False))
        batch_op.drop_constraint(op.f("ck_outbox_state"), type_="check")
        batch_op.create_check_constraint(op.f("ck_outbox_state"), "state IN ('queued', 'uncertain', 'sent', 'failed')")


def downgrade() -> None:
    # What may have arrived is not sent again by a version that does not know how to wait.
    op.execute("UPDATE outbox SET state = 'failed' WHERE state = 'uncertain'")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_outbox_state"), type_="check")
        batch_op.create_check_constraint(op.f("ck_outbox_state"), "state IN ('queued', 'sent', 'failed')")
        batch_op.drop_column("unfinished")
        batch_op.drop_column("first_tried_at")
    op.drop_table("worker")
