"""Preparing a database leaves one that every other process can use at once."""

from pathlib import Path

from sqlalchemy import inspect

from webapp.persistence.database import make_engine
from webapp.persistence.migrate import prepare
from webapp.settings import load_settings


def test_prepared_database_is_seen_by_others_while_its_maker_lives(tmp_path: Path) -> None:
    # Two SQLites in one process: without care, the one removes the write-ahead log that the other writes to.
    settings = load_settings({"UNDERSIGNED_DATA": str(tmp_path)})
    maker, other = make_engine(settings), make_engine(settings)
    try:
        prepare(maker)
        assert inspect(other).has_table("letter")
        assert inspect(other).has_table("dbos_migrations")
    finally:
        maker.dispose()
        other.dispose()
