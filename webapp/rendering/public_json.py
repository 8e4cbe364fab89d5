"""The facts of a public letter as plain values: for the interface for programs, the embedded list and the command (R5)."""

from typing import Any

from webapp.domain.deadline import iso_utc
from webapp.domain.links import Links
from webapp.domain.public_letter import (
    PublicFile,
    PublicItem,
    PublicLetter,
    PublicLine,
    PublicSignatory,
    PublicTranslation,
    countries_of,
    matching,
)
from webapp.rendering.public_words import file_words, later_words, signed_words
from webapp.rendering.text import statement_html
from webapp.rendering.words import Words, words_for

Facts = dict[str, Any]


def line_facts(line: PublicLine, links: Links) -> Facts:
    """A letter in a list."""
    return {
        "letter": line.reference,
        "page": links.public(line.reference),
        "title": line.title,
        "language": line.language,
        "lead_society": line.lead_society,
        "journal": line.journal,
        "collective_noun": line.collective_noun,
        "signed": line.signed,
        "released_at": iso_utc(line.released_at),
        "is_demonstration": line.is_demonstration,
    }


def letter_facts(letter: PublicLetter, links: Links) -> Facts:
    """The letter with its text, and the numbers that go with its list."""
    html = statement_html(letter.statement, letter.references, language=letter.language, style=letter.style)
    return {
        "letter": letter.reference,
        "page": links.public(letter.reference),
        "feed": f"{links.public(letter.reference)}/feed.atom",
        "title": letter.title,
        "language": letter.language,
        "lead_society": letter.lead_society,
        "journal": letter.journal,
        "ask": letter.ask,
        "collective_noun": letter.collective_noun,
        "is_sealed": letter.is_sealed,
        "is_cancelled": letter.is_cancelled,
        "is_demonstration": letter.is_demonstration,
        "released_at": iso_utc(letter.released_at),
        "dated": letter.dated.isoformat(),
        "targets": [
            {
                "role": one.role,
                "citation": one.citation,
                "doi": one.doi,
                "published_on": one.published.isoformat() if one.published else None,
            }
            for one in letter.targets
        ],
        "authors": [
            {
                "name": one.name,
                "affiliation": one.affiliation,
                "orcid": one.orcid,
                "is_corresponding": one.is_corresponding,
                "competing_interests": one.competing_interests,
            }
            for one in letter.authors
        ],
        "text": {"markdown": letter.statement, "html": html, "digest": letter.digest, "revision": letter.revision},
        **_numbers(letter),
        "record": {"length": letter.record_length, "head": letter.record_head},
    }


def _numbers(letter: PublicLetter) -> Facts:
    return {
        "signed": letter.signed,
        "withdrawn_since": len(letter.later.withdrawn),
        "joined_since": len(letter.later.joined),
        "signed_sentence": signed_words(letter),
        "later_sentence": later_words(letter.later, letter.language),
    }


def signatory_facts(letter: PublicLetter, words: str = "", country: str = "") -> Facts:
    """The list as it is printed, and who joined after the seal; `signed` counts all of the list, whatever was asked for."""
    return {
        "letter": letter.reference,
        **_numbers(letter),
        "signatories": [_signatory(one) for one in matching(letter.signatories, words, country)],
        "joined": [_signatory(one) for one in matching(letter.joined, words, country)],
        "countries": [
            {"code": code or None, "name": name or None, "number": number} for code, name, number in countries_of(letter.signatories)
        ],
    }


def _signatory(one: PublicSignatory) -> Facts:
    return {
        "printed_name": one.printed_name,
        "acronym": one.acronym,
        "officer": one.officer,
        "office": one.office,
        "country": one.country or None,
        "country_code": one.country_code or None,
        "note": one.note,
        "addendum": one.addendum or None,
        "signed_on": one.signed_on.isoformat() if one.signed_on else None,
        "withdrawn_on": one.withdrawn_on.isoformat() if one.withdrawn_on else None,
    }


def document_facts(letter: PublicLetter, links: Links) -> Facts:
    """What the seal has made, and what was issued after it, each by its SHA-256."""
    return {
        "letter": letter.reference,
        "documents": [
            _file(one, letter, links)
            for one in (*letter.files, *letter.later_files, *(file for text in letter.changed for file in text.files))
        ],
    }


def _file(file: PublicFile, letter: PublicLetter, links: Links) -> Facts:
    return {
        "name": file.name,
        "words": file_words(file, letter.language),
        "address": f"{links.public(letter.reference)}/files/{file.name}",
        "media_type": file.media_type,
        "size": file.size,
        "sha256": file.sha256,
        "made_on": file.made_on.isoformat(),
    }


def course_facts(letter: PublicLetter) -> Facts:
    """What happened at the journals and to the articles that are answered, in its order; and the correspondence that is released."""
    words = words_for(letter.language)
    return {
        "letter": letter.reference,
        "course": [
            {"about": one.about, "kind": one.kind, "words": words.known(one.words), "on": one.on.isoformat(), "link": one.link or None}
            for one in letter.course
        ],
        "correspondence": [_item(one, words) for one in letter.correspondence],
    }


def translations_facts(letter: PublicLetter, links: Links) -> Facts:
    """Into which languages the letter is translated; none of these texts was signed."""
    return {
        "letter": letter.reference,
        "signed_language": letter.language,
        "signed_digest": letter.digest,
        "translations": [_translation(one, letter, links) for one in letter.translations],
    }


def _translation(one: PublicTranslation, letter: PublicLetter, links: Links) -> Facts:
    return {
        "language": one.language,
        "name": one.name,
        "title": one.title,
        "translator": one.translator,
        "digest": one.digest,
        "translates": one.translates,
        "edited_at": iso_utc(one.edited_at),
        "page": links.translation(letter.reference, one.language),
        "address": f"{links.base}/api/v1/letters/{letter.reference}/translations/{one.language}",
    }


def translation_facts(letter: PublicLetter, one: PublicTranslation, links: Links) -> Facts:
    """One of them with its text."""
    html = statement_html(one.text, letter.references, language=one.language, style=letter.style)
    return {"letter": letter.reference, **_translation(one, letter, links), "text": {"markdown": one.text, "html": html}}


def _item(one: PublicItem, words: Words) -> Facts:
    return {
        "item": one.reference,
        "about": one.about or None,
        "kind": one.kind,
        "words": words.gettext(one.words),
        "on": one.on.isoformat(),
        "summary": one.summary,
        "text": one.text or None,
        "link": one.link or None,
        "is_taken_back": one.is_struck,
    }
