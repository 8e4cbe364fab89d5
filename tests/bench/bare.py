"""What the framework costs by itself: a greeting, and a form of the same fields that is checked and stored. Served by `bare_server`.

The form is stored twice over: at `/form` by the driver alone, at `/row` as one row by SQLAlchemy, as any Flask application would.
"""

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask, redirect
from flask_wtf import CSRFProtect
from flask_wtf.csrf import generate_csrf
from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from tests.bench.floors import open_table
from webapp.persistence.database import engine_options, prepare_engine, transaction
from webapp.web.forms.room import SignForm

FOLDER = "UNDERSIGNED_BENCH_FOLDER"


class _Base(DeclarativeBase):
    """Apart from the tables of the application."""


class _Row(_Base):
    __tablename__ = "signature"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    officer: Mapped[str]
    office: Mapped[str]
    content: Mapped[str]


def create_app() -> Flask:
    app = Flask("bare")
    app.config["SECRET_KEY"] = "a key for the bench only"
    CSRFProtect(app)
    path = Path(os.environ[FOLDER], "bare.db")
    with open_table(path):
        # Before there are several: two connections cannot both switch a new file to its journal.
        pass
    insert, add_row = _Insert(path), _row_adder(f"sqlite:///{os.environ[FOLDER]}/row.db")

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

    @app.post("/row")
    def row() -> Any:
        typed = SignForm()
        if not typed.validate_on_submit():
            return str(typed.errors), 422
        add_row(typed)
        return redirect("/", 303)

    return app


def _row_adder(address: str) -> Callable[[SignForm], None]:
    engine = create_engine(address, **engine_options(address))
    prepare_engine(engine)
    _Base.metadata.create_all(engine)
    # Each process opens its own.
    engine.dispose()

    def add(typed: SignForm) -> None:
        with Session(engine) as session, transaction(session):
            facts = {"name": typed.printed_name.data, "officer": typed.officer.data, "office": typed.office.data}
            session.add(_Row(**facts, content=typed.competing_interests.data))

    return add


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
