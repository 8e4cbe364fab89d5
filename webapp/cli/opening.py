"""How a command opens the database, and prints a document for machines.

Every command begins here: what a database is made, migrated or backed up with is loaded only where that is done.
"""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

import click

from webapp.cli.refusal import Refusal
from webapp.domain.errors import NotFound
from webapp.domain.links import Links
from webapp.persistence import rest
from webapp.persistence.database import make_engine, opened_session
from webapp.persistence.inspection import DatabaseFacts, inspect_database
from webapp.persistence.revisions import head_revision
from webapp.processes import as_typed
from webapp.settings import Settings

AnyCommand = Callable[..., Any]


def say(sentence: str, *, err: bool = False) -> None:
    """Prints a sentence that names a command."""
    click.echo(as_typed(sentence), err=err)


def links_of(settings: Settings) -> Links:
    """The addresses of the site that runs with this data, which may listen on another port than the usual one."""
    running = "" if os.environ.get("UNDERSIGNED_BASE_URL") else rest.running_at(settings.data_folder)
    return Links(running) if running else settings.links


def json_option(command: AnyCommand) -> AnyCommand:
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON document and nothing else.")(command)


def print_json(document: Any) -> None:
    click.echo(json.dumps(document, ensure_ascii=False, indent=2))


@contextmanager
def opened(settings: Settings) -> Iterator[Any]:
    """A session on a database that this program can use; Refusal says what to do where it cannot."""
    facts = inspect_database(settings)
    if facts.is_empty:
        raise Refusal(f"There is no database yet (data folder {settings.data_folder}). Make one with: undersigned run")
    _refuse_newer(facts)
    if not facts.is_ready:
        raise Refusal("The database is of an older version. Make a backup, then start undersigned run: it brings the database up to date.")
    with opened_session(settings) as session:
        yield session


@contextmanager
def opened_for(settings: Settings, letter: str) -> Iterator[Any]:
    """The same for an act on one letter, which may not be there."""
    with opened(settings) as session:
        try:
            yield session
        except NotFound as error:
            raise Refusal(f"There is no letter {letter}. Which there are: undersigned letter list") from error


def make_if_missing(settings: Settings) -> None:
    """An empty database becomes one that can be used; any other is left alone."""
    if inspect_database(settings).is_empty:
        bring_up_to_date(settings)


def make_place(settings: Settings) -> None:
    """A database of this version in which there may be nothing yet; Refusal where there is one of another version."""
    facts = inspect_database(settings)
    _refuse_newer(facts)
    if not (facts.is_empty or facts.is_ready):
        raise Refusal("There is a database of an older version here already. Choose an empty database or data folder.")
    _prepare(settings)


def bring_up_to_date(settings: Settings) -> None:
    """Makes the database, or migrates it; what holds anything is backed up first, and left alone where that fails."""
    facts = inspect_database(settings)
    _refuse_newer(facts)
    if facts.is_ready:
        return
    if facts.revision is not None:
        click.echo(f"A backup from before the new version is in {_keep(settings, facts.revision)}", err=True)
    _prepare(settings)


def _keep(settings: Settings, revision: str) -> Path:
    now = settings.clock.now()
    folder = settings.data_folder / "backups"
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / f"before-{head_revision()}-at-{revision}-{now:%Y%m%dT%H%M%S}.backup"
    resolve_name("webapp.services.backup:make_backup")(settings, path, now=now)
    return path


def _prepare(settings: Settings) -> None:
    engine = make_engine(settings)
    try:
        resolve_name("webapp.persistence.migrate:prepare")(engine)
    finally:
        engine.dispose()


_IN_USE = {
    rest.RUNNING: "Undersigned is running",
    rest.PAGES: "Pages are being served (undersigned serve)",
    rest.WORKER: "A worker is running (undersigned work)",
}


@contextmanager
def at_rest(settings: Settings) -> Iterator[None]:
    """Refusal while anything runs with this data, with PostgreSQL on whatever host; nothing can be started meanwhile."""
    with ExitStack() as held:
        try:
            held.enter_context(rest.at_rest(settings))
        except rest.InUse as error:
            where = "database, on this host or another" if error.is_anywhere else f"data ({settings.data_folder})"
            raise Refusal(f"{_IN_USE[error.by]} with this {where}. Stop it first.") from None
        yield


def refuse_what_is_none(settings: Settings) -> None:
    """Refusal where there is no database of ours, before anything could make an empty one; and where a newer version has had it."""
    facts = inspect_database(settings)
    if facts.is_empty:
        raise Refusal(f"There is no database yet (data folder {settings.data_folder}). Make one with: undersigned run")
    _refuse_newer(facts)


def _refuse_newer(facts: DatabaseFacts) -> None:
    if facts.is_newer:
        raise Refusal("The database is of a newer version of this program. Use that version, or restore the backup from before it.")
