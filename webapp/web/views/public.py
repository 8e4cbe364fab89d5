"""The public page of a letter and all that hangs on it: shut until its instant of publication (R18)."""

from typing import Any

from flask import Blueprint, Response, render_template, request

from webapp.domain.document_kind import FILE_KINDS
from webapp.domain.errors import NotFound
from webapp.domain.public_letter import PublicLetter, countries_of, matching
from webapp.domain.translation import LANGUAGES
from webapp.rendering.languages import language_name, own_name
from webapp.rendering.public_citation import FORMS, citation_file, citation_line
from webapp.rendering.public_feed import feed
from webapp.rendering.public_words import changed_sentence, file_words, later_words, signed_words
from webapp.rendering.subject import about_targets
from webapp.rendering.text import statement_html
from webapp.rendering.words import spoken_language, words_for
from webapp.rendering.writing import is_right_to_left
from webapp.services import public_files, public_letter
from webapp.services.public_translations import find_translation, in_words_of
from webapp.web.access import public
from webapp.web.published import Made, answer, found, kept_by_caches
from webapp.web.spoken import spoken
from webapp.web.transaction import now, reading, settings

bp = Blueprint("public", __name__, url_prefix="/p/<published>")

_LONGEST_SEARCH = 200
_HTML = "text/html; charset=utf-8"


@bp.get("")
@public
def show(published: str) -> Response:
    letter = found(published)
    words = request.args.get("q", "")[:_LONGEST_SEARCH].strip()
    country = request.args.get("country", "")[:_LONGEST_SEARCH]
    key = () if words or country else ("page",)
    return answer(letter, lambda: (_page(_read(published), words, country), _HTML), *key)


def _read(published: str) -> PublicLetter:
    return public_letter.read_public(reading(), published, now=now())


def _page(letter: PublicLetter, asked: str, country: str) -> bytes:
    words, links = words_for(letter.language), settings().links
    shown = matching(letter.signatories, asked, country)
    page = render_template(
        "public/show.html",
        letter=letter,
        address=links.public(letter.reference),
        check=links.check(letter.reference),
        languages=_languages(letter),
        statement=statement_html(letter.statement, letter.references, language=letter.language, style=letter.style),
        signed=signed_words(letter),
        later=later_words(letter.later, letter.language),
        countries=countries_of(letter.signatories),
        shown=shown,
        asked=asked,
        country=country,
        files=[(file, file_words(file, letter.language)) for file in letter.files],
        changed=[
            (changed_sentence(one, letter), [(file, file_words(file, letter.language)) for file in one.files]) for one in letter.changed
        ],
        later_files=[(file, file_words(file, letter.language)) for file in letter.later_files],
        targets=about_targets(letter.targets, words),
        citation=citation_line(letter, links.public(letter.reference)),
        forms=FORMS,
        **spoken(letter.language),
    )
    return page.encode()


@bp.get("/<language>")
@public
def translation(published: str, language: str) -> Response:
    """The letter in another language, under its own address."""
    letter = found(published)
    if language not in LANGUAGES:
        raise NotFound
    return answer(letter, lambda: (_translated_page(_read(published), language), _HTML), "page", language)


def _translated_page(letter: PublicLetter, language: str) -> bytes:
    shown, links = find_translation(letter, language), settings().links
    words = spoken_language(language)
    said = in_words_of(letter, words)
    page = render_template(
        "public/translation.html",
        letter=said,
        translation=shown,
        direction="rtl" if is_right_to_left(language) else "ltr",
        address=links.public(letter.reference),
        own=links.translation(letter.reference, language),
        languages=_languages(letter, language),
        text=statement_html(shown.text, letter.references, language=language, style=letter.style),
        signed_in=language_name(letter.language, words),
        signed=signed_words(said),
        later=later_words(said.later, words),
        **spoken(words),
    )
    return page.encode()


def _languages(letter: PublicLetter, shown: str = "") -> list[dict[str, Any]]:
    """The signed text first, then its translations; nothing where there are none."""
    if not letter.translations:
        return []
    links = settings().links
    facts = {"tag": letter.language, "name": own_name(letter.language), "address": links.public(letter.reference)}
    signed = {**facts, "is_signed": True, "is_shown": not shown}
    translated = [
        {
            "tag": one.language,
            "name": one.name,
            "address": links.translation(letter.reference, one.language),
            "is_shown": one.language == shown,
        }
        for one in letter.translations
    ]
    return [signed, *translated]


@bp.get("/citation.<form>")
@public
def citation(published: str, form: str) -> Response:
    letter = found(published)
    if form not in FORMS:
        raise NotFound

    def make() -> Made:
        content, media_type = citation_file(_read(published), settings().links.public(published), form)
        return content.encode(), f"{media_type}; charset=utf-8"

    response = answer(letter, make, "citation", form)
    response.headers["Content-Disposition"] = f"attachment; filename=letter-{published}.{form}"
    return response


@bp.get("/feed.atom")
@public
def changes(published: str) -> Response:
    letter, address = found(published), settings().links.public(published)
    return answer(letter, lambda: (feed(_read(published), address, f"{address}/feed.atom"), "application/atom+xml; charset=utf-8"), "feed")


@bp.get("/files/<name>")
@public
def file(published: str, name: str) -> Response:
    """A file exactly as it was sealed, or issued after the seal."""
    letter = found(published)
    known = public_files.find_file(reading(), letter, name)
    if known.sha256 in request.if_none_match:
        return kept_by_caches(b"", known.media_type, known.sha256)
    response = kept_by_caches(public_files.read_file(reading(), known), known.media_type, known.sha256)
    is_shown = known.media_type == FILE_KINDS[public_files.LETTER].media_type
    response.headers.set("Content-Disposition", "inline" if is_shown else "attachment", filename=known.name)
    return response
