"""The societies of a letter: read from a spreadsheet, listed by stage."""

from dataclasses import asdict, replace
from typing import BinaryIO

import click

from webapp.cli.opening import json_option, opened_for, print_json
from webapp.cli.writing import writing
from webapp.domain import limits
from webapp.domain.actor import COMMAND
from webapp.domain.columns import COLUMNS
from webapp.domain.encoding import ENCODINGS
from webapp.rendering.workbook import as_list, is_workbook
from webapp.services.roster import import_roster
from webapp.services.roster_check import RosterPreview
from webapp.services.roster_import import Matching, Reading, match_columns, preview_list, remember_columns
from webapp.services.roster_list import RosterLine, list_roster
from webapp.settings import installed_settings


@click.group()
def roster() -> None:
    """The societies that are asked to sign."""


@roster.command("import")
@click.argument("letter")
@click.argument("file", type=click.File("rb"))
@click.option("--column", "columns", multiple=True, metavar="NAME=HEADING", help="Which column is what, such as society=Who.")
@click.option("--encoding", type=click.Choice(list(ENCODINGS)), help="Of a CSV file; by itself it is guessed.")
@click.option("--dry-run", is_flag=True, help="Show what each row would do, and store nothing.")
@click.option("--accept-doubts", is_flag=True, help="Store the doubtful rows too: you have looked at each.")
@json_option
@click.pass_context
def import_file(
    context: click.Context,
    letter: str,
    file: BinaryIO,
    columns: tuple[str, ...],
    encoding: str | None,
    *,
    dry_run: bool,
    accept_doubts: bool,
    as_json: bool,
) -> None:
    """Add the societies of FILE, a workbook (.xlsx) or CSV with society, contact and email, to LETTER: all of them, or none.

    Columns are known by their headings in several languages, or as they were matched last time. While sign-on is open, each new society
    is invited at once.
    """
    settings = installed_settings()
    # One byte more than is taken: enough for the rules to refuse it, whatever its size.
    data = file.read(limits.ROSTER_BYTES + 1)
    reading = Reading(as_list(data), "" if is_workbook(data) else encoding or "")
    with opened_for(settings, letter) as session:
        reading = replace(reading, columns=_columns(match_columns(session, COMMAND, letter, reading), columns))
        preview = preview_list(session, COMMAND, letter, reading)
        is_stored = not dry_run and (accept_doubts or not preview.doubtful or bool(preview.problem_count))
        if is_stored:
            with writing(session):
                import_roster(session, COMMAND, letter, preview, settings.keyring, now=settings.clock.now())
                remember_columns(session, reading, now=settings.clock.now())
    if as_json:
        print_json({"letter": letter, "is_stored": is_stored, "societies": preview.society_count, "rows": _rows(preview)})
    else:
        _print(preview, is_stored=is_stored)
        if not is_stored and not dry_run:
            click.echo(f"Look at {_doubtful(len(preview.doubtful))} above, then run it again with --accept-doubts.")
    context.exit(1 if preview.problem_count or (not is_stored and not dry_run) else 0)


def _columns(matching: Matching, given: tuple[str, ...]) -> tuple[str, ...]:
    """The columns as they are taken, but for those that the caller has named."""
    named = dict(one.split("=", 1) for one in given if "=" in one)
    headings = [column.heading for column in matching.columns]
    for name, heading in named.items():
        if name not in COLUMNS or heading not in headings:
            raise click.UsageError(f"--column {name}={heading}: there is no such column. NAME is one of {', '.join(COLUMNS)}.")
    taken = [next((name for name, heading in named.items() if heading == column.heading), column.taken_for) for column in matching.columns]
    return tuple("" if name in named and headings[place] != named[name] else name for place, name in enumerate(taken))


def _doubtful(number: int) -> str:
    return "the doubtful row" if number == 1 else f"the {number} doubtful rows"


def _rows(preview: RosterPreview) -> list[dict[str, object]]:
    return [
        {"row": row.number, **asdict(row.entry), "joins": row.joins, "problems": row.problems, "doubts": row.doubts} for row in preview.rows
    ]


def _print(preview: RosterPreview, *, is_stored: bool) -> None:
    for row in preview.rows:
        for remark in (*row.problems, *row.doubts):
            click.echo(f"Row {row.number}, {row.entry.society}: {remark}")
    added = f"{preview.society_count} {'society' if preview.society_count == 1 else 'societies'}"
    joining = sum(1 for row in preview.rows if row.joins and not row.problems)
    people = f" and {joining} further representative{'' if joining == 1 else 's'}" if joining else ""
    if preview.problem_count:
        click.echo(f"Nothing can be stored before {_counted(preview.problem_count)} put right.")
    else:
        click.echo(f"{added}{people} {'added' if is_stored else 'would be added; nothing was stored'}.")


def _counted(number: int) -> str:
    return "1 row is" if number == 1 else f"{number} rows are"


@roster.command("list")
@click.argument("letter")
@json_option
def show(letter: str, *, as_json: bool) -> None:
    """Show each society of LETTER with its stage and its representatives, addresses included."""
    settings = installed_settings()
    with opened_for(settings, letter) as session:
        lines = list_roster(session, COMMAND, letter)
    if as_json:
        print_json({"letter": letter, "societies": [_facts(line) for line in lines]})
        return
    width = max((len(line.stage) for line in lines), default=0)
    for line in lines:
        people = ", ".join(f"{one.name} <{one.email}>" for one in line.representatives)
        when = f" (meets {line.detail})" if line.detail else ""
        click.echo(f"{line.stage:<{width}}  {line.society}{when}: {people or 'no representative'}")


def _facts(line: RosterLine) -> dict[str, object]:
    return {
        "society": line.society,
        "acronym": line.acronym,
        "country": line.country,
        "stage": line.stage,
        "board_meets_on": line.board_meets_on.isoformat() if line.board_meets_on else None,
        "answered_at": line.answered_at.iso if line.answered_at else None,
        "printed_name": line.printed_name or None,
        "officer": line.officer or None,
        "office": line.office or None,
        "representatives": [{"name": one.name, "email": one.email} for one in line.representatives],
    }
