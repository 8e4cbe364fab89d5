"""What is fine for a trial on one's own machine and unsafe for a site that societies are invited to."""

import ssl
import stat
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy import make_url, select
from sqlalchemy.orm import Session

from webapp.domain.errors import InvalidInput
from webapp.domain.links import Links, is_loopback
from webapp.persistence.database import DatabaseUnreachable, opened_session
from webapp.persistence.inspection import ServerFacts, file_system_of, inspect_database, inspect_server
from webapp.persistence.tables import LetterRow, StaffRow
from webapp.rendering.pdf_seal import refuse_unfit, signer_name
from webapp.services.check import Finding
from webapp.services.pdf_seal import seal_key
from webapp.settings import LookUp, Settings

# RFC 2606 and RFC 6761: nobody can be reached under these.
RESERVED = ("example", "test", "invalid", "localhost", "local", "internal", "example.com", "example.net", "example.org")
# A file there may be written by two machines, whose locks do not see each other (sqlite.org/wal.html).
NETWORK_FILE_SYSTEMS = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "ceph", "glusterfs", "fuse.sshfs", "fuse.glusterfs", "afs"})
# Each changes how the site is served, behind the back of webapp/serving.py: an access log of gunicorn’s would hold every link.
MEDDLING = ("FLASK_DEBUG", "FLASK_ENV", "GUNICORN_CMD_ARGS", "WEB_CONCURRENCY", "PYTHONOPTIMIZE", "PYTHONINSPECT")
_FEWEST_DIFFERENT = 12


def public_findings(
    found: Sequence[Finding], settings: Settings, environ: Mapping[str, str], *, user_id: int, now: datetime
) -> tuple[Finding, ...]:
    """What `check` has found, and what only a public site must have; nothing is said twice, once as fine and once as a problem."""
    said = {"Address", "Mail"} if settings.smtp is None else {"Address"}
    return (*(one for one in found if one.name not in said), *deploy_findings(settings, environ, user_id=user_id, now=now))


def deploy_findings(settings: Settings, environ: Mapping[str, str], *, user_id: int, now: datetime) -> tuple[Finding, ...]:
    """Everything that only a public site must have; changes nothing. `environ` is what the processes of the site are started with."""
    return (
        public_address_finding(settings.links),
        proxy_finding(settings.links, settings.trusted_proxies),
        public_mail_finding(settings),
        key_strength_finding(settings.keyring.key),
        folders_finding(_folders(settings)),
        environment_finding(environ),
        user_finding(user_id),
        certificates_finding(are_known=_knows_authorities()),
        look_up_finding(settings.look_up),
        pdf_seal_finding(settings, now=now),
        *_database_findings(settings),
    )


def pdf_seal_finding(settings: Settings, *, now: datetime) -> Finding:
    """Whether the seal in the PDFs, where there is one, can be set now. Without one is fine: the record proves the same."""
    name = "PDF seal"
    try:
        key = seal_key(settings)
        if key is not None:
            refuse_unfit(key, now=now)
    except InvalidInput as error:
        return Finding(name, False, str(error), "Until this is mended, no letter can be sealed.")
    if key is None:
        return Finding(
            name, True, "PDFs get no electronic seal of their own.", "To have one, set UNDERSIGNED_SEAL or UNDERSIGNED_SEAL_PKCS12."
        )
    if settings.pdf_seal and settings.pdf_seal.file is None:
        advice = "No authority vouches for this key, so programs that show the PDF warn of it."
        return Finding(name, True, "PDFs are sealed with the installation’s own key.", advice)
    return Finding(name, True, f"PDFs are sealed by {signer_name(key.certificate)}.")


def is_reserved(host: str) -> bool:
    """Whether nobody can own the name, or it is a number."""
    labels = host.lower().rstrip(".")
    is_number = labels.replace(".", "").isdigit() or ":" in labels
    return is_number or "." not in labels or any(labels == name or labels.endswith(f".{name}") for name in RESERVED)


