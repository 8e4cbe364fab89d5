"""What the database is, before anybody relies on it: found out without making or changing one."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, make_url
from sqlalchemy.exc import DBAPIError

from webapp.persistence.database import make_engine, unreachable
from webapp.persistence.revisions import head_revision, is_known, revision_of
from webapp.persistence.sqlite import is_wal_safe, sqlite_module
from webapp.settings import Settings


@dataclass(frozen=True)
class DatabaseFacts:
    """`revision` is None where there is no database yet, or an empty one."""

    product: str
    driver: str
    revision: str | None
    journal: str = ""
    """How SQLite keeps a write safe; empty for a server."""
    is_wal_safe: bool = True

    @property
    def is_empty(self) -> bool:
        return self.revision is None

    @property
    def is_newer(self) -> bool:
        """A later version has had it, and this one must not touch it."""
        return self.revision is not None and not is_known(self.revision)

    @property
    def is_ready(self) -> bool:
        return self.revision == head_revision()


def inspect_database(settings: Settings) -> DatabaseFacts:
    """Raises DatabaseUnreachable. Opening an SQLite file that is not there would make one, so that is looked at first."""
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        return _sqlite_facts(None, "")
    engine = make_engine(settings)
    try:
        with engine.connect() as connection:
            return _facts(connection)
    except DBAPIError as error:
        raise unreachable(error) from error
    finally:
        engine.dispose()


@dataclass(frozen=True)
class ServerFacts:
    """What a PostgreSQL server promises to this connection."""

    durability: dict[str, str]
    """Each setting without which an acknowledged transaction can be lost, and whether it is “on”."""
    is_superuser: bool
    is_encrypted: bool
    is_local: bool


# PostgreSQL’s documentation, “Non-Durable Settings”.
_DURABILITY = ("fsync", "synchronous_commit", "full_page_writes")


def inspect_server(settings: Settings) -> ServerFacts:
    """Asks the PostgreSQL server of DATABASE_URL; raises DatabaseUnreachable."""
    engine = make_engine(settings)
    try:
        with engine.connect() as connection:
            durability = {name: str(connection.exec_driver_sql(f"SHOW {name}").scalar()) for name in _DURABILITY}
            is_superuser = connection.exec_driver_sql("SHOW is_superuser").scalar() == "on"
            is_encrypted = connection.exec_driver_sql("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()").scalar()
            # No address is a socket in a folder.
            is_local = connection.exec_driver_sql("SELECT inet_server_addr() IS NULL OR inet_server_addr() = inet_client_addr()").scalar()
            return ServerFacts(durability, is_superuser, bool(is_encrypted), bool(is_local))
    except DBAPIError as error:
        raise unreachable(error) from error
    finally:
        engine.dispose()


def file_system_of(path: Path) -> str:
    """The kind of file system that the path lies on, as the kernel calls it; “unknown” where there is no telling."""
    mounts = Path("/proc/self/mountinfo")
    if not mounts.exists():
        return "unknown"
    kinds = {}
    for line in mounts.read_text().splitlines():
        before, _, after = line.partition(" - ")
        kinds[Path(before.split()[4].replace("\\040", " "))] = after.split()[0]
    return next((kinds[place] for place in (path.resolve(), *path.resolve().parents) if place in kinds), "unknown")


def _facts(connection: Connection) -> DatabaseFacts:
    revision = revision_of(connection)
    if connection.dialect.name == "sqlite":
        return _sqlite_facts(revision, str(connection.exec_driver_sql("PRAGMA journal_mode").scalar()))
    version = ".".join(str(part) for part in connection.dialect.server_version_info or ())
    return DatabaseFacts(f"PostgreSQL {version}", connection.dialect.driver, revision)


def _sqlite_facts(revision: str | None, journal: str) -> DatabaseFacts:
    module = sqlite_module()
    safe = is_wal_safe(module.sqlite_version_info)
    return DatabaseFacts(f"SQLite {module.sqlite_version}", module.__name__.partition(".")[0], revision, journal, safe)
