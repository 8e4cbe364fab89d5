"""T23: whatever a society calls itself, the page around it stays as it was, and so does the next row."""

import itertools
from dataclasses import replace
from xml.etree.ElementTree import Element

import pytest
from sqlalchemy.orm import Session

from tests import factories
from tests.browser import Browser, Page
from tests.counts import times
from tests.factories import KEYRING, NOW, entry, prepared
from tests.hostile_names import HIDDEN, batches, candidates, taken_names
from tests.web.world import Person, World
from webapp.domain.errors import InvalidInput
from webapp.domain.names import clean_line
from webapp.persistence.database import transaction
from webapp.rendering.environment import document_environment
from webapp.services import letters, roster
from webapp.services.roster_check import CheckedRow, RosterPreview

MANY = times(5_000)
ON_ONE_PAGE = 500


def test_t23_no_name_with_a_hidden_character_is_taken_and_the_others_are_taken_as_they_are() -> None:
    taken = 0
    for typed in itertools.islice(candidates(), MANY):
        try:
            name = clean_line(typed)
        except InvalidInput:
            continue
        taken += 1
        assert not set(name) & set(HIDDEN)
    assert taken > MANY / 3


def shape(element: Element) -> tuple[object, ...]:
    """The element without its words: its tag, the names of its attributes, and the shapes within."""
    return (element.tag, tuple(sorted(element.attrib)), tuple(shape(one) for one in element if isinstance(one.tag, str)))


def letter_with(world: World, names: list[str]) -> str:
    """A draft whose roster has these names, in this order."""
    with Session(world.engine) as session, transaction(session):
        actor = factories.staff_actor(session)
        reference = letters.create_letter(session, actor, prepared(title="A letter of odd names"), now=NOW)
        entries = (replace(entry(name, f"person{n}@example.org", "Plain Person"), sort_name=f"{n:06}") for n, name in enumerate(names))
        preview = RosterPreview(tuple(CheckedRow(number, one) for number, one in enumerate(entries)))
        roster.import_roster(session, actor, reference, preview, KEYRING, now=NOW)
    return reference


def rows(page: Page) -> list[Element]:
    return [e for e in page.all("tr") if any(one.tag == "th" and one.get("scope") == "row" for one in e)]


def roster_rows(browser: Browser, reference: str) -> list[Element]:
    """Those of every page of the roster."""
    found = rows(browser.get(f"/letters/{reference}/roster"))
    while further := [e.get("href") or "" for e in browser.page.all("a") if e.get("rel") == "next"]:
        found += rows(browser.get(further[0]))
    return found


def assert_rows(found: list[Element], names: list[str]) -> None:
    assert len(found) == len(names)
    plain = shape(found[-1])
    for row, name in zip(found, names, strict=True):
        assert shape(row) == plain, name
        (cell,) = [one for one in row if one.tag == "th"]
        (isolated,) = cell.iter("bdi")
        assert (isolated.text, len(isolated)) == (name, 0)


def test_t23_roster_with_thousands_of_odd_names_is_the_page_that_it_would_be_with_plain_ones(world: World) -> None:
    browser = world.browser(Person.COORDINATOR)
    for names in batches(taken_names(MANY), ON_ONE_PAGE):
        shown = [*names, "A Plain Society"]
        reference = letter_with(world, shown)
        assert_rows(roster_rows(browser, reference), shown)


def test_t23_control_page_that_does_not_escape_is_noticed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = [*taken_names(40), "A Plain Society"]
    reference, browser = letter_with(world, shown), world.browser(Person.COORDINATOR)
    source, _name, _fresh = world.app.jinja_env.loader.get_source(world.app.jinja_env, "roster/show.html")  # type: ignore[union-attr]
    planted = source.replace("line.printed_name or line.society }}", "(line.printed_name or line.society)|safe }}", 1)
    assert planted != source
    template = world.app.jinja_env.from_string(planted)
    monkeypatch.setattr("webapp.web.roster_page.render_template", lambda _name, **facts: template.render(_with_context(world, facts)))
    with pytest.raises(AssertionError):
        assert_rows(roster_rows(browser, reference), shown)


def _with_context(world: World, facts: dict[str, object]) -> dict[str, object]:
    world.app.update_template_context(facts)
    return facts


def test_names_are_set_apart_from_the_words_around_them(world: World) -> None:
    browser: Browser = world.browser(Person.REPRESENTATIVE)
    for page in ("", "/sign", "/decline"):
        isolated = [e.text for e in browser.get(f"/room/{world.facts.invitation}{page}").all("bdi")]
        assert "Gullhaven, Society of" in isolated


def test_documents_escape_by_themselves() -> None:
    assert document_environment().from_string("{{ x }}").render(x="<b>") == "&lt;b&gt;"
