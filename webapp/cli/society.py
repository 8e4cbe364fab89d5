"""The directory of societies, which outlives letters."""

import click

from webapp.cli.opening import json_option, opened, print_json
from webapp.domain.society import FACT_WORDS
from webapp.services import directory
from webapp.settings import installed_settings


@click.group()
def society() -> None:
    """The societies that letters have asked, or may ask."""


@society.command("list")
@json_option
def show(*, as_json: bool) -> None:
    """Show every society with what is known of it; usual contacts are left out."""
    with opened(installed_settings()) as session:
        known = [
            {"reference": row.reference, **{name: getattr(row, name) for name in FACT_WORDS}} for row in directory.every_society(session)
        ]
    if as_json:
        lists = ("former_names", "domains")
        print_json({"societies": [{name: value.splitlines() if name in lists else value for name, value in one.items()} for one in known]})
        return
    for one in known:
        rest = " · ".join(part for part in (one["acronym"], one["country"]) if part)
        click.echo(f"{one['printed_name']}{f' ({rest})' if rest else ''}")


def _plain(name: str, value: str) -> str | list[str]:
    return value.splitlines() if name in {"former_names", "domains"} else value
