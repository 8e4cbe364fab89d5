"""The venues that this installation knows, and what it knows of them."""

from typing import Any

import click

from webapp.cli.opening import json_option, opened, print_json
from webapp.domain.venue import NOT_KNOWN
from webapp.domain.venue_facts import facts_of
from webapp.services import venues
from webapp.services.venues import VenueView
from webapp.settings import installed_settings


@click.group()
def venue() -> None:
    """Journals, their routes and their limits."""


@venue.command("list")
@json_option
def show(*, as_json: bool) -> None:
    """Show every venue with its limits, where they were read, and when they were last checked here."""
    with opened(installed_settings()) as session:
        known = venues.list_venues(session)
    if as_json:
        print_json({"venues": [_plain(one) for one in known]})
        return
    for one in known:
        click.echo(f"{one.venue.slug}  {one.venue.name}  {_limits(one)}{_checked(one)}")


def _limits(view: VenueView) -> str:
    limits = view.venue.limits
    words = f"{limits.words.most:,} words{' (guideline)' if limits.words.is_advice else ''}" if limits.words else ""
    rest = [f"{number} {what}" for what in ("references", "authors") if (number := getattr(limits, what)) is not None]
    return ", ".join(part for part in (words, *rest) if part) or f"limits {NOT_KNOWN}"


def _checked(view: VenueView) -> str:
    return f"  checked {view.checked_on}" if view.checked_on else ""


def _plain(view: VenueView) -> dict[str, Any]:
    shipped = facts_of(view.shipped) if view.shipped else None
    return {**facts_of(view.venue), "shipped": shipped, "checked_on": view.checked_on or None, "edition": view.edition}
