"""A round before an answer to a journal that was ended before its moment."""

import sqlalchemy as sa
from alembic import op

from webapp.persistence.migrations.by_hand import freeze, thaw

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

KEPT = (("frozen_ask_end_1", "UPDATE"), ("frozen_ask_end_2", "DELETE"))


def upgrade() -> None:
    op.create_table(
        "ask_end",
        sa.Column("round_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["ask_round.id"], name=op.f("fk_ask_end_round_id")),
        sa.PrimaryKeyConstraint("round_id", name=op.f("pk_ask_end")),
    )
    for name, act in KEPT:
        freeze(name, "ask_end", act)


def downgrade() -> None:
    # The round would be open again, and its event would stand alone in the record.
    if op.get_bind().exec_driver_sql("SELECT 1 FROM ask_end LIMIT 1").first():
        raise RuntimeError("a round was ended before its moment, which the tables of before cannot hold; nothing was changed.")
    for name, _act in KEPT:
        thaw(name, "ask_end")
    op.drop_table("ask_end")
