"""The tables of one letter's whole course, and the triggers that keep what must not change."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# (table, what may not happen): what a society signed, what was recorded and what was sealed never changes (R3, R11, R17).
FROZEN = [
    ("revision", "UPDATE"),
    ("revision", "DELETE"),
    ("event", "UPDATE OF letter_id, sequence, at, kind, actor, public, private_commitment, previous_hash, hash"),
    ("event", "DELETE"),
    ("sealed_signatory", "UPDATE"),
    ("sealed_signatory", "DELETE"),
    ("document", "UPDATE"),
    ("document", "DELETE"),
    (
        "answer",
        "UPDATE OF letter_id, invitation_id, representative_id, replaces_id, nonce, kind, received_at, digest, officer, office, consent_to_print,"
        " decided_by, decided_on, competing_interests, mandate, authority_sentence, reason, record_sequence, record_hash",
    ),
    ("answer", "DELETE"),
]


def freeze() -> None:
    """Triggers that refuse the change, in the words of either database."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    if not is_sqlite:
        op.execute(
            "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$"
            " BEGIN RAISE EXCEPTION 'a row of % never changes', TG_TABLE_NAME; END $$"
        )
    for number, (table, act) in enumerate(FROZEN):
        if is_sqlite:
            body = f"BEGIN SELECT RAISE(ABORT, 'a row of {table} never changes'); END"
        else:
            body = "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        op.execute(f"CREATE TRIGGER frozen_{number} BEFORE {act} ON {table} {body}")


def thaw() -> None:
    for number, (table, _act) in enumerate(FROZEN):
        suffix = "" if op.get_bind().dialect.name == "sqlite" else f" ON {table}"
        op.execute(f"DROP TRIGGER frozen_{number}{suffix}")
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION refuse_change()")


