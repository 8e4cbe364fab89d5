"""Texts apart from their letter, what was frozen and circulated, comments, objections, venues; and the state *circulating*."""

import json
import secrets

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# (name of the trigger, table, what may not happen), as in 0001.
FROZEN = [
    ("frozen_10", "freezing", "UPDATE"),
    ("frozen_11", "freezing", "DELETE"),
    ("frozen_12", "objection", "UPDATE"),
    ("frozen_13", "objection", "DELETE"),
    (
        "frozen_14",
        "comment",
        "UPDATE OF letter_id, revision_id, text_reference, invitation_id, representative_id, author, quote, prefix, suffix, remark, wording,"
        " is_blocking, nonce, made_at",
    ),
    ("frozen_15", "comment", "DELETE"),
]
OF_REVISION = ("frozen_0", "revision", "UPDATE")

STATES = ("'drafting', 'signing',", "'drafting', 'circulating', 'signing',")
UNDATED = ("state IN ('drafting', 'cancelled')", "state IN ('drafting', 'circulating', 'cancelled')")


def _is_sqlite() -> bool:
    return bool(op.get_bind().dialect.name == "sqlite")


def freeze(name: str, table: str, act: str) -> None:
    if _is_sqlite():
        body = f"BEGIN SELECT RAISE(ABORT, 'a row of {table} never changes'); END"
    else:
        body = "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    op.execute(f"CREATE TRIGGER {name} BEFORE {act} ON {table} {body}")


def thaw(name: str, table: str) -> None:
    op.execute(f"DROP TRIGGER {name}" if _is_sqlite() else f"DROP TRIGGER {name} ON {table}")


def change_letter_checks(change: list[tuple[str, str]]) -> None:
    """Other words in the CHECKs of a table that others refer to: SQLite would have to make all of them anew.

    What is stored does not change, and for that case SQLite’s manual on ALTER TABLE describes the edit of the schema itself.
    """
    connection = op.get_bind()
    if _is_sqlite():
        sql: str = connection.execute(sa.text("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = 'letter'")).scalar_one()
        for before, after in change:
            if before not in sql:
                raise RuntimeError(f"the table letter has no CHECK with {before}")
            sql = sql.replace(before, after)
        version: int = connection.execute(sa.text("PRAGMA schema_version")).scalar_one()
        connection.execute(sa.text("PRAGMA writable_schema = ON"))
        connection.execute(sa.text("UPDATE sqlite_master SET sql = :sql WHERE type = 'table' AND name = 'letter'"), {"sql": sql})
        connection.execute(sa.text(f"PRAGMA schema_version = {version + 1}"))
        connection.execute(sa.text("PRAGMA writable_schema = OFF"))
        return
    states, undated = (after for _before, after in change)
    op.drop_constraint(op.f("ck_letter_state"), "letter", type_="check")
    op.create_check_constraint(
        op.f("ck_letter_state"), "letter", f"state IN ({states} 'closed', 'sealed', 'submitted', 'resolved', 'cancelled')"
    )
    op.drop_constraint(op.f("ck_letter_deadline"), "letter", type_="check")
    op.create_check_constraint(op.f("ck_letter_deadline"), "letter", f"{undated} OR deadline IS NOT NULL")


