"""`run`: everything that the site needs, from one command."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import click

from webapp.caretaker import Charge, hand_over
from webapp.cli.address import DEFAULT_PORT, Listening, listen
from webapp.cli.opening import bring_up_to_date, opened
from webapp.cli.refusal import Refusal
from webapp.cli.serve import WORKER_COMMAND
from webapp.cli.staff import COORDINATOR, LINK_MINUTES
from webapp.domain.actor import COMMAND
from webapp.persistence.database import transaction
from webapp.persistence.rest import RUNNING
from webapp.processes import as_typed
from webapp.services import doors
from webapp.services.installation import has_letters, standing
from webapp.serving import SHARED, SPARING, WEB_COMMAND
from webapp.settings import Settings, load_settings


@click.command()
@click.option("--host", help="Where to listen; by default this machine alone.")
@click.option("--port", type=click.IntRange(0, 65_535), help="By default 8000, or the next that is free; 0 for any.")
@click.option("--staff", metavar="EMAIL", help=f"An account to sign in with; by default {COORDINATOR}, if there is none.")
@click.option("--no-demo", is_flag=True, help="Do not make the demonstration in an empty database.")
def run(*, host: str | None, port: int | None, staff: str | None, no_demo: bool) -> None:
    """Serve the site and its worker until Ctrl-C.

    Makes the database or brings it up to date, and into an empty one puts the demonstration letter.
    """
    settings = load_settings()
    given_base = settings.links.base if os.environ.get("UNDERSIGNED_BASE_URL") else None
    with _alone(settings) as mark, listen(given_base, host, port) as listening:
        # From here on also for what this becomes, and for what that starts.
        os.environ.update({**SPARING, "UNDERSIGNED_BASE_URL": listening.base, "UNDERSIGNED_DATA": str(settings.data_folder)})
        settings = load_settings()
        mark.write(settings.links.base)
        mark.flush()
        bring_up_to_date(settings)
        email = _furnish(settings, staff, wants_demo=not no_demo)
        socket = listening.socket.fileno()
        web, greeting = [*WEB_COMMAND, "--bind", f"fd://{socket}"], _greeting(settings, email, listening)
        # What preparing has loaded is many times what looking after needs.
        hand_over(Charge([*SHARED], web, [*WORKER_COMMAND], socket, listening.reachable_at, mark.fileno(), greeting))


@contextmanager
def _alone(settings: Settings) -> Iterator[Any]:
    """Two workers on one data folder would both take up what the other has begun."""
    with (settings.data_folder / RUNNING).open("a+") as mark:
        try:
            fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            mark.seek(0)
            raise Refusal(f"Undersigned is running already with this data ({settings.data_folder}): {mark.read()}") from None
        mark.truncate(0)
        yield mark
        mark.truncate(0)


def _furnish(settings: Settings, staff: str | None, *, wants_demo: bool) -> str:
    """Somebody who can sign in, and something to see; returns the address of the account."""
    now = settings.clock.now()
    with opened(settings) as session:
        accounts = doors.list_staff(session)
        if staff is None and not accounts and not settings.links.is_loopback:
            raise Refusal("Nobody is on the staff yet. Start with your own address: undersigned run --staff you@your-society.org")
        email = staff or (accounts[0].email if accounts else COORDINATOR)
        with transaction(session):
            account, _is_new = doors.add_staff(session, email, now=now)
        # Invented addresses are no business of a real mail server.
        if wants_demo and settings.has_local_mailbox and not standing(session).is_read_only and not has_letters(session):
            # A second of work, which is needed once.
            demonstration = import_module("webapp.services.demonstration")
            click.echo("Making the demonstration letter …")
            with transaction(session):
                demonstration.make_demonstration(session, COMMAND, account, settings.keyring, now=now)
    return email


def _greeting(settings: Settings, email: str, listening: Listening) -> str:
    links = settings.links
    lines = [f"Undersigned is ready: {links.base}", ""]
    if listening.is_elsewhere:
        lines.insert(0, f"Port {DEFAULT_PORT} is used by another program, so this is on another.")
    if links.is_loopback:
        with opened(settings) as session, transaction(session):
            token = doors.make_sign_in_link(session, email, settings.keyring, now=settings.clock.now())
        lines += [f"Sign in as {email}, once, within {LINK_MINUTES} minutes:", f"  {links.sign_in(token)}"]
        lines += [f"Another link: undersigned sign-in-link {email}"]
    else:
        # What this prints may be kept in a log, and a link that opens a public site must not be (R19).
        lines += [f"A link to sign in with: undersigned sign-in-link {email}"]
    if settings.has_local_mailbox:
        lines += [f"No mail leaves this machine; it is kept for you at {links.mailbox()}"]
    lines += [f"The data is in {settings.data_folder}. Stop with Ctrl-C."]
    return as_typed("\n".join(["", *lines, ""]))
