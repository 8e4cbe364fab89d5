"""What is read once more before the seal: a good set passes, and each way in which a document could be another one is noticed."""

import io
import json
from collections.abc import Callable
from dataclasses import replace
from functools import cache

import pikepdf
import pytest
from pikepdf import Name

from tests.factories import NOW
from webapp.domain.document import LetterDocument
from webapp.domain.document_kind import DocumentKind
from webapp.domain.layout import Acronyms, Grouping, Layout
from webapp.rendering import proofreading
from webapp.rendering.conformity import elements
from webapp.rendering.documents import KINDS_MADE, make_document
from webapp.rendering.pdf_seal import own_key, seal_pdf
from webapp.rendering.proofreading import DocumentsRefused, proofread
from webapp.rendering.reading_back import read_back, squeezed

from .letters import AWKWARD_NAMES, STATEMENT, letter, signatories

_K = DocumentKind
RICH = (
    f"{STATEMENT}\n\nSee[^a] [@audit2023].\n\n1. First, with an *emphasised-hyphenated* word\n2. Gullhaven\n\n"
    "> A quotation of “what was said”\n\n| Outcome | Found |\n|---|--:|\n| Tests | 41% |\n\n`code` H~2~O\n\n[^a]: A note."
)
DOCUMENT = letter(statement=RICH)


@cache
def good() -> dict[DocumentKind, bytes]:
    return {kind: make_document(kind, DOCUMENT) for kind in KINDS_MADE}


def test_documents_of_the_most_awkward_letter_pass() -> None:
    proofread(DOCUMENT, good())


LETTERS = {
    "grouped": letter(
        statement="Short.",
        language="de",
        layout=Layout(grouping=Grouping.COUNTRY, acronyms=Acronyms.BEFORE),
        signatories=tuple(sorted((replace(one, acronym="XYZ") for one in signatories()), key=lambda one: one.country or "~")),
    ),
    "long list": letter(statement="Short.", signatories=signatories(tuple(f"Society of the {n}th Example" for n in range(301)))),
    "right to left": letter(
        statement="> شكرا\n\n`code`\n\n- واحد", title="رسالة مشتركة", language="ar", signatories=signatories(AWKWARD_NAMES)
    ),
    "a word of right-to-left writing": letter(
        statement="Of شكرا and\n\n| A | شكرا |\n|---|---|\n| b | c |\n\n- One\n- Gullhaven\n\nEnd.", signatories=signatories(("Gullhaven",))
    ),
    "a table over two pages": letter(statement="| Step | Found |\n|---|--:|\n" + "| A test | 41% |\n" * 60),
    "two tables with one head": letter(statement="| Step | Found |\n|---|--:|\n| A test | 41% |\n\nAnd:\n\n" * 2),
    "signs drawn in another order": letter(
        statement="निद्रापुर।", signatories=signatories(("निद्रापुर स्वास्थ्यलाभ चिकित्सा परिषद्", "สมาคมเวชศาสตร์พักฟื้นแห่งอ่าว"))
    ),
    "characters with one sign between them": letter(
        statement="10〜20 and 10～20\n\n| Δ x | ∆ y |\n|---|---|\n| … ⋯ | ① ➀ |\n\n‒ and –, ・ and ‧, ⼀ and 一",
        signatories=signatories(("日本学会〜東京", "日本学会～京都")),
    ),
    "loose marks": letter(
        statement="x\u0302\u0323 and y\u0323\u0302, a\u0334 and a, Ẹgbẹ́ ọ̀rọ̀",
        signatories=signatories(("Ẹgbẹ́ x\u0302\u0323", "Ẹgbẹ́ y\u0323\u0302")),
    ),
    "same name twice": letter(statement="Short.", signatories=signatories(("Gullhaven", "Gullhaven", "Gullhaven Society"))),
}


@pytest.mark.parametrize("which", LETTERS)
def test_no_good_letter_is_refused(which: str) -> None:
    document = LETTERS[which]
    proofread(document, {_K.LETTER: make_document(_K.LETTER, document)})


def test_electronically_sealed_letter_passes_as_well() -> None:
    key = own_key(b"a seed for tests only, of thirty-two bytes", "letters.example.org")
    proofread(DOCUMENT, {_K.LETTER: seal_pdf(good()[_K.LETTER], key, now=NOW)})


def refused(files: dict[DocumentKind, bytes], document: LetterDocument = DOCUMENT) -> str:
    with pytest.raises(DocumentsRefused) as caught:
        proofread(document, files)
    assert "Nothing was sealed" in str(caught.value)
    return caught.value.check


def changed(act: Callable[[pikepdf.Pdf], object]) -> dict[DocumentKind, bytes]:
    with pikepdf.open(io.BytesIO(good()[_K.LETTER])) as pdf:
        act(pdf)
        written = io.BytesIO()
        pdf.save(written)
    return {**good(), _K.LETTER: written.getvalue()}


def unembed(pdf: pikepdf.Pdf) -> None:
    font = next(one for one in pdf.objects if isinstance(one, pikepdf.Dictionary) and one.get("/Subtype") == "/Type0")
    del font.DescendantFonts[0].FontDescriptor["/FontFile2"]


def item_told_twice(pdf: pikepdf.Pdf) -> None:
    """Two items of the list say the same: the structure names one, and its words, twice."""
    roll = [one for one in elements(pdf) if one.get("/S") == "/L"][-1]
    roll.K.append(roll.K[0])


def item_left_out(pdf: pikepdf.Pdf) -> None:
    del [one for one in elements(pdf) if one.get("/S") == "/L"][-1].K[0]


def item_that_is_none(pdf: pikepdf.Pdf) -> None:
    [one for one in elements(pdf) if one.get("/S") == "/LI"][-1].S = Name("/P")


