"""Whether every record is whole, and holds what receipts say."""

from typing import BinaryIO

import click

from webapp.cli.opening import json_option, opened_for, print_json
from webapp.persistence.database import begin_snapshot
from webapp.services.verification import Head, Problem, Verified, head_problem, read_head, read_receipt
from webapp.services.verification import verify as verify_records
from webapp.settings import installed_settings


@click.command()
@click.argument("letter", required=False)
@click.option("--head", "heads", multiple=True, metavar="N:HASH", help="A place in the record, as a receipt quotes it.")
@click.option("--receipt", "receipts", multiple=True, type=click.File("rb"), help="A receipt as it was mailed.")
@json_option
@click.pass_context
def verify(context: click.Context, letter: str | None, heads: tuple[str, ...], receipts: tuple[BinaryIO, ...], *, as_json: bool) -> None:
    """Replay the record of every letter, or of LETTER. Exit code 0 if all fits, else 1.

    Checks that the record is unbroken, that it tells what the database holds, and that every stored file is as it was. A place
    in the record that a receipt quotes and that is not there shows that history was rolled back.
    """
    places = [read_head(typed) for typed in heads] + [read_receipt(file.read()) for file in receipts]
    with opened_for(installed_settings(), letter or "") as session:
        begin_snapshot(session)
        done = verify_records(session, letter)
        missing = [problem for place in places if (problem := head_problem(session, place)) is not None]
    problems = [*done.problems, *missing]
    if as_json:
        print_json(
            {"is_whole": not problems, "letters": done.letters, "events": done.events, "problems": [_facts(one) for one in problems]}
        )
    else:
        _print(done, problems, places)
    context.exit(1 if problems else 0)


def _facts(problem: Problem) -> dict[str, object]:
    return {"letter": problem.letter or None, "event": problem.event, "sentence": problem.sentence}


def _print(done: Verified, problems: list[Problem], places: list[Head]) -> None:
    for problem in problems:
        click.echo(str(problem))
    looked = f"{done.letters} letter{'' if done.letters == 1 else 's'}, {done.events:,} events"
    if places:
        looked += f", {len(places)} receipt{'' if len(places) == 1 else 's'}"
    if problems:
        click.echo(f"{looked}: {len(problems)} thing{' does' if len(problems) == 1 else 's do'} not fit.")
    else:
        click.echo(f"{looked}: all fits.")
