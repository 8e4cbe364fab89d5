"""Answers that were recorded, their proof, what settles authority, and disputes."""

import sqlalchemy as sa
from alembic import op

from webapp.persistence.migrations.by_hand import change_check, freeze, is_sqlite, let_be_empty, let_not_be_empty, thaw

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

CHECKS = "'open', 'code', 'own_domain', 'official', 'minute', 'word', 'proof', 'refused'"
AUTHORITY = ("authority IN ('open', 'code')", f"authority IN ({CHECKS})")
# The trigger that keeps an answer as it was given, without and with the column that is new.
TRIGGER = "frozen_8"
GIVEN = (
    "UPDATE OF letter_id, invitation_id, representative_id, replaces_id, nonce, kind, received_at, digest, officer, office,"
    " consent_to_print, decided_by, decided_on, competing_interests, mandate, authority_sentence, reason, record_sequence, record_hash,"
    " ground, link"
)
KEPT = (
    ("frozen_authority_1", "recorded_answer", "UPDATE OF answer_id, staff_id, received_from, came_on, how, needs_second"),
    ("frozen_authority_2", "recorded_answer", "DELETE"),
    ("frozen_authority_3", "proof_file", "UPDATE"),
    ("frozen_authority_4", "proof_file", "DELETE"),
    ("frozen_authority_5", "authority_check", "UPDATE"),
    ("frozen_authority_6", "authority_check", "DELETE"),
    ("frozen_authority_7", "dispute", "UPDATE OF reference, answer_id, witness_id, words, opened_at"),
    ("frozen_authority_8", "dispute", "DELETE"),
)
MADE = ("dispute", "witness", "authority_check", "proof_file", "recorded_answer")


def upgrade() -> None:
    thaw(TRIGGER, "answer")
    change_check("answer", "ck_answer_authority", *AUTHORITY)
    let_be_empty("answer", "representative_id")
    op.execute(
        "ALTER TABLE answer ADD COLUMN source VARCHAR NOT NULL DEFAULT 'room'"
        " CONSTRAINT ck_answer_source CHECK (source IN ('room', 'phone', 'paper', 'email'))"
        " CONSTRAINT ck_answer_giver CHECK ((source = 'room') = (representative_id IS NOT NULL))"
    )
    op.execute(
        "ALTER TABLE answer ADD COLUMN is_confirmed BOOLEAN NOT NULL DEFAULT true"
        " CONSTRAINT ck_answer_confirmed CHECK (is_confirmed OR source <> 'room')"
    )
    op.execute("ALTER TABLE answer ADD COLUMN is_disputed BOOLEAN NOT NULL DEFAULT false")
    freeze(TRIGGER, "answer", f"{GIVEN}, source")
    op.add_column("letter", sa.Column("authority_rule", sa.JSON(), nullable=False, server_default='["code"]'))
    op.add_column("sealed_signatory", sa.Column("note", sa.String(), nullable=False, server_default=""))
    make_recorded_answer()
    make_proof_file()
    make_authority_check()
    make_witness()
    make_dispute()
    for name, table, act in KEPT:
        freeze(name, table, act)


