"""One Chromium for the tests of a file, and the page of each state."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.web.accessibility.made import Pages
from tests.web.accessibility.screen import Screen, open_screen
from tests.web.conftest import Seeded, make_no_files, untouched
from tests.web.world import World


# Not for the whole session: Playwright keeps an event loop in this thread, and other tests start their own.
@pytest.fixture(scope="module")
def screen() -> Iterator[Screen]:
    with open_screen() as screen:
        yield screen


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory, seeded: Seeded, lasting: World) -> Pages:
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "pages"
    folder.mkdir(exist_ok=True)

    @contextmanager
    def open_world() -> Iterator[World]:
        with pytest.MonkeyPatch.context() as monkeypatch:
            make_no_files(monkeypatch)
            yield from untouched(seeded, lasting, tmp_path_factory.mktemp("state"))

    return Pages(folder, open_world)
