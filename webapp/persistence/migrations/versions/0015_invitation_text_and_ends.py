"""The words of a letter’s invitation, and why a representative’s place ended and who came after."""

import sqlalchemy as sa
from alembic import op

from webapp.persistence.migrations.by_hand import change_check, is_sqlite

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

ENDED = "ended_by = '' OR revoked_at IS NOT NULL"


def upgrade() -> None:
    op.create_table(
        "invitation_text",
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_invitation_text_letter_id")),
        sa.PrimaryKeyConstraint("letter_id", name=op.f("pk_invitation_text")),
    )
    op.execute(
        "ALTER TABLE representative ADD COLUMN ended_by VARCHAR NOT NULL DEFAULT ''"
        " CONSTRAINT ck_representative_ended_by CHECK (ended_by IN ('corrected', 'handed_over', 'not_us', ''))"
        f" CONSTRAINT ck_representative_ended CHECK ({ENDED})"
    )
    op.execute("ALTER TABLE representative ADD COLUMN ended_reason VARCHAR NOT NULL DEFAULT ''")
    op.execute("ALTER TABLE representative ADD COLUMN successor VARCHAR NOT NULL DEFAULT ''")
    for column in ("not_us_at", "not_us_settled_at"):
        op.add_column("invitation", sa.Column(column, sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    ended = op.get_bind().exec_driver_sql("SELECT 1 FROM representative WHERE ended_by <> '' LIMIT 1").first()
    if ended or op.get_bind().exec_driver_sql("SELECT 1 FROM invitation_text LIMIT 1").first():
        raise RuntimeError("places were handed over, or an invitation has words of its own: the tables of before cannot hold that.")
    op.execute("DELETE FROM pending_answer WHERE act IN ('hand_over', 'not_us')")
    for column in ("not_us_settled_at", "not_us_at"):
        op.drop_column("invitation", column)
    op.drop_column("representative", "successor")
    op.drop_column("representative", "ended_reason")
    if is_sqlite():
        # A column that its own CHECK names with another cannot be dropped: the CHECK must say less first.
        change_check("representative", "ck_representative_ended", ENDED, "ended_by IS NOT NULL")
    op.drop_column("representative", "ended_by")
    op.drop_table("invitation_text")