@pytest.mark.parametrize(
    ("act", "check"),
    [(unembed, "gate"), (item_told_twice, "list"), (item_left_out, "list"), (item_that_is_none, "list")],
)
def test_letter_that_was_damaged_is_refused(act: Callable[[pikepdf.Pdf], None], check: str) -> None:
    assert refused(changed(act)) == f"letter: {check}"


def test_one_word_of_right_to_left_writing_excuses_no_other_block() -> None:
    right, other = (letter(statement=f"Of شكرا.\n\n{said}\n\n- Gullhaven") for said in ("A dog bit a man.", "A man bit a dog."))
    files = {_K.LETTER: make_document(_K.LETTER, other)}
    proofread(other, files)
    assert refused(files, right) == "letter: statement"


def test_file_that_cannot_be_opened_is_refused() -> None:
    assert refused({_K.LETTER: b"%PDF-1.7 and no more"}) == "letter: structure"
    assert refused({_K.LETTER: good()[_K.LETTER][:20_000]}) == "letter: structure"


OTHERS = [
    ("statement", letter(statement=RICH.replace("nearly all eligible", "almost all eligible", 1))),
    ("statement", letter(statement=RICH.replace("See[^a]", "[^a]See"))),
    ("statement", letter(statement=RICH.replace("41–68%", "41—68%"))),
    ("statement", letter(statement=RICH.replace("audit", "audit\u0302", 1))),
    ("digest", letter(statement=RICH, digest="0" * 64)),
    ("list", letter(statement=RICH, signatories=signatories(AWKWARD_NAMES[1:]))),
    ("list", letter(statement=RICH, signatories=signatories((*AWKWARD_NAMES, "One More")))),
    ("list", letter(statement=RICH, signatories=signatories((AWKWARD_NAMES[1], AWKWARD_NAMES[0], *AWKWARD_NAMES[2:])))),
    ("list", letter(statement=RICH, signatories=signatories((AWKWARD_NAMES[0].lower(), *AWKWARD_NAMES[1:])))),
]


@pytest.mark.parametrize(("check", "other"), OTHERS)
def test_pdf_of_another_letter_is_refused(check: str, other: LetterDocument) -> None:
    """The control: each of these is another letter only in one place."""
    assert refused(good(), other) == f"letter: {check}"


@pytest.mark.parametrize("kind", [kind for kind in KINDS_MADE if kind is not _K.LETTER])
@pytest.mark.parametrize(
    "names", [AWKWARD_NAMES[1:], (*AWKWARD_NAMES, "One More"), (AWKWARD_NAMES[1], AWKWARD_NAMES[0], *AWKWARD_NAMES[2:])]
)
def test_other_document_with_another_list_is_refused(kind: DocumentKind, names: tuple[str, ...]) -> None:
    other = letter(statement=RICH, signatories=signatories(names))
    assert refused({**good(), kind: make_document(kind, other)}) == f"{kind}: list"


FOR_PEOPLE = [_K.WORD, _K.TEXT, _K.HTML, _K.JATS]


@pytest.mark.parametrize("kind", FOR_PEOPLE)
def test_other_document_of_another_statement_is_refused(kind: DocumentKind) -> None:
    for statement in (RICH.replace("nearly all", "almost all", 1), RICH.replace("A note.", "Another."), RICH.replace("41%", "14%")):
        other = letter(statement=statement)
        assert refused({**good(), kind: make_document(kind, other)}) == f"{kind}: statement"


@pytest.mark.parametrize("kind", [_K.LETTER, *FOR_PEOPLE])
def test_refusal_quotes_the_signed_text_where_a_document_differs(kind: DocumentKind) -> None:
    other = letter(statement=RICH.replace("with **care**", "with **haste**"))
    with pytest.raises(DocumentsRefused, match=r"at the end of these words: “[^”]*with (care|haste)”.* press once more") as caught:
        proofread(other if kind is _K.LETTER else DOCUMENT, good() if kind is _K.LETTER else {**good(), kind: make_document(kind, other)})
    assert "care" not in caught.value.check


@pytest.mark.parametrize("kind", FOR_PEOPLE)
@pytest.mark.parametrize("slip", ["two more", "one twice", "one missing"])
def test_list_is_the_list_even_where_the_statement_names_a_signatory(kind: DocumentKind, slip: str) -> None:
    right = letter(statement=f"{AWKWARD_NAMES[0]} writes.", layout=Layout(grouping=Grouping.COUNTRY))
    lines = right.signatories
    wrong = {"two more": (*lines, *signatories(("One More", "And Another"))), "one twice": (lines[0], *lines), "one missing": lines[1:]}
    files = {kind: make_document(kind, right), _K.LETTER: b""}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(proofreading, "_proofread_letter", lambda *_arguments: None)
        proofread(right, files)
        with pytest.raises(DocumentsRefused) as caught:
            proofread(right, {**files, kind: make_document(kind, replace(right, signatories=wrong[slip]))})
    assert caught.value.check == f"{kind}: list"


def test_list_that_counts_otherwise_than_it_lists_is_refused() -> None:
    listed = json.loads(good()[_K.SIGNATORIES_JSON])
    wrong = json.dumps({**listed, "count": listed["count"] + 1}).encode()
    assert refused({**good(), _K.SIGNATORIES_JSON: wrong}) == f"{_K.SIGNATORIES_JSON}: structure"


def test_file_read_back_says_what_is_heard() -> None:
    said = read_back(good()[_K.LETTER])
    assert squeezed("We write in response to the study by Smith and colleagues") in said.text
    assert len([items for items in said.lists if items]) >= 3
