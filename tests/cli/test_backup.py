"""`undersigned backup`, `restore`, `verify` and `move`."""

import fcntl
import json
import re
import shutil
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from tests.cli.conftest import Command, command_in
from tests.databases import create_database, postgresql_server
from tests.factories import KEYRING, OTTO, entry, letter_in_signing, settings_for, sign, staff_actor
from tests.persistence.test_migrations import differences, triggers
from webapp.app import create_app, open_database
from webapp.jobs.presence import be_present
from webapp.persistence import database, migrate, rest, revisions
from webapp.persistence.archive import copied_names
from webapp.persistence.copying import Copied, contents
from webapp.persistence.database import make_engine, transaction
from webapp.persistence.record import record_heads
from webapp.persistence.tables import Base
from webapp.services import installation
from webapp.services.verification import verify

NAMES = copied_names(Base.metadata.tables)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "one.backup"


@pytest.fixture
def elsewhere(tmp_path: Path) -> Command:
    return command_in(tmp_path / "elsewhere")


@pytest.fixture
def signing(undersigned: Command, folder: Path) -> Command:
    """The command on a database with a letter that two societies were asked to sign: of nothing that only newer versions know."""
    engine = make_engine(settings_for(folder))
    with Session(engine) as session, transaction(session):
        letter = letter_in_signing(session, staff_actor(session), entry(), entry("The Marshes", OTTO, "Otto Lind"))
        sign(session, letter)
    engine.dispose()
    return undersigned


def content_of(address: str) -> tuple[dict[str, Copied], list[tuple[str, int, str]]]:
    engine = make_engine(settings_for(Path("/nonexistent"), address))
    with engine.connect() as connection:
        found = contents(connection, NAMES), record_heads(connection)
    engine.dispose()
    return found


def sqlite_at(folder: Path) -> str:
    return f"sqlite:///{folder / 'undersigned.db'}"


def test_backup_is_verified_and_restored_elsewhere(demonstrated: Command, elsewhere: Command, file: Path, folder: Path) -> None:
    said = demonstrated("backup", str(file)).stdout
    assert re.search(rf"^{re.escape(str(file))} holds 1 letter \([\d,]+ rows\), as of .* UTC, and has been verified\.$", said, re.MULTILINE)
    assert "Keep UNDERSIGNED_SECRET_KEY as well" in said
    said = elsewhere("restore", str(file)).stdout
    assert said.startswith("Restored 1 letter")
    assert "undersigned resume" in said
    assert "1 letter, " in elsewhere("verify").stdout
    assert elsewhere("letter", "list").stdout == demonstrated("letter", "list").stdout
    assert "There is data here already" in demonstrated("restore", str(file), exit_code=1).stderr
    assert "is there already" in demonstrated("backup", str(file), exit_code=1).stderr


def test_backup_and_restore_speak_to_programs(demonstrated: Command, elsewhere: Command, file: Path) -> None:
    made = json.loads(demonstrated("backup", str(file), "--json").stdout)
    restored = json.loads(elsewhere("restore", str(file), "--json").stdout)
    assert made["letters"] == restored["letters"]
    assert (restored["is_other_key"], len(made["letters"])) == (False, 1)


def test_t29_key_is_written_only_when_asked_for_with_a_warning(demonstrated: Command, file: Path) -> None:
    said = demonstrated("backup", "--include-keys", str(file)).stdout
    key = file.with_name("one.backup.key")
    assert (key.read_bytes(), stat.S_IMODE(key.stat().st_mode)) == (KEYRING.key, 0o600)
    assert "keep them in different places" in said
    file.unlink()
    assert "is there already" in demonstrated("backup", "--include-keys", str(file), exit_code=1).stderr
    assert not file.exists()


def test_key_file_that_must_be_kept_is_named(folder: Path, demonstration_template: Path, file: Path) -> None:
    folder.mkdir()
    shutil.copy(demonstration_template, folder / "undersigned.db")
    (folder / "secret-key").write_bytes(KEYRING.key)
    said = command_in(folder)("backup", str(file), UNDERSIGNED_SECRET_KEY="").stdout
    assert f"Keep {folder / 'secret-key'} as well" in said
    assert (folder / "secret-key").read_bytes() not in file.read_bytes()


