"""Several submissions of a letter, each with its course and what is to be looked after; and what became of each article."""

import secrets
from typing import Any

import sqlalchemy as sa
from alembic import op

from webapp.persistence.migrations.by_hand import freeze, is_sqlite, thaw

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

ROUTES = "route IN ('rapid_response', 'letter', 'editor', 'article', 'other')"
STATES = "'submitted', 'acknowledged', 'under_review', 'revision_asked', 'accepted', 'published', 'declined', 'withdrawn', 'unanswered'"
FATES = "'nothing', 'reply', 'correction', 'expression_of_concern', 'retraction'"
KINDS = "kind IN ('window', 'acknowledgement', 'decision', 'revision', 'publication', 'own')"
STANDS = sa.text("struck_at IS NULL")
STRUCK = "(struck_at IS NULL) = (struck_by = '')"
STEP = "UPDATE OF reference, submission_id, position, kind, happened_on, note, manuscript_number, link, noted_at, noted_by"
FATE = "UPDATE OF reference, letter_id, target_id, kind, happened_on, link, note, noted_at, noted_by"
FOLLOW_UP = "UPDATE OF reference, submission_id, kind, proposed_by_id"
KEPT = (
    ("frozen_course_1", "submission", "UPDATE OF reference, letter_id, planned_at, planned_by"),
    ("frozen_course_2", "submission", "DELETE"),
    ("frozen_course_3", "submission_step", STEP),
    ("frozen_course_4", "submission_step", "DELETE"),
    ("frozen_course_5", "step_proof", "UPDATE"),
    ("frozen_course_6", "step_proof", "DELETE"),
    ("frozen_course_7", "follow_up", FOLLOW_UP),
    ("frozen_course_8", "follow_up", "DELETE"),
    ("frozen_course_9", "target_fate", FATE),
    ("frozen_course_10", "target_fate", "DELETE"),
)
MADE = ("target_fate", "follow_up", "step_proof", "submission_step", "submission")


def columns(name: str, *names: str) -> sa.TableClause:
    """A table with just these columns, of which the days and instants are told."""
    types: dict[str, Any] = {"happened_on": sa.Date(), "noted_at": sa.DateTime(timezone=True), "planned_at": sa.DateTime(timezone=True)}
    return sa.table(name, *(sa.column(one, types.get(one)) for one in names))


TIE = "fk_package_submission_id"
OLD = columns("submission", "id", "letter_id", "journal", "route", "manuscript_number")
OLD_STEP = columns("submission_step", "id", "submission_id", "kind", "happened_on", "outcome", "note", "noted_at")
NEW = columns(
    "submission",
    *("id", "reference", "letter_id", "venue", "journal", "route", "route_words", "text", "text_digest", "contact", "manuscript_number"),
    *("state", "edition", "planned_at", "planned_by"),
)
NEW_STEP = columns(
    "submission_step",
    *("id", "reference", "submission_id", "position", "kind", "happened_on", "note", "manuscript_number", "link", "noted_at", "noted_by"),
    *("struck_by", "strike_reason"),
)
TOLD = columns(
    "target_fate",
    *("id", "reference", "letter_id", "target_id", "kind", "happened_on", "link", "note", "noted_at", "noted_by", "struck_by"),
    "strike_reason",
)


def upgrade() -> None:
    connection = op.get_bind()
    submissions = connection.execute(sa.select(OLD).order_by(OLD.c.id)).mappings().all()
    steps = connection.execute(sa.select(OLD_STEP).order_by(OLD_STEP.c.happened_on, OLD_STEP.c.id)).mappings().all()
    packages = put_aside()
    op.drop_table("submission_step")
    op.drop_table("submission")
    make_submission()
    make_step()
    make_follow_up()
    make_fate()
    for one in submissions:
        take_up(one, [step for step in steps if step["submission_id"] == one["id"]])
    put_back(packages)
    for name, table, act in KEPT:
        freeze(name, table, act)


def put_aside() -> list[dict[str, Any]]:
    """What hangs on a submission by its number, which it keeps: PostgreSQL forgets the tie, SQLite the rows, until `put_back`."""
    if not is_sqlite():
        op.drop_constraint(op.f(TIE), "package", type_="foreignkey")
        return []
    connection = op.get_bind()
    rows = connection.exec_driver_sql("SELECT * FROM package").mappings().all()
    connection.exec_driver_sql("DELETE FROM package")
    return [dict(row) for row in rows]


