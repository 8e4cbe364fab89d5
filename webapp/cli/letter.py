"""Letters: which there are, and one of them as files."""

import tempfile
from pathlib import Path
from typing import Any

import click

from webapp.cli.opening import json_option, opened, opened_for, print_json
from webapp.cli.refusal import Refusal
from webapp.domain.actor import COMMAND
from webapp.domain.document import LetterDocument
from webapp.domain.document_kind import FILE_KINDS, DocumentKind
from webapp.rendering.documents import KINDS_MADE, LISTS, make_document
from webapp.services.course_desk import course_facts, show_course
from webapp.services.dashboard import LetterLine, list_letters
from webapp.services.files import read_sealed, sealed_files
from webapp.services.later_bundle import has_later_bundle, read_later_bundle
from webapp.services.seal import current_document
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
@click.option("--kind", "kinds", multiple=True, type=click.Choice([kind.value for kind in KINDS_MADE]), help="Only files of this kind.")
@json_option
def export(reference: str, *, out: Path, kinds: tuple[str, ...], as_json: bool) -> None:
    """Write the documents of LETTER to DIR: the letter in every form, and its signatories as lists.

    Once the letter is sealed, they are the sealed files themselves; before that they are drafts, and their names say so.
    """
    settings = installed_settings()
    with opened_for(settings, reference) as session:
        document = current_document(session, COMMAND, reference, now=settings.clock.now())
        sealed = {} if document.is_draft else _sealed(session, reference)
    wanted = [DocumentKind(kind) for kind in kinds] or list(KINDS_MADE)
    files = {_name(kind, document): sealed[kind] for kind in wanted if kind in sealed}
    # What an older seal has not made is never made afterwards, but for the lists, which say what is sealed.
    files |= {_name(kind, document): make_document(kind, document) for kind in wanted if _is_made_now(kind, document, sealed)}
    written = _write(out, files)
    if as_json:
        print_json({"letter": reference, "is_sealed": not document.is_draft, "files": [str(path) for path in written]})
        return
    for path in written:
        click.echo(path)


@letter.command()
@click.argument("reference", metavar="LETTER")
@json_option
def course(reference: str, *, as_json: bool) -> None:
    """Show where LETTER stands at each of its journals, what is due there, and what became of the articles it answers."""
    settings = installed_settings()
    with opened_for(settings, reference) as session:
        page = show_course(session, COMMAND, reference, now=settings.clock.now())
    if as_json:
        print_json({"letter": reference, **course_facts(page)})
        return
    for one in page.submissions:
        since = f" since {one.since}" if one.since else ""
        due = f"; {one.next_due.what}: {one.next_due.left}" if one.next_due else ""
        click.echo(f"{one.reference}  {one.journal}, {one.route}: {one.state_words}{since}{due}")
    for target in page.fates.targets:
        click.echo(f"{target.citation or target.doi or 'Not said of which article'}: {target.now}")
    if not page.submissions:
        click.echo("No submission is planned yet.", err=True)


@letter.command()
@click.argument("reference", metavar="LETTER")
@click.option("--out", required=True, metavar="FILE", type=click.Path(dir_okay=False, path_type=Path), help="Where the bundle goes.")
@click.option("--as-sealed", is_flag=True, help="Leave out what was issued since the seal.")
def bundle(reference: str, *, out: Path, as_sealed: bool) -> None:
    """Write the bundle of LETTER, which is sealed, to FILE: everything, with a program that checks it offline.

    Addenda, errata and editions go into it too, beside what was sealed; the same bytes until the next is issued.
    """
    settings = installed_settings()
    with opened_for(settings, reference) as session:
        if not any(line.kind is DocumentKind.BUNDLE for line in sealed_files(session, COMMAND, reference)):
            raise Refusal("There is no bundle: it is made when the letter is sealed.")
        if as_sealed or not has_later_bundle(session, COMMAND, reference):
            content = read_sealed(session, COMMAND, reference, DocumentKind.BUNDLE).content
        else:
            content = read_later_bundle(session, COMMAND, reference, settings.keyring).content
    click.echo(_write(out.parent, {out.name: content})[0])


def _sealed(session: Any, reference: str) -> dict[DocumentKind, bytes]:
    return {line.kind: read_sealed(session, COMMAND, reference, line.kind).content for line in sealed_files(session, COMMAND, reference)}


def _is_made_now(kind: DocumentKind, document: LetterDocument, sealed: dict[DocumentKind, bytes]) -> bool:
    return kind not in sealed and (document.is_draft or kind in LISTS)


def _name(kind: DocumentKind, document: LetterDocument) -> str:
    if kind in LISTS:
        return FILE_KINDS[kind].name
    facts = FILE_KINDS[kind]
    return f"{facts.stem}-{document.reference}{'-draft' if document.is_draft else ''}.{facts.suffix}"


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
