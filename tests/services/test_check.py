"""Each thing that can be wrong with an installation is named, with what to do about it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.factories import settings_for
from webapp.domain.links import Links
from webapp.persistence.database import opened_session, transaction
from webapp.persistence.inspection import DatabaseFacts
from webapp.services import check, workers
from webapp.services.check import Finding
from webapp.services.installation import Standing
from webapp.settings import MailSecurity, Settings, SettingsError, Smtp

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
FACTS = DatabaseFacts("SQLite 3.53.4", "pysqlite3", "0001", "wal")
SMTP = Smtp("mail.example.org", 587, "letters", "a password", MailSecurity.STARTTLS)


def problem(found: Finding) -> str:
    assert not found.is_fine
    assert found.advice or found.name == "Settings"
    return found.sentence


def fine(found: Finding) -> str:
    assert found.is_fine
    return found.sentence


@pytest.fixture
def working(settings: Settings) -> Settings:
    """An installation with database, key and worker."""
    settings.secret_key_file.touch(mode=0o600)
    with opened_session(settings) as session, transaction(session):
        workers.note_worker(session, "this-machine:1", now=NOW)
    return settings


def test_installation_that_works_has_no_problem(working: Settings) -> None:
    found = check.findings(working, now=NOW + timedelta(seconds=5))
    assert [one.name for one in found if not one.is_fine] == []


def test_looking_changes_nothing(tmp_path: Path) -> None:
    check.findings(settings_for(tmp_path), now=NOW)
    assert list(tmp_path.iterdir()) == []


def test_old_python() -> None:
    assert problem(check.python_finding((3, 10, 14))) == "Python 3.10.14 is too old."
    assert fine(check.python_finding((3, 11, 0))) == "Python 3.11.0."


def test_missing_library() -> None:
    found = check.libraries_finding(["libpango-1.0"])
    assert "libpango-1.0" in problem(found)
    assert "apt-get install" in found.advice


def test_pandoc_that_does_not_run() -> None:
    assert "no statement can be shown" in problem(check.pandoc_finding(runs=False))


def test_missing_font() -> None:
    assert "Amiri_400Regular.ttf" in problem(check.fonts_finding(["Amiri_400Regular.ttf"]))


def test_missing_database(tmp_path: Path) -> None:
    assert "There is no database yet" in problem(check.database_finding(settings_for(tmp_path)))


@pytest.mark.sqlite
def test_database_that_cannot_be_opened(settings: Settings) -> None:
    Path(settings.database_url.removeprefix("sqlite:///")).write_bytes(b"no database at all" * 100)
    assert problem(check.database_finding(settings)) == "The database cannot be used: file is not a database."


def test_database_server_that_does_not_answer(settings: Settings) -> None:
    gone = replace(settings, database_url="postgresql+psycopg://letters:hidden@127.0.0.1:1/letters?connect_timeout=1")
    found = check.database_finding(gone)
    assert "cannot be used" in problem(found)
    assert "hidden" not in f"{found}"


def test_older_database() -> None:
    found = check.revision_finding(FACTS, "0002")
    assert problem(found) == "The database is at revision 0001; this program needs 0002."
    assert "undersigned run" in found.advice


def test_newer_database() -> None:
    assert "newer version" in problem(check.revision_finding(replace(FACTS, revision="9999"), "0001"))


def test_journal_and_driver_are_named() -> None:
    assert fine(check.revision_finding(FACTS, "0001")) == "SQLite 3.53.4, driver pysqlite3, journal WAL, at revision 0001."


def test_old_sqlite_is_fine_but_slower() -> None:
    found = check.revision_finding(replace(FACTS, journal="truncate", is_wal_safe=False), "0001")
    assert "journal TRUNCATE" in fine(found)
    assert "pysqlite3" in found.advice


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o666])
def test_secret_key_that_others_can_read(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "secret-key"
    path.touch()
    path.chmod(mode)
    found = check.secret_key_finding(path)
    assert f"{mode:04o}" in problem(found)
    assert found.advice == f"chmod 600 {path}"


def test_secret_key_from_the_environment(tmp_path: Path) -> None:
    assert "environment" in fine(check.secret_key_finding(tmp_path / "secret-key"))


def test_data_folder_that_cannot_be_written(tmp_path: Path) -> None:
    # Root may write anywhere, but not into a folder that is none.
    (tmp_path / "file").touch()
    assert "Nothing can be written" in problem(check.data_folder_finding(tmp_path / "file"))


def test_full_disk(tmp_path: Path) -> None:
    assert "499 MB free" in problem(check.free_space_finding(tmp_path, 499_999_999))
    assert "500 MB free" in fine(check.free_space_finding(tmp_path, 500_000_000))


def test_worker_that_never_ran() -> None:
    found = check.worker_finding(None, now=NOW)
    assert "No worker runs" in problem(found)
    assert "undersigned work" in found.advice


@pytest.mark.parametrize(
    ("silent", "spelled"),
    [
        (timedelta(seconds=60), "1 minute"),
        (timedelta(minutes=59), "59 minutes"),
        (timedelta(hours=1), "1 hour"),
        (timedelta(hours=30), "1 day"),
        (timedelta(days=12), "12 days"),
    ],
)
def test_worker_that_has_stopped(silent: timedelta, spelled: str) -> None:
    assert f"no sign for {spelled}," in problem(check.worker_finding(NOW, now=NOW + silent))


def test_worker_that_gave_a_sign_within_the_minute() -> None:
    assert fine(check.worker_finding(NOW, now=NOW + timedelta(seconds=59))) == "The worker runs."


def test_sign_from_before_the_clock_was_set_back_proves_nothing() -> None:
    assert "no sign" in problem(check.worker_finding(NOW, now=NOW - timedelta(days=3650)))


def test_installation_that_can_only_be_read() -> None:
    found = check.standing_finding(Standing(NOW, NOW, "It was restored."))
    assert problem(found) == "Nothing can be changed and no mail leaves since 2026-03-02 09:00 UTC. It was restored."
    assert found.advice.endswith("undersigned resume")


def test_mail_that_is_held() -> None:
    found = check.standing_finding(Standing(mail_held_since=NOW, reason="A wrong roster."))
    assert "held since 2026-03-02 09:00 UTC" in problem(found)
    assert found.advice.endswith("undersigned mail resume")


def test_installation_in_use() -> None:
    assert fine(check.standing_finding(Standing())) == "Answers are taken, and mail is not held."


def test_address_of_this_machine_says_what_cannot_be_done() -> None:
    found = check.address_finding(Links("http://127.0.0.1:8000"), 0)
    assert "this machine only" in fine(found)
    assert "only a demonstration can be sealed" in found.advice


def test_public_address_without_https() -> None:
    assert "not encrypted" in problem(check.address_finding(Links("http://letters.example.org"), 0))


def test_public_address_with_https() -> None:
    assert check.address_finding(Links("https://letters.example.org"), 1).advice == ""
    assert "UNDERSIGNED_TRUSTED_PROXIES" in check.address_finding(Links("https://letters.example.org"), 0).advice


def test_local_mailbox_is_named(settings: Settings) -> None:
    assert "http://127.0.0.1:8000/mailbox" in fine(check.mail_finding(settings, tries=True))


def test_mail_server_is_named_and_left_alone(settings: Settings) -> None:
    found = check.mail_finding(replace(settings, smtp=SMTP), tries=False)
    assert fine(found) == "Mail leaves by mail.example.org, port 587 (starttls), from undersigned@example.org."
    assert "check --mail" in found.advice


def test_mail_in_the_open(settings: Settings) -> None:
    in_the_open = replace(SMTP, security=MailSecurity.NONE)
    assert "unencrypted" in problem(check.mail_finding(replace(settings, smtp=in_the_open), tries=False))
    assert fine(check.mail_finding(replace(settings, smtp=replace(in_the_open, host="127.0.0.1")), tries=False))


@pytest.mark.enable_socket
def test_mail_server_that_does_not_answer(settings: Settings) -> None:
    gone = replace(SMTP, host="127.0.0.1", port=1)
    found = check.mail_finding(replace(settings, smtp=gone), tries=True)
    assert "did not let us in: ConnectionRefusedError." in problem(found)
    assert "a password" not in f"{found}"


def test_shifted_clock() -> None:
    assert "shifted" in problem(check.clock_finding(is_shifted=True))
    assert fine(check.clock_finding(is_shifted=False))


def test_settings_that_cannot_be_read() -> None:
    assert problem(check.settings_finding(SettingsError("DATABASE_URL is wrong."))) == "DATABASE_URL is wrong."
