"""Texts that a journal wants changed after the seal: written, put to the signatories, answered, listed, and made into files."""

from datetime import datetime

import sqlalchemy as sa
from alembic import op

from webapp.persistence.migrations.by_hand import freeze, thaw

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

KEPT = (
    ("frozen_new_text_1", "new_text", "UPDATE OF reference, letter_id, number, submission, based_on, begun_at, begun_by"),
    ("frozen_new_text_2", "new_text", "DELETE"),
    ("frozen_new_text_3", "put_text", "UPDATE"),
    ("frozen_new_text_4", "put_text", "DELETE"),
    ("frozen_new_text_5", "new_text_asked", "UPDATE"),
    ("frozen_new_text_6", "new_text_asked", "DELETE"),
    ("frozen_new_text_7", "new_text_answer", "UPDATE"),
    ("frozen_new_text_8", "new_text_answer", "DELETE"),
    ("frozen_new_text_9", "new_text_signatory", "UPDATE"),
    ("frozen_new_text_10", "new_text_signatory", "DELETE"),
    ("frozen_new_text_11", "new_text_document", "UPDATE"),
    ("frozen_new_text_12", "new_text_document", "DELETE"),
)
MADE = ("new_text_document", "new_text_signatory", "new_text_answer", "new_text_asked", "put_text", "new_text")


def upgrade() -> None:
    make_new_text()
    make_put_text()
    make_asked()
    make_answer()
    make_signatory()
    make_document()
    for name, table, act in KEPT:
        freeze(name, table, act)


def words(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names]


def instants(*names: str, nullable: bool) -> list[sa.Column[datetime]]:
    return [sa.Column(name, sa.DateTime(timezone=True), nullable=nullable) for name in names]


def belongs_to(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["new_text_id"], ["new_text.id"], name=op.f(f"fk_{table}_new_text_id"))


def names_answer(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["answer_id"], ["answer.id"], name=op.f(f"fk_{table}_answer_id"))


def make_new_text() -> None:
    op.create_table(
        "new_text",
        sa.Column("id", sa.Integer(), nullable=False),
        *words("reference"),
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        *words("submission", "venue", "journal", "based_on", "asked", "body", "style"),
        sa.Column("edition", sa.Integer(), nullable=False),
        *instants("edited_at", nullable=True),
        *words("edited_by", "state"),
        *instants("begun_at", nullable=False),
        *words("begun_by"),
        *instants("put_at", "fixed_at", "made_at", "abandoned_at", nullable=True),
        *words("reason", "making_job", "making_by"),
        *instants("making_asked_at", nullable=True),
        *words("making_failure"),
        sa.CheckConstraint("state IN ('drafting', 'asking', 'fixed', 'made', 'abandoned')", name=op.f("ck_new_text_state")),
        sa.CheckConstraint("state NOT IN ('asking', 'fixed', 'made') OR put_at IS NOT NULL", name=op.f("ck_new_text_put")),
        sa.CheckConstraint("state NOT IN ('fixed', 'made') OR fixed_at IS NOT NULL", name=op.f("ck_new_text_fixed")),
        sa.CheckConstraint("(state = 'made') = (made_at IS NOT NULL)", name=op.f("ck_new_text_made")),
        sa.CheckConstraint("(state = 'abandoned') = (abandoned_at IS NOT NULL)", name=op.f("ck_new_text_abandoned")),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_new_text_letter_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_new_text")),
        sa.UniqueConstraint("reference", name=op.f("uq_new_text_reference")),
        sa.UniqueConstraint("letter_id", "number", name=op.f("uq_new_text_letter_id_number")),
    )
    op.create_index(op.f("ix_new_text_letter_id"), "new_text", ["letter_id"])
    goes_on = sa.text("state IN ('drafting', 'asking', 'fixed')")
    columns = ["letter_id", "submission"]
    op.create_index("uq_new_text_goes_on", "new_text", columns, unique=True, sqlite_where=goes_on, postgresql_where=goes_on)


