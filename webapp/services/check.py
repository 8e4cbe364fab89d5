"""Whether an installation can do its work: each thing by itself, in words for the person who runs it."""

import shutil
import stat
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from sqlalchemy.orm import Session

from webapp.domain.links import Links, is_loopback
from webapp.mail.transport import PermanentFailure, SmtpTransport, TemporaryFailure
from webapp.persistence.database import DatabaseUnreachable, opened_session
from webapp.persistence.inspection import DatabaseFacts, inspect_database
from webapp.persistence.revisions import head_revision
from webapp.rendering.machine import broken_fonts, missing_libraries, pandoc_runs
from webapp.services import installation, workers
from webapp.services.installation import Standing
from webapp.services.readiness import LEAST_FREE_BYTES
from webapp.settings import MailSecurity, NoInstallation, Settings, SettingsError, Smtp

Answer = TypeVar("Answer")

_OLDEST_PYTHON = (3, 11)


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. `advice` says what to do, or, where all is fine, what to know."""

    name: str
    is_fine: bool
    sentence: str
    advice: str = ""


def findings(settings: Settings, *, now: datetime, tries_mail: bool = False) -> tuple[Finding, ...]:
    """Everything that was looked at; changes nothing. `now` is the machine's own time, for the worker's sign of life is written by it."""
    return (
        *machine_findings(),
        database_finding(settings),
        secret_key_finding(None if settings.has_key_from_environment else settings.secret_key_file),
        data_folder_finding(settings.data_folder),
        worker_finding(_worker_seen_at(settings), now=now),
        standing_finding(_standing(settings)),
        address_finding(settings.links, settings.trusted_proxies),
        mail_finding(settings, tries=tries_mail),
        clock_finding(is_shifted=settings.is_rehearsal),
    )


def machine_findings() -> tuple[Finding, ...]:
    """What the machine must have before there is an installation at all."""
    return (
        python_finding(sys.version_info[:3]),
        libraries_finding(missing_libraries()),
        pandoc_finding(runs=pandoc_runs()),
        fonts_finding(broken_fonts()),
    )


def none_finding(error: NoInstallation) -> Finding:
    """Nothing else can be looked at where nothing has been set up."""
    return Finding("Installation", False, error.sentence, error.advice)


def settings_finding(error: SettingsError) -> Finding:
    """The only one where the settings cannot be read, for all others depend on them."""
    return Finding("Settings", False, str(error))


def python_finding(version: tuple[int, int, int]) -> Finding:
    spelled = ".".join(str(part) for part in version)
    if version[:2] >= _OLDEST_PYTHON:
        return Finding("Python", True, f"Python {spelled}.")
    return Finding("Python", False, f"Python {spelled} is too old.", "Install Python 3.11 or newer, then set up again with make.")


def libraries_finding(missing: list[str]) -> Finding:
    name = "PDF libraries"
    if not missing:
        return Finding(name, True, "Every library that the PDF needs can be opened.")
    sentence = f"No PDF can be made, for these libraries cannot be opened: {', '.join(missing)}."
    return Finding(name, False, sentence, "On Debian: apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0")


def pandoc_finding(*, runs: bool) -> Finding:
    if runs:
        return Finding("Pandoc", True, "Pandoc converts texts.")
    return Finding("Pandoc", False, "Pandoc does not run, so no statement can be shown.", "Set up again with make; pandoc comes with it.")


def fonts_finding(broken: list[str]) -> Finding:
    if not broken:
        return Finding("Fonts", True, "All fonts of the letter are there.")
    sentence = f"These fonts of the letter are missing or damaged: {', '.join(broken)}."
    return Finding("Fonts", False, sentence, "Restore static/fonts from the checkout: git checkout static/fonts")


def database_finding(settings: Settings) -> Finding:
    try:
        facts = inspect_database(settings)
    except DatabaseUnreachable as error:
        return Finding("Database", False, str(error), "See that it runs, and that DATABASE_URL or UNDERSIGNED_DATA names the right one.")
    return revision_finding(facts, head_revision())


def revision_finding(facts: DatabaseFacts, head: str) -> Finding:
    what = f"{facts.product}, driver {facts.driver}"
    if facts.is_empty:
        return Finding("Database", False, f"There is no database yet ({what}).", "Make one with: undersigned run")
    if facts.is_newer:
        sentence = f"The database is of a newer version of this program ({facts.revision})."
        return Finding("Database", False, sentence, "Use that version, or restore the backup from before it.")
    if facts.revision != head:
        sentence = f"The database is at revision {facts.revision}; this program needs {head}."
        return Finding("Database", False, sentence, "Make a backup, then start with: undersigned run. It brings the database up to date.")
    journal = f", journal {facts.journal.upper()}" if facts.journal else ""
    return Finding("Database", True, f"{what}{journal}, at revision {facts.revision}.", _journal_advice(facts))


def _journal_advice(facts: DatabaseFacts) -> str:
    if facts.is_wal_safe:
        return ""
    # SQLite up to 3.51.2 can corrupt a write-ahead log that several processes write (sqlite.org/wal.html).
    return "This SQLite is too old for a write-ahead log, so each write takes a little longer. The package pysqlite3 brings a newer one."


def secret_key_finding(path: Path | None) -> Finding:
    name = "Secret key"
    if path is None or not path.exists():
        return Finding(name, True, "The secret key comes from the environment.")
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077 == 0:
        return Finding(name, True, f"The secret key is readable by its owner alone ({mode:04o}).", "Keep a copy of it beside every backup.")
    sentence = f"The secret key can be read by other users of this machine ({mode:04o}); it makes every link and code."
    return Finding(name, False, sentence, f"chmod 600 {path}")


def data_folder_finding(folder: Path) -> Finding:
    name = "Data folder"
    try:
        with tempfile.TemporaryFile(dir=folder):
            free = shutil.disk_usage(folder).free
    except OSError as error:
        sentence = f"Nothing can be written to {folder} ({error.strerror})."
        return Finding(name, False, sentence, "Give the folder to the user who runs this, or set UNDERSIGNED_DATA to another.")
    return free_space_finding(folder, free)


def free_space_finding(folder: Path, free: int) -> Finding:
    sentence = f"{folder} has {free // 1_000_000:,} MB free."
    if free >= LEAST_FREE_BYTES:
        return Finding("Data folder", True, sentence)
    return Finding("Data folder", False, sentence, "Make room: with less than 500 MB, answers may soon be refused.")


def worker_finding(seen_at: datetime | None, *, now: datetime) -> Finding:
    advice = "Start it with the site: undersigned run. Or alone: undersigned work"
    if seen_at is None:
        return Finding("Worker", False, "No worker runs, so no mail leaves and no deadline closes by itself.", advice)
    if workers.is_alive(seen_at, now=now):
        return Finding("Worker", True, "The worker runs.")
    age = abs(now - seen_at)
    sentence = f"The worker has given no sign for {_spelled(age)}, so no mail leaves and no deadline closes by itself."
    return Finding("Worker", False, sentence, advice)


def _worker_seen_at(settings: Settings) -> datetime | None:
    return _asked(settings, workers.worker_seen_at)


def standing_finding(standing: Standing | None) -> Finding:
    """None where there is no database to say it."""
    name = "In use"
    if standing is None:
        return Finding(name, True, "Nothing has been stopped, for there is nothing yet.")
    why = f" {standing.reason}" if standing.reason else ""
    if standing.read_only_since:
        sentence = f"Nothing can be changed and no mail leaves since {_at(standing.read_only_since)}.{why}"
        return Finding(name, False, sentence, "Look it over, then let it go on with: undersigned resume")
    if standing.mail_held_since:
        sentence = f"Mail is held since {_at(standing.mail_held_since)}, so nobody gets a link or a code.{why}"
        return Finding(name, False, sentence, "Let it leave again with: undersigned mail resume")
    return Finding(name, True, "Answers are taken, and mail is not held.")


def _standing(settings: Settings) -> Standing | None:
    return _asked(settings, installation.standing)


def _at(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M} UTC"


def _asked(settings: Settings, question: Callable[[Session], Answer]) -> Answer | None:
    """None where the database is not there, or not of this version: that is a finding of its own."""
    try:
        if not inspect_database(settings).is_ready:
            return None
        with opened_session(settings) as session:
            return question(session)
    except DatabaseUnreachable:
        return None


def _spelled(age: timedelta) -> str:
    minutes = int(age.total_seconds()) // 60
    for number, unit in ((minutes // 1440, "day"), (minutes // 60, "hour")):
        if number:
            return f"{number} {unit}{'' if number == 1 else 's'}"
    return f"{minutes} minute{'' if minutes == 1 else 's'}"


def address_finding(links: Links, trusted_proxies: int) -> Finding:
    name = "Address"
    if links.is_loopback:
        advice = (
            "So personal links open on this machine alone, and only a demonstration can be sealed. "
            "Set UNDERSIGNED_BASE_URL to the public address before real societies are invited."
        )
        return Finding(name, True, f"{links.base} works on this machine only.", advice)
    if not links.is_https:
        sentence = f"{links.base} is not encrypted, so links and codes can be read on their way."
        return Finding(name, False, sentence, "Put a web server with a certificate in front, and write https:// in UNDERSIGNED_BASE_URL.")
    if trusted_proxies == 0:
        advice = "If a web server stands in front, set UNDERSIGNED_TRUSTED_PROXIES=1; else every visitor looks like that server."
        return Finding(name, True, f"{links.base} is encrypted.", advice)
    return Finding(name, True, f"{links.base} is encrypted.")


def mail_finding(settings: Settings, *, tries: bool) -> Finding:
    if settings.smtp is None:
        return Finding("Mail", True, f"No mail leaves this machine: every message is kept at {settings.links.mailbox()}")
    if settings.smtp.security is MailSecurity.NONE and not is_loopback(settings.smtp.host):
        sentence = f"Mail goes to {settings.smtp.host} unencrypted, so links and codes can be read on their way."
        return Finding("Mail", False, sentence, "Set UNDERSIGNED_SMTP_SECURITY to starttls or tls.")
    return smtp_finding(settings, settings.smtp, tries=tries)


def smtp_finding(settings: Settings, smtp: Smtp, *, tries: bool) -> Finding:
    where = f"{smtp.host}, port {smtp.port} ({smtp.security})"
    if not tries:
        return Finding("Mail", True, f"Mail leaves by {where}, from {settings.mail_from}.", "Whether it answers: undersigned check --mail")
    try:
        SmtpTransport(smtp, settings.mail_from, settings.links.host).knock()
    except (TemporaryFailure, PermanentFailure) as failure:
        advice = "Check host, port, security, user and password, and that this machine may connect there."
        return Finding("Mail", False, f"The mail server {where} did not let us in: {failure}.", advice)
    return Finding("Mail", True, f"The mail server {where} answers and lets us in.")


def clock_finding(*, is_shifted: bool) -> Finding:
    if not is_shifted:
        return Finding("Clock", True, "The clock is the machine’s own.")
    sentence = "The clock is shifted for a rehearsal, so every time in record and mail is invented."
    return Finding("Clock", False, sentence, "Remove UNDERSIGNED_CLOCK before anything real is done.")
