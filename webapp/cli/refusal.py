"""How a command refuses."""

from typing import IO, Any

import click

from webapp.processes import as_typed


class Refusal(click.ClickException):
    """Ends the command with one sentence on standard error and exit code 1."""

    exit_code = 1

    def show(self, file: IO[Any] | None = None) -> None:
        click.echo(as_typed(self.format_message()), file=file, err=file is None)
