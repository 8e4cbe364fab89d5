"""What the whole world may read, as the interface for programs gives it: nothing of a letter before it is public."""

import click

from webapp.cli.opening import json_option, opened, print_json
from webapp.cli.refusal import Refusal
from webapp.domain.deadline import show_instant
from webapp.domain.errors import NotFound
from webapp.domain.public_letter import PublicLetter
from webapp.domain.wording import count_phrase
from webapp.rendering import public_json
from webapp.services.public_letter import list_public, read_public
from webapp.settings import installed_settings


@click.group()
def public() -> None:
    """Public letters: what anybody may read."""


@public.command("list")
@json_option
def show(*, as_json: bool) -> None:
    """Show the public letters, the newest first."""
    settings = installed_settings()
    with opened(settings) as session:
        lines = list_public(session, now=settings.clock.now())
    if as_json:
        print_json({"letters": [public_json.line_facts(line, settings.links) for line in lines]})
        return
    for line in lines:
        signed = count_phrase(line.signed, line.collective_noun)
        click.echo(f"{line.reference}  since {show_instant(line.released_at, 'UTC')}, signed by {signed}: {line.title}")
    if not lines:
        click.echo("No letter is public.", err=True)


def _read(reference: str) -> PublicLetter:
    settings = installed_settings()
    with opened(settings) as session:
        try:
            return read_public(session, reference, now=settings.clock.now())
        except NotFound as error:
            raise Refusal("No public letter has this reference.") from error


_PARTS = ("letter", "signatories", "documents", "course", "translations")


@public.command("show")
@click.argument("reference", metavar="LETTER")
@click.option("--part", type=click.Choice(_PARTS), default=_PARTS[0], show_default=True, help="What of it.")
def letter(reference: str, *, part: str) -> None:
    """Print LETTER as JSON: its text with the numbers of its list, its signatories, its documents, its course, or its translations."""
    shown, links = _read(reference), installed_settings().links
    made = {
        "letter": lambda: public_json.letter_facts(shown, links),
        "signatories": lambda: public_json.signatory_facts(shown),
        "documents": lambda: public_json.document_facts(shown, links),
        "course": lambda: public_json.course_facts(shown),
        "translations": lambda: public_json.translations_facts(shown, links),
    }
    print_json(made[part]())
