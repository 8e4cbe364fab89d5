"""One Chromium for the tests of a file."""

from collections.abc import Iterator

import pytest

from tests.web.accessibility.screen import Screen, open_screen


# Not for the whole session: Playwright keeps an event loop in this thread, and other tests start their own.
@pytest.fixture(scope="module")
def screen() -> Iterator[Screen]:
    with open_screen() as screen:
        yield screen
