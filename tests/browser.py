"""A browser for tests: asks for pages by the words on them, and checks every page that it sees."""

import re
from collections import Counter
from copy import deepcopy
from functools import lru_cache
from typing import Any, cast
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

import html5lib
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

# What may stand before the words of the heading in a title.
_PREFIX = re.compile(r"^(\d+ errors? – |Not stored – )")
_FIELDS = {"input", "textarea", "select"}
# The token of a form: all that differs between most pages of two people, or of two visits.
_TOKEN = re.compile(r'(<input type="hidden" name="csrf_token" value=")([\w.-]*)(">)')


@lru_cache(maxsize=100)
def _parsed(html: str) -> Element:
    """The same page is parsed and judged once in a process: whoever changes what this returns changes it for all."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    root: Element = parser.parse(html)
    assert not parser.errors, f"invalid HTML at {parser.errors[0]}"
    return root


class Page:
    """One page, parsed and checked: valid HTML, one h1, unique ids, and forms with method, action and token."""

    def __init__(self, response: TestResponse) -> None:
        self.response = response
        self.status = response.status_code
        self.html = response.get_data(as_text=True)
        self.root = deepcopy(_parsed(_TOKEN.sub(r"\1\3", self.html)))
        for field, (_before, token, _after) in zip(self._token_fields(), _TOKEN.findall(self.html), strict=True):
            field.set("value", token)
        self._check()

    def _token_fields(self) -> list[Element]:
        return [e for e in self.root.iter("input") if e.get("name") == "csrf_token"]

    def _check(self) -> None:
        assert len(self.all("h1")) == 1, f"{len(self.all('h1'))} headings of the first level"
        doubled = [one for one, count in Counter(e.get("id") for e in self.root.iter() if e.get("id")).items() if count > 1]
        assert not doubled, f"ids given twice: {doubled}"
        heading, title = self.words(self.all("h1")[0]), _PREFIX.sub("", self.words(self.all("title")[0]))
        assert title.endswith("– Undersigned") and heading and title.startswith(heading), f"title “{title}” over heading “{heading}”"
        labelled = {e.get("for") for e in self.all("label")}
        for form in self.all("form"):
            assert form.get("action") and form.get("method"), "a form without action or method"
        for field in self.root.iter():
            if field.tag in _FIELDS and field.get("type") not in {"hidden", "submit"}:
                assert field.get("id") in labelled or field.get("aria-label"), f"{field.get('name')} has no label"
        for element in self.root.iter():
            assert not any(name == "style" or name.startswith("on") for name in element.attrib), "inline style or script"

    def all(self, tag: str) -> list[Element]:
        return [e for e in self.root.iter() if e.tag == tag]

    @staticmethod
    def words(element: Element) -> str:
        return " ".join("".join(element.itertext()).split())

    @property
    def heading(self) -> str:
        return self.words(self.all("h1")[0])

    @property
    def text(self) -> str:
        body = self.all("body")[0]
        return self.words(body)

    def link(self, words: str) -> str:
        found = [e.get("href") for e in self.all("a") if words in self.words(e)]
        assert found, f"no link says “{words}” on: {self.text[:400]}"
        return cast(str, found[0])

    def form(self, button: str) -> Element:
        for form in self.all("form"):
            if any(e.tag == "button" and button in self.words(e) for e in form.iter()):
                return form
        raise AssertionError(f"no form has a button “{button}” on: {self.text[:600]}")

    def values(self, form: Element) -> dict[str, Any]:
        """What the form would send if nothing were typed."""
        sent: dict[str, Any] = {}
        for field in form.iter():
            name = field.get("name")
            if field.tag not in _FIELDS or not name or field.get("type") in {"submit", "file"}:
                continue
            value = _value(field)
            if value is not None:
                sent[name] = value
        return sent

    def value(self, name: str) -> str:
        fields = [field for field in self.root.iter() if field.tag in _FIELDS and field.get("name") == name]
        if not fields:
            raise AssertionError(f"no field is called {name}")
        return next((value for field in fields if (value := _value(field))), "")


def _value(field: Element) -> str | None:
    if field.tag == "textarea":
        return (field.text or "").removeprefix("\n")
    if field.tag == "select":
        options = [e for e in field.iter() if e.tag == "option"]
        chosen = [e for e in options if e.get("selected") is not None] or options[:1]
        return chosen[0].get("value", "") if chosen else ""
    if field.get("type") in {"checkbox", "radio"}:
        return field.get("value", "y") if field.get("checked") is not None else None
    return field.get("value", "")


class Browser:
    """One person's browser, with its own cookies."""

    def __init__(self, app: Flask) -> None:
        self.client: FlaskClient = app.test_client()
        self.page: Page

    def get(self, address: str, *, status: int = 200) -> Page:
        return self._seen(self.client.get(_local(address), follow_redirects=True), status)

    def post(self, address: str, data: dict[str, Any], *, status: int | tuple[int, ...] = 200) -> Page:
        return self._seen(self.client.post(_local(address), data=data, follow_redirects=True), status)

    def ask(self, address: str, method: str = "GET", **request: Any) -> TestResponse:
        """The bare answer to one request: not followed, not looked at as a page."""
        return self.client.open(address, method=method, buffered=True, **request)

    def follow(self, words: str) -> Page:
        return self.get(self.page.link(words))

    def press(self, button: str, *, status: int | tuple[int, ...] = 200, without: tuple[str, ...] = (), **typed: Any) -> Page:
        """Fills the form that has this button, and presses it."""
        form = self.page.form(button)
        sent = {**self.page.values(form), **typed}
        for name in without:
            sent.pop(name, None)
        action = form.get("action") or ""
        if (form.get("method") or "get").lower() == "get":
            return self._seen(self.client.get(_local(action), query_string=sent, follow_redirects=True), status)
        return self.post(action, sent, status=status)

    def _seen(self, response: TestResponse, status: int | tuple[int, ...]) -> Page:
        self.page = Page(response)
        assert self.page.status in (status if isinstance(status, tuple) else (status,)), (
            f"{self.page.status} instead of {status}: {self.page.text[:600]}"
        )
        return self.page


def _local(address: str) -> str:
    parts = urlsplit(address)
    return parts.path + (f"?{parts.query}" if parts.query else "")
