"""Each slip of HTML or CSS that breaks conformity, made on purpose, as it was measured with a validator: the gate says so, or the press."""

import hashlib
import io

import pytest
from PIL import Image

from webapp.domain.document import Picture
from webapp.domain.errors import RenderingFailed
from webapp.rendering.conformity import problems
from webapp.rendering.enclosure import Enclosure
from webapp.rendering.press import PRESS, RenderLimits

from .test_press import GOOD

_SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9" width="9" height="9"><path fill="#135" d="M0 0h9v9Z"/></svg>'
_CRISP = "<style>img{image-rendering:crisp-edges}</style>"


def _raster(kind: str, mode: str) -> bytes:
    written = io.BytesIO()
    Image.new(mode, (8, 8)).save(written, kind)
    return written.getvalue()


_PICTURES = {
    "svg": Picture("image/svg+xml", _SVG, 9, 9),
    "png": Picture("image/png", _raster("PNG", "RGB"), 8, 8),
    "cmyk": Picture("image/jpeg", _raster("JPEG", "CMYK"), 8, 8),
}
_BY_HASH = {hashlib.sha256(one.content).hexdigest(): one for one in _PICTURES.values()}


def _image(name: str, alt: str | None = "A logo") -> str:
    sha256 = hashlib.sha256(_PICTURES[name].content).hexdigest()
    return f'<img src="asset:picture/{sha256}"' + (f' alt="{alt}">' if alt is not None else ">")


def _made(html: str) -> bytes:
    return PRESS.pdf(html, RenderLimits(), Enclosure(_BY_HASH))


def _with(body: str, head: str = "") -> str:
    return GOOD.replace("</head>", f"{head}</head>").replace("</h1>", f"</h1>{body}")


@pytest.mark.parametrize(
    "html",
    [
        pytest.param(GOOD.replace(' lang="en"', ""), id="no language"),
        pytest.param(GOOD.replace("<title>Good</title>", ""), id="no title"),
        pytest.param(_with(_image("svg", "")), id="empty alternative text"),
        pytest.param(_with(_image("svg", None)), id="no alternative text"),
        pytest.param(_with("<p>🦴</p>"), id="no font"),
    ],
)
def test_press_refuses_what_it_is_told_of(html: str) -> None:
    with pytest.raises(RenderingFailed):
        _made(html)


@pytest.mark.parametrize(
    ("complaint", "html"),
    [
        pytest.param("heading 3 follows 1", _with("<h3>Deep</h3>"), id="skipped level"),
        pytest.param("heading 2 follows 0", GOOD.replace("h1>", "h2>"), id="first heading not the first"),
        pytest.param(
            "figure without alternative text",
            _with('<svg width="9" height="9"><path d="M0 0h9v9Z"/></svg>'),
            id="drawing without a title",
        ),
        pytest.param("interpolated", _with(_image("png")), id="picture not crisp"),
        pytest.param("CMYK", _with(_image("cmyk"), _CRISP), id="picture for the printing press"),
        pytest.param("link", _with(f'<p><a href="https://example.org/">{_image("svg")}</a></p>'), id="picture in a link"),
        pytest.param("neither tagged nor an artifact", _with('<p style="opacity:.5">pale</p>'), id="opacity"),
        pytest.param(
            "neither tagged nor an artifact",
            _with('<div style="position:fixed;opacity:.1;font-size:80pt">Draft</div>'),
            id="translucent word over the page",
        ),
        pytest.param(
            "rows of different length",
            _with("<table><tr><th>a<th>b</tr><tr><td>c</tr></table>"),
            id="rows of a table",
        ),
    ],
)
def test_gate_notices_the_slip(complaint: str, html: str) -> None:
    found = problems(_made(html))
    assert any(complaint in one for one in found), found


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("<ul style='list-style:none'><li>a<li>b</ul>", id="list without marks"),
        pytest.param("<ul><li style='display:inline-block;width:40%'>a<li>b</ul>", id="list in columns"),
        pytest.param("<ul><li>a<ol><li>b</ol></ul><dl><dt>a<dd>b</dl>", id="lists in lists"),
        pytest.param("<h2>Two</h2><h3>Three</h3><h2>Two</h2>", id="headings in their order"),
        pytest.param("<table><caption>c</caption><tr><th>a<th>b</tr><tr><td colspan=2>c</tr></table>", id="regular table"),
        pytest.param('<p><a href="https://example.org/">out</a> <a href="#x">in</a> <b id="x">here</b></p>', id="links"),
        pytest.param("<p style='background:linear-gradient(#fff,#eee)'>pale co\u00adoperation</p>", id="gradient"),
        pytest.param(f"{_CRISP}{_image('png')}{_image('svg')}", id="pictures"),
        pytest.param("<p>निद्रापुर and ที่น้ำ, with their words beside them</p>", id="scripts with their words"),
    ],
)
def test_what_is_no_slip_passes(body: str) -> None:
    assert problems(_made(_with(body))) == []


def test_picture_behind_an_element_is_an_artifact() -> None:
    coded = next(iter(_BY_HASH))
    shown = _with(f'<p style="background:url(asset:picture/{coded}) no-repeat;image-rendering:crisp-edges">Name</p>')
    assert problems(_made(shown)) == []
