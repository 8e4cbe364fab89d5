"""How a letter is laid out, a sealing while it goes on, kinds of societies, and consent to a logo."""

import sqlalchemy as sa
from alembic import op

from webapp.persistence.migrations.by_hand import freeze, thaw

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

# The trigger that keeps an answer as it was given.
TRIGGER = "frozen_8"
GIVEN = (
    "UPDATE OF letter_id, invitation_id, representative_id, replaces_id, nonce, kind, received_at, digest, officer, office,"
    " consent_to_print, decided_by, decided_on, competing_interests, mandate, authority_sentence, reason, record_sequence, record_hash,"
    " ground, link, source"
)


def upgrade() -> None:
    op.add_column("society", sa.Column("kind", sa.String(), nullable=False, server_default=""))
    thaw(TRIGGER, "answer")
    op.add_column("answer", sa.Column("consent_to_logo", sa.Boolean(), nullable=False, server_default=sa.false()))
    freeze(TRIGGER, "answer", f"{GIVEN}, consent_to_logo")
    for name in ("acronym", "society_kind", "logo"):
        op.add_column("sealed_signatory", sa.Column(name, sa.String(), nullable=False, server_default=""))
    op.add_column("sealed_signatory", sa.Column("is_lead", sa.Boolean(), nullable=False, server_default=sa.false()))
    make_layout()
    make_sealing()


def make_layout() -> None:
    op.create_table(
        "letter_layout",
        sa.Column("letter_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("paper", sa.String(), nullable=False),
        sa.Column("grouping", sa.String(), nullable=False),
        sa.Column("is_lead_first", sa.Boolean(), nullable=False),
        sa.Column("acronyms", sa.String(), nullable=False),
        sa.Column("shows_logos", sa.Boolean(), nullable=False),
        sa.Column("has_annex", sa.Boolean(), nullable=False),
        sa.Column("accent", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("website", sa.String(), nullable=False),
        sa.Column("lead_society_id", sa.Integer(), nullable=True),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.CheckConstraint("paper IN ('a4', 'letter')", name=op.f("ck_letter_layout_paper")),
        sa.CheckConstraint("grouping IN ('none', 'country', 'kind')", name=op.f("ck_letter_layout_grouping")),
        sa.CheckConstraint("acronyms IN ('none', 'after', 'before')", name=op.f("ck_letter_layout_acronyms")),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_letter_layout_letter_id")),
        sa.ForeignKeyConstraint(["lead_society_id"], ["society.id"], name=op.f("fk_letter_layout_lead_society_id")),
        sa.PrimaryKeyConstraint("letter_id", name=op.f("pk_letter_layout")),
    )


def make_sealing() -> None:
    op.create_table(
        "sealing",
        sa.Column("letter_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("record_length", sa.Integer(), nullable=False),
        sa.Column("job", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("steps_done", sa.Integer(), nullable=False),
        sa.Column("steps", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failure", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_sealing_letter_id")),
        sa.PrimaryKeyConstraint("letter_id", name=op.f("pk_sealing")),
    )


def downgrade() -> None:
    op.drop_table("sealing")
    op.drop_table("letter_layout")
    for name in ("is_lead", "logo", "society_kind", "acronym"):
        op.drop_column("sealed_signatory", name)
    thaw(TRIGGER, "answer")
    op.drop_column("answer", "consent_to_logo")
    freeze(TRIGGER, "answer", GIVEN)
    op.drop_column("society", "kind")
