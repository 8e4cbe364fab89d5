"""Translations of a sealed statement, which nobody has signed."""

import sqlalchemy as sa
from alembic import op

from webapp.persistence.migrations.by_hand import freeze, thaw

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

STANDS = sa.text("removed_at IS NULL")
KEPT = (
    ("frozen_translation_1", "UPDATE OF reference, letter_id, language, translates, added_at, added_by"),
    ("frozen_translation_2", "DELETE"),
)


def upgrade() -> None:
    op.create_table(
        "translation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("translates", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("translator", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.String(), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("edited_by", sa.String(), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_by", sa.String(), nullable=False),
        sa.CheckConstraint("(removed_at IS NULL) = (removed_by = '')", name=op.f("ck_translation_removed")),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_translation_letter_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_translation")),
        sa.UniqueConstraint("reference", name=op.f("uq_translation_reference")),
    )
    op.create_index(op.f("ix_translation_letter_id"), "translation", ["letter_id"])
    columns = ["letter_id", "language"]
    op.create_index("uq_translation_stands", "translation", columns, unique=True, sqlite_where=STANDS, postgresql_where=STANDS)
    for name, act in KEPT:
        freeze(name, "translation", act)


def downgrade() -> None:
    # The records tell of them for good, and what is public would not be any more.
    if op.get_bind().exec_driver_sql("SELECT 1 FROM translation LIMIT 1").first():
        raise RuntimeError("a letter was translated, which the tables of before cannot hold; nothing was changed.")
    for name, _act in KEPT:
        thaw(name, "translation")
    op.drop_table("translation")
