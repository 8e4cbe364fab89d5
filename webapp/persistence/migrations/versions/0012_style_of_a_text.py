"""The citation style of each text, and whether a person picked it or it is the one of a venue."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

# In which every text was set until now.
STYLE = "nlm-citation-sequence-superscript"


def upgrade() -> None:
    op.add_column("text", sa.Column("style", sa.String(), nullable=False, server_default=STYLE))
    op.add_column("text", sa.Column("style_is_picked", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column("text", "style_is_picked")
    op.drop_column("text", "style")
