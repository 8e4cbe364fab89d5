"""What is being made: the sealed letter, or an addendum or an edition beside it."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("sealing") as batch_op:
        batch_op.add_column(sa.Column("act", sa.String(), nullable=False, server_default="seal"))
        batch_op.create_check_constraint(op.f("ck_sealing_act"), "act IN ('seal', 'addendum', 'edition')")


def downgrade() -> None:
    # A version that does not know of it would take what was made beside a sealed letter for its seal.
    op.execute("DELETE FROM sealing WHERE act <> 'seal'")
    with op.batch_alter_table("sealing") as batch_op:
        batch_op.drop_constraint(op.f("ck_sealing_act"), type_="check")
        batch_op.drop_column("act")
