"""Backup, restore and the move to another database: each verified before anybody relies on it."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from sqlalchemy import Connection, delete, func, inspect, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from webapp.domain.deadline import show_instant
from webapp.domain.errors import BackupRefused
from webapp.domain.tokens import Keyring, hash_token
from webapp.persistence import archive
from webapp.persistence.archive import DOORS, Manifest
from webapp.persistence.copying import contents, copy_tables
from webapp.persistence.database import make_engine, unreachable
from webapp.persistence.tables import Base, DocumentRow, LaterDocumentRow, LetterRow, NewTextDocumentRow, OutboxRow, RepresentativeRow
from webapp.persistence.tables.message import WAITING, MessageState
from webapp.services import installation
from webapp.services.verification import chain_problems, readable_events
from webapp.settings import Settings

# Messages that speak of a code or a link to come in by, which no backup holds: another may have taken its number.
_OF_DOORS = ("code", "staff_code", "sign_in")
_HEAD = 100


def make_backup(settings: Settings, path: Path, *, now: datetime) -> Manifest:
    """Writes a backup while others go on working, reads it again from the disk, and only then gives it its name.

    Raises BackupRefused where the file is there already, where it cannot be written, or where it does not verify: then it is gone.
    """
    if path.exists():
        raise BackupRefused(f"{path} is there already. Choose another name: no backup is written over another.")
    fresh = path.with_name(f"{path.name}.tmp")
    try:
        fresh.unlink(missing_ok=True)
        fresh.touch(mode=0o600)
        try:
            manifest = _write(settings, fresh, now=now)
            _sync(fresh)
            _check(fresh)
            fresh.rename(path)
            _sync(path.parent)
        finally:
            fresh.unlink(missing_ok=True)
    except OSError as error:
        raise BackupRefused(f"The backup could not be written to {path} ({error.strerror}).") from error
    return manifest


def _write(settings: Settings, path: Path, *, now: datetime) -> Manifest:
    source = make_engine(settings)
    try:
        return archive.write_archive(source, path, made_at=now, program=version("undersigned"), key_check=settings.keyring.check())
    except DBAPIError as error:
        raise unreachable(error) from error
    finally:
        source.dispose()


def make_key_file(settings: Settings, path: Path) -> None:
    """The secret key by itself, readable by its owner alone. Raises BackupRefused."""
    try:
        path.touch(mode=0o600, exist_ok=False)
        path.write_bytes(settings.keyring.key)
        _sync(path)
    except OSError as error:
        raise BackupRefused(f"The key could not be written to {path} ({error.strerror}).") from error


def _sync(path: Path) -> None:
    """On the disk, and not only on its way there; a name is kept by its folder."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _check(path: Path) -> Manifest:
    """Raises BackupRefused unless every row, every record and every stored file is as it was."""
    manifest = archive.read_manifest(path)
    with archive.refusing_damage(), archive.reading_archive(path) as rows, Session(rows) as session:
        archive.check_rows(rows, manifest)
        for letter_id, reference in session.execute(select(LetterRow.id, LetterRow.reference).order_by(LetterRow.id)):
            for problem in chain_problems(session, letter_id, reference, readable_events(session, letter_id)):
                raise BackupRefused(f"{problem} Look closer with: undersigned verify")
        for content, sha256 in _stored_files(session):
            if hashlib.sha256(content or b"").hexdigest() != sha256:
                raise BackupRefused("A stored file does not have the SHA-256 that it was stored with. Look closer with: undersigned verify")
    return manifest


def _stored_files(session: Session) -> Iterator[tuple[bytes | None, str]]:
    """One after another: they are large. Each with the SHA-256 that it was stored with."""
    for table in (DocumentRow, LaterDocumentRow, NewTextDocumentRow):
        if not inspect(session.connection()).has_table(table.__tablename__):
            # Of an earlier version, which knew of no such files.
            continue
        for number, sha256 in session.execute(select(table.id, table.sha256)).all():
            yield session.scalar(select(table.content).where(table.id == number)), sha256


