"""The demonstration letter, for trying everything before it matters."""

import click

from webapp.cli.opening import links_of, make_if_missing, opened, say
from webapp.cli.refusal import Refusal
from webapp.cli.staff import COORDINATOR
from webapp.cli.writing import writing
from webapp.domain.actor import COMMAND
from webapp.services import doors
from webapp.services.dashboard import list_letters
from webapp.services.demonstration import make_closed_demonstration, make_demonstration
from webapp.settings import load_settings


@click.command()
@click.option("--staff", metavar="EMAIL", help=f"Who owns it; by default the oldest account, or else {COORDINATOR}.")
@click.option("--again", is_flag=True, help="Make another beside the one that is there.")
@click.option("--closed", is_flag=True, help="Make another whose deadline has passed: it can be sealed, sent and published at once.")
def demo(*, staff: str | None, again: bool, closed: bool) -> None:
    """Make the demonstration letter.

    An invented letter with 36 invented societies, two weeks after sign-on was opened.
    """
    settings = load_settings()
    if not settings.has_local_mailbox:
        raise Refusal("A demonstration writes to invented addresses, so it is made only where no mail server is set.")
    make_if_missing(settings)
    now = settings.clock.now()
    with opened(settings) as session:
        known = next((line.reference for line in list_letters(session, COMMAND, now=now) if line.is_demonstration), None)
        if known and not (again or closed):
            there = f"There is a demonstration already: {links_of(settings).letter(known)}"
            raise Refusal(f"{there} Another is made with --again, one that can be sealed with --closed.")
        with writing(session):
            owner = _owner(doors.list_staff(session), staff)
            account, _is_new = doors.add_staff(session, owner, now=now)
            make = make_closed_demonstration if closed else make_demonstration
            reference = make(session, COMMAND, account, settings.keyring, now=now)
    click.echo(f"The demonstration is letter {reference}: {links_of(settings).letter(reference)}")
    say(f"It belongs to {owner}. To sign in: undersigned sign-in-link {owner}")


def _owner(accounts: list[doors.StaffLine], named: str | None) -> str:
    addresses = [line.email for line in accounts]
    if named is None:
        return addresses[0] if addresses else COORDINATOR
    if named.casefold() not in (address.casefold() for address in addresses):
        raise Refusal(f"Nobody on the staff has the address {named}. Add it with: undersigned staff add {named}")
    return named
