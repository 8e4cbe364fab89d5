"""Correspondence, mails to a journal, news for the signatories, and rounds before an answer."""

import sqlalchemy as sa
from alembic import op

from webapp.persistence.migrations.by_hand import freeze, thaw

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

CAME = (
    "reference, letter_id, submission, nonce, direction, way, sender, recipient, subject, text, happened_at, zone, reported_by, link,"
    " remarks, entered_at, entered_by"
)
KEPT = (
    ("frozen_post_1", "correspondence", f"UPDATE OF {CAME}"),
    ("frozen_post_2", "correspondence", "DELETE"),
    ("frozen_post_3", "correspondence_file", "UPDATE"),
    ("frozen_post_4", "correspondence_file", "DELETE"),
    ("frozen_post_5", "journal_mail", "UPDATE OF reference, letter_id, made_at, made_by"),
    ("frozen_post_6", "journal_mail", "DELETE"),
    ("frozen_post_7", "news", "UPDATE"),
    ("frozen_post_8", "news", "DELETE"),
    ("frozen_post_9", "ask_round", "UPDATE"),
    ("frozen_post_10", "ask_round", "DELETE"),
    ("frozen_post_11", "ask_answer", "UPDATE"),
    ("frozen_post_12", "ask_answer", "DELETE"),
)
MADE = (
    "ask_answer",
    "ask_round",
    "news",
    "news_wish",
    "journal_mail_approval",
    "journal_mail",
    "correspondence_upload",
    "correspondence_file",
    "correspondence",
)


def upgrade() -> None:
    make_correspondence()
    make_journal_mail()
    make_news()
    make_rounds()
    for name, table, act in KEPT:
        freeze(name, table, act)


