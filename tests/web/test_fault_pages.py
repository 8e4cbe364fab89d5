"""T28: a fault in whatever view tells neither the page nor the log what opens a door."""

import re

import pytest
from flask import Flask, request

from tests.browser import Browser
from tests.factories import ANNA
from tests.secrets_seen import Secrets
from tests.web.matrix import MATRIX
from tests.web.world import Person, World
from webapp.log import JsonLines


class PlantedError(Exception):
    """Quotes everything that it can."""


def _fail_everywhere(app: Flask) -> None:
    def fail(*_arguments: object, **values: object) -> None:
        raise PlantedError(f"{values} {request.url} {request.form} {request.cookies} {request.headers}")

    for endpoint in app.view_functions:
        if endpoint != "static":
            app.view_functions[endpoint] = _as_public(fail)


def _as_public(view: object) -> object:
    def shown(*arguments: object, **values: object) -> object:
        return view(*arguments, **values)  # type: ignore[operator]

    shown.access = "public"  # type: ignore[attr-defined]
    return shown


def test_t28_fault_in_any_view_says_neither_token_nor_address_nor_what_was_typed(
    fresh_world: World, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    fresh_world.app.config["WTF_CSRF_ENABLED"] = False
    anna, staff = fresh_world.browser(Person.REPRESENTATIVE), fresh_world.browser(Person.COORDINATOR)
    cookies = [cookie.value for one in (anna, staff) if (cookie := one.client.get_cookie("undersigned"))]
    _fail_everywhere(fresh_world.app)
    typed = {"email": ANNA, "code": "ABCD-EFGH", "reason": "a reason that is nobody’s business", "token": fresh_world.facts.anna}
    secrets = Secrets({**typed, "a room’s cookie": cookies[0], "the desk’s cookie": cookies[1], "a query": "of-the-query"})
    tried = 0
    for endpoint, method in MATRIX:
        if endpoint == "static":
            continue
        path = _path(fresh_world, endpoint)
        for browser in (anna, staff, Browser(fresh_world.app)):
            # What was typed is given back to the one who typed it; so the form is judged by the log alone.
            answer = browser.ask(f"{path}?q=of-the-query", method, data=typed if method == "POST" else None)
            assert answer.status_code == 500, f"{method} {path}"
            page = answer.get_data(as_text=True)
            assert re.search(r"quote <code>[0-9a-zA-Z-]{8,}</code>|\"reference\": \"[0-9a-zA-Z-]{8,}\"", page), path
            found = [one for one in secrets.in_text(page) if method == "GET"]
            assert found == [], f"{method} {path}: {found}"
            assert "Traceback" not in page and "PlantedError" not in page
            tried += 1
    assert tried > 150
    said = capfd.readouterr()
    assert secrets.in_text(said.out + said.err) == []
    lines = [JsonLines().format(record) for record in caplog.records]
    assert any("PlantedError" in line for line in lines)
    assert secrets.in_text("\n".join(lines)) == []


def _path(world: World, endpoint: str) -> str:
    rule = next(one for one in world.app.url_map.iter_rules() if one.endpoint == endpoint)
    values = world.values("signing")
    # The name stands behind what it may hold, if that is said: “<path:name>”, “<any(one, other):kind>”.
    return re.sub(r"<(?:[^<>]*:)?(\w+)>", lambda found: str(values.get(found[1], found[0])), rule.rule)
