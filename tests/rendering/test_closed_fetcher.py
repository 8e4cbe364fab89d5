"""A document fetches nothing, whatever is in it (`bar.md` T41); the same documents, given to WeasyPrint as it comes, do fetch."""

import base64
import http.server
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from webapp.domain.errors import RenderingFailed
from webapp.rendering.press import PRESS, RenderLimits

SECRET = "the-canary-file-holds-this"
PAGE = (
    '<html lang="en"><head><title>x</title><meta name="author" content="a"><meta name="dcterms.created" content="2026-04-28">'
    "{head}</head><body><h1>x</h1>{body}</body></html>"
)

pytestmark = pytest.mark.enable_socket


def _svg(content: str) -> str:
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="9" height="9">{content}</svg>'
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


VECTORS = {
    "image by http": ("", '<img src="{web}/a.png" alt="a">'),
    "image by file": ("", '<img src="{file}" alt="a">'),
    "image by path": ("", '<img src="{path}" alt="a">'),
    "attachment of the document": ('<link rel="attachment" href="{file}">', ""),
    "attachment of a link": ("", '<a rel="attachment" href="{file}">a</a>'),
    "style sheet by http": ('<link rel="stylesheet" href="{web}/a.css">', ""),
    "style sheet by file": ('<link rel="stylesheet" href="{file}">', ""),
    "imported style sheet": ("<style>@import url({web}/b.css);</style>", ""),
    "font": ("<style>@font-face{{font-family:X;src:url({web}/a.ttf)}} h1{{font-family:X}}</style>", ""),
    "background": ("<style>h1{{background:url({web}/b.png)}}</style>", ""),
    "page background": ("<style>@page{{background:url({web}/c.png)}}</style>", ""),
    "list marker": ("", '<ul style="list-style-image:url({web}/d.png)"><li>a</ul>'),
    "border image": ("", '<p style="border:9px solid;border-image:url({web}/j.png) 1">a</p>'),
    "generated content": ("<style>h1::before{{content:url({web}/e.png)}}</style>", ""),
    "object": ("", '<object data="{web}/f.png">a</object>'),
    "embed": ("", '<embed src="{web}/g.png">'),
    "frame": ("", '<iframe src="{web}/h.html"></iframe>'),
    "input image": ("", '<input type="image" src="{web}/i.png">'),
    "base address": ('<base href="{web}/">', '<img src="k.png" alt="a">'),
    "image in an SVG image, by http": ("", '<img alt="a" src="' + _svg('<image width="9" height="9" xlink:href="{web}/l.png"/>') + '">'),
    "image in an inline SVG": ("", '<svg width="9" height="9"><title>a</title><image width="9" height="9" href="{web}/m.png"/></svg>'),
    "use in an inline SVG": ("", '<svg width="9" height="9"><title>a</title><use href="{web}/n.svg#a"/></svg>'),
    "colour profile": ("<style>@color-profile --x{{src:url({web}/o.icc)}} h1{{color:color(--x 1 0 0)}}</style>", ""),
    "ftp": ("", '<img src="ftp://127.0.0.1:{port}/p.png" alt="a">'),
    "a name that looks like ours": ("", '<img src="asset:../../etc/passwd" alt="a">'),
    "our name with a query": ('<link rel="stylesheet" href="asset:documents.css?{web}">', ""),
}


@dataclass
class Canary:
    """A web server that remembers who called, and a file that nobody may read."""

    port: int
    secret: Path
    calls: list[str] = field(default_factory=list)

    def page(self, vector: str) -> str:
        head, body = VECTORS[vector]
        places = {"web": f"http://127.0.0.1:{self.port}", "file": self.secret.as_uri(), "path": str(self.secret), "port": self.port}
        if "base64," in body:
            start, _, rest = body.partition("base64,")
            coded, _, end = rest.partition('"')
            filled = base64.b64decode(coded).decode().format(**places)
            body = f'{start}base64,{base64.b64encode(filled.encode()).decode()}"{end}'
        return PAGE.format(head=head.format(**places), body=body.format(**places))


@pytest.fixture(scope="module")
def canary(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Canary]:
    secret = tmp_path_factory.mktemp("canary") / "secret.txt"
    secret.write_text(SECRET)

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            nest.calls.append(self.path)
            self.send_error(404)

        def log_message(self, *_words: object) -> None:
            """Silent: the calls are kept."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        nest = Canary(server.server_port, secret)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield nest
        server.shutdown()
        thread.join()


# WeasyPrint passes over these by itself; the letter is printed without them.
_IGNORED = {"frame", "input image", "use in an inline SVG", "attachment of a link", "colour profile"}


@pytest.mark.parametrize("vector", [vector for vector in VECTORS if vector not in _IGNORED])
def test_document_that_would_fetch_is_refused(vector: str, canary: Canary) -> None:
    before = len(canary.calls)
    with pytest.raises(RenderingFailed, match=r"outside itself|not well formed"):
        PRESS.pdf(canary.page(vector), RenderLimits())
    assert canary.calls[before:] == []


@pytest.mark.parametrize("vector", sorted(_IGNORED))
def test_element_that_is_passed_over_fetches_nothing(vector: str, canary: Canary) -> None:
    before = len(canary.calls)
    try:
        pdf = PRESS.pdf(canary.page(vector), RenderLimits())
    except RenderingFailed:
        pdf = b""
    assert canary.calls[before:] == []
    assert SECRET not in _decompressed(pdf)


_UNGUARDED = """
import sys, weasyprint
for page in sys.stdin.read().split("\\0"):
    try:
        sys.stdout.buffer.write(weasyprint.HTML(string=page).write_pdf(uncompressed_pdf=True))
    except Exception as error:
        print(error, file=sys.stderr)
"""


def test_unguarded_the_same_documents_do_fetch(canary: Canary) -> None:
    before = len(canary.calls)
    # The web server does not speak ftp: WeasyPrint would wait ten seconds for it.
    pages = "\0".join(canary.page(vector) for vector in VECTORS if vector != "ftp")
    done = subprocess.run([sys.executable, "-c", _UNGUARDED], input=pages.encode(), capture_output=True, check=True)
    assert len(set(canary.calls[before:])) >= 12
    assert SECRET in _decompressed(done.stdout)


def _decompressed(pdf: bytes) -> str:
    if not pdf:
        return ""
    done = subprocess.run(["qpdf", "--qdf", "--stream-data=uncompress", "-", "-"], input=pdf, capture_output=True, check=False)
    return (done.stdout or pdf).decode("latin-1")
