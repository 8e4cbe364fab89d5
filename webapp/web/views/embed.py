"""The list of signatories for the sites of others: the one page that may stand in a frame, without script; and the same as JSON."""

import json

from flask import Blueprint, Response, render_template

from webapp.domain.public_letter import PublicLetter
from webapp.rendering.public_json import signatory_facts
from webapp.rendering.public_words import later_words, signed_words
from webapp.services.public_letter import read_public
from webapp.web.access import public
from webapp.web.published import answer, found
from webapp.web.spoken import spoken
from webapp.web.transaction import now, reading, settings

bp = Blueprint("embed", __name__, url_prefix="/embed/<published>")


def _read(published: str) -> PublicLetter:
    return read_public(reading(), published, now=now())


@bp.get("")
@public
def show(published: str) -> Response:
    return answer(found(published), lambda: (_page(_read(published)), "text/html; charset=utf-8"), "embed")


def _page(letter: PublicLetter) -> bytes:
    links = settings().links
    page = render_template(
        "embed/show.html",
        letter=letter,
        address=links.public(letter.reference),
        signed=signed_words(letter),
        later=later_words(letter.later, letter.language),
        **spoken(letter.language),
    )
    return page.encode()


@bp.get("/signatories.json")
@public
def signatories(published: str) -> Response:
    def make() -> tuple[bytes, str]:
        return json.dumps(signatory_facts(_read(published)), ensure_ascii=False).encode(), "application/json"

    return answer(found(published), make, "embed", "json")
