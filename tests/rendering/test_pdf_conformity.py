"""The gate passes what we make, and fails each way in which it could be broken: a gate that cannot fail proves nothing."""

import io
from collections.abc import Callable
from typing import Any

import pikepdf
import pytest
from pikepdf import Dictionary, Name

from webapp.rendering.conformity import elements, parent_tree, problems
from webapp.rendering.pdf import letter_pdf

from .letters import letter, signatories
from .pdf_text import text_of


def test_final_letter_keeps_every_rule(final_pdf: bytes) -> None:
    assert problems(final_pdf) == []


def test_draft_keeps_every_rule_with_its_watermark(draft_pdf: bytes) -> None:
    assert problems(draft_pdf) == []


def test_long_roll_keeps_every_rule() -> None:
    names = tuple(f"Society of the {place}th Example" for place in range(301))
    assert problems(letter_pdf(letter(statement="Short.", signatories=signatories(names), is_demonstration=True))) == []


def test_right_to_left_letter_keeps_every_rule() -> None:
    document = letter(statement="> شكرا\n\n`code`\n\n---\n\n- واحد", title="رسالة مشتركة", language="ar", signatories=(), authors=())
    assert problems(letter_pdf(document)) == []


def test_letter_with_notes_keeps_every_rule() -> None:
    notes = "[^a]: A note, [linked](https://example.org/a).\n\n[^b]: Two\n\n    paragraphs [@audit2023].\n"
    statement = f"# One[^a]\n\nWords [@smith2024].[^b]\n\n{notes}"
    pdf = letter_pdf(letter(statement=statement))
    assert problems(pdf) == []
    assert "a. A note, linked." in " ".join(text_of(pdf).split())


def _first_page_content(pdf: pikepdf.Pdf) -> Any:
    return pdf.pages[0].obj.Contents


def _paint_untagged(pdf: pikepdf.Pdf) -> None:
    stream = _first_page_content(pdf)
    stream.write(stream.read_bytes() + b"\n0 0 10 10 re f")


def _heading(pdf: pikepdf.Pdf) -> None:
    next(one for one in elements(pdf) if one.get("/S") == "/H2").S = Name("/H4")


def _figure(pdf: pikepdf.Pdf) -> None:
    next(one for one in elements(pdf) if one.get("/S") == "/P").S = Name("/Figure")


def _row(pdf: pikepdf.Pdf) -> None:
    row = next(one for one in elements(pdf) if one.get("/S") == "/TR")
    del row.K[0]


def _link(pdf: pikepdf.Pdf) -> Any:
    return next(page.obj.Annots[0] for page in pdf.pages if "/Annots" in page.obj)


def _unlink(pdf: pikepdf.Pdf) -> None:
    parent_tree(pdf)[int(_link(pdf).StructParent)].S = Name("/Span")


def _font(pdf: pikepdf.Pdf) -> Any:
    return next(one for one in pdf.objects if isinstance(one, Dictionary) and one.get("/Subtype") == "/Type0")


def _unembed(pdf: pikepdf.Pdf) -> None:
    del _font(pdf).DescendantFonts[0].FontDescriptor["/FontFile2"]


def _rewrite_metadata(old: bytes, new: bytes) -> Callable[[pikepdf.Pdf], None]:
    def rewrite(pdf: pikepdf.Pdf) -> None:
        stream = pdf.Root.Metadata
        assert old in stream.read_bytes()
        stream.write(stream.read_bytes().replace(old, new))

    return rewrite


def _image(**entries: Any) -> Callable[[pikepdf.Pdf], None]:
    def add(pdf: pikepdf.Pdf) -> None:
        stream = pdf.make_stream(b"\0", Subtype=Name("/Image"), Width=1, Height=1, **entries)
        pdf.Root["/Example"] = pdf.make_indirect(stream)

    return add


def _attach(pdf: pikepdf.Pdf) -> None:
    pdf.attachments["secret.txt"] = pikepdf.AttachedFileSpec(pdf, b"x", mime_type="text/plain")
    del pdf.Root["/AF"]


def _unmark(pdf: pikepdf.Pdf) -> None:
    parent_tree(pdf)[0][0] = None


_BREAKS: list[tuple[str, Callable[[pikepdf.Pdf], object]]] = [
    ("no language", lambda pdf: pdf.Root.__delitem__("/Lang")),
    ("not marked as tagged", lambda pdf: pdf.Root.__delitem__("/MarkInfo")),
    ("does not show the title", lambda pdf: pdf.Root.__delitem__("/ViewerPreferences")),
    ("no structure tree", lambda pdf: pdf.Root.__delitem__("/StructTreeRoot")),
    ("no output intent", lambda pdf: pdf.Root.__delitem__("/OutputIntents")),
    ("acts when opened", lambda pdf: pdf.Root.__setitem__("/OpenAction", Dictionary(S=Name("/JavaScript")))),
    ("no XMP metadata", lambda pdf: pdf.Root.__delitem__("/Metadata")),
    ("<pdfaid:part>3<", _rewrite_metadata(b"<pdfaid:part>3", b"<pdfaid:part>2")),
    ("<pdfaid:conformance>A<", _rewrite_metadata(b"conformance>A", b"conformance>B")),
    ("<pdfuaid:part>1<", _rewrite_metadata(b"<pdfuaid:part>1</pdfuaid:part>", b"")),
    ("no title in the metadata", _rewrite_metadata(b"<dc:title>", b"<dc:subject>")),
    ("neither tagged nor an artifact", _paint_untagged),
    ("marked content outside the structure", _unmark),
    ("shares its place in the structure", lambda pdf: pdf.pages[1].obj.__setitem__("/StructParents", 0)),
    ("no tab order", lambda pdf: [page.obj.__delitem__("/Tabs") for page in pdf.pages]),
    ("annotation that is not printed", lambda pdf: _link(pdf).__setitem__("/F", 2)),
    ("a /Text annotation", lambda pdf: _link(pdf).__setitem__("/Subtype", Name("/Text"))),
    ("link without a description", lambda pdf: _link(pdf).__delitem__("/Contents")),
    ("link outside a Link element", _unlink),
    ("interpolated", _image(Interpolate=True)),
    ("CMYK", _image(ColorSpace=Name("/DeviceCMYK"))),
    ("cannot be read back as text", lambda pdf: _font(pdf).__delitem__("/ToUnicode")),
    ("is not embedded", _unembed),
    ("heading 4 follows 1", _heading),
    ("figure without alternative text", _figure),
    ("rows of different length", _row),
    ("is not associated", _attach),
]


@pytest.mark.parametrize(("complaint", "breaking"), _BREAKS, ids=[complaint for complaint, _ in _BREAKS])
def test_gate_notices(complaint: str, breaking: Callable[[pikepdf.Pdf], object], final_pdf: bytes) -> None:
    broken = io.BytesIO()
    with pikepdf.open(io.BytesIO(final_pdf)) as pdf:
        breaking(pdf)
        pdf.save(broken)
    assert any(complaint in problem for problem in problems(broken.getvalue()))
