"""What the press is given beside the HTML: pictures by their hash alone, and files that travel inside the PDF."""

import base64
import hashlib
import io
import json

import pikepdf
import pytest

from webapp.domain.document import Picture, Proof
from webapp.domain.errors import PictureFailed, RenderingFailed
from webapp.rendering.conformity import problems
from webapp.rendering.enclosure import EnclosedFile, Enclosure
from webapp.rendering.pdf import letter_pdf
from webapp.rendering.press import PRESS, RenderLimits
from webapp.rendering.signatories import signatories_csv

from .letters import letter, signatories
from .test_press import GOOD

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20" width="40" height="20"><path fill="#135" d="M0 0H40V20Z"/></svg>'
RECORD = json.dumps({"events": [{"kind": "letter.sealed"}]})
PROOF = Proof("https://letters.example.org/check/AB12", "0f" * 32, 41, RECORD)


def _picture(content: bytes = SVG, media_type: str = "image/svg+xml") -> tuple[str, Picture]:
    return hashlib.sha256(content).hexdigest(), Picture(media_type, content, 40, 20)


def _showing(sha256: str) -> str:
    return GOOD.replace("</h1>", f'</h1><p><img src="asset:picture/{sha256}" alt="A logo"></p>')


def test_picture_of_the_document_is_printed_by_its_hash() -> None:
    sha256, picture = _picture()
    shown = PRESS.pdf(_showing(sha256), RenderLimits(), Enclosure({sha256: picture}))
    assert problems(shown) == []
    with pikepdf.open(io.BytesIO(shown)) as pdf:
        assert b"0.066667 0.2 0.333333 rg" in b"".join(one.read_bytes() for one in pdf.objects if isinstance(one, pikepdf.Stream))


def test_picture_of_another_document_is_not_there() -> None:
    sha256, picture = _picture()
    PRESS.pdf(_showing(sha256), RenderLimits(), Enclosure({sha256: picture}))
    with pytest.raises(RenderingFailed, match="outside itself"):
        PRESS.pdf(_showing(sha256), RenderLimits())


def test_picture_that_refers_outside_itself_ends_the_document() -> None:
    inside = base64.b64encode(b"x").decode()
    for address in ("file:///etc/passwd", "https://example.org/a.png", f"data:image/png;base64,{inside}"):
        sha256, picture = _picture(SVG.replace(b"<path", f'<image width="9" height="9" href="{address}"/><path'.encode()))
        with pytest.raises(RenderingFailed):
            PRESS.pdf(_showing(sha256), RenderLimits(), Enclosure({sha256: picture}))


@pytest.mark.parametrize(
    "picture",
    [
        pytest.param(_picture(b"\x89PNG\r\n\x1a\nno more", "image/png"), id="PNG cut off"),
        pytest.param(_picture(b"<svg", "image/svg+xml"), id="SVG cut off"),
        pytest.param(_picture(b"", "image/jpeg"), id="nothing"),
    ],
)
def test_damaged_picture_is_named_and_not_left_out(picture: tuple[str, Picture]) -> None:
    with pytest.raises(PictureFailed) as failure:
        PRESS.pdf(_showing(picture[0]), RenderLimits(), Enclosure(dict([picture])))
    assert failure.value.picture == picture[0]


def test_files_travel_inside_with_their_place_and_the_date_of_the_letter() -> None:
    sealed = letter_pdf(letter(statement="Short.", proof=PROOF))
    assert problems(sealed) == []
    with pikepdf.open(io.BytesIO(sealed)) as pdf:
        files = {name: one.obj for name, one in pdf.attachments.items()}
        assert {name: str(one.AFRelationship) for name, one in files.items()} == {"signatories.csv": "/Data", "record.json": "/Supplement"}
        assert {name: str(one.EF.F.Subtype) for name, one in files.items()} == {
            "signatories.csv": "/text/csv",
            "record.json": "/application/json",
        }
        assert {str(one.EF.F.Params[key]) for one in files.values() for key in ("/CreationDate", "/ModDate")} == {"D:20260428000000Z"}
        assert files["signatories.csv"].EF.F.read_bytes().decode() == signatories_csv(letter())
        assert files["record.json"].EF.F.read_bytes().decode() == RECORD


def test_files_are_in_the_order_of_their_names_whatever_the_order_given() -> None:
    files = tuple(EnclosedFile(name, "x", "Data", name.encode(), letter().dated) for name in ("b.csv", "a.json"))
    made = [PRESS.pdf(GOOD, RenderLimits(), Enclosure(files=order)) for order in (files, files[::-1])]
    assert made[0] == made[1]
    with pikepdf.open(io.BytesIO(made[0])) as pdf:
        assert [str(one) for one in pdf.Root.Names.EmbeddedFiles.Names[::2]] == ["a.json", "b.csv"]


def test_what_is_not_sealed_carries_no_files(final_pdf: bytes) -> None:
    with pikepdf.open(io.BytesIO(final_pdf)) as pdf:
        assert not pdf.attachments
        assert "/AF" not in pdf.Root


def test_society_of_a_damaged_logo_is_named() -> None:
    sha256, picture = _picture(b"<svg")
    head = letter().letterhead.__class__(logo=sha256)
    with pytest.raises(RenderingFailed, match="logo of “American Example Society”"):
        letter_pdf(letter(statement="Short.", signatories=signatories(("One",)), letterhead=head, pictures={sha256: picture}))
