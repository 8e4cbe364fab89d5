"""What an installation may set: read once from the environment, wrong values refused in words."""

import os
import re
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from webapp.clock import Clock, ShiftedClock, SystemClock
from webapp.domain.links import Links
from webapp.domain.tokens import Keyring
from webapp.log import LEVELS, level_from

SHORTEST_KEY = 32
_KEY_FILE = "secret-key"
_PLAIN_ADDRESS = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+")
_DATABASE_FILE = "undersigned.db"


class SettingsError(Exception):
    """A setting is missing or wrong; the sentence names it and says what to write."""


class NoInstallation(SettingsError):
    """Nothing has been set up where this process looks."""

    def __init__(self, folder: Path) -> None:
        self.sentence = f"There is no installation here: {folder} holds no database."
        self.advice = "Begin one with: undersigned run. If yours is elsewhere, set UNDERSIGNED_DATA to its folder."
        super().__init__(f"{self.sentence} {self.advice}")


class MailSecurity(StrEnum):
    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


# RFC 8314: submission with implicit TLS has a port of its own.
_PORTS = {MailSecurity.STARTTLS: 587, MailSecurity.TLS: 465, MailSecurity.NONE: 25}


@dataclass(frozen=True)
class Smtp:
    """The mail server that takes the letters' messages."""

    host: str
    port: int
    user: str | None
    password: str | None
    security: MailSecurity


@dataclass(frozen=True)
class LookUp:
    """Whom the registers of works may write to, and where they are. The environment sets no address of a register (R20)."""

    contact: str
    crossref: str = "https://api.crossref.org"
    pubmed: str = "https://eutils.ncbi.nlm.nih.gov"


