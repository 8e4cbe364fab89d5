"""The references of a letter are held once, as items: the text from which they were read goes."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_column("letter", "references_typed")


def downgrade() -> None:
    """As CSL-JSON, which says the same as what was typed, and which the earlier program reads."""
    op.add_column("letter", sa.Column("references_typed", sa.String(), nullable=False, server_default=""))
    connection = op.get_bind()
    for number, references in connection.execute(sa.text('SELECT id, "references" FROM letter')).all():
        items = json.loads(references) if isinstance(references, str) else references
        if items:
            typed = json.dumps(items, ensure_ascii=False, indent=1)
            connection.execute(sa.text("UPDATE letter SET references_typed = :typed WHERE id = :id"), {"typed": typed, "id": number})
