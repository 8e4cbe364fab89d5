"""R20 in every document that is not on paper: what was typed stands there as words, and nothing of it acts, leads away or is fetched."""

import io
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from jinja2 import ChoiceLoader, DictLoader
from lxml import etree

from tests.counts import times
from tests.hostile.checks import csv_problems, html_problems, text_in, word_problems, workbook_problems
from tests.hostile.words import LINES, expected, statement
from tests.hostile_names import taken_names
from webapp.domain.document import AuthorLine, LetterDocument, Letterhead, Proof, SignatoryLine, TargetLine
from webapp.domain.document_kind import DocumentKind
from webapp.domain.layout import Grouping, Layout
from webapp.rendering import cited, spreadsheet
from webapp.rendering.documents import KINDS_MADE, make_document
from webapp.rendering.environment import TEMPLATES, document_environment

from .letters import AUDIT, SMITH, letter
from .lists import expected as expected_list
from .lists import read
from .test_letter_jats import problems as jats_problems

K = DocumentKind
WEB = "http://127.0.0.1:9"
OURS = re.compile(r"<meta http-equiv=[^>]*>|<style>.*?</style>", re.DOTALL)
PAGE_NUMBERS = ["a field PAGE ", "a field NUMPAGES "] * 2


@cache
def hostile() -> LetterDocument:
    lines = [line.replace("{web}", WEB) for line in LINES]
    dealt = iter(lines * 4)
    return letter(
        title=next(dealt),
        lead_society=next(dealt),
        addressee=(next(dealt), next(dealt)),
        journal=next(dealt),
        ask=next(dealt),
        targets=tuple(TargetLine(line, next(dealt), "10.5555/<x>&\"'", None) for line in (next(dealt), next(dealt))),
        authors=tuple(AuthorLine(line, next(dealt), None, True, next(dealt)) for line in (next(dealt), next(dealt))),
        signatories=tuple(
            SignatoryLine(f"{line} {place}", next(dealt), next(dealt), line, line, line, line) for place, line in enumerate(lines)
        ),
        statement=statement(WEB),
        references=({**SMITH, "title": lines[0], "URL": "javascript:alert(1)"}, {**AUDIT, "id": "vale2026", "title": lines[2]}),
        layout=Layout(grouping=Grouping.KIND, shows_logos=True, accent="red}</style><script>alert(1)</script>"),
        letterhead=Letterhead((next(dealt), next(dealt)), next(dealt), "none"),
        proof=Proof("https://example.org/check/x", "a" * 64, 41, "{}"),
        draft_for=next(dealt),
        is_draft=True,
    )


def problems(kind: DocumentKind, content: bytes) -> list[str]:
    match kind:
        case K.WORD:
            found = word_problems(content)
            return [] if found == PAGE_NUMBERS else found
        case K.HTML:
            return html_problems(OURS.sub("", content.decode(), count=2))
        case K.JATS:
            leading = etree.fromstring(content).xpath("//ext-link/@*[local-name()='href']")
            away = [f"a link to {one}" for one in leading if not one.startswith(("http://", "https://", "mailto:"))]
            return jats_problems(content.decode()) + away
        case K.SIGNATORIES_CSV:
            return csv_problems(content.decode())
        case K.SIGNATORIES_XLSX:
            return workbook_problems(content)
        case K.SIGNATORIES_JSON:
            return [] if json.loads(content) else ["nothing"]
        case _:
            return [f"U+{ord(one):04X}" for one in content.decode() if one != "\n" and (ord(one) < 32 or 127 <= ord(one) < 160)]


def words_in(kind: DocumentKind, content: bytes) -> str:
    match kind:
        case K.WORD:
            with zipfile.ZipFile(io.BytesIO(content)) as file:
                parts = [etree.fromstring(file.read(f"word/{name}.xml")) for name in ("document", "footnotes")]
            return "".join(word for part in parts for word in part.itertext())
        case K.HTML:
            return text_in(content.decode())
        case K.JATS:
            return "".join(etree.fromstring(content).itertext())
        case _:
            return content.decode()


OTHERS = [kind for kind in KINDS_MADE if kind is not K.LETTER]


@pytest.mark.parametrize("kind", OTHERS)
def test_r20_nothing_typed_acts_leads_away_or_is_fetched(kind: DocumentKind) -> None:
    assert problems(kind, make_document(kind, hostile())) == []


def _bare(words: str) -> str:
    return "".join(words.split())


@pytest.mark.parametrize("kind", [K.WORD, K.TEXT, K.HTML, K.JATS])
def test_r20_what_was_typed_is_read_as_it_was_typed(kind: DocumentKind) -> None:
    said = _bare(words_in(kind, make_document(kind, hostile())))
    typed = [hostile().title, hostile().ask, *(one.printed_name for one in hostile().signatories), *expected(WEB)]
    assert [words for words in typed if _bare(words) not in said] == []


@pytest.mark.parametrize("kind", [kind for kind in OTHERS if kind is not K.TEXT])
def test_r15_every_name_that_the_house_takes_is_read_back_as_it_is(kind: DocumentKind) -> None:
    lines = tuple(SignatoryLine(name, None, None, "Portugal") for name in taken_names(times(2_000)))
    given = letter(statement="We write.", references=(), signatories=lines)
    assert read(kind, given) == expected_list(kind, given)


def test_r15_every_name_stands_in_a_line_of_text() -> None:
    names = taken_names(times(2_000))
    given = letter(statement="We write.", references=(), signatories=tuple(SignatoryLine(one, None, None, "Portugal") for one in names))
    roll = make_document(K.TEXT, given).decode().partition("signed this letter.\n\n")[2].partition("\n\nAbout this document")[0]
    assert roll.split("\n") == [f"{name} · Portugal" for name in names]


@pytest.fixture
def careless_templates() -> Iterator[None]:
    """Templates that print a title without escaping it."""
    environment = document_environment()
    kept = environment.loader
    careless = {
        f"documents/{name}": (TEMPLATES / "documents" / name).read_text().replace("{{ letter.title }}", "{{ letter.title | safe }}")
        for name in ("page.html", "jats.xml", "word/letter/core.xml")
    }
    assert kept is not None
    environment.loader = ChoiceLoader([DictLoader(careless), kept])
    try:
        yield
    finally:
        environment.loader = kept


@pytest.mark.usefixtures("careless_templates")
@pytest.mark.parametrize("kind", [K.WORD, K.HTML, K.JATS])
def test_control_title_that_is_not_escaped_is_noticed(kind: DocumentKind) -> None:
    given = replace(hostile(), title="<script>alert(1)</script><br>", signatories=())
    try:
        found: Any = problems(kind, make_document(kind, given))
    except (etree.XMLSyntaxError, SyntaxError) as error:
        found = error
    assert found


@pytest.mark.parametrize("kind", [K.WORD, K.JATS])
def test_control_link_that_leads_anywhere_is_noticed(kind: DocumentKind, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cited, "is_honest", lambda _address: True)
    given = letter(statement="Press [here](javascript:alert(1)).", references=(), signatories=())
    assert problems(kind, make_document(kind, given))


@pytest.mark.parametrize("kind", [K.SIGNATORIES_CSV, K.SIGNATORIES_XLSX])
def test_control_formula_is_noticed(kind: DocumentKind, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spreadsheet, "as_cell", lambda text: text)
    assert problems(kind, make_document(kind, hostile()))
