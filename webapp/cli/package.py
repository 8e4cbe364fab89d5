"""The package of a submission, as texts."""

import click

from webapp.cli.opening import json_option, links_of, opened_for, print_json
from webapp.cli.refusal import Refusal
from webapp.domain.actor import COMMAND
from webapp.services.package import PackageView, Planned, list_submissions, show_package
from webapp.settings import installed_settings


@click.command()
@click.argument("reference", metavar="LETTER")
@click.argument("submission", metavar="[SUBMISSION]", default="")
@click.option(
    "--box", default="", metavar="NAME", help="Print this box alone, to be piped on: title, text, signatories, interests and others."
)
@json_option
def package(reference: str, submission: str, *, box: str, as_json: bool) -> None:
    """Print what is put into the journal's form for a SUBMISSION of LETTER, what is missing, and its covering letter.

    Without SUBMISSION, the one that the letter has; where it has several, they are named.
    """
    settings = installed_settings()
    with opened_for(settings, reference) as session:
        chosen = _chosen(list_submissions(session, COMMAND, reference), reference, submission)
        view = show_package(session, COMMAND, reference, chosen, links_of(settings), now=settings.clock.now())
    if box:
        click.echo(_box(view, box))
    elif as_json:
        print_json(_plain(view))
    else:
        _print(view)


def _chosen(there: list[Planned], reference: str, submission: str) -> str:
    known = [one.reference for one in there]
    if submission in known:
        return submission
    if not submission and len(known) == 1:
        return known[0]
    if not known:
        raise Refusal(f"The letter {reference} has no submission yet. Plan one on its page “At the journal”.")
    named = "; ".join(f"{one.reference} ({one.journal}, {one.state})" for one in there)
    raise Refusal(f"Name the submission, for example: undersigned package {reference} {known[0]}. There are: {named}")


def _box(view: PackageView, name: str) -> str:
    boxes = {one.name: one.text for one in view.measured.boxes} | {"covering-letter": view.covering_letter.words}
    if name not in boxes:
        raise Refusal(f"There is no box “{name}” with anything in it. There are: {', '.join(boxes)}")
    return boxes[name]


def _plain(view: PackageView) -> dict[str, object]:
    return {
        "submission": view.submission,
        "venue": view.name,
        "state": view.state,
        "is_sealed": view.is_sealed,
        "verdict": view.verdict,
        "gaps": [{"sentence": one.sentence, "is_missing": one.is_missing} for one in view.gaps],
        "checks": [{"measure": one.measure, "used": one.used, "most": one.most} for one in view.measured.readings],
        "boxes": [{"name": one.name, "label": one.label, "text": one.text} for one in view.measured.boxes],
        "covering_letter": {"is_kept": view.covering_letter.is_kept, "text": view.covering_letter.words},
    }


def _print(view: PackageView) -> None:
    click.echo(f"Package for {view.name} (submission {view.submission})\n{view.verdict}")
    for gap in view.gaps:
        click.echo(f"{'MISSING' if gap.is_missing else 'look at'}  {gap.sentence}")
    click.echo()
    for reading in view.measured.readings:
        click.echo(reading.sentence)
    for box in view.measured.boxes:
        click.echo(f"\n--- {box.label} ({box.name})\n{box.text}")
    click.echo(f"\n--- Covering letter (covering-letter), {'as it was kept' if view.covering_letter.is_kept else 'as it is proposed'}")
    click.echo(view.covering_letter.words)
