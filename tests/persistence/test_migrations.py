"""The migrations lead to the models, both ways, and leave the job engine’s tables alone."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from tests.dump import changed, dump
from tests.factories import letter_in_signing, staff_actor
from webapp.persistence import migrate, revisions
from webapp.persistence.database import transaction
from webapp.persistence.tables import Base


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


@pytest.mark.parametrize("table", ["revision", "freezing", "objection", "comment", "event", "sealed_signatory", "document", "answer"])
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
