"""Reminders: the plan of a letter, what is held back, what was sent, and who has stopped them."""

import sqlalchemy as sa
from alembic import op

from webapp.persistence.migrations.by_hand import freeze, thaw

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

SENT = (("frozen_reminder_1", "UPDATE"), ("frozen_reminder_2", "DELETE"))
KINDS = "kind IN ('not_opened', 'silent', 'board_ahead', 'board_met', 'condition', 'affirm', 'comments')"


def upgrade() -> None:
    op.add_column("invitation", sa.Column("reminders_held_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("representative", sa.Column("reminders_stopped_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "reminder_plan",
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("days_before", sa.JSON(), nullable=False),
        sa.Column("days_after_board", sa.JSON(), nullable=False),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("is_paused", sa.Boolean(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("edited_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_reminder_plan_letter_id")),
        sa.PrimaryKeyConstraint("letter_id", name=op.f("pk_reminder_plan")),
    )
    op.create_table(
        "held_reminder",
        sa.Column("representative_id", sa.Integer(), nullable=False),
        sa.Column("slot", sa.String(), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_held_reminder_letter_id")),
        sa.ForeignKeyConstraint(
            ["representative_id"], ["representative.id"], name=op.f("fk_held_reminder_representative_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("representative_id", "slot", name=op.f("pk_held_reminder")),
    )
    op.create_index(op.f("ix_held_reminder_letter_id"), "held_reminder", ["letter_id"])
    make_reminder()


def make_reminder() -> None:
    op.create_table(
        "reminder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("representative_id", sa.Integer(), nullable=False),
        sa.Column("slot", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("put_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(KINDS, name=op.f("ck_reminder_kind")),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_reminder_letter_id")),
        sa.ForeignKeyConstraint(["representative_id"], ["representative.id"], name=op.f("fk_reminder_representative_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
        sa.UniqueConstraint("reference", name=op.f("uq_reminder_reference")),
        sa.UniqueConstraint("representative_id", "slot", name=op.f("uq_reminder_representative_id_slot")),
    )
    op.create_index(op.f("ix_reminder_letter_id"), "reminder", ["letter_id"])
    for name, act in SENT:
        freeze(name, "reminder", act)


def downgrade() -> None:
    # Their events would stand alone in the records, which tell of them for good.
    if op.get_bind().exec_driver_sql("SELECT 1 FROM event WHERE kind LIKE 'reminders.%%' LIMIT 1").first():
        raise RuntimeError("a letter's record tells of reminders, which the tables of before cannot hold; nothing was changed.")
    for name, _act in SENT:
        thaw(name, "reminder")
    for table in ("reminder", "held_reminder", "reminder_plan"):
        op.drop_table(table)
    op.drop_column("representative", "reminders_stopped_at")
    op.drop_column("invitation", "reminders_held_at")