def put_back(packages: list[dict[str, Any]]) -> None:
    connection = op.get_bind()
    for row in packages:
        connection.execute(sa.insert(sa.table("package", *map(sa.column, row))).values(**row))
    if not is_sqlite():
        op.create_foreign_key(op.f(TIE), "package", "submission", ["submission_id"], ["id"])
        connection.exec_driver_sql("SELECT setval('submission_id_seq', (SELECT coalesce(max(id), 0) + 1 FROM submission), false)")


def take_up(old: Any, steps: list[Any]) -> None:
    """One submission of before: what became of the article leaves its course, and an answer is a word that changes no state."""
    connection = op.get_bind()
    kinds = [step["kind"] for step in steps if step["kind"] in {"submitted", "acknowledged"}]
    held = {name: old[name] for name in ("id", "letter_id", "journal", "route", "manuscript_number")}
    empty = dict.fromkeys(("venue", "route_words", "text", "text_digest", "contact", "planned_by"), "")
    made = {**held, **empty, "reference": new_reference(), "state": kinds[-1], "edition": 1, "planned_at": steps[0]["noted_at"]}
    connection.execute(sa.insert(NEW).values(**made))
    for position, step in enumerate((one for one in steps if one["kind"] != "outcome"), 1):
        kept = {name: step[name] for name in ("happened_on", "note", "noted_at")}
        kind = "noted" if step["kind"] == "answered" else step["kind"]
        empty = dict.fromkeys(("manuscript_number", "link", "noted_by", "struck_by", "strike_reason"), "")
        row = {**kept, **empty, "reference": new_reference(), "submission_id": old["id"], "position": position, "kind": kind}
        connection.execute(sa.insert(NEW_STEP).values(**row))
    articles = sa.text("SELECT id FROM target WHERE letter_id = :letter")
    targets = connection.execute(articles, {"letter": old["letter_id"]}).scalars().all()
    for step in (one for one in steps if one["kind"] == "outcome"):
        kept = {name: step[name] for name in ("happened_on", "note", "noted_at")}
        empty = dict.fromkeys(("link", "noted_by", "struck_by", "strike_reason"), "")
        # Of which of several articles it was said, nobody knows.
        target = targets[0] if len(targets) == 1 else None
        row = {**kept, **empty, "reference": new_reference(), "letter_id": old["letter_id"], "target_id": target, "kind": step["outcome"]}
        connection.execute(sa.insert(TOLD).values(**row))


def new_reference() -> str:
    return "".join(secrets.choice("23456789bcdfghjkmnpqrstvwxz") for _ in range(10))


