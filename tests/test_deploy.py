"""What is shipped for putting a site into the world: files that name each other truly, and a proxy that does what it says."""

import configparser
import os
import re
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cli.test_serve import part
from tests.factories import settings_for
from tests.ports import free_port
from webapp.app import create_app
from webapp.processes import COMMANDS
from webapp.rendering.environment import ROOT
from webapp.settings import load_settings

DEPLOY = ROOT / "docs" / "deploy"
PAGES = sorted(DEPLOY.glob("*.md"))
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
SITE = ("migrate", "web", "worker")
# Read by compose.yaml and the Caddyfile themselves.
OURS_ALONE = {"UNDERSIGNED_HOST", "UNDERSIGNED_DATABASE_PASSWORD", "UNDERSIGNED_UPSTREAM"}
PATIENCE = 120.0


def known_settings() -> set[str]:
    source = (ROOT / "webapp" / "settings.py").read_text() + (ROOT / "webapp" / "log.py").read_text()
    return set(re.findall(r'"(UNDERSIGNED_[A-Z_]+|DATABASE_URL)"', source))


def commands_in(text: str) -> set[str]:
    """The words after `undersigned`, in code."""
    code = "\n".join(re.findall(r"```.*?```|`[^`]+`", text, flags=re.DOTALL))
    return set(re.findall(r"(?:undersigned|--rm web) ([a-z][a-z-]+)", code)) - {"migrate`"}


@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_page_names_only_commands_and_settings_that_exist(page: Path) -> None:
    text = page.read_text()
    assert commands_in(text) <= set(COMMANDS)
    assert set(re.findall(r"\b(UNDERSIGNED_[A-Z_]+[A-Z]|DATABASE_URL)\b", text)) <= known_settings() | OURS_ALONE


@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_files_that_a_page_names_are_there(page: Path) -> None:
    named = re.findall(r"(?:docs/deploy/[\w.-]+|compose\.yaml|\.ci/bootstrap)", page.read_text())
    linked = re.findall(r"\]\(([^)]+)\)", page.read_text())
    assert [one for one in named if not (ROOT / one).exists()] == []
    assert [one for one in linked if not (page.parent / one).exists()] == []


@pytest.mark.parametrize("name", SITE)
def test_container_of_the_site_is_shut_in(name: str) -> None:
    service = COMPOSE["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "ports" not in service
    assert service["command"][0] in COMMANDS


def test_compose_sets_only_what_is_a_setting() -> None:
    assert set(COMPOSE["x-site"]["environment"]) <= known_settings()
    asked = set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "compose.yaml").read_text()))
    assert asked <= known_settings() | OURS_ALONE


def test_settings_of_compose_are_taken_and_are_safe(tmp_path: Path) -> None:
    given = {
        "UNDERSIGNED_HOST": "letters.marrowby.org",
        "UNDERSIGNED_SMTP_HOST": "mail.marrowby.org",
        "UNDERSIGNED_DATABASE_PASSWORD": "secret",
    }

    def fill(text: str) -> str:
        while (filled := re.sub(r"\$\{([A-Z_]+)(?::[-?]([^${}]*))?\}", lambda one: given.get(one[1], (one[2] or "")), text)) != text:
            text = filled
        return text

    environ = {name: fill(value) for name, value in COMPOSE["x-site"]["environment"].items()}
    settings = load_settings({**environ, "UNDERSIGNED_DATA": str(tmp_path)})
    assert settings.links.base == "https://letters.marrowby.org"
    assert settings.mail_from == "undersigned@letters.marrowby.org"
    assert settings.trusted_proxies == 1
    assert settings.log_level == "info"
    assert settings.database_url == "postgresql+psycopg://undersigned:secret@database/undersigned"


def test_database_of_compose_reaches_nothing_and_is_no_superuser_s() -> None:
    assert COMPOSE["services"]["database"]["networks"] == ["inside"]
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    script = (DEPLOY / "make-database.sh").read_text()
    assert "CREATE ROLE undersigned LOGIN" in script
    assert "SUPERUSER" not in script


def test_what_compose_mounts_is_there_and_images_have_a_version() -> None:
    for service in COMPOSE["services"].values():
        for mount in service.get("volumes", ()):
            source = mount.split(":")[0]
            assert source in COMPOSE["volumes"] or (ROOT / source).is_file()
        assert service["image"] == "undersigned" or re.search(r":\d", service["image"])


def test_health_of_a_container_is_a_page(tmp_path: Path) -> None:
    path = re.search(r"127\.0\.0\.1:8000(/\w+)", " ".join(COMPOSE["services"]["web"]["healthcheck"]["test"]))
    assert path is not None
    assert path[1] in {rule.rule for rule in create_app(settings_for(tmp_path)).url_map.iter_rules()}


def test_image_copies_what_is_there_and_runs_as_nobody_special() -> None:
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    copied = [word for line in lines if line.startswith("COPY ") for word in line.split()[1:-1]]
    assert [one for one in copied if not (ROOT / one).exists()] == []
    users = [line.split()[1] for line in lines if line.startswith("USER ")]
    assert users == ["undersigned"]
    let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert let_in == set(copied)


