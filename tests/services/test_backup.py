"""G12, F29, T29: a backup holds everything but what opens doors, comes back as it was, and is refused where it is not."""

import gc
import hashlib
import json
import random
import shutil
import stat
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from tests.counts import IS_ASSURE, times
from tests.databases import Databases
from tests.dump import Dump, changed, dump
from tests.factories import (
    BRUNO,
    KEYRING,
    NOW,
    OTTO,
    FakeClock,
    enter,
    entry,
    intent,
    letter_in_signing,
    letter_row,
    letter_sealed,
    personal_link,
    representative,
    settings_for,
    sign,
    staff_actor,
)
from tests.postman import Postman
from tests.services.test_verification import thaw
from webapp.domain.actor import COMMAND
from webapp.domain.errors import BackupRefused, NotFound
from webapp.domain.tokens import Keyring
from webapp.persistence import archive, copying, migrate, outbox
from webapp.persistence.archive import DOORS, Manifest
from webapp.persistence.copying import contents
from webapp.persistence.database import make_engine, transaction
from webapp.persistence.record import record_heads
from webapp.persistence.sqlite import sqlite_module
from webapp.persistence.tables import Base, CodeRow, DocumentRow, LetterRow, OutboxRow
from webapp.services import answers, backup, installation, rooms
from webapp.services.verification import verify
from webapp.settings import Settings

COPIED = archive.copied_names(Base.metadata.tables) - DOORS
OTHER_KEY = Keyring(b"another key for tests only, of more than thirty-two bytes")


def seed(session: Session) -> str:
    """Letters in several states, and somebody in the middle of signing; returns the reference of that letter."""
    actor = staff_actor(session)
    letter_sealed(session, actor, entry(), entry("Søciety of the Marshes – “østlig”", OTTO, "Otto Lind"))
    reference = letter_in_signing(session, actor, entry(), entry(email=BRUNO, contact="Bruno Wirth"))
    sign(session, reference)
    place = enter(session, reference, BRUNO)
    answers.prepare_answer(session, place, intent(session, place, nonce="half-way"), KEYRING, received_at=NOW, now=NOW)
    outbox.put(session, "sign_in", "a link", "coordinator@example.org", now=NOW, sign_in_link=1)
    return reference


@dataclass(frozen=True)
class Model:
    """A seeded database, which nobody has open, with the letter that `seed` returned; and its backup."""

    address: str
    letter: str
    file: Path
    manifest: Manifest


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory, databases: Databases) -> Model:
    """Made once, copied for each test."""
    folder = tmp_path_factory.mktemp("model")
    settings = settings_for(folder, databases.fresh(folder))
    engine = make_engine(settings)
    with Session(engine) as session, transaction(session):
        letter = seed(session)
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    file = folder / "model.backup"
    return Model(settings.database_url, letter, file, backup.make_backup(settings, file, now=NOW))


@pytest.fixture
def settings(tmp_path: Path, databases: Databases, clock: FakeClock, model: Model) -> Settings:
    return replace(settings_for(tmp_path, databases.fresh(tmp_path, model.address)), clock=clock)


@pytest.fixture
def seeded(model: Model) -> str:
    return model.letter


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "one.backup"


@pytest.fixture
def made(model: Model, file: Path) -> Manifest:
    shutil.copy(model.file, file)
    return model.manifest


