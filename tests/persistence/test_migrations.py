"""The migrations lead to the models, both ways, and leave the job engine’s tables alone."""

from datetime import timedelta

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, inspect, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from tests.dump import changed, dump
from tests.factories import (
    NOW,
    comment,
    freeze_another,
    letter_circulating,
    letter_in_draft,
    letter_in_signing,
    letter_row,
    letter_submitted,
    sign,
    staff_actor,
)
from webapp.domain.actor import COMMAND, Actor
from webapp.domain.text import Change
from webapp.domain.venue import Limits, Venue
from webapp.persistence import migrate, revisions
from webapp.persistence.database import transaction
from webapp.persistence.tables import AnswerRow, Base, ObjectionRow, SubmissionRow, TargetFateRow
from webapp.rendering.references import parse_references
from webapp.services import chosen_venues, sign_on, venues
from webapp.services import revisions as takes


def differences(engine: Engine) -> list[object]:
    with engine.connect() as connection:
        options = {"include_name": lambda name, kind, _parents: migrate.is_ours(name, kind), "compare_type": True}
        found: list[object] = compare_metadata(MigrationContext.configure(connection, opts=options), Base.metadata)
        return found


def triggers(engine: Engine) -> list[str]:
    query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    if engine.dialect.name != "sqlite":
        query = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgname LIKE 'frozen%'"
    with engine.connect() as connection:
        return sorted(connection.execute(text(query)).scalars())


def test_migration_head_equals_the_models(engine: Engine) -> None:
    assert differences(engine) == []