def test_image_has_the_libraries_that_the_set_up_asks_for() -> None:
    asked = (ROOT / ".ci" / "bootstrap").read_text()
    wanted = {word for line in re.findall(r"\n +echo (lib.*)", asked) for word in line.split()} | {"libharfbuzz-subset0"}
    image = (ROOT / "Dockerfile").read_text()
    assert wanted
    assert [one for one in wanted if one not in image] == []


def test_service_is_shut_in_and_starts_a_command() -> None:
    unit = configparser.RawConfigParser(strict=False)
    unit.optionxform = str  # type: ignore[method-assign,assignment]
    unit.read(DEPLOY / "undersigned.service")
    service = unit["Service"]
    assert service["ExecStart"].split()[1] in COMMANDS
    assert (service["User"], service["ProtectSystem"], service["NoNewPrivileges"], service["UMask"]) == (
        "undersigned",
        "strict",
        "yes",
        "0077",
    )


# --- the proxy, as it is shipped, before the real server


@contextmanager
def proxied(tmp_path: Path) -> Iterator[tuple[int, int, Path]]:
    """The ports of the proxy with TLS and of the pages behind it, and the log of the pages."""
    upstream, secure, plain = free_port(), free_port(), free_port()
    public = {
        "UNDERSIGNED_BASE_URL": f"https://localhost:{secure}",
        "UNDERSIGNED_TRUSTED_PROXIES": "1",
        "UNDERSIGNED_SMTP_HOST": "localhost",
    }
    folder, log = tmp_path / "data", tmp_path / "web.log"
    environment = {**os.environ, **public, "UNDERSIGNED_DATA": str(folder)}
    subprocess.run([Path(sys.executable).with_name("undersigned"), "migrate"], env=environment, check=True, capture_output=True)
    # Beside what is shipped: ports that are free, and a certificate of its own making.
    local = f"{{\n\tadmin off\n\tlocal_certs\n\tskip_install_trust\n\thttp_port {plain}\n\thttps_port {secure}\n}}\n"
    (tmp_path / "Caddyfile").write_text(local + (DEPLOY / "Caddyfile").read_text())
    homes = {"XDG_DATA_HOME": str(tmp_path / "caddy"), "XDG_CONFIG_HOME": str(tmp_path / "caddy"), "HOME": str(tmp_path)}
    names = {"UNDERSIGNED_HOST": "localhost", "UNDERSIGNED_UPSTREAM": f"127.0.0.1:{upstream}"}
    caddy = [str(Path(sys.executable).with_name("caddy")), "run", "--config", str(tmp_path / "Caddyfile"), "--adapter", "caddyfile"]
    with part(folder, log, "serve", "--port", str(upstream), **public), (tmp_path / "caddy.log").open("wb") as said:
        process = subprocess.Popen(caddy, env={**os.environ, **homes, **names}, stdout=said, stderr=said)
        try:
            latest = time.monotonic() + PATIENCE
            while not _answers(secure):
                assert process.poll() is None and time.monotonic() < latest, (tmp_path / "caddy.log").read_text() + log.read_text()
                time.sleep(0.2)
            yield secure, upstream, log
        finally:
            process.terminate()
            process.wait(PATIENCE)


def _connection(port: int) -> HTTPSConnection:
    # The certificate is of the proxy’s own making; that there is one is what counts here.
    return HTTPSConnection("localhost", port, timeout=PATIENCE, context=ssl._create_unverified_context())


def _answers(port: int) -> bool:
    with closing(_connection(port)) as connection:
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except OSError:
            return False


def ask(port: int, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[HTTPResponse, bytes]:
    with closing(_connection(port)) as connection:
        connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        return answer, answer.read()


@pytest.mark.journey
@pytest.mark.enable_socket
def test_proxy_as_shipped_serves_the_site_over_tls(tmp_path: Path) -> None:
    with proxied(tmp_path) as (secure, upstream, log):
        answer, page = ask(secure, "GET", "/sign-in", X_Request_ID="chosen-by-a-stranger")
        assert answer.status == 200
        assert "max-age=31536000" in answer.headers["Strict-Transport-Security"]
        cookie = answer.headers["Set-Cookie"]
        assert cookie.startswith("__Host-undersigned=")
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= {word.strip() for word in cookie.split(";")}
        assert answer.headers["X-Request-ID"] not in {"chosen-by-a-stranger", "", None}
        assert b"localhost" not in page

        assert ask(secure, "GET", "/readyz")[0].status == 404
        with closing(HTTPConnection("127.0.0.1", upstream, timeout=PATIENCE)) as inner:
            inner.request("GET", "/readyz")
            assert inner.getresponse().status == 503

        assert {ask(secure, "POST", "/sign-in", b"x" * 8_000_000)[0].status for _turn in range(5)} == {413}
        # Without the proxy too: whoever is not read to the end sees a connection that broke off, and no page.
        with closing(HTTPConnection("127.0.0.1", upstream, timeout=PATIENCE)) as inner:
            inner.request("POST", "/sign-in", b"x" * 8_000_000, {"Host": f"localhost:{secure}"})
            assert b"That is too large" in inner.getresponse().read()
        # What a stranger claims to be is dropped; what the proxy says is taken, and stands in no line.
        ask(secure, "GET", "/i/" + "A" * 43, X_Forwarded_For="192.0.2.77")
    said = log.read_text()
    assert '"rule": "/i/<token>"' in said
    assert "192.0.2.77" not in said
    assert "AAAA" not in said + (tmp_path / "caddy.log").read_text()
