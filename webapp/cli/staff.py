"""The staff of the lead society: accounts, and links to sign in with."""

from typing import Any

import click

from webapp.cli.opening import json_option, links_of, make_if_missing, opened, print_json, say
from webapp.cli.writing import writing
from webapp.domain import limits
from webapp.domain.actor import COMMAND
from webapp.persistence.database import transaction
from webapp.services import doors
from webapp.services import staff as accounts
from webapp.settings import installed_settings, load_settings

COORDINATOR = "coordinator@example.org"
"""The account that is made where there is none."""
LINK_MINUTES = int(limits.SIGN_IN_LINK_LIFE.total_seconds() // 60)


@click.group()
def staff() -> None:
    """The people who coordinate letters."""


@staff.command("add")
@click.argument("email")
@click.option("--administrator", is_flag=True, help="They keep the list of accounts. The first account does by itself.")
def add(email: str, *, administrator: bool) -> None:
    """Let EMAIL sign in. There are no passwords: whoever reads this address gets a link."""
    settings = load_settings()
    make_if_missing(settings)
    with opened(settings) as session, transaction(session):
        is_new = accounts.add_account(session, COMMAND, email, as_administrator=administrator, now=settings.clock.now())
    say(f"{email} {'is now' if is_new else 'was already'} on the staff. To sign in: undersigned sign-in-link {email}")


@staff.command("remove")
@click.argument("email")
@click.option("--letters-to", metavar="EMAIL", default="", help="Who becomes owner of the letters that would be left without one.")
def remove(email: str, *, letters_to: str) -> None:
    """Close the account of EMAIL: its sessions end at once, and it is taken off every letter."""
    settings = installed_settings()
    with opened(settings) as session, writing(session):
        accounts.close_account_of(session, COMMAND, email, letters_to=letters_to, now=settings.clock.now())
    click.echo(f"{email} is no longer on the staff.")


@staff.command("list")
@json_option
def show(*, as_json: bool) -> None:
    """Show who can sign in."""
    settings = installed_settings()
    with opened(settings) as session:
        lines = doors.list_staff(session)
    if as_json:
        print_json({"staff": [_plain(line) for line in lines]})
        return
    for line in lines:
        click.echo(f"{line.email}  since {line.added_at:%Y-%m-%d}{'  administrator' if line.is_administrator else ''}")
    if not lines:
        say("Nobody yet. Add somebody with: undersigned staff add EMAIL", err=True)


def _plain(line: doors.StaffLine) -> dict[str, Any]:
    return {"email": line.email, "added_at": line.added_at.isoformat(), "is_administrator": line.is_administrator}


@click.command("sign-in-link")
@click.argument("email")
def sign_in_link(email: str) -> None:
    """Print a link with which EMAIL signs in once."""
    settings = installed_settings()
    with opened(settings) as session, transaction(session):
        token = doors.make_sign_in_link(session, email, settings.keyring, now=settings.clock.now())
    click.echo(links_of(settings).sign_in(token))
    click.echo(f"It works once, within {LINK_MINUTES} minutes. Give it to nobody else.", err=True)