@contextmanager
def opened_backup(path: Path, folder: Path) -> Iterator[tuple[Manifest, Connection]]:
    """A backup that has been verified, and its rows as this version would have written them. Raises BackupRefused."""
    if not path.exists():
        raise BackupRefused(f"There is no file {path}.")
    if _is_cut_short(path):
        raise BackupRefused(f"{path} is shorter than it was when it was made. Copy it again, whole.")
    manifest = _check(path)
    with archive.brought_up_to_date(path, folder) as ready, archive.reading_archive(ready) as rows:
        yield manifest, rows


def _is_cut_short(path: Path) -> bool:
    """By what SQLite’s file format keeps in its first bytes: the size of a page and their number. It reads a missing end as zeros."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    page = int.from_bytes(head[16:18], "big")
    return path.stat().st_size < (65_536 if page == 1 else page) * int.from_bytes(head[28:32], "big")


@dataclass(frozen=True)
class Restored:
    """What was brought back; `is_other_key` where every link that was sent is dead."""

    manifest: Manifest
    is_other_key: bool


def judge_key(manifest: Manifest, keyring: Keyring, *, takes_other_key: bool) -> bool:
    """Whether the key here is another than that of the backup. Raises BackupRefused where it is, and that was not asked for."""
    is_other_key = manifest.key_check != keyring.check()
    if is_other_key and not takes_other_key:
        raise BackupRefused(
            "The secret key here is not the one that the links of this backup were made with. Copy that key over the file secret-key "
            "in the data folder first, or restore with --new-key: then every link that was sent is dead."
        )
    return is_other_key


def restore(session: Session, manifest: Manifest, rows: Connection, keyring: Keyring, *, takes_other_key: bool, now: datetime) -> Restored:
    """Fills an empty database from a backup; nothing changes there and no mail leaves until a person resumes.

    Raises BackupRefused where the place is not empty, or where the key is another and that was not asked for.
    """
    target = session.connection()
    _refuse_full(target)
    is_other_key = judge_key(manifest, keyring, takes_other_key=takes_other_key)
    _copy(rows, target, _names(without=DOORS))
    if is_other_key:
        _renew_links(session, keyring)
    ended = update(OutboxRow).where(OutboxRow.state.in_(WAITING), OutboxRow.kind.in_(_OF_DOORS))
    session.execute(ended.values(state=MessageState.FAILED, last_error=installation.NOT_SENT_AGAIN))
    reason = f"It was restored from the backup of {show_instant(manifest.made_at, 'UTC').local}."
    installation.make_read_only(session, reason, now=now, backup_made_at=manifest.made_at)
    return Restored(manifest, is_other_key)


def move(source: Session, target: Session) -> int:
    """Fills an empty database from one that has been made read-only; returns how many rows it moved.

    Sessions and codes move too: nobody has to sign in again, and what waits to be sent is sent from the new place.
    """
    _refuse_full(target.connection())
    return _copy(source.connection(), target.connection(), _names())


def is_vacant(connection: Connection) -> bool:
    """Whether the database holds nothing of ours; what was counted against guessing is nothing."""
    tables = [table for table in Base.metadata.sorted_tables if table.name in _names(without=frozenset({"rate_limit"}))]
    return not any(connection.scalar(select(func.count()).select_from(table)) for table in tables)


def _refuse_full(connection: Connection) -> None:
    if not is_vacant(connection):
        raise BackupRefused("There is data here already, and nothing is written over it. Choose an empty database or data folder.")


def _names(*, without: frozenset[str] = frozenset()) -> set[str]:
    return archive.copied_names(Base.metadata.tables) - without


def _copy(source: Connection, target: Connection, names: set[str]) -> int:
    target.execute(delete(Base.metadata.tables["rate_limit"]))
    copied = copy_tables(source, target, names)
    if contents(target, names) != copied:
        raise BackupRefused("What was written is not what was read, so nothing was kept. Look to the disk, then try again.")
    return sum(table.rows for table in copied.values())


def _renew_links(session: Session, keyring: Keyring) -> None:
    """The links as this key makes them: else a link that is sent from now on would not open."""
    people = session.execute(select(RepresentativeRow.id, RepresentativeRow.reference, RepresentativeRow.link_generation)).all()
    for row_id, reference, generation in people:
        link_hash = hash_token(keyring.personal_link(reference, generation))
        session.execute(update(RepresentativeRow).where(RepresentativeRow.id == row_id).values(link_hash=link_hash))