def make_submission() -> None:
    op.create_table(
        "submission",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("venue", sa.String(), nullable=False),
        sa.Column("journal", sa.String(), nullable=False),
        sa.Column("route", sa.String(), nullable=False),
        sa.Column("route_words", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("text_digest", sa.String(), nullable=False),
        sa.Column("contact", sa.String(), nullable=False),
        sa.Column("manuscript_number", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("window_ends_on", sa.Date(), nullable=True),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("planned_by", sa.String(), nullable=False),
        sa.CheckConstraint(ROUTES, name=op.f("ck_submission_route")),
        sa.CheckConstraint(f"state IN ('planned', {STATES})", name=op.f("ck_submission_state")),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_submission_letter_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission")),
        sa.UniqueConstraint("reference", name=op.f("uq_submission_reference")),
    )
    op.create_index(op.f("ix_submission_letter_id"), "submission", ["letter_id"])


def make_step() -> None:
    op.create_table(
        "submission_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("manuscript_number", sa.String(), nullable=False),
        sa.Column("link", sa.String(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_by", sa.String(), nullable=False),
        sa.Column("struck_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("struck_by", sa.String(), nullable=False),
        sa.Column("strike_reason", sa.String(), nullable=False),
        sa.CheckConstraint(f"kind IN ({STATES}, 'noted')", name=op.f("ck_submission_step_kind")),
        sa.CheckConstraint(STRUCK, name=op.f("ck_submission_step_struck")),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_submission_step_submission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission_step")),
        sa.UniqueConstraint("reference", name=op.f("uq_submission_step_reference")),
    )
    op.create_index(op.f("ix_submission_step_submission_id"), "submission_step", ["submission_id"])
    stands = ["submission_id", "position"]
    op.create_index("uq_submission_step_stands", "submission_step", stands, unique=True, sqlite_where=STANDS, postgresql_where=STANDS)
    op.create_table(
        "step_proof",
        sa.Column("step_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["step_id"], ["submission_step.id"], name=op.f("fk_step_proof_step_id")),
        sa.PrimaryKeyConstraint("step_id", name=op.f("pk_step_proof")),
    )


def make_follow_up() -> None:
    op.create_table(
        "follow_up",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("set_by", sa.String(), nullable=False),
        sa.Column("proposed_by_id", sa.Integer(), nullable=True),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("done_by", sa.String(), nullable=False),
        sa.Column("done_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(KINDS, name=op.f("ck_follow_up_kind")),
        sa.CheckConstraint("done_on IS NOT NULL OR done_by = ''", name=op.f("ck_follow_up_done")),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_follow_up_submission_id")),
        sa.ForeignKeyConstraint(["proposed_by_id"], ["submission_step.id"], name=op.f("fk_follow_up_proposed_by_id")),
        sa.ForeignKeyConstraint(["done_by_id"], ["submission_step.id"], name=op.f("fk_follow_up_done_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_up")),
        sa.UniqueConstraint("reference", name=op.f("uq_follow_up_reference")),
    )
    op.create_index(op.f("ix_follow_up_submission_id"), "follow_up", ["submission_id"])


def make_fate() -> None:
    op.create_table(
        "target_fate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("target_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("link", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_by", sa.String(), nullable=False),
        sa.Column("struck_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("struck_by", sa.String(), nullable=False),
        sa.Column("strike_reason", sa.String(), nullable=False),
        sa.CheckConstraint(f"kind IN ({FATES})", name=op.f("ck_target_fate_kind")),
        sa.CheckConstraint(STRUCK, name=op.f("ck_target_fate_struck")),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_target_fate_letter_id")),
        sa.ForeignKeyConstraint(["target_id"], ["target.id"], name=op.f("fk_target_fate_target_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_target_fate")),
        sa.UniqueConstraint("reference", name=op.f("uq_target_fate_reference")),
    )
    op.create_index(op.f("ix_target_fate_letter_id"), "target_fate", ["letter_id"])


def downgrade() -> None:
    refuse_what_would_be_lost()
    connection = op.get_bind()
    submissions = connection.execute(sa.select(NEW).order_by(NEW.c.id)).mappings().all()
    steps = connection.execute(sa.select(NEW_STEP).order_by(NEW_STEP.c.position)).mappings().all()
    fates = connection.execute(sa.select(TOLD).order_by(TOLD.c.id)).mappings().all()
    for name, table, _act in KEPT:
        thaw(name, table)
    packages = put_aside()
    for table in MADE:
        op.drop_table(table)
    make_old_tables()
    for one in submissions:
        its = [{**step, "kind": "answered" if step["kind"] == "noted" else step["kind"], "outcome": ""} for step in steps]
        told = [{**fate, "kind": "outcome", "outcome": fate["kind"], "submission_id": one["id"]} for fate in fates]
        lay_down(one, [step for step in its if step["submission_id"] == one["id"]], [f for f in told if f["letter_id"] == one["letter_id"]])
    put_back(packages)


def refuse_what_would_be_lost() -> None:
    """Only what came up from the tables of before goes down to them: of the rest their records tell what these cannot hold."""
    here = ("submission WHERE planned_by <> '' OR edition > 1", "submission_step WHERE noted_by <> ''", "target_fate WHERE noted_by <> ''")
    held = (*here, "follow_up", "step_proof", "submission_step WHERE struck_at IS NOT NULL", "target_fate WHERE struck_at IS NOT NULL")
    if any(op.get_bind().exec_driver_sql(f"SELECT 1 FROM {one} LIMIT 1").first() for one in held):
        raise RuntimeError("the course of a letter is told in ways that the tables of before cannot hold; nothing was changed.")


def lay_down(one: Any, *steps: list[dict[str, Any]]) -> None:
    connection = op.get_bind()
    connection.execute(sa.insert(OLD).values({name: one[name] for name in ("id", "letter_id", "journal", "route", "manuscript_number")}))
    for step in sorted((step for some in steps for step in some), key=lambda step: step["happened_on"]):
        row = {name: step[name] for name in ("kind", "happened_on", "outcome", "note", "noted_at")}
        connection.execute(sa.insert(OLD_STEP).values(**row, submission_id=one["id"]))


def make_old_tables() -> None:
    op.create_table(
        "submission",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("journal", sa.String(), nullable=False),
        sa.Column("route", sa.String(), nullable=False),
        sa.Column("manuscript_number", sa.String(), nullable=False),
        sa.CheckConstraint(ROUTES, name=op.f("ck_submission_route")),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_submission_letter_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission")),
        sa.UniqueConstraint("letter_id", name=op.f("uq_submission_letter_id")),
    )
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
        sa.CheckConstraint(f"outcome IN ('', {FATES})", name=op.f("ck_submission_step_outcome")),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_submission_step_submission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission_step")),
    )
    op.create_index(op.f("ix_submission_step_submission_id"), "submission_step", ["submission_id"])
