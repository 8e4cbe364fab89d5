"""What journeys share: one real server for each process, and Debian's Chromium."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser

from tests.chromium import open_chromium
from webapp.rendering.environment import ROOT

from .chrome import Gallery, Person
from .server import Server, running_server

HEIGHTS = {1280: 900, 360: 740}

NewPerson = Callable[..., Person]


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with running_server() as server:
        yield server


# Not for the whole session: Playwright keeps an event loop in this thread, and other tests start their own.
@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with open_chromium() as browser:
        yield browser


@pytest.fixture
def new_person(chromium: Browser, server: Server) -> Iterator[NewPerson]:
    """Opens a fresh browser for one more person, with a window of the given width."""
    contexts = []
    galleries: dict[str, Gallery] = {}

    def new(width: int, *, folder: str = "", script: bool = True, touch: bool = False) -> Person:
        context = chromium.new_context(
            viewport={"width": width, "height": HEIGHTS[width]},
            locale="en-GB",
            timezone_id="America/Sao_Paulo",
            java_script_enabled=script,
            has_touch=touch,
            is_mobile=touch,
        )
        contexts.append(context)
        name = folder or str(width)
        if name not in galleries:
            galleries[name] = Gallery(ROOT / "build" / "journeys" / name)
        return Person(context, server.base, galleries[name])

    yield new
    for context in contexts:
        context.close()