def make_put_text() -> None:
    op.create_table(
        "put_text",
        sa.Column("new_text_id", sa.Integer(), autoincrement=False, nullable=False),
        *words("digest", "body", "style", "title", "ask"),
        sa.Column("targets", sa.JSON(), nullable=False),
        sa.Column("references", sa.JSON(), nullable=False),
        *words("based_on_digest", "asked", "change"),
        *instants("until", nullable=False),
        *words("zone"),
        sa.CheckConstraint("change IN ('editorial', 'substantive')", name=op.f("ck_put_text_change")),
        belongs_to("put_text"),
        sa.PrimaryKeyConstraint("new_text_id", name=op.f("pk_put_text")),
    )


def make_asked() -> None:
    op.create_table(
        "new_text_asked",
        sa.Column("new_text_id", sa.Integer(), nullable=False),
        sa.Column("answer_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("is_carried", sa.Boolean(), nullable=False),
        belongs_to("new_text_asked"),
        names_answer("new_text_asked"),
        sa.PrimaryKeyConstraint("new_text_id", "answer_id", name=op.f("pk_new_text_asked")),
    )
    op.create_index(op.f("ix_new_text_asked_answer_id"), "new_text_asked", ["answer_id"])


def make_answer() -> None:
    op.create_table(
        "new_text_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        *words("reference"),
        sa.Column("new_text_id", sa.Integer(), nullable=False),
        sa.Column("answer_id", sa.Integer(), nullable=False),
        sa.Column("representative_id", sa.Integer(), nullable=False),
        *words("nonce", "act", "digest", "decided_by", "remark"),
        *instants("received_at", nullable=False),
        sa.Column("record_sequence", sa.Integer(), nullable=False),
        *words("record_hash"),
        sa.CheckConstraint("act IN ('affirm_text', 'object_to_text')", name=op.f("ck_new_text_answer_act")),
        belongs_to("new_text_answer"),
        names_answer("new_text_answer"),
        sa.ForeignKeyConstraint(["representative_id"], ["representative.id"], name=op.f("fk_new_text_answer_representative_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_new_text_answer")),
        sa.UniqueConstraint("reference", name=op.f("uq_new_text_answer_reference")),
        sa.UniqueConstraint("nonce", name=op.f("uq_new_text_answer_nonce")),
    )
    for column in ("new_text_id", "answer_id"):
        op.create_index(op.f(f"ix_new_text_answer_{column}"), "new_text_answer", [column])


def make_signatory() -> None:
    op.create_table(
        "new_text_signatory",
        sa.Column("new_text_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("answer_id", sa.Integer(), nullable=False),
        *words("place", "printed_name", "officer", "office", "country", "note", "acronym", "society_kind", "logo"),
        sa.Column("is_lead", sa.Boolean(), nullable=False),
        sa.CheckConstraint("place IN ('carried', 'affirmed')", name=op.f("ck_new_text_signatory_place")),
        belongs_to("new_text_signatory"),
        names_answer("new_text_signatory"),
        sa.PrimaryKeyConstraint("new_text_id", "position", name=op.f("pk_new_text_signatory")),
    )
    op.create_index(op.f("ix_new_text_signatory_answer_id"), "new_text_signatory", ["answer_id"])


def make_document() -> None:
    op.create_table(
        "new_text_document",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("new_text_id", sa.Integer(), nullable=False),
        *words("kind", "sha256"),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        *instants("made_at", nullable=False),
        belongs_to("new_text_document"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_new_text_document")),
        sa.UniqueConstraint("new_text_id", "kind", name=op.f("uq_new_text_document_new_text_id_kind")),
    )
    for column in ("new_text_id", "sha256"):
        op.create_index(op.f(f"ix_new_text_document_{column}"), "new_text_document", [column])


def downgrade() -> None:
    # Its events would stand alone in the records, which tell of them for good.
    if op.get_bind().exec_driver_sql("SELECT 1 FROM new_text LIMIT 1").first():
        raise RuntimeError(
            "a sealed letter has a text that a journal wants changed, which the tables of before cannot hold; nothing was changed."
        )
    for name, table, _act in KEPT:
        thaw(name, table)
    for table in MADE:
        op.drop_table(table)