def test_control_difference_between_head_and_models_is_found(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE staff ADD COLUMN forgotten VARCHAR"))
    assert len(differences(engine)) == 1


def test_every_migration_goes_down_and_up_again(engine: Engine) -> None:
    before, frozen = set(inspect(engine).get_table_names()), triggers(engine)
    assert frozen
    migrate.downgrade(engine, "base")
    left = set(inspect(engine).get_table_names())
    assert left & Base.metadata.tables.keys() == set()
    assert left - {"alembic_version"} == before - Base.metadata.tables.keys() - {"alembic_version"}
    assert triggers(engine) == []
    migrate.upgrade(engine)
    assert set(inspect(engine).get_table_names()) == before
    assert triggers(engine) == frozen
    assert differences(engine) == []


MADE_BY_0008 = {"text", "freezing", "circulation", "circulated", "comment", "objection", "venue", "chosen_venue"}


def fill_drafting_room(engine: Engine) -> dict[str, str]:
    """A letter in each state that knows revisions; together they have a row in every table of the drafting room."""
    with Session(engine) as session, transaction(session):
        actor = staff_actor(session)
        found = {"drafting": letter_in_draft(session, actor), "circulating": letter_circulating(session, actor)}
        revisions_of(session, found["drafting"], actor, 1)
        comment(session, found["circulating"])
        slug = venues.add_venue(session, COMMAND, Venue("", "Journal of Ferns", "letter", Limits(authors=1), note="Invented."), now=NOW)
        chosen_venues.choose_venue(
            session, actor, found["drafting"], letter_row(session, found["drafting"]).statement.reference, slug, now=NOW
        )
        found["signing"] = letter_in_draft(session, actor)
        revisions_of(session, found["signing"], actor, 2)
        sign_on.open_sign_on(session, actor, found["signing"], is_fit=True, now=NOW + timedelta(hours=1))
        sign(session, found["signing"])
        revisions_of(session, found["signing"], actor, 1)
        answer = session.scalars(select(AnswerRow)).one()
        session.add(
            ObjectionRow(
                freezing_id=letter_row(session, found["signing"]).freezings[0].id,
                answer_id=answer.id,
                representative_id=answer.representative_id,
                nonce="an-objection",
                remark="No.",
                received_at=NOW,
            )
        )
        return found


def revisions_of(session: Session, reference: str, actor: Actor, number: int) -> None:
    row = letter_row(session, reference)
    for _one in range(number):
        row.statement.body += "\nOne sentence more.\n"
        takes.take_revision(session, row, actor, takes.Declaration("A sentence more.", Change.EDITORIAL), now=NOW)


def test_drafting_room_goes_down_to_what_the_earlier_tables_can_hold_and_up_again(engine: Engine) -> None:
    found = fill_drafting_room(engine)
    assert all(dump(engine)[table] for table in MADE_BY_0008)
    migrate.downgrade(engine, "0007")
    with engine.connect() as connection:
        states = {one.reference: one.state for one in connection.execute(text("SELECT reference, state FROM letter"))}
        left = connection.execute(
            text("SELECT letter.reference, number, frozen_at FROM revision JOIN letter ON letter.id = letter_id")
        ).all()
    assert states == {found["drafting"]: "drafting", found["circulating"]: "drafting", found["signing"]: "signing"}
    assert [(reference, number) for reference, number, _at in left] == [(found["signing"], 2)], "what was frozen, and nothing else"
    assert "10:00" in str(left[0].frozen_at), "when it was frozen, not when it was made"
    migrate.upgrade(engine)
    assert differences(engine) == []
    with Session(engine) as session:
        row = letter_row(session, found["signing"])
        assert row.revision_in_force is not None
        assert row.revision_in_force.digest == session.scalars(select(AnswerRow.digest)).one()
        assert letter_row(session, found["circulating"]).state == "drafting"


def test_drafting_room_stays_where_a_text_was_changed_after_it_was_frozen(engine: Engine) -> None:
    with Session(engine) as session, transaction(session):
        letter = letter_in_signing(session, staff_actor(session))
        freeze_another(session, letter, "evidence", "all the evidence")
    migrate.downgrade(engine, "0008")
    before = dump(engine)
    with pytest.raises(RuntimeError, match=letter):
        migrate.downgrade(engine, "0007")
    assert changed(before, dump(engine)) == set()


def test_references_go_down_as_text_that_the_earlier_program_reads_and_come_back_as_they_were(engine: Engine) -> None:
    with Session(engine) as session, transaction(session):
        actor = staff_actor(session)
        cited, bare = letter_in_draft(session, actor), letter_in_draft(session, actor, references_typed="")
        held = list(letter_row(session, cited).references)
    assert held
    migrate.downgrade(engine, "0010")
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT reference, references_typed FROM letter")).all()
        typed = {row.reference: row.references_typed for row in rows}
    assert (list(parse_references(typed[cited])), typed[bare]) == (held, "")
    migrate.upgrade(engine)
    assert differences(engine) == []
    with Session(engine) as session:
        assert list(letter_row(session, cited).references) == held


COURSE_OF_BEFORE = (
    ("submitted", "2026-03-14", "", "By the form."),
    ("acknowledged", "2026-03-15", "", ""),
    ("outcome", "2026-04-01", "reply", "In the same issue."),
    ("answered", "2026-04-02", "", "They decline, I think."),
    ("outcome", "2026-05-01", "correction", ""),
)


def steps_of_before(connection: Connection) -> list[tuple[str, str, str, str]]:
    rows = connection.execute(text("SELECT kind, happened_on, outcome, note FROM submission_step ORDER BY happened_on, id"))
    return [(row.kind, str(row.happened_on), row.outcome, row.note) for row in rows]


def test_course_of_before_comes_up_as_one_submission_with_fates_and_goes_down_as_it_was(engine: Engine) -> None:
    with Session(engine) as session, transaction(session):
        letter = letter_row(session, letter_in_signing(session, staff_actor(session))).id
    migrate.downgrade(engine, "0027")
    at = "2026-05-02 10:00:00.000000" if engine.dialect.name == "sqlite" else "2026-05-02 10:00:00+00:00"
    with engine.begin() as connection:
        made = f"INSERT INTO submission (letter_id, journal, route, manuscript_number) VALUES ({letter}, 'J', 'letter', 'J-1') RETURNING id"
        number = connection.execute(text(made)).scalar_one()
        kept = "INSERT INTO submission_step (submission_id, kind, happened_on, outcome, note, noted_at)"
        for kind, day, outcome, note in COURSE_OF_BEFORE:
            connection.execute(text(f"{kept} VALUES ({number}, '{kind}', '{day}', '{outcome}', '{note}', '{at}')"))
        assert steps_of_before(connection) == list(COURSE_OF_BEFORE)
        written = "INSERT INTO package (submission_id, letter_id, covering_letter, statements, shown_digest, shown_by, edition)"
        connection.execute(text(f"{written} VALUES ({number}, {letter}, 'Dear editor', '{{}}', '', '', 1)"))
    packages = dump(engine)["package"]
    migrate.upgrade(engine)
    assert differences(engine) == []
    assert dump(engine)["package"] == packages
    with Session(engine) as session:
        row = session.scalars(select(SubmissionRow)).one()
        assert (row.journal, row.manuscript_number, row.state, row.edition, row.planned_by) == ("J", "J-1", "acknowledged", 1, "")
        assert [(step.position, step.kind, step.note) for step in row.steps] == [
            (1, "submitted", "By the form."),
            (2, "acknowledged", ""),
            (3, "noted", "They decline, I think."),
        ]
        fates = session.scalars(select(TargetFateRow).order_by(TargetFateRow.id)).all()
        assert [(one.kind, str(one.happened_on), one.note) for one in fates] == [
            ("reply", "2026-04-01", "In the same issue."),
            ("correction", "2026-05-01", ""),
        ]
    migrate.downgrade(engine, "0027")
    with engine.connect() as connection:
        assert steps_of_before(connection) == list(COURSE_OF_BEFORE)
        told = connection.execute(text("SELECT letter_id, journal, route, manuscript_number FROM submission")).one()
    assert tuple(told) == (letter, "J", "letter", "J-1")
    assert dump(engine)["package"] == packages
    migrate.upgrade(engine)


def test_course_told_in_the_new_way_does_not_go_down(engine: Engine) -> None:
    with Session(engine) as session, transaction(session):
        letter_submitted(session, staff_actor(session))
    before = dump(engine)
    with pytest.raises(RuntimeError, match="course of a letter"):
        migrate.downgrade(engine, "0027")
    assert changed(before, dump(engine)) == set()


def test_step_of_before_says_which_text_went_with_it(engine: Engine) -> None:
    with Session(engine) as session, transaction(session):
        letter_submitted(session, staff_actor(session))
    migrate.downgrade(engine, "0029")
    migrate.upgrade(engine)
    with Session(engine) as session:
        row = session.scalars(select(SubmissionRow)).one()
        assert [(step.sent_text, step.sent_digest) for step in row.steps] == [(row.text, row.text_digest)]
        assert row.text_digest


def test_changed_text_that_went_to_a_journal_does_not_go_down(engine: Engine) -> None:
    with Session(engine) as session, transaction(session):
        letter_submitted(session, staff_actor(session))
        session.execute(text("UPDATE submission SET text_digest = 'another'"))
    before = dump(engine)
    with pytest.raises(RuntimeError, match="changed text went to a journal"):
        migrate.downgrade(engine, "0029")
    assert changed(before, dump(engine)) == set()


def test_preparing_what_is_prepared_changes_nothing(engine: Engine) -> None:
    with Session(engine) as session, transaction(session):
        letter_in_signing(session, staff_actor(session))
    before = dump(engine)
    migrate.prepare(engine)
    assert changed(before, dump(engine)) == set()


def test_database_knows_its_revision(engine: Engine) -> None:
    with engine.connect() as connection:
        assert revisions.revision_of(connection) == revisions.head_revision()
    assert revisions.is_known(revisions.head_revision())
    assert not revisions.is_known("9999")


def test_revisions_by_their_file_names_are_those_that_alembic_walks() -> None:
    walked = [one.revision for one in ScriptDirectory(str(revisions.MIGRATIONS)).walk_revisions()]
    assert list(revisions._revisions()) == walked[::-1]


@pytest.mark.parametrize(
    "table",
    [
        *("revision", "freezing", "objection", "comment", "event", "sealed_signatory", "document", "answer", "society_change"),
        *("society_join", "addendum", "addendum_signatory", "erratum", "later_document", "shown_elsewhere"),
        *("correspondence", "correspondence_file", "journal_mail", "news", "ask_round", "ask_answer", "ask_end"),
        *("new_text", "put_text", "new_text_asked", "new_text_answer", "new_text_signatory", "new_text_document"),
        *("submission", "submission_step", "step_proof", "follow_up", "target_fate", "translation"),
    ],
)
def test_r3_r11_r17_frozen_tables_have_a_trigger_against_change_and_one_against_removal(engine: Engine, table: str) -> None:
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            found = connection.execute(
                text("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :name"), {"name": table}
            ).scalars()
            acts = {("UPDATE" in sql, "DELETE" in sql) for sql in found}
        assert {(True, False), (False, True)} <= acts


def test_control_without_its_trigger_the_record_could_be_rewritten(engine: Engine) -> None:
    with Session(engine) as session, transaction(session):
        letter_in_signing(session, staff_actor(session))
    change = text("UPDATE event SET kind = 'another'")
    with pytest.raises(DBAPIError), engine.begin() as connection:
        connection.execute(change)
    if engine.dialect.name == "sqlite":
        with engine.begin() as connection:
            for name in triggers(engine):
                connection.execute(text(f"DROP TRIGGER {name}"))
            assert connection.execute(change).rowcount > 0
