"""Roles on a letter, staff administrators, closed accounts, sessions that can be named, and codes that prove who sits at the desk."""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

OWNER_ALONE = "role IN ('owner')"
ROLES = "role IN ('owner', 'coordinator', 'drafter', 'reader')"


def change_roles(before: str, after: str) -> None:
    """The same table with another CHECK. It is written out, so that what comes of it hangs on no reading back of CHECKs."""
    grants = sa.Table(
        "letter_grant",
        sa.MetaData(),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.CheckConstraint(before, name="ck_letter_grant_role"),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name="fk_letter_grant_letter_id"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_letter_grant_staff_id"),
        sa.PrimaryKeyConstraint("staff_id", "letter_id", name="pk_letter_grant"),
        sa.Index("ix_letter_grant_letter_id", "letter_id"),
    )
    with op.batch_alter_table("letter_grant", copy_from=grants) as batch_op:
        batch_op.drop_constraint(op.f("ck_letter_grant_role"), type_="check")
        batch_op.create_check_constraint(op.f("ck_letter_grant_role"), after)


def upgrade() -> None:
    change_roles(OWNER_ALONE, ROLES)
    # Added in place: staff and web_session cannot be made anew on SQLite while other tables refer to them.
    op.add_column("staff", sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "ALTER TABLE staff ADD COLUMN is_administrator BOOLEAN NOT NULL DEFAULT false"
        " CONSTRAINT ck_staff_closed CHECK (closed_at IS NULL OR NOT is_administrator)"
    )
    op.execute("UPDATE staff SET is_administrator = true WHERE id = (SELECT min(id) FROM staff)")
    op.add_column("web_session", sa.Column("proved_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("web_session", sa.Column("reference", sa.String(), nullable=False, server_default=""))
    name_sessions()
    op.create_index(op.f("ix_web_session_reference"), "web_session", ["reference"], unique=True)
    op.create_table(
        "staff_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("web_session_id", sa.Integer(), nullable=True),
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_staff_code_staff_id")),
        sa.ForeignKeyConstraint(["web_session_id"], ["web_session.id"], name=op.f("fk_staff_code_web_session_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_code")),
        sa.UniqueConstraint("reference", name=op.f("uq_staff_code_reference")),
    )
    op.create_index(op.f("ix_staff_code_staff_id"), "staff_code", ["staff_id"])
    op.create_index(op.f("ix_staff_code_web_session_id"), "staff_code", ["web_session_id"])


def name_sessions() -> None:
    """Every session that is open gets a reference of its own."""
    sessions = sa.table("web_session", sa.column("id", sa.Integer), sa.column("reference", sa.String))
    connection = op.get_bind()
    for (one,) in connection.execute(sa.select(sessions.c.id)).all():
        connection.execute(sessions.update().where(sessions.c.id == one).values(reference=secrets.token_urlsafe(16)))


def downgrade() -> None:
    """Loses who was not an owner, and which accounts were closed: they could sign in again."""
    op.drop_table("staff_code")
    op.drop_index(op.f("ix_web_session_reference"), "web_session")
    op.drop_column("web_session", "reference")
    op.drop_column("web_session", "proved_at")
    op.drop_column("staff", "is_administrator")
    op.drop_column("staff", "closed_at")
    op.execute("DELETE FROM letter_grant WHERE role <> 'owner'")
    change_roles(ROLES, OWNER_ALONE)
