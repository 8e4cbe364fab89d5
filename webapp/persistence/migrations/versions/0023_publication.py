"""From when a letter is public."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "publication",
        sa.Column("letter_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_publication_letter_id")),
        sa.PrimaryKeyConstraint("letter_id", name=op.f("pk_publication")),
    )
    op.create_index(op.f("ix_publication_released_at"), "publication", ["released_at"])


def downgrade() -> None:
    # Their events would stand alone in the records, which tell of them for good; and what is public would not be any more.
    if op.get_bind().exec_driver_sql("SELECT 1 FROM publication LIMIT 1").first():
        raise RuntimeError("a letter has its instant of publication, which the tables of before cannot hold; nothing was changed.")
    op.drop_table("publication")
