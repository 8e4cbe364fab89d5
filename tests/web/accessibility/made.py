"""The page of each state, made once for all test processes: whoever asks first makes it, the others read what it came to."""

import fcntl
import json
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

from flask import Flask, template_rendered
from pytest import MonkeyPatch

from tests.browser import Page
from tests.web.accessibility.states import State
from tests.web.world import World


@dataclass(frozen=True)
class Made:
    """What a state shows, or, where `html` is empty, that its answer is a file or leads on."""

    html: str
    status: int
    templates: list[str]


@dataclass(frozen=True)
class Pages:
    folder: Path
    open_world: Callable[[], AbstractContextManager[World]]
    """A world that nothing has happened in."""

    def of(self, state: State) -> Made:
        """Waits for the process that is making it."""
        with self._file(state).with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            return self._kept_or_made(state)

    def of_all(self, states: Sequence[State]) -> list[Made]:
        """Several processes that ask for all of them share the work."""
        for one in states:
            with self._file(one).with_suffix(".lock").open("w") as lock, suppress(BlockingIOError):
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                self._kept_or_made(one)
        return [self.of(one) for one in states]

    def _file(self, state: State) -> Path:
        return self.folder / f"{sha256(state.name.encode()).hexdigest()}.json"

    def _kept_or_made(self, state: State) -> Made:
        file = self._file(state)
        if file.exists():
            return Made(**json.loads(file.read_text()))
        made = self._make(state)
        fresh = file.with_suffix(f".{uuid4().hex}")
        fresh.write_text(json.dumps(asdict(made)))
        fresh.replace(file)
        return made

    def _make(self, state: State) -> Made:
        names: list[str] = []

        def note(_app: Flask, template: object, **_: object) -> None:
            names.append(str(getattr(template, "name", "")))

        with self.open_world() as world, MonkeyPatch.context() as monkeypatch, template_rendered.connected_to(note, world.app):
            page: Page | None = state.make(world, monkeypatch)
        return Made(page.html, page.status, names) if page else Made("", 0, [])
