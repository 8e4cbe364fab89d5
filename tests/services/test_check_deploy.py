"""Every unsafe setting of a public site is known by name; a sound one has none."""

import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from tests import factories
from tests.databases import create_database, postgresql_server
from webapp.domain.links import Links
from webapp.domain.tokens import Keyring
from webapp.persistence.database import transaction
from webapp.persistence.inspection import ServerFacts, file_system_of, inspect_server
from webapp.services import check_deploy, doors
from webapp.services.check import Finding
from webapp.settings import LookUp, MailSecurity, PdfSeal, Settings, Smtp

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SMTP = Smtp("mail.marrowby.org", 587, "letters", "a password", MailSecurity.STARTTLS)
SERVER = ServerFacts({"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}, False, True, False)


@pytest.fixture
def sound(settings: Settings, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A public site as it should be."""
    # The server that the tests bring does not wait for the disk, which the finding of its own below is about.
    durable = SERVER.durability
    monkeypatch.setattr(check_deploy, "inspect_server", lambda chosen: replace(inspect_server(chosen), durability=durable))
    settings.data_folder.chmod(0o700)
    with Session(engine) as session, transaction(session):
        doors.add_staff(session, "office@marrowby.org", now=NOW)
    return replace(
        settings,
        links=Links("https://letters.marrowby.org"),
        trusted_proxies=1,
        smtp=SMTP,
        mail_from="letters@marrowby.org",
        keyring=Keyring(b"kR7w-0xZQeu1vJmY2sTnLh8gBdCpFaXo"),
    )


def problems(settings: Settings, environ: dict[str, str] | None = None, user_id: int = 1000) -> list[str]:
    found = check_deploy.deploy_findings(settings, environ or {}, user_id=user_id, now=NOW)
    assert all(one.advice for one in found if not one.is_fine), "each problem says what to do"
    # The server that the tests bring is used as its superuser, which the finding of its own below is about.
    return [one.name for one in found if not one.is_fine and "superuser" not in one.sentence]


def test_sound_public_site_has_no_problem(sound: Settings) -> None:
    assert problems(sound) == []


SETTINGS: list[tuple[str, dict[str, Any]]] = [
    ("Public address", {"links": Links("http://letters.marrowby.org"), "trusted_proxies": 0}),
    ("Public address", {"links": Links("http://127.0.0.1:8000")}),
    ("Public address", {"links": Links("https://192.0.2.10")}),
    ("Public address", {"links": Links("https://[2001:db8::1]")}),
    ("Public address", {"links": Links("https://letters.example.org")}),
    ("Public address", {"links": Links("https://letters.local")}),
    ("Public address", {"links": Links("https://letters")}),
    ("Proxy", {"trusted_proxies": 0}),
    ("Public mail", {"smtp": None}),
    ("Public mail", {"mail_from": "undersigned@localhost"}),
    ("Public mail", {"mail_from": "letters@example.org"}),
    ("Public mail", {"smtp": replace(SMTP, user=None, password=None)}),
    ("Key strength", {"keyring": Keyring(b"change-me" * 8)}),
    ("Key strength", {"keyring": Keyring(b"0" * 64)}),
    ("PDF seal", {"pdf_seal": PdfSeal(Path("/is/not/there.p12"))}),
    ("PDF seal", {"pdf_seal": PdfSeal(Path("/dev/null"))}),
]


@pytest.mark.sqlite
@pytest.mark.parametrize(("name", "change"), SETTINGS, ids=[f"{name}: {change}"[:60] for name, change in SETTINGS])
def test_unsafe_setting_is_a_problem_of_its_name(sound: Settings, name: str, change: dict[str, Any]) -> None:
    assert problems(replace(sound, **change)) == [name]


def test_seal_with_the_own_key_is_fine_and_says_that_readers_warn(sound: Settings) -> None:
    found = check_deploy.pdf_seal_finding(replace(sound, pdf_seal=PdfSeal()), now=NOW)
    assert found.is_fine
    assert "warn" in found.advice


@pytest.mark.sqlite
@pytest.mark.parametrize("variable", check_deploy.MEDDLING)
def test_variable_that_changes_how_the_site_is_served_is_a_problem(sound: Settings, variable: str) -> None:
    assert problems(sound, {variable: "1"}) == ["Environment"]
    assert problems(sound, {variable: ""}) == []


def test_root_is_a_problem(sound: Settings) -> None:
    assert problems(sound, user_id=0) == ["User"]


@pytest.mark.sqlite
@pytest.mark.parametrize("mode", [0o755, 0o750, 0o701])
def test_data_that_others_can_read_is_a_problem(sound: Settings, mode: int) -> None:
    sound.data_folder.chmod(mode)
    assert problems(sound) == ["Private data"]


@pytest.mark.sqlite
def test_database_in_another_folder_is_looked_at_too(sound: Settings, engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(sound.data_folder / "undersigned.db", elsewhere)
    elsewhere.chmod(0o755)
    assert problems(replace(sound, database_url=f"sqlite:///{elsewhere / 'undersigned.db'}")) == ["Private data"]


def test_account_that_nobody_can_be_reached_at_is_a_problem(sound: Settings, engine: Engine) -> None:
    with Session(engine) as session, transaction(session):
        doors.add_staff(session, "coordinator@example.org", now=NOW)
    assert problems(sound) == ["Staff"]


def test_demonstration_beside_real_letters_is_a_problem(sound: Settings, engine: Engine) -> None:
    with Session(engine) as session, transaction(session):
        letter = factories.letter_in_draft(session, factories.staff_actor(session, "lead@marrowby.org"))
        factories.letter_row(session, letter).is_demonstration = True
    assert problems(sound) == ["Demonstration"]


def problem(found: Finding) -> str:
    assert not found.is_fine
    return found.sentence


def test_nobody_on_the_staff_is_a_problem() -> None:
    assert "nobody can sign in" in problem(check_deploy.staff_finding([]))


@pytest.mark.parametrize("setting", ["fsync", "synchronous_commit", "full_page_writes"])
def test_postgresql_that_may_lose_an_acknowledged_answer_is_a_problem(setting: str) -> None:
    server = replace(SERVER, durability={**SERVER.durability, setting: "off"})
    assert f"{setting}=off" in problem(check_deploy.server_finding(server))


def test_postgresql_superuser_and_open_wire_are_problems() -> None:
    assert check_deploy.server_finding(SERVER).is_fine
    assert "superuser" in problem(check_deploy.server_finding(replace(SERVER, is_superuser=True)))
    assert "not encrypted" in problem(check_deploy.server_finding(replace(SERVER, is_encrypted=False)))
    assert check_deploy.server_finding(replace(SERVER, is_encrypted=False, is_local=True)).is_fine


@pytest.mark.parametrize("kind", ["nfs4", "cifs", "fuse.sshfs", "9p"])
def test_database_on_a_network_file_system_is_a_problem(kind: str) -> None:
    assert "network file system" in problem(check_deploy.file_system_finding(kind))


def test_file_system_is_read_from_the_kernel(tmp_path: Path) -> None:
    assert file_system_of(Path("/proc/self/status")) == "proc"
    assert file_system_of(tmp_path / "not-there-yet") not in {"", "unknown"}


@pytest.mark.sqlite
@pytest.mark.enable_socket
def test_server_tells_its_facts(settings: Settings, tmp_path: Path) -> None:
    with postgresql_server() as server:
        facts = inspect_server(replace(settings, database_url=create_database(server)))
    assert facts.is_local
    assert facts.is_superuser
    assert facts.durability.keys() == SERVER.durability.keys()
    assert set(facts.durability.values()) <= {"on", "off"}


@pytest.mark.parametrize("host", ["letters.example.com", "EXAMPLE.ORG", "letters.test", "10.0.0.1", "::1", "intranet", "letters.internal."])
def test_name_that_nobody_can_look_up_is_reserved(host: str) -> None:
    assert check_deploy.is_reserved(host)


@pytest.mark.parametrize("host", ["letters.marrowby.org", "notexample.com", "example.co", "xn--gesellschft-w5a.de"])
def test_name_that_can_be_owned_is_not_reserved(host: str) -> None:
    assert not check_deploy.is_reserved(host)


def test_look_up_is_told_of_whether_it_is_off_or_on(sound: Settings) -> None:
    assert "Look-up" not in problems(sound)
    assert "Look-up" not in problems(replace(sound, look_up=LookUp("office@marrowby.org")))
    assert problems(replace(sound, look_up=LookUp("office@marrowby.example"))) == ["Look-up"]


def test_machine_that_knows_no_authority_is_told_of() -> None:
    assert not check_deploy.certificates_finding(are_known=False).is_fine
    assert check_deploy.certificates_finding(are_known=True).is_fine
