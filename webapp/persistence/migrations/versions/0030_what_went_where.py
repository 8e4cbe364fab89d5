"""Which text went to a journal with which step, and the files that were made for a mail to a journal."""

import sqlalchemy as sa
from alembic import op

from webapp.persistence.migrations.by_hand import freeze, thaw

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

SENT = ("frozen_course_11", "submission_step")
# Until now every step “submitted” of a submission sent the one sealed text.
CARRIED = """
UPDATE submission_step SET
  sent_text = (SELECT submission.text FROM submission WHERE submission.id = submission_step.submission_id),
  sent_digest = (SELECT submission.text_digest FROM submission WHERE submission.id = submission_step.submission_id)
WHERE kind = 'submitted'
"""
# An older version would say of such a step that the sealed text went, and would miss the files of such a mail.
LOST = """
SELECT count(*) FROM submission_step JOIN submission ON submission.id = submission_step.submission_id
WHERE submission_step.struck_at IS NULL AND submission_step.sent_digest <> ''
  AND (submission_step.sent_text <> submission.text OR submission_step.sent_digest <> submission.text_digest)
"""


def upgrade() -> None:
    op.add_column("submission_step", sa.Column("sent_text", sa.String(), nullable=False, server_default=""))
    op.add_column("submission_step", sa.Column("sent_digest", sa.String(), nullable=False, server_default=""))
    op.execute(CARRIED)
    freeze(*SENT, "UPDATE OF sent_text, sent_digest")
    op.create_table(
        "journal_mail_file",
        sa.Column("journal_mail_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["journal_mail_id"], ["journal_mail.id"], name=op.f("fk_journal_mail_file_journal_mail_id")),
        sa.PrimaryKeyConstraint("journal_mail_id", "name", name=op.f("pk_journal_mail_file")),
    )


def downgrade() -> None:
    connection = op.get_bind()
    if any(connection.execute(sa.text(query)).scalar_one() for query in (LOST, "SELECT count(*) FROM journal_mail_file")):
        raise RuntimeError("a changed text went to a journal, or a mail has files of its own: the tables of before cannot hold that.")
    op.drop_table("journal_mail_file")
    thaw(*SENT)
    op.drop_column("submission_step", "sent_digest")
    op.drop_column("submission_step", "sent_text")
