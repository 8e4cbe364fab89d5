"""Addenda, errata and editions as PDF: sound, in the language of the letter, and the sealed pages in an edition as they were."""

import io
from dataclasses import replace
from datetime import UTC, date, datetime

import pikepdf
import pytest

from webapp.domain.document import SignatoryLine
from webapp.domain.erratum import WITHDRAWN_WORDS, ErratumKind
from webapp.domain.errors import RenderingFailed
from webapp.domain.later_document import AddendumDocument, EditionDocument, ErratumDocument, Part, SealedFacts
from webapp.domain.layout import Layout, Paper
from webapp.rendering import later, later_proofreading
from webapp.rendering.conformity import problems
from webapp.rendering.pdf_seal import ISSUED, own_key, seal_pdf, seal_state

from .pdf_text import text_of

SEALED = SealedFacts(
    reference="quiet4hour",
    title="The quiet hour deserves a fair trial",
    language="en-GB",
    collective_noun="societies",
    lead_society="The Marrowby Society",
    journal="Journal of Invented Medicine",
    sealed_on=date(2026, 3, 14),
    signatories=34,
    digest="ab" * 32,
    sha256="cd" * 32,
    is_demonstration=False,
    layout=Layout(),
)
JOINED = (
    SignatoryLine("The Marshes", "Otto Lind", "President", "Germany"),
    SignatoryLine("جمعية النوم", "د. ليلى", "الرئيسة", "Jordan", "received on paper"),
)
ADDENDUM = AddendumDocument(SEALED, 1, date(2026, 5, 2), date(2026, 4, 1), date(2026, 5, 1), JOINED)
NAME = ErratumDocument(
    SEALED, 1, date(2026, 5, 3), ErratumKind.NAME, 0, 12, "Marshes", "Marshes", "The Marshes", "Its article was left out.", "its secretary"
)
WITHDRAWAL = replace(NAME, number=2, kind=ErratumKind.WITHDRAWN, addendum=1, after="", reason=WITHDRAWN_WORDS, asked_by="the society")
IN_GERMAN = replace(SEALED, language="de", is_demonstration=True, layout=Layout(paper=Paper.LETTER))


