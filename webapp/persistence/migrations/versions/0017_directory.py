"""The directory of societies: more facts, usual contacts, logo, which entries were found to be one, and who changed what."""

import sqlalchemy as sa
from alembic import op

from webapp.persistence.migrations.by_hand import freeze, thaw

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

FACTS = ("legal_name", "former_names", "website", "ror", "domains", "official_address")
KINDS = "kind IN ('added', 'changed', 'renamed', 'logo', 'joined', 'took_in')"
FROZEN = tuple(
    (f"frozen_{table}_{act.lower()}", table, act) for table in ("society_change", "society_join") for act in ("UPDATE", "DELETE")
)


def upgrade() -> None:
    for name in FACTS:
        op.add_column("society", sa.Column(name, sa.String(), nullable=False, server_default=""))
    op.add_column("society", sa.Column("edition", sa.Integer(), nullable=False, server_default="1"))
    make_contact_and_logo()
    make_history()
    op.create_table(
        "column_match",
        sa.Column("headings", sa.String(), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("remembered_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("headings", name=op.f("pk_column_match")),
    )
    for name, table, act in FROZEN:
        freeze(name, table, act)


def make_contact_and_logo() -> None:
    op.create_table(
        "society_contact",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("society_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["society_id"], ["society.id"], name=op.f("fk_society_contact_society_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_society_contact")),
        sa.UniqueConstraint("society_id", "email", name=op.f("uq_society_contact_society_id_email")),
    )
    op.create_table(
        "society_logo",
        sa.Column("society_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["society_id"], ["society.id"], name=op.f("fk_society_logo_society_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("society_id", name=op.f("pk_society_logo")),
    )


def make_history() -> None:
    op.create_table(
        "society_join",
        sa.Column("society_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("into_id", sa.Integer(), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("society_id <> into_id", name=op.f("ck_society_join_two")),
        sa.ForeignKeyConstraint(["society_id"], ["society.id"], name=op.f("fk_society_join_society_id")),
        sa.ForeignKeyConstraint(["into_id"], ["society.id"], name=op.f("fk_society_join_into_id")),
        sa.PrimaryKeyConstraint("society_id", name=op.f("pk_society_join")),
    )
    op.create_index(op.f("ix_society_join_into_id"), "society_join", ["into_id"])
    op.create_table(
        "society_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("society_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False, server_default=""),
        sa.CheckConstraint(KINDS, name=op.f("ck_society_change_kind")),
        sa.ForeignKeyConstraint(["society_id"], ["society.id"], name=op.f("fk_society_change_society_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_society_change")),
    )
    op.create_index(op.f("ix_society_change_society_id"), "society_change", ["society_id"])


def downgrade() -> None:
    said = " OR ".join(f"{name} <> ''" for name in FACTS)
    held = (
        f"SELECT 1 FROM society WHERE {said}",
        "SELECT 1 FROM society_contact",
        "SELECT 1 FROM society_logo",
        "SELECT 1 FROM society_join",
        "SELECT 1 FROM society_change WHERE kind <> 'added'",
    )
    if any(op.get_bind().exec_driver_sql(f"{query} LIMIT 1").first() for query in held):
        raise RuntimeError("the directory of societies holds what the tables of before cannot; nothing was changed.")
    for name, table, _act in FROZEN:
        thaw(name, table)
    for table in ("column_match", "society_change", "society_join", "society_logo", "society_contact"):
        op.drop_table(table)
    op.drop_column("society", "edition")
    for name in reversed(FACTS):
        op.drop_column("society", name)