def public_address_finding(links: Links) -> Finding:
    name = "Public address"
    advice = "Set UNDERSIGNED_BASE_URL to the address that the societies will see, such as https://letters. and your own domain."
    if links.is_loopback:
        return Finding(name, False, f"{links.base} opens on this machine only.", advice)
    if is_reserved(links.host):
        return Finding(name, False, f"{links.host} is no name that others can look up, and every document will print it.", advice)
    if not links.is_https:
        return Finding(name, False, f"{links.base} is not encrypted, so links and codes can be read on their way.", advice)
    return Finding(name, True, f"{links.base} is encrypted, and can be looked up by others.")


def proxy_finding(links: Links, trusted_proxies: int) -> Finding:
    name = "Proxy"
    if links.is_https and trusted_proxies == 0:
        sentence = "The site speaks no TLS by itself, so a proxy stands before it, and every visitor is taken for that proxy."
        return Finding(
            name, False, sentence, "Set UNDERSIGNED_TRUSTED_PROXIES to the number of proxies that add X-Forwarded-For, mostly 1."
        )
    return Finding(name, True, f"The address of a visitor is what {trusted_proxies} of our own proxies say it is.")


def public_mail_finding(settings: Settings) -> Finding:
    name = "Public mail"
    host = settings.mail_from.rpartition("@")[2]
    if settings.smtp is None:
        return Finding(
            name, False, "No mail leaves this machine, so nobody can be invited.", "Set UNDERSIGNED_SMTP_HOST to your mail server."
        )
    if is_reserved(host):
        return Finding(name, False, f"Mail leaves from {settings.mail_from}, which cannot be answered.", "Set UNDERSIGNED_MAIL_FROM.")
    if settings.smtp.user is None and not is_loopback(settings.smtp.host):
        sentence = f"{settings.smtp.host} is used without user and password, so it would send for anybody near it."
        return Finding(name, False, sentence, "Set UNDERSIGNED_SMTP_USER and UNDERSIGNED_SMTP_PASSWORD.")
    return Finding(name, True, f"Mail leaves from {settings.mail_from}.", f"Whether receivers trust it: SPF, DKIM and DMARC of {host}.")


def key_strength_finding(key: bytes) -> Finding:
    name = "Key strength"
    if len(set(key)) >= _FEWEST_DIFFERENT:
        return Finding(name, True, "The secret key is not an example.")
    advice = "Make one: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
    return Finding(name, False, "The secret key repeats itself, as an example does, so every link could be guessed.", advice)


def folders_finding(folders: Sequence[Path]) -> Finding:
    """A folder that is private keeps everything in it private, whatever the files say."""
    name = "Private data"
    open_to_others = [str(folder) for folder in folders if stat.S_IMODE(folder.stat().st_mode) & 0o077]
    if not open_to_others:
        return Finding(name, True, "The data can be read by its owner alone.")
    sentence = f"Other users of this machine can look into {' and '.join(open_to_others)}."
    return Finding(name, False, sentence, f"chmod 700 {' '.join(open_to_others)}")


def _folders(settings: Settings) -> list[Path]:
    url = make_url(settings.database_url)
    beside = [Path(url.database or "").parent] if url.get_backend_name() == "sqlite" else []
    return list(dict.fromkeys((settings.data_folder, *beside)))


def environment_finding(environ: Mapping[str, str]) -> Finding:
    found = [one for one in MEDDLING if environ.get(one)]
    if not found:
        return Finding("Environment", True, "Nothing else changes how the site is served.")
    sentence = f"The environment changes how the site is served, and may show or log what is private: {', '.join(found)}."
    return Finding("Environment", False, sentence, "Remove it.")


def user_finding(user_id: int) -> Finding:
    if user_id:
        return Finding("User", True, "The site does not run as root.")
    return Finding("User", False, "This runs as root, so that one mistake reaches the whole machine.", "Give it a user of its own.")


def certificates_finding(*, are_known: bool) -> Finding:
    name = "Certificates"
    if are_known:
        return Finding(name, True, "The authorities are there by which a mail server is known to be the one that is meant.")
    sentence = "No certificate authority is installed, so no mail server and no register can be trusted."
    return Finding(name, False, sentence, "On Debian: apt-get install ca-certificates")