def make_correspondence() -> None:
    op.create_table(
        "correspondence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("submission", sa.String(), nullable=False),
        sa.Column("nonce", sa.String(), nullable=False),
        sa.Column("direction", sa.String(), nullable=False),
        sa.Column("way", sa.String(), nullable=False),
        sa.Column("sender", sa.String(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("reported_by", sa.String(), nullable=False),
        sa.Column("link", sa.String(), nullable=False),
        sa.Column("remarks", sa.JSON(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_by", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("summary", sa.String(), nullable=False),
        sa.Column("shows_text", sa.Boolean(), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("struck_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("struck_reason", sa.String(), nullable=False),
        sa.CheckConstraint("(released_at IS NULL) = (audience = '')", name=op.f("ck_correspondence_released")),
        sa.CheckConstraint("(struck_at IS NULL) = (struck_reason = '')", name=op.f("ck_correspondence_struck")),
        sa.CheckConstraint("audience IN ('', 'signatories', 'public')", name=op.f("ck_correspondence_audience")),
        sa.CheckConstraint("direction IN ('in', 'out', 'report')", name=op.f("ck_correspondence_direction")),
        sa.CheckConstraint("way IN ('typed', 'mail', 'file', 'sent')", name=op.f("ck_correspondence_way")),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_correspondence_letter_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correspondence")),
        sa.UniqueConstraint("nonce", name=op.f("uq_correspondence_nonce")),
        sa.UniqueConstraint("reference", name=op.f("uq_correspondence_reference")),
    )
    op.create_index(op.f("ix_correspondence_letter_id"), "correspondence", ["letter_id"])
    op.create_table(
        "correspondence_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("correspondence_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["correspondence_id"], ["correspondence.id"], name=op.f("fk_correspondence_file_correspondence_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correspondence_file")),
        sa.UniqueConstraint("correspondence_id", "position", name=op.f("uq_correspondence_file_correspondence_id_position")),
        sa.UniqueConstraint("reference", name=op.f("uq_correspondence_file_reference")),
    )
    op.create_table(
        "correspondence_upload",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_correspondence_upload_letter_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_correspondence_upload_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correspondence_upload")),
        sa.UniqueConstraint("reference", name=op.f("uq_correspondence_upload_reference")),
    )
    op.create_index(op.f("ix_correspondence_upload_letter_id"), "correspondence_upload", ["letter_id"])


def make_journal_mail() -> None:
    op.create_table(
        "journal_mail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("submission", sa.String(), nullable=False),
        sa.Column("to_address", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("attachments", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("correspondence_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name=op.f("ck_journal_mail_sent")),
        sa.CheckConstraint("state IN ('written', 'sent', 'dropped')", name=op.f("ck_journal_mail_state")),
        sa.ForeignKeyConstraint(["correspondence_id"], ["correspondence.id"], name=op.f("fk_journal_mail_correspondence_id")),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_journal_mail_letter_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_mail")),
        sa.UniqueConstraint("correspondence_id", name=op.f("uq_journal_mail_correspondence_id")),
        sa.UniqueConstraint("reference", name=op.f("uq_journal_mail_reference")),
    )
    op.create_index(op.f("ix_journal_mail_letter_id"), "journal_mail", ["letter_id"])
    op.create_table(
        "journal_mail_approval",
        sa.Column("journal_mail_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["journal_mail_id"], ["journal_mail.id"], name=op.f("fk_journal_mail_approval_journal_mail_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_journal_mail_approval_staff_id")),
        sa.PrimaryKeyConstraint("journal_mail_id", "staff_id", name=op.f("pk_journal_mail_approval")),
    )


def make_news() -> None:
    op.create_table(
        "news_wish",
        sa.Column("representative_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_news_wish_letter_id")),
        sa.ForeignKeyConstraint(
            ["representative_id"], ["representative.id"], name=op.f("fk_news_wish_representative_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("representative_id", name=op.f("pk_news_wish")),
    )
    op.create_index(op.f("ix_news_wish_letter_id"), "news_wish", ["letter_id"])
    op.create_table(
        "news",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("about", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("to_all", sa.Boolean(), nullable=False),
        sa.Column("recipients", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_news_letter_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_news")),
        sa.UniqueConstraint("letter_id", "about", name=op.f("uq_news_letter_id_about")),
        sa.UniqueConstraint("reference", name=op.f("uq_news_reference")),
    )
    op.create_index(op.f("ix_news_letter_id"), "news", ["letter_id"])


def make_rounds() -> None:
    op.create_table(
        "ask_round",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("nonce", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("proposal", sa.String(), nullable=False),
        sa.Column("correspondence", sa.String(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by", sa.String(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_ask_round_letter_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ask_round")),
        sa.UniqueConstraint("nonce", name=op.f("uq_ask_round_nonce")),
        sa.UniqueConstraint("reference", name=op.f("uq_ask_round_reference")),
    )
    op.create_index(op.f("ix_ask_round_letter_id"), "ask_round", ["letter_id"])
    op.create_table(
        "ask_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("invitation_id", sa.Integer(), nullable=False),
        sa.Column("representative_id", sa.Integer(), nullable=False),
        sa.Column("nonce", sa.String(), nullable=False),
        sa.Column("choice", sa.String(), nullable=False),
        sa.Column("remarks", sa.String(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("choice IN ('yes', 'no', 'remarks')", name=op.f("ck_ask_answer_choice")),
        sa.ForeignKeyConstraint(["invitation_id"], ["invitation.id"], name=op.f("fk_ask_answer_invitation_id")),
        sa.ForeignKeyConstraint(["representative_id"], ["representative.id"], name=op.f("fk_ask_answer_representative_id")),
        sa.ForeignKeyConstraint(["round_id"], ["ask_round.id"], name=op.f("fk_ask_answer_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ask_answer")),
        sa.UniqueConstraint("nonce", name=op.f("uq_ask_answer_nonce")),
        sa.UniqueConstraint("reference", name=op.f("uq_ask_answer_reference")),
    )
    op.create_index(op.f("ix_ask_answer_invitation_id"), "ask_answer", ["invitation_id"])
    op.create_index(op.f("ix_ask_answer_round_id"), "ask_answer", ["round_id"])


def downgrade() -> None:
    # Their events would stand alone in the records, which tell of them for good.
    for table in ("correspondence", "journal_mail", "news", "ask_round"):
        if op.get_bind().exec_driver_sql(f"SELECT 1 FROM {table} LIMIT 1").first():
            raise RuntimeError("a letter has correspondence, news or a round, which the tables of before cannot hold; nothing was changed.")
    for name, table, _act in KEPT:
        thaw(name, table)
    for table in MADE:
        op.drop_table(table)
