"""Whether every record is whole, and holds what receipts say; and whether files are genuine."""

from pathlib import Path
from typing import BinaryIO

import click

from webapp.cli.opening import json_option, opened_for, print_json
from webapp.cli.refusal import Refusal
from webapp.persistence.database import begin_snapshot
from webapp.services.file_check import Checked, check_file
from webapp.services.pdf_seal import known_keys
from webapp.services.verification import Head, Problem, Verified, head_problem, read_head, read_receipt
from webapp.services.verification import verify as verify_records
from webapp.settings import installed_settings


@click.command()
@click.argument("names", nargs=-1, metavar="[LETTER] [FILE]...")
@click.option("--head", "heads", multiple=True, metavar="N:HASH", help="A place in the record, as a receipt quotes it.")
@click.option("--receipt", "receipts", multiple=True, type=click.File("rb"), help="A receipt as it was mailed.")
@json_option
@click.pass_context
def verify(
    context: click.Context, names: tuple[str, ...], heads: tuple[str, ...], receipts: tuple[BinaryIO, ...], *, as_json: bool
) -> None:
    """Replay the record of every letter, or of LETTER; or check each FILE. Exit code 0 if all fits, else 1.

    Checks that the record is unbroken, that it tells what the database holds, and that every stored file is as it was. A place
    in the record that a receipt quotes and that is not there shows that history was rolled back.

    A FILE is a sealed document, a bundle or a receipt, as somebody holds it. The page /check says the same of a
    document or a receipt; of a bundle that was packed anew or holds what came after the seal, and of the electronic seal inside a PDF,
    this command alone tells.
    """
    files = [Path(name) for name in names if _is_file(name)]
    if files and len(files) == len(names):
        context.exit(_check_files(files, as_json=as_json))
    if len(names) > 1:
        raise Refusal("Name one letter, or files that are there, and not both.")
    places = [read_head(typed) for typed in heads] + [read_receipt(file.read()) for file in receipts]
    letter = names[0] if names else None
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


def _is_file(name: str) -> bool:
    """The reference of a letter has neither a dot nor a folder in it."""
    return Path(name).is_file() or "." in name or "/" in name


def _check_files(paths: list[Path], *, as_json: bool) -> int:
    settings = installed_settings()
    keys = known_keys(settings)
    with opened_for(settings, "") as session:
        begin_snapshot(session)
        found = [(path, check_file(session, path.name, _read(path), keys)) for path in paths]
    if as_json:
        print_json({"files": [{"file": str(path), **_checked(one)} for path, one in found]})
    for path, one in found if not as_json else ():
        click.echo(f"{path}: {' '.join(part for part in (one.sentence, one.why) if part)}")
        width = max((len(name) for name, _value in one.facts), default=0)
        for name, value in one.facts:
            click.echo(f"  {name:<{width}}  {value}")
        for sentence in one.advice:
            click.echo(f"  → {sentence}")
    return 0 if all(one.is_genuine for _path, one in found) else 1


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Refusal(f"{path} cannot be read ({error.strerror}).") from error


def _checked(one: Checked) -> dict[str, object]:
    return {
        "verdict": one.verdict.value,
        "sentence": one.sentence,
        "why": one.why,
        "facts": [list(fact) for fact in one.facts],
        "advice": list(one.advice),
    }


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
