"""The `undersigned` command: thin, like the pages; each file holds the commands of one noun."""

from importlib import import_module
from pkgutil import resolve_name
from typing import Any

import click

from webapp.cli.refusal import Refusal
from webapp.domain.errors import DomainError
from webapp.processes import COMMANDS
from webapp.settings import SettingsError

# Those that are not in a file of their own name.
_PLACES = {
    "work": "serve", "migrate": "serve", "sign-in-link": "staff", "mail": "installation", "resume": "installation",
    "restore": "backup", "move": "backup",
}  # fmt: skip


class _Commands(click.Group):
    """Loads the command that is called and no other: all of them together take two seconds.

    Ends every refusal of a rule, a setting or the database in its own sentence, without a traceback.
    """

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = resolve_name(f"webapp.cli.{_PLACES.get(cmd_name, cmd_name)}:{cmd_name.replace('-', '_')}")
        return command

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except _refusals() as error:
            raise Refusal(str(error)) from error


def _refusals() -> tuple[type[Exception], ...]:
    """Those of the database are looked up when something is raised: to say its version, the program needs none."""
    database = import_module("webapp.persistence.database")
    return DomainError, SettingsError, database.DatabaseBusy, database.DatabaseUnreachable


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 done; 1 refused, with a sentence that says why; 2 wrong usage.",
)
@click.version_option(package_name="undersigned")
def main() -> None:
    """Carries a joint letter of medical societies from the first draft to the journal's last answer.

    Settings come from the environment: UNDERSIGNED_DATA (the data folder, ./instance), UNDERSIGNED_BASE_URL (the public
    address), DATABASE_URL, UNDERSIGNED_SMTP_HOST and others. "undersigned check" says what is missing.
    """
