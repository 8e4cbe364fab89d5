"""Settings: sound by default, and each wrong one refused by its name."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from webapp.clock import ShiftedClock, SystemClock
from webapp.domain.tokens import Keyring
from webapp.settings import MailSecurity, PdfSeal, Settings, SettingsError, Smtp, load_settings

KEY = "k" * 32


def load(folder: Path, **env: str) -> Settings:
    return load_settings({"UNDERSIGNED_DATA": str(folder / "data"), **env})


def test_defaults_are_for_this_machine_alone(tmp_path: Path) -> None:
    settings = load(tmp_path)
    assert settings.links.base == "http://127.0.0.1:8000"
    assert settings.links.is_loopback
    assert settings.database_url == f"sqlite:///{tmp_path / 'data' / 'undersigned.db'}"
    assert settings.smtp is None
    assert settings.has_local_mailbox
    assert isinstance(settings.clock, SystemClock)
    assert not settings.is_rehearsal
    assert settings.trusted_proxies == 0


WRONG = [
    ("UNDERSIGNED_BASE_URL", {"UNDERSIGNED_BASE_URL": ""}, "an empty address"),
    ("UNDERSIGNED_BASE_URL", {"UNDERSIGNED_BASE_URL": "letters.example.org"}, "an address without a scheme"),
    ("UNDERSIGNED_BASE_URL", {"UNDERSIGNED_BASE_URL": "ftp://letters.example.org"}, "another scheme"),
    ("UNDERSIGNED_BASE_URL", {"UNDERSIGNED_BASE_URL": "javascript:alert(1)"}, "a script"),
    ("UNDERSIGNED_BASE_URL", {"UNDERSIGNED_BASE_URL": "https://"}, "no host"),
    ("UNDERSIGNED_BASE_URL", {"UNDERSIGNED_BASE_URL": "https://letters.example.org/society"}, "a path"),
    ("UNDERSIGNED_BASE_URL", {"UNDERSIGNED_BASE_URL": "https://letters.example.org?x=1"}, "a query"),
    ("UNDERSIGNED_BASE_URL", {"UNDERSIGNED_BASE_URL": "https://letters.example.org/#top"}, "a fragment"),
    ("UNDERSIGNED_BASE_URL", {"UNDERSIGNED_BASE_URL": "https://user:word@letters.example.org"}, "a password"),
    ("UNDERSIGNED_BASE_URL", {"UNDERSIGNED_BASE_URL": "https://letters.example.org:port"}, "a port in letters"),
    ("UNDERSIGNED_BASE_URL", {"UNDERSIGNED_BASE_URL": "https://letters.example.org:99999"}, "a port that cannot be"),
    ("UNDERSIGNED_BASE_URL", {"UNDERSIGNED_BASE_URL": "https://[::1"}, "a bracket never closed"),
    ("UNDERSIGNED_BASE_URL", {"UNDERSIGNED_BASE_URL": "https://letters example.org"}, "a space"),
    ("UNDERSIGNED_SECRET_KEY", {"UNDERSIGNED_SECRET_KEY": "k" * 31}, "a key too short"),
    ("DATABASE_URL", {"DATABASE_URL": "mysql://host/name"}, "another database"),
    ("DATABASE_URL", {"DATABASE_URL": "sqlite:///relative.db"}, "a database wherever the process stands"),
    ("DATABASE_URL", {"DATABASE_URL": "sqlite://"}, "a database in memory"),
    ("DATABASE_URL", {"DATABASE_URL": "nonsense"}, "no database"),
    ("UNDERSIGNED_MAIL_FROM", {"UNDERSIGNED_MAIL_FROM": "letters"}, "a sender without a domain"),
    ("UNDERSIGNED_SEAL", {"UNDERSIGNED_SEAL": "yes"}, "a seal of no kind that there is"),
    ("UNDERSIGNED_SEAL", {"UNDERSIGNED_SEAL": "own", "UNDERSIGNED_SEAL_PKCS12": "/seal.p12"}, "two seals"),
    (
        "UNDERSIGNED_SEAL_PASSWORD_FILE",
        {"UNDERSIGNED_SEAL_PKCS12": "/seal.p12", "UNDERSIGNED_SEAL_PASSWORD_FILE": "/none"},
        "a password file that is not there",
    ),
    ("UNDERSIGNED_LOOK_UP", {"UNDERSIGNED_LOOK_UP": "on"}, "R20 a look-up without an address of ours"),
    ("UNDERSIGNED_LOOK_UP", {"UNDERSIGNED_LOOK_UP": "https://evil.example"}, "R20 a register of somebody else"),
    ("UNDERSIGNED_MAIL_FROM", {"UNDERSIGNED_MAIL_FROM": "Letters <letters@example.org>"}, "a sender with a name"),
    ("UNDERSIGNED_MAIL_FROM", {"UNDERSIGNED_MAIL_FROM": "a@example.org, b@example.org"}, "two senders"),
    ("UNDERSIGNED_MAIL_FROM", {"UNDERSIGNED_MAIL_FROM": "a@example.org\r\nBcc: b@example.org"}, "R20 a header in the sender"),
    ("UNDERSIGNED_SMTP_SECURITY", {"UNDERSIGNED_SMTP_HOST": "mail.example.org", "UNDERSIGNED_SMTP_SECURITY": "ssl"}, "another security"),
    ("UNDERSIGNED_SMTP_PORT", {"UNDERSIGNED_SMTP_HOST": "mail.example.org", "UNDERSIGNED_SMTP_PORT": "smtp"}, "a mail port in letters"),
    ("UNDERSIGNED_SMTP_PORT", {"UNDERSIGNED_SMTP_HOST": "mail.example.org", "UNDERSIGNED_SMTP_PORT": "0"}, "the port nought"),
    ("UNDERSIGNED_SMTP_PORT", {"UNDERSIGNED_SMTP_HOST": "mail.example.org", "UNDERSIGNED_SMTP_PORT": "65536"}, "a port too high"),
    ("UNDERSIGNED_SMTP_PASSWORD", {"UNDERSIGNED_SMTP_HOST": "mail.example.org", "UNDERSIGNED_SMTP_USER": "u"}, "a user without a password"),
    ("UNDERSIGNED_SMTP_USER", {"UNDERSIGNED_SMTP_HOST": "mail.example.org", "UNDERSIGNED_SMTP_PASSWORD": "p"}, "a password without a user"),
    ("UNDERSIGNED_TRUSTED_PROXIES", {"UNDERSIGNED_TRUSTED_PROXIES": "-1"}, "fewer proxies than none"),
    ("UNDERSIGNED_TRUSTED_PROXIES", {"UNDERSIGNED_TRUSTED_PROXIES": "²"}, "a digit that is no number"),
    ("UNDERSIGNED_TRUSTED_PROXIES", {"UNDERSIGNED_TRUSTED_PROXIES": "1.5"}, "half a proxy"),
    (
        "UNDERSIGNED_CLOCK",
        {"UNDERSIGNED_CLOCK": "/tmp/clock", "UNDERSIGNED_BASE_URL": "https://letters.example.org"},
        "R9 a clock that can be shifted where others come",
    ),
]


@pytest.mark.parametrize(("name", "env"), [row[:2] for row in WRONG], ids=[row[2] for row in WRONG])
def test_wrong_setting_is_refused_by_its_name(tmp_path: Path, name: str, env: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match=name) as refused:
        load(tmp_path, **env)
    assert str(refused.value).endswith(".")
    assert not any(word in str(refused.value) for word in ("Traceback", KEY))


@pytest.mark.parametrize("inside", [".", "below"], ids=["a file stands in its place", "a file stands above it"])
def test_data_folder_that_cannot_be_made_is_refused_by_its_name(tmp_path: Path, inside: str) -> None:
    (tmp_path / "data").write_text("not a folder")
    with pytest.raises(SettingsError, match="UNDERSIGNED_DATA"):
        load_settings({"UNDERSIGNED_DATA": str(tmp_path / "data" / inside)})


def test_data_folder_is_its_owners_alone(tmp_path: Path) -> None:
    assert stat.S_IMODE(load(tmp_path).data_folder.stat().st_mode) == 0o700


def test_empty_setting_is_as_good_as_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names = ("DATA", "SECRET_KEY", "MAIL_FROM", "SMTP_HOST", "SMTP_PORT", "CLOCK", "TRUSTED_PROXIES")
    settings = load_settings({f"UNDERSIGNED_{name}": "" for name in names} | {"DATABASE_URL": ""})
    assert settings.data_folder == tmp_path / "instance"
    assert settings.smtp is None
    assert settings.mail_from == "undersigned@localhost"


def test_secret_key_file_is_its_owners_alone(tmp_path: Path) -> None:
    load(tmp_path)
    files = [path for path in (tmp_path / "data").iterdir() if path.name.startswith("secret-key")]
    assert [(path.name, stat.S_IMODE(path.stat().st_mode)) for path in files] == [("secret-key", 0o600)]


def test_two_loads_give_one_key(tmp_path: Path) -> None:
    assert load(tmp_path).keyring == load(tmp_path).keyring


def test_processes_that_start_at_once_agree_on_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        keys = {settings.keyring.key for settings in pool.map(load, [tmp_path] * 64)}
    assert len(keys) == 1
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["secret-key"]


def test_two_installations_have_two_keys(tmp_path: Path) -> None:
    assert load(tmp_path / "one").keyring != load(tmp_path / "other").keyring


def test_key_from_the_environment_is_used_and_not_written(tmp_path: Path) -> None:
    assert load(tmp_path, UNDERSIGNED_SECRET_KEY=KEY).keyring == Keyring(KEY.encode())
    assert not list((tmp_path / "data").iterdir())


@pytest.mark.parametrize("left", ["", "half a key"])
def test_key_file_that_was_cut_short_is_refused_and_left_alone(tmp_path: Path, left: str) -> None:
    load(tmp_path)
    path = tmp_path / "data" / "secret-key"
    path.write_text(left)
    with pytest.raises(SettingsError, match="secret-key"):
        load(tmp_path)
    assert path.read_text() == left


def test_key_file_that_cannot_be_read_is_refused_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "data" / "secret-key").mkdir(parents=True)
    with pytest.raises(SettingsError, match="secret-key"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("typed", "base"),
    [
        ("https://letters.example.org", "https://letters.example.org"),
        ("https://letters.example.org/", "https://letters.example.org"),
        ("HTTPS://letters.example.org", "https://letters.example.org"),
        (" https://letters.example.org\n", "https://letters.example.org"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_base_address_is_kept_in_one_form(tmp_path: Path, typed: str, base: str) -> None:
    assert load(tmp_path, UNDERSIGNED_BASE_URL=typed, UNDERSIGNED_SMTP_HOST="mail.example.org").links.base == base


@pytest.mark.parametrize(
    ("typed", "url"),
    [
        ("postgresql://u:p@host/name", "postgresql+psycopg://u:p@host/name"),
        ("postgres://u:p@host/name", "postgresql+psycopg://u:p@host/name"),
        ("postgresql+psycopg://host/name", "postgresql+psycopg://host/name"),
        ("sqlite:////srv/data/undersigned.db", "sqlite:////srv/data/undersigned.db"),
    ],
)
def test_database_address_names_our_driver(tmp_path: Path, typed: str, url: str) -> None:
    assert load(tmp_path, DATABASE_URL=typed).database_url == url


@pytest.mark.parametrize(
    ("base", "sender"),
    [
        ("https://letters.example.org", "undersigned@letters.example.org"),
        ("http://127.0.0.1:8000", "undersigned@localhost"),
        ("http://localhost", "undersigned@localhost"),
        ("http://intranet", "undersigned@localhost"),
    ],
)
def test_sender_follows_the_base_address(tmp_path: Path, base: str, sender: str) -> None:
    assert load(tmp_path, UNDERSIGNED_BASE_URL=base, UNDERSIGNED_SMTP_HOST="mail.example.org").mail_from == sender


def test_sender_can_be_set(tmp_path: Path) -> None:
    assert load(tmp_path, UNDERSIGNED_MAIL_FROM="letters@example.org").mail_from == "letters@example.org"


def test_r19_local_mailbox_cannot_exist_where_a_mail_server_does(tmp_path: Path) -> None:
    settings = load(tmp_path, UNDERSIGNED_SMTP_HOST="mail.example.org")
    assert settings.smtp == Smtp("mail.example.org", 587, None, None, MailSecurity.STARTTLS)
    assert not settings.has_local_mailbox


def test_mail_server_is_read_whole(tmp_path: Path) -> None:
    typed = {"HOST": "mail.example.org", "PORT": "465", "USER": "u", "PASSWORD": "p", "SECURITY": "tls"}
    settings = load(tmp_path, **{f"UNDERSIGNED_SMTP_{name}": value for name, value in typed.items()})
    assert settings.smtp == Smtp("mail.example.org", 465, "u", "p", MailSecurity.TLS)


@pytest.mark.parametrize("base", ["http://127.0.0.1:8000", "http://localhost:8000", "http://[::1]:8000"])
def test_clock_can_be_shifted_on_this_machine_alone(tmp_path: Path, base: str) -> None:
    settings = load(tmp_path, UNDERSIGNED_CLOCK=str(tmp_path / "clock"), UNDERSIGNED_BASE_URL=base)
    assert settings.clock == ShiftedClock(tmp_path / "clock")
    assert settings.is_rehearsal


def test_public_address_without_mail_server_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="UNDERSIGNED_SMTP_HOST"):
        load(tmp_path, UNDERSIGNED_BASE_URL="https://letters.example.org")


@pytest.mark.parametrize(("security", "port"), [("starttls", 587), ("tls", 465), ("none", 25)])
def test_port_follows_the_security_of_the_connection(tmp_path: Path, security: str, port: int) -> None:
    settings = load(tmp_path, UNDERSIGNED_SMTP_HOST="mail.example.org", UNDERSIGNED_SMTP_SECURITY=security)
    assert settings.smtp is not None
    assert settings.smtp.port == port


def test_nothing_is_looked_up_until_it_is_switched_on(tmp_path: Path) -> None:
    assert load(tmp_path).look_up is None


def test_look_up_asks_the_two_registers_and_no_other(tmp_path: Path) -> None:
    look_up = load(tmp_path, UNDERSIGNED_LOOK_UP="office@example.org").look_up
    assert look_up is not None
    assert (look_up.contact, look_up.crossref) == ("office@example.org", "https://api.crossref.org")
    assert look_up.pubmed == "https://eutils.ncbi.nlm.nih.gov"


def test_seal_of_the_pdf_is_off_until_it_is_switched_on(tmp_path: Path) -> None:
    assert load(tmp_path).pdf_seal is None
    assert load(tmp_path, UNDERSIGNED_SEAL="own").pdf_seal == PdfSeal()


def test_seal_by_a_file_takes_its_password_from_a_file_or_from_the_environment(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("open sesame\n")
    named = {"UNDERSIGNED_SEAL_PKCS12": "/etc/seal.p12"}
    by_file = load(tmp_path, **named, UNDERSIGNED_SEAL_PASSWORD_FILE=str(tmp_path / "password"))
    assert by_file.pdf_seal == PdfSeal(Path("/etc/seal.p12"), b"open sesame")
    assert load(tmp_path, **named, UNDERSIGNED_SEAL_PASSWORD="typed").pdf_seal == PdfSeal(Path("/etc/seal.p12"), b"typed")
