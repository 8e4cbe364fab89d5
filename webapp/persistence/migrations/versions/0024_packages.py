"""The package of a submission, the claims of a letter, and where else its text was shown."""

import sqlalchemy as sa
from alembic import op

from webapp.persistence.migrations.by_hand import freeze, thaw

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

GROUNDS = (
    "'error', 'fabrication', 'falsification', 'plagiarism', 'redundant', 'unauthorised', 'legal', 'unethical', 'review', 'interest', 'none'"
)
KEPT = (
    ("frozen_shown_1", "UPDATE OF reference, letter_id, shown_as, place, address, shown_on, noted_at, noted_by"),
    ("frozen_shown_2", "DELETE"),
)


def upgrade() -> None:
    op.create_table(
        "package",
        sa.Column("submission_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("covering_letter", sa.String(), nullable=False),
        sa.Column("statements", sa.JSON(), nullable=False),
        sa.Column("shown_digest", sa.String(), nullable=False),
        sa.Column("shown_by", sa.String(), nullable=False),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_package_letter_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_package_submission_id")),
        sa.PrimaryKeyConstraint("submission_id", name=op.f("pk_package")),
    )
    op.create_index(op.f("ix_package_letter_id"), "package", ["letter_id"])
    op.create_table(
        "claim",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("passage", sa.String(), nullable=False),
        sa.Column("ground", sa.String(), nullable=False),
        sa.CheckConstraint(f"ground IN ({GROUNDS})", name=op.f("ck_claim_ground")),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_claim_letter_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim")),
        sa.UniqueConstraint("letter_id", "position", name=op.f("uq_claim_letter_id_position")),
    )
    op.create_index(op.f("ix_claim_letter_id"), "claim", ["letter_id"])
    make_shown_elsewhere()


def make_shown_elsewhere() -> None:
    op.create_table(
        "shown_elsewhere",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("shown_as", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("shown_on", sa.Date(), nullable=True),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_by", sa.String(), nullable=False),
        sa.Column("struck_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "shown_as IN ('preprint', 'publication', 'website', 'meeting', 'other')", name=op.f("ck_shown_elsewhere_shown_as")
        ),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_shown_elsewhere_letter_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shown_elsewhere")),
        sa.UniqueConstraint("reference", name=op.f("uq_shown_elsewhere_reference")),
    )
    op.create_index(op.f("ix_shown_elsewhere_letter_id"), "shown_elsewhere", ["letter_id"])
    for name, act in KEPT:
        freeze(name, "shown_elsewhere", act)


def downgrade() -> None:
    # The records tell of what these hold, for good.
    for table in ("package", "claim", "shown_elsewhere"):
        if op.get_bind().exec_driver_sql(f"SELECT 1 FROM {table} LIMIT 1").first():
            raise RuntimeError("something was written for a submission, which the tables of before cannot hold; nothing was changed.")
    for name, _act in KEPT:
        thaw(name, "shown_elsewhere")
    for table in ("shown_elsewhere", "claim", "package"):
        op.drop_table(table)
