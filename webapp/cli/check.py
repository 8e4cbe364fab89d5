"""What is missing or misconfigured, in plain words."""

import os
from collections.abc import Sequence
from dataclasses import asdict, replace

import click

from webapp.cli.opening import json_option, print_json
from webapp.clock import SystemClock
from webapp.processes import as_typed
from webapp.services.check import Finding, findings, machine_findings, none_finding, settings_finding
from webapp.services.check_deploy import public_findings
from webapp.settings import NoInstallation, SettingsError, installed_settings


@click.command()
@click.option("--mail", "tries_mail", is_flag=True, help="Also connect to the mail server; nothing is sent.")
@click.option("--deploy", "is_public", is_flag=True, help="Also what would be unsafe for a site that societies are invited to.")
@json_option
@click.pass_context
def check(context: click.Context, *, tries_mail: bool, is_public: bool, as_json: bool) -> None:
    """Say what is missing or misconfigured. Exit code 0 if nothing is, else 1."""
    found = [replace(one, advice=as_typed(one.advice)) for one in _look(tries_mail=tries_mail, is_public=is_public)]
    problems = sum(1 for one in found if not one.is_fine)
    if as_json:
        print_json({"is_fine": not problems, "findings": [asdict(one) for one in found]})
    else:
        _print(found, problems)
    context.exit(1 if problems else 0)


def _look(*, tries_mail: bool, is_public: bool) -> tuple[Finding, ...]:
    try:
        settings = installed_settings()
    except NoInstallation as error:
        return (*machine_findings(), none_finding(error))
    except SettingsError as error:
        return (settings_finding(error),)
    now = SystemClock().now()
    found = findings(settings, now=now, tries_mail=tries_mail)
    return public_findings(found, settings, os.environ, user_id=os.geteuid(), now=now) if is_public else found


def _print(found: Sequence[Finding], problems: int) -> None:
    width = max(len(one.name) for one in found)
    for one in found:
        click.echo(f"{'ok     ' if one.is_fine else 'PROBLEM'}  {one.name:<{width}}  {one.sentence}")
        if one.advice:
            click.echo(f"{'':7}  {'':{width}}  → {one.advice}")
    click.echo(f"\n{'Nothing is' if not problems else '1 thing is' if problems == 1 else f'{problems} things are'} in need of attention.")