def upgrade() -> None:
    op.create_table(
        "letter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("collective_noun", sa.String(), nullable=False),
        sa.Column("lead_society", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("ask", sa.String(), nullable=False),
        sa.Column("journal", sa.String(), nullable=False),
        sa.Column("addressee", sa.String(), nullable=False),
        sa.Column("contact_email", sa.String(), nullable=False),
        sa.Column("statement", sa.String(), nullable=False),
        sa.Column("references_typed", sa.String(), nullable=False),
        sa.Column("references", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("deadline", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deadline_zone", sa.String(), nullable=False),
        sa.Column("deadline_version", sa.Integer(), nullable=False),
        sa.Column("submission_target", sa.Date(), nullable=True),
        sa.Column("is_demonstration", sa.Boolean(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "ask IN ('correction', 'expression_of_concern', 'retraction', 'publication', 'reply')", name=op.f("ck_letter_ask")
        ),
        sa.CheckConstraint(
            "collective_noun IN ('societies', 'organisations', 'associations', 'colleges', 'academies', 'federations', 'institutions', 'groups')",
            name=op.f("ck_letter_collective_noun"),
        ),
        sa.CheckConstraint("state IN ('drafting', 'cancelled') OR deadline IS NOT NULL", name=op.f("ck_letter_deadline")),
        sa.CheckConstraint(
            "state IN ('drafting', 'signing', 'closed', 'sealed', 'submitted', 'resolved', 'cancelled')", name=op.f("ck_letter_state")
        ),
        sa.CheckConstraint(
            "state NOT IN ('closed', 'sealed', 'submitted', 'resolved') OR closed_at IS NOT NULL", name=op.f("ck_letter_closed_at")
        ),
        sa.CheckConstraint("state NOT IN ('sealed', 'submitted', 'resolved') OR sealed_at IS NOT NULL", name=op.f("ck_letter_sealed_at")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter")),
        sa.UniqueConstraint("reference", name=op.f("uq_letter_reference")),
    )
    with op.batch_alter_table("letter", schema=None) as batch_op:
        batch_op.create_index("ix_letter_state_deadline", ["state", "deadline"], unique=False)

    op.create_table(
        "mailbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("to_address", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("html", sa.String(), nullable=False),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailbox")),
        sa.UniqueConstraint("reference", name=op.f("uq_mailbox_reference")),
    )
    with op.batch_alter_table("mailbox", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mailbox_to_address"), ["to_address"], unique=False)

    op.create_table(
        "society",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("printed_name", sa.String(), nullable=False),
        sa.Column("sort_name", sa.String(), nullable=False),
        sa.Column("acronym", sa.String(), nullable=False),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_society")),
        sa.UniqueConstraint("reference", name=op.f("uq_society_reference")),
    )
    with op.batch_alter_table("society", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_society_printed_name"), ["printed_name"], unique=False)

    op.create_table(
        "staff",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("email", name=op.f("uq_staff_email")),
        sa.UniqueConstraint("reference", name=op.f("uq_staff_reference")),
    )
    op.create_table(
        "author",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("affiliation", sa.String(), nullable=False),
        sa.Column("orcid", sa.String(), nullable=False),
        sa.Column("is_corresponding", sa.Boolean(), nullable=False),
        sa.Column("competing_interests", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_author_letter_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_author")),
    )
    with op.batch_alter_table("author", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_author_letter_id"), ["letter_id"], unique=False)

    op.create_table(
        "document",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_document_letter_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
        sa.UniqueConstraint("letter_id", "kind", name=op.f("uq_document_letter_id_kind")),
    )
    with op.batch_alter_table("document", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_document_letter_id"), ["letter_id"], unique=False)

    op.create_table(
        "event",
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("public", sa.String(), nullable=False),
        sa.Column("private", sa.String(), nullable=True),
        sa.Column("salt", sa.LargeBinary(), nullable=True),
        sa.Column("private_commitment", sa.String(), nullable=True),
        sa.Column("previous_hash", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_event_letter_id")),
        sa.PrimaryKeyConstraint("letter_id", "sequence", name=op.f("pk_event")),
        sa.UniqueConstraint("hash", name=op.f("uq_event_hash")),
    )
    op.create_table(
        "invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("society_id", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("board_meets_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_invitation_letter_id")),
        sa.ForeignKeyConstraint(["society_id"], ["society.id"], name=op.f("fk_invitation_society_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("letter_id", "society_id", name=op.f("uq_invitation_letter_id_society_id")),
        sa.UniqueConstraint("reference", name=op.f("uq_invitation_reference")),
    )
    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_invitation_letter_id"), ["letter_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_invitation_society_id"), ["society_id"], unique=False)

    op.create_table(
        "letter_grant",
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.CheckConstraint("role IN ('owner')", name=op.f("ck_letter_grant_role")),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_letter_grant_letter_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_letter_grant_staff_id")),
        sa.PrimaryKeyConstraint("staff_id", "letter_id", name=op.f("pk_letter_grant")),
    )
    with op.batch_alter_table("letter_grant", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_letter_grant_letter_id"), ["letter_id"], unique=False)

    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=True),
        sa.Column("to_address", sa.String(), nullable=False),
        sa.Column("parameters", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_error", sa.String(), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('queued', 'sent', 'failed')", name=op.f("ck_outbox_state")),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_outbox_letter_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("reason", name=op.f("uq_outbox_reason")),
        sa.UniqueConstraint("reference", name=op.f("uq_outbox_reference")),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outbox_letter_id"), ["letter_id"], unique=False)
        batch_op.create_index("ix_outbox_state_next", ["state", "next_attempt_at"], unique=False)

    op.create_table(
        "revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("ask", sa.String(), nullable=False),
        sa.Column("targets", sa.JSON(), nullable=False),
        sa.Column("statement", sa.String(), nullable=False),
        sa.Column("references", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_revision_letter_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revision")),
        sa.UniqueConstraint("letter_id", "number", name=op.f("uq_revision_letter_id_number")),
    )
    with op.batch_alter_table("revision", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_revision_letter_id"), ["letter_id"], unique=False)

    op.create_table(
        "sign_in_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_sign_in_link_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_link")),
        sa.UniqueConstraint("reference", name=op.f("uq_sign_in_link_reference")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sign_in_link_token_hash")),
    )
    with op.batch_alter_table("sign_in_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_in_link_staff_id"), ["staff_id"], unique=False)

    op.create_table(
        "submission",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("journal", sa.String(), nullable=False),
        sa.Column("route", sa.String(), nullable=False),
        sa.Column("manuscript_number", sa.String(), nullable=False),
        sa.CheckConstraint("route IN ('rapid_response', 'letter', 'editor', 'article', 'other')", name=op.f("ck_submission_route")),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_submission_letter_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission")),
        sa.UniqueConstraint("letter_id", name=op.f("uq_submission_letter_id")),
    )
    op.create_table(
        "target",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("citation", sa.String(), nullable=False),
        sa.Column("doi", sa.String(), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_target_letter_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_target")),
    )
    with op.batch_alter_table("target", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_target_letter_id"), ["letter_id"], unique=False)

    op.create_table(
        "representative",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("invitation_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("link_generation", sa.Integer(), nullable=False),
        sa.Column("link_hash", sa.String(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["invitation_id"], ["invitation.id"], name=op.f("fk_representative_invitation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_representative")),
        sa.UniqueConstraint("invitation_id", "email", name=op.f("uq_representative_invitation_id_email")),
        sa.UniqueConstraint("link_hash", name=op.f("uq_representative_link_hash")),
        sa.UniqueConstraint("reference", name=op.f("uq_representative_reference")),
    )
    with op.batch_alter_table("representative", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_representative_invitation_id"), ["invitation_id"], unique=False)

    op.create_table(
        "submission_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(kind = 'outcome') = (outcome <> '')", name=op.f("ck_submission_step_outcome_given")),
        sa.CheckConstraint("kind IN ('submitted', 'acknowledged', 'answered', 'outcome')", name=op.f("ck_submission_step_kind")),
        sa.CheckConstraint(
            "outcome IN ('', 'nothing', 'reply', 'correction', 'expression_of_concern', 'retraction')",
            name=op.f("ck_submission_step_outcome"),
        ),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_submission_step_submission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission_step")),
    )
    with op.batch_alter_table("submission_step", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_submission_step_submission_id"), ["submission_id"], unique=False)

    op.create_table(
        "answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("invitation_id", sa.Integer(), nullable=False),
        sa.Column("representative_id", sa.Integer(), nullable=False),
        sa.Column("replaces_id", sa.Integer(), nullable=True),
        sa.Column("nonce", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("is_standing", sa.Boolean(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("printed_name", sa.String(), nullable=False),
        sa.Column("officer", sa.String(), nullable=False),
        sa.Column("office", sa.String(), nullable=False),
        sa.Column("consent_to_print", sa.Boolean(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("competing_interests", sa.String(), nullable=False),
        sa.Column("mandate", sa.String(), nullable=False),
        sa.Column("authority_sentence", sa.String(), nullable=False),
        sa.Column("authority", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("record_sequence", sa.Integer(), nullable=False),
        sa.Column("record_hash", sa.String(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawal_nonce", sa.String(), nullable=True),
        sa.CheckConstraint("authority IN ('open', 'code')", name=op.f("ck_answer_authority")),
        sa.CheckConstraint("kind <> 'sign' OR (officer <> '' AND printed_name <> '')", name=op.f("ck_answer_printed")),
        sa.CheckConstraint("kind IN ('sign', 'decline')", name=op.f("ck_answer_kind")),
        sa.CheckConstraint("mandate IN ('edit', 'ask', '')", name=op.f("ck_answer_mandate")),
        sa.CheckConstraint("NOT is_standing OR withdrawn_at IS NULL", name=op.f("ck_answer_withdrawn")),
        sa.ForeignKeyConstraint(["invitation_id"], ["invitation.id"], name=op.f("fk_answer_invitation_id")),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_answer_letter_id")),
        sa.ForeignKeyConstraint(["replaces_id"], ["answer.id"], name=op.f("fk_answer_replaces_id")),
        sa.ForeignKeyConstraint(["representative_id"], ["representative.id"], name=op.f("fk_answer_representative_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer")),
        sa.UniqueConstraint("nonce", name=op.f("uq_answer_nonce")),
        sa.UniqueConstraint("reference", name=op.f("uq_answer_reference")),
        sa.UniqueConstraint("withdrawal_nonce", name=op.f("uq_answer_withdrawal_nonce")),
    )
    with op.batch_alter_table("answer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_answer_invitation_id"), ["invitation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_answer_letter_id"), ["letter_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_answer_representative_id"), ["representative_id"], unique=False)
        batch_op.create_index(
            "uq_answer_standing",
            ["invitation_id"],
            unique=True,
            sqlite_where=sa.text("is_standing = 1"),
            postgresql_where=sa.text("is_standing"),
        )

    op.create_table(
        "web_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("representative_id", sa.Integer(), nullable=True),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(staff_id IS NULL) <> (representative_id IS NULL)", name=op.f("ck_web_session_one_person")),
        sa.ForeignKeyConstraint(["representative_id"], ["representative.id"], name=op.f("fk_web_session_representative_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_web_session_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_web_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_web_session_token_hash")),
    )
    with op.batch_alter_table("web_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_web_session_representative_id"), ["representative_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_web_session_staff_id"), ["staff_id"], unique=False)

    op.create_table(
        "code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("representative_id", sa.Integer(), nullable=False),
        sa.Column("web_session_id", sa.Integer(), nullable=True),
        sa.Column("nonce", sa.String(), nullable=False),
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["representative_id"], ["representative.id"], name=op.f("fk_code_representative_id")),
        sa.ForeignKeyConstraint(["web_session_id"], ["web_session.id"], name=op.f("fk_code_web_session_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code")),
        sa.UniqueConstraint("reference", name=op.f("uq_code_reference")),
    )
    with op.batch_alter_table("code", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_code_representative_id"), ["representative_id"], unique=False)

    op.create_table(
        "pending_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("web_session_id", sa.Integer(), nullable=False),
        sa.Column("nonce", sa.String(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("replaces_id", sa.Integer(), nullable=True),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["replaces_id"], ["answer.id"], name=op.f("fk_pending_answer_replaces_id")),
        sa.ForeignKeyConstraint(["web_session_id"], ["web_session.id"], name=op.f("fk_pending_answer_web_session_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pending_answer")),
        sa.UniqueConstraint("nonce", name=op.f("uq_pending_answer_nonce")),
        sa.UniqueConstraint("web_session_id", name=op.f("uq_pending_answer_web_session_id")),
    )
    op.create_table(
        "sealed_signatory",
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("answer_id", sa.Integer(), nullable=False),
        sa.Column("printed_name", sa.String(), nullable=False),
        sa.Column("officer", sa.String(), nullable=False),
        sa.Column("office", sa.String(), nullable=False),
        sa.Column("country", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["answer_id"], ["answer.id"], name=op.f("fk_sealed_signatory_answer_id")),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_sealed_signatory_letter_id")),
        sa.PrimaryKeyConstraint("letter_id", "position", name=op.f("pk_sealed_signatory")),
        sa.UniqueConstraint("answer_id", name=op.f("uq_sealed_signatory_answer_id")),
    )
    freeze()


def downgrade() -> None:
    thaw()
    op.drop_table("sealed_signatory")
    op.drop_table("pending_answer")
    with op.batch_alter_table("code", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_code_representative_id"))

    op.drop_table("code")
    with op.batch_alter_table("web_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_web_session_staff_id"))
        batch_op.drop_index(batch_op.f("ix_web_session_representative_id"))

    op.drop_table("web_session")
    with op.batch_alter_table("answer", schema=None) as batch_op:
        batch_op.drop_index("uq_answer_standing", sqlite_where=sa.text("is_standing = 1"), postgresql_where=sa.text("is_standing"))
        batch_op.drop_index(batch_op.f("ix_answer_representative_id"))
        batch_op.drop_index(batch_op.f("ix_answer_letter_id"))
        batch_op.drop_index(batch_op.f("ix_answer_invitation_id"))

    op.drop_table("answer")
    with op.batch_alter_table("submission_step", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_submission_step_submission_id"))

    op.drop_table("submission_step")
    with op.batch_alter_table("representative", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_representative_invitation_id"))

    op.drop_table("representative")
    with op.batch_alter_table("target", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_target_letter_id"))

    op.drop_table("target")
    op.drop_table("submission")
    with op.batch_alter_table("sign_in_link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_in_link_staff_id"))

    op.drop_table("sign_in_link")
    with op.batch_alter_table("revision", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_revision_letter_id"))

    op.drop_table("revision")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index("ix_outbox_state_next")
        batch_op.drop_index(batch_op.f("ix_outbox_letter_id"))

    op.drop_table("outbox")
    with op.batch_alter_table("letter_grant", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_letter_grant_letter_id"))

    op.drop_table("letter_grant")
    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_invitation_society_id"))
        batch_op.drop_index(batch_op.f("ix_invitation_letter_id"))

    op.drop_table("invitation")
    op.drop_table("event")
    with op.batch_alter_table("document", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_document_letter_id"))

    op.drop_table("document")
    with op.batch_alter_table("author", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_author_letter_id"))

    op.drop_table("author")
    op.drop_table("staff")
    with op.batch_alter_table("society", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_society_printed_name"))

    op.drop_table("society")
    with op.batch_alter_table("mailbox", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_mailbox_to_address"))

    op.drop_table("mailbox")
    with op.batch_alter_table("letter", schema=None) as batch_op:
        batch_op.drop_index("ix_letter_state_deadline")

    op.drop_table("letter")
