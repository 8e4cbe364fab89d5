"""More that a society can answer: a condition, an abstention with its ground, a statement of its own with its link; and the talk about it."""

import sqlalchemy as sa
from alembic import op

from webapp.persistence.migrations.by_hand import change_check, freeze, is_sqlite, thaw

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

KINDS = ("kind IN ('sign', 'decline')", "kind IN ('sign', 'sign_if', 'decline', 'abstain', 'separate')")
# The trigger of 0001 that keeps an answer as it was given, without and with the columns that are new.
TRIGGER = "frozen_8"
TALK = (("frozen_16", "UPDATE"), ("frozen_17", "DELETE"))
GIVEN = (
    "UPDATE OF letter_id, invitation_id, representative_id, replaces_id, nonce, kind, received_at, digest, officer, office,"
    " consent_to_print, decided_by, decided_on, competing_interests, mandate, authority_sentence, reason, record_sequence, record_hash"
)


def upgrade() -> None:
    thaw(TRIGGER, "answer")
    change_check("answer", "ck_answer_kind", *KINDS)
    op.execute(
        "ALTER TABLE answer ADD COLUMN ground VARCHAR NOT NULL DEFAULT ''"
        " CONSTRAINT ck_answer_ground CHECK (ground IN ('policy', 'no_time', 'conflict', ''))"
        " CONSTRAINT ck_answer_abstains CHECK ((ground <> '') = (kind = 'abstain'))"
    )
    op.execute("ALTER TABLE answer ADD COLUMN link VARCHAR NOT NULL DEFAULT ''")
    freeze(TRIGGER, "answer", f"{GIVEN}, ground, link")
    make_talk()


def make_talk() -> None:
    op.create_table(
        "talk",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("invitation_id", sa.Integer(), nullable=False),
        sa.Column("representative_id", sa.Integer(), nullable=True),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("nonce", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(representative_id IS NULL) <> (staff_id IS NULL)", name=op.f("ck_talk_speaker")),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_talk_letter_id")),
        sa.ForeignKeyConstraint(["invitation_id"], ["invitation.id"], name=op.f("fk_talk_invitation_id")),
        sa.ForeignKeyConstraint(["representative_id"], ["representative.id"], name=op.f("fk_talk_representative_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_talk_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_talk")),
        sa.UniqueConstraint("nonce", name=op.f("uq_talk_nonce")),
        sa.UniqueConstraint("reference", name=op.f("uq_talk_reference")),
    )
    for column in ("letter_id", "invitation_id"):
        op.create_index(op.f(f"ix_talk_{column}"), "talk", [column])
    for name, act in TALK:
        freeze(name, "talk", act)


def downgrade() -> None:
    if op.get_bind().exec_driver_sql("SELECT 1 FROM answer WHERE kind NOT IN ('sign', 'decline') LIMIT 1").first():
        raise RuntimeError("societies have given answers that the tables of before cannot hold; nothing was changed.")
    if op.get_bind().exec_driver_sql("SELECT 1 FROM talk LIMIT 1").first():
        raise RuntimeError("something was said in a talk, which the tables of before cannot hold; nothing was changed.")
    op.execute("DELETE FROM pending_answer WHERE act IN ('sign_if', 'abstain', 'separate')")
    for name, _act in TALK:
        thaw(name, "talk")
    op.drop_table("talk")
    thaw(TRIGGER, "answer")
    if is_sqlite():
        # A column that its own CHECK names with another cannot be dropped: the CHECK must say less first.
        change_check("answer", "ck_answer_abstains", "(ground <> '') = (kind = 'abstain')", "ground IS NOT NULL")
    op.drop_column("answer", "link")
    op.drop_column("answer", "ground")
    change_check("answer", "ck_answer_kind", *reversed(KINDS))
    freeze(TRIGGER, "answer", GIVEN)