@pytest.fixture
def place(tmp_path: Path, databases: Databases) -> Iterator[Engine]:
    """An empty database elsewhere."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    engine = make_engine(settings_for(folder, databases.fresh(folder)))
    yield engine
    engine.dispose()


def restore(file: Path, place: Engine, keyring: Keyring = KEYRING, *, takes_other_key: bool = False) -> backup.Restored:
    with backup.opened_backup(file, file.parent) as (manifest, rows), Session(place) as session, transaction(session):
        return backup.restore(session, manifest, rows, keyring, takes_other_key=takes_other_key, now=NOW)


def rows_of(engine: Engine) -> Dump:
    return {name: rows for name, rows in dump(engine).items() if name in COPIED}


def read(engine: Engine) -> dict[str, copying.Copied]:
    with engine.connect() as connection:
        return contents(connection, COPIED)


# A backup


def test_g12_restored_database_equals_the_one_that_was_backed_up(engine: Engine, made: Manifest, file: Path, place: Engine) -> None:
    restore(file, place)
    assert changed(rows_of(engine), rows_of(place)) == {"outbox"}
    with Session(place) as session, transaction(session):
        assert verify(session).problems == ()
        for row in session.scalars(select(OutboxRow).where(OutboxRow.last_error == installation.NOT_SENT_AGAIN)):
            assert row.kind in {"code", "sign_in", "staff_code"}
            row.state, row.last_error = "queued", ""
    assert changed(rows_of(engine), rows_of(place)) == set()
    with engine.connect() as before, place.connect() as after:
        assert record_heads(before) == record_heads(after) == [(one.reference, one.events, one.head) for one in made.letters]


def test_every_table_is_either_copied_or_made_anew(made: Manifest) -> None:
    assert made.tables.keys() == COPIED
    # What hangs on a door can only be left out with it.
    for table in Base.metadata.tables.values():
        needed = {key.column.table.name for key in table.foreign_keys if not key.parent.nullable}
        assert not needed & DOORS or table.name in DOORS, table.name


def test_t29_backup_is_readable_by_its_owner_alone_and_opens_no_door(seeded: str, made: Manifest, file: Path, engine: Engine) -> None:
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    content = file.read_bytes()
    with Session(engine) as session:
        secrets = [
            KEYRING.key.decode(),
            personal_link(session, seeded),
            *(KEYRING.code(code.reference) for code in session.scalars(select(CodeRow))),
        ]
        hashes = [*session.scalars(text("SELECT token_hash FROM web_session")), *session.scalars(text("SELECT code_hash FROM code"))]
    assert len(hashes) > 3
    assert [one for one in (*secrets, *hashes) if one.encode() in content] == []
    with archive.reading_archive(file) as rows:
        assert {name: rows.execute(text(f"SELECT count(*) FROM {name}")).scalar() for name in DOORS} == dict.fromkeys(DOORS, 0)


def test_key_is_written_only_by_itself(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "one.key"
    backup.make_key_file(settings, path)
    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (KEYRING.key, 0o600)
    with pytest.raises(BackupRefused):
        backup.make_key_file(settings, path)


def test_backup_is_not_written_over_another(settings: Settings, made: Manifest, file: Path) -> None:
    content = file.read_bytes()
    with pytest.raises(BackupRefused, match="is there already"):
        backup.make_backup(settings, file, now=NOW)
    assert file.read_bytes() == content


def test_backup_to_nowhere_is_refused_in_a_sentence(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(BackupRefused, match="No such file"):
        backup.make_backup(settings, tmp_path / "nowhere" / "one.backup", now=NOW)


def test_nothing_to_back_up_is_said(tmp_path: Path) -> None:
    with pytest.raises(BackupRefused, match="nothing to back up"):
        backup.make_backup(settings_for(tmp_path), tmp_path / "one.backup", now=NOW)


def test_backup_that_does_not_verify_is_reported_and_removed(
    settings: Settings, seeded: str, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = archive.write_archive

    def spoil(source: Engine, path: Path, **facts: object) -> Manifest:
        manifest = real(source, path, **facts)  # type: ignore[arg-type]  # handed on as they came
        with closing(sqlite_module().connect(path)) as connection:
            connection.execute("UPDATE society SET acronym = 'X'")
            connection.commit()
        return manifest

    monkeypatch.setattr(archive, "write_archive", spoil)
    with pytest.raises(BackupRefused, match="a row of “society” is not as it was"):
        backup.make_backup(settings, file, now=NOW)
    assert list(file.parent.glob("one.backup*")) == []


def test_what_a_dead_process_left_is_no_hindrance(settings: Settings, seeded: str, file: Path) -> None:
    file.with_name("one.backup.tmp").write_bytes(b"half a backup")
    backup.make_backup(settings, file, now=NOW)
    assert [path.name for path in file.parent.glob("one.backup*")] == ["one.backup"]


def another_signs(engine: Engine, letter: str) -> None:
    with Session(engine) as session, transaction(session):
        sign(session, letter, BRUNO, officer="Bruno Wirth")


@contextmanager
def while_copying(monkeypatch: pytest.MonkeyPatch, table: str, act: Callable[[], None]) -> Iterator[None]:
    """Something else is stored just before this table is read."""
    real = copying._copy

    def copy(source: object, one: object, *others: object) -> object:
        if one.name == table:  # type: ignore[attr-defined]  # a table
            act()
        return real(source, one, *others)  # type: ignore[arg-type]  # handed on as they came

    with monkeypatch.context() as patched:
        patched.setattr(copying, "_copy", copy)
        yield


def test_g12_backup_shows_one_moment_while_others_write(
    settings: Settings, engine: Engine, seeded: str, file: Path, place: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = read(engine)
    with while_copying(monkeypatch, "answer", lambda: another_signs(engine, seeded)):
        backup.make_backup(settings, file, now=NOW)
    assert read(engine) != before
    restore(file, place)
    with Session(place) as session:
        assert verify(session).problems == ()
    assert {name for name, table in read(place).items() if table != before[name]} == {"outbox"}


def test_control_without_one_moment_the_copy_would_not_fit(
    settings: Settings, engine: Engine, seeded: str, file: Path, place: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def anything_goes(engine: Engine) -> Iterator[object]:
        with engine.connect() as connection:
            yield connection

    real = copying._rows

    def read_later(connection: object, table: object) -> object:
        connection.rollback()  # type: ignore[attr-defined]  # of the snapshot, which so ends with each table
        return iter(list(real(connection, table)))  # type: ignore[arg-type]  # handed on as they came

    with while_copying(monkeypatch, "answer", lambda: another_signs(engine, seeded)), monkeypatch.context() as patched:
        patched.setattr(archive, "snapshot", anything_goes)
        patched.setattr(copying, "_rows", lambda c, t: read_later(c, t) if c.engine.url == engine.url else real(c, t))
        patched.setattr(backup, "_check", archive.read_manifest)
        backup.make_backup(settings, file, now=NOW)
    with archive.reading_archive(file) as rows, Session(rows) as session:
        assert verify(session).problems != ()


def store_documents(engine: Engine, letter: str, numbers: range, size: int) -> None:
    with Session(engine) as session, transaction(session):
        for number in numbers:
            content = random.Random(number).randbytes(size)
            sha256 = hashlib.sha256(content).hexdigest()
            row = DocumentRow(letter_id=letter_row(session, letter).id, kind=f"{number}", sha256=sha256, content=content, made_at=NOW)
            session.add(row)
            session.flush()
            session.expire_all()


def most_memory(settings: Settings, file: Path) -> int:
    gc.collect()
    tracemalloc.start()
    backup.make_backup(settings, file, now=NOW)
    with backup.opened_backup(file, file.parent):
        _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


def test_memory_does_not_grow_with_the_documents(settings: Settings, engine: Engine, seeded: str, file: Path) -> None:
    size, few, many = (200_000, 20, 80) if IS_ASSURE else (200_000, 10, 30)
    store_documents(engine, seeded, range(few), size)
    # What the process does once is done here, and not counted.
    backup.make_backup(settings, file, now=NOW)
    # The least of two runs, in full: what else the process forgets late is in one of them, what grows is in both.
    before = min(most_memory(settings, file.with_name(f"few {number}")) for number in range(2 if IS_ASSURE else 1))
    store_documents(engine, seeded, range(few, many), size)
    after = (most_memory(settings, file.with_name(f"many {number}")) for number in range(2))
    assert any(one - before < (many - few) * size / 10 for one in after)
    assert file.with_name("many 0").stat().st_size > many * size


# Restoring


def test_f29_restored_place_is_read_only_and_sends_nothing_until_a_person_resumes(
    seeded: str, made: Manifest, file: Path, place: Engine, settings: Settings
) -> None:
    restore(file, place)
    mail = Postman(replace(settings, database_url=place.url.render_as_string(hide_password=False)), place)
    with Session(place) as session:
        standing = installation.standing(session)
        assert (standing.is_read_only, standing.is_mail_held, standing.backup_made_at) == (True, True, NOW)
        assert "of 2 March 2026, 09:00" in standing.reason
    mail.workflows.tick_step()
    assert mail.messages() == []
    with Session(place) as session, transaction(session):
        done = installation.resume(session, COMMAND, sends_waiting=False, now=NOW)
        assert (done.letters, done.waiting) == (2, 0)
    assert mail.messages() == []
    with Session(place) as session:
        assert verify(session).problems == ()


def test_code_that_waited_is_never_sent_for_its_number_may_be_another_persons(made: Manifest, file: Path, place: Engine) -> None:
    restore(file, place)
    with Session(place) as session, transaction(session):
        installation.resume(session, COMMAND, sends_waiting=True, now=NOW)
        waiting = set(session.scalars(select(OutboxRow.kind).where(OutboxRow.state == "queued")))
    assert waiting == {"invitation", "receipt"}


def test_restored_place_goes_on_where_it_stopped(seeded: str, made: Manifest, file: Path, place: Engine) -> None:
    restore(file, place)
    with Session(place) as session, transaction(session):
        installation.resume(session, COMMAND, sends_waiting=False, now=NOW)
        sign(session, seeded, BRUNO, at=NOW.replace(hour=10), officer="Bruno Wirth")
        letter_in_signing(session, staff_actor(session), entry("A new society", "new@example.org"))
        assert verify(session).problems == ()
    for change in ("UPDATE event SET kind = 'x'", "DELETE FROM revision", "UPDATE answer SET officer = 'x'", "DELETE FROM document"):
        with pytest.raises(DBAPIError), place.begin() as connection:
            connection.execute(text(change))


def test_nothing_is_written_over_what_is_there(engine: Engine, made: Manifest, file: Path) -> None:
    before = dump(engine)
    with pytest.raises(BackupRefused, match="There is data here already"):
        restore(file, engine)
    assert changed(before, dump(engine)) == set()


def test_restore_that_fails_leaves_the_place_empty(made: Manifest, file: Path, place: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    before = dump(place)
    monkeypatch.setattr(backup, "contents", lambda *_arguments: {})
    with pytest.raises(BackupRefused, match="not what was read"):
        restore(file, place)
    assert changed(before, dump(place)) == set()


def test_wrong_key_is_noticed_and_said(made: Manifest, file: Path, place: Engine) -> None:
    before = dump(place)
    with pytest.raises(BackupRefused, match="secret key here is not the one"):
        restore(file, place, OTHER_KEY)
    assert changed(before, dump(place)) == set()


def test_with_a_new_key_old_links_are_dead_and_new_ones_open(seeded: str, made: Manifest, file: Path, place: Engine) -> None:
    assert restore(file, place, OTHER_KEY, takes_other_key=True).is_other_key
    with Session(place) as session, transaction(session):
        old = personal_link(session, seeded)
        reference = representative(session, seeded).reference
        with pytest.raises(NotFound):
            rooms.enter_room(session, old, now=NOW)
        assert rooms.enter_room(session, OTHER_KEY.personal_link(reference, 1), now=NOW)


def test_link_opens_after_the_restore_with_the_same_key(seeded: str, made: Manifest, file: Path, place: Engine) -> None:
    assert not restore(file, place).is_other_key
    with Session(place) as session, transaction(session):
        assert rooms.enter_room(session, personal_link(session, seeded), now=NOW)


# Files that are not what they should be


def test_cut_short_file_is_refused(made: Manifest, file: Path, place: Engine) -> None:
    content = file.read_bytes()
    for length in [0, 1, 15, 100, 4096, *random.Random(1).sample(range(len(content)), times(100)), len(content) - 1]:
        file.write_bytes(content[:length])
        with pytest.raises(BackupRefused):
            restore(file, place)


def test_file_with_a_flipped_bit_is_refused_or_restored_as_it_was(engine: Engine, made: Manifest, file: Path, place: Engine) -> None:
    content, refused = file.read_bytes(), 0
    chosen = random.Random(2)
    written = [position for position, byte in enumerate(content) if byte]
    positions = [0, 16, 18, 28, *(chosen.choice(written) for _ in range(400 if IS_ASSURE else 14))]
    for position in positions:
        flipped = bytearray(content)
        flipped[position] ^= 1 << chosen.randrange(8)
        file.write_bytes(flipped)
        try:
            with backup.opened_backup(file, file.parent) as (manifest, rows):
                assert manifest == made, position
                assert contents(rows, COPIED) == made.tables, position
        except BackupRefused:
            refused += 1
    assert refused > len(positions) // 4


def test_table_that_is_gone_is_missed_though_it_was_empty(made: Manifest, file: Path) -> None:
    assert made.tables["circulated"].rows == 0
    with closing(sqlite_module().connect(file)) as connection:
        connection.execute("ALTER TABLE circulated RENAME TO circulates")
    with pytest.raises(BackupRefused, match="“circulated” is missing"):
        backup._check(file)


def test_control_without_the_digests_a_flipped_bit_would_come_back(engine: Engine, made: Manifest, file: Path) -> None:
    content = file.read_bytes()
    assert content.count(b"Because of *evidence*") > 1
    file.write_bytes(content.replace(b"Because of *evidence*", b"Because of *evidencd*", 1))
    with pytest.raises(BackupRefused, match="is not as it was"):
        backup._check(file)
    with archive.reading_archive(file) as rows:
        assert rows.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"


@pytest.mark.parametrize("content", [b"", b"a shopping list" * 100, b"SQLite format 3\0" * 300])
def test_what_is_no_backup_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.backup"
    path.write_bytes(content)
    with pytest.raises(BackupRefused, match="is no backup of this program"):
        archive.read_manifest(path)


def test_ordinary_database_is_no_backup(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    engine = make_engine(settings_for(tmp_path, f"sqlite:///{path}"))
    migrate.upgrade(engine)
    engine.dispose()
    with pytest.raises(BackupRefused, match="is no backup of this program"):
        archive.read_manifest(path)


def rewrite(file: Path, **changes: object) -> None:
    """A manifest that is true to itself and says something else."""
    with closing(sqlite_module().connect(file)) as connection:
        facts = json.loads(connection.execute("SELECT content FROM manifest").fetchone()[0])
        content = json.dumps({**facts, **changes}, sort_keys=True)
        sha256 = hashlib.sha256(content.encode()).hexdigest()
        connection.execute("UPDATE manifest SET content = ?, sha256 = ?", (content, sha256))
        connection.commit()


@pytest.mark.parametrize("changes", [{"format": 2}, {"format": 2, "tables": "elsewhere"}, {"revision": "9999"}])
def test_backup_of_a_newer_version_is_refused(made: Manifest, file: Path, changes: dict[str, object]) -> None:
    rewrite(file, **changes)
    with pytest.raises(BackupRefused, match="newer version"):
        archive.read_manifest(file)


def test_changed_manifest_is_refused(made: Manifest, file: Path) -> None:
    with closing(sqlite_module().connect(file)) as connection:
        connection.execute("UPDATE manifest SET content = replace(content, '0.1.0', '0.1.1')")
        connection.commit()
    with pytest.raises(BackupRefused, match="manifest"):
        archive.read_manifest(file)


def test_missing_file_is_said(tmp_path: Path, place: Engine) -> None:
    with pytest.raises(BackupRefused, match="There is no file"):
        restore(tmp_path / "nothing", place)


def test_broken_record_is_found_before_anybody_relies_on_the_backup(settings: Settings, engine: Engine, seeded: str, file: Path) -> None:
    with Session(engine) as session, transaction(session):
        thaw(session)
        session.execute(text("UPDATE event SET actor = 'clock' WHERE sequence = 2"))
    with pytest.raises(BackupRefused, match="event 2 is not as it was recorded"):
        backup.make_backup(settings, file, now=NOW)
    assert not file.exists()


# Older versions


def test_f31_backup_of_an_older_database_is_made_and_brought_up_to_date(
    settings: Settings, engine: Engine, seeded: str, file: Path, place: Engine
) -> None:
    before = read(engine)
    with engine.connect() as connection:
        heads = record_heads(connection)
    migrate.downgrade(engine, "0001")
    made = backup.make_backup(settings, file, now=NOW)
    assert made.revision == "0001"
    restore(file, place)
    with place.connect() as connection:
        assert record_heads(connection) == heads
    with Session(place) as session:
        assert verify(session).problems == ()
        assert installation.standing(session).is_read_only
        assert session.query(LetterRow).count() == 2
    assert read(place)["event"] == before["event"]
    assert not (file.parent / "restoring.db").exists()
