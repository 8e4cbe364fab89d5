"""Whatever is taken as a logo can be printed: the letter stays archival and accessible with a drawing of every kind, and with pictures."""

import hashlib
import io
from dataclasses import replace

import pytest
from PIL import Image

from tests.rendering.letters import letter, signatories
from tests.rendering.test_logo import picture
from tests.rendering.test_logo_svg import drawing
from webapp.domain.document import Letterhead, Picture
from webapp.domain.layout import Layout
from webapp.rendering.conformity import problems
from webapp.rendering.logo import read_logo
from webapp.rendering.pdf import letter_pdf

GRADIENT = (
    '<defs><linearGradient id="g"><stop offset="0" stop-color="#123"/><stop offset="1" stop-color="#9cf" stop-opacity="0.3"/>'
    '</linearGradient><clipPath id="c"><circle cx="40" cy="25" r="20"/></clipPath>'
    '<mask id="m"><rect width="90" height="50" fill="#fff"/></mask>'
    '<symbol id="s" viewBox="0 0 9 9"><path d="M0 0h9v9z" fill="#a00"/></symbol></defs>'
)
DRAWINGS = [
    '<rect width="90" height="40" fill="#084"/>',
    GRADIENT + '<rect width="90" height="40" fill="url(#g)"/>',
    GRADIENT + '<g clip-path="url(#c)" opacity="0.5"><rect width="90" height="40" fill="#084"/></g>',
    GRADIENT + '<g mask="url(#m)"><use href="#s" width="30" height="30"/></g>',
    '<style>.a{fill:none;stroke:#084;stroke-width:4;stroke-dasharray:6 2}</style><path class="a" d="M5 5l80 40m0-40l-80 40"/>',
]


def translucent() -> bytes:
    written = io.BytesIO()
    Image.new("RGBA", (300, 90), (160, 0, 0, 128)).save(written, "PNG")
    return written.getvalue()


@pytest.fixture(scope="module")
def pictures() -> dict[str, Picture]:
    made = [read_logo(data) for data in (*map(drawing, DRAWINGS), picture(), translucent(), picture("JPEG", (30, 300)))]
    return {
        hashlib.sha256(one.content).hexdigest(): Picture(one.media_type, one.content, one.width, one.height, one.preview) for one in made
    }


def test_letter_with_every_kind_of_logo_is_archival_and_accessible(pictures: dict[str, Picture]) -> None:
    digests = list(pictures)
    lines = tuple(replace(one, logo=digests[place % len(digests)]) for place, one in enumerate(signatories()[:16]))
    shown = letter(signatories=lines, layout=Layout(shows_logos=True), letterhead=Letterhead(logo=digests[2]), pictures=pictures)
    pdf = letter_pdf(shown)
    assert problems(pdf) == []
    # Control: without them it is another document.
    assert len(pdf) > len(letter_pdf(replace(shown, signatories=signatories()[:16], letterhead=Letterhead(), pictures={})))