def test_other_key_is_refused_unless_it_is_meant(demonstrated: Command, elsewhere: Command, file: Path) -> None:
    demonstrated("backup", str(file))
    other = {"UNDERSIGNED_SECRET_KEY": "quite another key, of more than thirty-two characters"}
    assert "every link that was sent is dead" in elsewhere("restore", str(file), exit_code=1, **other).stderr
    assert "Each representative needs a new link" in elsewhere("restore", str(file), "--new-key", **other).stdout


RUNS = {"running": "Undersigned is running", "pages": "undersigned serve", "worker": "undersigned work"}


@pytest.mark.parametrize(("name", "what"), RUNS.items())
def test_restore_waits_until_everything_is_stopped(
    demonstrated: Command, elsewhere: Command, file: Path, tmp_path: Path, name: str, what: str
) -> None:
    demonstrated("backup", str(file))
    (tmp_path / "elsewhere").mkdir()
    with (tmp_path / "elsewhere" / name).open("w") as mark:
        fcntl.flock(mark, fcntl.LOCK_SH)
        said = elsewhere("restore", str(file), exit_code=1).stderr
        assert what in said
        assert "Stop it first" in said
    assert elsewhere("restore", str(file))


def test_restore_beside_an_older_database_is_refused(demonstrated: Command, file: Path, tmp_path: Path, database_template: Path) -> None:
    demonstrated("backup", str(file))
    older = tmp_path / "older"
    older.mkdir()
    shutil.copy(database_template, older / "undersigned.db")
    engine = make_engine(settings_for(older))
    migrate.downgrade(engine, "0001")
    engine.dispose()
    assert "older version here already" in command_in(older)("restore", str(file), exit_code=1).stderr


def tamper(folder: Path) -> None:
    engine = make_engine(settings_for(folder))
    with engine.begin() as connection:
        for name in triggers(engine):
            connection.execute(text(f"DROP TRIGGER {name}"))
        connection.execute(text("UPDATE event SET actor = 'clock' WHERE sequence = 3"))
    engine.dispose()


def test_t18_verify_names_what_does_not_fit(demonstrated: Command, folder: Path, demonstration: str) -> None:
    assert demonstrated("verify").stdout.endswith("events: all fits.\n")
    tamper(folder)
    said = demonstrated("verify", "--json", exit_code=1).stdout
    found = json.loads(said)
    assert (found["is_whole"], found["problems"][0]["event"], found["problems"][0]["letter"]) == (False, 3, demonstration)
    said = demonstrated("verify", demonstration, exit_code=1).stdout
    assert said.startswith(f"Letter {demonstration}: event 3 is not as it was recorded.\n")
    assert said.endswith(": 1 thing does not fit.\n")
    assert "There is no letter" in demonstrated("verify", "no-such-letter", exit_code=1).stderr


def test_t19_receipt_from_after_the_backup_shows_that_history_was_rolled_back(
    demonstrated: Command, elsewhere: Command, file: Path, folder: Path, tmp_path: Path
) -> None:
    demonstrated("backup", str(file))
    engine = make_engine(settings_for(folder))
    with Session(engine) as session, transaction(session):
        # An event that is younger than the backup, as an answer would be.
        installation.make_read_only(session, "", now=settings_for(folder).clock.now(), backup_made_at=settings_for(folder).clock.now())
    demonstrated("resume")
    _content, heads = content_of(sqlite_at(folder))
    engine.dispose()
    place = f"{heads[0][1]}:{heads[0][2]}"
    receipt = tmp_path / "receipt.txt"
    receipt.write_text(f"  Record          event {heads[0][1]}, {heads[0][2]}\n")
    assert "1 receipt: all fits" in demonstrated("verify", "--head", place).stdout
    elsewhere("restore", str(file))
    for asked in (("--head", place), ("--receipt", str(receipt))):
        assert "history was rolled back" in elsewhere("verify", *asked, exit_code=1).stdout
    assert "colon" in elsewhere("verify", "--head", "x", exit_code=1).stderr


# The move


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with postgresql_server() as server:
        yield server


