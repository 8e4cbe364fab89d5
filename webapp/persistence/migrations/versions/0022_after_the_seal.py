"""Addenda, errata and the files that are made after the seal."""

import sqlalchemy as sa
from alembic import op

from webapp.persistence.migrations.by_hand import freeze, thaw

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

KEPT = (
    ("frozen_later_1", "addendum", "UPDATE OF reference, letter_id, opened_at, opened_by, deadline, deadline_zone"),
    ("frozen_later_2", "addendum", "DELETE"),
    ("frozen_later_3", "addendum_signatory", "UPDATE"),
    ("frozen_later_4", "addendum_signatory", "DELETE"),
    ("frozen_later_5", "erratum", "UPDATE"),
    ("frozen_later_6", "erratum", "DELETE"),
    ("frozen_later_7", "later_document", "UPDATE"),
    ("frozen_later_8", "later_document", "DELETE"),
)
MADE = ("later_document", "erratum", "addendum_signatory", "addendum")


def upgrade() -> None:
    make_addendum()
    make_addendum_signatory()
    make_erratum()
    make_later_document()
    for name, table, act in KEPT:
        freeze(name, table, act)


def make_addendum() -> None:
    op.create_table(
        "addendum",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by", sa.String(), nullable=False),
        sa.Column("deadline", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deadline_zone", sa.String(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("ended_at IS NULL OR closed_at IS NOT NULL", name=op.f("ck_addendum_closed")),
        sa.CheckConstraint("number = 0 OR ended_at IS NOT NULL", name=op.f("ck_addendum_issued")),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_addendum_letter_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_addendum")),
        sa.UniqueConstraint("reference", name=op.f("uq_addendum_reference")),
    )
    op.create_index(op.f("ix_addendum_letter_id"), "addendum", ["letter_id"])
    goes_on, is_issued = sa.text("ended_at IS NULL"), sa.text("number > 0")
    op.create_index("uq_addendum_goes_on", "addendum", ["letter_id"], unique=True, sqlite_where=goes_on, postgresql_where=goes_on)
    op.create_index(
        "uq_addendum_number", "addendum", ["letter_id", "number"], unique=True, sqlite_where=is_issued, postgresql_where=is_issued
    )


def make_addendum_signatory() -> None:
    op.create_table(
        "addendum_signatory",
        sa.Column("addendum_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("answer_id", sa.Integer(), nullable=False),
        sa.Column("printed_name", sa.String(), nullable=False),
        sa.Column("officer", sa.String(), nullable=False),
        sa.Column("office", sa.String(), nullable=False),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("acronym", sa.String(), nullable=False),
        sa.Column("society_kind", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["addendum_id"], ["addendum.id"], name=op.f("fk_addendum_signatory_addendum_id")),
        sa.ForeignKeyConstraint(["answer_id"], ["answer.id"], name=op.f("fk_addendum_signatory_answer_id")),
        sa.PrimaryKeyConstraint("addendum_id", "position", name=op.f("pk_addendum_signatory")),
        sa.UniqueConstraint("answer_id", name=op.f("uq_addendum_signatory_answer_id")),
    )


def make_erratum() -> None:
    op.create_table(
        "erratum",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("answer_id", sa.Integer(), nullable=False),
        sa.Column("before", sa.String(), nullable=False),
        sa.Column("after", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.CheckConstraint("kind IN ('name', 'withdrawn', 'other')", name=op.f("ck_erratum_kind")),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_erratum_letter_id")),
        sa.ForeignKeyConstraint(["answer_id"], ["answer.id"], name=op.f("fk_erratum_answer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erratum")),
        sa.UniqueConstraint("letter_id", "number", name=op.f("uq_erratum_letter_id_number")),
    )
    for column in ("letter_id", "answer_id"):
        op.create_index(op.f(f"ix_erratum_{column}"), "erratum", [column])
    withdrawal = sa.text("kind = 'withdrawn'")
    op.create_index("uq_erratum_withdrawn", "erratum", ["answer_id"], unique=True, sqlite_where=withdrawal, postgresql_where=withdrawal)


def make_later_document() -> None:
    op.create_table(
        "later_document",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('addendum', 'erratum', 'edition')", name=op.f("ck_later_document_kind")),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_later_document_letter_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_later_document")),
        sa.UniqueConstraint("letter_id", "kind", "number", name=op.f("uq_later_document_letter_id_kind_number")),
    )
    op.create_index(op.f("ix_later_document_letter_id"), "later_document", ["letter_id"])


def downgrade() -> None:
    # Their events would stand alone in the records, which tell of them for good.
    for table in ("addendum", "erratum"):
        if op.get_bind().exec_driver_sql(f"SELECT 1 FROM {table} LIMIT 1").first():
            raise RuntimeError(
                "a sealed letter has an addendum or an erratum, which the tables of before cannot hold; nothing was changed."
            )
    for name, table, _act in KEPT:
        thaw(name, table)
    for table in MADE:
        op.drop_table(table)
