"""The parts of an installation that is spread over several processes or machines: `serve` the pages, `work` the jobs, `migrate`."""

import click

from webapp.cli.address import DEFAULT_PORT
from webapp.cli.opening import bring_up_to_date, opened
from webapp.processes import become
from webapp.serving import WEB_COMMAND
from webapp.settings import load_settings

WORKER_COMMAND = ("webapp.jobs",)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen.")
@click.option("--port", type=click.IntRange(1, 65_535), default=DEFAULT_PORT, show_default=True)
def serve(*, host: str, port: int) -> None:
    """Serve the pages alone.

    For a site whose worker runs by other means. The database must be up to date: see "undersigned migrate".
    """
    where = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    _become(*WEB_COMMAND, "--bind", where)


@click.command()
def work() -> None:
    """Run the worker alone.

    For a site that is served by other means: the worker sends its mail and closes letters at their deadline.
    """
    _become(*WORKER_COMMAND)


@click.command()
def migrate() -> None:
    """Make the database, or bring it up to date; the second time does nothing.

    "undersigned run" does this by itself.
    """
    bring_up_to_date(load_settings())
    click.echo("The database is up to date.")


def _become(*command: str) -> None:
    """The module in place of this process, so that signals and the exit code are its own; refused while the database cannot be used."""
    with opened(load_settings()):
        pass
    become(*command)