def _knows_authorities() -> bool:
    found = ssl.get_default_verify_paths()
    folder = Path(found.capath) if found.capath else None
    return bool(found.cafile) or (folder is not None and any(folder.iterdir()))


def look_up_finding(look_up: LookUp | None) -> Finding:
    """Off is fine: it is for the installation to say whether its references may be asked about elsewhere."""
    name = "Look-up"
    if look_up is None:
        advice = "To have references looked up, and retractions found, set UNDERSIGNED_LOOK_UP to an address that both may write to."
        return Finding(name, True, "No reference is looked up at Crossref or PubMed.", advice)
    if is_reserved(look_up.contact.rpartition("@")[2]):
        return Finding(
            name, False, f"Crossref and PubMed are told {look_up.contact}, where nobody can be reached.", "Set UNDERSIGNED_LOOK_UP."
        )
    return Finding(name, True, f"References are looked up at Crossref and PubMed, which may write to {look_up.contact}.")


def _database_findings(settings: Settings) -> tuple[Finding, ...]:
    """None where there is no database, or none of this version: `check` itself says so."""
    url = make_url(settings.database_url)
    try:
        # Opening an SQLite file that is not there would make one.
        if not inspect_database(settings).is_ready:
            return ()
        if url.get_backend_name() == "sqlite":
            where = file_system_finding(file_system_of(Path(url.database or "")))
        else:
            where = server_finding(inspect_server(settings))
        with opened_session(settings) as session:
            return where, staff_finding(_staff(session)), demonstration_finding(_demonstrations(session))
    except DatabaseUnreachable:
        return ()


def file_system_finding(kind: str) -> Finding:
    name = "Database in use"
    if kind not in NETWORK_FILE_SYSTEMS:
        return Finding(name, True, f"The database is on this machine’s own disk ({kind}).")
    sentence = f"The database lies on a network file system ({kind}), where it can be destroyed by two processes that write."
    return Finding(name, False, sentence, "Put UNDERSIGNED_DATA on a local disk, or use PostgreSQL by DATABASE_URL.")


def server_finding(server: ServerFacts) -> Finding:
    name = "Database in use"
    off = [setting for setting, value in server.durability.items() if value == "off"]
    if off:
        sentence = f"PostgreSQL has {', '.join(f'{one}=off' for one in off)}, so an acknowledged answer can be lost when it stops."
        return Finding(name, False, sentence, "Switch it on in postgresql.conf, or for this role: ALTER ROLE … SET … = on")
    if server.is_superuser:
        sentence = "The site uses PostgreSQL as a superuser, who may switch off what keeps the record."
        return Finding(name, False, sentence, "Give it a role of its own that owns its database and nothing else.")
    if not (server.is_encrypted or server.is_local):
        sentence = "PostgreSQL is on another machine and the connection is not encrypted."
        return Finding(name, False, sentence, "Add ?sslmode=verify-full to DATABASE_URL.")
    return Finding(name, True, "PostgreSQL keeps what it has acknowledged, and the way to it is private.")


def staff_finding(addresses: Sequence[str]) -> Finding:
    if not addresses:
        return Finding("Staff", False, "Nobody is on the staff, so nobody can sign in.", "undersigned staff add you@your-society.org")
    invented = [one for one in addresses if is_reserved(one.rpartition("@")[2])]
    if not invented:
        return Finding("Staff", True, f"{len(addresses)} on the staff.")
    sentence = f"Nobody can be reached at {', '.join(invented)}, yet it is an account of the staff."
    return Finding("Staff", False, sentence, "Use an account with a real address, and take this one away.")


def demonstration_finding(letters: Sequence[str]) -> Finding:
    if not letters:
        return Finding("Demonstration", True, "Every letter is a real one.")
    sentence = f"A demonstration with invented societies stands beside the real letters: {', '.join(letters)}."
    return Finding("Demonstration", False, sentence, "Begin a public site with an empty database: undersigned run --no-demo")


def _staff(session: Session) -> list[str]:
    return list(session.scalars(select(StaffRow.email).order_by(StaffRow.id)))


def _demonstrations(session: Session) -> list[str]:
    return list(session.scalars(select(LetterRow.reference).where(LetterRow.is_demonstration).order_by(LetterRow.id)))