def opened(address: str) -> Engine:
    return make_engine(settings_for(Path("/nonexistent"), address))


def test_f30_move_to_postgresql_and_back_keeps_every_head_and_every_byte(
    demonstrated: Command, folder: Path, server: str, tmp_path: Path, elsewhere: Command
) -> None:
    before = content_of(sqlite_at(folder))
    there = create_database(server)
    said = demonstrated("move", there).stdout
    assert "Every record was replayed and ends where it did." in said
    assert content_of(there) == before
    engine = opened(there)
    assert differences(engine) == []
    assert len(triggers(engine)) == len(triggers(opened(sqlite_at(folder))))
    with Session(engine) as session:
        assert verify(session).problems == ()
        assert installation.standing(session) == installation.Standing()
    engine.dispose()
    # The database that was left is kept as it was, and takes nothing any more.
    assert content_of(sqlite_at(folder)) == before
    assert "can only be read" in demonstrated("demo", "--again", exit_code=1).stderr

    elsewhere("staff", "add", "new@example.org", DATABASE_URL=there)
    elsewhere("demo", "--again", DATABASE_URL=there)
    grown = content_of(there)
    back = tmp_path / "back.db"
    elsewhere("move", f"sqlite:///{back}", DATABASE_URL=there)
    assert content_of(f"sqlite:///{back}") == grown
    assert grown[1][:1] == before[1]


@contextmanager
def pages_elsewhere(address: str, folder: Path, *, says_so: bool = True) -> Iterator[Engine]:
    """The pages as another host serves them: the same database, a data folder of their own."""
    folder.mkdir()
    app = create_app(settings_for(folder, address))
    with app.app_context():
        engine: Engine = app.extensions["sqlalchemy"].engine
    if says_so:
        open_database(app)
    else:
        engine.connect().close()
    try:
        yield engine
    finally:
        engine.dispose()
        if says_so:
            app.extensions["undersigned.pages"].close()


@contextmanager
def worker_elsewhere(address: str, folder: Path) -> Iterator[None]:
    folder.mkdir()
    engine = opened(address)
    presence = be_present(settings_for(folder, address), engine)
    try:
        yield
    finally:
        presence.leave()
        engine.dispose()


ELSEWHERE: dict[str, Callable[[str, Path], AbstractContextManager[object]]] = {
    "undersigned serve": pages_elsewhere,
    "undersigned work": worker_elsewhere,
}


def test_move_and_restore_wait_until_other_hosts_have_stopped(demonstrated: Command, server: str, file: Path, tmp_path: Path) -> None:
    there, back = create_database(server), f"sqlite:///{tmp_path / 'back.db'}"
    demonstrated("backup", str(file))
    demonstrated("move", there)
    for what, runs in ELSEWHERE.items():
        with runs(there, tmp_path / what):
            for command in (("move", back), ("restore", str(file))):
                said = demonstrated(*command, exit_code=1, DATABASE_URL=there).stderr
                assert what in said
                assert "on this host or another" in said
    latest = time.monotonic() + 30
    while is_in_use(there) and time.monotonic() < latest:
        time.sleep(0.05)
    assert demonstrated("move", back, DATABASE_URL=there)


def is_in_use(address: str) -> bool:
    """The server notices a moment later that somebody has gone."""
    here = "database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    return bool(asked(address, f"SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND {here}"))


def asked(address: str, question: str) -> object:
    engine = opened(address)
    with engine.connect() as connection:
        found = connection.scalar(text(question))
    engine.dispose()
    return found


def test_control_pages_that_do_not_say_so_are_not_waited_for(server: str, tmp_path: Path) -> None:
    there = create_database(server)
    with pages_elsewhere(there, tmp_path / "host", says_so=False), rest.at_rest(settings_for(tmp_path, there)):
        pass


def test_pages_say_so_again_when_the_server_has_forgotten_them(server: str, tmp_path: Path) -> None:
    there = create_database(server)
    with pages_elsewhere(there, tmp_path / "host") as engine:
        others = "pid <> pg_backend_pid() AND datname = current_database()"
        asked(there, f"SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE {others}")
        engine.connect().close()
        with pytest.raises(rest.InUse, match="pages"), rest.at_rest(settings_for(tmp_path, there)):
            pass