def upgrade() -> None:
    make_texts()
    widen_revisions()
    make_circulation()
    make_comments()
    make_venues()
    for name, table, act in FROZEN:
        freeze(name, table, act)
    op.add_column("letter", sa.Column("references_edition", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("letter", sa.Column("shows_comments", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.drop_column("letter", "statement")
    change_letter_checks([STATES, UNDATED])


def make_texts() -> None:
    op.create_table(
        "text",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("edited_by", sa.String(), nullable=False),
        sa.CheckConstraint("kind IN ('statement', 'short_form')", name=op.f("ck_text_kind")),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_text_letter_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_text")),
        sa.UniqueConstraint("reference", name=op.f("uq_text_reference")),
    )
    op.create_index(op.f("ix_text_letter_id"), "text", ["letter_id"])
    only = sa.text("kind = 'statement'")
    op.create_index("uq_text_statement", "text", ["letter_id"], unique=True, sqlite_where=only, postgresql_where=only)
    connection = op.get_bind()
    for number, body in connection.execute(sa.text("SELECT id, statement FROM letter")).all():
        connection.execute(
            sa.text(
                "INSERT INTO text (reference, letter_id, kind, position, name, body, edition, edited_by)"
                " VALUES (:reference, :letter, 'statement', 0, 'Statement', :body, 1, '')"
            ),
            {"reference": secrets.token_urlsafe(12), "letter": number, "body": body},
        )


def widen_revisions() -> None:
    """What was frozen until now was revision 1, made and frozen at one moment."""
    op.create_table(
        "freezing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("change", sa.String(), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("frozen_by", sa.String(), nullable=False),
        sa.Column("is_fit", sa.Boolean(), nullable=False),
        sa.Column("reason_unfit", sa.String(), nullable=False),
        sa.Column("reason_unanswered", sa.String(), nullable=False),
        sa.Column("object_until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("change IN ('', 'editorial', 'substantive')", name=op.f("ck_freezing_change")),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_freezing_letter_id")),
        sa.ForeignKeyConstraint(["revision_id"], ["revision.id"], name=op.f("fk_freezing_revision_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_freezing")),
        sa.UniqueConstraint("revision_id", name=op.f("uq_freezing_revision_id")),
    )
    op.create_index(op.f("ix_freezing_letter_id"), "freezing", ["letter_id"])
    op.execute(
        "INSERT INTO freezing (letter_id, revision_id, change, frozen_at, frozen_by, is_fit, reason_unfit, reason_unanswered)"
        " SELECT letter_id, id, '', frozen_at, '', true, '', '' FROM revision"
    )
    thaw(*OF_REVISION[:2])
    op.alter_column("revision", "frozen_at", new_column_name="made_at")
    op.add_column("revision", sa.Column("change", sa.String(), nullable=False, server_default=""))
    op.add_column("revision", sa.Column("note", sa.String(), nullable=False, server_default=""))
    op.add_column("revision", sa.Column("made_by", sa.String(), nullable=False, server_default=""))
    op.add_column("revision", sa.Column("texts", sa.JSON(), nullable=False, server_default="[]"))
    connection = op.get_bind()
    rows = connection.execute(
        sa.text(
            'SELECT revision.id, revision.statement, revision."references", revision.digest, text.reference'
            " FROM revision JOIN text ON text.letter_id = revision.letter_id"
        )
    )
    for number, body, references, digest, reference in rows.all():
        known = json.loads(references) if isinstance(references, str) else references
        cites = [item["id"] for item in known]
        one = {"reference": reference, "kind": "statement", "name": "Statement", "body": body, "cites": cites, "digest": digest}
        connection.execute(sa.text("UPDATE revision SET texts = :texts WHERE id = :id"), {"texts": json.dumps([one]), "id": number})
    freeze(*OF_REVISION)


def make_circulation() -> None:
    op.create_table(
        "circulation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_by", sa.String(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("message", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_circulation_letter_id")),
        sa.ForeignKeyConstraint(["revision_id"], ["revision.id"], name=op.f("fk_circulation_revision_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_circulation")),
        sa.UniqueConstraint("reference", name=op.f("uq_circulation_reference")),
    )
    op.create_index(op.f("ix_circulation_letter_id"), "circulation", ["letter_id"])
    op.create_table(
        "circulated",
        sa.Column("circulation_id", sa.Integer(), nullable=False),
        sa.Column("invitation_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["circulation_id"], ["circulation.id"], name=op.f("fk_circulated_circulation_id")),
        sa.ForeignKeyConstraint(["invitation_id"], ["invitation.id"], name=op.f("fk_circulated_invitation_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("circulation_id", "invitation_id", name=op.f("pk_circulated")),
    )
    op.create_index(op.f("ix_circulated_invitation_id"), "circulated", ["invitation_id"])


def make_comments() -> None:
    op.create_table(
        "comment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("text_reference", sa.String(), nullable=False),
        sa.Column("invitation_id", sa.Integer(), nullable=True),
        sa.Column("representative_id", sa.Integer(), nullable=True),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("quote", sa.String(), nullable=False),
        sa.Column("prefix", sa.String(), nullable=False),
        sa.Column("suffix", sa.String(), nullable=False),
        sa.Column("remark", sa.String(), nullable=False),
        sa.Column("wording", sa.String(), nullable=True),
        sa.Column("is_blocking", sa.Boolean(), nullable=False),
        sa.Column("nonce", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("disposition", sa.String(), nullable=False),
        sa.Column("disposition_reason", sa.String(), nullable=False),
        sa.Column("disposed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("disposed_by", sa.String(), nullable=False),
        sa.Column("applied_edition", sa.Integer(), nullable=True),
        sa.CheckConstraint("disposition IN ('', 'accepted', 'partly', 'declined')", name=op.f("ck_comment_disposition")),
        sa.CheckConstraint("(disposition = '') = (disposed_at IS NULL)", name=op.f("ck_comment_disposed")),
        sa.ForeignKeyConstraint(["invitation_id"], ["invitation.id"], name=op.f("fk_comment_invitation_id")),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_comment_letter_id")),
        sa.ForeignKeyConstraint(["representative_id"], ["representative.id"], name=op.f("fk_comment_representative_id")),
        sa.ForeignKeyConstraint(["revision_id"], ["revision.id"], name=op.f("fk_comment_revision_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment")),
        sa.UniqueConstraint("nonce", name=op.f("uq_comment_nonce")),
        sa.UniqueConstraint("reference", name=op.f("uq_comment_reference")),
    )
    for column in ("letter_id", "revision_id", "invitation_id"):
        op.create_index(op.f(f"ix_comment_{column}"), "comment", [column])
    op.create_table(
        "objection",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("freezing_id", sa.Integer(), nullable=False),
        sa.Column("answer_id", sa.Integer(), nullable=False),
        sa.Column("representative_id", sa.Integer(), nullable=False),
        sa.Column("nonce", sa.String(), nullable=False),
        sa.Column("remark", sa.String(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["answer_id"], ["answer.id"], name=op.f("fk_objection_answer_id")),
        sa.ForeignKeyConstraint(["freezing_id"], ["freezing.id"], name=op.f("fk_objection_freezing_id")),
        sa.ForeignKeyConstraint(["representative_id"], ["representative.id"], name=op.f("fk_objection_representative_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objection")),
        sa.UniqueConstraint("freezing_id", "answer_id", name=op.f("uq_objection_freezing_id_answer_id")),
        sa.UniqueConstraint("nonce", name=op.f("uq_objection_nonce")),
    )
    op.create_index(op.f("ix_objection_answer_id"), "objection", ["answer_id"])


def make_venues() -> None:
    op.create_table(
        "venue",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_venue")),
        sa.UniqueConstraint("slug", name=op.f("uq_venue_slug")),
    )
    op.create_table(
        "chosen_venue",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("text_id", sa.Integer(), nullable=False),
        sa.Column("venue", sa.String(), nullable=False),
        sa.Column("window_starts_on", sa.Date(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_chosen_venue_letter_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["text_id"], ["text.id"], name=op.f("fk_chosen_venue_text_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chosen_venue")),
        sa.UniqueConstraint("text_id", "venue", name=op.f("uq_chosen_venue_text_id_venue")),
    )
    op.create_index(op.f("ix_chosen_venue_letter_id"), "chosen_venue", ["letter_id"])


def refuse_many_frozen() -> None:
    """Before this, a letter had one text for good: of a second one, its answers could not say what they were given to."""
    query = "SELECT reference FROM letter WHERE (SELECT count(*) FROM freezing WHERE freezing.letter_id = letter.id) > 1 ORDER BY id"
    if changed := op.get_bind().execute(sa.text(query)).scalars().all():
        raise RuntimeError(
            f"The text was changed while sign-on was open, which the earlier tables cannot hold: {', '.join(changed)}."
            " Nothing was undone. Restore a backup from before instead."
        )


def keep_frozen_alone() -> None:
    """A revision was what is frozen, and no letter was out for comment."""
    op.execute("UPDATE letter SET state = 'drafting' WHERE state = 'circulating'")
    op.execute("DELETE FROM revision WHERE id NOT IN (SELECT revision_id FROM freezing)")
    op.execute("UPDATE revision SET frozen_at = (SELECT frozen_at FROM freezing WHERE freezing.revision_id = revision.id)")


def downgrade() -> None:
    refuse_many_frozen()
    of_revision = [OF_REVISION, ("frozen_1", "revision", "DELETE")]
    for name, table, _act in [*FROZEN, *of_revision]:
        thaw(name, table)
    for table in ("objection", "comment", "circulated", "circulation"):
        op.drop_table(table)
    op.alter_column("revision", "made_at", new_column_name="frozen_at")
    keep_frozen_alone()
    change_letter_checks([(after, before) for before, after in (STATES, UNDATED)])
    op.add_column("letter", sa.Column("statement", sa.String(), nullable=False, server_default=""))
    op.execute(
        "UPDATE letter SET statement = coalesce((SELECT body FROM text WHERE text.letter_id = letter.id AND text.kind = 'statement'), '')"
    )
    op.drop_column("letter", "shows_comments")
    op.drop_column("letter", "references_edition")
    for column in ("texts", "made_by", "note", "change"):
        op.drop_column("revision", column)
    for table in ("chosen_venue", "venue", "freezing", "text"):
        op.drop_table(table)
    for name, table, act in of_revision:
        freeze(name, table, act)
