"""What `/api/v1` promises, as OpenAPI 3.1: every path, every field, every refusal."""

from typing import Any

from webapp.domain.links import Links
from webapp.domain.translation import LANGUAGES

Schema = dict[str, Any]

_TEXT, _NUMBER, _FLAG = {"type": "string"}, {"type": "integer", "minimum": 0}, {"type": "boolean"}
_DAY = {"type": "string", "format": "date", "examples": ["2026-04-03"]}
_MOMENT = {"type": "string", "format": "date-time", "examples": ["2026-04-03T10:00:00Z"]}
_ADDRESS = {"type": "string", "format": "uri"}
_SHA256 = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_COUNTRY = {"type": "string", "pattern": "^[A-Z]{2}$"}
_REFERENCE = {"type": "string", "examples": ["k7m2pq4x9w"]}


def description(links: Links) -> Schema:
    """The whole document."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Undersigned: the public letters of this installation",
            "version": "1",
            "summary": "Letters, signatories, documents and course, as they are public.",
            "description": (
                "Everything here can be read by anybody and by any site, without a key. A letter is here from its instant of publication; "
                "until then it is answered as if it did not exist. `signed` is the number that stands in every place of a letter. "
                "Answers carry an ETag, and may be kept for a minute."
            ),
        },
        "servers": [{"url": f"{links.base}/api/v1"}],
        "paths": _paths(),
        "components": {"schemas": _schemas(), "responses": _refusals(), "parameters": _parameters(), "headers": _headers()},
    }


def _paths() -> Schema:
    one = "/letters/{letter}"
    return {
        "/letters": {"get": _get("listLetters", "The public letters, the newest first", "Letters")},
        one: {"get": _get("readLetter", "A letter with its text", "Letter", of_letter=True)},
        f"{one}/signatories": {
            "get": _get("listSignatories", "Who has signed, as it is printed", "Signatories", of_letter=True, narrowed=True)
        },
        f"{one}/documents": {"get": _get("listDocuments", "The files of a letter, each by its SHA-256", "Documents", of_letter=True)},
        f"{one}/course": {"get": _get("readCourse", "What happened at the journals", "Course", of_letter=True)},
        f"{one}/translations": {"get": _get("listTranslations", "Into which languages it is translated", "Translations", of_letter=True)},
        f"{one}/translations/{{language}}": {
            "get": _get(
                "readTranslation",
                "A translation with its text, which nobody has signed",
                "TranslatedText",
                of_letter=True,
                of_language=True,
            )
        },
        "/openapi.json": {"get": _get("readDescription", "This document", "Description")},
    }


def _get(name: str, summary: str, schema: str, *, of_letter: bool = False, of_language: bool = False, narrowed: bool = False) -> Schema:
    parameters = [*(["letter"] if of_letter else []), *(["language"] if of_language else []), *(["q", "country"] if narrowed else [])]
    refusals = {"404": "Missing", "429": "TooOften"} if of_letter else {"404": "Missing"}
    if narrowed:
        refusals["422"] = "Unreadable"
    return {
        "operationId": name,
        "summary": summary,
        "parameters": [{"$ref": f"#/components/parameters/{one}"} for one in (*parameters, "ifNoneMatch")],
        "responses": {
            "200": {
                "description": summary,
                "headers": {"ETag": {"$ref": "#/components/headers/ETag"}, "Cache-Control": {"$ref": "#/components/headers/CacheControl"}},
                "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}},
            },
            "304": {"description": "As it was when you last asked: the ETag that you sent is still right."},
            **{status: {"$ref": f"#/components/responses/{refusal}"} for status, refusal in refusals.items()},
            "503": {"$ref": "#/components/responses/NotNow"},
        },
    }


def _headers() -> Schema:
    return {
        "ETag": {"description": "Send it back in If-None-Match.", "schema": _TEXT},
        "CacheControl": {"description": "How long the answer may be kept.", "schema": _TEXT},
    }


def _parameters() -> Schema:
    return {
        "letter": {
            "name": "letter",
            "in": "path",
            "required": True,
            "description": "The reference of a letter, as it stands in the address of its page.",
            "schema": _REFERENCE,
        },
        "language": {
            "name": "language",
            "in": "path",
            "required": True,
            "description": "The language of a translation (BCP 47), as the list of them has it.",
            "schema": {"type": "string", "enum": list(LANGUAGES)},
        },
        "q": {
            "name": "q",
            "in": "query",
            "description": "Only those in whose line all of these words stand.",
            "schema": {"type": "string", "maxLength": 200},
        },
        "country": {
            "name": "country",
            "in": "query",
            "description": "Only those of this country (ISO 3166-1, two letters).",
            "schema": _COUNTRY,
        },
        "ifNoneMatch": {"name": "If-None-Match", "in": "header", "description": "An ETag that you have been given.", "schema": _TEXT},
    }


def _refusals() -> Schema:
    said = {
        "Missing": ("There is nothing here, or not yet.", "There is nothing here", 404),
        "Unreadable": ("What was asked for cannot be taken.", "That could not be taken", 422),
        "TooOften": ("Your network has asked too often for what is not there.", "Too often for now", 429),
        "NotNow": ("The site cannot answer just now.", "The database is busy", 503),
    }
    return {name: _refusal(*words) for name, words in said.items()}


def _refusal(description: str, title: str, status: int) -> Schema:
    example = {"type": "about:blank", "title": title, "status": status, "detail": description}
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": description, "content": {"application/problem+json": {"schema": schema, "example": example}}}


def _object(**fields: Schema) -> Schema:
    """All of these, and nothing else."""
    return {"type": "object", "properties": fields, "required": list(fields), "additionalProperties": False}


def _list(of: str) -> Schema:
    return {"type": "array", "items": {"$ref": f"#/components/schemas/{of}"}}


def _or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


_NUMBERS: Schema = {
    "signed": {**_NUMBER, "description": "How many stand in the list of the letter."},
    "withdrawn_since": {**_NUMBER, "description": "How many of all who stand printed have withdrawn since the seal."},
    "joined_since": {**_NUMBER, "description": "How many have joined by an addendum since the seal."},
    "signed_sentence": _TEXT,
    "later_sentence": {**_TEXT, "description": "By name and day; empty where nothing has changed since the seal."},
}


_TRANSLATION: Schema = {
    "language": {**_TEXT, "description": "BCP 47"},
    "name": {**_TEXT, "description": "What its own readers call the language."},
    "title": _TEXT,
    "translator": {**_TEXT, "description": "Empty where nobody is named."},
    "digest": {**_SHA256, "description": "Over title, text, language, translator, and the digest of the signed text."},
    "translates": {**_SHA256, "description": "The digest of the signed text."},
    "edited_at": _MOMENT,
    "page": _ADDRESS,
    "address": {**_ADDRESS, "description": "Of this translation with its text, here."},
}


def _schemas() -> Schema:
    return {
        "Letters": _object(letters=_list("LetterLine")),
        "LetterLine": _object(
            letter=_REFERENCE,
            page=_ADDRESS,
            title=_TEXT,
            language={**_TEXT, "description": "BCP 47"},
            lead_society=_TEXT,
            journal=_TEXT,
            collective_noun=_TEXT,
            signed=_NUMBER,
            released_at=_MOMENT,
            is_demonstration=_FLAG,
        ),
        "Letter": _letter(),
        "Target": _object(role=_TEXT, citation=_TEXT, doi=_or_null(_TEXT), published_on=_or_null(_DAY)),
        "Author": _object(name=_TEXT, affiliation=_TEXT, orcid=_or_null(_TEXT), is_corresponding=_FLAG, competing_interests=_TEXT),
        "Signatories": _object(
            letter=_REFERENCE,
            **_NUMBERS,
            signatories=_list("Signatory"),
            joined=_list("Signatory"),
            countries={"type": "array", "items": _object(code=_or_null(_TEXT), name=_or_null(_TEXT), number=_NUMBER)},
        ),
        "Signatory": _object(
            printed_name={**_TEXT, "description": "Exactly as printed."},
            acronym=_TEXT,
            officer=_TEXT,
            office=_TEXT,
            country=_or_null(_TEXT),
            country_code=_or_null(_TEXT),
            note={**_TEXT, "description": "That the answer was recorded by a coordinator, and from what."},
            addendum=_or_null({"type": "integer", "minimum": 1}),
            signed_on=_or_null(_DAY),
            withdrawn_on=_or_null(_DAY),
        ),
        "Documents": _object(letter=_REFERENCE, documents=_list("Document")),
        "Document": _object(name=_TEXT, words=_TEXT, address=_ADDRESS, media_type=_TEXT, size=_NUMBER, sha256=_SHA256, made_on=_DAY),
        "Course": _object(letter=_REFERENCE, course=_list("Step"), correspondence=_list("Item")),
        "Step": _object(about=_TEXT, kind=_TEXT, words=_TEXT, on=_DAY, link=_or_null(_TEXT)),
        "Item": _object(
            item=_REFERENCE,
            about=_or_null(_TEXT),
            kind={**_TEXT, "enum": ["in", "out", "report"]},
            words=_TEXT,
            on=_DAY,
            summary={**_TEXT, "description": "Empty where it was taken back."},
            text=_or_null(_TEXT),
            link=_or_null(_TEXT),
            is_taken_back={**_FLAG, "description": "It was entered wrongly."},
        ),
        "Translations": _object(
            letter=_REFERENCE,
            signed_language={**_TEXT, "description": "BCP 47. Only the text in this language was signed, and only it counts."},
            signed_digest=_SHA256,
            translations=_list("Translation"),
        ),
        "Translation": _object(**_TRANSLATION),
        "TranslatedText": _object(letter=_REFERENCE, **_TRANSLATION, text=_object(markdown=_TEXT, html=_TEXT)),
        "Problem": _problem(),
        "Description": {"type": "object", "required": ["openapi", "info", "paths"], "additionalProperties": True},
    }


def _problem() -> Schema:
    """RFC 9457; `reference` is there where a fault was ours, for whoever asks about it."""
    problem = _object(type=_TEXT, title=_TEXT, status=_NUMBER, detail=_TEXT)
    problem["properties"]["reference"] = _TEXT
    return problem


def _letter() -> Schema:
    return _object(
        letter=_REFERENCE,
        page=_ADDRESS,
        feed=_ADDRESS,
        title=_TEXT,
        language=_TEXT,
        lead_society=_TEXT,
        journal=_TEXT,
        ask=_TEXT,
        collective_noun=_TEXT,
        is_sealed=_FLAG,
        is_cancelled=_FLAG,
        is_demonstration=_FLAG,
        released_at=_MOMENT,
        dated=_DAY,
        targets=_list("Target"),
        authors=_list("Author"),
        text=_object(markdown=_TEXT, html=_TEXT, digest=_SHA256, revision=_NUMBER),
        **_NUMBERS,
        record=_object(length=_NUMBER, head=_SHA256),
    )
