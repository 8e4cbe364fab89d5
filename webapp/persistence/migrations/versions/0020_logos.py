"""Logos as drawings, with a picture for pages; and those that somebody looks at before they are taken."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("society_logo", sa.Column("media_type", sa.String(), nullable=False, server_default="image/png"))
    op.add_column("society_logo", sa.Column("preview", sa.LargeBinary(), nullable=True))
    op.create_table(
        "logo_upload",
        sa.Column("society_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("preview", sa.LargeBinary(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["society_id"], ["society.id"], name=op.f("fk_logo_upload_society_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("society_id", name=op.f("pk_logo_upload")),
    )


def downgrade() -> None:
    op.drop_table("logo_upload")
    op.drop_column("society_logo", "preview")
    # Older versions would give a drawing out as a PNG.
    op.execute("DELETE FROM society_logo WHERE media_type <> 'image/png'")
    op.drop_column("society_logo", "media_type")
