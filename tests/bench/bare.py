"""What the framework costs by itself: a greeting, and a form of the same fields that is checked and stored. Served by `bare_server`."""

import os
import threading
from pathlib import Path
from typing import Any

from flask import Flask, redirect
from flask_wtf import CSRFProtect
from flask_wtf.csrf import generate_csrf

from tests.bench.floors import open_table
from webapp.web.forms.room import SignForm

FOLDER = "UNDERSIGNED_BENCH_FOLDER"


def create_app() -> Flask:
    app = Flask("bare")
    app.config["SECRET_KEY"] = "a key for the bench only"
    CSRFProtect(app)
    insert = _Insert(Path(os.environ[FOLDER], "bare.db"))

    @app.get("/")
    def hello() -> str:
        return "hello"

    @app.get("/form")
    def token() -> str:
        return f'<input name="csrf_token" type="hidden" value="{generate_csrf()}">'

    @app.post("/form")
    def form() -> Any:
        typed = SignForm()
        if not typed.validate_on_submit():
            return str(typed.errors), 422
        insert()
        return redirect("/", 303)

    return app


class _Insert:
    """One connection for each thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._own = threading.local()

    def __call__(self) -> None:
        if not hasattr(self._own, "insert"):
            self._own.table = open_table(self._path)
            self._own.insert = self._own.table.__enter__()
        self._own.insert()
