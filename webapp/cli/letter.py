"""Letters: which there are, and one of them as files."""

import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from webapp.cli.opening import Refusal, json_option, opened, opened_for, print_json
from webapp.domain.actor import COMMAND
from webapp.domain.document import LetterDocument
from webapp.rendering.pdf import letter_pdf
from webapp.rendering.signatories import signatories_csv, signatories_json
from webapp.services.dashboard import LetterLine, list_letters
from webapp.services.seal import SealedFile, current_document, read_sealed
from webapp.settings import installed_settings


@click.group()
def letter() -> None:
    """Letters, in whatever state they are."""


@letter.command("list")
@json_option
def show(*, as_json: bool) -> None:
    """Show every letter, the nearest deadline first."""
    settings = installed_settings()
    with opened(settings) as session:
        lines = list_letters(session, COMMAND, now=settings.clock.now())
    if as_json:
        print_json({"letters": [_facts(line) for line in lines]})
        return
    for line in lines:
        deadline = f"until {line.deadline.local}" if line.deadline else "no deadline yet"
        click.echo(f"{line.reference}  {line.state}, {line.signed} of {line.invited} signed, {deadline}: {line.title}")
    if not lines:
        click.echo("There is no letter yet.", err=True)


def _facts(line: LetterLine) -> dict[str, object]:
    return {
        "reference": line.reference,
        "title": line.title,
        "state": line.state,
        "lead_society": line.lead_society,
        "signed": line.signed,
        "invited": line.invited,
        "deadline": line.deadline.iso if line.deadline else None,
        "is_demonstration": line.is_demonstration,
    }


@letter.command()
@click.argument("reference", metavar="LETTER")
@click.option("--out", required=True, metavar="DIR", type=click.Path(file_okay=False, path_type=Path), help="Where the files go.")
@json_option
def export(reference: str, *, out: Path, as_json: bool) -> None:
    """Write LETTER as PDF, and its signatories as CSV and JSON, to DIR.

    Once the letter is sealed, the PDF is the sealed file itself; before that it is a draft, and its name says so.
    """
    settings = installed_settings()
    with opened_for(settings, reference) as session:
        document, sealed = _load(session, reference, now=settings.clock.now())
    files = {
        sealed.name if sealed else f"letter-{reference}-draft.pdf": sealed.content if sealed else letter_pdf(document),
        "signatories.csv": signatories_csv(document).encode(),
        "signatories.json": signatories_json(document).encode(),
    }
    written = _write(out, files)
    if as_json:
        print_json({"letter": reference, "is_sealed": sealed is not None, "files": [str(path) for path in written]})
        return
    for path in written:
        click.echo(path)


def _load(session: Any, reference: str, *, now: datetime) -> tuple[LetterDocument, SealedFile | None]:
    document = current_document(session, COMMAND, reference, now=now)
    return document, None if document.is_draft else read_sealed(session, COMMAND, reference)


def _write(folder: Path, files: dict[str, bytes]) -> list[Path]:
    """All of them beside their places first, then each into it in one step: nobody ever finds half a file."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".undersigned-", dir=folder) as beside:
            for name, content in files.items():
                Path(beside, name).write_bytes(content)
            return [Path(beside, name).replace(folder / name) for name in files]
    except OSError as error:
        raise Refusal(f"Nothing could be written to {folder} ({error.strerror}).") from error
