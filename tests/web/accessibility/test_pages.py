"""Every page in every state, in a real browser: axe (WCAG 2.0 to 2.2, A and AA), reflow, spacing, larger text, focus, names.

`make test` looks at every template and every kind of state once, in one of the four combinations of width and colours, a quarter of the
pages in each, and with the Tab key where that is the narrow one; `make assure` at every state in all four, with the Tab key, and in forced
colours."""

from zlib import crc32

import pytest

from tests.counts import IS_ASSURE
from tests.web.accessibility.made import Pages
from tests.web.accessibility.reviewed import is_reviewed
from tests.web.accessibility.screen import Screen
from tests.web.accessibility.states import State, every_state, one_for_each
from webapp.rendering.environment import TEMPLATES

pytestmark = pytest.mark.browser

COMBINATIONS = [(320, "light"), (320, "dark"), (1280, "light"), (1280, "dark")]


STATES = every_state()


@pytest.fixture(scope="module")
def looked_at(pages: Pages) -> set[str]:
    if IS_ASSURE:
        return {one.name for one in STATES}
    return one_for_each((one, page.templates) for one, page in zip(STATES, pages.of_all(STATES), strict=True) if page.html)


@pytest.mark.parametrize("one", STATES, ids=lambda one: one.name)
def test_page_is_accessible(pages: Pages, looked_at: set[str], screen: Screen, one: State) -> None:
    page = pages.of(one)
    if not page.html or one.name not in looked_at:
        return  # The answer is a file or leads on, so that there is nothing to see; or the next full run looks at it.
    combinations = combinations_for(one.name)
    screen.show(page.html, combinations[0][0])
    found = [f"{line} (Tab key, 320)" for line in screen.tour()] if combinations[0][0] == 320 else []
    for width, scheme in combinations:
        screen.turn(width, scheme)
        found += [f"{line} ({width}, {scheme})" for line in look_whole(screen, width)]
    if IS_ASSURE:
        screen.turn(1280, "light", "active")
        found += [f"{line} (forced colours)" for line in (*by_axe(screen), *screen.tour())]
    assert found == [], "\n".join(found)


def test_page_that_needs_neither_database_nor_layout_is_accessible(screen: Screen) -> None:
    screen.show((TEMPLATES / "errors" / "bare.html").read_text(), 320)
    for width, scheme in COMBINATIONS:
        screen.turn(width, scheme)
        screen.page.evaluate("look.restyle('html { background: Canvas; color: CanvasText }')")
        assert by_axe(screen) == []
        assert screen.look("reflow") == []


def combinations_for(name: str) -> list[tuple[int, str]]:
    return COMBINATIONS if IS_ASSURE else [COMBINATIONS[crc32(name.encode()) % len(COMBINATIONS)]]


def look_whole(screen: Screen, width: int) -> list[str]:
    found = by_axe(screen)
    for what in ("reflow", "spacing", "names", *(("doubled",) if width == 1280 else ())):
        found += [f"{what}: {line}" for line in screen.look(what)]
    return found


def by_axe(screen: Screen) -> list[str]:
    """What is wrong, and what axe could not decide and nobody has looked at."""
    given = screen.axe()
    return [str(one) for one in given.violations] + [
        f"undecided: {one}" for one in given.incomplete if not is_reviewed(one.rule, one.where)
    ]