def pages_of(pdf: bytes) -> list[bytes]:
    """What each page draws."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return [page.Contents.read_bytes() for page in opened.pages]


def test_r11_addendum_names_those_who_joined_and_what_it_stands_beside() -> None:
    pdf = later.addendum_pdf(ADDENDUM)
    text = text_of(pdf)
    for said in ("Addendum 1", "The Marshes", "Otto Lind, President", "2 May 2026", "beside the 34 societies", "ab" * 32, "cd" * 32):
        assert said in text
    assert pdf == later.addendum_pdf(ADDENDUM)


def test_errata_say_what_was_printed_what_is_right_why_and_who_asked() -> None:
    text = text_of(later.erratum_pdf(NAME))
    for said in ("Erratum 1", "Marshes", "The Marshes", "Its article was left out.", "its secretary", "place 12", "cd" * 32):
        assert said in text
    assert "A signature was withdrawn" in text_of(later.erratum_pdf(WITHDRAWAL))


def test_fixed_words_are_those_of_the_letter() -> None:
    text = text_of(later.erratum_pdf(replace(WITHDRAWAL, letter=IN_GERMAN)))
    for said in ("Berichtigung 2", "Eine Unterschrift wurde zurückgezogen", "Die Gesellschaft hat ihre Unterschrift", "Muster"):
        assert said in text


def test_r11_edition_holds_the_sealed_pages_as_they_are_and_all_that_was_issued() -> None:
    sealed, addendum, erratum = later.addendum_pdf(replace(ADDENDUM, number=7)), later.addendum_pdf(ADDENDUM), later.erratum_pdf(NAME)
    parts = (
        Part(True, 1, date(2026, 5, 2), "aa", signatories=2),
        Part(False, 1, date(2026, 5, 3), "bb", before="Marshes", after="The Marshes"),
    )
    edition = later.edition_pdf(EditionDocument(SEALED, 1, date(2026, 5, 4), parts), sealed, [addendum, erratum])
    assert problems(edition) == []
    assert "Edition with addendum 1 and erratum 1" in text_of(edition)
    assert pages_of(edition)[1:] == [*pages_of(sealed), *pages_of(addendum), *pages_of(erratum)]


def test_control_unsound_file_is_not_let_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(later_proofreading, "problems", lambda _pdf: ["UA: not marked as tagged"])
    with pytest.raises(RenderingFailed, match="not marked as tagged"):
        later.addendum_pdf(ADDENDUM)


@pytest.mark.parametrize(
    "printed",
    [JOINED[:1], (*JOINED[1:], JOINED[0]), (*JOINED, JOINED[0]), (*JOINED, SignatoryLine("Upland", "Iris Ek", "Chair", "Norway"))],
    ids=["left out", "swapped", "twice", "too many"],
)
def test_r5_addendum_with_another_list_is_not_let_through(printed: tuple[SignatoryLine, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(later, "proofread_addendum", lambda *_arguments: None)
    pdf = later.addendum_pdf(replace(ADDENDUM, signatories=printed))
    with pytest.raises(later_proofreading.LaterRefused, match="each once and in order") as refused:
        later_proofreading.proofread_addendum(ADDENDUM, pdf)
    assert refused.value.check == "list"


def test_file_that_says_something_else_is_not_let_through() -> None:
    pdf = later.erratum_pdf(NAME)
    for other, check in (
        (replace(NAME, after="The Salt Marshes"), "words"),
        (replace(NAME, reason="Its article was put in."), "words"),
        (replace(NAME, letter=replace(SEALED, sha256="ef" * 32)), "digest"),
    ):
        with pytest.raises(later_proofreading.LaterRefused) as refused:
            later_proofreading.proofread_erratum(other, pdf)
        assert refused.value.check == check


def test_r11_edition_with_other_pages_is_not_let_through() -> None:
    sealed, erratum = later.addendum_pdf(replace(ADDENDUM, number=7)), later.erratum_pdf(NAME)
    document = EditionDocument(
        SEALED, 1, date(2026, 5, 4), (Part(False, 1, date(2026, 5, 3), "bb", before="Marshes", after="The Marshes"),)
    )
    sheet = later.PRESS.pdf(later.edition_html(document), later.RenderLimits())
    whole = later.join_tagged([sheet, sealed, erratum])
    later_proofreading.proofread_edition(document, whole, sheet, sealed, [erratum])
    for broken in (without_page(whole, 1), without_page(whole, 2), recoloured(whole, 1), later.join_tagged([sheet, erratum, sealed])):
        with pytest.raises(RenderingFailed, match="pages are not those"):
            later_proofreading.proofread_edition(document, broken, sheet, sealed, [erratum])


def test_edition_of_files_that_carry_an_electronic_seal_is_sound_and_carries_its_own(final_pdf: bytes) -> None:
    key, now = own_key(b"a seed of thirty-two bytes, or so", "127.0.0.1"), datetime(2026, 5, 4, tzinfo=UTC)

    def sealed(pdf: bytes) -> bytes:
        return seal_pdf(pdf, key, now=now, reason=ISSUED)

    document = EditionDocument(
        SEALED, 1, date(2026, 5, 4), (Part(False, 1, date(2026, 5, 3), "bb", before="Marshes", after="The Marshes"),)
    )
    edition = later.edition_pdf(document, sealed(final_pdf), [later.erratum_pdf(NAME, sealed)], sealed)
    state = seal_state(edition, [key.public_key])
    assert state is not None and state.is_ours and state.is_whole and problems(edition) == []


def without_page(pdf: bytes, number: int) -> bytes:
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        del opened.pages[number]
        return saved(opened)


def recoloured(pdf: bytes, number: int) -> bytes:
    """The same words, in another colour."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        contents = opened.pages[number].Contents
        contents.write(contents.read_bytes() + b"\n1 0 0 rg\n")
        return saved(opened)


def saved(opened: pikepdf.Pdf) -> bytes:
    written = io.BytesIO()
    opened.save(written)
    return written.getvalue()


def test_what_no_font_can_print_is_a_sentence() -> None:
    with pytest.raises(RenderingFailed, match="no sign for"):
        later.erratum_pdf(replace(NAME, after="The Marshes \U0001f33e"))
