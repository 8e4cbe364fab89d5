"""The file of a backup: SQLite, whatever the database is, with every table of ours and a manifest of what must be in it."""

import hashlib
import json
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, NullPool, create_engine, event, inspect, text
from sqlalchemy.exc import SQLAlchemyError

from webapp.domain.errors import BackupRefused
from webapp.persistence.copying import Copied, contents, copy_tables
from webapp.persistence.migrate import upgrade
from webapp.persistence.record import record_heads
from webapp.persistence.revisions import head_revision, is_known, revision_of
from webapp.persistence.sqlite import sqlite_module

FORMAT = 1

# What opens a door is of this moment and this place; a stolen backup holds none of it, and nobody comes in by it.
DOORS = frozenset({"web_session", "code", "staff_code", "sign_in_link", "pending_answer", "rate_limit"})
# Each place makes these itself.
_OWN = frozenset({"alembic_version", "installation", "manifest", "worker"})

# What SQLAlchemy or a value of ours says of a file that holds something else than was written.
UNREADABLE = (SQLAlchemyError, ValueError, TypeError, LookupError)
_DAMAGED = "The file is damaged or cut short"


@dataclass(frozen=True)
class LetterMark:
    """How far a letter's record reached."""

    reference: str
    events: int
    head: str


@dataclass(frozen=True)
class Manifest:
    """What the backup holds, written beside it when it was made."""

    format: int
    program: str
    revision: str
    made_at: datetime
    made_from: str
    """The kind of database."""
    key_check: str
    """Tells whether a key is the one that its links were made with, and nothing about the key."""
    tables: dict[str, Copied]
    letters: tuple[LetterMark, ...]

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables.values())

    def to_json(self) -> str:
        return json.dumps({**asdict(self), "made_at": self.made_at.isoformat()}, sort_keys=True)


def _manifest(content: str) -> Manifest:
    facts = json.loads(content)
    return Manifest(
        **{
            **facts,
            "made_at": datetime.fromisoformat(facts["made_at"]),
            "tables": {name: Copied(**table) for name, table in facts["tables"].items()},
            "letters": tuple(LetterMark(**letter) for letter in facts["letters"]),
        }
    )


def copied_names(names: Iterable[str]) -> set[str]:
    """Of these tables those that are copied; each database makes the others itself."""
    return set(names) - _OWN


def _names_in(archive: Connection) -> set[str]:
    return copied_names(inspect(archive).get_table_names())


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """A connection that sees the database as it was at one moment, while others go on writing."""
    with engine.connect() as connection:
        if engine.dialect.name != "sqlite":
            connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        yield connection


def write_archive(source: Engine, path: Path, *, made_at: datetime, program: str, key_check: str) -> Manifest:
    """Fills the file, which must be there and empty, from one snapshot."""
    archive = _engine(path, mode="rw")
    with snapshot(source) as reading:
        revision = revision_of(reading)
        if revision is None:
            raise BackupRefused("There is nothing to back up: the database is empty.")
        upgrade(archive, revision)
        with archive.begin() as writing:
            tables = copy_tables(reading, writing, _names_in(writing) - DOORS)
            letters = tuple(LetterMark(*mark) for mark in record_heads(writing))
            manifest = Manifest(FORMAT, program, revision, made_at, source.dialect.name, key_check, tables, letters)
            content = manifest.to_json()
            writing.execute(text("CREATE TABLE manifest (content VARCHAR NOT NULL, sha256 VARCHAR NOT NULL)"))
            values = {"content": content, "sha256": hashlib.sha256(content.encode()).hexdigest()}
            writing.execute(text("INSERT INTO manifest VALUES (:content, :sha256)"), values)
    return manifest


def read_manifest(path: Path) -> Manifest:
    """Raises BackupRefused where this program cannot use the file."""
    try:
        with _engine(path, mode="ro").connect() as connection:
            content, sha256 = connection.execute(text("SELECT content, sha256 FROM manifest")).one()
            if hashlib.sha256(content.encode()).hexdigest() != sha256:
                raise BackupRefused(f"{_DAMAGED}: its manifest does not fit its own SHA-256.")
            newer = "This backup was made by a newer version of this program. Use that version."
            if json.loads(content)["format"] != FORMAT:
                raise BackupRefused(newer)
            manifest = _manifest(content)
            if not is_known(manifest.revision):
                raise BackupRefused(newer)
            return manifest
    except UNREADABLE as error:
        raise BackupRefused(f"{path} is no backup of this program, or it is damaged.") from error


@contextmanager
def reading_archive(path: Path) -> Iterator[Connection]:
    """The rows of a backup. What goes wrong meanwhile is the caller's: it may be the place that they are written to."""
    with _engine(path, mode="ro").connect() as connection:
        yield connection


@contextmanager
def refusing_damage() -> Iterator[None]:
    """Raises BackupRefused where rows cannot be read; only around reading."""
    try:
        yield
    except UNREADABLE as error:
        raise BackupRefused(f"{_DAMAGED}: it cannot be read to its end.") from error


def check_rows(archive: Connection, manifest: Manifest) -> None:
    """Every row is as it was written, and every row is there. Raises BackupRefused."""
    for pragma in ("integrity_check", "foreign_key_check"):
        found = archive.exec_driver_sql(f"PRAGMA {pragma}").all()
        if [tuple(row) for row in found] not in ([], [("ok",)]):
            raise BackupRefused(f"{_DAMAGED}: SQLite finds fault with it.")
    names = _names_in(archive)
    if missing := manifest.tables.keys() - names:
        raise BackupRefused(f"{_DAMAGED}: “{min(missing)}” is missing.")
    for name, table in contents(archive, names).items():
        promised = manifest.tables.get(name, Copied(0, hashlib.sha256().hexdigest()))
        if table.rows != promised.rows:
            raise BackupRefused(f"{_DAMAGED}: “{name}” has {table.rows} rows, and had {promised.rows}.")
        if table.sha256 != promised.sha256:
            raise BackupRefused(f"{_DAMAGED}: a row of “{name}” is not as it was.")
    if tuple(LetterMark(*mark) for mark in record_heads(archive)) != manifest.letters:
        raise BackupRefused(f"{_DAMAGED}: a letter’s record does not end where it did.")


@contextmanager
def brought_up_to_date(path: Path, folder: Path) -> Iterator[Path]:
    """The backup as this version would have made it: the file itself, or a migrated copy in the folder that goes at the end."""
    if read_manifest(path).revision == head_revision():
        yield path
        return
    copy = folder / "restoring.db"
    copy.touch(mode=0o600)
    try:
        shutil.copyfile(path, copy)
        upgrade(_engine(copy, mode="rw"))
        yield copy
    finally:
        copy.unlink()


def _engine(path: Path, *, mode: str) -> Engine:
    module = sqlite_module()
    address = f"file:{quote(str(path))}?mode={mode}"
    engine = create_engine(
        "sqlite://", module=module, creator=lambda: module.connect(address, uri=True), poolclass=NullPool, hide_parameters=True
    )

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        # A file that is not whole at the end is thrown away, and synced once when it is.
        for pragma in ("journal_mode=MEMORY", "synchronous=OFF", "foreign_keys=ON") if mode == "rw" else ("query_only=ON",):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")

    return engine