def test_nobody_opens_the_pages_while_the_data_must_rest(server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "_WAIT_SECONDS", 0.2)
    there = create_database(server)
    with pages_elsewhere(there, tmp_path / "host") as engine:
        engine.dispose()
        with rest.at_rest(settings_for(tmp_path, there)), pytest.raises(OperationalError) as refused:
            engine.connect()
        assert isinstance(database.refusal_of(refused.value), database.DatabaseBusy)
        engine.connect().close()


def test_backup_of_either_database_is_restored_into_the_other(
    demonstrated: Command, elsewhere: Command, folder: Path, server: str, file: Path
) -> None:
    there, heads = create_database(server), content_of(sqlite_at(folder))[1]
    demonstrated("backup", str(file))
    elsewhere("restore", str(file), DATABASE_URL=there)
    elsewhere("resume", "--send-waiting", DATABASE_URL=there)
    assert [head[:2] for head in content_of(there)[1]] == [(reference, events + 1) for reference, events, _head in heads]
    again = file.with_name("two.backup")
    elsewhere("backup", str(again), DATABASE_URL=there)
    third = command_in(file.parent / "third")
    third("restore", str(again))
    assert content_of(sqlite_at(file.parent / "third"))[1] == content_of(there)[1]


def test_held_mail_is_still_held_after_the_move(demonstrated: Command, tmp_path: Path) -> None:
    demonstrated("mail", "hold", "--reason", "A wrong roster")
    there = f"sqlite:///{tmp_path / 'there.db'}"
    demonstrated("move", there)
    status = json.loads(demonstrated("mail", "status", "--json", DATABASE_URL=there).stdout)
    assert (status["is_held"], status["reason"]) == (True, "A wrong roster")


def test_move_that_fails_leaves_everything_in_use(
    demonstrated: Command, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from webapp.services import backup  # noqa: PLC0415 - for the one fault

    there = tmp_path / "there.db"
    monkeypatch.setattr(backup, "contents", lambda *_arguments: {})
    assert "nothing was kept" in demonstrated("move", f"sqlite:///{there}", exit_code=1).stderr
    monkeypatch.undo()
    assert "Mail is not held" in demonstrated("mail", "status").stdout
    assert demonstrated("move", f"sqlite:///{there}")


def test_move_goes_only_to_an_empty_database_elsewhere(
    demonstrated: Command, folder: Path, demonstration_template: Path, tmp_path: Path
) -> None:
    shutil.copy(demonstration_template, tmp_path / "full.db")
    assert "There is data here already" in demonstrated("move", f"sqlite:///{tmp_path / 'full.db'}", exit_code=1).stderr
    assert "in use" in demonstrated("move", sqlite_at(folder), exit_code=1).stderr
    assert "DATABASE_URL must begin" in demonstrated("move", "mysql://x", exit_code=1).stderr


# A new version


def test_older_database_is_backed_up_before_it_is_brought_up_to_date(signing: Command, folder: Path) -> None:
    before = content_of(sqlite_at(folder))[1]
    engine = make_engine(settings_for(folder))
    migrate.downgrade(engine, "0001")
    engine.dispose()
    said = signing("migrate").stderr
    (kept,) = (folder / "backups").iterdir()
    assert str(kept) in said
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert "-at-0001-" in kept.name
    restored = command_in(folder.parent / "restored")
    assert "(0001)" in restored("restore", str(kept)).stdout
    assert content_of(sqlite_at(folder.parent / "restored"))[1] == content_of(sqlite_at(folder))[1] == before
    signing("migrate")
    assert len(list((folder / "backups").iterdir())) == 1


def test_database_whose_record_is_broken_is_not_brought_up_to_date(signing: Command, folder: Path) -> None:
    engine = make_engine(settings_for(folder))
    migrate.downgrade(engine, "0001")
    tamper(folder)
    assert "event 3 is not as it was recorded" in signing("migrate", exit_code=1).stderr
    with engine.connect() as connection:
        assert revisions.revision_of(connection) == "0001"
    engine.dispose()