@dataclass(frozen=True)
class PdfSeal:
    """With what the PDF of a letter is sealed (PAdES): a PKCS #12 file, or where none is named the installation’s own key."""

    file: Path | None = None
    password: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Settings:
    data_folder: Path
    database_url: str
    links: Links
    keyring: Keyring
    mail_from: str
    smtp: Smtp | None
    clock: Clock
    is_rehearsal: bool
    """The clock can be shifted and the tick comes every two seconds: loopback only."""
    trusted_proxies: int
    log_level: str
    has_key_from_environment: bool = False
    """Then the file of the same name, left over from a trial, is not the key."""
    look_up: LookUp | None = None
    """None until it is switched on: then no request leaves for a register."""
    pdf_seal: PdfSeal | None = None
    """None until it is switched on: a seal that no authority vouches for makes readers of the PDF warn."""

    @property
    def has_local_mailbox(self) -> bool:
        """The mailbox page exists only where no mail server does (R19)."""
        return self.smtp is None

    @property
    def secret_key_file(self) -> Path:
        """Of no use where the key comes from the environment."""
        return self.data_folder / _KEY_FILE


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of this process; makes the data folder and the secret key on first use.

    Raises SettingsError with a sentence for the person who runs the installation.
    """
    env = os.environ if environ is None else environ
    folder = _folder(env)
    _make_folder(folder)
    return _read(env, folder)


def installed_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """The same where an installation is there already: makes nothing, neither folder nor key.

    Raises NoInstallation where there is none, and SettingsError where its key is missing.
    """
    env = os.environ if environ is None else environ
    folder = _folder(env)
    has_key = env.get("UNDERSIGNED_SECRET_KEY") or (folder / _KEY_FILE).exists()
    if not (env.get("DATABASE_URL") or (folder / _DATABASE_FILE).exists()):
        raise NoInstallation(folder)
    if not has_key:
        raise SettingsError(
            f"The secret key is missing from {folder}, and without it no link that was sent opens. "
            "Put it back there from where you keep it, or set UNDERSIGNED_SECRET_KEY."
        )
    return _read(env, folder)


def _folder(env: Mapping[str, str]) -> Path:
    return Path(env.get("UNDERSIGNED_DATA") or "instance").resolve()


def _read(env: Mapping[str, str], folder: Path) -> Settings:
    links = Links(_base_address(env.get("UNDERSIGNED_BASE_URL", "http://127.0.0.1:8000")))
    offset_file = env.get("UNDERSIGNED_CLOCK")
    if offset_file and not links.is_loopback:
        raise SettingsError("UNDERSIGNED_CLOCK shifts the clock and is only for rehearsals on this machine: remove it.")
    smtp = _smtp(env)
    if smtp is None and not links.is_loopback:
        # The mailbox page would show every link and code to all of the staff (R19).
        raise SettingsError("At a public address mail must leave: set UNDERSIGNED_SMTP_HOST to your mail server.")
    return Settings(
        data_folder=folder,
        database_url=database_url(env.get("DATABASE_URL"), folder),
        links=links,
        keyring=Keyring(_secret_key(env, folder)),
        mail_from=_mail_from(env.get("UNDERSIGNED_MAIL_FROM"), links),
        smtp=smtp,
        clock=ShiftedClock(Path(offset_file)) if offset_file else SystemClock(),
        is_rehearsal=bool(offset_file),
        trusted_proxies=_number(env, "UNDERSIGNED_TRUSTED_PROXIES", 0),
        log_level=_log_level(env),
        has_key_from_environment=bool(env.get("UNDERSIGNED_SECRET_KEY")),
        look_up=_look_up(env.get("UNDERSIGNED_LOOK_UP")),
        pdf_seal=_pdf_seal(env),
    )


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(
            f"The data folder {folder} cannot be made ({error.strerror}). Set UNDERSIGNED_DATA to a folder that can."
        ) from error


def database_url(typed: str | None, folder: Path) -> str:
    """The address as SQLAlchemy takes it; by itself SQLite in the data folder. Raises SettingsError."""
    if not typed:
        return f"sqlite:///{folder / _DATABASE_FILE}"
    if typed.startswith(("postgresql://", "postgres://")):
        return "postgresql+psycopg://" + typed.split("://", 1)[1]
    if typed.startswith(("postgresql+psycopg://", "sqlite:////")):
        return typed
    raise SettingsError("DATABASE_URL must begin with postgresql:// or with sqlite://// and a full path.")


def _base_address(typed: str) -> str:
    sentence = "UNDERSIGNED_BASE_URL must be an address such as https://letters.example.org, without a path."
    try:
        parts = urlsplit(typed.strip())
        host, _port = parts.hostname, parts.port
    except ValueError as error:
        raise SettingsError(sentence) from error
    is_plain = re.fullmatch(r"[^\s@?#/]+", parts.netloc) and not (parts.path.strip("/") or parts.query or parts.fragment)
    if parts.scheme not in {"http", "https"} or not host or not is_plain:
        raise SettingsError(sentence)
    return f"{parts.scheme}://{parts.netloc}"


def _mail_from(typed: str | None, links: Links) -> str:
    if not typed:
        return f"undersigned@{'localhost' if links.is_loopback or '.' not in links.host else links.host}"
    if not _PLAIN_ADDRESS.fullmatch(typed):
        raise SettingsError("UNDERSIGNED_MAIL_FROM must be one plain address, such as letters@example.org.")
    return typed


def _look_up(typed: str | None) -> LookUp | None:
    if not typed:
        return None
    if not _PLAIN_ADDRESS.fullmatch(typed):
        raise SettingsError("UNDERSIGNED_LOOK_UP must be the address that Crossref and PubMed may write to, such as office@example.org.")
    return LookUp(contact=typed)


def _pdf_seal(env: Mapping[str, str]) -> PdfSeal | None:
    own, file = env.get("UNDERSIGNED_SEAL"), env.get("UNDERSIGNED_SEAL_PKCS12")
    if own and own != "own":
        raise SettingsError("UNDERSIGNED_SEAL must be own, which seals PDFs with the installation’s own key; or leave it out.")
    if own and file:
        raise SettingsError("A PDF has one seal: set UNDERSIGNED_SEAL or UNDERSIGNED_SEAL_PKCS12, not both.")
    if file:
        return PdfSeal(Path(file).resolve(), _seal_password(env))
    return PdfSeal() if own else None


def _seal_password(env: Mapping[str, str]) -> bytes | None:
    typed, file = env.get("UNDERSIGNED_SEAL_PASSWORD"), env.get("UNDERSIGNED_SEAL_PASSWORD_FILE")
    if not file:
        return typed.encode() if typed else None
    try:
        return Path(file).read_bytes().rstrip(b"\r\n")
    except OSError as error:
        raise SettingsError(f"UNDERSIGNED_SEAL_PASSWORD_FILE cannot be read ({error.strerror}).") from error


def _secret_key(env: Mapping[str, str], folder: Path) -> bytes:
    if typed := env.get("UNDERSIGNED_SECRET_KEY"):
        if len(typed) < SHORTEST_KEY:
            raise SettingsError(f"UNDERSIGNED_SECRET_KEY must have at least {SHORTEST_KEY} characters.")
        return typed.encode()
    path = folder / _KEY_FILE
    try:
        if not path.exists():
            _make_key(path)
        key = path.read_bytes()
    except OSError as error:
        raise SettingsError(f"The secret key {path} cannot be made or read ({error.strerror}). See to UNDERSIGNED_DATA.") from error
    if len(key) < SHORTEST_KEY:
        raise SettingsError(f"The secret key {path} is cut short, so that links could be guessed: restore it from the backup.")
    return key


def _make_key(path: Path) -> None:
    # Written beside and linked into place, so that two processes starting at once agree on one key.
    fresh = path.with_name(f"secret-key.{secrets.token_hex(4)}")
    fresh.touch(mode=0o600)
    try:
        fresh.write_text(secrets.token_urlsafe(48))
        with suppress(FileExistsError):
            os.link(fresh, path)
    finally:
        fresh.unlink()


def _smtp(env: Mapping[str, str]) -> Smtp | None:
    host = env.get("UNDERSIGNED_SMTP_HOST")
    if not host:
        return None
    typed = env.get("UNDERSIGNED_SMTP_SECURITY", MailSecurity.STARTTLS)
    if typed not in set(MailSecurity):
        raise SettingsError("UNDERSIGNED_SMTP_SECURITY must be starttls, tls or none.")
    user, password = env.get("UNDERSIGNED_SMTP_USER") or None, env.get("UNDERSIGNED_SMTP_PASSWORD") or None
    if (user is None) != (password is None):
        raise SettingsError("UNDERSIGNED_SMTP_USER and UNDERSIGNED_SMTP_PASSWORD belong together: set both or neither.")
    port = _number(env, "UNDERSIGNED_SMTP_PORT", _PORTS[MailSecurity(typed)])
    if not 1 <= port <= 65_535:
        raise SettingsError("UNDERSIGNED_SMTP_PORT must be between 1 and 65535.")
    return Smtp(host, port, user, password, MailSecurity(typed))


def _log_level(env: Mapping[str, str]) -> str:
    if env.get("UNDERSIGNED_LOG", LEVELS[0]).lower() not in LEVELS:
        raise SettingsError("UNDERSIGNED_LOG must be error, warning or info.")
    return level_from(env)


def _number(env: Mapping[str, str], name: str, default: int) -> int:
    typed = env.get(name) or str(default)
    # Not isdigit: “²” is a digit and no number.
    if not re.fullmatch(r"[0-9]{1,9}", typed):
        raise SettingsError(f"{name} must be a whole number.")
    return int(typed)
