"""The installation as a whole: its mail held and let go, and everything resumed after a restore."""

import click

from webapp.cli.opening import json_option, opened, print_json, say
from webapp.clock import SystemClock
from webapp.domain.actor import COMMAND
from webapp.persistence.database import transaction
from webapp.services import installation, workers
from webapp.settings import installed_settings


@click.group()
def mail() -> None:
    """Stop all mail at once, and let it leave again."""


@mail.command()
@click.option("--reason", default="", help="Why, in a few words for the staff; the desk shows it.")
def hold(*, reason: str) -> None:
    """Let no message leave from now on. What is due waits, and nothing is lost."""
    settings = installed_settings()
    with opened(settings) as session, transaction(session):
        installation.hold_mail(session, reason, now=settings.clock.now())
    say("No mail leaves any more. To let it leave again: undersigned mail resume")


@mail.command("resume")
def release() -> None:
    """Let mail leave again, first of all what has waited."""
    settings = installed_settings()
    with opened(settings) as session, transaction(session):
        number = installation.release_mail(session, now=settings.clock.now())
    click.echo(f"Mail leaves again; {_messages(number)} due.")


@mail.command()
@json_option
def status(*, as_json: bool) -> None:
    """Show whether mail is held, and how much waits."""
    with opened(installed_settings()) as session:
        standing, number = installation.standing(session), installation.waiting(session)
        has_worker = workers.is_alive(workers.worker_seen_at(session), now=SystemClock().now())
    since = standing.mail_held_since
    if as_json:
        print_json({"is_held": standing.is_mail_held, "since": since and since.isoformat(), "reason": standing.reason, "waiting": number})
        return
    if since is None:
        click.echo(f"Mail is not held; {_messages(number)} waiting to be sent.")
        if number and not has_worker:
            say("No worker runs to send them. Start it with the site: undersigned run")
        return
    click.echo(
        f"Mail is held since {since:%Y-%m-%d %H:%M} UTC{f' ({standing.reason})' if standing.reason else ''}; {_messages(number)} waiting."
    )
    say(f"To let it leave: undersigned {'resume' if standing.is_read_only else 'mail resume'}")


@click.command()
@click.option("--send-waiting", "sends_waiting", is_flag=True, help="Also send what had waited in the backup; some may have left since.")
def resume(*, sends_waiting: bool) -> None:
    """Take answers and let mail leave again, after a restore or a move.

    Each letter’s record then says that it was restored. What had waited to be sent in the backup is given up by default.
    """
    settings = installed_settings()
    with opened(settings) as session, transaction(session):
        done = installation.resume(session, COMMAND, sends_waiting=sends_waiting, now=settings.clock.now())
    click.echo("Answers are taken again, and mail leaves.")
    if done.letters:
        click.echo(f"The record of {done.letters} letter{'' if done.letters == 1 else 's'} says that it was restored.")
    if done.set_aside:
        click.echo(f"{_messages(done.set_aside)} not sent, for the backup is older; the roster shows who may need a new link.")
    if done.waiting:
        click.echo(f"{_messages(done.waiting)} due.")


def _messages(number: int) -> str:
    return "1 message is" if number == 1 else f"{number} messages are"