def make_recorded_answer() -> None:
    op.create_table(
        "recorded_answer",
        sa.Column("answer_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("received_from", sa.String(), nullable=False),
        sa.Column("came_on", sa.Date(), nullable=False),
        sa.Column("how", sa.String(), nullable=False),
        sa.Column("needs_second", sa.Boolean(), nullable=False),
        sa.Column("confirmed_by_id", sa.Integer(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(confirmed_by_id IS NULL) = (confirmed_at IS NULL)", name=op.f("ck_recorded_answer_confirmed")),
        sa.ForeignKeyConstraint(["answer_id"], ["answer.id"], name=op.f("fk_recorded_answer_answer_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_recorded_answer_staff_id")),
        sa.ForeignKeyConstraint(["confirmed_by_id"], ["staff.id"], name=op.f("fk_recorded_answer_confirmed_by_id")),
        sa.PrimaryKeyConstraint("answer_id", name=op.f("pk_recorded_answer")),
    )


def make_proof_file() -> None:
    op.create_table(
        "proof_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("answer_id", sa.Integer(), nullable=False),
        sa.Column("representative_id", sa.Integer(), nullable=True),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(representative_id IS NULL) <> (staff_id IS NULL)", name=op.f("ck_proof_file_giver")),
        sa.ForeignKeyConstraint(["answer_id"], ["answer.id"], name=op.f("fk_proof_file_answer_id")),
        sa.ForeignKeyConstraint(["representative_id"], ["representative.id"], name=op.f("fk_proof_file_representative_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_proof_file_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proof_file")),
        sa.UniqueConstraint("reference", name=op.f("uq_proof_file_reference")),
    )
    op.create_index(op.f("ix_proof_file_answer_id"), "proof_file", ["answer_id"])


def make_authority_check() -> None:
    op.create_table(
        "authority_check",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("answer_id", sa.Integer(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("proof_id", sa.Integer(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(f"method IN ({CHECKS})", name=op.f("ck_authority_check_method")),
        sa.ForeignKeyConstraint(["answer_id"], ["answer.id"], name=op.f("fk_authority_check_answer_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_authority_check_staff_id")),
        sa.ForeignKeyConstraint(["proof_id"], ["proof_file.id"], name=op.f("fk_authority_check_proof_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_authority_check")),
    )
    op.create_index(op.f("ix_authority_check_answer_id"), "authority_check", ["answer_id"])


def make_witness() -> None:
    op.create_table(
        "witness",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("answer_id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("representative_id", sa.Integer(), nullable=True),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("code_number", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(), nullable=True),
        sa.Column("code_made_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("code_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("code_tries", sa.Integer(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("purpose IN ('dispute', 'confirm')", name=op.f("ck_witness_purpose")),
        sa.CheckConstraint("(code_hash IS NULL) = (code_made_at IS NULL)", name=op.f("ck_witness_code")),
        sa.ForeignKeyConstraint(["answer_id"], ["answer.id"], name=op.f("fk_witness_answer_id")),
        sa.ForeignKeyConstraint(["representative_id"], ["representative.id"], name=op.f("fk_witness_representative_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_witness")),
        sa.UniqueConstraint("reference", name=op.f("uq_witness_reference")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_witness_token_hash")),
    )
    op.create_index(op.f("ix_witness_answer_id"), "witness", ["answer_id"])


def make_dispute() -> None:
    op.create_table(
        "dispute",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("answer_id", sa.Integer(), nullable=False),
        sa.Column("witness_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("stands", sa.Boolean(), nullable=True),
        sa.Column("finding", sa.String(), nullable=False),
        sa.CheckConstraint("(settled_at IS NULL) = (stands IS NULL)", name=op.f("ck_dispute_settled")),
        sa.ForeignKeyConstraint(["answer_id"], ["answer.id"], name=op.f("fk_dispute_answer_id")),
        sa.ForeignKeyConstraint(["witness_id"], ["witness.id"], name=op.f("fk_dispute_witness_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_dispute_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute")),
        sa.UniqueConstraint("reference", name=op.f("uq_dispute_reference")),
    )
    op.create_index(op.f("ix_dispute_answer_id"), "dispute", ["answer_id"])
    is_open = sa.text("settled_at IS NULL")
    op.create_index("uq_dispute_open", "dispute", ["answer_id"], unique=True, sqlite_where=is_open, postgresql_where=is_open)


def downgrade() -> None:
    refuse_what_would_be_lost()
    for name, table, _act in KEPT:
        thaw(name, table)
    for table in MADE:
        op.drop_table(table)
    op.drop_column("letter", "authority_rule")
    op.drop_column("sealed_signatory", "note")
    thaw(TRIGGER, "answer")
    if is_sqlite():
        # A column that its own CHECK names with another cannot be dropped: the CHECK must say less first.
        change_check("answer", "ck_answer_giver", "(source = 'room') = (representative_id IS NOT NULL)", "source IS NOT NULL")
        change_check("answer", "ck_answer_confirmed", "is_confirmed OR source <> 'room'", "is_confirmed IS NOT NULL")
    for column in ("is_disputed", "is_confirmed", "source"):
        op.drop_column("answer", column)
    let_not_be_empty("answer", "representative_id")
    change_check("answer", "ck_answer_authority", *reversed(AUTHORITY))
    freeze(TRIGGER, "answer", GIVEN)


def refuse_what_would_be_lost() -> None:
    connection = op.get_bind()
    if connection.exec_driver_sql("SELECT 1 FROM answer WHERE authority NOT IN ('open', 'code') OR source <> 'room' LIMIT 1").first():
        raise RuntimeError("answers were recorded or checked in ways that the tables of before cannot hold; nothing was changed.")
    for table in ("proof_file", "dispute"):
        if connection.exec_driver_sql(f"SELECT 1 FROM {table} LIMIT 1").first():
            raise RuntimeError(f"there are rows of {table}, which the tables of before cannot hold; nothing was changed.")
