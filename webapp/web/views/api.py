"""The interface for programs: what is public, as JSON, for any site to read (documented in `openapi.json`)."""

import json
import re
from typing import Any

from flask import Blueprint, Response, request

from webapp.domain.errors import InvalidInput, NotFound
from webapp.domain.links import Links
from webapp.domain.public_letter import PublicLetter
from webapp.domain.translation import LANGUAGES
from webapp.rendering import public_json
from webapp.services import public_letter
from webapp.services.public_translations import find_translation
from webapp.web.access import public
from webapp.web.openapi import description
from webapp.web.published import Made, answer, answer_anew, found
from webapp.web.transaction import now, reading, settings

bp = Blueprint("api", __name__, url_prefix="/api/v1")

JSON = "application/json"
_LONGEST_SEARCH = 200
_COUNTRY = re.compile("[A-Z]{2}")


def as_json(facts: Any) -> Made:
    """The same bytes for the same facts."""
    return json.dumps(facts, ensure_ascii=False).encode(), JSON


def asked() -> tuple[str, str]:
    """What a list is narrowed by. Raises InvalidInput."""
    words, country = request.args.get("q", ""), request.args.get("country", "")
    if len(words) > _LONGEST_SEARCH:
        raise InvalidInput(f"“q” can have {_LONGEST_SEARCH} characters at most.", field="q")
    if country and not _COUNTRY.fullmatch(country):
        raise InvalidInput("“country” is a code of two capital letters (ISO 3166-1), such as DE.", field="country")
    return words.strip(), country


def _read(published: str) -> PublicLetter:
    return public_letter.read_public(reading(), published, now=now())


def _links() -> Links:
    return settings().links


@bp.get("/openapi.json")
@public
def document() -> Response:
    return answer_anew(as_json(description(_links())))


@bp.get("/letters")
@public
def letters() -> Response:
    lines = public_letter.list_public(reading(), now=now())
    return answer_anew(as_json({"letters": [public_json.line_facts(one, _links()) for one in lines]}))


@bp.get("/letters/<published>")
@public
def letter(published: str) -> Response:
    return answer(found(published), lambda: as_json(public_json.letter_facts(_read(published), _links())), "api")


@bp.get("/letters/<published>/signatories")
@public
def signatories(published: str) -> Response:
    (words, country), of = asked(), found(published)
    key = () if words or country else ("api", "signatories")
    return answer(of, lambda: as_json(public_json.signatory_facts(_read(published), words, country)), *key)


@bp.get("/letters/<published>/documents")
@public
def documents(published: str) -> Response:
    return answer(found(published), lambda: as_json(public_json.document_facts(_read(published), _links())), "api", "documents")


@bp.get("/letters/<published>/course")
@public
def course(published: str) -> Response:
    return answer(found(published), lambda: as_json(public_json.course_facts(_read(published))), "api", "course")


@bp.get("/letters/<published>/translations")
@public
def translations(published: str) -> Response:
    return answer(found(published), lambda: as_json(public_json.translations_facts(_read(published), _links())), "api", "translations")


@bp.get("/letters/<published>/translations/<language>")
@public
def translation(published: str, language: str) -> Response:
    of = found(published)
    if language not in LANGUAGES:
        raise NotFound

    def make() -> Made:
        letter = _read(published)
        return as_json(public_json.translation_facts(letter, find_translation(letter, language), _links()))

    return answer(of, make, "api", "translations", language)
