"""The `undersigned` command: thin, like the pages; each file holds the commands of one noun."""

from typing import Any

import click

from webapp.cli.backup import backup, move, restore
from webapp.cli.check import check
from webapp.cli.demo import demo
from webapp.cli.installation import mail, resume
from webapp.cli.letter import letter
from webapp.cli.opening import Refusal
from webapp.cli.roster import roster
from webapp.cli.run import run
from webapp.cli.serve import migrate, serve, work
from webapp.cli.society import society
from webapp.cli.staff import sign_in_link, staff
from webapp.cli.venue import venue
from webapp.cli.verify import verify
from webapp.domain.errors import DomainError
from webapp.persistence.database import DatabaseBusy, DatabaseUnreachable
from webapp.settings import SettingsError

_REFUSALS = (DomainError, SettingsError, DatabaseBusy, DatabaseUnreachable)


class _Commands(click.Group):
    """Ends every refusal of a rule, a setting or the database in its own sentence, without a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except _REFUSALS as error:
            raise Refusal(str(error)) from error


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


for _command in (
    run, serve, work, migrate, demo, staff, sign_in_link, letter, roster, society, venue, mail,
    backup, restore, resume, verify, move, check,
):  # fmt: skip
    main.add_command(_command)
